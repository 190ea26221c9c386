/* SPDX-License-Identifier: BSD-3-Clause */
/* layout.c -- see layout.h. */
#include "netring/layout.h"

#include <string.h>

#include "base/atomic.h"
#include "base/err.h"

static uint64_t
round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) & ~(to - 1);
}

int
netring_layout_make(struct netring_layout *l, struct diag *why)
{
	uint64_t rings;

	if (l->ports < 1 || l->ports > NETRING_PORTS_MAX)
		return diag(why, ERR_RANGE, "%u ports: 1 to %d can be had",
		    l->ports, NETRING_PORTS_MAX);
	if (l->slots < NETRING_SLOTS_MIN || l->slots > NETRING_SLOTS_MAX ||
	    (l->slots & (l->slots - 1)) != 0)
		return diag(why, ERR_RANGE,
		    "%u slots: a power of two from %d to %d can be had",
		    l->slots, NETRING_SLOTS_MIN, NETRING_SLOTS_MAX);
	if (l->buffers < 1 || l->buffers > NETRING_BUFFERS_MAX)
		return diag(why, ERR_RANGE, "%u buffers: 1 to %d can be had",
		    l->buffers, NETRING_BUFFERS_MAX);
	l->ring_size = (uint32_t)round_up(
	    sizeof(struct netring) + l->slots * sizeof(netring_slot), 128);
	rings = (uint64_t)l->ports * 2 * l->ring_size;
	l->buffer_offset = round_up(NETRING_PAGE + rings, NETRING_PAGE);
	l->size =
	    round_up(l->buffer_offset + (uint64_t)l->buffers * NETRING_BUFFER,
	        NETRING_PAGE);
	return 0;
}

void
netring_head_write(uint8_t *base, const struct netring_layout *l,
    uint32_t features, uint32_t generation)
{
	struct netring_head *h = (struct netring_head *)(void *)base;

	memset(base, 0, NETRING_PAGE);
	h->magic = NETRING_MAGIC;
	h->version = NETRING_VERSION;
	h->ports = (uint16_t)l->ports;
	h->size = l->size;
	h->features = features;
	h->generation = generation;
	h->buffers = l->buffers;
	h->buffer_offset = l->buffer_offset;
	for (uint32_t i = 0; i < l->ports; i++) {
		h->port[i].tx_offset = netring_tx_offset(l, i);
		h->port[i].rx_offset = netring_rx_offset(l, i);
		h->port[i].slots = l->slots;
	}
}

/* That the ports' rings are where our own arithmetic has them. */
static int
netring_ports_check(const struct netring_head *h,
    const struct netring_layout *l, struct diag *why)
{
	for (uint32_t i = 0; i < l->ports; i++) {
		if (load_relaxed(&h->port[i].tx_offset) !=
		        netring_tx_offset(l, i) ||
		    load_relaxed(&h->port[i].rx_offset) !=
		        netring_rx_offset(l, i) ||
		    load_relaxed(&h->port[i].slots) != l->slots)
			return diag(why, ERR_PEER,
			    "region: rings of port %u misplaced", i);
	}
	return 0;
}

int
netring_head_read(const uint8_t *base, uint64_t size, struct netring_layout *l,
    struct diag *why)
{
	const struct netring_head *h = (const void *)base;
	struct netring_layout got;
	uint16_t version;

	if (size < NETRING_PAGE || load_relaxed(&h->magic) != NETRING_MAGIC)
		return diag(why, ERR_PEER, "region: not a netring");
	version = load_relaxed(&h->version);
	if (version != NETRING_VERSION)
		return diag(why, ERR_PEER,
		    "region: version %u, this program speaks %d", version,
		    NETRING_VERSION);
	got.ports = load_relaxed(&h->ports);
	got.slots = load_relaxed(&h->port[0].slots);
	got.buffers = load_relaxed(&h->buffers);
	if (netring_layout_make(&got, why) != 0)
		return ERR_PEER;
	if (got.size != size || load_relaxed(&h->size) != size ||
	    load_relaxed(&h->buffer_offset) != got.buffer_offset)
		return diag(why, ERR_PEER, "region: sizes do not agree");
	if (netring_ports_check(h, &got, why) != 0)
		return ERR_PEER;
	*l = got;
	return 0;
}

void
netring_port_reset(const struct netring_layout *l, uint8_t *base, uint32_t port)
{
	struct netring *tx = netring_tx(l, base, port);
	struct netring *rx = netring_rx(l, base, port);

	memset(tx, 0, l->ring_size);
	memset(rx, 0, l->ring_size);
	/* Behind, so that nobody is woken before he asks. */
	tx->guest.wake_at = tx->host.wake_at = UINT32_MAX;
	rx->guest.wake_at = rx->host.wake_at = UINT32_MAX;
}
