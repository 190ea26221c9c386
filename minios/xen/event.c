/* SPDX-License-Identifier: BSD-3-Clause */
/* event.c -- see event.h. */
#include "minios/xen/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/err.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"

enum {
	WORD = 64,
	PORTS_MAX = WORD * WORD,
	WAIT_MAX = 128, /* ports that Xen lets a SCHEDOP_poll wait for */
};

struct event {
	void (*fn)(void *arg);
	void *arg;
};

static struct {
	struct event *table; /* by port */
	uint32_t count;
	evtchn_port_t handled[WAIT_MAX];
	uint32_t nhandled; /* more than WAIT_MAX: not all are there */
} events;

void
event_init(void)
{
	struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER };

	if (xen_event_op(EVTCHNOP_bind_virq, &bind) == 0) {
		struct evtchn_unmask unmask = { .port = bind.port };

		xen_event_op(EVTCHNOP_unmask, &unmask);
	}
}

/* After a change of the table. */
static void
event_list(void)
{
	events.nhandled = 0;
	for (uint32_t port = 0; port < events.count; port++) {
		if (events.table[port].fn == NULL)
			continue;
		if (events.nhandled < WAIT_MAX)
			events.handled[events.nhandled] = port;
		events.nhandled++;
	}
}

void
event_resume(void)
{
	memset(events.table, 0, events.count * sizeof(*events.table));
	event_list();
	event_init();
}

static int
event_grow(uint32_t port)
{
	uint32_t count = (port + 16) & ~15u;
	struct event *table;

	if (port < events.count)
		return 0;
	if (port >= PORTS_MAX)
		return ERR_NOMEM;
	table = realloc(events.table, count * sizeof(*table));
	if (table == NULL)
		return ERR_NOMEM;
	memset(
	    &table[events.count], 0, (count - events.count) * sizeof(*table));
	events.table = table;
	events.count = count;
	return 0;
}

int
event_handle(uint32_t port, void (*fn)(void *arg), void *arg)
{
	struct evtchn_unmask unmask = { .port = port };

	if (event_grow(port) != 0)
		return ERR_NOMEM;
	events.table[port] = (struct event){ fn, arg };
	event_list();
	/* Through Xen, which also signals what came while it was masked. */
	if (fn != NULL)
		xen_event_op(EVTCHNOP_unmask, &unmask);
	return 0;
}

int
event_open(uint16_t domid, void (*fn)(void *arg), void *arg, uint32_t *port)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = domid,
	};
	int err;

	if (xen_event_op(EVTCHNOP_alloc_unbound, &alloc) != 0)
		return ERR_IO;
	err = event_handle(alloc.port, fn, arg);
	if (err != 0) {
		event_close(alloc.port);
		return err;
	}
	*port = alloc.port;
	return 0;
}

void
event_close(uint32_t port)
{
	struct evtchn_close close = { .port = port };

	if (port < events.count)
		events.table[port] = (struct event){ NULL, NULL };
	event_list();
	xen_event_op(EVTCHNOP_close, &close);
}

void
event_send(uint32_t port)
{
	struct evtchn_send send = { .port = port };

	xen_event_op(EVTCHNOP_send, &send);
}

static void
event_run(uint32_t port)
{
	struct event *e;

	if (port >= events.count)
		return;
	e = &events.table[port];
	if (e->fn != NULL)
		e->fn(e->arg);
}

static void
event_run_word(unsigned int word)
{
	struct shared_info *s = xen.shared_info;
	uint64_t bits = exchange(&s->evtchn_pending[word], 0);

	for (; bits != 0; bits &= bits - 1)
		event_run(word * WORD + (uint32_t)__builtin_ctzll(bits));
}

bool
event_poll(void)
{
	struct vcpu_info *v = xen_vcpu_info();
	uint64_t words;

	if (load_relaxed(&v->evtchn_upcall_pending) == 0)
		return false;
	/* First this, then the words: Xen sets them in the other order. */
	exchange(&v->evtchn_upcall_pending, 0);
	words = exchange(&v->evtchn_pending_sel, 0);
	for (; words != 0; words &= words - 1)
		event_run_word((unsigned int)__builtin_ctzll(words));
	return true;
}

bool
event_wait(uint64_t deadline_ns)
{
	struct sched_poll poll = { .nr_ports = events.nhandled,
		.timeout = deadline_ns };

	if (events.nhandled > WAIT_MAX)
		return false;
	set_xen_guest_handle(poll.ports, events.handled);
	return xen_sched_op(SCHEDOP_poll, &poll) == 0;
}
