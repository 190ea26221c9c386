/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * internal.h -- the parts of the switch, for vale/ only.
 *
 *	vale --+-- workers, each a thread: --- the slots pinned to it
 *	       +-- switches: --- forwarding function, slots by number
 *	       +-- loop: descriptors of the control thread
 *
 * A slot is a port's place in a switch: what the switch knows about the port.
 * The control thread changes tables by publishing a new one and waiting until
 * every worker has begun a new round (vale_sync); then the old one is freed.
 * So the workers take no lock to read them.
 */
#ifndef VALE_INTERNAL_H
#define VALE_INTERNAL_H

#include <pthread.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/vec.h"
#include "vale/count.h"
#include "vale/doorbell.h"
#include "vale/forward.h"
#include "vale/limit.h"
#include "vale/loop.h"
#include "vale/port.h"
#include "vale/segment.h"
#include "vale/settings.h"
#include "vale/vale.h"

struct vale_worker;

enum { HEAD_ROOM = 64 }; /* keeps heads on cache lines */
_Static_assert((int)HEAD_ROOM >= (int)VALE_HEADROOM, "room for a tag");
/* A segment's headers are up to 138 bytes long. */
enum { TAGGED_HEAD = VALE_HEAD + CACHE_LINE / 2 };

struct vale_slot {
	struct vale_port *port;
	struct vale_switch *sw;
	struct vale_worker *worker;
	const struct vale_settings *set; /* atomic; by vale_sync */
	struct vale_slot *mirror;        /* atomic; by vale_sync */
	uint32_t number;
	int enabled; /* atomic: workers may call the port */
	char name[VALE_NAME_MAX];
	struct vale_slot *guess; /* atomic: where its last burst went */

	/* its worker's */
	struct vale_count rx CACHE_ALIGNED;
	struct vale_limit rx_pps, rx_bps, flood_pps;
	unsigned int last; /* frames of the last burst */
	int64_t busy_ns;   /* when a frame was last there */
	int64_t left_ns;   /* when it last went to sleep */
	unsigned int vain; /* times in a row that it was polled for nothing */
	bool active;       /* polled; else an event will tell */
	bool rx_dirty;     /* frames given back, nobody woken yet */

	/* under lock */
	struct spinlock lock CACHE_ALIGNED;
	struct vale_count tx;
	struct vale_limit tx_pps, tx_bps;
} CACHE_ALIGNED;

/* A switch's slots by number; replaced when it must grow. */
struct vale_table {
	uint32_t n;               /* slots[] in use or NULL */
	struct vale_slot *slot[]; /* atomic */
};

struct vale_switch {
	struct vale_switch *next;
	struct vale *vale;
	char name[VALE_NAME_MAX];
	struct vale_table *table;           /* atomic; by vale_sync */
	struct vale_forward_state *forward; /* atomic; by vale_sync */
	struct vale_counts gone;            /* of ports that were removed */
};

/* The slots pinned to a worker; replaced when they change. */
struct vale_pinned {
	uint32_t n;
	struct vale_slot *slot[];
};

/* What one burst needs; a worker's own. */
struct vale_scratch {
	/* of all frames of the burst together */
	uint32_t longest;
	uint16_t flags, vlans;
	struct vale_frame frame[VALE_BURST];
	struct vale_frame changed[VALE_BURST]; /* retagged for one port */
	struct vale_frame *list[VALE_BURST], *part[VALE_BURST],
	    *keep[VALE_BURST];
	struct segmenter segmenter; /* for ports that cannot do it */
	uint64_t segments; /* made so, beyond the frames that they were */
	uint8_t head[VALE_BURST][HEAD_ROOM + VALE_HEAD] CACHE_ALIGNED;
	uint8_t tagged[VALE_BURST]
	              [HEAD_ROOM + VALE_HEAD + CACHE_LINE] CACHE_ALIGNED;
};

struct vale_worker {
	struct vale *vale;
	unsigned int id;
	int cpu; /* -1: anywhere */
	pthread_t thread;
	int epoll, event;
	int sleeping;               /* atomic; see vale_worker_wake() */
	int stop;                   /* atomic */
	uint32_t wanted, reached;   /* atomic: rounds asked for and begun */
	struct vale_pinned *pinned; /* atomic; by vale_sync */
	unsigned int nslots; /* the control thread's: ports given to it */

	/* its own */
	const struct vale_pinned *known;
	VEC(struct vale_slot *) active;
	VEC(struct vale_slot *) dirty; /* tx published, nobody woken yet */
	bool rx_dirty;                 /* some active slot's is set */
	int64_t now_ns, woken_ns;      /* of worker_wake_peers() */
	uint64_t rounds, sleeps;
	int64_t looked_ns;   /* for events, last */
	unsigned int unseen; /* frames moved since */
	struct vale_scratch *scratch;
};

struct vale {
	struct vale_options options;
	struct vale_loop *loop;
	struct doorbell doorbell;
	copy_fn *copy;
	struct vale_switch *switches;
	struct vale_worker *workers;
	unsigned int nworkers;
	VEC(struct vale_port *) gone; /* vale_port_gone() was called */
	int broken; /* atomic: some port's link is VALE_BROKEN */
	struct vale_limit log_limit;
};

/*
 * d's lock, for a worker.  One that is alone needs none: the control thread
 * takes none either (vale_sync), and a locked instruction waits until all
 * stores before it have reached the other processor.
 */
static inline void
slot_lock(const struct vale_worker *w, struct vale_slot *d)
{
	if (w->vale->nworkers > 1)
		spin_lock(&d->lock);
}

static inline void
slot_unlock(const struct vale_worker *w, struct vale_slot *d)
{
	if (w->vale->nworkers > 1)
		spin_unlock(&d->lock);
}

/* burst.c: one burst from a slot; frames received, or ERR_*. */
int vale_burst(struct vale_worker *w, struct vale_slot *s);

/* worker.c */
int vale_worker_start(struct vale_worker *w, struct diag *why);
void vale_worker_stop(struct vale_worker *w);
/* Waits until every worker has begun another round. */
void vale_sync(struct vale *v);
/* Pins s, or takes it off; the port's fd with it. */
int vale_worker_add(struct vale_worker *w, struct vale_slot *s);
void vale_worker_remove(struct vale_worker *w, struct vale_slot *s);
void vale_worker_wake(struct vale_worker *w);
/* One round of it, in the caller's thread; for tests.  Frames moved. */
unsigned int vale_worker_round(struct vale_worker *w);
/* For burst.c: d has been sent to and must be considered for an event. */
void vale_worker_dirty(struct vale_worker *w, struct vale_slot *d);

/*
 * From a worker: the port's function returned err (ERR_PEER, ERR_CLOSED); the
 * control thread will be told.
 */
void vale_slot_broken(struct vale_slot *s, int err);

/* switch.c */
struct vale_switch *switch_find(const struct vale *v, struct str name);
struct vale_slot *switch_slot(const struct vale_switch *sw, struct str name);
/* Puts s into its switch; ERR_NOMEM.  And takes it out, until no worker looks
 * at it. */
int switch_add_slot(struct vale_switch *sw, struct vale_slot *s);
void switch_remove_slot(struct vale_switch *sw, struct vale_slot *s);
/* Resolves the names of mirrors anew, after a port came or a setting changed.
 */
void switch_find_mirrors(struct vale_switch *sw);
void switch_free(struct vale_switch *sw);
/* Whether name may name a "switch" or "port"; ERR_INVAL. */
int switch_check_name(const char *what, struct str name, struct diag *why);
void counts_add(struct vale_counts *to, const struct vale_counts *from);
void slot_counts(const struct vale_slot *s, struct vale_counts *c);

/* Whether s may be called by a worker now. */
static inline bool
vale_slot_usable(const struct vale_slot *s)
{
	return load_acquire(&s->enabled) != 0 &&
	       load_relaxed(&s->port->link) == VALE_UP;
}

#endif
