/* SPDX-License-Identifier: BSD-3-Clause */
/* vhost_frames.c -- frames from and to a guest's rings; see vhost.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "vale/count.h"
#include "vale/json.h"
#include "vale/vhost.h"
#include "vale/vnet.h"

enum { LONG_PIECES = 2 * VALE_PIECES_MAX, LONG_CHAINS = 64 };

/* ---- from the guest ---- */

/* Reads the first n bytes of the pieces, once, to to. */
static bool
vhost_header(
    const struct vale_piece *piece, unsigned int k, uint8_t *to, uint32_t n)
{
	for (unsigned int i = 0; i < k && n > 0; i++) {
		uint32_t some = piece[i].length < n ? piece[i].length : n;

		memcpy(to, piece[i].data, some);
		to += some;
		n -= some;
	}
	return n == 0;
}

/* Makes a frame of k pieces behind a header; with no length: a bad one. */
static void
vhost_frame(
    struct vhost_port *v, struct vale_frame *f, struct vale_piece *piece, int k)
{
	uint8_t header[VNET_HEADER_COUNTED];
	uint32_t skip = v->header;
	int i = 0;

	f->head = NULL;
	f->head_length = f->length = f->total = 0;
	f->nrest = f->flags = 0;
	f->region = NULL;
	if (v->offloads && k > 0 &&
	    !vhost_header(piece, (unsigned int)k, header, VNET_HEADER))
		return;
	while (i < k && skip >= piece[i].length)
		skip -= piece[i++].length;
	if (i >= k)
		return;
	f->data = piece[i].data + skip;
	f->length = f->total = piece[i].length - skip;
	f->rest = piece + i + 1;
	f->nrest = (uint16_t)(k - i - 1);
	for (unsigned int j = 0; j < f->nrest; j++)
		if (__builtin_add_overflow(
		        f->total, f->rest[j].length, &f->total))
			f->total = UINT32_MAX; /* too long in any case */
	if (v->offloads && !vnet_get(header, f))
		f->length = f->total = f->nrest = 0;
}

/*
 * Looks up the buffers of a chain and asks for the first one's lines; how
 * many, 0 when they are too many for a frame.
 */
static inline int
vhost_lookup(struct vhost_port *v, uint16_t head, struct vale_piece *piece)
{
	const struct vhost_ring *r = &v->in_ring;
	struct vhost_desc d = vhost_ring_desc(r->desc, head);
	int k;

	if (likely((d.flags & (RING_NEXT | RING_WRITE | RING_INDIRECT)) == 0)) {
		uint32_t n = d.length;

		piece->data = vhost_memory_at(r->memory, d.address, &n);
		piece->length = n;
		if (likely(n == d.length && piece->data != NULL)) {
			prefetch_read(piece->data);
			return 1;
		}
	}
	k = vhost_ring_chain(r, head, false, piece, VALE_PIECES_MAX + 1);
	if (k > 0)
		prefetch_read(piece->data);
	return k == ERR_RANGE ? 0 : k;
}

static int
vhost_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct vhost_port *v = vhost_of(p);
	struct vhost_ring *r = &v->in_ring;
	uint32_t pieces = 0, first[VALE_BURST];
	int have = vhost_ring_look(r), count[VALE_BURST];
	unsigned int n = 0;

	if (unlikely(load_relaxed(&v->memory.lost) != 0))
		return vale_port_broken(p, "its memory has been taken away");
	if (unlikely(have < 0 || v->bad_kick))
		return vale_port_broken(p, have < 0
		                               ? "send ring: index out of range"
		                               : "kick: no event descriptor");
	if (have == 0)
		return 0;
	vhost_ring_disarm(r);
	if ((unsigned int)have < max)
		max = (unsigned int)have;
	for (unsigned int i = 0; i < max; i++) {
		v->head[i] = vhost_ring_head(r, i);
		if (unlikely(v->head[i] >= r->size))
			return vale_port_broken(
			    p, "send ring: descriptor out of range");
		prefetch_read(&r->desc[v->head[i]]);
	}
	for (; n < max && pieces + VALE_PIECES_MAX + 1 <= VHOST_PIECES; n++) {
		first[n] = pieces;
		count[n] = vhost_lookup(v, v->head[n], v->piece + pieces);
		if (unlikely(count[n] < 0))
			return vale_port_broken(p,
			    "send ring: chain at %u makes no sense",
			    v->head[n]);
		pieces += (uint32_t)count[n];
	}
	for (unsigned int i = 0; i < n; i++)
		vhost_frame(v, &f[i], v->piece + first[i], count[i]);
	return (int)n;
}

static void
vhost_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	struct vhost_port *v = vhost_of(p);

	(void)f;
	for (unsigned int i = 0; i < n; i++)
		vhost_ring_give(&v->in_ring, v->head[i], 0);
	v->in_ring.avail_index += (uint16_t)n;
	vhost_ring_publish(&v->in_ring);
}

/* ---- for the guest ---- */

static inline struct vhost_ready *
vhost_ready(struct vhost_port *v, uint32_t i)
{
	return &v->ready[(v->out_ring.avail_index + i) % VHOST_READY];
}

/* One of the guest's empty buffers, looked up; at NULL: not a simple one. */
static inline struct vhost_ready
vhost_buffer(const struct vhost_ring *r, uint16_t head)
{
	struct vhost_desc d = vhost_ring_desc(r->desc, head);
	struct vhost_ready b = { NULL, d.length, head };

	if (likely((d.flags & (RING_NEXT | RING_WRITE | RING_INDIRECT)) ==
	           RING_WRITE))
		b.at = vhost_memory_at(r->memory, d.address, &b.room);
	if (unlikely(b.room != d.length))
		b.at = NULL;
	return b;
}

/* Looks up to n buffers up; how many there are, or ERR_PEER. */
static int
vhost_fill(struct vhost_port *v, unsigned int n)
{
	struct vhost_ring *r = &v->out_ring;
	uint32_t want = n < VHOST_READY ? n : VHOST_READY;
	int have;

	if (v->nready >= want)
		return (int)v->nready;
	have = vhost_ring_look(r);
	if (unlikely(have < 0))
		return have;
	if ((uint32_t)have < want)
		want = (uint32_t)have;
	for (uint32_t i = v->nready; i < want; i++) {
		uint16_t head = vhost_ring_head(r, i);

		if (unlikely(head >= r->size))
			return ERR_PEER;
		prefetch_read(&r->desc[head]);
		vhost_ready(v, i)->head = head;
	}
	for (; v->nready < want; v->nready++) {
		struct vhost_ready *b = vhost_ready(v, v->nready);

		*b = vhost_buffer(r, b->head);
	}
	return (int)v->nready;
}

static void
vhost_prefetch(struct vale_port *p, unsigned int n)
{
	struct vhost_port *v = vhost_of(p);
	int have = vhost_fill(v, n); /* what is wrong shows in tx */

	for (int i = 0; i < have && i < (int)n; i++) {
		struct vhost_ready *b = vhost_ready(v, (uint32_t)i);

		if (b->at == NULL)
			continue;
		prefetch_write(b->at);
		prefetch_write(b->at + CACHE_LINE);
	}
}

static void
vhost_take(struct vhost_port *v, uint32_t n)
{
	v->out_ring.avail_index += (uint16_t)n;
	v->nready -= n;
}

static void
vhost_put_header(
    const struct vhost_port *v, uint8_t *to, const struct vale_frame *f)
{
	const uint16_t some =
	    VALE_CSUM_PARTIAL | VALE_CSUM_GOOD | VALE_GSO_TCP4 | VALE_GSO_TCP6;

	memset(to, 0, v->header);
	if ((f->flags & some) != 0 && v->offloads)
		vnet_put(to, f);
	if (v->header == VNET_HEADER_COUNTED)
		to[VNET_COUNT] = 1;
}

/* Writes bytes from..from+n of header and frame behind it to to. */
static void
vhost_scatter(struct vhost_port *v, uint8_t *to, const uint8_t *header,
    const struct vale_frame *f, uint32_t from, uint32_t n)
{
	if (from < v->header) {
		uint32_t k = v->header - from < n ? v->header - from : n;

		memcpy(to, header + from, k);
		to += k;
		from += k;
		n -= k;
	}
	if (n > 0)
		vale_frame_copy_part(&v->port, to, f, from - v->header, n);
}

/*
 * Writes a frame to as many chains as it takes, if they are mergeable
 * (5.1.6.4), else to one.  1, 0: no room, ERR_PEER.
 */
static int
vhost_put_long(struct vhost_port *v, const struct vale_frame *f)
{
	struct vhost_ring *r = &v->out_ring;
	struct vale_piece piece[LONG_PIECES];
	uint32_t need = v->header + f->total, at = 0, room[LONG_CHAINS];
	uint8_t header[VNET_HEADER_COUNTED];
	unsigned int k = 0, chains = 0;
	uint64_t all = 0;

	while (all < need) {
		int n;

		if (chains == LONG_CHAINS || (chains > 0 && !v->mergeable))
			return 0;
		n = vhost_fill(v, chains + 1);
		if (n < 0 || (uint32_t)n <= chains)
			return n < 0 ? n : 0;
		n = vhost_ring_chain(r, vhost_ready(v, chains)->head, true,
		    piece + k, LONG_PIECES - k);
		if (n <= 0) /* as good as no buffer: it will never do */
			return ERR_PEER;
		room[chains] = 0;
		for (int i = 0; i < n; i++, k++)
			if (__builtin_add_overflow(
			        room[chains], piece[k].length, &room[chains]))
				return ERR_PEER;
		all += room[chains++];
	}
	vhost_put_header(v, header, f);
	if (v->header == VNET_HEADER_COUNTED)
		header[VNET_COUNT] = (uint8_t)chains;
	for (unsigned int i = 0; at < need; i++) {
		uint32_t n = piece[i].length;

		if (n > need - at)
			n = need - at;
		vhost_scatter(
		    v, (uint8_t *)(uintptr_t)piece[i].data, header, f, at, n);
		at += n;
	}
	for (unsigned int i = 0; i < chains; i++) {
		uint32_t n = room[i] < need ? room[i] : need;

		vhost_ring_give(r, vhost_ready(v, i)->head, n);
		need -= n;
	}
	vhost_take(v, chains);
	return 1;
}

static inline int
vhost_put(struct vhost_port *v, const struct vale_frame *f)
{
	const struct vhost_ready *b = vhost_ready(v, 0);

	if (unlikely(b->at == NULL || b->room < v->header + f->total))
		return vhost_put_long(v, f);
	vhost_put_header(v, b->at, f);
	vale_frame_copy(&v->port, b->at + v->header, f);
	vhost_ring_give(&v->out_ring, b->head, v->header + f->total);
	vhost_take(v, 1);
	return 1;
}

static int
vhost_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct vhost_port *v = vhost_of(p);
	unsigned int i = 0;

	for (; i < n; i++) {
		int done = vhost_fill(v, n - i);

		if (done > 0)
			done = vhost_put(v, f[i]);
		if (unlikely(load_relaxed(&v->memory.lost) != 0 && i == 0))
			return vale_port_broken(
			    p, "its memory has been taken away");
		if (unlikely(done < 0 && i == 0))
			return vale_port_broken(
			    p, "receive ring: index or chain makes no sense");
		if (done <= 0)
			break;
	}
	return (int)i;
}

static void
vhost_tx_end(struct vale_port *p)
{
	vhost_ring_publish(&vhost_of(p)->out_ring);
}

/* ---- events ---- */

static void
vhost_wake(struct vale_port *p, unsigned int what)
{
	struct vhost_port *v = vhost_of(p);
	bool rx = what == VALE_RX;
	int call = v->setup[rx ? VHOST_FROM_GUEST : VHOST_FOR_GUEST].call;

	if (!vhost_ring_must_call(rx ? &v->in_ring : &v->out_ring) || call < 0)
		return;
	vale_port_tell(p, call);
	count_add(rx ? &v->rx_calls : &v->tx_calls, 1);
}

static bool
vhost_arm(struct vale_port *p)
{
	struct vhost_port *v = vhost_of(p);
	bool there = vhost_ring_arm(&v->in_ring);

	return there || load_relaxed(&v->memory.lost) != 0;
}

static void
vhost_event(struct vale_port *p)
{
	struct vhost_port *v = vhost_of(p);
	uint64_t count;
	struct iovec iov = { &count, sizeof(count) };

	/* The front end may have made its descriptor block: we must not. */
	if (preadv2(p->fd, &iov, 1, -1, RWF_NOWAIT) < 0 && errno != EAGAIN)
		v->bad_kick = true;
	count_add(&v->kicks, 1);
}

static void
vhost_stats(struct vale_port *p, struct vale_port_stats *s)
{
	struct vhost_port *v = vhost_of(p);

	s->wakeups_in = load_relaxed(&v->kicks);
	s->wakeups_out =
	    load_relaxed(&v->rx_calls) + load_relaxed(&v->tx_calls);
}

static void
vhost_show(struct vale_port *p, struct strbuf *out)
{
	const struct vhost_port *v = vhost_of(p);

	sb_adds(out, ", \"path\": ");
	json_str(out, str_of(v->path));
	sb_printf(out,
	    ", \"mode\": \"%s\", \"features\": \"%#llx\", \"slots\": %u, "
	    "\"connections\": %llu",
	    v->client ? "client" : "server", (unsigned long long)v->features,
	    v->in_ring.size, (unsigned long long)v->connections);
}

const struct vale_port_ops vhost_ops = {
	.rx = vhost_rx,
	.rx_done = vhost_rx_done,
	.prefetch = vhost_prefetch,
	.tx = vhost_tx,
	.tx_end = vhost_tx_end,
	.wake = vhost_wake,
	.arm = vhost_arm,
	.event = vhost_event,
	.stats = vhost_stats,
	.show = vhost_show,
};
