/* SPDX-License-Identifier: BSD-3-Clause */
/* stats.c -- counting calls, packets and cycles, switched by pointers. */
#include "click/stats.h"

#include "base/cycles.h"
#include "click/conf.h"
#include "click/internal.h"

/* One measured call: what it took, less what it measured within. */
struct measure {
	uint64_t start, inner_before;
};

static struct measure
measure_begin(struct thread *t)
{
	struct measure m = { cycles_now(), t->measured_cycles };

	t->measured_cycles = 0;
	return m;
}

static uint64_t
measure_end(struct thread *t, struct measure m)
{
	uint64_t all = cycles_now() - m.start;
	uint64_t own = all - t->measured_cycles;

	t->measured_cycles = m.inner_before + all;
	return own;
}

/* What is called while nothing is counted. */
static push_fn *
stats_push_function(const struct element *e)
{
	if (e->packetwise)
		return observe_push;
	return e->deferred ? deferred_push : element_push_function(e);
}

static void
stats_push(struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;
	struct measure m = measure_begin(t);
	uint32_t n = b->count;

	stats_push_function(e)(e, port, b);
	counter_add(&e->stats->xfer_calls, t, 1);
	counter_add(&e->stats->xfer_packets, t, n);
	counter_add(&e->stats->xfer_cycles, t, measure_end(t, m));
}

static unsigned int
stats_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct thread *t = b->thread;
	struct measure m = measure_begin(t);
	unsigned int n = element_pull_function(e)(e, port, b, max);

	counter_add(&e->stats->xfer_calls, t, 1);
	counter_add(&e->stats->xfer_packets, t, n);
	counter_add(&e->stats->xfer_cycles, t, measure_end(t, m));
	return n;
}

static pull_fn *
stats_pull_function(const struct element *e, const struct port *in)
{
	return e->pulls_one ? observe_pull : element_pull_function(in->peer);
}

static bool
stats_task(struct element *e, struct task *task, struct thread *t)
{
	struct measure m = measure_begin(t);
	bool worked = task->counted_run(e, task, t);

	counter_add(&e->stats->task_calls, t, 1);
	counter_add(&e->stats->task_cycles, t, measure_end(t, m));
	return worked;
}

static void
stats_switch_ports(struct element *e, bool on)
{
	for (unsigned int i = 0; i < e->nout; i++) {
		struct port *p = &e->out[i];

		if (p->active)
			p->push =
			    on ? stats_push : stats_push_function(p->peer);
	}
	for (unsigned int i = 0; i < e->nin; i++) {
		struct port *p = &e->in[i];

		if (p->active)
			p->pull = on ? stats_pull : stats_pull_function(e, p);
	}
}

static int
stats_alloc(struct router *r)
{
	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->elements[i];

		if (e->stats == NULL)
			e->stats = arena_alloc(
			    &r->graph.mem, sizeof(struct element_stats));
		if (e->stats == NULL)
			return ERR_NOMEM;
	}
	return 0;
}

int
router_set_stats(struct router *r, bool on)
{
	if (on && stats_alloc(r) != 0)
		return ERR_NOMEM;
	r->counting = on;
	for (uint32_t i = 0; i < r->nelements; i++)
		stats_switch_ports(r->elements[i], on);
	for (struct task *k = r->tasks; k != NULL; k = k->next_of_router) {
		if (on && k->run != stats_task) {
			k->counted_run = k->run;
			k->run = stats_task;
		} else if (!on && k->run == stats_task) {
			k->run = k->counted_run;
		}
	}
	return 0;
}

static uint64_t
per(uint64_t total, uint64_t calls)
{
	return calls == 0 ? 0 : total / calls;
}

static void
stats_line(struct element *e, struct strbuf *out)
{
	const struct element_stats *s = e->stats;
	uint64_t cycles = s->task_cycles + s->xfer_cycles;
	uint64_t values[] = { s->task_calls, s->task_cycles,
		per(s->task_cycles, s->task_calls), s->xfer_calls,
		s->xfer_packets, s->xfer_cycles,
		per(s->xfer_cycles, s->xfer_calls),
		per(s->xfer_cycles, s->xfer_packets), cycles };

	sb_add(out, e->name);
	sb_addc(out, ',');
	sb_adds(out, e->class->name);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		sb_addc(out, ',');
		sb_u64(out, values[i]);
	}
	sb_addc(out, '\n');
}

int
stats_read_csv(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct router *r = call->router;

	(void)e;
	(void)user;
	sb_adds(call->out,
	    "name,class,task_calls,task_cycles,cycles_per_task,xfer_calls,"
	    "xfer_packets,xfer_cycles,cycles_per_xfer,cycles_per_packet,"
	    "any_cycles\n");
	for (uint32_t i = 0; i < r->nelements; i++)
		if (r->elements[i]->stats != NULL)
			stats_line(r->elements[i], call->out);
	return 0;
}

int
stats_read_on(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_adds(call->out, call->router->counting ? "true" : "false");
	return 0;
}

int
stats_write_on(struct element *e, uintptr_t user, struct handler_call *call)
{
	bool on;

	(void)e;
	(void)user;
	if (!conf_bool(str_trim(call->text), &on))
		return errh_error(call->errh, "expected boolean");
	if (router_set_stats(call->router, on) != 0)
		return errh_error(call->errh, "out of memory");
	return 0;
}

int
stats_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct router *r = call->router;

	(void)e;
	(void)user;
	for (uint32_t i = 0; i < r->nelements; i++)
		if (r->elements[i]->stats != NULL)
			*r->elements[i]->stats = (struct element_stats){ 0 };
	return 0;
}
