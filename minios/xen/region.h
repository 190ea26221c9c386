/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * region.h -- memory that the guest shares with a switch in another domain
 * (abi/netring.h): one region a backend domain, granted once, used by all its
 * vifs there.
 *
 * Packet buffers come from the first region, so that frames move by exchange.
 * A region's grants begin with its first vif that connects and end with the
 * last; pages that the other side keeps mapped then stay out of use.
 *
 * The switch may move a buffer that one vif sent to another of the same
 * region.  Those of a vif that closes come back as the switch left them in its
 * rings; what it did not leave there comes back when the last vif has closed.
 */
#ifndef MINIOS_XEN_REGION_H
#define MINIOS_XEN_REGION_H

#include <stddef.h>

#include "base/strbuf.h"
#include "minios/list.h"
#include "netring/guest.h"

enum { REGION_DIRS = 8 }; /* pages of references */

struct region {
	struct list node;
	uint16_t domid;
	uint32_t pages, users;
	uint64_t taken; /* ports, a bit each */
	struct netring_guest guest;
	uint32_t next; /* buffers from here on were never used */
	uint32_t nspare;
	uint32_t *spare; /* [buffers]: those that came back */
	uint32_t *ref;   /* [pages], 0: not granted */
	uint32_t *dir[REGION_DIRS];
	uint32_t dir_ref[REGION_DIRS], dirs;
};

/*
 * The region for vifs of domain domid: made at the first time, for `vifs` of
 * them with rings of slots, of at most max pages and a good part of free
 * memory; where that is too little rings are smaller.  ERR_NOMEM.
 */
int region_get(uint16_t domid, uint32_t vifs, uint32_t slots, uint32_t max,
    struct region **r);

/*
 * A port of it, with its rings full; grants the region if nobody has yet.
 * ERR_NOMEM.
 */
int region_open(
    struct region *r, struct netring_guest_port *p, uint32_t *index);
/* The switch has let go of the port, or has gone. */
void region_close(
    struct region *r, struct netring_guest_port *p, uint32_t index);

/* "8 9": the references that the other side is told. */
void region_refs(const struct region *r, struct strbuf *out);

/* Packet buffers: n bytes, or NULL; true if p was a region's. */
void *region_buffers_alloc(size_t n);
bool region_buffers_free(void *p, size_t n);

/* After a resume: nobody has any of its pages. */
void region_lose(void);

#endif
