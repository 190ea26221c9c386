/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ether_bridge.h -- a learning bridge (IEEE 802.1D, 7.7 to 7.9): what
 * EtherSwitch and ListenEtherSwitch are, and what EtherSpanTree steers.  Not
 * an element.
 *
 * Where stations are is kept in a flow table: keyed hash, memory in steps of a
 * page, at most capacity stations.  A new one makes the bridge look at a few
 * others and forget those not heard of for the timeout; when the table is full
 * the one not heard of for longest, of EVICT_LOOKS looked at in turn, goes.
 * So no frame costs more than a few steps, and a flood of made up addresses
 * displaces itself rather than stations that talk.
 *
 * Time is that of the packets' time stamps; one without is of now.
 */
#ifndef ELEMENTS_ETHERSWITCH_ETHER_BRIDGE_H
#define ELEMENTS_ETHERSWITCH_ETHER_BRIDGE_H

#include "click/element.h"
#include "elements/ip/flowtable.h"

struct ether_bridge {
	struct flowtable table;
	struct spinlock lock;
	uint32_t capacity;
	uint32_t timeout_s; /* 0: learns nothing, floods all */
	uint32_t fast_s;    /* a shorter timeout for now, 0: none */
	uint32_t hand;      /* the station looked at last */
	bool *learn_only;   /* by input: frames are learned from, then killed */
	uint64_t drops;     /* frames too short */
};

/*
 * Element functions; e's state is a struct ether_bridge.  With more outputs
 * than inputs the last one gets a copy of every frame.
 */
int ether_bridge_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
void ether_bridge_cleanup(struct element *e, enum cleanup_stage stage);
void ether_bridge_add_handlers(struct element *e);
void ether_bridge_push(struct element *e, unsigned int port, struct batch *b);
/* What goes along to another process. */
extern const struct state_class ether_bridge_state;
/* Answers to "ether_bridge" (its state) and "EtherSwitch". */
void *ether_bridge_cast(struct element *e, const char *name, int port);

/* For EtherSpanTree; on its thread. */
static inline void
ether_bridge_set_learn_only(struct ether_bridge *b, unsigned int port, bool on)
{
	store_relaxed(&b->learn_only[port], on);
}

/* While the topology changes: forget stations after seconds, 0: as usual. */
static inline void
ether_bridge_set_fast(struct ether_bridge *b, uint32_t seconds)
{
	store_relaxed(&b->fast_s, seconds);
}

#endif
