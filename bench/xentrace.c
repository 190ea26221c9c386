/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xentrace.c -- what each domain has asked of Xen, out of a file of xentrace(8)
 * with the classes of hypercalls and of scheduling (bench/xen.sh).
 *
 *	usage: xentrace DOMAIN... <FILE
 *
 * A line: the cycles seen, then for each DOMAIN the cycles that it ran, its
 * hypercalls, those for event channels, its grant operations (a call may have
 * many), those that copy.  A file in which records are missing is refused.  For
 * machines of one processor.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* or it has the numbers of long ago */
#define __XEN_INTERFACE_VERSION__ 0x00040e00
#include <xen/xen.h>

/* want the types of that one */
#include <xen/grant_table.h>
#include <xen/trace.h>

enum { DOMAINS = 4, EXTRA = 7, OP = 0xff, STATE = 15, RUNNING = 0 };

struct domain {
	uint32_t id;
	uint64_t cycles, calls, events, grants, copies;
};

struct trace {
	struct domain domain[DOMAINS];
	unsigned int n;
	struct domain *running; /* NULL: another one */
	uint64_t first, now, since;
};

static struct domain *
trace_find(struct trace *t, uint32_t id)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (t->domain[i].id == id)
			return &t->domain[i];
	return NULL;
}

/* Up to now the last one ran, from now on d. */
static void
trace_run(struct trace *t, struct domain *d)
{
	if (t->running != NULL)
		t->running->cycles += t->now - t->since;
	t->running = d;
	t->since = t->now;
}

/* {op and which arguments follow, arguments}; see xen/trace.h. */
static void
trace_call(struct trace *t, const uint32_t *data, unsigned int n, bool sub)
{
	struct domain *d = t->running;

	if (d == NULL || n == 0)
		return;
	d->calls += !sub;
	switch (data[0] & OP) {
	case __HYPERVISOR_event_channel_op:
		d->events++;
		break;
	case __HYPERVISOR_grant_table_op:
		if (n < 3)
			break;
		d->grants += data[2];
		if (data[1] == GNTTABOP_copy)
			d->copies += data[2];
		break;
	default:
		break;
	}
}

static void
trace_record(
    struct trace *t, uint32_t event, const uint32_t *data, unsigned int n)
{
	switch (event & ~(uint32_t)TRC_64_FLAG) {
	case TRC_PV_HYPERCALL_V2:
		trace_call(t, data, n, false);
		return;
	case TRC_PV_HYPERCALL_SUBCALL:
		trace_call(t, data, n, true);
		return;
	case TRC_LOST_RECORDS:
		fputs("xentrace: records are missing\n", stderr);
		exit(1);
	default:
		break;
	}
	/* {vcpu, domain}, from one state, << 8, to another, << 4 */
	if ((event & ~(uint32_t)0xff0) == TRC_SCHED_RUNSTATE_CHANGE &&
	    (event >> 4 & STATE) == RUNNING && n > 0)
		trace_run(t, trace_find(t, data[0] >> 16));
}

static bool
trace_read(struct trace *t)
{
	uint32_t head, time[2], data[EXTRA];
	unsigned int n;

	if (fread(&head, sizeof(head), 1, stdin) != 1)
		return false;
	n = TRC_HD_EXTRA(head);
	if (TRC_HD_INCLUDES_CYCLE_COUNT(head)) {
		if (fread(time, sizeof(time), 1, stdin) != 1)
			return false;
		t->now = (uint64_t)time[1] << 32 | time[0];
		if (t->first == 0)
			t->first = t->since = t->now;
	}
	if (fread(data, sizeof(*data), n, stdin) != n)
		return false;
	trace_record(t, TRC_HD_TO_EVENT(head), data, n);
	return true;
}

int
main(int argc, char **argv)
{
	struct trace t = { .n = 0 };

	if (argc < 2 || argc > DOMAINS + 1)
		return 2;
	while (t.n + 1 < (unsigned int)argc) {
		t.domain[t.n].id = (uint32_t)strtoul(argv[t.n + 1], NULL, 10);
		t.n++;
	}
	if (t.n == 1) /* it may run all the time, and no change be told */
		t.running = &t.domain[0];
	while (trace_read(&t))
		continue;
	trace_run(&t, NULL);
	printf("%" PRIu64, t.now - t.first);
	for (unsigned int i = 0; i < t.n; i++)
		printf(" %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64,
		    t.domain[i].cycles, t.domain[i].calls, t.domain[i].events,
		    t.domain[i].grants, t.domain[i].copies);
	putchar('\n');
	return t.now == t.first;
}
