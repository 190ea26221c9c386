/* SPDX-License-Identifier: BSD-3-Clause */
/* notifier.c -- finding what a task depends on, and waking it. */
#include "click/notifier.h"

#include "click/flow.h"
#include "click/internal.h"

void
notifier_init(struct notifier *n, enum notifier_search search)
{
	*n = (struct notifier){ .active = 1, .search = search };
}

void
notifier_fini(struct notifier *n)
{
	vec_fini(&n->listeners);
	vec_fini(&n->dependents);
}

void
notifier_wake_listeners(struct notifier *n)
{
	for (size_t i = 0; i < n->listeners.n; i++)
		task_schedule(n->listeners.v[i]);
	for (size_t i = 0; i < n->dependents.n; i++)
		notifier_wake(n->dependents.v[i]);
}

void
signal_init_always(struct signal *s)
{
	*s = (struct signal){ .always = true };
}

void
signal_fini(struct signal *s)
{
	vec_fini(&s->of);
	s->always = false;
}

/* A search for notifiers of one kind, in one direction. */
struct search {
	struct signal *signal;
	const char *name; /* of the cast */
	bool upstream;
	bool second; /* pass: go beyond NOTIFIER_CONTINUE_WAKE */
	/* What the second pass finds wakes, but the signal ignores it. */
	VEC(struct notifier *) beyond;
	bool need_second;
	bool failed; /* no memory: depend on nothing, never sleep */
};

static bool
search_add(struct search *s, struct notifier *n)
{
	for (size_t i = 0; i < s->signal->of.n; i++)
		if (s->signal->of.v[i] == n)
			return true;
	for (size_t i = 0; i < s->beyond.n; i++)
		if (s->beyond.v[i] == n)
			return true;
	if ((s->second ? vec_push(&s->beyond, n)
	               : vec_push(&s->signal->of, n)) != 0)
		s->failed = true;
	return !s->failed;
}

/* True if nothing that entered e by this port leaves it again. */
static bool
search_dead_end(const struct search *s, struct element *e, unsigned int port)
{
	const char *flow = element_flow(e);
	unsigned int others = s->upstream ? e->nin : e->nout;

	for (unsigned int o = 0; o < others; o++)
		if (s->upstream ? codes_flow(flow, o, port)
		                : codes_flow(flow, port, o))
			return false;
	return true;
}

static bool
search_visit(void *arg, struct element *e, int port)
{
	struct search *s = arg;
	struct notifier *n = element_cast_port(e, s->name, port);
	struct port *p = s->upstream ? &e->out[port] : &e->in[port];

	if (n != NULL) {
		if (!search_add(s, n))
			return false;
		if (n->search == NOTIFIER_CONTINUE_WAKE && !s->second) {
			s->need_second = true;
			return false;
		}
		return n->search != NOTIFIER_STOP;
	}
	/* From pull to push: what is beyond will not tell. */
	if (p->active) {
		s->signal->always = true;
		return false;
	}
	if (search_dead_end(s, e, (unsigned int)port) &&
	    codes_flag(e->class->click_flags, 'S') != 0) {
		s->signal->always = true;
		return false;
	}
	return true;
}

static void
search_pass(struct search *s, struct element *e, unsigned int port)
{
	if ((s->upstream ? router_upstream : router_downstream)(
	        e, (int)port, search_visit, s) != 0)
		s->failed = true;
}

static void
search_run(struct search *s, struct element *e, unsigned int port)
{
	*s->signal = (struct signal){ .always = false };
	search_pass(s, e, port);
	if (!s->signal->always && s->need_second) {
		s->second = true;
		search_pass(s, e, port);
		/* The element in between knows whether what is beyond tells. */
		s->signal->always = false;
	}
	if (s->failed)
		s->signal->always = true;
}

/* Has every notifier found wake task or, without one, dependent. */
static void
search_listen(struct search *s, struct task *task, struct notifier *dependent)
{
	size_t near = s->signal->of.n;

	for (size_t i = 0; !s->signal->always && i < near + s->beyond.n; i++) {
		struct notifier *n =
		    i < near ? s->signal->of.v[i] : s->beyond.v[i - near];
		int err = 0;

		if (task != NULL)
			err = vec_push(&n->listeners, task);
		else if (dependent != NULL)
			err = vec_push(&n->dependents, dependent);
		if (err != 0)
			s->signal->always = true;
		if (task != NULL && n->listen != NULL)
			n->listen(n, task);
	}
	vec_fini(&s->beyond);
}

void
signal_upstream_empty(struct signal *signal, struct element *e,
    unsigned int port, struct task *task)
{
	struct search s = {
		.signal = signal, .name = "empty_notifier", .upstream = true
	};

	search_run(&s, e, port);
	search_listen(&s, task, NULL);
}

void
signal_downstream_full(struct signal *signal, struct element *e,
    unsigned int port, struct task *task)
{
	struct search s = { .signal = signal, .name = "full_notifier" };

	search_run(&s, e, port);
	search_listen(&s, task, NULL);
}

void
signal_upstream_empty_to(struct signal *signal, struct element *e,
    unsigned int port, struct notifier *dependent)
{
	struct search s = {
		.signal = signal, .name = "empty_notifier", .upstream = true
	};

	search_run(&s, e, port);
	search_listen(&s, NULL, dependent);
}
