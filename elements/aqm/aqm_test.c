/* SPDX-License-Identifier: BSD-3-Clause */
/* aqm_test.c -- what RED, PI and CoDel do to a queue that fills too fast. */
#include <stdlib.h>

#include "test/run.h"
#include "test/tap.h"

/* 1000 packets a second come, 500 leave; the queue is q, the dropper d. */
struct overload {
	const char *name, *chain;
	long min, max; /* length of q after 20 s */
};

static const struct overload overloads[] = {
	{ "no dropper", "q :: Queue(20000) -> d :: RandomSample(1)", 9000,
	    11000 },
	{ "PI", "d :: PI(0.01, 0.0005, 0.00045, 50) -> q :: Queue(20000)", 0,
	    200 },
	{ "RED", "d :: RED(5, 50, 0.2) -> q :: Queue(20000)", 30, 100 },
	{ "RED pulled", "q :: Queue(20000) -> d :: RED(5, 50, 0.2)", 30, 100 },
	{ "AdaptiveRED", "d :: AdaptiveRED(50, 0.02) -> q :: Queue(20000)", 30,
	    100 },
	{ "CoDel",
	    "SetTimestamp(FIRST true) -> q :: Queue(20000) -> d :: CoDel", 0,
	    3000 },
};

static void
test_overload(const struct overload *o)
{
	struct strbuf sb = STRBUF_INIT;
	struct trun t;

	sb_printf(&sb,
	    "RatedSource(RATE 1000) -> %s -> RatedUnqueue(500) -> Discard;"
	    "DriverManager(wait 20s, stop)",
	    o->chain);
	if (ok(trun_start(&t, sb_cstr(&sb)) == 0, "%s: starts", o->name)) {
		long length, drops;

		trun_run(&t);
		length = strtol(trun_read(&t, "q.length"), NULL, 10);
		drops = strtol(trun_read(&t, "d.drops"), NULL, 10);
		ok(length >= o->min && length <= o->max,
		    "%s: length %ld in %ld..%ld", o->name, length, o->min,
		    o->max);
		ok(drops + length > 9500 && drops + length < 10500,
		    "%s: half is dropped or there: %ld", o->name, drops);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: all packets are back", o->name);
	sb_fini(&sb);
}

/* The queues that a RED finds, through a Tee of which FlowInfo says something.
 */
struct finding {
	const char *flow, *queues;
};

static const struct finding findings[] = {
	{ "", "a\nb\n" },
	{ "FlowInfo(t x/xy)", "a\n" },
	{ "FlowInfo(t x/xy, t x/yx)", "b\n" },
	{ "FlowInfo(t x/x)", "a\nb\n" },
	{ "FlowInfo(t)", "a\nb\n" },
	{ "FlowInfo(t x/y[)", "<error>" },
};

static void
test_finding(const struct finding *f)
{
	struct strbuf sb = STRBUF_INIT;
	struct trun t;

	sb_printf(&sb,
	    "Idle -> r :: RED(5, 50, 0.02) -> t :: Tee; t[0] -> a :: Queue"
	    " -> Discard; t[1] -> b :: Queue -> Discard; %s",
	    f->flow);
	if (trun_start(&t, sb_cstr(&sb)) == 0)
		is_cstr(
		    trun_read(&t, "r.queues"), f->queues, "\"%s\"", f->flow);
	else
		is_cstr("<error>", f->queues, "\"%s\"", f->flow);
	is_num(trun_stop(&t), 0, "\"%s\": every packet is back", f->flow);
	sb_fini(&sb);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(overloads); i++)
		test_overload(&overloads[i]);
	for (size_t i = 0; i < ARRAY_SIZE(findings); i++)
		test_finding(&findings[i]);
	return tap_done();
}
