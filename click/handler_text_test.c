/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * handler_text_test.c -- what handlers read is no longer than the master
 * allows: it ends with a whole line and one that says what is missing.
 */
#include "test/net.h"

enum { FLOWS = 1000, TEXT_MAX = 4000 };

static void
begin(struct trun *t, size_t text_max)
{
	struct master_options options = { .nthreads = 1,
		.simtime = true,
		.sim_start_ns = 1000000000,
		.text_max = text_max };
	struct net_ip p = { .src = "10.0.0.1",
		.dst = "9.9.9.9",
		.proto = IPPROTO4_UDP,
		.dport = 53,
		.text = "x" };

	ok(trun_start_options(t,
	       "rw :: IPRewriter(keep 0 0); Idle -> rw -> out :: Queue -> "
	       "Idle;",
	       &options) == 0,
	    "starts");
	for (unsigned int i = 0; i < FLOWS; i++) {
		p.sport = (uint16_t)(1 + i);
		net_feed_ip(t, "rw", 0, &p);
		(void)net_drain(t, "out");
	}
}

static unsigned int
lines(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

static void
test_bound(void)
{
	const char *text, *end;
	unsigned int missing = 0, max = 0;
	struct trun t;

	begin(&t, TEXT_MAX);
	text = trun_read(&t, "rw.udp_table");
	end = strstr(text, "... ");
	if (!ok(end != NULL && end > text && end[-1] == '\n' &&
	            end - text <= TEXT_MAX && end - text > TEXT_MAX - 100 &&
	            sscanf(end,
	                "... %u more lines are not shown: a text has %u "
	                "bytes at most\n",
	                &missing, &max) == 2,
	        "it ends with a whole line and a word"))
		tap_note("%s", text);
	is_num(max, TEXT_MAX, "which says how long it may be");
	is_num(lines(text) - 1 + missing, 2 * FLOWS, "and what is missing");
	is_cstr(trun_read(&t, "rw.size"), "1000", "the next is whole");
	net_end(&t);
}

static void
test_whole(size_t text_max, const char *name)
{
	struct trun t;

	begin(&t, text_max);
	is_num(lines(trun_read(&t, "rw.udp_table")), 2 * FLOWS, "%s", name);
	net_end(&t);
}

int
main(void)
{
	test_bound();
	test_whole(0, "no bound");
	test_whole(1 << 20, "a bound that is not met");
	return tap_done();
}
