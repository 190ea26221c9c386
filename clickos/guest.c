/* SPDX-License-Identifier: BSD-3-Clause */
/* guest.c -- the set of routers, as the control thread sees it. */
#include "clickos/guest.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "base/cycles.h"
#include "click/gate.h"
#include "clickos/internal.h"
#include "os/os.h"

enum { LOOK_NS = 100000 };

struct guest *
guest_new(const struct guest_options *options)
{
	struct guest *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->options = *options;
	g->depot = depot_new(options->packets);
	if (g->depot == NULL) {
		free(g);
		return NULL;
	}
	g->born_ns = os_steady_ns();
	g->born_cpu_ns = os_cpu_ns();
	g->born_cycles = cycles_now();
	return g;
}

struct unit *
guest_unit(const struct guest *g, unsigned int id)
{
	return id < CONTROL_ROUTERS ? g->unit[id] : NULL;
}

static void
unit_free(struct unit *u)
{
	str_free(&u->name);
	str_free(&u->label);
	str_free(&u->text);
	sb_fini(&u->messages);
	free(u);
}

static void
swap_free(struct unit_swap *s)
{
	str_free(&s->text);
	sb_fini(&s->messages);
	free(s);
}

/* ---- noticing what threads have done ---- */

static void
unit_done(struct unit *u, int status, struct str text)
{
	struct guest_done done = u->done;

	u->done = (struct guest_done){ NULL, NULL };
	if (done.fn != NULL)
		done.fn(done.arg, u->id, status, text);
}

/* Kept as words that any thread may read. */
static void
guest_recount(struct guest *g)
{
	unsigned int count = 0, running = 0, failed = 0;

	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++) {
		count += g->unit[i] != NULL;
		running += guest_state(g, i) == GUEST_RUNNING;
		failed += guest_state(g, i) == GUEST_FAILED;
	}
	store_relaxed(&g->count, count);
	store_relaxed(&g->running, running);
	store_relaxed(&g->failed, failed);
}

static void
guest_changed(struct guest *g, unsigned int id)
{
	guest_recount(g);
	if (g->changed != NULL)
		g->changed(g->changed_arg, id);
}

static void
unit_changed(struct unit *u)
{
	guest_changed(u->guest, u->id);
}

static void
unit_is(struct unit *u, enum guest_state state)
{
	u->state = state;
	unit_changed(u);
}

/* The id is free from here on. */
static void
unit_drop(struct unit *u, int status)
{
	struct guest *g = u->guest;
	unsigned int id = u->id;

	g->unit[id] = NULL;
	u->state = GUEST_FREE;
	unit_done(u, status, sb_str(&u->messages));
	unit_free(u);
	guest_changed(g, id);
}

static void
unit_lives(struct unit *u)
{
	unit_is(u, GUEST_RUNNING);
	unit_done(u, CONTROL_OK, sb_str(&u->messages)); /* warnings */
}

/* The thread has ended: because it was told to, by itself, or in failure. */
static void
unit_ended(struct unit *u)
{
	bool failed = u->state == GUEST_STARTING || u->failing;

	unit_join(u);
	u->keep |= u->failing;
	u->failing = false;
	if (u->remove) {
		unit_drop(u, CONTROL_OK);
	} else if (failed && !u->keep) {
		unit_drop(u, CONTROL_E_CONFIG);
	} else if (failed) {
		unit_is(u, GUEST_FAILED);
		unit_done(u, CONTROL_E_CONFIG, sb_str(&u->messages));
	} else {
		unit_is(u, GUEST_HALTED);
		unit_done(u, CONTROL_OK, STR(""));
	}
}

static void
unit_swapped(struct unit *u)
{
	struct unit_swap *s = u->swap;

	u->guest->options.join(s->thread);
	u->swap = NULL;
	if (s->status == CONTROL_OK) {
		str_free(&u->text);
		u->text = s->text;
		s->text = (struct str){ NULL, 0 };
		u->swaps++;
	}
	if (s->done.fn != NULL)
		s->done.fn(s->done.arg, u->id, s->status, sb_str(&s->messages));
	unit_changed(u);
	swap_free(s);
}

/* A router without memory for what it must have is stopped with a message. */
static void
unit_look(struct unit *u)
{
	if (u->failing || !unit_out_of_memory(u))
		return;
	sb_clear(&u->messages);
	sb_printf(
	    &u->messages, "%.*s: out of memory, removed\n", STR_ARG(u->name));
	os_log(sb_str(&u->messages));
	u->failing = true;
	unit_stop(u);
}

static void
unit_poll(struct unit *u)
{
	int phase = load_acquire(&u->phase);

	if (u->swap != NULL) {
		/* The thread that swaps uses u. */
		if (load_acquire(&u->swap->over) == 0)
			return;
		unit_swapped(u);
	}
	if (u->state == GUEST_STARTING &&
	    (phase == UNIT_LIVE || (phase == UNIT_ENDED && u->made)))
		unit_lives(u);
	if (phase == UNIT_LIVE && u->state == GUEST_STOPPING)
		unit_stop(u); /* perhaps it was being made when it was told */
	else if (phase == UNIT_LIVE)
		unit_look(u);
	else if (phase == UNIT_ENDED)
		unit_ended(u);
}

void
guest_poll(struct guest *g)
{
	guest_hold_poll(g);
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++)
		if (g->unit[i] != NULL)
			unit_poll(g->unit[i]);
}

void
guest_watch(
    struct guest *g, void (*changed)(void *arg, unsigned int id), void *arg)
{
	g->changed = changed;
	g->changed_arg = arg;
}

/* ---- operations ---- */

int
guest_find(
    const struct guest *g, unsigned int id, struct unit **u, struct diag *why)
{
	*u = guest_unit(g, id);
	if (*u != NULL)
		return 0;
	diag(why, ERR_NOTFOUND, "no router %u", id);
	return CONTROL_E_ROUTER;
}

int
unit_refuse(const struct unit *u, const char *what, struct diag *why)
{
	diag(why, ERR_BUSY, "router %u cannot be %s: it is %s", u->id, what,
	    u->swap != NULL       ? "being swapped"
	    : u->guest->held != 0 ? "held while it is saved or loaded"
	    : u->state == GUEST_RUNNING && load_acquire(&u->phase) != UNIT_LIVE
	        ? "ending"
	        : guest_state_name(u->state));
	return CONTROL_E_ROUTER;
}

static int
guest_no_memory(struct diag *why)
{
	diag(why, ERR_NOMEM, "out of memory");
	return CONTROL_E_FULL;
}

/* The lowest free id, or the one asked for. */
static int
guest_take_id(const struct guest *g, unsigned int *id, struct diag *why)
{
	unsigned int i = 0;

	if (*id != CONTROL_ANY_ROUTER && guest_unit(g, *id) != NULL) {
		diag(why, ERR_EXIST, "router %u exists already", *id);
		return CONTROL_E_ROUTER;
	}
	if (*id != CONTROL_ANY_ROUTER && *id >= CONTROL_ROUTERS) {
		diag(why, ERR_RANGE, "router %u: ids are 0 to %d", *id,
		    CONTROL_ROUTERS - 1);
		return CONTROL_E_ROUTER;
	}
	if (*id != CONTROL_ANY_ROUTER)
		return 0;
	while (i < CONTROL_ROUTERS &&
	       (g->unit[i] != NULL || (g->options.taken != NULL &&
	                                  g->options.taken(g->options.arg, i))))
		i++;
	if (i == CONTROL_ROUTERS) {
		diag(why, ERR_NOMEM, "all %d routers are taken",
		    CONTROL_ROUTERS);
		return CONTROL_E_FULL;
	}
	*id = i;
	return 0;
}

static struct unit *
unit_new(struct guest *g, unsigned int id, struct str label, struct str text)
{
	struct unit *u = calloc(1, sizeof(*u));
	struct strbuf name = STRBUF_INIT;

	if (u == NULL)
		return NULL;
	u->guest = g;
	u->id = id;
	u->label = str_dup(label);
	u->text = str_dup(text);
	sb_printf(&name, label.n > 0 ? "router %u (%.*s)" : "router %u", id,
	    STR_ARG(label));
	(void)sb_cstr(&name);
	u->name = sb_take(&name);
	if (u->label.s == NULL || u->text.s == NULL || u->name.s == NULL) {
		unit_free(u);
		return NULL;
	}
	return u;
}

int
guest_install(struct guest *g, unsigned int *id, struct str label,
    struct str text, bool keep, struct guest_done done, struct diag *why)
{
	int status = guest_take_id(g, id, why);
	struct unit *u;

	if (status != 0)
		return status;
	u = unit_new(g, *id, label, text);
	if (u == NULL)
		return guest_no_memory(why);
	u->keep = keep;
	u->done = done;
	u->state = GUEST_STARTING;
	if (unit_begin(u) != 0) {
		unit_free(u);
		return guest_no_memory(why);
	}
	g->unit[*id] = u;
	unit_changed(u);
	return 0;
}

int
guest_swap(struct guest *g, unsigned int id, struct str text,
    struct guest_done done, struct diag *why)
{
	struct unit *u;
	int status = guest_find(g, id, &u, why);

	if (status != 0)
		return status;
	if (u->state != GUEST_RUNNING || u->swap != NULL || g->held != 0)
		return unit_refuse(u, "swapped", why);
	u->swap = calloc(1, sizeof(*u->swap));
	if (u->swap == NULL)
		return guest_no_memory(why);
	u->swap->unit = u;
	u->swap->done = done;
	u->swap->text = str_dup(text);
	if (u->swap->text.s == NULL || unit_begin_swap(u) != 0) {
		swap_free(u->swap);
		u->swap = NULL;
		return guest_no_memory(why);
	}
	return 0;
}

int
guest_start(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why)
{
	struct unit *u;
	int status = guest_find(g, id, &u, why);

	if (status != 0)
		return status;
	if ((u->state != GUEST_HALTED && u->state != GUEST_FAILED) ||
	    g->held != 0)
		return unit_refuse(u, "started", why);
	u->keep = true;
	if (unit_begin(u) != 0)
		return guest_no_memory(why);
	u->done = done;
	unit_is(u, GUEST_STARTING);
	return 0;
}

int
guest_stop(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why)
{
	struct unit *u;
	int status = guest_find(g, id, &u, why);

	if (status != 0)
		return status;
	if (u->state != GUEST_RUNNING || u->swap != NULL || g->held != 0)
		return unit_refuse(u, "stopped", why);
	u->done = done;
	unit_is(u, GUEST_STOPPING);
	unit_stop(u);
	return 0;
}

int
guest_remove(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why)
{
	struct unit *u;
	int status = guest_find(g, id, &u, why);

	if (status != 0)
		return status;
	if (u->remove)
		return unit_refuse(u, "removed again", why);
	if (g->held != 0)
		return unit_refuse(u, "removed", why);
	if (u->done.fn != NULL)
		unit_done(u, CONTROL_E_ROUTER, STR("removed meanwhile\n"));
	u->done = done;
	u->remove = true;
	if (u->state != GUEST_HALTED && u->state != GUEST_FAILED) {
		unit_is(u, GUEST_STOPPING);
		unit_stop(u);
		return 0;
	}
	unit_drop(u, CONTROL_OK);
	return 0;
}

/* ---- handlers ---- */

/* Why a router was not entered: it has no time, or is in no state for it. */
static int
unit_refuse_entry(const struct unit *u, struct diag *why)
{
	if (u->state != GUEST_RUNNING || load_acquire(&u->phase) != UNIT_LIVE)
		return unit_refuse(u, "asked", why);
	diag(why, ERR_BUSY, "router %u is too busy to be asked: try again",
	    u->id);
	return CONTROL_E_BUSY;
}

int
guest_enter(struct guest *g, unsigned int id, struct unit **u,
    struct router **r, struct strbuf *messages)
{
	struct diag why = { "" };
	int status = guest_find(g, id, u, &why);

	if (status == 0) {
		*r = (*u)->state == GUEST_RUNNING
		         ? unit_enter(*u, g->options.waiter)
		         : NULL;
		if (*r != NULL)
			return 0;
		status = unit_refuse_entry(*u, &why);
	}
	sb_printf(messages, "%s\n", why.text);
	return status;
}

static int
guest_gate_status(enum gate_result result)
{
	switch (result) {
	case GATE_OK:
		return CONTROL_OK;
	case GATE_NO_HANDLER:
		return CONTROL_E_HANDLER;
	case GATE_DENIED:
		return CONTROL_E_DENIED;
	case GATE_FAILED:
		break;
	}
	return CONTROL_E_FAILED;
}

int
guest_read(struct guest *g, unsigned int id, struct str path, struct str param,
    struct strbuf *out, struct strbuf *messages)
{
	struct router *r;
	struct unit *u;
	int status = guest_enter(g, id, &u, &r, messages);

	if (status != 0)
		return status;
	status = guest_gate_status(gate_read(r, path, param, out, messages));
	unit_leave(u);
	return status;
}

int
guest_write(struct guest *g, unsigned int id, struct str path, struct str value,
    struct strbuf *messages)
{
	struct router *r;
	struct unit *u;
	int status = guest_enter(g, id, &u, &r, messages);

	if (status != 0)
		return status;
	status = guest_gate_status(gate_write(r, path, value, messages));
	unit_leave(u);
	return status;
}

/* ---- looking ---- */

enum guest_state
guest_state(const struct guest *g, unsigned int id)
{
	const struct unit *u = guest_unit(g, id);

	return u == NULL ? GUEST_FREE : u->state;
}

struct str
guest_label(const struct guest *g, unsigned int id)
{
	const struct unit *u = guest_unit(g, id);

	return u == NULL ? STR("") : u->label;
}

/* The thread writes them while it makes the router. */
struct str
guest_error(const struct guest *g, unsigned int id)
{
	const struct unit *u = guest_unit(g, id);

	return u == NULL || u->state == GUEST_STARTING ||
	               load_acquire(&u->phase) == UNIT_MAKING
	           ? STR("")
	           : sb_str(&u->messages);
}

struct str
guest_text(const struct guest *g, unsigned int id)
{
	const struct unit *u = guest_unit(g, id);

	return u == NULL ? STR("") : u->text;
}

unsigned int
guest_count(const struct guest *g)
{
	return load_relaxed(&g->count);
}

bool
guest_can_shutdown(const struct guest *g, struct str what)
{
	struct str all = g->options.shutdowns, word;

	while ((word = str_word(&all)).n > 0)
		if (str_eq(word, what))
			return true;
	return false;
}

void
guest_shutdown(struct guest *g, struct str what)
{
	g->options.shutdown(g->options.arg, what);
}

void
guest_free(struct guest *g)
{
	const struct guest_done nobody = { NULL, NULL };

	g->changed = NULL;
	(void)guest_let_go(g);
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++)
		if (g->unit[i] != NULL)
			(void)guest_remove(g, i, nobody, NULL);
	while (guest_count(g) > 0) {
		(void)os_wait(
		    g->options.waiter, os_steady_ns() + (int64_t)LOOK_NS);
		guest_poll(g);
	}
	depot_free(g->depot);
	free(g);
}
