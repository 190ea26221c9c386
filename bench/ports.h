/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ports.h -- ports of a running switch, for programs that measure: they send
 * and receive as a guest does.  Whoever fails says so and exits.
 */
#ifndef BENCH_PORTS_H
#define BENCH_PORTS_H

#include "host/vale_link.h"
#include "netring/guest.h"

enum { PEER_PORTS = 16 };

/* A region, its connection, and what of it is used. */
struct peer {
	const char *program; /* that measures */
	struct vale_link link;
	struct netring_guest guest;
	uint32_t next;         /* buffers never used */
	uint32_t ports;        /* so far */
	uint32_t nfree, *free; /* those of no ring: last in first out */
};

struct peer *peer_new(const char *program, uint32_t slots, uint32_t buffers);
/* The next of its PEER_PORTS ports; mac: its address. */
void peer_port(struct peer *p, struct netring_guest_port *port,
    const char *name, uint8_t mac[static 6]);

/* Where a frame begins in a buffer, as with guests. */
enum { FRAME_OFFSET = 64 };

/* A buffer for what is received next. */
static inline uint32_t
peer_empty(struct peer *p)
{
	return p->nfree > 0 ? p->free[--p->nfree] : p->next++;
}

static inline void
peer_free(struct peer *p, uint32_t buffer)
{
	p->free[p->nfree++] = buffer;
}

/*
 * Wakes the switch if it sleeps, for what e has published; before that comes
 * fence_full(): indices are out before wake_at is read.
 */
static inline void
peer_wake(const struct peer *p, struct netring_end *e)
{
	if (netring_must_wake(e))
		vale_link_ring(&p->link);
}

#endif
