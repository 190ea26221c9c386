/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPRewriter(MAPS [, DST_ANNO, REPLY_ANNO]) -- translate ICMP errors about
 * packets that rewriters have translated.
 *
 *   in 0     IPv4 packets, IP header position set (see CheckIPHeader)
 *   out M    ICMP errors about rewritten packets, now about the packets as
 *            they were and to who sent those
 *   Anything else is killed.
 *
 *   MAPS     rewriters (IPRewriter, ICMPPingRewriter, IPAddrRewriter...) that
 *            are asked in this order, separated by spaces.  What one knows
 *            goes to output 0 or, for NAME:OFFSET, to OFFSET and the output
 *            that packets of the flow go to.
 *   DST_ANNO     boolean: set the destination address annotation (default
 *                true)
 *   REPLY_ANNO   an annotation byte, as IPRewriter's
 *
 * Errors are destination unreachable, time exceeded, parameter problem, source
 * quench and redirect; all checksums are mended, those in the quoted packet
 * too.
 *
 *	rw :: IPRewriter(...); pr :: ICMPPingRewriter(...);
 *	outside -> ICMPRewriter(rw pr) -> inside
 */
#include <stdlib.h>

#include "click/conf.h"
#include "click/router.h"
#include "elements/icmp/zerosum.h"
#include "elements/ip/quiet.h"
#include "elements/ip/rwtcp.h"

enum { IPPROTO4_DCCP = 33, ICMP_ID_END = 6 };

struct icmp_rewriter_map {
	struct rewriter *rw;
	int32_t offset; /* of outputs, -1: output 0 */
};

struct icmp_rewriter {
	VEC(struct icmp_rewriter_map) maps;
	bool dst_anno, has_reply_anno;
	uint8_t reply_anno;
};

/* ---- arguments ---- */

/* NAME or NAME:OFFSET. */
static void
icmp_rewriter_parse_map(struct element *e, struct str word, struct errh *errh)
{
	struct icmp_rewriter *self = element_state(e);
	struct icmp_rewriter_map map = { NULL, -1 };
	size_t colon = str_find(word, ':', 0);
	struct str name = word;
	struct element *other;

	if (colon < word.n) {
		if (!arg_quiet(&arg_type_i32, str_from(word, colon + 1),
		        &map.offset, e))
			goto bad;
		name = str_sub(word, 0, colon);
	}
	other = router_find(e->router, name, e);
	if (other == NULL)
		goto bad;
	if (map.offset >= 0 && map.offset + other->nout > e->nout) {
		errh_error(errh, "%.*s port offset requires more than %u %s",
		    STR_ARG(word), (unsigned)e->nout,
		    e->nout == 1 ? "output" : "outputs");
		return;
	}
	map.rw = element_cast(other, "IPRewriterBase");
	if (map.rw == NULL)
		goto bad;
	if (vec_push(&self->maps, map) != 0)
		errh_error(errh, "out of memory");
	return;
bad:
	errh_error(errh, "%.*s not an IP rewriter", STR_ARG(name));
}

static int
icmp_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp_rewriter *self = element_state(e);
	struct str maps = { NULL, 0 };
	struct arg_anno anno = { 0, 0 };
	struct strs words = VEC_INIT;
	struct arena mem = ARENA_INIT;
	unsigned int before = errh->nerrors;
	struct args a;
	int err;

	self->dst_anno = true;
	args_init(&a, conf, e, errh);
	args_raw(&a, "MAPS", ARG_POS | ARG_MAND, &maps);
	args_bool(&a, "DST_ANNO", 0, &self->dst_anno);
	args_anno(&a, "REPLY_ANNO", 0, 1, &anno);
	err = args_complete(&a);
	if (err == 0)
		err = conf_split_space(maps, &mem, &words);
	if (err == 0) {
		self->has_reply_anno = anno.size != 0;
		self->reply_anno = anno.offset;
		for (size_t i = 0; i < words.n; i++)
			icmp_rewriter_parse_map(e, words.v[i], errh);
		if (self->maps.n == 0)
			errh_error(errh, "no IP rewriters supplied");
		err = errh->nerrors > before ? ERR_INVAL : 0;
	}
	str_free(&maps);
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static void
icmp_rewriter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct icmp_rewriter *self = element_state(e);

	(void)stage;
	vec_fini(&self->maps);
}

/* ---- the error and what it quotes ---- */

struct icmp_quote {
	struct icmp *icmp;
	struct ip4 *ip;     /* the quoted header */
	uint8_t *l4;        /* behind it */
	uint8_t *end;       /* of the packet */
	struct flow_key id; /* of a reply to the quoted packet */
	bool has_l4;        /* id has ports or an identifier */
	uint8_t *l4_sum;    /* the quoted transport checksum, or NULL */
};

static bool
icmp_rewriter_is_error(uint8_t type)
{
	return type == ICMP_UNREACH || type == ICMP_TIMXCEED ||
	       type == ICMP_PARAMPROB || type == ICMP_SOURCEQUENCH ||
	       type == ICMP_REDIRECT;
}

/* Fills in what the quoted packet has of ports or of an identifier. */
static void
icmp_quote_l4(struct icmp_quote *q)
{
	ptrdiff_t room = q->end - q->l4;

	if ((get_be16(q->ip->off) & IP4_OFFMASK) != 0)
		return;
	switch (q->ip->proto) {
	case IPPROTO4_TCP:
	case IPPROTO4_UDP:
	case IPPROTO4_DCCP:
		if (room < (ptrdiff_t)sizeof(struct udp))
			return;
		q->id.sport = get_u16(q->l4 + 2);
		q->id.dport = get_u16(q->l4);
		q->has_l4 = true;
		if (q->ip->proto == IPPROTO4_TCP)
			q->l4_sum = room >= TCP_SUM_END ? q->l4 + 16 : NULL;
		else if (get_u16(q->l4 + 6) != 0)
			q->l4_sum = q->l4 + 6;
		return;
	case IPPROTO4_ICMP:
		if (room < ICMP_ID_END || *q->l4 != ICMP_ECHO)
			return;
		q->id.sport = get_u16(q->l4 + 4);
		q->has_l4 = true;
		q->l4_sum = q->l4 + 2;
	}
}

static bool
icmp_quote_init(struct icmp_quote *q, struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);
	ptrdiff_t room;

	memset(q, 0, sizeof(*q));
	if (ip == NULL || packet_network_length(p) < (int32_t)sizeof(*ip) ||
	    ip->proto != IPPROTO4_ICMP ||
	    packet_transport_length(p) <
	        (int32_t)(sizeof(struct icmp) + sizeof(struct ip4)))
		return false;
	q->icmp = (struct icmp *)(void *)packet_transport(p);
	if (!icmp_rewriter_is_error(q->icmp->type))
		return false;
	q->ip = (struct ip4 *)(void *)(q->icmp + 1);
	q->end = packet_end(p);
	room = q->end - (uint8_t *)q->ip;
	if (ip4_version(q->ip) != 4 || ip4_hlen(q->ip) < sizeof(*q->ip))
		return false;
	q->id.src = get_u32(q->ip->dst);
	q->id.dst = get_u32(q->ip->src);
	if ((ptrdiff_t)ip4_hlen(q->ip) <= room) {
		q->l4 = (uint8_t *)q->ip + ip4_hlen(q->ip);
		icmp_quote_l4(q);
	}
	return true;
}

/* ---- rewriting ---- */

/* A word in the quote changes: the ICMP checksum follows. */
static void
icmp_quote_put(struct icmp_quote *q, uint8_t *at, uint16_t new_)
{
	put_u16(q->icmp->sum,
	    csum_update16(get_u16(q->icmp->sum), get_u16(at), new_));
	put_u16(at, new_);
}

/* A word changes that the checksum at sum (or NULL) covers. */
static void
icmp_quote_cover(
    struct icmp_quote *q, uint8_t *sum, uint16_t old, uint16_t new_)
{
	if (sum != NULL)
		icmp_quote_put(q, sum, csum_update16(get_u16(sum), old, new_));
}

/* An address of the quoted header; 0 keeps it. */
static void
icmp_quote_put_addr(struct icmp_quote *q, uint8_t at[4], uint32_t addr)
{
	bool pseudo = q->ip->proto != IPPROTO4_ICMP;
	uint16_t half[2];

	if (addr == 0)
		return;
	memcpy(half, &addr, sizeof(half));
	for (unsigned int i = 0; i < 2; i++) {
		uint16_t old = get_u16(at + 2 * i);

		icmp_quote_put(q, at + 2 * i, half[i]);
		icmp_quote_cover(q, q->ip->sum, old, half[i]);
		if (pseudo)
			icmp_quote_cover(q, q->l4_sum, old, half[i]);
	}
}

static void
icmp_quote_put_l4(struct icmp_quote *q, unsigned int offset, uint16_t new_)
{
	uint16_t old = get_u16(q->l4 + offset);

	icmp_quote_put(q, q->l4 + offset, new_);
	icmp_quote_cover(q, q->l4_sum, old, new_);
}

/* Makes the quoted packet what it was before f was applied to it. */
static void
icmp_rewriter_rewrite(struct icmp_quote *q, const struct rewriter_flow *f,
    const struct flow_key *to, unsigned int direction)
{
	icmp_quote_put_addr(q, q->ip->src, to->dst);
	icmp_quote_put_addr(q, q->ip->dst, to->src);
	if (!q->has_l4 || f->proto == 0)
		return;
	if (q->ip->proto == IPPROTO4_ICMP) {
		uint16_t sum;

		icmp_quote_put_l4(q, 4, f->key[!direction].sport);
		sum = get_u16(q->l4_sum);
		csum_fix_zero(q->l4_sum, q->l4, (size_t)(q->end - q->l4));
		if (get_u16(q->l4_sum) != sum)
			put_u16(q->icmp->sum,
			    csum_update16(get_u16(q->icmp->sum), sum, 0xffff));
		return;
	}
	icmp_quote_put_l4(q, 0, to->dport);
	icmp_quote_put_l4(q, 2, to->sport);
}

/* The error's own destination, if that was the rewritten source. */
static void
icmp_rewriter_outer(const struct icmp_rewriter *self, struct packet *p,
    uint32_t old, uint32_t new_)
{
	struct ip4 *ip = packet_ip4(p);

	if (get_u32(ip->dst) != old || new_ == 0)
		return;
	put_u16(ip->sum, csum_update32(get_u16(ip->sum), old, new_));
	put_u32(ip->dst, new_);
	if (self->dst_anno)
		anno_set_u32(p, ANNO_DST_IP, new_);
}

/* Rewrites p if map's rewriter knows its flow: an output, or -1. */
static int
icmp_rewriter_try(const struct icmp_rewriter *self,
    const struct icmp_rewriter_map *map, struct thread *t, struct packet *p,
    struct icmp_quote *q)
{
	struct flowset *set = map->rw->set;
	int out = -1;
	uint32_t ref;

	thread_lock(t, &set->lock);
	ref = rewriter_get(map->rw, t, q->ip->proto, &q->id, true, -1);
	if (ref != 0) {
		const struct rewriter_flow *f =
		    flowset_flow(set, flow_ref_record(ref));
		unsigned int direction = flow_ref_which(ref);
		struct flow_key to = rewriter_becomes(f, direction);

		icmp_rewriter_outer(self, p, q->id.dst, to.dst);
		if (direction != 0 && self->has_reply_anno)
			anno_set_u8(p, self->reply_anno, f->reply_anno);
		icmp_rewriter_rewrite(q, f, &to, direction);
		out = map->offset < 0 ? 0 : map->offset + f->out[direction];
	}
	thread_unlock(t, &set->lock);
	return out;
}

static int
icmp_rewriter_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct icmp_rewriter *self = element_state(e);
	struct packet *p = packet_uniqueify(t, pp);
	struct icmp_quote q;

	if (p == NULL)
		return PACKET_GONE;
	if (!icmp_quote_init(&q, p))
		return PACKET_DROP;
	for (size_t i = 0; i < self->maps.n; i++) {
		int out = icmp_rewriter_try(self, &self->maps.v[i], t, p, &q);

		if (out >= 0)
			return out;
	}
	return PACKET_DROP;
}

static void
icmp_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, icmp_rewriter_one);
}

const struct element_class element_icmp_rewriter = {
	.name = "ICMPRewriter",
	.ports = "1/1-",
	.processing = "h/h",
	.state_size = sizeof(struct icmp_rewriter),
	.flags = ELEMENT_SHAREABLE,
	.configure = icmp_rewriter_configure,
	.cleanup = icmp_rewriter_cleanup,
	.push = icmp_rewriter_push,
};
