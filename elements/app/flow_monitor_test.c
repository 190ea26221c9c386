/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_monitor_test.c -- what is counted, when flows end, and the messages that
 * are exported, field by field.
 */
#include "test/net.h"
#include "test/state.h"

#define OUTPUTS                                                                \
	"; m[0] -> q0 :: Queue(9999) -> Idle; m[1] -> x :: Queue -> Idle"

static void
begin(struct trun *t, const char *conf)
{
	net_start(t, "Idle -> m :: FlowMonitor(", conf, ")" OUTPUTS);
}

static const struct net_ip UDP4 = { .src = "10.0.0.1",
	.dst = "10.0.0.2",
	.proto = IPPROTO4_UDP,
	.sport = 1000,
	.dport = 53,
	.tos = 0xb8,
	.text = "1234" };
static const struct net_ip UDP6 = { .src = "2001:db8::1",
	.dst = "2001:db8::2",
	.proto = IPPROTO4_UDP,
	.sport = 1000,
	.dport = 53,
	.text = "12" };

static struct net_ip
back(struct net_ip s)
{
	const char *src = s.src;
	uint16_t port = s.sport;

	s.src = s.dst;
	s.dst = src;
	s.sport = s.dport;
	s.dport = port;
	return s;
}

/* ---- counts ---- */

static void
test_counts(void)
{
	struct net_ip answer = back(UDP4);
	struct trun t;

	begin(&t, "");
	net_feed_ip(&t, "m", 0, &UDP4);
	net_pass(&t, 2 * NS_PER_SEC);
	net_feed_ip(&t, "m", 0, &UDP4);
	net_feed_ip(&t, "m", 0, &answer);
	net_feed_ip(&t, "m", 0, &UDP6);
	net_feed(&t, "m", 0, net_packet(&t, "abc", 3, -1));
	is_num(net_drain(&t, "q0"), 5, "all pass");
	is_cstr(trun_read(&t, "m.flows"), "2", "two flows");
	is_cstr(trun_read(&t, "m.packets"), "4", "packets");
	is_cstr(trun_read(&t, "m.bytes"), "146", "bytes");
	is_cstr(trun_read(&t, "m.ignored"), "1", "no IP packet");
	is_cstr(trun_read_with(&t, "m.top", ""),
	    "udp 10.0.0.1:1000 > 10.0.0.2:53\t2\t64\t1\t32\t2.000\t0.000\t-\n"
	    "udp [2001:db8::1]:1000 > [2001:db8::2]:53\t1\t50\t0\t0\t0.000\t"
	    "0.000\t-\n",
	    "top");
	is_cstr(trun_read_with(&t, "m.top", "1 packets"),
	    "udp 10.0.0.1:1000 > 10.0.0.2:53\t2\t64\t1\t32\t2.000\t0.000\t-\n",
	    "top 1");
	is_cstr(trun_read_with(&t, "m.top", "0"), "<error>", "top 0");
	is_cstr(
	    trun_read_with(&t, "m.top", "5 flows"), "<error>", "top by flows");
	net_end(&t);
}

/* The greatest first, whatever the order they came in. */
static void
test_top(void)
{
	struct rand_state rand;
	struct trun t;
	unsigned int port = 0, wrong = 0, greatest;
	const char *line;

	begin(&t, "CAPACITY 200");
	rand_seed(&rand, 4);
	for (unsigned int i = 0; i < 3000; i++) {
		struct net_ip s = UDP4;
		uint32_t a = rand_below(&rand, 60), b = rand_below(&rand, 60);

		/* The lower the port the more packets. */
		s.sport = (uint16_t)(1000 + (a < b ? a : b));
		net_feed_ip(&t, "m", 0, &s);
	}
	line = trun_read_with(&t, "m.top", "8 packets");
	for (unsigned int last = 99999; *line != '\0'; port++) {
		unsigned int packets =
		    (unsigned int)strtoul(strchr(line, '\t') + 1, NULL, 10);

		wrong += packets > last;
		last = packets;
		line = strchr(line, '\n') + 1;
	}
	is_num(port, 8, "eight lines");
	is_num(wrong, 0, "in order");
	line = trun_read_with(&t, "m.top", "1 packets");
	greatest = (unsigned int)strtoul(strchr(line, '\t') + 1, NULL, 10);
	line = trun_read(&t, "m.table");
	for (; *line != '\0'; line = strchr(line, '\n') + 1)
		wrong += strtoul(strchr(line, '\t') + 1, NULL, 10) > greatest;
	is_num(wrong, 0, "the first is the greatest");
	net_end(&t);
}

static void
test_tcp(void)
{
	static const struct {
		bool back;
		uint8_t flags;
		const char *state;
	} steps[] = {
		{ false, TCP_SYN, "02/00 opening" },
		{ true, TCP_SYN | TCP_ACK, "02/12 answered" },
		{ false, TCP_ACK, "12/12 established" },
		{ true, TCP_PSH | TCP_ACK, "12/1a established" },
		{ true, TCP_FIN | TCP_ACK, "12/1b half-closed" },
		{ false, TCP_FIN | TCP_ACK, "13/1b closed" },
		{ false, TCP_RST, "17/1b reset" },
	};
	struct net_ip s = UDP4, r;
	struct trun t;

	s.proto = IPPROTO4_TCP;
	s.text = NULL;
	r = back(s);
	begin(&t, "");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct net_ip *p = steps[i].back ? &r : &s;

		p->flags = steps[i].flags;
		net_feed_ip(&t, "m", 0, p);
		if (!ok(strstr(trun_read(&t, "m.table"), steps[i].state) !=
		            NULL,
		        "TCP: %s", steps[i].state))
			tap_note("%s", trun_read(&t, "m.table"));
	}
	net_pass(&t, 3 * NS_PER_SEC);
	is_cstr(trun_read(&t, "m.flows"), "0", "TCP: it has ended");
	net_end(&t);
}

static void
test_ages(void)
{
	struct trun t;

	begin(&t, "INACTIVE 10, ACTIVE 30");
	net_feed_ip(&t, "m", 0, &UDP4);
	net_pass(&t, 9 * NS_PER_SEC);
	is_cstr(trun_read(&t, "m.flows"), "1", "9 s later");
	net_pass(&t, 7 * NS_PER_SEC);
	is_cstr(trun_read(&t, "m.exported"), "1", "idle: exported");
	is_cstr(trun_read(&t, "m.flows"), "0", "idle: gone");
	for (unsigned int i = 0; i < 40; i++) {
		net_feed_ip(&t, "m", 0, &UDP4);
		net_pass(&t, NS_PER_SEC);
	}
	is_cstr(trun_read(&t, "m.exported"), "2", "active: exported");
	is_cstr(trun_read(&t, "m.flows"), "1", "active: begun anew");
	net_end(&t);
}

static void
test_capacity(void)
{
	struct trun t;

	begin(&t, "CAPACITY 10");
	for (unsigned int i = 0; i < 50; i++) {
		struct net_ip s = UDP4;

		s.sport = (uint16_t)(1 + i);
		net_feed_ip(&t, "m", 0, &s);
	}
	is_cstr(trun_read(&t, "m.flows"), "10", "ten flows");
	is_cstr(trun_read(&t, "m.evicted"), "40", "forty made room");
	is_cstr(trun_read(&t, "m.exported"), "40", "and were exported");
	net_end(&t);
}

static void
test_swap(void)
{
	struct trun t;

	begin(&t, "");
	net_feed_ip(&t, "m", 0, &UDP4);
	ok(net_swap(&t, "Idle -> m :: FlowMonitor(ACTIVE 100)" OUTPUTS) == 0,
	    "swap");
	net_feed_ip(&t, "m", 0, &UDP4);
	is_cstr(trun_read(&t, "m.flows"), "1", "swap: the same flow");
	is_cstr(trun_read(&t, "m.packets"), "2", "swap: counts go on");
	ok(strstr(trun_read(&t, "m.table"), "\t2\t64\t") != NULL,
	    "swap: those of the flow, too");
	net_end(&t);
}

/* Another process: counts go on, and the flow ends when it would have. */
static void
test_move(void)
{
	static const char text[] =
	    "Idle -> m :: FlowMonitor(ACTIVE 100)" OUTPUTS;
	struct trun t;
	uint32_t lost;

	ok(trun_start(&t, text) == 0, "move: starts");
	net_feed_ip(&t, "m", 0, &UDP4);
	net_pass(&t, 8 * NS_PER_SEC);
	net_feed_ip(&t, "m", 0, &UDP4);
	ok(tstate_move(&t, text, &lost) == 0, "move: moves");
	is_num(lost, 0, "move: all packets are back");
	is_cstr(trun_read(&t, "m.packets"), "2", "move: what was counted");
	net_pass(&t, 5 * NS_PER_SEC);
	net_feed_ip(&t, "m", 0, &UDP4);
	ok(strstr(trun_read(&t, "m.table"), "\t3\t96\t0\t0\t13") != NULL,
	    "move: the flow goes on, since thirteen seconds");
	net_pass(&t, 17 * NS_PER_SEC);
	is_cstr(trun_read(&t, "m.flows"), "0", "move: it ends");
	net_end(&t);
}

/* ---- messages ---- */

#define T4_HEAD                                                                \
	"0100000c"                                                             \
	"00080004000c0004"
#define T6_HEAD                                                                \
	"0101000c"                                                             \
	"001b0010001c0010"
#define T_COMMON                                                               \
	"00070002000b0002"                                                     \
	"0004000100050001"                                                     \
	"0006000100880001"                                                     \
	"0001000800020008"

static void
test_ipfix(void)
{
	struct net_ip answer = back(UDP4);
	struct trun t;

	begin(&t, "DOMAIN 7, INACTIVE 3");
	net_feed_ip(&t, "m", 0, &UDP4);
	net_feed_ip(&t, "m", 0, &answer);
	net_feed_ip(&t, "m", 0, &UDP6);
	net_pass(&t, NS_PER_SEC);
	net_feed_ip(&t, "m", 0, &UDP4);
	ok(trun_write(&t, "m.flush", "") == 0, "flush");
	net_pass(&t, 2 * NS_PER_SEC);
	/* The wall clock began at 1 s: 0x3e8, and 0x7d0 ms. */
	is_cstr(net_took(&t, "x"),
	    "000a012c"
	    "00000003"
	    "00000000"
	    "00000007"
	    "0002006c" T4_HEAD T_COMMON "0098000800990008" T6_HEAD T_COMMON
	    "0098000800990008"
	    "01000064"
	    "0a0000010a00000203e8003511b80004000000000000004000000000000000020"
	    "00000000000"
	    "03e800000000000007d0"
	    "0a0000020a000001003503e811b80004000000000000002000000000000000010"
	    "00000000000"
	    "03e800000000000003e8"
	    "0101004c"
	    "20010db800000000000000000000000120010db8000000000000000000000002"
	    "03e80035110000040000000000000032000000000000000100000000000003e8"
	    "00000000000003e8",
	    "the first message");
	net_feed_ip(&t, "m", 0, &UDP4);
	ok(trun_write(&t, "m.flush", "") == 0, "flush again");
	net_pass(&t, 2 * NS_PER_SEC);
	is_cstr(net_took(&t, "x"),
	    "000a00440000000500000003000000070100003"
	    "40a0000010a00000203e8003511b8000400000000000000200000000000000001"
	    "0000000000000fa00000000000000fa0",
	    "the second message: no templates");
	is_cstr(trun_read(&t, "m.messages"), "2", "messages");
	is_cstr(trun_read(&t, "m.exported"), "4", "records");
	net_end(&t);
}

static void
test_netflow9(void)
{
	struct net_ip s = UDP4;
	struct trun t;

	begin(&t, "EXPORT netflow9, DOMAIN 258");
	s.proto = IPPROTO4_TCP;
	s.flags = TCP_RST;
	s.text = NULL;
	net_pass(&t, NS_PER_SEC);
	net_feed_ip(&t, "m", 0, &s);
	net_pass(&t, 4 * NS_PER_SEC);
	/* Its uptime is 3 s, the wall clock began at 1 s. */
	is_cstr(net_took(&t, "x"),
	    "0009000300000bb8000000040000000000000102"
	    "0000006c" T4_HEAD T_COMMON "0016000400150004" T6_HEAD T_COMMON
	    "0016000400150004"
	    "0100002c0a0000010a00000203e8003506b8040300000000000000280000"
	    "000000000001000003e8000003e8",
	    "the first message");
	net_feed_ip(&t, "m", 0, &s);
	net_pass(&t, 4 * NS_PER_SEC);
	is_cstr(net_took(&t, "x"),
	    "0009000100001b58000000080000000100000102"
	    "0100002c0a0000010a00000203e8003506b8040300000000000000280000"
	    "0000000000010000138800001388",
	    "the second message: a number more");
	net_end(&t);
}

/* Messages keep to the MTU, templates come again, numbers go on. */
static void
test_many(void)
{
	unsigned int messages = 0, templates = 0, records = 0, bad = 0;
	struct packet *p;
	struct trun t;

	begin(&t, "MTU 300, TEMPLATE_MESSAGES 4, TEMPLATE_INTERVAL 1000");
	for (unsigned int i = 0; i < 100; i++) {
		struct net_ip s = i & 1 ? UDP6 : UDP4;

		s.sport = (uint16_t)(1 + i);
		net_feed_ip(&t, "m", 0, &s);
	}
	ok(trun_write(&t, "m.flush", "") == 0, "many: flush");
	net_pass(&t, 2 * NS_PER_SEC);
	while ((p = net_take(&t, "x")) != NULL) {
		uint32_t at = 16;

		bad += p->length > 300 || get_be16(p->data + 2) != p->length;
		bad += get_be32(p->data + 8) != records;
		while (at + 4 <= p->length) {
			uint16_t id = get_be16(p->data + at),
			         n = get_be16(p->data + at + 2);

			bad += n < 4 || n % 4 != 0 || at + n > p->length;
			templates += id == 2;
			if (id == 256)
				records += (n - 4) / 48;
			if (id == 257)
				records += (n - 4) / 72;
			at += n < 4 ? 4 : n;
		}
		bad += at != p->length;
		messages++;
		net_kill(&t, p);
	}
	is_num(records, 100, "many: all records, in %u messages", messages);
	is_num(bad, 0, "many: all are well formed");
	is_num(templates, (messages + 3) / 4, "many: templates");
	net_end(&t);
}

/* Templates come again after a while. */
static void
test_template_interval(void)
{
	unsigned int templates = 0;
	struct trun t;

	begin(&t, "TEMPLATE_INTERVAL 10");
	for (unsigned int i = 0; i < 25; i++) {
		struct packet *p;

		net_feed_ip(&t, "m", 0, &UDP4);
		trun_write(&t, "m.flush", "");
		net_pass(&t, NS_PER_SEC);
		while ((p = net_take(&t, "x")) != NULL) {
			templates += get_be16(p->data + 16) == 2;
			net_kill(&t, p);
		}
	}
	is_num(templates, 3, "templates in 25 seconds");
	net_end(&t);
}

/* A collector that is not served: memory stays bounded. */
static void
test_waiting(void)
{
	struct trun t;

	begin(&t, "MTU 256");
	for (unsigned int i = 0; i < 1000; i++) {
		struct net_ip s = UDP6;

		s.sport = (uint16_t)(1 + i);
		net_feed_ip(&t, "m", 0, &s);
	}
	ok(trun_write(&t, "m.flush", "") == 0, "waiting: flush");
	is_cstr(trun_read(&t, "m.messages"), "64", "waiting: 64 messages");
	ok(strcmp(trun_read(&t, "m.export_drops"), "0") != 0,
	    "waiting: the rest is counted");
	net_end(&t);
}

static const struct mistake mistakes[] = {
	{ "ACTIVE 0", "ACTIVE, INACTIVE: from 1" },
	{ "INACTIVE 0", "ACTIVE, INACTIVE: from 1" },
	{ "CAPACITY 0", "CAPACITY: from 1" },
	{ "MTU 255", "MTU: from 256" },
	{ "TEMPLATE_MESSAGES 0", "TEMPLATE_MESSAGES: 1 at least" },
	{ "TEMPLATE_INTERVAL 0", "TEMPLATE_MESSAGES: 1 at least" },
	{ "EXPORT sflow", "EXPORT: 'ipfix' or 'netflow9'" },
};

static void
test_mistakes(void)
{
	test_refused("Idle -> m :: FlowMonitor(", mistakes,
	    ARRAY_SIZE(mistakes), ")" OUTPUTS);
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		"4500002800010000400666ca0a0000010a00000204d2003500000001"
		"0000000050020400222200000000",
		"4500001c00010000401166ca0a0000010a00000204d2003500080000",
		"6000000000083a40fe800000000000000000000000000001"
		"fe8000000000000000000000000002558000000000010001"
	};
	struct trun t;

	ok(trun_start(&t, "Idle -> m :: FlowMonitor(CAPACITY 50, MTU 256)"
	                  " -> Discard; m[1] -> Discard") == 0,
	    "hostile: starts");
	net_storm(&t, "m", 0, seeds, ARRAY_SIZE(seeds), 20000);
	net_pass(&t, NS_PER_SEC);
	is_num(trun_stop(&t), 0, "hostile: all packets are back");
}

int
main(void)
{
	test_counts();
	test_top();
	test_tcp();
	test_ages();
	test_capacity();
	test_swap();
	test_move();
	test_ipfix();
	test_netflow9();
	test_many();
	test_template_interval();
	test_waiting();
	test_mistakes();
	test_hostile();
	return tap_done();
}
