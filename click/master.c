/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * master.c -- the threads of a program and the loop that each runs: tasks,
 * timers, and then asleep until there is something to do.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/stamp.h"
#include "click/internal.h"
#include "os/os.h"

enum {
	TASKS_PER_ROUND = 128, /* before timers and ports get their turn */
	TASKS_PER_LOOK = 8,    /* at the clock */
	POOL_IDLE = 32,        /* ready packets an idle guest's thread keeps */
	REST_SPINS = 200,      /* before a thread sleeps for the others */
	REST_NS = 50000,       /* and how long until it looks again */
	SIM_LOOKS = 3, /* at simulated time before the first, in Click */
};

struct master {
	struct master_options options;
	struct depot *depot; /* NULL when the pool is somebody else's */
	struct thread **threads;
	struct router *routers; /* all that exist */
	struct router *current; /* the one that runs */
	struct router *wanted;  /* to be put in its place */
	struct handlers global;
	int stop;   /* atomic: master_run() shall return */
	int pause;  /* atomic: threads shall park */
	int parked; /* atomic: how many do */
	int inside; /* atomic: how many of these within a task or callback */
	int quit;   /* atomic: threads but the first shall end */
	struct thread *pauser;
	struct thread outsider; /* the pauser that is none of the threads */
	unsigned int pause_depth;
	struct spinlock pause_lock;
	int64_t sim_ns; /* simulated time since the start */
	void **handles; /* of the system's threads */
};

struct start {
	struct master *m;
	unsigned int id;
};

size_t
master_text_max(const struct master *m)
{
	return m->options.text_max;
}

unsigned int
master_nthreads(const struct master *m)
{
	return m->options.nthreads;
}

bool
master_stops_threads(const struct master *m)
{
	return m->options.nthreads > 1 || m->options.entered;
}

uint32_t
master_push_depth(const struct master *m)
{
	return m->options.push_depth;
}

struct str
master_name(const struct master *m)
{
	return m->options.name;
}

struct thread *
master_thread(struct master *m, unsigned int id)
{
	return m->threads[id];
}

struct handlers *
master_handlers(struct master *m)
{
	return &m->global;
}

struct router *
master_router(struct master *m)
{
	return m->current;
}

/* What turns the steady clock into the wall clock, as of now. */
static int64_t
master_epoch_ns(const struct master *m)
{
	return m->options.simtime ? m->options.sim_start_ns
	                          : os_wall_ns() - os_steady_ns();
}

static int
master_make_threads(struct master *m)
{
	unsigned int n = m->options.nthreads;

	m->threads = calloc(n, sizeof(*m->threads));
	m->handles = calloc(n, sizeof(*m->handles));
	if (m->threads == NULL || m->handles == NULL)
		return ERR_NOMEM;
	for (unsigned int i = 0; i < n; i++) {
		struct pool *pool = m->options.pool;

		if (pool == NULL)
			pool = pool_new(m->depot);
		if (pool == NULL)
			return ERR_NOMEM;
		m->threads[i] = thread_new(m, i, pool);
		if (m->threads[i] == NULL) {
			if (m->options.pool == NULL)
				pool_free(pool);
			return ERR_NOMEM;
		}
		m->threads[i]->alone = n == 1;
		m->threads[i]->simtime = m->options.simtime;
		m->threads[i]->recent_old = true;
		m->threads[i]->epoch_ns = master_epoch_ns(m);
	}
	return 0;
}

struct master *
master_new(const struct master_options *options)
{
	struct master *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->options = *options;
	m->sim_ns = SIM_LOOKS;
	if (options->pool == NULL)
		m->depot = depot_new(0);
	if ((options->pool == NULL && m->depot == NULL) ||
	    master_make_threads(m) != 0 || handler_add_globals(m) != 0) {
		master_free(m);
		return NULL;
	}
	return m;
}

/* Waits for the threads that master_run() started, which end by themselves. */
static void
master_join(struct master *m)
{
	for (unsigned int i = 1; i < m->options.nthreads; i++) {
		if (m->handles[i] == NULL)
			continue;
		m->options.join(m->handles[i]);
		m->handles[i] = NULL;
	}
}

void
master_free(struct master *m)
{
	unsigned int n = m->threads == NULL ? 0 : m->options.nthreads;

	while (m->routers != NULL)
		router_free(m->routers);
	for (unsigned int i = 0; i < n; i++) {
		if (m->threads[i] == NULL)
			continue;
		if (m->options.pool == NULL)
			pool_free(m->threads[i]->pool);
		thread_free(m->threads[i]);
	}
	vec_fini(&m->global.own);
	depot_free(m->depot);
	free(m->threads);
	free(m->handles);
	free(m);
}

uint32_t
master_packets_out(struct master *m)
{
	uint32_t home = depot_home(m->depot);

	for (unsigned int i = 0; i < m->options.nthreads; i++)
		home += pool_home(m->threads[i]->pool);
	return depot_all(m->depot) - home;
}

/* ---- time ---- */

int64_t
thread_steady_ns(struct thread *t)
{
	struct master *m = t->master;

	return m->options.simtime ? m->sim_ns++ : os_steady_ns();
}

void
thread_look(struct thread *t)
{
	t->recent_ns = thread_steady_ns(t);
	t->recent_ms = (uint32_t)((t->recent_ns + t->epoch_ns) / NS_PER_MS);
	t->recent_old = t->simtime;
}

bool
thread_overdue(const struct thread *t)
{
	return t->round_end_ns != INT64_MAX &&
	       os_steady_ns() >= t->round_end_ns;
}

int64_t
thread_wall_ns(struct thread *t)
{
	struct master *m = t->master;

	if (m->options.simtime)
		return m->options.sim_start_ns + m->sim_ns++;
	return os_wall_ns();
}

/* ---- routers ---- */

void
master_add_router(struct master *m, struct router *r)
{
	static const uint32_t first = 1;

	r->identity = m->routers == NULL ? first : m->routers->identity + 1;
	r->next = m->routers;
	m->routers = r;
}

void
master_remove_router(struct master *m, struct router *r)
{
	struct router **rp = &m->routers;

	while (*rp != r)
		rp = &(*rp)->next;
	*rp = r->next;
	for (struct router *o = m->routers; o != NULL; o = o->next)
		if (o->hotswap_old == r)
			o->hotswap_old = NULL;
	if (m->current == r)
		m->current = NULL;
	if (m->wanted == r)
		m->wanted = NULL;
}

int
master_reserve_tasks(struct master *m)
{
	uint32_t n = 0;

	for (struct router *r = m->routers; r != NULL; r = r->next)
		n += r->ntasks;
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		if (thread_reserve_tasks(m->threads[i], n + n / 2 + 4) != 0)
			return ERR_NOMEM;
	return 0;
}

static void
master_log(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

/* Each thread's room for r's batches becomes the thread's. */
static void
master_take_scratch(struct master *m, struct router *r)
{
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		thread_take_scratch(m->threads[i], r->depth, r->scratch[i]);
	free(r->scratch);
	r->scratch = NULL;
}

/* Puts m->wanted in the place of what runs; between tasks, all parked. */
static void
master_swap(struct master *m)
{
	struct router *r = m->wanted, *old = m->current;
	struct errh log;

	m->wanted = NULL;
	if (old != NULL)
		router_freeze_tasks(old);
	master_take_scratch(m, r);
	if (old == r->hotswap_old) {
		errh_sink_init(&log, master_log, NULL);
		router_take_state(r, &log);
		errh_fini(&log);
	}
	m->current = r;
	r->state = ROUTER_LIVE;
	if (old != NULL)
		router_free(old);
	router_thaw_tasks(r);
}

void
router_activate(struct router *r)
{
	struct master *m = r->master;

	if (m->wanted != NULL && m->wanted != r)
		router_free(m->wanted);
	m->wanted = r;
	if (load_acquire(&m->threads[0]->in_loop) == 0 ||
	    (load_acquire(&m->pauser) == &m->outsider &&
	        load_acquire(&m->inside) == 0))
		master_swap(m);
	else
		os_wake(m->threads[0]->waiter);
}

/* ---- stopping at a safe place ---- */

/* Lets others get somewhere; they may not have a CPU.  spins counts calls. */
static void
thread_rest(struct thread *t, unsigned int *spins)
{
	if ((*spins)++ < REST_SPINS)
		cpu_relax();
	else
		(void)os_wait(t->park, os_steady_ns() + REST_NS);
}

/*
 * A thread that was asked to: waits here until it may go on.  It sleeps on a
 * waiter of its own, which watches no descriptors: whoever paused us is alone.
 */
static void
thread_park(struct thread *t)
{
	struct master *m = t->master;

	fetch_add(&m->parked, 1);
	while (load_acquire(&m->pause) != 0)
		(void)os_wait(t->park, INT64_MAX);
	fetch_sub(&m->parked, 1);
}

/* The same from within a call of an element, which must outlive it. */
static void
thread_park_inside(struct thread *t)
{
	fetch_add(&t->master->inside, 1);
	thread_park(t);
	fetch_sub(&t->master->inside, 1);
}

void
thread_give_way(struct thread *t)
{
	if (load_acquire(&t->master->pause) != 0 &&
	    load_acquire(&t->master->pauser) != t)
		thread_park_inside(t);
}

/* How many threads run now but self, which does. */
static int
master_others(const struct master *m)
{
	int n = 0;

	for (unsigned int i = 0; i < m->options.nthreads; i++)
		n += load_acquire(&m->threads[i]->in_loop);
	return n - 1;
}

void
master_pause(struct master *m, struct thread *self)
{
	unsigned int spins = 0;

	if (m->options.nthreads == 1 || !self->in_loop)
		return;
	if (load_acquire(&m->pauser) == self) {
		m->pause_depth++;
		return;
	}
	/* Whoever else wants to pause all of us has us parked meanwhile. */
	for (;;) {
		struct thread *nobody = NULL;

		if (compare_exchange(&m->pauser, &nobody, self))
			break;
		thread_park_inside(self);
		thread_rest(self, &spins);
	}
	m->pause_depth = 1;
	/* Exchanged: out before in_loop is read; the partner is thread_enter.
	 */
	(void)exchange(&m->pause, 1);
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		if (m->threads[i] != self)
			os_wake(m->threads[i]->waiter);
	while (load_acquire(&m->parked) < master_others(m))
		thread_rest(self, &spins);
}

void
master_resume(struct master *m, struct thread *self)
{
	unsigned int spins = 0;

	if (m->options.nthreads == 1 || load_acquire(&m->pauser) != self)
		return;
	if (--m->pause_depth > 0)
		return;
	store_release(&m->pause, 0);
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		os_wake(m->threads[i]->park);
	while (load_acquire(&m->parked) > 0)
		thread_rest(self, &spins);
	store_release(&m->pauser, (struct thread *)NULL);
}

/* Whether one of m's threads may be in the midst of something. */
static bool
master_busy(const struct master *m)
{
	int resting = load_acquire(&m->parked);

	for (unsigned int i = 0;
	     m->options.cooperative && i < m->options.nthreads; i++)
		resting += load_acquire(&m->threads[i]->resting);
	return resting < master_others(m) + 1;
}

/* Threads look at pause when they have set in_loop, and after each round. */
int
master_enter(struct master *m, struct os_waiter *w, int64_t deadline_ns)
{
	struct thread *nobody = NULL;

	while (!compare_exchange(&m->pauser, &nobody, &m->outsider)) {
		if (os_steady_ns() >= deadline_ns)
			return ERR_TIMEDOUT;
		nobody = NULL;
		(void)os_wait(w, os_steady_ns() + REST_NS);
	}
	m->outsider.waiter = w;
	store_release(&m->pause, 1);
	fence_full(); /* pause is out before in_loop is read; see master_run */
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		os_wake(m->threads[i]->waiter);
	while (master_busy(m)) {
		if (os_steady_ns() >= deadline_ns) {
			master_leave(m);
			return ERR_TIMEDOUT;
		}
		(void)os_wait(w, os_steady_ns() + REST_NS);
	}
	return 0;
}

void
master_leave(struct master *m)
{
	store_release(&m->pause, 0);
	for (unsigned int i = 0; i < m->options.nthreads; i++)
		os_wake(m->threads[i]->park);
	/*
	 * Who has parked counts itself out before the next one may enter.  It
	 * may be waiting for this very processor.
	 */
	while (!m->options.cooperative && load_acquire(&m->parked) > 0)
		(void)os_wait(m->outsider.waiter, os_steady_ns() + REST_NS);
	store_release(&m->pauser, (struct thread *)NULL);
}

/* ---- the loop ---- */

/* Between two rounds: looks outside, or sleeps. */
static void
thread_sleep(struct thread *t, int64_t deadline)
{
	store_release(&t->resting, 1);
	t->recent_old = true; /* what comes from outside comes later */
	(void)os_wait(t->waiter, deadline);
	store_release(&t->resting, 0);
}

/* Nothing to do: sleeps, or with simulated time jumps to the next timer. */
static void
thread_idle(struct thread *t)
{
	struct master *m = t->master;
	int64_t deadline = thread_next_timer(t);

	t->idle_waits++;
	if (!m->options.simtime || deadline == INT64_MAX) {
		if (m->options.cooperative)
			pool_trim(t->pool, POOL_IDLE);
		thread_sleep(t, deadline);
		return;
	}
	if (!os_wait(t->waiter, 0) && m->sim_ns < deadline)
		m->sim_ns = deadline;
}

bool
master_interrupted(struct master *m)
{
	return load_relaxed(&m->stop) != 0 || load_relaxed(&m->pause) != 0 ||
	       load_relaxed(&m->wanted) != NULL || m->current == NULL ||
	       load_relaxed(&m->current->runcount) <= 0;
}

/*
 * One round: some tasks, the timers that are due, what happened outside.  A
 * router that has stopped runs nothing more, as in Click.
 */
static void
thread_round(struct thread *t)
{
	struct master *m = t->master;

	if (load_relaxed(&t->pending) != NULL)
		thread_collect_pending(t);
	if (m->options.slice_ns != 0)
		t->round_end_ns = os_steady_ns() + m->options.slice_ns;
	for (int i = 0; i < TASKS_PER_ROUND && t->ntasks > 0; i++) {
		const struct task *first = t->tasks[0];
		bool worked;

		if (i % TASKS_PER_LOOK == 0)
			t->recent_old = true;
		worked = thread_run_task(t);

		if (master_interrupted(m))
			return;
		if (unlikely(thread_overdue(t)))
			break;
		/*
		 * One that polls in vain and alone must not keep timers and
		 * the outside waiting.
		 */
		if (!worked && t->ntasks == 1 && t->tasks[0] == first)
			break;
	}
	thread_run_timers(t);
	if (t->deferred->count > 0)
		deferred_run(t);
	if (master_interrupted(m))
		return;
	if (t->ntasks > 0 || t->deferred->count > 0 ||
	    load_relaxed(&t->pending) != NULL)
		thread_sleep(t, 0);
	else
		thread_idle(t);
}

/* Exchanged: out before pause is read; the partner is master_pause(). */
static void
thread_enter(struct thread *t)
{
	(void)exchange(&t->in_loop, 1);
}

static void
thread_main(void *arg)
{
	struct start *start = arg;
	struct master *m = start->m;
	struct thread *t = m->threads[start->id];

	free(start);
	thread_enter(t);
	while (load_acquire(&m->quit) == 0) {
		if (unlikely(load_acquire(&m->pause) != 0))
			thread_park(t);
		thread_round(t);
	}
	store_release(&t->in_loop, 0);
}

static void
master_start_threads(struct master *m)
{
	for (unsigned int i = 1; i < m->options.nthreads; i++) {
		struct start *start = malloc(sizeof(*start));

		if (start == NULL || m->handles[i] != NULL) {
			free(start);
			continue;
		}
		*start = (struct start){ m, i };
		if (m->options.spawn(thread_main, start, &m->handles[i]) != 0)
			free(start);
	}
}

/*
 * The router has stopped itself: its driver manager may make it go on.
 * True: it does not.
 */
static bool
master_stopped(struct master *m)
{
	struct router *r = m->current;

	while (r != NULL && load_relaxed(&r->runcount) <= 0 &&
	       r->driver_stopped != NULL) {
		int32_t before = load_relaxed(&r->runcount);

		r->driver_stopped(r->driver);
		if (load_relaxed(&r->runcount) <= before ||
		    load_relaxed(&r->runcount) > 0)
			break;
	}
	return r == NULL || load_relaxed(&r->runcount) <= 0;
}

/* Swaps unless another thread is within the old router; then a round later. */
static void
master_try_swap(struct master *m)
{
	master_pause(m, m->threads[0]);
	if (load_acquire(&m->inside) == 0)
		master_swap(m);
	master_resume(m, m->threads[0]);
}

/*
 * Has the other threads end their rounds, during which they may still call
 * handlers: this one counts as running, and parks for them, until they have.
 */
static void
master_end_threads(struct master *m)
{
	struct thread *t = m->threads[0];
	unsigned int spins = 0;

	store_release(&m->quit, 1);
	for (unsigned int i = 1; i < m->options.nthreads; i++)
		os_wake(m->threads[i]->waiter);
	while (master_others(m) > 0) {
		if (load_acquire(&m->pause) != 0)
			thread_park(t);
		else
			thread_rest(t, &spins);
	}
	master_join(m);
	store_release(&m->quit, 0);
}

void
master_run(struct master *m)
{
	struct thread *t = m->threads[0];

	thread_enter(t);
	if (load_acquire(&m->pause) != 0)
		thread_park(t);
	master_start_threads(m);
	while (m->current != NULL && load_acquire(&m->stop) == 0) {
		if (unlikely(load_acquire(&m->pause) != 0))
			thread_park(t);
		if (m->wanted != NULL)
			master_try_swap(m);
		if (load_relaxed(&m->current->runcount) <= 0 &&
		    master_stopped(m))
			break;
		thread_round(t);
	}
	store_release(&m->stop, 0);
	master_end_threads(m);
	store_release(&t->in_loop, 0);
}

void
master_stop(struct master *m)
{
	store_release(&m->stop, 1);
	os_wake(m->threads[0]->waiter);
}

/* a + b, but no further than an int32_t goes. */
static int32_t
runcount_sum(int32_t a, int32_t b)
{
	int64_t n = (int64_t)a + b;

	if (n > INT32_MAX)
		return INT32_MAX;
	return n < INT32_MIN ? INT32_MIN : (int32_t)n;
}

void
router_adjust_runcount(struct router *r, int32_t delta)
{
	int32_t n = load_relaxed(&r->runcount);

	while (!compare_exchange(&r->runcount, &n, runcount_sum(n, delta)))
		continue;
	if (runcount_sum(n, delta) <= 0)
		os_wake(r->master->threads[0]->waiter);
}

void
router_please_stop(struct router *r)
{
	router_adjust_runcount(r, -1);
}
