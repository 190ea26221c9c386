/* SPDX-License-Identifier: BSD-3-Clause */
/* vale.c -- the whole: workers, ports coming and going.  See vale.h. */
#include "vale/vale.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/steady.h"
#include "vale/internal.h"
#include "vale/kinds.h"

enum { LOG_PER_S = 10 }; /* lines about peers */

static int
vale_start_workers(struct vale *v, struct diag *why)
{
	unsigned int n = v->options.workers > 0 ? v->options.workers : 1;

	if (n > VALE_WORKERS_MAX)
		return diag(why, ERR_RANGE, "%u workers: at most %d can be had",
		    n, VALE_WORKERS_MAX);
	v->workers = calloc(n, sizeof(*v->workers));
	if (v->workers == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	for (; v->nworkers < n; v->nworkers++) {
		struct vale_worker *w = &v->workers[v->nworkers];

		w->vale = v;
		w->id = v->nworkers;
		w->cpu = v->options.cpus != NULL ? v->options.cpus[w->id] : -1;
		if (vale_worker_start(w, why) != 0) {
			v->nworkers++; /* stopped with the rest */
			return ERR_IO;
		}
	}
	return 0;
}

struct vale *
vale_new(const struct vale_options *o, struct diag *why)
{
	struct vale *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		diag(why, ERR_NOMEM, "out of memory");
		return NULL;
	}
	doorbell_init(&v->doorbell);
	v->options = *o;
	v->copy = copy_choose();
	v->loop = loop_new();
	if (v->loop == NULL) {
		diag(why, ERR_IO, "no memory or descriptors");
		vale_free(v);
		return NULL;
	}
	if (vale_start_workers(v, why) != 0) {
		vale_free(v);
		return NULL;
	}
	return v;
}

void
vale_free(struct vale *v)
{
	while (v->switches != NULL)
		switch_free(v->switches);
	for (unsigned int i = 0; i < v->nworkers; i++)
		vale_worker_stop(&v->workers[i]);
	free(v->workers);
	vec_fini(&v->gone);
	loop_free(v->loop);
	doorbell_fini(&v->doorbell);
	free(v);
}

static void
vale_log(struct vale *v, const char *fmt, ...)
{
	char line[320];
	va_list ap;

	if (v->options.log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	v->options.log(v->options.log_arg, line);
}

/* A peer that comes back and breaks the rules again must not fill the log. */
bool
vale_port_log(struct vale_port *p, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	if (!limit_take(
	        &p->vale->log_limit, LOG_PER_S, LOG_PER_S, 1, steady_ns()))
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	vale_log(
	    p->vale, "%s:%s: %s", vale_port_switch(p), vale_port_name(p), text);
	return true;
}

/* ---- ports whose peers break rules or go ---- */

int
vale_port_broken(struct vale_port *p, const char *fmt, ...)
{
	va_list ap;

	if (p->why.text[0] == '\0') {
		va_start(ap, fmt);
		vsnprintf(p->why.text, sizeof(p->why.text), fmt, ap);
		va_end(ap);
	}
	return ERR_PEER;
}

void
vale_slot_broken(struct vale_slot *s, int err)
{
	if (load_relaxed(&s->port->link) != VALE_UP)
		return;
	if (err == ERR_CLOSED)
		(void)vale_port_broken(s->port, "has ended");
	else
		(void)vale_port_broken(s->port, "%s", err_text(err));
	store_release(&s->port->link, VALE_BROKEN);
	store_release(&s->sw->vale->broken, 1);
	loop_wake(s->sw->vale->loop);
}

void
vale_port_gone(struct vale_port *p)
{
	struct vale *v = p->vale;

	for (size_t i = 0; i < v->gone.n; i++)
		if (v->gone.v[i] == p)
			return;
	if (vec_push(&v->gone, p) == 0) {
		loop_wake(v->loop);
		return;
	}
	/* Out of memory: found by looking. */
	store_release(&p->link, VALE_BROKEN);
	store_release(&v->broken, 1);
	loop_wake(v->loop);
}

static void
vale_collect_broken(struct vale *v)
{
	if (exchange(&v->broken, 0) == 0)
		return;
	for (struct vale_switch *sw = v->switches; sw != NULL; sw = sw->next) {
		for (uint32_t i = 0; i < sw->table->n; i++) {
			struct vale_slot *s = sw->table->slot[i];

			if (s == NULL ||
			    load_acquire(&s->port->link) != VALE_BROKEN)
				continue;
			(void)vale_port_log(s->port, "%s", s->port->why.text);
			if (s->port->kind->broken != NULL)
				s->port->kind->broken(s->port);
			else
				vale_port_detach(s->port);
		}
	}
}

void
vale_wait(struct vale *v, int timeout_ms)
{
	loop_wait(v->loop, timeout_ms);
	vale_collect_broken(v);
	while (v->gone.n > 0)
		vale_port_detach(v->gone.v[v->gone.n - 1]);
}

void
vale_wake(struct vale *v)
{
	loop_wake(v->loop);
}

unsigned int
vale_round(struct vale *v)
{
	return vale_worker_round(&v->workers[0]);
}

int
vale_watch(struct vale *v, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg)
{
	return loop_watch(v->loop, fd, events, ready, arg);
}

void
vale_later(struct vale *v, struct vale_timer *t, int64_t ns)
{
	loop_later(v->loop, t, ns);
}

void
vale_never(struct vale_timer *t)
{
	loop_never(t);
}

void
vale_port_tell(struct vale_port *p, int eventfd)
{
	doorbell_ring(&p->vale->doorbell, eventfd);
}

/* ---- stopping and starting ---- */

void
vale_port_stop(struct vale_port *p)
{
	struct vale_slot *s = p->slot;

	if (s->enabled == 0)
		return;
	store_release(&s->enabled, 0);
	vale_worker_remove(s->worker, s); /* and waits for all workers */
}

int
vale_port_start(struct vale_port *p)
{
	struct vale_slot *s = p->slot;
	int err;

	if (s->enabled != 0)
		return 0;
	p->why.text[0] = '\0';
	store_release(&p->link, VALE_UP);
	store_release(&s->enabled, 1);
	err = vale_worker_add(s->worker, s);
	if (err != 0) {
		store_release(&s->enabled, 0);
		vale_sync(p->vale);
		p->link = VALE_DOWN;
	}
	return err;
}

/* ---- coming and going ---- */

static struct vale_worker *
vale_pick_worker(struct vale *v, int wish)
{
	struct vale_worker *best = &v->workers[0];

	if (wish >= 0)
		return &v->workers[(unsigned int)wish % v->nworkers];
	for (unsigned int i = 1; i < v->nworkers; i++)
		if (v->workers[i].nslots < best->nslots)
			best = &v->workers[i];
	return best;
}

static void
slot_free(struct vale_slot *s)
{
	free((void *)(uintptr_t)s->set);
	free(s->port);
	free(s);
}

/* A slot with a port of the kind in it, not opened yet. */
static struct vale_slot *
slot_new(struct vale_switch *sw, const struct vale_kind *kind)
{
	struct vale_slot *s = aligned_alloc(CACHE_LINE, sizeof(*s));
	struct vale_settings *set = malloc(sizeof(*set));
	size_t size = (kind->size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	struct vale_port *p = aligned_alloc(CACHE_LINE, size);

	if (s == NULL || set == NULL || p == NULL) {
		free(s);
		free(set);
		free(p);
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	memset(p, 0, size);
	settings_init(set);
	s->set = set;
	s->port = p;
	s->sw = sw;
	p->slot = s;
	p->vale = sw->vale;
	p->kind = kind;
	p->copy = sw->vale->copy;
	p->fd = -1;
	p->mtu = 1500;
	p->link = VALE_UP;
	return s;
}

static int
vale_attach_slot(
    struct vale_slot *s, const struct vale_attach *a, struct diag *why)
{
	struct vale *v = s->sw->vale;
	int err;

	(void)str_copy(a->name, s->name, sizeof(s->name)); /* it fits */
	s->port->context = a->context;
	err = s->port->kind->open(s->port, a->args, why);
	if (err != 0)
		return err;
	s->worker = vale_pick_worker(v, a->worker);
	s->worker->nslots++;
	err = switch_add_slot(s->sw, s);
	if (err != 0) {
		diag(why, err, "%s: no room for another port", s->sw->name);
		goto close_port;
	}
	if (s->port->link == VALE_UP) {
		err = vale_port_start(s->port);
		if (err != 0) {
			diag(why, err, "%s: %s", s->name, err_text(err));
			goto remove_slot;
		}
	}
	return 0;

remove_slot:
	switch_remove_slot(s->sw, s);
close_port:
	s->worker->nslots--;
	s->port->kind->close(s->port);
	return err;
}

/*
 * False: a port of that name is in use.  A peer that was ended by somebody who
 * now makes its successor is heard of later than the successor: its port is
 * closed here.
 */
static bool
vale_name_is_free(struct vale_switch *sw, struct str name)
{
	struct vale_slot *s = switch_slot(sw, name);
	const struct vale_kind *kind;

	if (s == NULL)
		return true;
	kind = s->port->kind;
	if (kind->deserted == NULL || !kind->deserted(s->port))
		return false;
	vale_port_detach(s->port);
	return true;
}

int
vale_attach(struct vale *v, const struct vale_attach *a,
    struct vale_port **port, struct diag *why)
{
	struct vale_switch *sw = switch_find(v, a->switch_name);
	const struct vale_kind *kind = a->with;
	struct vale_slot *s;
	int err;

	if (sw == NULL)
		return diag(why, ERR_NOTFOUND, "%.*s: no such switch",
		    STR_ARG(a->switch_name));
	err = switch_check_name("port", a->name, why);
	if (err == 0 && kind == NULL)
		err = vale_kind_find(a->kind, &kind, why);
	if (err != 0)
		return err;
	if (!vale_name_is_free(sw, a->name))
		return diag(why, ERR_EXIST, "%s:%.*s: exists already", sw->name,
		    STR_ARG(a->name));
	s = slot_new(sw, kind);
	if (s == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = vale_attach_slot(s, a, why);
	if (err != 0) {
		slot_free(s);
		return err;
	}
	if (port != NULL)
		*port = s->port;
	return 0;
}

void
vale_port_detach(struct vale_port *p)
{
	struct vale_slot *s = p->slot;
	struct vale *v = p->vale;

	for (size_t i = 0; i < v->gone.n; i++)
		if (v->gone.v[i] == p)
			v->gone.v[i] = v->gone.v[--v->gone.n];
	vale_port_stop(p);
	switch_remove_slot(s->sw, s);
	s->worker->nslots--;
	p->kind->close(p);
	slot_free(s);
}

struct vale_port *
vale_port_find(struct vale *v, struct str switch_name, struct str name)
{
	struct vale_switch *sw = switch_find(v, switch_name);
	struct vale_slot *s = sw != NULL ? switch_slot(sw, name) : NULL;

	return s != NULL ? s->port : NULL;
}

int
vale_detach(
    struct vale *v, struct str switch_name, struct str name, struct diag *why)
{
	struct vale_port *p = vale_port_find(v, switch_name, name);

	if (p == NULL)
		return diag(why, ERR_NOTFOUND, "%.*s:%.*s: no such port",
		    STR_ARG(switch_name), STR_ARG(name));
	vale_port_detach(p);
	return 0;
}

const char *
vale_port_name(const struct vale_port *p)
{
	return p->slot->name;
}

const char *
vale_port_switch(const struct vale_port *p)
{
	return p->slot->sw->name;
}

unsigned int
vale_port_worker(const struct vale_port *p)
{
	return p->slot->worker->id;
}

int
vale_set(
    struct vale_port *p, struct str key, struct str value, struct diag *why)
{
	struct vale_slot *s = p->slot;
	const struct vale_settings *old = s->set;
	struct vale_settings *new = malloc(sizeof(*new));
	int err;

	if (new == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	*new = *old;
	err = settings_set(new, key, value, why);
	if (err == 0 && strcmp(new->mirror, s->name) == 0)
		err = diag(
		    why, ERR_INVAL, "%s: cannot be its own mirror", s->name);
	if (err != 0) {
		free(new);
		return err;
	}
	store_release(&s->set, new);
	switch_find_mirrors(s->sw);
	vale_sync(p->vale);
	free((void *)(uintptr_t)old);
	return 0;
}

struct str
vale_arg(struct str *args)
{
	size_t comma = str_find(*args, ',', 0);
	struct str arg = str_sub(*args, 0, comma);

	*args = str_from(*args, comma + 1);
	return arg;
}
