/* SPDX-License-Identifier: BSD-3-Clause */
/* unit.c -- one router of a guest: its thread, and the one that swaps it. */
#include <stdlib.h>

#include "base/atomic.h"
#include "click/classes.h"
#include "click/gate.h"
#include "clickos/internal.h"
#include "os/os.h"

enum {
	MS = 1000000,
	PATIENCE_MS = 2000,
	LOOK_NS = 20000,
	HELD_LOOK_NS = 10000000, /* a wake-up comes before that */
	TEXT_SHARE = 16,         /* a text gets that part of the memory */
};

static bool
unit_has_gate(const struct graph *g)
{
	for (size_t i = 0; i < g->elements.n; i++)
		if (strcmp(g->elements.v[i].class->name, "ClickOSControl") == 0)
			return true;
	return false;
}

/* A router that says nothing of its gate gets one that allows all. */
static int
unit_add_gate(struct graph *g)
{
	struct graph_element e = { .name = STR("ClickOSControl@0"),
		.class = class_find(STR("ClickOSControl")),
		.landmark = STR("clickos") };

	if (e.class == NULL || unit_has_gate(g))
		return 0;
	return vec_push(&g->elements, e);
}

/* Who makes a router lets others run, now and then. */
struct breather {
	struct os_waiter *waiter;
	int64_t slice_ns, next_ns;
};

static void
unit_breathe(void *arg)
{
	struct breather *b = arg;

	if (os_steady_ns() < b->next_ns)
		return;
	(void)os_wait(b->waiter, 0);
	b->next_ns = os_steady_ns() + b->slice_ns;
}

static struct breath
unit_breath(
    const struct unit *u, struct os_waiter *w, struct breather *breather)
{
	const struct guest_options *o = &u->guest->options;

	*breather = (struct breather){ w, o->slice_ns, 0 };
	return o->cooperative ? (struct breath){ unit_breathe, breather }
	                      : (struct breath){ NULL, NULL };
}

/* Text to graph; what is wrong is told to errh. */
static int
unit_parse(
    struct str text, struct breath breath, struct graph *g, struct errh *errh)
{
	struct graph_source source = {
		.text = text, .file = STR("config"), .breath = breath
	};
	int err;

	memset(g, 0, sizeof(*g));
	err = graph_parse(g, &source, errh);
	if (err == 0) {
		err = unit_add_gate(g);
		if (err != 0)
			graph_fini(g);
	}
	if (err == ERR_NOMEM)
		errh_error(errh, "out of memory");
	return err;
}

/*
 * Bytes of a handler's text: it grows in steps and is copied on its way, and
 * most of a guest's memory is its packets'.
 */
static size_t
unit_text_max(void)
{
	struct os_memory m;

	os_memory(&m);
	return m.total == 0 || m.total / TEXT_SHARE > CONTROL_TOTAL_MAX / 2
	           ? CONTROL_TOTAL_MAX / 2
	           : (size_t)m.total / TEXT_SHARE;
}

/* The router's own thread is the only one that makes and ends the master. */
static int
unit_make_master(struct unit *u)
{
	struct guest *g = u->guest;
	struct master_options options = { .nthreads = 1,
		.entered = true,
		.name = u->name,
		.cooperative = g->options.cooperative,
		.push_depth = g->options.push_depth,
		.text_max = unit_text_max(),
		.slice_ns = g->options.slice_ns };

	u->pool = options.pool = pool_new(g->depot);
	if (u->pool == NULL)
		return ERR_NOMEM;
	u->pool->limit = g->options.router_packets;
	u->master = master_new(&options);
	if (u->master == NULL)
		return ERR_NOMEM;
	return guest_add_handlers(g, u->master);
}

static void
unit_free_master(struct unit *u)
{
	if (u->master != NULL)
		master_free(u->master);
	pool_free(u->pool);
	u->master = NULL;
	u->pool = NULL;
}

static int
unit_make(struct unit *u)
{
	struct breather breather;
	struct router *r;
	struct errh errh;
	struct graph g;
	int err;

	errh_strbuf_init(&errh, &u->messages);
	if (unit_make_master(u) != 0)
		err = errh_error(&errh, "out of memory");
	else
		err = unit_parse(u->text,
		    unit_breath(
		        u, master_thread(u->master, 0)->waiter, &breather),
		    &g, &errh);
	if (err == 0)
		err = router_new(u->master, &g, NULL, &r, &errh);
	if (err == 0)
		router_activate(r);
	errh_fini(&errh);
	return err;
}

static void
unit_phase_is(struct unit *u, enum unit_phase phase)
{
	store_release(&u->phase, (int)phase);
	fence_full(); /* phase is out before users is read; see unit_enter */
	os_wake(u->guest->options.waiter);
}

/*
 * Nothing of a router runs before its guest is let go.  Sleeps on the waiter
 * that watches no ports: what waits there would wake it for ever.
 */
static void
unit_wait_held(struct unit *u)
{
	struct thread *t = master_thread(u->master, 0);

	while (load_acquire(&u->guest->held) != 0)
		(void)os_wait(t->park, os_steady_ns() + HELD_LOOK_NS);
}

static void
unit_thread(void *arg)
{
	struct unit *u = arg;

	if (unit_make(u) == 0) {
		os_stage(OS_STAGE_ROUTER);
		u->made = true;
		unit_phase_is(u, UNIT_LIVE);
		unit_wait_held(u);
		master_run(u->master);
		unit_phase_is(u, UNIT_ENDING);
		while (load_acquire(&u->users) > 0)
			(void)os_wait(master_thread(u->master, 0)->waiter,
			    os_steady_ns() + LOOK_NS);
	}
	unit_free_master(u);
	unit_phase_is(u, UNIT_ENDED);
}

int
unit_begin(struct unit *u)
{
	sb_clear(&u->messages);
	u->made = false;
	store_release(&u->phase, (int)UNIT_MAKING);
	u->started_ns = os_steady_ns();
	if (u->guest->options.spawn(u->name.s, unit_thread, u, &u->thread) == 0)
		return 0;
	store_release(&u->phase, (int)UNIT_NONE);
	return ERR_NOMEM;
}

void
unit_join(struct unit *u)
{
	u->guest->options.join(u->thread);
	store_release(&u->phase, (int)UNIT_NONE);
}

/* Keeps the master alive for the caller; false: it is not there. */
static bool
unit_get(struct unit *u)
{
	(void)fetch_add(&u->users, 1);
	fence_full(); /* users is out before phase is read; unit_phase_is */
	if (load_acquire(&u->phase) == UNIT_LIVE)
		return true;
	(void)fetch_sub(&u->users, 1);
	return false;
}

void
unit_stop(struct unit *u)
{
	if (!unit_get(u))
		return;
	master_stop(u->master);
	(void)fetch_sub(&u->users, 1);
}

bool
unit_out_of_memory(struct unit *u)
{
	const struct router *r;
	bool out = false;

	if (unit_get(u)) {
		r = master_router(u->master);
		out = r != NULL && load_relaxed(&r->out_of_memory);
		(void)fetch_sub(&u->users, 1);
	}
	return out;
}

struct router *
unit_enter(struct unit *u, struct os_waiter *w)
{
	struct router *r;

	if (u->held)
		return master_router(u->master);
	if (!unit_get(u))
		return NULL;
	if (master_enter(u->master, w,
	        os_steady_ns() + (int64_t)PATIENCE_MS * MS) == 0) {
		r = master_router(u->master);
		if (r != NULL)
			return r;
		master_leave(u->master);
	}
	(void)fetch_sub(&u->users, 1);
	return NULL;
}

void
unit_leave(struct unit *u)
{
	if (u->held)
		return;
	master_leave(u->master);
	(void)fetch_sub(&u->users, 1);
}

bool
unit_hold(struct unit *u, struct os_waiter *w)
{
	u->held = unit_enter(u, w) != NULL;
	return u->held;
}

void
unit_let_go(struct unit *u)
{
	bool was = u->held;

	u->held = false;
	if (was) {
		unit_leave(u);
	} else if (unit_get(u)) {
		os_wake(master_thread(u->master, 0)->park);
		(void)fetch_sub(&u->users, 1);
	}
}

/* ---- hot swap ---- */

/*
 * Makes the new router beside the old one and puts it in its place.  Where
 * threads run at once the old one has to stand still for all of that.
 */
static int
unit_swap_router(
    struct unit *u, struct graph *g, struct os_waiter *w, struct errh *errh)
{
	struct router *old, *r;
	int err;

	if (u->guest->options.cooperative)
		old = master_router(u->master);
	else
		old = unit_enter(u, w);
	if (old == NULL) {
		graph_fini(g);
		return errh_error(errh, "the router does not come to rest");
	}
	err = router_new(u->master, g, old, &r, errh);
	if (err == 0 && u->guest->options.cooperative &&
	    unit_enter(u, w) == NULL) {
		router_free(r);
		return errh_error(errh, "the router does not come to rest");
	}
	if (err == 0) {
		router_activate(r);
		unit_leave(u);
	} else if (!u->guest->options.cooperative) {
		unit_leave(u);
	}
	return err;
}

static void
unit_swap_thread(void *arg)
{
	struct unit_swap *s = arg;
	struct os_waiter *w = os_waiter_new();
	struct breather breather;
	struct errh errh;
	struct graph g;
	int err;

	errh_strbuf_init(&errh, &s->messages);
	if (w == NULL)
		err = errh_error(&errh, "out of memory");
	else
		err = unit_parse(
		    s->text, unit_breath(s->unit, w, &breather), &g, &errh);
	if (err == 0 && !unit_get(s->unit)) {
		graph_fini(&g);
		err = errh_error(&errh, "the router has ended");
	} else if (err == 0) {
		err = unit_swap_router(s->unit, &g, w, &errh);
		(void)fetch_sub(&s->unit->users, 1);
	}
	errh_fini(&errh);
	if (w != NULL)
		os_waiter_free(w);
	s->status = err == 0 ? CONTROL_OK : CONTROL_E_CONFIG;
	store_release(&s->over, 1);
	os_wake(s->unit->guest->options.waiter);
}

int
unit_begin_swap(struct unit *u)
{
	return u->guest->options.spawn(
	    "swap", unit_swap_thread, u->swap, &u->swap->thread);
}
