/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stateful_firewall_test.c -- who gets through: conversations packet by packet,
 * ICMP errors, limits, ages, hostile packets.
 */
#include "test/net.h"
#include "test/state.h"

enum { IN = 0, OUT = 1, IN_OK = 2, OUT_OK = 3 };
/* What a packet comes out of: 0..4, or nothing. */
enum { NONE = -1 };
enum { S = TCP_SYN, A = TCP_ACK, F = TCP_FIN, R = TCP_RST };

#define QUEUES                                                                 \
	"; fw[0] -> q0 :: Queue -> Idle; fw[1] -> q1 :: Queue -> Idle;"        \
	" fw[2] -> q2 :: Queue -> Idle; fw[3] -> q3 :: Queue -> Idle;"         \
	" fw[4] -> q4 :: Queue -> Idle;"                                       \
	" Idle -> [0]fw; Idle -> [1]fw; Idle -> [2]fw; Idle -> [3]fw"

static int
came_out(struct trun *t)
{
	static const char *const queues[] = { "q0", "q1", "q2", "q3", "q4" };
	int where = NONE;

	for (int q = 0; q < 5; q++)
		if (net_drain(t, queues[q]) > 0)
			where = q;
	return where;
}

static void
begin(struct trun *t, const char *conf)
{
	net_start(t, "fw :: StatefulFirewall(", conf, ")" QUEUES);
}

/* ---- conversations ---- */

struct step {
	unsigned int port;
	struct net_ip packet;
	int out;
};

struct scene {
	const char *name, *conf;
	struct step steps[12]; /* ends with one whose proto is 0 */
};

#define TCP6(from, to, sp, dp, fl, sq, ak)                                     \
	{                                                                      \
		.src = from, .dst = to, .proto = IPPROTO4_TCP, .sport = sp,    \
		.dport = dp, .flags = fl, .seq = sq, .ack = ak                 \
	}
#define TCP_OUT(fl, sq, ak) TCP6("10.0.0.1", "9.9.9.9", 1000, 80, fl, sq, ak)
#define TCP_IN(fl, sq, ak)  TCP6("9.9.9.9", "10.0.0.1", 80, 1000, fl, sq, ak)
#define UDP(from, to, sp, dp)                                                  \
	{                                                                      \
		.src = from, .dst = to, .proto = IPPROTO4_UDP, .sport = sp,    \
		.dport = dp, .text = "x"                                       \
	}
/* Type, code, checksum (not looked at), identifier. */
#define ECHO(from, to, kind)                                                   \
	{                                                                      \
		.src = from, .dst = to, .proto = IPPROTO4_ICMP, .text = kind   \
	}
#define PING "\x08\x01\x01\x01\x11\x11\x02\x02"
#define PONG "\x01\x01\x01\x01\x11\x11\x02\x02"

static const struct scene scenes[] = {
	{ "TCP from inside", "",
	    { { IN, TCP_OUT(S, 100, 0), 0 },
	        { OUT, TCP_IN(S | A, 500, 101), 1 },
	        { IN, TCP_OUT(A, 101, 501), 0 },
	        { OUT, TCP_IN(A, 501, 101), 1 },
	        { OUT, TCP_IN(A, 501 + 70000, 101), 4 },
	        { IN, TCP_OUT(F | A, 101, 501), 0 },
	        { OUT, TCP_IN(F | A, 501, 102), 1 },
	        { IN, TCP_OUT(A, 102, 502), 0 }, { IN, TCP_OUT(S, 9100, 0), 0 },
	        { OUT, TCP_IN(S | A, 7500, 9101), 1 } } },
	{ "TCP from outside", "",
	    { { OUT, TCP_IN(S, 100, 0), 3 }, { OUT, TCP_IN(A, 100, 0), 4 },
	        { OUT, TCP_IN(S | A, 100, 0), 4 },
	        { OUT, TCP_IN(R, 100, 0), 4 }, { OUT_OK, TCP_IN(S, 100, 0), 1 },
	        { IN, TCP_OUT(S | A, 500, 101), 0 },
	        { OUT, TCP_IN(A, 101, 501), 1 },
	        { IN, TCP_OUT(A, 501, 101), 0 } } },
	{ "a closed connection is not begun again from outside", "",
	    { { IN, TCP_OUT(S, 100, 0), 0 }, { OUT, TCP_IN(R | A, 0, 101), 1 },
	        { OUT, TCP_IN(S, 100, 0), 3 },
	        { OUT_OK, TCP_IN(S, 100, 0), 1 } } },
	{ "the wrong side", "",
	    { { IN, TCP_OUT(S, 100, 0), 0 }, { IN, TCP_IN(S | A, 500, 101), 4 },
	        { OUT, TCP_OUT(S, 100, 0), 4 },
	        { OUT, TCP_IN(S | A, 500, 101), 1 } } },
	{ "strangers", "",
	    { { IN, TCP_OUT(A, 100, 500), 4 }, { IN, TCP_OUT(S | A, 1, 1), 4 },
	        { IN, TCP_OUT(S | F, 1, 1), 4 } } },
	{ "in the middle", "PICKUP true",
	    { { OUT, TCP_IN(A, 500, 100), 3 }, { IN, TCP_OUT(R | A, 1, 1), 4 },
	        { IN, TCP_OUT(S | A, 1, 1), 4 },
	        { IN, TCP_OUT(A, 100, 500), 0 },
	        { OUT, TCP_IN(A, 500, 100), 1 } } },
	{ "rules for all", "OPEN none",
	    { { IN, TCP_OUT(S, 100, 0), 2 }, { IN_OK, TCP_OUT(S, 100, 0), 0 },
	        { OUT, TCP_IN(S | A, 500, 101), 1 },
	        { IN, TCP_OUT(A, 101, 501), 0 },
	        { IN, UDP("10.0.0.1", "9.9.9.9", 1, 2), 2 } } },
	{ "TCP over IPv6", "",
	    { { OUT, TCP6("2001:db8::9", "2001:db8::1", 80, 1000, S, 1, 0), 3 },
	        { IN, TCP6("2001:db8::1", "2001:db8::9", 1000, 80, S, 1, 0),
	            0 },
	        { OUT,
	            TCP6("2001:db8::9", "2001:db8::1", 80, 1000, S | A, 7, 2),
	            1 },
	        { OUT,
	            TCP6("2001:db8::9", "2001:db8::2", 80, 1000, S | A, 7, 2),
	            4 },
	        { OUT, TCP6("2001:db8::9", "2001:db8::1", 80, 1000, R, 9999, 0),
	            4 } } },
	{ "UDP", "",
	    { { OUT, UDP("9.9.9.9", "10.0.0.1", 53, 1000), 3 },
	        { IN, UDP("10.0.0.1", "9.9.9.9", 1000, 53), 0 },
	        { OUT, UDP("9.9.9.9", "10.0.0.1", 53, 1000), 1 },
	        { OUT, UDP("9.9.9.9", "10.0.0.1", 53, 1001), 3 },
	        { OUT, UDP("9.9.9.8", "10.0.0.1", 53, 1000), 3 },
	        { OUT_OK, UDP("9.9.9.8", "10.0.0.1", 53, 1000), 1 } } },
	{ "echo", "",
	    { { OUT, ECHO("9.9.9.9", "10.0.0.1", PING), 3 },
	        { OUT, ECHO("9.9.9.9", "10.0.0.1", PONG), 4 },
	        { IN, ECHO("10.0.0.1", "9.9.9.9", PONG), 4 } } },
	{ "other protocols", "",
	    { { OUT, { .src = "9.9.9.9", .dst = "10.0.0.1", .proto = 50 }, 3 },
	        { IN, { .src = "10.0.0.1", .dst = "9.9.9.9", .proto = 50 }, 0 },
	        { OUT, { .src = "9.9.9.9", .dst = "10.0.0.1", .proto = 50 },
	            1 },
	        { OUT, { .src = "9.9.9.9", .dst = "10.0.0.1", .proto = 47 },
	            3 } } },
};

static void
test_scene(const struct scene *scene)
{
	struct trun t;

	begin(&t, scene->conf);
	for (unsigned int i = 0;
	     i < ARRAY_SIZE(scene->steps) && scene->steps[i].packet.proto != 0;
	     i++) {
		const struct step *s = &scene->steps[i];

		net_feed_ip(&t, "fw", s->port, &s->packet);
		is_num(came_out(&t), s->out, "%s: step %u", scene->name, i);
	}
	net_end(&t);
}

/* ---- ICMP ---- */

/* Header and type of echo: net_ip's text cannot hold zeros. */
static void
icmp(struct trun *t, unsigned int port, bool inwards, const char *hex, int out,
    const char *name)
{
	uint8_t buf[256] = { 0x45 };
	uint32_t n = 20 + net_bytes(hex, buf + 20, sizeof(buf) - 20);

	put_be16(buf + 2, (uint16_t)n);
	buf[8] = 64;
	buf[9] = IPPROTO4_ICMP;
	put_be32(buf + 12, inwards ? 0x09090909 : 0x0a000001);
	put_be32(buf + 16, inwards ? 0x0a000001 : 0x09090909);
	net_feed(t, "fw", port, net_packet(t, buf, n, 0));
	is_num(came_out(t), out, "%s", name);
}

static void
test_echo(void)
{
	struct trun t;

	begin(&t, "");
	icmp(&t, OUT, true, "0000000000010001", 4, "a reply to nothing");
	icmp(&t, IN, false, "0800000000010001", 0, "a request");
	icmp(&t, OUT, true, "0000000000010001", 1, "its reply");
	icmp(&t, OUT, true, "0000000000020001", 4, "another's reply");
	icmp(&t, OUT, true, "0800000000010001", 4, "a request backwards");
	icmp(&t, OUT, true, "0800000000050001", 3, "a request from outside");
	icmp(&t, OUT, true, "0500000000010001", 4, "a redirect");
	icmp(&t, OUT, true, "00000000", 4, "cut short");
	/* Unreachable, about the request. */
	icmp(&t, OUT, true,
	    "0301000000000000"
	    "4500001c000000004001000"
	    "00a00000109090909"
	    "0800000000010001",
	    1, "an error about the request");
	icmp(&t, OUT, true,
	    "0301000000000000"
	    "4500001c000000004001000"
	    "00a00000109090909"
	    "0800000000070001",
	    4, "an error about another");
	net_pass(&t, 61 * NS_PER_SEC);
	icmp(&t, OUT, true, "0000000000010001", 4, "a reply too late");
	net_end(&t);
}

/* TCP from 10.0.0.1:1000 to 9.9.9.9:80, sequence number 100. */
#define ABOUT(seq)                                                             \
	"4500002800000000400600000a00000109090909"                             \
	"03e80050" seq

static void
test_errors(void)
{
	static const struct net_ip syn = TCP_OUT(S, 100, 0),
	                           answer = TCP_IN(S | A, 500, 101);
	struct trun t;

	begin(&t, "");
	icmp(&t, OUT, true, "0b00000000000000" ABOUT("00000064"), 4,
	    "an error about no flow");
	net_feed_ip(&t, "fw", IN, &syn);
	(void)came_out(&t);
	icmp(&t, OUT, true, "0b00000000000000" ABOUT("00000064"), 1,
	    "an error about the SYN");
	icmp(&t, IN, true, "0b00000000000000" ABOUT("00000064"), 4,
	    "from the wrong side");
	icmp(&t, OUT, false, "0b00000000000000" ABOUT("00000064"), 4,
	    "to somebody else");
	icmp(&t, OUT, true, "0b00000000000000" ABOUT("00000066"), 4,
	    "about what was not sent");
	icmp(&t, OUT, true, "0b00000000000000" ABOUT("0000"), 4,
	    "not enough of the packet");
	icmp(&t, OUT, true, "0400000000000000" ABOUT("00000064"), 4,
	    "a source quench (RFC 6633)");
	net_feed_ip(&t, "fw", OUT, &answer);
	(void)came_out(&t);
	/* From inside, about the answer. */
	icmp(&t, IN, false,
	    "0303000000000000"
	    "450000280000000040060000090909090a000001"
	    "005003e8000001f4",
	    0, "an error from inside about the answer");
	is_cstr(trun_read(&t, "fw.drop_details"),
	    "0\tno header, or a fragment\n1\tnot part of a flow\n"
	    "1\tfrom the wrong side\n2\toutside of the window\n"
	    "2\tICMP error about no flow\n0\ttoo many flows\n"
	    "0\ttoo many flows of one source\n",
	    "reasons");
	is_cstr(trun_read(&t, "fw.drops"), "6", "all of them");
	net_end(&t);
}

/* IPv6: packet too big about a UDP flow; echo. */
static void
test_icmp6(void)
{
	static const char A6[] = "20010db8000000000000000000000001",
	                  B6[] = "20010db8000000000000000000000009";
	static const struct net_ip udp =
	    UDP("2001:db8::1", "2001:db8::9", 1000, 53);
	struct strbuf sb = STRBUF_INIT;
	struct trun t;

	begin(&t, "");
	net_feed_ip(&t, "fw", IN, &udp);
	is_num(came_out(&t), 0, "UDP over IPv6");
	sb_printf(&sb,
	    "60000000003a3a40%s%s0200000000000500"
	    "6000000000091140%s%s03e8003500090000",
	    B6, A6, A6, B6);
	net_feed(&t, "fw", OUT, net_hex(&t, sb_cstr(&sb)));
	is_num(came_out(&t), 1, "packet too big");
	sb_clear(&sb);
	sb_printf(&sb, "6000000000083a40%s%s8000000000070001", A6, B6);
	net_feed(&t, "fw", IN, net_hex(&t, sb_cstr(&sb)));
	is_num(came_out(&t), 0, "an echo request");
	sb_clear(&sb);
	sb_printf(&sb, "6000000000083a40%s%s8100000000070001", B6, A6);
	net_feed(&t, "fw", OUT, net_hex(&t, sb_cstr(&sb)));
	is_num(came_out(&t), 1, "its reply");
	sb_clear(&sb);
	sb_printf(&sb, "6000000000083aff%s%s8700000000000000", B6, A6);
	net_feed(&t, "fw", OUT, net_hex(&t, sb_cstr(&sb)));
	is_num(came_out(&t), 4, "neighbour discovery is not for us");
	net_end(&t);
	sb_fini(&sb);
}

/* ---- ages and limits ---- */

static void
test_ages(void)
{
	static const struct net_ip syn = TCP_OUT(S, 100, 0),
	                           answer = TCP_IN(S | A, 500, 101),
	                           ack = TCP_OUT(A, 101, 501),
	                           data = TCP_IN(A, 501, 101),
	                           rst = TCP_IN(R, 501, 0);
	struct trun t;

	begin(&t, "");
	net_feed_ip(&t, "fw", IN, &syn);
	is_cstr(trun_read(&t, "fw.table"),
	    "tcp 10.0.0.1:1000 > 9.9.9.9:80\tinside\topening\t240\n",
	    "the table");
	net_pass(&t, 242 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "0", "an opening one is gone");
	net_feed_ip(&t, "fw", IN, &syn);
	net_feed_ip(&t, "fw", OUT, &answer);
	net_feed_ip(&t, "fw", IN, &ack);
	(void)came_out(&t);
	net_pass(&t, 7400 * NS_PER_SEC);
	net_feed_ip(&t, "fw", OUT, &data);
	is_num(came_out(&t), 1, "an established one lives two hours");
	net_pass(&t, 7400 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "1", "and two more");
	net_feed_ip(&t, "fw", OUT, &rst);
	is_num(came_out(&t), 1, "a reset");
	net_pass(&t, 12 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "0", "ends it soon");
	net_end(&t);
}

static struct net_ip
numbered(unsigned int i, uint8_t proto)
{
	return (struct net_ip){ .src = "10.0.0.1",
		.dst = "9.9.9.9",
		.proto = proto,
		.sport = (uint16_t)(1000 + i),
		.dport = 80,
		.flags = S };
}

static void
test_capacity(void)
{
	struct net_ip s, answer;
	struct trun t;

	begin(&t, "CAPACITY 10");
	for (unsigned int i = 0; i < 5; i++) {
		s = numbered(i, IPPROTO4_TCP);
		net_feed_ip(&t, "fw", IN, &s);
		answer = s;
		answer.src = s.dst;
		answer.dst = s.src;
		answer.sport = s.dport;
		answer.dport = s.sport;
		answer.flags = S | A;
		answer.ack = 1;
		net_feed_ip(&t, "fw", OUT, &answer);
		s.seq = s.ack = 1;
		s.flags = A;
		net_feed_ip(&t, "fw", IN, &s);
	}
	for (unsigned int i = 100; i < 300; i++) {
		s = numbered(i, IPPROTO4_TCP);
		net_feed_ip(&t, "fw", IN, &s);
	}
	is_num(came_out(&t), 1, "a flood gets through");
	is_cstr(trun_read(&t, "fw.flows"), "10", "ten flows");
	is_cstr(trun_read(&t, "fw.evicted"), "195", "the rest made room");
	s = numbered(0, IPPROTO4_TCP);
	s.flags = A;
	s.seq = s.ack = 1;
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 0, "established ones are still there");
	ok(trun_write(&t, "fw.capacity", "5") == 0, "no room but for them");
	is_cstr(trun_read(&t, "fw.flows"), "5", "five flows");
	s = numbered(400, IPPROTO4_UDP);
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 4, "a new one is refused");
	is_cstr(trun_read(&t, "fw.refused"), "1", "and counted");
	ok(trun_write(&t, "fw.close", "10.0.0.1 9.9.9.9 tcp 1000 80") == 0,
	    "one is closed");
	ok(trun_write(&t, "fw.close", "10.0.0.1 9.9.9.9 tcp 1000 80") != 0,
	    "only once");
	ok(trun_write(&t, "fw.close", "10.0.0.1") != 0, "a bad flow");
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 0, "now there is room");
	is_cstr(trun_read(&t, "fw.opened"), "206", "opened");
	ok(trun_write(&t, "fw.flush", "") == 0, "flush");
	is_cstr(trun_read(&t, "fw.flows"), "0", "none left");
	net_end(&t);
}

static void
test_per_source(void)
{
	struct net_ip s;
	struct trun t;
	int let[2] = { 0, 0 };

	begin(&t, "PER_SOURCE 3, CAPACITY 5, UDP_TIMEOUT 5");
	for (unsigned int i = 0; i < 10; i++) {
		s = numbered(i, IPPROTO4_UDP);
		net_feed_ip(&t, "fw", IN, &s);
		let[0] += came_out(&t) == 0;
		s.src = "2001:db8::1";
		s.dst = "2001:db8::9";
		if (i & 1)
			s.src = "2001:db8::2";
		if (i >= 2)
			continue;
		net_feed_ip(&t, "fw", IN, &s);
		let[1] += came_out(&t) == 0;
	}
	is_num(let[0], 3, "three flows of one source");
	is_num(let[1], 2, "others have their own");
	is_cstr(trun_read(&t, "fw.flows"), "5", "five in all");
	s.src = "2001:db8::3";
	s.dst = "2001:db8::9";
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 0, "a third of its network makes room");
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 0, "the same flow again");
	s.sport++;
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 4, "a fourth is refused");
	net_pass(&t, 7 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "0", "all have ended");
	s = numbered(50, IPPROTO4_UDP);
	net_feed_ip(&t, "fw", IN, &s);
	is_num(came_out(&t), 0, "then there is room again");
	net_end(&t);
}

/* Rules: the loop through IPFilter of the documentation. */
static void
test_rules(void)
{
	struct net_ip s = TCP_IN(S, 100, 0);
	struct trun t;

	ok(trun_start(&t,
	       "fw :: StatefulFirewall; Idle -> [0]fw[0] -> q0 :: Queue -> "
	       "Idle; Idle -> [1]fw[1] -> q1 :: Queue -> Idle;"
	       " fw[3] -> IPFilter(allow dst 10.0.0.1 && tcp dst port 1000)"
	       " -> [3]fw; Idle -> [2]fw; fw[2] -> Discard;"
	       " fw[4] -> Discard") == 0,
	    "rules: starts");
	net_feed_ip(&t, "fw", OUT, &s);
	net_pass(&t, NS_PER_SEC);
	is_num(net_drain(&t, "q1"), 1, "what rules allow comes in");
	s.dport = 1001;
	net_feed_ip(&t, "fw", OUT, &s);
	net_pass(&t, NS_PER_SEC);
	is_num(net_drain(&t, "q1"), 0, "other things do not");
	is_num(net_drain(&t, "q0"), 0, "nothing goes out");
	net_end(&t);
}

/* Another process: who was let out is still known, and where his bytes are. */
static void
test_move(void)
{
	static const char text[] =
	    "fw :: StatefulFirewall(PER_SOURCE 1, TCP_TIMEOUT 1000)" QUEUES;
	struct net_ip syn = TCP_OUT(S, 100, 0),
	              answer = TCP_IN(S | A, 900, 101);
	struct net_ip ack = TCP_OUT(A, 101, 901), old = TCP_IN(A, 90000, 101);
	struct net_ip other = UDP("10.0.0.1", "9.9.9.9", 7, 53);
	struct trun t;
	uint32_t lost;

	ok(trun_start(&t, text) == 0, "move: starts");
	net_feed_ip(&t, "fw", IN, &syn);
	net_feed_ip(&t, "fw", OUT, &answer);
	net_feed_ip(&t, "fw", IN, &ack);
	(void)came_out(&t);
	net_pass(&t, 400 * NS_PER_SEC);
	if (!ok(tstate_move(&t, text, &lost) == 0, "move"))
		tap_note("%s", trun_log(&t));
	is_num(lost, 0, "move: all packets are back");
	is_cstr(trun_read(&t, "fw.opened"), "1", "move: counts go on");
	ok(strstr(trun_read(&t, "fw.table"), "inside\testablished\t600") !=
	        NULL,
	    "move: it is open, with the time it had");
	net_feed_ip(&t, "fw", OUT, &old);
	is_num(came_out(&t), 4, "move: windows are known");
	net_feed_ip(&t, "fw", IN, &other);
	is_num(came_out(&t), 4, "move: the source's flows are counted");
	net_feed_ip(&t, "fw", IN, &ack);
	is_num(came_out(&t), 0, "move: what belongs to it passes");
	net_pass(&t, 1002 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "0", "move: it ages");
	net_feed_ip(&t, "fw", IN, &other);
	is_num(came_out(&t), 0, "move: its source is free again");
	net_end(&t);
}

/* A hot swap: who was let out is still known. */
static void
test_swap(void)
{
	static const struct net_ip out = UDP("10.0.0.1", "9.9.9.9", 1000, 53),
	                           answer =
	                               UDP("9.9.9.9", "10.0.0.1", 53, 1000);
	struct trun t;

	begin(&t, "PER_SOURCE 2");
	net_feed_ip(&t, "fw", IN, &out);
	is_num(came_out(&t), 0, "swap: out");
	ok(net_swap(&t, "fw :: StatefulFirewall(PER_SOURCE 1)" QUEUES) == 0,
	    "swap: a stricter one");
	net_feed_ip(&t, "fw", OUT, &answer);
	is_num(came_out(&t), 1, "swap: the answer");
	{
		struct net_ip more = out;

		more.sport++;
		net_feed_ip(&t, "fw", IN, &more);
		is_num(came_out(&t), 4, "swap: the source's flows are known");
	}
	is_cstr(trun_read(&t, "fw.opened"), "1", "swap: counts go on");
	net_pass(&t, 130 * NS_PER_SEC);
	is_cstr(trun_read(&t, "fw.flows"), "0", "swap: it ages");
	net_end(&t);
}

static void
test_fragments(void)
{
	struct trun t;

	begin(&t, "");
	net_feed(&t, "fw", IN,
	    net_hex(&t, "4500001c00010001401166ca0a0000010a000002"
	                "04d2003500080000"));
	is_num(came_out(&t), 4, "a later fragment");
	net_feed(&t, "fw", IN, net_packet(&t, "x", 1, -1));
	is_num(came_out(&t), 4, "no header");
	net_end(&t);
}

static const struct mistake mistakes[] = {
	{ "OPEN outside", "OPEN: 'inside' or 'none' expected" },
	{ "CAPACITY 0", "CAPACITY: from 1" },
	{ "TCP_TIMEOUT 0", "TCP_TIMEOUT: from 1" },
	{ "ICMP_TIMEOUT 3000000", "ICMP_TIMEOUT: from 1" },
	{ "5", "too many arguments" },
};

static void
test_mistakes(void)
{
	test_refused("fw :: StatefulFirewall(", mistakes, ARRAY_SIZE(mistakes),
	    ")" QUEUES);
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		"4500002800010000400666ca0a0000010a00000204d2003500000001"
		"0000000050020400222200000000",
		"4500002c00010000400666ca0a0000010a00000204d2003500000001"
		"0000000060020400222200000103030700",
		"4500001c00010000401166ca0a0000010a00000204d2003500080000",
		"4500001c00010000400166ca0a0000010a0000020800000000010001",
		"4500003800010000400166ca0a0000010a0000020b0000000000000"
		"04500001c00010000401166ca0a0000020a00000104d2003500080000",
		"6000000000083a40fe800000000000000000000000000001"
		"fe8000000000000000000000000002558000000000010001",
		"6000000000383a40fe800000000000000000000000000001"
		"fe800000000000000000000000000255020000000000010060000000"
		"00081140fe800000000000000000000000000255fe80000000000000"
		"000000000000000104d2003500080000"
	};
	struct trun t;

	ok(trun_start(&t, "fw :: StatefulFirewall(CAPACITY 40, PER_SOURCE 9, "
	                  "PICKUP true); Idle -> [0]fw[0] -> Discard;"
	                  " Idle -> [1]fw[1] -> Discard; Idle -> [2]fw[2] -> "
	                  "Discard; Idle -> [3]fw[3] -> [3]fw") == 0,
	    "hostile: starts");
	for (unsigned int port = 0; port < 3; port++)
		net_storm(&t, "fw", port, seeds, ARRAY_SIZE(seeds), 15000);
	net_pass(&t, NS_PER_SEC);
	is_num(trun_stop(&t), 0, "hostile: all packets are back");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
		test_scene(&scenes[i]);
	test_echo();
	test_errors();
	test_icmp6();
	test_ages();
	test_capacity();
	test_per_source();
	test_rules();
	test_swap();
	test_move();
	test_fragments();
	test_mistakes();
	test_hostile();
	return tap_done();
}
