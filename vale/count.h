/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * count.h -- what the switch counts for each port.
 *
 * Every frame that a port gives is counted once as received.  It is dropped
 * for one reason, or it goes to one port or more; each further one than the
 * first counts as a copy.  Every frame for a port is counted once as sent to
 * it or dropped for one reason.  So over the ports of a switch
 *
 *	received + copies = sent + drops (on both sides, of all reasons)
 *
 * holds whenever no burst is under way.
 */
#ifndef VALE_COUNT_H
#define VALE_COUNT_H

#include <stdint.h>

enum vale_drop {
	/* of a frame from the port */
	DROP_LENGTH,    /* too short or too long for a frame */
	DROP_VLAN,      /* a tag that the port may not send, or none */
	DROP_GUARD_MAC, /* not its own source address */
	DROP_GUARD_IP,  /* not its own source IP address */
	DROP_GUARD_ARP, /* ARP or neighbour discovery in another's name */
	DROP_GUARD,     /* what the guard cannot look into, or never lets by */
	DROP_RX_LIMIT,  /* above the port's rate */
	DROP_FLOOD,     /* above its rate of flooded frames */
	DROP_NOWHERE,   /* the forwarding function knows no port for it */
	DROP_SELF,      /* it would go back to where it came from */
	DROP_ISOLATED,  /* from an isolated port to another */
	DROP_FOREIGN,   /* to a port that is not in its VLAN */
	/* of a frame for the port */
	DROP_FULL,     /* no room: the peer is too slow */
	DROP_DOWN,     /* nobody there, or stopped */
	DROP_BROKEN,   /* the peer broke the rules */
	DROP_TX_LIMIT, /* above the port's rate */
	DROP_MTU,      /* longer than the port takes */
	DROP_OFFLOAD,  /* cannot be made what the port takes */
	DROP_REASONS,
	DROP_NONE = DROP_REASONS,
};

/* "length", "vlan", ...: as `vale stats` shows it. */
const char *vale_drop_name(unsigned int reason);

/* One direction of a port; written by one thread at a time. */
struct vale_count {
	uint64_t frames, bytes; /* dropped ones count when they came from it */
	uint64_t copies;        /* from the port only */
	uint64_t drops[DROP_REASONS];
};

/* Both, as they are read. */
struct vale_counts {
	struct vale_count rx, tx;
};

/* Adds n, by the one writer, for readers in other threads. */
static inline void
count_add(uint64_t *c, uint64_t n)
{
	__atomic_store_n(c, *c + n, __ATOMIC_RELAXED);
}

#endif
