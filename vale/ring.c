/* SPDX-License-Identifier: BSD-3-Clause */
/* ring.c -- see ring.h. */
#include "vale/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "vale/count.h"

_Static_assert((int)VALE_CSUM_PARTIAL == (int)NETRING_CSUM_PARTIAL, "flags");
_Static_assert((int)VALE_GSO_TCP4 == (int)NETRING_GSO_TCP4, "flags");
_Static_assert((int)VALE_GSO_TCP6 == (int)NETRING_GSO_TCP6, "flags");
_Static_assert((int)VALE_CSUM_GOOD == (int)NETRING_CSUM_GOOD, "flags");
_Static_assert((int)VALE_PIECES_MAX >= (int)NETRING_SEGMENTS_MAX, "pieces");

enum { OFFLOADS = VALE_CSUM_PARTIAL | VALE_GSO_TCP4 | VALE_GSO_TCP6 };

/* ---- frames from the guest ---- */

/* Offloads of a frame that begins at data; the flags that make sense. */
static bool
ring_meta(const struct vale_ring *r, const uint8_t *data, struct vale_frame *f)
{
	struct netring_meta m;

	memcpy(&m, data - NETRING_META, sizeof(m)); /* once */
	if ((m.flags & ~OFFLOADS) != 0 ||
	    (m.flags != 0 && (r->features & NETRING_F_CSUM) == 0) ||
	    (m.flags & (VALE_GSO_TCP4 | VALE_GSO_TCP6) && m.gso_size == 0))
		return false;
	f->flags |= m.flags;
	f->gso_size = m.gso_size;
	f->csum_start = m.csum_start;
	f->csum_offset = m.csum_offset;
	return true;
}

/*
 * The further slots of a frame whose first is slot i; the number of all, or 0
 * when they break the rules.
 */
static uint32_t
ring_rest(struct vale_ring *r, struct vale_frame *f, uint32_t i, uint32_t have,
    struct vale_piece *piece)
{
	uint32_t n = 1;
	netring_slot s;

	if ((r->features & NETRING_F_SEGMENTS) == 0)
		return 0;
	f->rest = piece;
	do {
		if (n == NETRING_SEGMENTS_MAX || i + n == have ||
		    netring_host_tx_slot(&r->in, &r->memory, i + n, &s) != 0)
			return 0;
		piece[f->nrest].data = netring_bytes(&r->memory, s);
		piece[f->nrest++].length = slot_length(s);
		f->total += slot_length(s);
		n++;
	} while ((slot_flags(s) & NETRING_MORE) != 0);
	return n;
}

/* The frame that begins in slot i of have; its slots, or 0: rules broken. */
static inline uint32_t
ring_frame(struct vale_ring *r, struct vale_frame *f, uint32_t i, uint32_t have,
    struct vale_piece *piece)
{
	netring_slot s;

	if (unlikely(netring_host_tx_slot(&r->in, &r->memory, i, &s) != 0))
		return 0;
	f->head = NULL;
	f->head_length = 0;
	f->data = netring_bytes(&r->memory, s);
	f->length = f->total = slot_length(s);
	f->nrest = 0;
	f->flags = slot_flags(s) & NETRING_CSUM_GOOD;
	f->region = r->region;
	f->buffer = slot_buffer(s);
	if (unlikely((slot_flags(s) & NETRING_HAS_META) != 0) &&
	    !ring_meta(r, f->data, f))
		return 0;
	if (likely((slot_flags(s) & NETRING_MORE) == 0))
		return 1;
	f->region = NULL;
	return ring_rest(r, f, i, have, piece);
}

/*
 * Asks for what the next burst will read, at most max frames from slot i of
 * have on: it comes while this one is copied.  Their slots were asked for a
 * burst ago, and what they say is not relied on.
 */
static void
ring_expect(const struct vale_ring *r, uint32_t i, uint32_t have, uint32_t max)
{
	uint32_t n = have - i < max ? have - i : max;

	for (uint32_t k = 0; k < n; k++) {
		netring_slot s = netring_peek(&r->in, i + k);

		if (likely(slot_valid(s, r->memory.count)))
			prefetch_read(netring_bytes(&r->memory, s));
	}
	i += n;
	netring_expect_slots(&r->in, i, have - i < max ? have - i : max);
}

int
vale_ring_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct vale_ring *r = vale_ring_of(p);
	uint32_t i = 0, pieces = 0, n = 0;
	int have = (int)netring_have(&r->in);

	if (have < (int)max) {
		have = netring_look(&r->in);
		if (unlikely(have < 0))
			return vale_port_broken(
			    p, "tx ring: index out of range");
		netring_expect_slots(
		    &r->in, 0, (uint32_t)have < max ? (uint32_t)have : max);
	}
	while (n < max && i < (uint32_t)have &&
	       pieces + NETRING_SEGMENTS_MAX <= RING_PIECES) {
		uint32_t slots =
		    ring_frame(r, &f[n], i, (uint32_t)have, r->piece + pieces);

		if (unlikely(slots == 0))
			return vale_port_broken(p,
			    "tx ring: slot %u makes no sense", r->in.index + i);
		r->at[n++] = (uint16_t)i;
		pieces += slots - 1;
		i += slots;
	}
	r->lent = i;
	ring_expect(r, i, (uint32_t)have, max);
	return (int)n;
}

void
vale_ring_rx_done(
    struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	struct vale_ring *r = vale_ring_of(p);

	for (unsigned int i = 0; i < n; i++)
		if (unlikely((f[i].flags & VALE_SWAPPED) != 0))
			netring_host_tx_swap(&r->in, r->at[i], f[i].buffer);
	netring_advance(&r->in, r->lent);
	netring_publish(&r->in);
}

/* ---- frames for the guest ---- */

void
vale_ring_prefetch(struct vale_port *p, unsigned int n)
{
	struct vale_ring *r = vale_ring_of(p);
	int have = netring_host_rx_fill(&r->out, &r->memory, n);

	/* What is wrong shows in tx. */
	for (int i = 0; i < have && i < (int)n; i++)
		prefetch_write(netring_bytes(
		    &r->memory, netring_host_rx_top(&r->out, (uint32_t)i)));
	netring_want_slots(&r->out.end, n);
}

/* The 16 bytes before a frame at to. */
static uint32_t
ring_put_meta(uint8_t *to, const struct vale_frame *f)
{
	struct netring_meta m = { .flags = f->flags & OFFLOADS,
		.gso_size = f->gso_size,
		.csum_start = f->csum_start,
		.csum_offset = f->csum_offset };

	memcpy(to - NETRING_META, &m, sizeof(m));
	return NETRING_HAS_META;
}

/* Gives the guest the frame's own buffer, and the frame one of the guest's. */
static void
ring_swap(struct vale_ring *r, struct vale_frame *f)
{
	netring_slot e = netring_host_rx_pop(&r->out);
	const uint8_t *first = f->data - f->head_length;
	uint32_t offset =
	    (uint32_t)(first - r->memory.buffers) % NETRING_BUFFER;
	uint32_t flags = f->flags & NETRING_CSUM_GOOD;

	if ((f->flags & OFFLOADS) != 0)
		flags |= NETRING_HAS_META; /* it lies before the frame still */

	netring_host_rx_put(
	    &r->out, slot_make(f->buffer, flags, offset, f->total));
	f->buffer = slot_buffer(e);
	f->flags |= VALE_SWAPPED;
	count_add(&r->swaps, 1);
}

/* Copies a frame into as many buffers as it needs; false: too few. */
static bool
ring_copy_long(struct vale_ring *r, const struct vale_frame *f)
{
	uint32_t from = 0, first = 1;
	uint32_t need = (f->total + NETRING_BUFFER - NETRING_META - 1) /
	                    (NETRING_BUFFER - NETRING_META) +
	                1;

	if (r->out.nempty < need || need > NETRING_SEGMENTS_MAX)
		return false;
	while (from < f->total) {
		netring_slot e = netring_host_rx_pop(&r->out);
		uint32_t offset = first ? slot_offset(e) : NETRING_META;
		uint32_t n = NETRING_BUFFER - offset, flags = 0;
		uint8_t *to = netring_bytes(
		    &r->memory, slot_make(slot_buffer(e), 0, offset, 0));

		if (n > f->total - from)
			n = f->total - from;
		vale_frame_copy_part(&r->port, to, f, from, n);
		if (first && (f->flags & OFFLOADS) != 0)
			flags = ring_put_meta(to, f);
		from += n;
		first = 0;
		if (from < f->total)
			flags |= NETRING_MORE;
		netring_host_rx_put(&r->out,
		    slot_make(slot_buffer(e),
		        flags | (f->flags & NETRING_CSUM_GOOD), offset, n));
	}
	return true;
}

static inline bool
ring_put(struct vale_ring *r, struct vale_frame *f)
{
	netring_slot e;
	uint32_t flags = f->flags & NETRING_CSUM_GOOD;
	uint8_t *to;

	if ((f->flags & VALE_UNCHANGED) != 0 && f->region == r->region) {
		ring_swap(r, f);
		return true;
	}
	e = netring_host_rx_top(&r->out, 0);
	if (unlikely(f->total > NETRING_BUFFER - slot_offset(e)))
		return ring_copy_long(r, f);
	(void)netring_host_rx_pop(&r->out);
	to = netring_bytes(&r->memory, e);
	vale_frame_copy(&r->port, to, f);
	if (unlikely((f->flags & OFFLOADS) != 0))
		flags |= ring_put_meta(to, f);
	netring_host_rx_put(&r->out,
	    slot_make(slot_buffer(e), flags, slot_offset(e), f->total));
	return true;
}

int
vale_ring_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct vale_ring *r = vale_ring_of(p);
	unsigned int i = 0;
	int have = netring_host_rx_fill(&r->out, &r->memory, n);

	if (unlikely(have < 0))
		return vale_port_broken(
		    p, "rx ring: index or empty buffer out of range");
	while (i < n && r->out.nempty > 0 && ring_put(r, f[i]))
		i++;
	/* The guest can tell, also when we have gone. */
	if (unlikely(i < n))
		store_relaxed(&r->out.end.own->drops,
		    load_relaxed(&r->out.end.own->drops) + (n - i));
	return (int)i;
}

void
vale_ring_tx_end(struct vale_port *p)
{
	netring_publish(&vale_ring_of(p)->out.end);
}

/* A broken ring shows in the next rx. */
bool
vale_ring_arm(struct vale_port *p)
{
	return netring_arm(&vale_ring_of(p)->in, 0) != 0;
}

int
vale_ring_init(struct vale_ring *r, const struct netring_layout *l,
    uint8_t *base, uint32_t index, uint32_t features, const void *region)
{
	struct vale_port *p = &r->port;

	r->region = region;
	r->features = features;
	r->memory.buffers = base + l->buffer_offset;
	r->memory.count = l->buffers;
	r->out.empty = malloc(l->slots * sizeof(*r->out.empty));
	if (r->out.empty == NULL)
		return ERR_NOMEM;
	netring_end_init(&r->in, netring_tx(l, base, index), l->slots, false);
	netring_end_init(
	    &r->out.end, netring_rx(l, base, index), l->slots, false);
	if ((features & NETRING_F_SEGMENTS) != 0)
		p->mtu = 9000;
	if ((features & NETRING_F_CSUM) != 0)
		p->features |= VALE_F_CSUM;
	if ((features & NETRING_F_GSO) != 0)
		p->features |= VALE_F_GSO;
	return 0;
}

void
vale_ring_fini(struct vale_ring *r)
{
	netring_host_rx_leave(&r->out);
	free(r->out.empty);
}
