/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * element.h -- what an element is: the one header that most element files
 * include.
 *
 * An element file exports one constant record:
 *
 *	const struct element_class element_counter = {
 *		.name = "Counter",
 *		.ports = "1/1",
 *		.state_size = sizeof(struct counter),
 *		.configure = counter_configure,
 *		.action = counter_action,
 *		.add_handlers = counter_add_handlers,
 *	};
 *
 * Strings are Click's: ports "inputs/outputs" ("1/1-2", "-/=", "0/0");
 * processing "a/ah" (h push, l pull, a agnostic; default "a/a"); flow code
 * ("x/x" default, "COMPLETE").
 *
 * Packets move in one of two ways.  An element that treats the packets of one
 * input in place writes .action: it changes, removes (kills) or sends away
 * packets of the batch, and what it leaves goes to output 0, whether it was
 * pushed or is being pulled.  Any other element writes .push and .pull.
 *
 * Life: create (state zeroed) -> configure -> initialize -> run -> cleanup.
 * cleanup is called whatever happened before and must cope with a zeroed
 * state.
 */
#ifndef CLICK_ELEMENT_H
#define CLICK_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/strs.h"
#include "click/args.h"
#include "click/batch.h"
#include "click/errh.h"
#include "click/handler.h"
#include "click/packet.h"
#include "click/task.h"
#include "click/thread.h"
#include "click/timer.h"

struct element;
struct router;
struct state_class;

typedef void push_fn(struct element *e, unsigned int port, struct batch *b);
/*
 * Appends at most max packets to b, which has the room; returns how many.  0:
 * nothing now.
 */
typedef unsigned int pull_fn(
    struct element *e, unsigned int port, struct batch *b, unsigned int max);

/* Order of configure and initialize, as Click's phases. */
enum configure_phase {
	PHASE_FIRST = 0,
	PHASE_INFO = 20,
	PHASE_PRIVILEGED = 90,
	PHASE_DEFAULT = 100,
	PHASE_LAST = 2000,
};

enum cleanup_stage {
	CLEANUP_BEFORE_CONFIGURE,
	CLEANUP_CONFIGURE_FAILED,
	CLEANUP_CONFIGURED,
	CLEANUP_INITIALIZE_FAILED,
	CLEANUP_INITIALIZED, /* it ran */
};

enum element_flag {
	/*
	 * Its packet functions may be called by several threads at once:
	 * stateless, or counters by counter_add() and state behind locks.
	 * Others are refused where two threads could meet.
	 */
	ELEMENT_SHAREABLE = 1,
	/* "config" may be written while it runs (configure is called again) */
	ELEMENT_LIVE = 2,
	/*
	 * Shows the order of packets (prints them): those who push towards it
	 * push one by one, so that the order is Click's.
	 */
	ELEMENT_OBSERVES = 4,
};

struct element_class {
	const char *name;
	const char *ports;       /* default "0/0" */
	const char *processing;  /* default "a/a" */
	const char *flow;        /* default "x/x" */
	const char *click_flags; /* Click's flags() text, e.g. "S0", or NULL */
	size_t state_size;
	unsigned int flags; /* enum element_flag */
	int phase;          /* enum configure_phase; 0 stands for DEFAULT */
	uint32_t scratch;   /* bytes beyond SCRATCH_ELEMENT, rarely */

	/* Reads conf; 0, or negative after telling errh. */
	int (*configure)(
	    struct element *e, const struct strs *conf, struct errh *errh);
	/* All are configured and connected. */
	int (*initialize)(struct element *e, struct errh *errh);
	void (*cleanup)(struct element *e, enum cleanup_stage stage);
	void (*add_handlers)(struct element *e);
	/*
	 * A hot swap: old has the same name and a class for which
	 * hotswap_like says yes (default: the same class); takes over what it
	 * can.  Called after initialize, before anything runs.
	 */
	void (*take_state)(
	    struct element *e, struct element *old, struct errh *errh);
	bool (*hotswap_like)(struct element *e, struct element *old);
	/*
	 * What goes along to another process and, without take_state, in a
	 * hot swap (state.h).  NULL: nothing.
	 */
	const struct state_class *state;
	/* Default with ELEMENT_LIVE: configure. */
	int (*live_reconfigure)(
	    struct element *e, const struct strs *conf, struct errh *errh);
	/* Default: the text it was given, made new by live configures. */
	void (*unparse_config)(struct element *e, struct strbuf *out);
	/*
	 * The interface called name (a class name, "empty_notifier",
	 * "full_notifier", "ip_lookup"...) of e, for port where that matters
	 * (-1: any); or NULL.  Its own class name is answered by the runtime.
	 */
	void *(*cast)(struct element *e, const char *name, int port);
	void (*action)(struct element *e, struct batch *b);
	push_fn *push;
	pull_fn *pull;
};

/* One end of a connection, seen from this element. */
struct port {
	union {
		push_fn *push; /* an output that pushes */
		pull_fn *pull; /* an input that pulls */
	};
	struct element *peer; /* NULL when nothing is connected */
	uint32_t peer_port;
	bool active;    /* this side calls the other */
	bool push_port; /* a push connection (else pull) */
};

struct element {
	struct port *out, *in;
	uint16_t nout, nin;
	uint32_t index; /* in the router, declaration order */
	const struct element_class *class;
	struct router *router;
	struct thread *thread; /* home: tasks and timers run here */
	struct str name;       /* "a/b" inside compounds */
	struct str landmark;   /* "file:line" */
	struct str config;     /* owned: the text between parentheses */
	struct handlers *handlers;
	struct element_stats *stats; /* NULL unless counting is on */
	uint32_t push_below; /* elements on the longest push path from here */
	uint8_t stage;       /* enum cleanup_stage it has reached */
	bool deferred;       /* push paths are cut here: deferred.c */
	bool packetwise;     /* pushes into it come one by one */
	bool pulls_one;      /* it pulls one by one */
	bool has_tasks, has_timers; /* they call it on its home thread */
	bool has_watches; /* so do descriptors: whoever watches sets it */
} CACHE_ALIGNED;

/* Its own data, state_size bytes, zeroed at creation. */
static inline void *
element_state(const struct element *e)
{
	return (void *)(uintptr_t)(e + 1);
}

/* "name :: Class" */
struct str element_declaration(struct element *e, char buf[static 256]);

static inline bool
output_connected(const struct element *e, unsigned int port)
{
	return port < e->nout && e->out[port].peer != NULL;
}

static inline bool
output_is_push(const struct element *e, unsigned int port)
{
	return e->out[port].push_port;
}

static inline bool
input_is_push(const struct element *e, unsigned int port)
{
	return e->in[port].push_port;
}

/* ---- moving packets ---- */

/* Pushes b out of a connected push output. */
static inline void
output_push(struct element *e, unsigned int port, struct batch *b)
{
	struct port *o = &e->out[port];

	CHECK_HOT(port < e->nout && o->active && b->count > 0);
	o->push(o->peer, o->peer_port, b);
}

/* Pushes b out of port if that exists, else kills its packets. */
static inline void
output_push_checked(struct element *e, unsigned int port, struct batch *b)
{
	if (port < e->nout && e->out[port].active)
		output_push(e, port, b);
	else
		batch_kill(b);
}

/* Pulls at most max packets through a pull input; they are appended to b. */
static inline unsigned int
input_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct port *i = &e->in[port];

	CHECK_HOT(port < e->nin && i->active && max <= batch_room(b));
	return i->pull(i->peer, i->peer_port, b, max);
}

/* Pushes one packet: for the uncommon ways (errors, replies), not for all. */
void output_push_one(
    struct element *e, unsigned int port, struct thread *t, struct packet *p);
void output_push_one_checked(
    struct element *e, unsigned int port, struct thread *t, struct packet *p);

/*
 * Adds p to *out, pushing it out of port whenever it is full: for elements
 * that make several packets of one.  Push what is left at the end.
 */
static inline void
batch_emit(
    struct element *e, unsigned int port, struct batch *out, struct packet *p)
{
	batch_add(out, p);
	if (out->count == out->capacity) {
		output_push_checked(e, port, out);
		batch_reset(out);
	}
}

static inline void
batch_emit_end(struct element *e, unsigned int port, struct batch *out)
{
	if (out->count > 0)
		output_push_checked(e, port, out);
	batch_reset(out);
}

/* ---- bodies over one packet ---- */

/*
 * Applies one(e, t, &p) to each packet, in place.  one returns the packet to
 * go on, or NULL when it has killed or taken it.  one must be a constant
 * function: it is compiled into the loop.
 */
typedef struct packet *packet_fn(
    struct element *e, struct thread *t, struct packet *p);

ALWAYS_INLINE void
batch_each(struct element *e, struct batch *b, packet_fn *one)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p;

		p = one(e, b->thread, b->packet[i]);
		if (likely(p != NULL))
			b->packet[kept++] = p;
	}
	b->count = kept;
}

/*
 * Applies one(e, t, &p), which returns the output for *p (that it may have
 * replaced), PACKET_GONE when it has killed or taken it, or PACKET_DROP to
 * have it killed.  Packets for output 0 stay in b, those for others are
 * pushed there, killed when there is no such output.  For .action.
 */
enum { PACKET_GONE = -1, PACKET_DROP = -2 };
typedef int route_fn(struct element *e, struct thread *t, struct packet **p);

/* The slow part: distributes b by ports[], keeping stay (-1: none) in b. */
void batch_distribute(
    struct element *e, struct batch *b, int16_t *ports, int stay);

ALWAYS_INLINE void
batch_route_keep(struct element *e, struct batch *b, route_fn *one, int stay)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	int16_t all = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		ports[i] = (int16_t)one(e, t, &b->packet[i]);
		all |= (int16_t)(ports[i] ^ (int16_t)stay);
	}
	if (unlikely(all != 0))
		batch_distribute(e, b, ports, stay);
	scratch_release(t, m);
}

/* For .action: output 0 stays in b and goes on by itself. */
ALWAYS_INLINE void
batch_route(struct element *e, struct batch *b, route_fn *one)
{
	batch_route_keep(e, b, one, 0);
}

/* For .push: every output is pushed from here; b is empty afterwards. */
ALWAYS_INLINE void
batch_route_all(struct element *e, struct batch *b, route_fn *one)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	int16_t differ = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		ports[i] = (int16_t)one(e, t, &b->packet[i]);
		differ |= (int16_t)(ports[i] ^ ports[0]);
	}
	if (likely(differ == 0 && ports[0] >= 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

#endif
