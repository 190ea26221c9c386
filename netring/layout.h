/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * layout.h -- where things lie in a region.
 *
 * The switch computes the layout from what was agreed, keeps it for itself and
 * writes it into the head; the guest reads the head once, checks it, and keeps
 * its copy.  Neither looks at the shared head afterwards.
 */
#ifndef NETRING_LAYOUT_H
#define NETRING_LAYOUT_H

#include <stddef.h>

#include "abi/netring.h"
#include "base/diag.h"

struct netring_layout {
	uint32_t ports;   /* 1..NETRING_PORTS_MAX that there is room for */
	uint32_t slots;   /* of each ring: power of two in its limits */
	uint32_t buffers; /* 1..NETRING_BUFFERS_MAX */
	uint32_t ring_size;
	uint64_t buffer_offset;
	uint64_t size;
};

/*
 * Fills in the rest from ports, slots and buffers.  ERR_RANGE with *why when
 * one of these is outside its limits.
 */
int netring_layout_make(struct netring_layout *l, struct diag *why);

static inline uint32_t
netring_tx_offset(const struct netring_layout *l, uint32_t port)
{
	return NETRING_PAGE + port * 2 * l->ring_size;
}

static inline uint32_t
netring_rx_offset(const struct netring_layout *l, uint32_t port)
{
	return netring_tx_offset(l, port) + l->ring_size;
}

static inline struct netring *
netring_tx(const struct netring_layout *l, uint8_t *base, uint32_t port)
{
	return (struct netring *)(void *)(base + netring_tx_offset(l, port));
}

static inline struct netring *
netring_rx(const struct netring_layout *l, uint8_t *base, uint32_t port)
{
	return (struct netring *)(void *)(base + netring_rx_offset(l, port));
}

/* Writes the head of a new region at base: zeroed memory, or one of l's. */
void netring_head_write(uint8_t *base, const struct netring_layout *l,
    uint32_t features, uint32_t generation);

/*
 * Reads the head of a region of size bytes that the other side made, checks
 * that all lies within and nothing overlaps, and fills *l.  ERR_PEER with
 * *why.
 */
int netring_head_read(const uint8_t *base, uint64_t size,
    struct netring_layout *l, struct diag *why);

/* Gives both rings of a port their initial state; the guest's, unopened. */
void netring_port_reset(
    const struct netring_layout *l, uint8_t *base, uint32_t port);

#endif
