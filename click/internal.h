/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * internal.h -- what the files of click/ know of each other and nobody else
 * needs: the pieces of the scheduler, of hookup and of handlers.
 */
#ifndef CLICK_INTERNAL_H
#define CLICK_INTERNAL_H

#include "base/vec.h"
#include "click/element.h"
#include "click/pool.h"
#include "click/router.h"
#include "click/state.h"
#include "click/stats.h"

/* ---- deferred.c ---- */

struct parcel {
	struct element *e;
	unsigned int port;
	uint32_t count;
	struct packet *list; /* by next */
};

enum { DEFERRED_PASSES = 2 };   /* of the longest path from a cut */
#define PUSH_ENDLESS UINT32_MAX /* a push_below beyond any stack */

struct deferred {
	VEC(struct parcel) parcels; /* first to be delivered first */
	uint32_t count;             /* packets in them */
	bool running;
	unsigned int passes; /* pushes into cut elements, under way */
};

struct deferred *deferred_new(void);
void deferred_free(struct deferred *d);
/* A push_fn: puts b aside for (e, port). */
void deferred_push(struct element *e, unsigned int port, struct batch *b);
void deferred_run(struct thread *t);
/* Kills what waits for elements of r. */
void deferred_drop(struct thread *t, const struct router *r);

/* ---- thread.c, task.c, timer.c ---- */

/* True if its threads can be made to rest: by each other or from outside. */
bool master_stops_threads(const struct master *m);
uint32_t master_push_depth(const struct master *m);
struct thread *thread_new(struct master *m, unsigned int id, struct pool *pool);
void thread_free(struct thread *t);
/*
 * Room for batches on a path of so many elements, NULL where t has it already:
 * to be taken (or freed) later.  ERR_NOMEM.
 */
int thread_make_scratch(const struct thread *t, uint32_t depth, char **base);
/* Puts it in the place of what t has, between tasks.  Cannot fail. */
void thread_take_scratch(struct thread *t, uint32_t depth, char *base);
int thread_reserve_tasks(struct thread *t, uint32_t n);
int thread_grow_timers(struct thread *t);
/* Before it runs: makes to e's home, with the timers that e has set. */
void timers_move(struct element *e, struct thread *to);
void thread_collect_pending(struct thread *t);
/* Runs the task whose turn it is; there must be one.  True: it worked. */
bool thread_run_task(struct thread *t);
bool thread_run_timers(struct thread *t);
/* When its first timer is due; INT64_MAX: it has none. */
int64_t thread_next_timer(struct thread *t);
/* Room in every thread's heap for all tasks of the master's routers. */
int master_reserve_tasks(struct master *m);
void task_drop_pending(struct task *task);
/* Out of the heaps (still "scheduled" as they were), and back. */
void router_freeze_tasks(struct router *r);
void router_thaw_tasks(struct router *r);
void router_drop_timers(struct router *r);

/* ---- phase_sort.c ---- */

/* By phase, and within one as Click has them. */
void elements_sort_by_phase(struct element **v, size_t n);

/* ---- element.c ---- */

struct element *element_new(struct router *r, uint32_t index);
void element_free(struct element *e);
push_fn *element_push_function(const struct element *e);
pull_fn *element_pull_function(const struct element *e);

/* ---- codes.c: Click's little languages in an element_class ---- */

/* Ports for nin and nout connected ones; false: the text is broken. */
bool codes_ports(const char *ports, unsigned int *nin, unsigned int *nout);
enum processing { AGNOSTIC, PUSH, PULL };
/* Of input or output port. */
enum processing codes_processing(
    const char *code, bool output, unsigned int port);
/* Whether packets flow from input to output inside an element. */
bool codes_flow(const char *code, unsigned int input, unsigned int output);
/* The number after letter in Click's flags text, -1 if there is none. */
int codes_flag(const char *flags, char letter);

/* ---- hookup.c, depth.c ---- */

/* Checks and makes all connections; ERR_INVAL when something was reported. */
int router_hookup(struct router *r, struct errh *errh);
/* Cuts cycles and overlong push paths; sizes scratch. */
int router_measure(struct router *r);

/* ---- share.c ---- */

/*
 * Whether every element that two threads reach may be shared, with task moved
 * (NULL: none, and it does not run yet) on another thread.  ERR_INVAL
 * (reported), ERR_NOMEM.
 */
int router_check_sharing(struct router *r, const struct task *moved,
    unsigned int thread, struct errh *errh);

/* ---- observe.c ---- */

push_fn observe_push;
pull_fn observe_pull;
/* Finds those who push towards an observer.  ERR_NOMEM. */
int router_observe(struct router *r);

/* ---- handler*.c ---- */

struct handlers {
	VEC(struct handler) own;
};

/* Those that every element has; *n of them. */
const struct handler *handler_defaults(const struct element *e, size_t *n);
struct str handler_unparse(
    const struct element *e, struct str name, struct strbuf *sb);
/* A handler_fn: the "handlers" text of an element, or of the router. */
int handler_list(struct element *e, uintptr_t user, struct handler_call *call);
/* A new configuration text for a running element; on failure the old stays. */
int element_reconfigure(struct element *e, struct str text, struct errh *errh);
void handlers_free(struct handlers *h);

/* ---- master.c ---- */

struct handlers *master_handlers(struct master *m);
/* Stops every thread but the caller's at a safe place, and lets them go. */
void master_pause(struct master *m, struct thread *self);
void master_resume(struct master *m, struct thread *self);
/* True when the loop has more to do than to go round. */
bool master_interrupted(struct master *m);
void master_add_router(struct master *m, struct router *r);
void master_remove_router(struct master *m, struct router *r);
/* The handlers that belong to no element: version, list, stop... */
int handler_add_globals(struct master *m);

/* ---- stats.c: handler_fns ---- */

int stats_read_csv(
    struct element *e, uintptr_t user, struct handler_call *call);
int stats_read_on(struct element *e, uintptr_t user, struct handler_call *call);
int stats_write_on(
    struct element *e, uintptr_t user, struct handler_call *call);
int stats_reset(struct element *e, uintptr_t user, struct handler_call *call);

/* ---- state.c, state_swap.c ---- */

struct state_call state_call(struct thread *t, struct errh *errh);
/* The item of c->item at *at or after it, NULL: none.  As item->next. */
const void *state_next(const struct state_call *c, uint64_t *at, void *room);
/*
 * Gives e what old, of the same class, knows, by the tables of its state;
 * warns once of each kind of item that e would not have.
 */
void state_swap(struct element *e, struct element *old, struct thread *t,
    struct errh *errh);

/* ---- router.c ---- */

/* By full name. */
struct element *router_find_name(struct router *r, struct str name);
/* From r->hotswap_old, which does not run any more. */
void router_take_state(struct router *r, struct errh *errh);

#endif
