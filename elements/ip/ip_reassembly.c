/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_reassembly.c -- a helper of the elements in ip/; see ip_reassembly.h. */
#include "elements/ip/ip_reassembly.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "elements/ip/ip_header.h"
#include "os/os.h"

enum {
	DATAGRAM_MEMORY = 40, /* counted for each, beside its data */
	REAP_TIMEOUT_S = 30,
	REAP_INTERVAL_S = 10,
	ALLOCATED_FACTOR = 4, /* of memory_high: for small pieces in buffers */
	BLOCK = 8,
	LENGTH_MAX = 65535,
};

struct ip_datagram {
	struct ip_datagram *next_in_bucket;
	struct ip_datagram *older, *younger;
	struct packet *q; /* headers and data so far, holes zeroed */
	uint64_t *blocks; /* a bit for each that has come */
	uint32_t words;   /* of blocks */
	uint32_t length;  /* of the data, as far as known */
	uint16_t longest; /* fragment, with its header */
	bool last;        /* the fragment without MF has come */
	int64_t time_s;
};

/* A fragment's place in its datagram. */
struct ip_piece {
	uint32_t from, to; /* bytes */
	bool more;
};

/* ---- finding ---- */

static uint64_t
datagram_hash(const struct ip_reassembly *r, const struct ip4 *ip)
{
	uint64_t which = (uint64_t)get_u16(ip->id) << 8 | ip->proto;

	return hash_u128(get_u64(ip->src), which, r->seed);
}

static struct ip_datagram **
datagram_bucket(const struct ip_reassembly *r, const struct ip4 *ip)
{
	return &r->buckets[datagram_hash(r, ip) & (r->nbuckets - 1)];
}

static bool
datagram_is(const struct ip_datagram *d, const struct ip4 *ip)
{
	const struct ip4 *q = packet_ip4(d->q);

	return get_u64(ip->src) == get_u64(q->src) &&
	       get_u16(ip->id) == get_u16(q->id) && ip->proto == q->proto;
}

static struct ip_datagram *
datagram_find(const struct ip_reassembly *r, const struct ip4 *ip)
{
	struct ip_datagram *d;

	if (r->nbuckets == 0)
		return NULL;
	for (d = *datagram_bucket(r, ip); d != NULL; d = d->next_in_bucket)
		if (datagram_is(d, ip))
			return d;
	return NULL;
}

/* As many buckets as datagrams, or else the lists get longer: no harm. */
static int
buckets_reserve(struct ip_reassembly *r)
{
	struct ip_datagram **old = r->buckets, *d;
	uint32_t n = r->nbuckets == 0 ? 16 : r->nbuckets * 2;

	if (r->count < r->nbuckets)
		return 0;
	r->buckets = calloc(n, sizeof(*r->buckets));
	if (r->buckets == NULL) {
		r->buckets = old;
		return r->nbuckets == 0 ? ERR_NOMEM : 0;
	}
	free(old);
	r->nbuckets = n;
	for (d = r->oldest; d != NULL; d = d->younger) {
		struct ip_datagram **b = datagram_bucket(r, packet_ip4(d->q));

		d->next_in_bucket = *b;
		*b = d;
	}
	return 0;
}

/* ---- accounts ---- */

static uint64_t
datagram_allocated(const struct ip_datagram *d)
{
	return sizeof(*d) + d->words * sizeof(*d->blocks) +
	       sizeof(struct packet) + d->q->size;
}

/* Adds d to the accounts, or (sign -1) takes it off before it changes. */
static void
account(struct ip_reassembly *r, const struct ip_datagram *d, int sign)
{
	int64_t memory = DATAGRAM_MEMORY + (int64_t)d->length;

	r->memory += (uint32_t)(sign * memory);
	r->allocated += (uint64_t)(sign * (int64_t)datagram_allocated(d));
}

static bool
overfull(const struct ip_reassembly *r, uint32_t limit)
{
	return r->memory > limit ||
	       r->allocated > (uint64_t)limit * ALLOCATED_FACTOR;
}

/* ---- life of a datagram ---- */

static void
datagram_link(struct ip_reassembly *r, struct ip_datagram *d)
{
	struct ip_datagram **b = datagram_bucket(r, packet_ip4(d->q));

	d->next_in_bucket = *b;
	*b = d;
	d->older = r->youngest;
	if (r->youngest != NULL)
		r->youngest->younger = d;
	else
		r->oldest = d;
	r->youngest = d;
	r->count++;
	account(r, d, 1);
}

/* Takes d out and frees it but for its packet, which it returns. */
static struct packet *
datagram_take(struct ip_reassembly *r, struct ip_datagram *d)
{
	struct ip_datagram **b = datagram_bucket(r, packet_ip4(d->q));
	struct packet *q = d->q;

	account(r, d, -1);
	while (*b != d)
		b = &(*b)->next_in_bucket;
	*b = d->next_in_bucket;
	if (d->older != NULL)
		d->older->younger = d->younger;
	else
		r->oldest = d->younger;
	if (d->younger != NULL)
		d->younger->older = d->older;
	else
		r->youngest = d->older;
	r->count--;
	free(d->blocks);
	free(d);
	return q;
}

/* Sees to it that blocks has room for length bytes. */
static int
blocks_reserve(struct ip_datagram *d, uint32_t length)
{
	uint32_t words = (length + BLOCK * 64 - 1) / (BLOCK * 64);
	uint64_t *blocks;

	if (words <= d->words)
		return 0;
	blocks = realloc(d->blocks, words * sizeof(*blocks));
	if (blocks == NULL)
		return ERR_NOMEM;
	memset(blocks + d->words, 0, (words - d->words) * sizeof(*blocks));
	d->blocks = blocks;
	d->words = words;
	return 0;
}

static bool
block_has_come(const struct ip_datagram *d, uint32_t i)
{
	return (d->blocks[i / 64] >> (i & 63) & 1) != 0;
}

static void
blocks_mark(struct ip_datagram *d, const struct ip_piece *piece)
{
	uint32_t to = piece->to / BLOCK;

	/* A part of a block is enough if the datagram ends there. */
	if (piece->to % BLOCK != 0 && piece->to == d->length)
		to++;
	for (uint32_t i = piece->from / BLOCK; i < to; i++)
		d->blocks[i / 64] |= 1ull << (i & 63);
}

/* The first block from i on that has come (or has not), up to end. */
static uint32_t
blocks_next(const struct ip_datagram *d, uint32_t i, uint32_t end, bool come)
{
	while (i < end && block_has_come(d, i) != come)
		i++;
	return i;
}

static bool
datagram_whole(const struct ip_datagram *d)
{
	uint32_t n = (d->length + BLOCK - 1) / BLOCK, i;

	if (!d->last)
		return false;
	for (i = 0; i + 64 <= n; i += 64)
		if (d->blocks[i / 64] != ~0ull)
			return false;
	return i == n || (~d->blocks[i / 64] & ((1ull << (n - i)) - 1)) == 0;
}

/* ---- the packet with the data ---- */

/* Makes q's data length bytes long; what is new is zero. */
static int
datagram_extend(struct thread *t, struct ip_datagram *d, uint32_t length)
{
	uint32_t grow = length - d->length, spare;

	/* Room for as much again, lest each fragment copies all before it. */
	spare = packet_tailroom(d->q) < grow ? d->length : 0;
	if (packet_put(t, &d->q, grow + spare) == NULL)
		return ERR_NOMEM;
	packet_take(d->q, spare);
	memset(packet_end(d->q) - grow, 0, grow);
	d->length = length;
	return 0;
}

/* A packet for data of which p is not the beginning. */
static struct packet *
datagram_packet(
    struct thread *t, const struct packet *p, const struct ip_piece *piece)
{
	const struct ip4 *ip = packet_ip4(p);
	uint32_t room = (uint32_t)p->network, hlen = sizeof(struct ip4);
	struct packet *q = packet_new(t, room, NULL, hlen + piece->from, 0);

	if (q == NULL)
		return NULL;
	memset(q->data, 0, q->length);
	memcpy(q->data, ip, hlen);
	q->data[0] = 0x45; /* the first fragment has all options */
	packet_set_network(q, q->data, hlen);
	put_be16(
	    packet_ip4(q)->off, get_be16(ip->off) & (uint16_t)~IP4_OFFMASK);
	return q;
}

/*
 * Puts what stands before p's data, and p's annotations, before d's: p is the
 * first fragment.
 */
static int
datagram_head(struct thread *t, struct ip_datagram *d, const struct packet *p)
{
	uint32_t have = (uint32_t)(packet_transport(d->q) - d->q->data);
	uint32_t want = (uint32_t)(packet_transport(p) - p->data);
	int32_t to_data;
	uint8_t *ip;

	if (want > have && packet_push(t, &d->q, want - have) == NULL)
		return ERR_NOMEM;
	if (want < have)
		packet_pull(d->q, have - want);
	memcpy(d->q->data, p->data, want);
	ip = d->q->data + packet_network_offset(p);
	packet_set_network(d->q, ip, ip4_hlen(packet_ip4(p)));
	to_data = p->mac < 0 ? 0 : (int32_t)(p->data - (p->head + p->mac));
	if (p->mac >= 0 && to_data >= -(int32_t)want &&
	    to_data <= (int32_t)packet_headroom(d->q)) {
		packet_set_mac(d->q, d->q->data - to_data);
		if (to_data > 0)
			memcpy(
			    packet_mac(d->q), packet_mac(p), (size_t)to_data);
	}
	packet_copy_annotations(d->q, p);
	return 0;
}

/* Begins a datagram with p, which is the caller's still on failure. */
static struct ip_datagram *
datagram_new(struct ip_reassembly *r, struct thread *t, struct packet *p,
    const struct ip_piece *piece, int64_t now_s)
{
	struct ip_datagram *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->time_s = now_s;
	d->q = datagram_packet(t, p, piece);
	if (d->q == NULL || buckets_reserve(r) != 0 ||
	    blocks_reserve(d, piece->to) != 0) {
		if (d->q != NULL)
			packet_kill(t, d->q);
		free(d->blocks);
		free(d);
		return NULL;
	}
	d->length = piece->from;
	datagram_link(r, d);
	return d;
}

/* ---- adding ---- */

/* Where p belongs; false if that makes no sense. */
static bool
piece_of(const struct packet *p, struct ip_piece *piece)
{
	const struct ip4 *ip = packet_ip4(p);
	uint32_t off = get_be16(ip->off), hlen = ip4_hlen(ip);
	uint32_t len = get_be16(ip->len);

	piece->from = (off & IP4_OFFMASK) * BLOCK;
	piece->to = piece->from + len - hlen;
	piece->more = (off & IP4_MF) != 0;
	return packet_network_offset(p) >= 0 && len > hlen &&
	       piece->to + sizeof(*ip) <= LENGTH_MAX &&
	       (!piece->more || piece->to % BLOCK == 0) &&
	       ip_header_transport_length(p) >= len - hlen;
}

static void
reap(struct ip_reassembly *r, struct thread *t, int64_t now_s)
{
	struct ip_datagram *d, *next;

	for (d = r->oldest; d != NULL; d = next) {
		next = d->younger;
		if (d->time_s < now_s - REAP_TIMEOUT_S)
			r->give_up(r->arg, t, datagram_take(r, d));
	}
	r->reap_s = now_s + REAP_INTERVAL_S;
}

static void
make_room(struct ip_reassembly *r, struct thread *t)
{
	uint32_t low = r->memory_high / 4 * 3;

	while (r->oldest != NULL && overfull(r, low)) {
		r->failed++;
		r->give_up(r->arg, t, datagram_take(r, r->oldest));
	}
}

/* p into d, which is off the accounts meanwhile; 0 or ERR_NOMEM. */
static int
datagram_add(struct thread *t, struct ip_datagram *d, struct packet *p,
    const struct ip_piece *piece, int64_t now_s)
{
	if (piece->to > d->length && (blocks_reserve(d, piece->to) != 0 ||
	                                 datagram_extend(t, d, piece->to) != 0))
		return ERR_NOMEM;
	if (piece->from == 0) {
		if (datagram_head(t, d, p) != 0)
			return ERR_NOMEM;
		d->time_s = now_s;
	}
	memcpy(packet_transport(d->q) + piece->from, packet_transport(p),
	    piece->to - piece->from);
	if (packet_network_length(p) > d->longest)
		d->longest = (uint16_t)packet_network_length(p);
	d->last |= !piece->more;
	blocks_mark(d, piece);
	return 0;
}

/* The finished packet of d. */
static struct packet *
datagram_finish(struct ip_reassembly *r, struct thread *t,
    struct ip_datagram *d, int64_t timestamp_ns)
{
	uint16_t longest = d->longest;
	struct packet *q = datagram_take(r, d);
	struct ip4 *ip = packet_ip4(q);
	uint32_t len = (uint32_t)packet_network_length(q);

	if (len > LENGTH_MAX) {
		r->bad++;
		packet_kill(t, q);
		return NULL;
	}
	put_be16(ip->off, get_be16(ip->off) & (IP4_RF | IP4_DF));
	put_be16(ip->len, (uint16_t)len);
	ip_header_set_sum(ip, ip4_hlen(ip));
	anno_set_u32(q, ANNO_IPREASSEMBLER, 0);
	if (r->mtu_anno >= 0)
		anno_set_u16(q, (unsigned int)r->mtu_anno, longest);
	q->timestamp_ns = timestamp_ns;
	r->whole++;
	return q;
}

/* The datagram that p goes into: an old one or a new one. */
static struct packet *
add_piece(struct ip_reassembly *r, struct thread *t, struct packet *p,
    const struct ip_piece *piece, int64_t now_s)
{
	struct ip_datagram *d = datagram_find(r, packet_ip4(p));
	int err;

	if (d == NULL)
		d = datagram_new(r, t, p, piece, now_s);
	if (d == NULL || (d->last && piece->to > d->length))
		return NULL; /* no memory, or beyond the datagram's end */
	account(r, d, -1);
	err = datagram_add(t, d, p, piece, now_s);
	if (d->q == NULL) {
		/* It was lost for want of memory. */
		d->q = p;
		d->length = 0;
		account(r, d, 1);
		(void)datagram_take(r, d);
		return NULL;
	}
	account(r, d, 1);
	if (err != 0 || !datagram_whole(d))
		return NULL;
	return datagram_finish(r, t, d, p->timestamp_ns);
}

struct packet *
ip_reassembly_add(struct ip_reassembly *r, struct thread *t, struct packet *p)
{
	struct ip_piece piece;
	struct packet *q = NULL;
	int64_t now_s;

	r->fragments++;
	/* Somebody may have said that the transport header is elsewhere. */
	packet_set_network(p, packet_network(p), ip4_hlen(packet_ip4(p)));
	if (p->timestamp_ns < NS_PER_SEC)
		p->timestamp_ns = thread_wall_ns(t);
	now_s = p->timestamp_ns / NS_PER_SEC;
	if (now_s >= r->reap_s)
		reap(r, t, now_s);
	if (!piece_of(p, &piece)) {
		r->bad++;
		packet_kill(t, p);
		return NULL;
	}
	packet_take(p, ip_header_transport_length(p) - (piece.to - piece.from));
	if (overfull(r, r->memory_high))
		make_room(r, t);
	q = add_piece(r, t, p, &piece, now_s);
	packet_kill(t, p);
	return q;
}

/* ---- the rest ---- */

void
ip_reassembly_init(struct ip_reassembly *r)
{
	*r = (struct ip_reassembly){ .mtu_anno = -1 };
	os_random(&r->seed, sizeof(r->seed));
}

void
ip_reassembly_fini(struct ip_reassembly *r, struct thread *t)
{
	while (r->oldest != NULL)
		packet_kill(t, datagram_take(r, r->oldest));
	free(r->buckets);
	r->buckets = NULL;
	r->nbuckets = 0;
}

static void
print_datagram(const struct ip_datagram *d, struct strbuf *sb)
{
	const struct ip4 *ip = packet_ip4(d->q);
	const uint8_t *h = packet_transport(d->q);
	uint32_t end = (d->length + BLOCK - 1) / BLOCK, i = 0;
	bool ports = d->length >= 4;

	sb_adds(sb, " (");
	sb_ip4(sb, get_u32(ip->src));
	sb_printf(sb, ", %u, ", ports ? get_be16(h) : 0);
	sb_ip4(sb, get_u32(ip->dst));
	sb_printf(
	    sb, ", %u) %u", ports ? get_be16(h + 2) : 0, get_be16(ip->id));
	while ((i = blocks_next(d, i, end, true)) < end) {
		uint32_t from = i * BLOCK, to;

		i = blocks_next(d, i, end, false);
		to = i == end ? d->length : i * BLOCK;
		sb_printf(sb, " (%u,%u)", from, to);
	}
	sb_addc(sb, '\n');
}

void
ip_reassembly_print(const struct ip_reassembly *r, struct strbuf *sb)
{
	sb_printf(sb,
	    "frags seen total:    %llu\n"
	    "good reassemblies:   %llu\n"
	    "failed reassemblies: %llu\n"
	    "bad fragments seen:  %llu\n"
	    "cached chunk data:\n",
	    (unsigned long long)r->fragments, (unsigned long long)r->whole,
	    (unsigned long long)r->failed, (unsigned long long)r->bad);
	for (const struct ip_datagram *d = r->oldest; d != NULL; d = d->younger)
		print_datagram(d, sb);
}
