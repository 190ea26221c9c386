/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * region.h -- the memory of a guest that is a process: a memfd that nobody can
 * shrink, ours or one that an earlier switch made and the guest has kept.
 */
#ifndef VALE_REGION_H
#define VALE_REGION_H

#include "netring/host.h"

struct vale_region {
	struct netring_layout layout;
	struct netring_memory memory;
	uint8_t *base;
};

/*
 * A new region as r->layout (ports, slots, buffers) asks, and its descriptor,
 * the caller's.  ERR_RANGE, ERR_NOMEM, ERR_IO.
 */
int region_make(
    struct vale_region *r, uint32_t generation, int *fd, struct diag *why);

/*
 * Takes over the region behind fd, which stays the caller's: a memfd of just
 * the size that r->layout gives, sealed against shrinking, so that no access
 * to it can fail.  Its head is written anew; rings and buffers stay as they
 * are.  ERR_PEER with *why when it is anything else.
 */
int region_adopt(
    struct vale_region *r, uint32_t generation, int fd, struct diag *why);

void region_unmap(struct vale_region *r);

/* What the switch offers in head.features. */
enum { REGION_FEATURES = NETRING_F_SEGMENTS | NETRING_F_CSUM | NETRING_F_GSO };

#endif
