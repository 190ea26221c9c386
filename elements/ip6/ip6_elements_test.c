/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip6_elements_test.c -- what the recorded behaviour of Click does not pin of
 * the elements in ip6/: packets are fed by hand and looked at in queues.
 */
#include "elements/ip6/ip6_header.h"
#include "elements/ip6/nd.h"
#include "test/feed.h"
#include "test/net.h"
#include "test/state.h"

static struct trun run;

#define ME "2001:db8::1"
static const struct ip6_addr A = { { 0x20, 1, 0xd, 0xb8, [15] = 0xa } },
                             B = { { 0x20, 1, 0xd, 0xb8, [15] = 0xb } };

static bool
start(const char *text)
{
	return ok(trun_start(&run, text) == 0, "starts: %s", text);
}

static void
stop(void)
{
	is_num(trun_stop(&run), 0, "every packet is back");
}

/* n bytes l4 behind an IPv6 header from A to B; the whole length. */
static uint32_t
build(uint8_t *buf, uint8_t next, const void *l4, uint32_t n)
{
	struct ip6 *ip = (struct ip6 *)(void *)buf;

	ip6_header_set(ip, n, next, 64, A.b, B.b);
	memcpy(ip + 1, l4, n);
	return (uint32_t)sizeof(*ip) + n;
}

/* Hands it over with its network header set. */
static void
feed_ip6(const char *element, const void *buf, uint32_t n)
{
	struct packet *p = feed_packet(&run, buf, n);

	packet_set_network(p, p->data, sizeof(struct ip6));
	feed(&run, element, 0, p);
}

static void
feed_to(const char *element, const struct ip6_addr *dst)
{
	uint8_t buf[64];
	struct packet *p =
	    feed_packet(&run, buf, build(buf, IPPROTO6_NONE, "", 0));

	anno_set_dst_ip6(p, dst->b);
	feed(&run, element, 0, p);
}

/* ---- headers ---- */

static void
test_walk(void)
{
	/* hop-by-hop, destination options of 16 bytes, fragment, UDP */
	static const uint8_t chain[40] = { [0] = IPPROTO6_DSTOPTS,
		[8] = IPPROTO6_FRAGMENT,
		[9] = 1,
		[24] = IPPROTO4_UDP,
		[27] = IP6_MF,
		[32] = 0x11,
		0x22,
		0x33,
		0x44 };
	uint8_t buf[128];
	uint32_t n = build(buf, IPPROTO6_HOPOPTS, chain, sizeof(chain));
	struct ip6 *ip = (struct ip6 *)(void *)buf;
	struct ip6_upper u;

	ok(ip6_walk(ip, n, &u) && u.proto == IPPROTO4_UDP && u.offset == 72 &&
	        u.fragment == 64 && u.off == IP6_MF && !u.routed,
	    "three extension headers are walked");
	ok(!ip6_walk(ip, 71, &u), "not beyond the packet");
	ok(!ip6_walk(ip, 41, &u), "nor with a part of the first");
	put_be16(buf + 66, 8);
	ok(ip6_walk(ip, n, &u) && !ip6_first_fragment(&u) && u.offset == 72,
	    "a later fragment");
	buf[64] = IPPROTO6_DSTOPTS;
	ok(ip6_walk(ip, n, &u) && u.proto == IPPROTO6_DSTOPTS && u.offset == 72,
	    "has nothing behind it");
	buf[64] = IPPROTO6_ROUTING;
	put_be16(buf + 66, 0);
	buf[72] = IPPROTO4_TCP;
	buf[73] = 0;
	ok(ip6_walk(ip, n, &u) && u.routed && u.proto == IPPROTO4_TCP,
	    "a routing header with segments left");
}

static void
test_headers(void)
{
	static const uint8_t chain[16] = { IPPROTO4_TCP, [8] = 1, 2, 3, 4 };
	uint8_t buf[128], out[128];
	uint32_t n = build(buf, IPPROTO6_DSTOPTS, chain, sizeof(chain));
	struct packet *p;

	if (!start(
	        "Idle -> m :: IP6Mirror -> q :: Queue -> Discard;"
	        "Idle -> mark :: MarkIP6Header(20) -> d :: DecIP6HLIM"
	        "  -> q2 :: Queue -> Discard; d[1] -> q3 :: Queue -> Discard;"
	        "Idle -> get :: GetIP6Address(24) -> q4 :: Queue -> Discard;"
	        "Idle -> e :: IP6Encap(tcp, 2001:db8::1, 2001:db8::2)"
	        "  -> q5 :: Queue -> Discard;"
	        "Idle -> s :: SetIP6DSCP(63) -> q6 :: Queue -> Discard"))
		return;
	feed_ip6("m", buf, n);
	feed_take_bytes(&run, "q", out, sizeof(out));
	ok(ip6_equal(out + 8, B.b) && ip6_equal(out + 24, A.b) &&
	        get_be32(out + 48) == 0x03040102,
	    "ports behind an extension header are exchanged");
	feed_bytes(&run, "m", 0, buf, n);
	is_num(feed_take_bytes(&run, "q", out, sizeof(out)), 0,
	    "no mirror without a header");

	feed_bytes(&run, "mark", 0, buf, 20);
	is_num(feed_take_bytes(&run, "q2", out, sizeof(out)), 0,
	    "a header beyond the packet is none");
	feed_bytes(&run, "mark", 0, buf, 59);
	is_num(feed_take_bytes(&run, "q2", out, sizeof(out)), 0,
	    "nor one that is not whole");
	memset(buf + 20, 3, 40);
	feed_bytes(&run, "mark", 0, buf, 60);
	feed_take_bytes(&run, "q2", out, sizeof(out));
	is_num(out[27], 2, "one hop less");
	buf[27] = 1;
	feed_bytes(&run, "mark", 0, buf, 60);
	is_num(feed_take_bytes(&run, "q3", out, sizeof(out)), 60, "the last");
	is_cstr(trun_read(&run, "d.drops"), "1", "is counted");

	n = build(buf, IPPROTO6_NONE, "", 0);
	feed_bytes(&run, "get", 0, buf, n);
	p = feed_need(&run, "q4");
	ok(ip6_equal(p->anno, B.b), "the destination is fetched");
	packet_kill(master_thread(run.m, 0), p);
	feed_bytes(&run, "get", 0, buf, 39);
	p = feed_need(&run, "q4");
	ok(ip6_unspecified(p->anno), "not from a packet too short");
	packet_kill(master_thread(run.m, 0), p);

	is_num(trun_write(&run, "e.dst", "2001:db8::b"), 0, "IP6Encap: dst");
	is_num(trun_write(&run, "e.src", "2001:db8::a"), 0, "and src");
	is_cstr(trun_read(&run, "e.dst"), "2001:db8::b", "are read back");
	ok(trun_write(&run, "e.dst", "x") != 0, "nonsense is refused");
	feed_bytes(&run, "e", 0, "abc", 3);
	n = feed_take_bytes(&run, "q5", out, sizeof(out));
	ok(n == 43 && get_be16(out + 4) == 3 && out[6] == IPPROTO4_TCP &&
	        ip6_equal(out + 8, A.b) && ip6_equal(out + 24, B.b),
	    "and used");

	n = build(buf, IPPROTO6_NONE, "", 0);
	put_be32(buf, 0x60355555);
	feed_ip6("s", buf, n);
	feed_take_bytes(&run, "q6", out, sizeof(out));
	is_hex(get_be32(out), 0x6ff55555,
	    "the code point, not congestion and flow label");
	stop();
}

/* ---- IP6Fragmenter ---- */

static void
test_fragmenter(void)
{
	uint8_t l4[200], buf[256], whole[256], out[256];
	uint32_t n, at = 0, id = 0;

	for (unsigned int i = 0; i < sizeof(l4); i++)
		l4[i] = (uint8_t)i;
	memset(l4, 0, 8);
	l4[0] = IPPROTO4_UDP;
	n = build(buf, IPPROTO6_HOPOPTS, l4, sizeof(l4));
	if (!start("Idle -> f :: IP6Fragmenter(104, OVERSIZE FRAGMENT)"
	           "  -> q :: Queue -> Discard; f[1] -> q1 :: Queue -> Discard;"
	           "Idle -> e :: IP6Fragmenter(104, OVERSIZE ERROR)"
	           "  -> Discard; e[1] -> q2 :: Queue -> Discard"))
		return;
	feed_ip6("f", buf, n);
	for (size_t i = 0; i < 4; i++) {
		uint32_t m = feed_take_bytes(&run, "q", out, sizeof(out));

		if (i == 0)
			id = get_be32(out + 52);
		ok(m == 104 && get_be16(out + 4) == m - 40 &&
		        out[6] == IPPROTO6_HOPOPTS &&
		        out[40] == IPPROTO6_FRAGMENT &&
		        out[48] == IPPROTO4_UDP && get_be32(out + 52) == id &&
		        get_be16(out + 50) == (at | (i < 3 ? IP6_MF : 0)),
		    "fragment %zu: headers", i);
		memcpy(whole + at, out + 56, m - 56);
		at += m - 56;
	}
	ok(at == 192 && memcmp(whole, l4 + 8, 192) == 0,
	    "fragments hold what was there");
	is_cstr(trun_read(&run, "f.fragments"), "4", "and are counted");
	feed_ip6("f", buf, 105);
	buf[40] = IPPROTO6_FRAGMENT;
	feed_ip6("f", buf, n);
	ok(feed_take_bytes(&run, "q1", out, sizeof(out)) == n,
	    "a fragment is not cut");
	feed_bytes(&run, "f", 0, buf, n);
	ok(feed_take_bytes(&run, "q1", out, sizeof(out)) == n,
	    "nor what has no header");
	is_cstr(trun_read(&run, "f.drops"), "2", "that is counted");
	feed_ip6("e", buf, 104);
	is_num(feed_take_bytes(&run, "q2", out, sizeof(out)), 0,
	    "as long as can be");
	feed_ip6("e", buf, 105);
	is_num(feed_take_bytes(&run, "q2", out, sizeof(out)), 105, "too long");
	stop();
	ok(trun_start(
	       &run, "Idle -> IP6Fragmenter(9, OVERSIZE X) -> Discard") != 0 &&
	        strstr(trun_log(&run), "bad OVERSIZE value 'X'") != NULL,
	    "a bad OVERSIZE");
	trun_stop(&run);
}

/* ---- ICMP6Error ---- */

static void
test_error(void)
{
	static const struct {
		const char *what, *queue;
		uint32_t at;
		uint8_t byte;
		enum packet_type type;
		bool answered;
	} cases[] = {
		{ "a packet", "t", 0, 0x60, PACKET_HOST, true },
		{ "a link broadcast", "t", 0, 0x60, PACKET_BROADCAST, false },
		{ "to a multicast", "t", 24, 0xff, PACKET_HOST, false },
		{ "from a multicast", "t", 8, 0xff, PACKET_HOST, false },
		{ "too big for a multicast", "b", 24, 0xff, PACKET_HOST, true },
		{ "an error", "t", 40, 3, PACKET_HOST, false },
		{ "a redirect", "t", 40, 137, PACKET_HOST, false },
		{ "an error, as Click", "b", 40, 3, PACKET_HOST, true },
		{ "an echo", "t", 40, 128, PACKET_HOST, true },
	};
	uint8_t buf[64], out[128];

	if (!start("Idle -> t :: ICMP6Error(" ME ", 3, 0, ANSWER_ERRORS false)"
	           "  -> qt :: Queue -> Discard;"
	           "Idle -> b :: ICMP6Error(" ME ", 2, 0, MTU 1280)"
	           "  -> qb :: Queue -> Discard;"
	           "Idle -> r :: ICMP6Error(" ME ", 137, 0)"
	           "  -> qr :: Queue -> Discard"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char queue[] = { 'q', cases[i].queue[0], 0 };
		uint32_t n = build(buf, IPPROTO6_ICMP, "\x80\0\0\0\0\0\0\0", 8);
		struct packet *p;

		buf[cases[i].at] = cases[i].byte;
		p = feed_packet(&run, buf, n);
		packet_set_network(p, p->data, 40);
		p->type = (uint8_t)cases[i].type;
		feed(&run, cases[i].queue, 0, p);
		n = feed_take_bytes(&run, queue, out, sizeof(out));
		ok(n == (cases[i].answered ? 96u : 0u) &&
		        (n == 0 || ip6_l4_csum(out + 8, out + 24, 58, out + 40,
		                       56) == 0),
		    "%s: %s", cases[i].what,
		    cases[i].answered ? "an answer" : "none");
		if (i == 4)
			is_num(get_be32(out + 44), 1280, "the MTU is told");
	}
	{
		struct packet *p =
		    feed_packet(&run, buf, build(buf, IPPROTO6_NONE, "", 0));

		packet_set_network(p, p->data, 40);
		anno_set_dst_ip6(p, A.b);
		feed(&run, "r", 0, p);
		ok(feed_take_bytes(&run, "qr", out, sizeof(out)) == 120 &&
		        ip6_equal(out + 48, A.b) && ip6_equal(out + 64, B.b),
		    "a redirect: where to, and who");
	}
	stop();
}

/* ---- neighbours ---- */

static void
make_nd(uint8_t *buf, uint8_t type, const struct ip6_addr *src,
    const struct ip6_addr *target, uint8_t mac)
{
	struct nd_message *m = (struct nd_message *)(void *)buf;

	memset(m, 0, sizeof(*m));
	m->ether.src[5] = mac;
	put_be16(m->ether.type, ETHERTYPE_IP6);
	ip6_header_set(&m->ip, 32, IPPROTO6_ICMP, 255, src->b, B.b);
	m->type = type;
	memcpy(m->target, target->b, 16);
	m->option = type == ICMP6_ND_SOLICIT ? ND_SOURCE_MAC : ND_TARGET_MAC;
	m->option_length = 1;
	m->mac[5] = mac;
	put_u16(m->sum,
	    ip6_l4_csum(m->ip.src, m->ip.dst, IPPROTO6_ICMP, &m->type, 32));
}

static void
test_advertiser(void)
{
	static const struct ip6_addr none = { { 0 } };
	uint8_t buf[86], out[128];
	struct nd_message *m = (struct nd_message *)(void *)out;
	uint32_t n;

	if (!start("Idle -> a :: IP6NDAdvertiser(2001:db8::/32 0:0:0:0:0:1,"
	           "  2001:db8::b/128 2001:db8::c 0:0:0:0:0:2)"
	           "  -> q :: Queue -> Discard"))
		return;
	make_nd(buf, ICMP6_ND_SOLICIT, &A, &B, 9);
	feed_bytes(&run, "a", 0, buf, 86);
	n = feed_take_bytes(&run, "q", out, sizeof(out));
	ok(n == 86 && m->ether.dst[5] == 9 && m->mac[5] == 2 &&
	        m->flags == (ND_ROUTER | ND_SOLICITED) &&
	        ip6_equal(m->ip.dst, A.b) && ip6_equal(m->target, B.b) &&
	        ip6_l4_csum(m->ip.src, m->ip.dst, 58, &m->type, 32) == 0,
	    "the longest prefix answers");
	make_nd(buf, ICMP6_ND_SOLICIT, &A, &A, 9);
	feed_bytes(&run, "a", 0, buf, 86);
	feed_take_bytes(&run, "q", out, sizeof(out));
	is_num(m->mac[5], 1, "the net's");
	make_nd(buf, ICMP6_ND_SOLICIT, &none, &A, 9);
	feed_bytes(&run, "a", 0, buf, 86);
	feed_take_bytes(&run, "q", out, sizeof(out));
	ok(m->ether.dst[0] == 0x33 && m->ip.dst[0] == 0xff &&
	        m->flags == ND_ROUTER,
	    "who has no address yet is answered by multicast");
	make_nd(buf, ICMP6_ND_SOLICIT, &A, &none, 9);
	feed_bytes(&run, "a", 0, buf, 86);
	is_num(feed_take_bytes(&run, "q", out, sizeof(out)), 0, "not ours");
	make_nd(buf, ICMP6_ND_SOLICIT, &A, &B, 9);
	buf[21] = 254;
	feed_bytes(&run, "a", 0, buf, 86);
	is_num(feed_take_bytes(&run, "q", out, sizeof(out)), 0, "from afar");
	make_nd(buf, ICMP6_ND_SOLICIT, &A, &B, 9);
	buf[80] = 1;
	feed_bytes(&run, "a", 0, buf, 86);
	is_num(feed_take_bytes(&run, "q", out, sizeof(out)), 0, "damaged");
	stop();
}

static unsigned int
count_in(const char *queue)
{
	uint8_t out[128];
	unsigned int n = 0;

	while (feed_take_bytes(&run, queue, out, sizeof(out)) > 0)
		n++;
	return n;
}

static void
test_solicitor(void)
{
	static const struct ip6_addr all = { { 0xff, 2, [15] = 1 } };
	struct ip6_addr other = A;
	uint8_t buf[86], out[128];

	if (!start("Idle -> [0] s :: IP6NDSolicitor(" ME ", 0:0:0:0:0:1,"
	           "  ENTRY_CAPACITY 3); Idle -> [1] s;"
	           "s[0] -> q :: Queue -> Discard;"
	           "s[1] -> qs :: Queue -> Discard"))
		return;
	feed_to("s", &all);
	ok(feed_take_bytes(&run, "q", out, sizeof(out)) == 54 &&
	        get_be32(out) == 0x33330000 && out[5] == 1,
	    "a multicast needs no neighbour");
	feed_to("s", &A);
	feed_to("s", &A);
	is_num(count_in("qs"), 1, "one question a second");
	is_cstr(trun_read(&run, "s.stats"),
	    "1 packets killed\n1 ND Solicitation Message sent\n",
	    "one packet waits");
	make_nd(buf, ICMP6_ND_ADVERT, &A, &A, 7);
	buf[84] = 1;
	feed_bytes(&run, "s", 1, buf, 86);
	is_num(count_in("q"), 0, "a damaged answer is none");
	make_nd(buf, ICMP6_ND_ADVERT, &A, &A, 7);
	feed_bytes(&run, "s", 1, buf, 86);
	ok(feed_take_bytes(&run, "q", out, sizeof(out)) == 54 && out[5] == 7,
	    "an answer sets it free");
	for (uint8_t i = 1; i < 6; i++) {
		other.b[15] = (uint8_t)(0x10 * i);
		feed_to("s", &other);
	}
	is_cstr(trun_read(&run, "s.table"),
	    "2001:db8::a 1 00-00-00-00-00-07\n"
	    "2001:db8::40 0 00-00-00-00-00-00\n"
	    "2001:db8::50 0 00-00-00-00-00-00\n",
	    "those asked for in vain give way, the oldest first");
	feed_to("s", &A);
	is_num(count_in("q"), 1, "who is known stays known");
	stop();
}

/* With time: asked three times, forgotten. */
static void
test_solicitor_asks(void)
{
	if (!start("s :: IP6NDSolicitor(" ME ", 0:0:0:0:0:1);"
	           "InfiniteSource(LIMIT 1) -> t :: Tee;"
	           "t[0] -> SetIP6Address(2001:db8::a) -> [0] s;"
	           "t[1] -> SetIP6Address(2001:db8::b) -> [0] s;"
	           "Idle -> [1] s; s[0] -> Discard;"
	           "s[1] -> q :: Counter -> Discard;"
	           "Script(wait 3.5s, stop)"))
		return;
	trun_run(&run);
	is_cstr(trun_read(&run, "q.count"), "6", "both are asked three times");
	is_cstr(trun_read(&run, "s.table"), "", "then forgotten");
	is_cstr(trun_read(&run, "s.stats"),
	    "2 packets killed\n6 ND Solicitation Message sent\n",
	    "with what waited");
	stop();
}

/* A packet a second to a neighbour who answers for so many seconds. */
static void
test_solicitor_ages(unsigned int seconds, const char *asked, const char *table)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "TimedSource(1s, x) -> SetIP6Address(2001:db8::a)"
	    "  -> [0] s :: IP6NDSolicitor(" ME ", 0:0:0:0:0:1);"
	    "s[0] -> Discard; s[1] -> q :: Counter -> once :: Switch(0);"
	    "once[0] -> IP6NDAdvertiser(2001:db8::a 0:0:0:0:0:2) -> [1] s;"
	    "once[1] -> Discard;"
	    "Script(wait 30s, write once.switch 1, wait %us, stop)",
	    seconds - 30);
	if (!start(text))
		return;
	trun_run(&run);
	is_cstr(
	    trun_read(&run, "q.count"), asked, "questions in %u s", seconds);
	is_cstr(trun_read(&run, "s.table"), table, "what is known then");
	stop();
}

/* Another process knows the same neighbours, for as long. */
static void
test_solicitor_moves(void)
{
	const char *text = "Idle -> [0] s :: IP6NDSolicitor(" ME
	                   ", 0:0:0:0:0:1); Idle -> [1] s;"
	                   "s[0] -> q :: Queue -> Idle;"
	                   "s[1] -> qs :: Queue -> Idle";
	struct strbuf was = STRBUF_INIT;
	struct ip6_addr other = A;
	uint8_t buf[86];
	uint32_t lost;

	if (!start(text))
		return;
	for (uint8_t i = 0; i < 5; i++) {
		other.b[15] = (uint8_t)(0x10 * (5 - i));
		feed_to("s", &other);
		if (i == 3)
			continue; /* he does not answer */
		make_nd(buf, ICMP6_ND_ADVERT, &other, &other, i + 1);
		feed_bytes(&run, "s", 1, buf, 86);
		net_pass(&run, 10 * NS_PER_SEC);
	}
	sb_adds(&was, trun_read(&run, "s.table"));
	if (!ok(tstate_move(&run, text, &lost) == 0, "move"))
		tap_note("%s", trun_log(&run));
	is_num(lost, 0, "move: all packets are back");
	is_cstr(
	    trun_read(&run, "s.table"), sb_cstr(&was), "the same are known");
	is_cstr(trun_read(&run, "s.stats"),
	    "1 packets killed\n7 ND Solicitation Message sent\n", "counts");
	/* The first was heard of 40 s ago, and looked at every 15. */
	net_pass(&run, 75 * NS_PER_SEC);
	ok(strstr(trun_read(&run, "s.table"), "00-01") != NULL, "not yet");
	net_pass(&run, 16 * NS_PER_SEC);
	ok(strstr(trun_read(&run, "s.table"), "00-01") == NULL &&
	        strstr(trun_read(&run, "s.table"), "00-05") != NULL,
	    "each in its time: %s", trun_read(&run, "s.table"));
	sb_fini(&was);
	stop();
}

int
main(void)
{
	test_walk();
	test_headers();
	test_fragmenter();
	test_error();
	test_advertiser();
	test_solicitor();
	test_solicitor_asks();
	test_solicitor_moves();
	test_solicitor_ages(60, "1", "2001:db8::a 1 00-00-00-00-00-02\n");
	test_solicitor_ages(118, "5", "2001:db8::a 1 00-00-00-00-00-02\n");
	test_solicitor_ages(158, "42", "2001:db8::a 0 00-00-00-00-00-00\n");
	return tap_done();
}
