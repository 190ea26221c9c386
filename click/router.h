/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * router.h -- a running configuration, and the master that runs it.
 *
 * A process makes one master; a guest makes one a router.  router_new() takes
 * a parsed graph through Click's stages (elements made, ports counted, push
 * and pull resolved, configured, initialized), each reporting all its mistakes
 * and hiding the later ones, as Click does.  master_run() then runs it until
 * it stops itself or is stopped.
 *
 * A push path that comes back to an element on it without a queue between is
 * cut: pushes into one element of the cycle are put aside, up to
 * DEFERRED_MAX packets a thread, and go on when the task that began them has
 * returned; no configuration overflows the stack.
 */
#ifndef CLICK_ROUTER_H
#define CLICK_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"
#include "click/element.h"
#include "click/graph.h"

struct nameinfo;
struct os_waiter;

enum { DEFERRED_MAX = 16384 };

/* Of the language, handlers and messages that we follow. */
#define CLICK_VERSION "2.1"

struct master_options {
	unsigned int nthreads;
	struct str name; /* whose ports are whose, in messages; kept */
	/*
	 * Threads of this program give way only inside os_wait() and the like
	 * (a guest's fibers): who asks to enter finds them at rest there.
	 */
	bool cooperative;
	/*
	 * Pushes that may be on a thread's stack at once, on the longest path
	 * and on each of the two ways on from where a cycle is cut; four times
	 * as many pulls.  0: 512 and 8192.
	 */
	uint32_t push_depth;
	/* Bytes of a text that a handler gives, lest it ends us.  0: any. */
	size_t text_max;
	bool entered; /* others than its threads will master_enter() */
	/* A round of tasks ends after so long; 0: by their number only. */
	int64_t slice_ns;
	bool simtime;         /* the clock jumps, real time plays no part */
	int64_t sim_start_ns; /* wall clock at the start of simulated time */
	struct pool *pool;    /* to be shared (guest), or NULL: one a thread */
	/* Runs fn(arg) on a new thread of the system; NULL: one thread only. */
	int (*spawn)(void (*fn)(void *arg), void *arg, void **handle);
	void (*join)(void *handle);
};

struct master *master_new(const struct master_options *options);
/* Stops and frees routers and threads; packets all come home first. */
void master_free(struct master *m);
unsigned int master_nthreads(const struct master *m);
size_t master_text_max(const struct master *m);
struct str master_name(const struct master *m);

/*
 * For a thread that is none of m's (a control thread): has all of m's stop at
 * a safe place, so that the caller may call handlers, and make, activate and
 * free routers, as if it were thread 0, until master_leave().  Sleeps on w.
 * ERR_TIMEDOUT when a thread is not at such a place by the clock's deadline_ns;
 * then nothing is held.
 */
int master_enter(struct master *m, struct os_waiter *w, int64_t deadline_ns);
void master_leave(struct master *m);
struct thread *master_thread(struct master *m, unsigned int id);
/* The router that runs (or ran last), or NULL before the first activation. */
struct router *master_router(struct master *m);

/*
 * Gives every router of m, those there now too, a global handler of the
 * program's own ("hotconfig", "timewarp"); h is copied, its name must live as
 * long as m.
 */
struct handler;
int master_add_handler(struct master *m, const struct handler *h);

/*
 * Packets that are neither ready in a pool nor in the depot: those in queues
 * and on their way.  Nothing may run meanwhile.
 */
uint32_t master_packets_out(struct master *m);

enum router_state {
	ROUTER_NEW,
	ROUTER_DEAD, /* hookup, configure or initialize failed */
	ROUTER_READY,
	ROUTER_LIVE,
};

struct router_attachment {
	const char *name;
	void *value;
};

struct router {
	struct master *master;
	struct graph graph; /* taken over; its arena holds names */
	struct element **elements;
	struct element **order;   /* by phase */
	struct element **by_name; /* sorted */
	uint32_t nelements;
	enum router_state state;
	int32_t runcount; /* the driver stops when it is <= 0 */
	/*
	 * Called when runcount has fallen to 0 or below; may raise it to go
	 * on.  Set by DriverManager.
	 */
	void (*driver_stopped)(struct element *driver);
	struct element *driver;
	struct gate *gate; /* gate.h; NULL: the outside may do anything */
	struct nameinfo *names;
	struct router *hotswap_old; /* whose state is to be taken */
	struct task *tasks;         /* all of this router's, oldest first */
	struct task *last_task;
	uint32_t ntasks;
	uint32_t depth; /* of pushes and pulls, in elements */
	char **scratch; /* of that depth, by thread; NULL once they have it */
	bool counting;  /* router_set_stats() */
	bool handlers_ready; /* they have been added */
	bool frozen;         /* its tasks lie in no heap */
	bool out_of_memory;  /* noticed where no error can be returned */
	struct router *next; /* of the master's */
	/* home threads wished for by ThreadSched elements: index -> id */
	int32_t *thread_wish;
	/* tickets by ScheduleInfo: index -> tickets, -1 default */
	int32_t *tickets;
	VEC(struct router_attachment) attachments;
	uint32_t identity; /* differs from any other router's */
};

/*
 * Makes a router of *g, which is taken over even on failure.  Messages go to
 * errh.  old, if not NULL, is the router to be swapped out: its elements'
 * state is taken over by name.  On failure *r is NULL and nothing is left, old
 * runs on.  ERR_INVAL (reported), ERR_NOMEM.
 */
int router_new(struct master *m, struct graph *g, struct router *old,
    struct router **r, struct errh *errh);
/*
 * Puts r in the place of the running router, if any, which is freed.  While
 * master_run() runs (from a handler, say) both happen as soon as no element of
 * the old router is being called; one that waits for that is freed when
 * another is activated before it.  Cannot fail: router_new() made the room that
 * r's batches need.
 */
void router_activate(struct router *r);
void router_free(struct router *r);

/* Runs the current router until it stops; on the caller's thread (id 0). */
void master_run(struct master *m);
/* Makes master_run() return soon; from any thread or signal handler. */
void master_stop(struct master *m);

/* As the "stop" handler and DriverManager's stop: one run less. */
void router_please_stop(struct router *r);
void router_adjust_runcount(struct router *r, int32_t delta);

/* By full name, or as seen from inside context's compound; NULL if none. */
struct element *router_find(
    struct router *r, struct str name, struct element *context);
/* By index; NULL beyond the end. */
struct element *router_element(struct router *r, uint32_t index);

/* e as the interface name (its class, "empty_notifier"...), or NULL. */
void *element_cast(struct element *e, const char *name);
void *element_cast_port(struct element *e, const char *name, int port);

/*
 * Elements that packets leaving output port reach (or that those entering
 * input port came from) without passing one for which stop says true (that
 * one is included); visit is called once for each (element, port) reached.
 * ERR_NOMEM: it was not called for all of them.
 */
MUST_CHECK int router_downstream(struct element *e, int port,
    bool (*visit)(void *arg, struct element *e, int port), void *arg);
MUST_CHECK int router_upstream(struct element *e, int port,
    bool (*visit)(void *arg, struct element *e, int port), void *arg);

/* Something that lives once a router, found by name; NULL when not yet set. */
void *router_attachment(struct router *r, const char *name);
int router_set_attachment(struct router *r, const char *name, void *value);

/*
 * Counting of calls, packets and cycles in every element (stats.h), on or off.
 * ERR_NOMEM.
 */
int router_set_stats(struct router *r, bool on);

/* Prints the running graph as Click text that parses again. */
void router_print(struct router *r, struct strbuf *out);

#endif
