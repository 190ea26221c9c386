/* SPDX-License-Identifier: BSD-3-Clause */
/* internal.h -- one router of a guest, between its files. */
#ifndef CLICKOS_INTERNAL_H
#define CLICKOS_INTERNAL_H

#include "base/diag.h"
#include "click/pool.h"
#include "click/router.h"
#include "clickos/guest.h"

/* How far a router's thread has come; it alone writes it. */
enum unit_phase {
	UNIT_NONE,   /* no thread */
	UNIT_MAKING, /* to LIVE, or to ENDED with messages */
	UNIT_LIVE,   /* master is there for others, see unit_enter() */
	UNIT_ENDING, /* master is not */
	UNIT_ENDED,  /* the thread has done its last */
};

/* One hot swap, in a thread of its own. */
struct unit_swap {
	struct unit *unit;
	void *thread;
	struct str text; /* owned */
	struct strbuf messages;
	int status;
	int over; /* atomic */
	struct guest_done done;
};

struct unit {
	struct guest *guest;
	unsigned int id;
	enum guest_state state; /* the control thread's view */
	bool keep, remove;
	bool failing;     /* being stopped for lack of memory, or of state */
	bool held;        /* by guest_hold(): entered all the while */
	struct str name;  /* owned: "router 3 (label)" */
	struct str label; /* owned */
	struct str text;  /* owned */
	struct guest_done done;
	struct unit_swap *swap;
	uint64_t swaps;
	int64_t started_ns;

	void *thread;
	int phase;              /* atomic, enum unit_phase */
	bool made;              /* it got LIVE; the thread's until then */
	int users;              /* atomic: others who use master */
	struct strbuf messages; /* the thread's until it is LIVE or ENDED */
	struct pool *pool;
	struct master *master;
};

struct guest {
	struct guest_options options;
	struct depot *depot;
	struct unit *unit[CONTROL_ROUTERS];
	void (*changed)(void *arg, unsigned int id);
	void *changed_arg;
	int64_t born_ns, born_cpu_ns;
	uint64_t born_cycles;
	unsigned int count, running, failed; /* routers, in such a state */
	int held;                            /* atomic: guest_hold() */
	int64_t hold_ns;   /* how long, from the last that was asked */
	int64_t let_go_ns; /* when it ends by itself */
};

/* ---- unit.c: a router's threads ---- */

/*
 * While a guest is held: what runs is entered until unit_let_go(), which also
 * lets begin who has waited.  False: it does not come to rest.
 */
bool unit_hold(struct unit *u, struct os_waiter *w);
void unit_let_go(struct unit *u);

/* Starts the thread.  ERR_NOMEM. */
int unit_begin(struct unit *u);
/* Lets the router's thread end; it does so by itself then. */
void unit_stop(struct unit *u);
/* After ENDED: waits for the thread, which is about to be gone. */
void unit_join(struct unit *u);
int unit_begin_swap(struct unit *u);
/* True when it lacks memory that it must have. */
bool unit_out_of_memory(struct unit *u);

/* What a router's elements have counted; it stands still meanwhile. */
struct traffic {
	uint64_t rx, tx, drops; /* packets */
};

void traffic_count(struct router *r, struct thread *t, struct traffic *sum);

/*
 * The running router, which stands still until unit_leave(), or NULL: it is
 * not there, or does not come to rest.
 */
struct router *unit_enter(struct unit *u, struct os_waiter *w);
void unit_leave(struct unit *u);

/* ---- guest.c ---- */

/* NULL: no such router. */
struct unit *guest_unit(const struct guest *g, unsigned int id);
/* Finds it; or a control_status with a sentence in *why. */
int guest_find(
    const struct guest *g, unsigned int id, struct unit **u, struct diag *why);
/* Says that it cannot be what: a control_status. */
int unit_refuse(const struct unit *u, const char *what, struct diag *why);
/*
 * The router, until unit_leave(): a running one that has come to rest; or a
 * control_status, told to *messages.
 */
int guest_enter(struct guest *g, unsigned int id, struct unit **u,
    struct router **r, struct strbuf *messages);

/* ---- guest_state.c ---- */

/* Lets go of a guest whose time is over. */
void guest_hold_poll(struct guest *g);

/* ---- stats.c ---- */

/* Gives m the handlers clickos.boot_us and clickos.stats. */
int guest_add_handlers(struct guest *g, struct master *m);

#endif
