/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rewriter_swap_test.c -- what becomes of rewriters' flows in a hot swap: they
 * go on, unless the new configuration would not make them.
 */
#include "click/internal.h"
#include "test/net.h"

struct rewriter_case {
	const char *class;
	uint8_t proto;
	/* An input; one that makes the same, and more; one that does not. */
	const char *input, *wider, *other;
	const char *table;
};

#define PORTS "pattern 5.5.5.5 1024-65535 - - "
static const struct rewriter_case cases[] = {
	{ "IPRewriter", IPPROTO4_UDP, PORTS "0 1",
	    "pattern 5.5.5.5 1000-65535 - - 0 1",
	    "pattern 5.5.5.6 1024-65535 - - 0 1", "udp_table" },
	{ "IPRewriter", IPPROTO4_TCP, PORTS "0 1",
	    "pattern 5.5.5.5 4000-5001 - - 0 1",
	    "pattern 5.5.5.5 6000-7000 - - 0 1", "tcp_table" },
	{ "TCPRewriter", IPPROTO4_TCP, PORTS "0 1",
	    "pattern 5.5.5.5 1000-65535# - - 0 1", "drop", "table" },
	{ "UDPRewriter", IPPROTO4_UDP, PORTS "0 1",
	    "pattern 5.5.5.5 1000-65535? - - 0 1", "pass", "table" },
	{ "UDPRewriter", IPPROTO4_UDP, "keep 0 1", "keep 0 1", PORTS "0 1",
	    "table" },
	{ "UDPRewriter", IPPROTO4_UDP, "pattern - - 1.2.3.4 80 0 1",
	    "pattern - - 1.2.3.4 80 0 1", "pattern - - 1.2.3.4 81 0 1",
	    "table" },
	{ "UDPRewriter", IPPROTO4_UDP, "rr", "rr", "drop", "table" },
	{ "IPAddrRewriter", IPPROTO4_UDP, "pattern 5.5.5.5-5.5.5.9 - 0 1",
	    "pattern 5.5.5.5-5.5.5.20 - 0 1", "pattern 5.5.6.0/24 - 0 1",
	    "table" },
	{ "IPAddrPairRewriter", IPPROTO4_UDP, "pattern 5.5.5.5 - 0 1",
	    "pattern 5.5.5.4-5.5.5.5 - 0 1", "pattern 5.5.5.5 6.6.6.6 0 1",
	    "table" },
	{ "ICMPPingRewriter", IPPROTO4_ICMP, "pattern 5.5.5.5 - 0-65535 0 1",
	    "pattern 5.5.5.5 - 0-65535# 0 1", "pattern 5.5.5.5 - 1-2 0 1",
	    "table" },
};

static struct str
text_of(struct strbuf *sb, const struct rewriter_case *r, const char *input,
    const char *more)
{
	sb_clear(sb);
	sb_printf(sb,
	    "rr :: RoundRobinIPMapper(5.5.5.5 - - - 0 1);"
	    "rw :: %s(%s, drop%s); Idle -> [0]rw; Idle -> [1]rw;"
	    "rw[0] -> out :: Queue -> Idle; rw[1] -> in :: Queue -> Idle;",
	    r->class, input, more);
	return sb_str(sb);
}

static void
begin(struct trun *t, const struct rewriter_case *r)
{
	struct strbuf text = STRBUF_INIT;

	(void)text_of(&text, r, r->input, "");
	if (!ok(trun_start(t, sb_cstr(&text)) == 0, "%s: starts", r->class))
		tap_note("%s", trun_log(t));
	sb_fini(&text);
}

static void
swap(struct trun *t, const struct rewriter_case *r, const char *input,
    const char *more)
{
	struct strbuf text = STRBUF_INIT;

	(void)text_of(&text, r, input, more);
	if (!ok(net_swap(t, sb_cstr(&text)) == 0, "%s: swap to %s%s", r->class,
	        input, more))
		tap_note("%s", trun_log(t));
	sb_fini(&text);
}

/* From two hosts. */
static void
feed(struct trun *t, const struct rewriter_case *r)
{
	static const char *const hosts[] = { "10.0.0.1", "10.0.0.2" };
	static const char *const ends[] = { "9.9.9.9", "8.8.8.8" };

	for (unsigned int i = 0; i < 2; i++) {
		struct net_ip p = { .src = hosts[i],
			.dst = ends[i],
			.proto = r->proto,
			.sport = (uint16_t)(5000 + i),
			.dport = 53,
			.flags = TCP_SYN,
			/* An echo request, if it is ICMP's; of code 1. */
			.text = i == 0 ? "\10\1\1\1aaxx" : "\10\1\1\1bbxx" };

		net_feed_ip(t, "rw", 0, &p);
	}
}

static void
table(struct trun *t, const struct rewriter_case *r, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;

	sb_printf(&name, "rw.%s", r->table);
	sb_clear(out);
	sb_adds(out, trun_read(t, sb_cstr(&name)));
	sb_fini(&name);
}

static void
test_kept(const struct rewriter_case *r)
{
	struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	struct trun t;

	begin(&t, r);
	feed(&t, r);
	is_cstr(trun_read(&t, "rw.table_size"), "2", "%s: two", r->class);
	is_num(net_drain(&t, "out"), 2, "%s: they came through", r->class);
	table(&t, r, &before);
	swap(&t, r, r->input, "");
	table(&t, r, &after);
	is_cstr(sb_cstr(&after), sb_cstr(&before), "%s: the same", r->class);
	swap(&t, r, r->wider, "");
	table(&t, r, &after);
	is_cstr(sb_cstr(&after), sb_cstr(&before), "%s: of %s, too", r->class,
	    r->wider);
	feed(&t, r);
	is_num(net_drain(&t, "out"), 2, "%s: they go on", r->class);
	is_cstr(trun_read(&t, "rw.table_size"), "2", "%s: no more", r->class);
	net_pass(&t, 90000 * NS_PER_SEC);
	swap(&t, r, r->input, ", REAP_INTERVAL 1");
	net_pass(&t, 2 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.table_size"), "0", "%s: they end", r->class);
	sb_fini(&before);
	sb_fini(&after);
	net_end(&t);
}

static void
test_lost(const struct rewriter_case *r)
{
	struct trun t;

	begin(&t, r);
	feed(&t, r);
	swap(&t, r, r->wider, ", CAPACITY 1");
	is_cstr(
	    trun_read(&t, "rw.table_size"), "1", "%s: room for one", r->class);
	swap(&t, r, r->other, "");
	is_cstr(trun_read(&t, "rw.table_size"), "0", "%s: none of %s", r->class,
	    r->other);
	feed(&t, r);
	net_end(&t);
}

/* Where flows go is the new configuration's matter, as is how long they live.
 */
static void
test_changed(void)
{
	const struct rewriter_case *r = &cases[0];
	struct trun t;

	begin(&t, r);
	feed(&t, r);
	(void)net_drain(&t, "out");
	swap(&t, r, PORTS "1 0", ", UDP_TIMEOUT 60, REAP_INTERVAL 1");
	feed(&t, r);
	is_num(net_drain(&t, "in"), 2, "other outputs");
	net_pass(&t, 59 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.size"), "2", "another timeout: alive yet");
	net_pass(&t, 4 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.size"), "0", "another timeout: over");
	net_end(&t);
}

/* Nothing of another class goes over, or of another name. */
static void
test_others(void)
{
	struct trun t;

	begin(&t, &cases[3]);
	feed(&t, &cases[3]);
	swap(&t, &cases[0], cases[0].input, "");
	is_cstr(trun_read(&t, "rw.size"), "0", "of another class");
	net_end(&t);
}

/* What is lost is counted and told once. */
static void
test_told(void)
{
	const struct rewriter_case *r = &cases[0];
	struct strbuf text = STRBUF_INIT;
	struct trun old, new_;

	begin(&old, r);
	feed(&old, r);
	(void)text_of(&text, r, r->other, "");
	ok(trun_start(&new_, sb_cstr(&text)) == 0, "starts");
	state_swap(router_find(new_.r, STR("rw"), NULL),
	    router_find(old.r, STR("rw"), NULL), master_thread(new_.m, 0),
	    &new_.errh);
	ok(strstr(trun_log(&new_),
	       "warning: 2 of 2 are not kept; the first: rw: flow: its input "
	       "does not make such flows any more\n") != NULL,
	    "told: %s", trun_log(&new_));
	sb_fini(&text);
	net_end(&new_);
	net_end(&old);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_kept(&cases[i]);
		test_lost(&cases[i]);
	}
	test_changed();
	test_others();
	test_told();
	return tap_done();
}
