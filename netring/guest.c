/* SPDX-License-Identifier: BSD-3-Clause */
/* guest.c -- see guest.h. */
#include "netring/guest.h"

#include <string.h>

int
netring_guest_init(
    struct netring_guest *g, uint8_t *base, const struct netring_layout *l)
{
	g->held = calloc(1, l->buffers);
	if (g->held == NULL)
		return ERR_NOMEM;
	g->base = base;
	g->layout = *l;
	g->buffers = base + l->buffer_offset;
	return 0;
}

void
netring_guest_fini(struct netring_guest *g)
{
	free(g->held);
	g->held = NULL;
}

/* Both rings from the start: rx full of empty buffers, tx empty. */
static void
netring_guest_port_fill(struct netring_guest_port *p, uint32_t i,
    const uint32_t *rx_buffers, uint32_t offset)
{
	struct netring_guest *g = p->guest;
	uint32_t slots = g->layout.slots;

	netring_port_reset(&g->layout, g->base, i);
	netring_end_init(
	    &p->tx, netring_tx(&g->layout, g->base, i), slots, true);
	netring_end_init(
	    &p->rx, netring_rx(&g->layout, g->base, i), slots, true);
	p->reclaimed = 0;
	for (uint32_t k = 0; k < slots; k++) {
		netring_guest_give(g, rx_buffers[k]);
		netring_poke(&p->rx, k, slot_make(rx_buffers[k], 0, offset, 0));
	}
	netring_advance(&p->rx, slots);
	netring_publish(&p->rx);
}

void
netring_guest_port_start(struct netring_guest_port *p, uint32_t i,
    const uint32_t *spare, uint32_t offset)
{
	uint32_t slots = p->guest->layout.slots;

	memcpy(p->spare, spare, slots * sizeof(*spare));
	p->nspare = slots;
	netring_guest_port_fill(p, i, spare + slots, offset);
}

int
netring_guest_port_init(struct netring_guest_port *p, struct netring_guest *g,
    uint32_t i, const uint32_t *spare, uint32_t offset)
{
	p->guest = g;
	/* Twice: its end collects what both rings held. */
	p->spare = malloc(2 * g->layout.slots * sizeof(*p->spare));
	if (p->spare == NULL)
		return ERR_NOMEM;
	netring_guest_port_start(p, i, spare, offset);
	return 0;
}

void
netring_guest_port_fini(struct netring_guest_port *p)
{
	free(p->spare);
	p->spare = NULL;
}

/* The buffer in slot i of a ring that the switch has left, if it makes sense.
 */
static void
netring_guest_port_left(
    struct netring_guest_port *p, const struct netring_end *e, uint32_t i)
{
	uint32_t b = slot_buffer(load_relaxed(&e->slot[i & e->mask]));

	if (b < p->guest->layout.buffers && netring_guest_take(p->guest, b))
		p->spare[p->nspare++] = b;
}

uint32_t
netring_guest_port_end(struct netring_guest_port *p)
{
	/* A port has 2 * slots buffers, wherever they are: there is room. */
	for (; p->reclaimed != p->tx.index; p->reclaimed++)
		netring_guest_port_left(p, &p->tx, p->reclaimed);
	for (uint32_t i = 0; i <= p->rx.mask; i++)
		netring_guest_port_left(p, &p->rx, i);
	return p->nspare;
}

void
netring_guest_port_stop(struct netring_guest_port *p, struct netring_lost *lost)
{
	/* What it has done since we last looked counts, if it makes sense. */
	(void)netring_look(&p->tx);
	lost->tx += p->tx.index - p->tx.seen;
	if (netring_look(&p->rx) > 0)
		lost->rx += netring_have(&p->rx);
	lost->full += load_relaxed(&p->rx.peer->drops);
}

uint32_t
netring_guest_collect(struct netring_guest *g, uint32_t *out)
{
	uint32_t n = 0;

	for (uint32_t b = 0; b < g->layout.buffers; b++)
		if (netring_guest_take(g, b))
			out[n++] = b;
	return n;
}

/* Takes back the buffers of slots that the switch has done with. */
static int
netring_guest_reclaim(struct netring_guest_port *p)
{
	struct netring_guest *g = p->guest;

	for (; p->reclaimed != p->tx.seen; p->reclaimed++) {
		uint32_t b = slot_buffer(
		    load_relaxed(&p->tx.slot[p->reclaimed & p->tx.mask]));

		if (unlikely(b >= g->layout.buffers) ||
		    !netring_guest_take(g, b))
			return ERR_PEER;
		p->spare[p->nspare++] = b;
	}
	return (int)netring_have(&p->tx);
}

int
netring_guest_tx_room(struct netring_guest_port *p, uint32_t n)
{
	uint32_t have = netring_have(&p->tx);
	int err;

	if (have < n) {
		err = netring_look(&p->tx);
		if (err >= 0)
			err = netring_guest_reclaim(p);
		if (err < 0)
			return err;
		have = (uint32_t)err;
	}
	/* Only ours: the switch may be reading the next. */
	netring_want_slots(&p->tx, have < n ? have : n);
	return (int)have;
}

int
netring_guest_tx_arm(struct netring_guest_port *p)
{
	int err = netring_arm(&p->tx, p->guest->layout.slots / 4);

	return err < 0 ? err : netring_guest_reclaim(p);
}
