/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * address_translator_test.c -- AddressTranslator: what goes out comes back,
 * whatever the kind of mapping; errors, fragments, checksums, and limits.
 */
#include "elements/ip6/ip6_header.h"
#include "test/feed.h"
#include "test/net.h"
#include "test/state.h"

static struct trun run;

/* Nodes inside, a mapped address, nodes outside: 2001:db8::xx */
enum { IN1 = 1, IN2, IN3, MAPPED = 0x10, MAPPED2, OUT1 = 0x20, OUT2 };

struct flow {
	uint8_t src, dst;
	uint16_t sport, dport;
	uint8_t proto;
};

static void
set_addr(uint8_t *at, uint8_t last)
{
	static const uint8_t prefix[15] = { 0x20, 1, 0x0d, 0xb8 };

	memcpy(at, prefix, sizeof(prefix));
	at[15] = last;
}

static uint32_t
sum_at(uint8_t proto)
{
	return proto == IPPROTO4_TCP ? 16 : proto == IPPROTO4_UDP ? 6 : 2;
}

/* f as a packet with a few bytes of payload in buf; its length. */
static uint32_t
build(uint8_t *buf, const struct flow *f)
{
	uint8_t src[16], dst[16], *l4 = buf + 40;
	uint32_t n = 24;

	set_addr(src, f->src);
	set_addr(dst, f->dst);
	ip6_header_set((struct ip6 *)(void *)buf, n, f->proto, 64, src, dst);
	memset(l4, 0x5a, n);
	if (f->proto == IPPROTO6_ICMP) {
		l4[0] = f->dport == 0 ? ICMP6_ECHO : ICMP6_ECHOREPLY;
		l4[1] = 0;
		put_be16(l4 + 4, f->sport != 0 ? f->sport : f->dport);
	} else {
		put_be16(l4, f->sport);
		put_be16(l4 + 2, f->dport);
	}
	put_u16(l4 + sum_at(f->proto), 0);
	put_u16(l4 + sum_at(f->proto), ip6_l4_csum(src, dst, f->proto, l4, n));
	return 40 + n;
}

/* What a packet says; false if its checksum is wrong. */
static bool
parse(const uint8_t *buf, uint32_t n, struct flow *f)
{
	const uint8_t *l4 = buf + 40;

	*f = (struct flow){ .src = buf[23], .dst = buf[39], .proto = buf[6] };
	if (f->proto == IPPROTO6_ICMP) {
		*(l4[0] == ICMP6_ECHO ? &f->sport : &f->dport) =
		    get_be16(l4 + 4);
	} else {
		f->sport = get_be16(l4);
		f->dport = get_be16(l4 + 2);
	}
	return ip6_l4_csum(buf + 8, buf + 24, f->proto, l4, n - 40) == 0;
}

/* Sends f through input port; what leaves by the output of that number. */
static bool
through(unsigned int port, struct flow f, struct flow *got)
{
	uint8_t buf[256];
	uint32_t n = build(buf, &f);

	feed_bytes(&run, "at", port, buf, n);
	n = feed_take_bytes(&run, port == 0 ? "q0" : "q1", buf, sizeof(buf));
	*got = (struct flow){ .src = 0 };
	return n == 64 && parse(buf, n, got);
}

static bool
is_flow(struct flow f, uint8_t src, uint16_t sport, uint8_t dst, uint16_t dport)
{
	return f.src == src && f.sport == sport && f.dst == dst &&
	       f.dport == dport;
}

static const char *
text_of(char text[static 512], const char *arguments)
{
	snprintf(text, 512,
	    "Idle -> [0] at :: AddressTranslator(%s); Idle -> [1] at;"
	    "at[0] -> q0 :: Queue -> Discard; at[1] -> q1 :: Queue -> Discard",
	    arguments);
	return text;
}

static bool
start(const char *arguments)
{
	char text[512];

	return ok(trun_start(&run, text_of(text, arguments)) == 0, "starts: %s",
	    arguments);
}

static void
stop(void)
{
	is_num(trun_stop(&run), 0, "every packet is back");
}

static const struct flow OUT = { IN1, OUT1, 1000, 80, IPPROTO4_TCP };

static void
test_static(void)
{
	struct flow f;

	if (start("2, false, 2001:db8::1 2001:db8::10,"
	          "2001:db8::2 2001:db8::11, false")) {
		ok(through(0, OUT, &f) && is_flow(f, MAPPED, 1000, OUT1, 80),
		    "static addresses: out");
		ok(through(1,
		       (struct flow){ OUT1, MAPPED2, 80, 5, IPPROTO4_UDP },
		       &f) &&
		        is_flow(f, OUT1, 80, IN2, 5),
		    "and in");
		ok(!through(
		       0, (struct flow){ IN3, OUT1, 1, 2, IPPROTO4_UDP }, &f),
		    "nobody else");
		ok(!through(0, (struct flow){ IN1, OUT1, 1, 2, 132 }, &f),
		    "no other protocol");
		stop();
	}
	if (start("1, true, 2001:db8::1 1000 2001:db8::10 2000, false")) {
		ok(through(0, OUT, &f) && is_flow(f, MAPPED, 2000, OUT1, 80),
		    "static ports: out");
		ok(through(1,
		       (struct flow){ OUT2, MAPPED, 9, 2000, IPPROTO4_TCP },
		       &f) &&
		        is_flow(f, OUT2, 9, IN1, 1000),
		    "and in");
		ok(!through(0,
		       (struct flow){ IN1, OUT1, 1001, 80, IPPROTO4_TCP }, &f),
		    "no other port");
		stop();
	}
}

static void
test_pool(void)
{
	struct flow f;

	if (start("0, true, false, false, 2001:db8::10, 2001:db8::11")) {
		ok(!through(1,
		       (struct flow){ OUT1, MAPPED, 80, 9, IPPROTO4_TCP }, &f),
		    "addresses: none from outside at first");
		ok(through(0, OUT, &f) && is_flow(f, MAPPED, 1000, OUT1, 80),
		    "the first of them");
		ok(through(0, (struct flow){ IN2, OUT1, 7, 0, IPPROTO6_ICMP },
		       &f) &&
		        is_flow(f, MAPPED2, 7, OUT1, 0),
		    "the second, for an echo");
		ok(!through(
		       0, (struct flow){ IN3, OUT1, 7, 0, IPPROTO6_ICMP }, &f),
		    "there is no third");
		ok(through(1,
		       (struct flow){ OUT2, MAPPED2, 80, 9, IPPROTO4_TCP },
		       &f) &&
		        is_flow(f, OUT2, 80, IN2, 9),
		    "others may come in, too");
		stop();
	}
	if (start("0, true, false, true, 2001:db8::1")) {
		ok(through(1,
		       (struct flow){ OUT1, MAPPED, 80, 9, IPPROTO4_TCP },
		       &f) &&
		        is_flow(f, OUT1, 80, IN1, 9),
		    "inward: a destination gets an address inside");
		ok(through(0, (struct flow){ IN1, OUT1, 9, 80, IPPROTO4_TCP },
		       &f) &&
		        is_flow(f, MAPPED, 9, OUT1, 80),
		    "and answers under its own");
		stop();
	}
}

#define PORTS "0, true, true, false, 2001:db8::10 6000 6002"

static void
test_ports(void)
{
	struct flow f;

	if (!start(PORTS))
		return;
	ok(through(0, OUT, &f) && is_flow(f, MAPPED, 6000, OUT1, 80),
	    "ports: the first");
	ok(through(0, OUT, &f) && f.sport == 6000, "the flow keeps it");
	ok(through(0, (struct flow){ IN2, OUT1, 5, 0, IPPROTO6_ICMP }, &f) &&
	        is_flow(f, MAPPED, 6001, OUT1, 0),
	    "an echo's identifier is one");
	ok(through(
	       1, (struct flow){ OUT1, MAPPED, 0, 6001, IPPROTO6_ICMP }, &f) &&
	        is_flow(f, OUT1, 0, IN2, 5),
	    "its reply comes back");
	ok(through(
	       1, (struct flow){ OUT1, MAPPED, 80, 6000, IPPROTO4_TCP }, &f) &&
	        is_flow(f, OUT1, 80, IN1, 1000),
	    "a reply of TCP");
	ok(!through(
	       1, (struct flow){ OUT2, MAPPED, 80, 6000, IPPROTO4_TCP }, &f),
	    "nothing from others");
	ok(through(0, (struct flow){ IN3, OUT1, 5, 5, IPPROTO4_UDP }, &f) &&
	        f.sport == 6002,
	    "the last port");
	ok(!through(0, (struct flow){ IN3, OUT1, 6, 5, IPPROTO4_UDP }, &f),
	    "then there is none");
	stop();
}

/* An error about f, from its destination, as it is sent to "to". */
static uint32_t
build_error(uint8_t *buf, const struct flow *f, uint8_t from, uint8_t to)
{
	uint8_t *l4 = buf + 40, src[16], dst[16];
	uint32_t n = 8 + build(l4 + 8, f);

	set_addr(src, from);
	set_addr(dst, to);
	ip6_header_set(
	    (struct ip6 *)(void *)buf, n, IPPROTO6_ICMP, 64, src, dst);
	memset(l4, 0, 8);
	l4[0] = ICMP6_UNREACH;
	put_u16(l4 + 2, ip6_l4_csum(src, dst, IPPROTO6_ICMP, l4, n));
	return 40 + n;
}

/* Whether what came is right, the quotation, too; *f: what is quoted. */
static bool
parse_error(const uint8_t *buf, uint32_t n, struct flow *f)
{
	return n == 112 && parse(buf + 48, n - 48, f) &&
	       ip6_l4_csum(
	           buf + 8, buf + 24, IPPROTO6_ICMP, buf + 40, n - 40) == 0;
}

static void
test_errors(void)
{
	uint8_t buf[256];
	struct flow f;
	uint32_t n;

	if (!start(PORTS))
		return;
	through(0, OUT, &f);
	n = build_error(buf, &f, OUT2, MAPPED);
	feed_bytes(&run, "at", 1, buf, n);
	n = feed_take_bytes(&run, "q1", buf, sizeof(buf));
	ok(parse_error(buf, n, &f) && is_flow(f, IN1, 1000, OUT1, 80) &&
	        buf[23] == OUT2 && buf[39] == IN1,
	    "an error from outside, and what it quotes");
	through(1, (struct flow){ OUT1, MAPPED, 80, 6000, IPPROTO4_TCP }, &f);
	n = build_error(buf, &f, IN1, OUT1);
	feed_bytes(&run, "at", 0, buf, n);
	n = feed_take_bytes(&run, "q0", buf, sizeof(buf));
	ok(parse_error(buf, n, &f) && is_flow(f, OUT1, 80, MAPPED, 6000) &&
	        buf[23] == MAPPED && buf[39] == OUT1,
	    "and one from inside");
	f = (struct flow){ MAPPED, OUT1, 6001, 80, IPPROTO4_TCP };
	n = build_error(buf, &f, OUT1, MAPPED);
	feed_bytes(&run, "at", 1, buf, n);
	is_num(feed_take_bytes(&run, "q1", buf, sizeof(buf)), 0,
	    "not about an unknown flow");
	stop();
}

/* Puts a fragment header into a packet of n bytes. */
static uint32_t
fragment(uint8_t *buf, uint32_t n, uint16_t off, uint32_t id)
{
	memmove(buf + 48, buf + 40, n - 40);
	memset(buf + 40, 0, 8);
	buf[40] = buf[6];
	buf[6] = IPPROTO6_FRAGMENT;
	put_be16(buf + 42, off);
	put_be32(buf + 44, id);
	put_be16(buf + 4, (uint16_t)(n - 32));
	return n + 8;
}

static void
test_fragments(void)
{
	uint8_t first[128], later[128], out[128];
	uint32_t n;

	if (!start(PORTS))
		return;
	n = build(first, &OUT);
	memcpy(later, first, n);
	fragment(first, n, IP6_MF, 77);
	n = fragment(later, n, 24, 77);
	feed_bytes(&run, "at", 0, later, n);
	is_num(feed_take_bytes(&run, "q0", out, sizeof(out)), 0,
	    "a later fragment before the first");
	feed_bytes(&run, "at", 0, first, n);
	feed_take_bytes(&run, "q0", out, sizeof(out));
	ok(out[23] == MAPPED && get_be16(out + 48) == 6000, "the first");
	feed_bytes(&run, "at", 0, later, n);
	feed_take_bytes(&run, "q0", out, sizeof(out));
	ok(out[23] == MAPPED && memcmp(out + 48, later + 48, n - 48) == 0,
	    "then a later one, as it was but for the address");
	put_be32(later + 44, 78);
	feed_bytes(&run, "at", 0, later, n);
	is_num(feed_take_bytes(&run, "q0", out, sizeof(out)), 0,
	    "not one of another packet");
	stop();
}

/* Ports that nobody uses any more are given away. */
static void
test_ages(void)
{
	if (!ok(trun_start(&run,
	            "r :: TimedSource(200s, x) -> UDPIP6Encap(2001:db8::1, 1,"
	            "  2001:db8::20, 2) -> d :: Counter"
	            "  -> [0] at :: AddressTranslator(0, true, true, false,"
	            "  2001:db8::10 6000 6000);"
	            "TimedSource(250s, x) -> UDPIP6Encap(2001:db8::1, 3,"
	            "  2001:db8::20, 2) -> b :: Counter -> [0] at;"
	            "Idle -> [1] at; at[0] -> q :: Counter -> Discard;"
	            "at[1] -> Discard;"
	            "Script(wait 950s, write r.active false, wait 400s, "
	            "stop)") == 0,
	        "starts"))
		return;
	trun_run(&run);
	is_cstr(trun_read(&run, "d.count"), "4", "one flow, while it lives");
	is_cstr(trun_read(&run, "b.count"), "5", "keeps the other out");
	is_cstr(trun_read(&run, "q.count"), "5",
	    "five minutes later that has its port");
	stop();
}

/* A port whose flow lives is not given away, another is. */
static void
test_ages_by_use(void)
{
	if (!ok(trun_start(&run,
	            "TimedSource(100s, x) -> UDPIP6Encap(2001:db8::1, 1,"
	            "  2001:db8::20, 2) -> [0] at :: AddressTranslator(0, true,"
	            "  true, false, 2001:db8::10 6000 6001);"
	            "TimedSource(150s, x, LIMIT 1) -> UDPIP6Encap(2001:db8::1, "
	            "3,"
	            "  2001:db8::20, 2) -> [0] at;"
	            "TimedSource(550s, x) -> UDPIP6Encap(2001:db8::1, 4,"
	            "  2001:db8::20, 2) -> [0] at;"
	            "Idle -> [1] at; at[1] -> Discard;"
	            "at[0] -> c :: Classifier(40/1770, 40/1771);"
	            "c[0] -> a :: Counter -> Discard;"
	            "c[1] -> b :: Counter -> Discard;"
	            "Script(wait 560s, stop)") == 0,
	        "starts"))
		return;
	trun_run(&run);
	is_cstr(trun_read(&run, "a.count"), "5", "who lives keeps his port");
	is_cstr(trun_read(&run, "b.count"), "2", "the other is given away");
	stop();
}

/* Another process gives nodes and flows what they had, and ends it in time. */
static void
test_moves(const char *arguments, uint16_t port)
{
	const struct flow second = { IN2, OUT1, 7, 80, IPPROTO4_UDP };
	char text[512];
	struct flow f;
	uint32_t lost;

	if (!start(arguments))
		return;
	ok(through(0, OUT, &f), "move: TCP");
	ok(through(0, second, &f), "move: UDP, a second flow");
	net_pass(&run, 200 * NS_PER_SEC);
	if (!ok(tstate_move(&run, text_of(text, arguments), &lost) == 0,
	        "move: %s", arguments))
		tap_note("%s", trun_log(&run));
	is_num(lost, 0, "move: every packet is back");
	ok(through(1,
	       (struct flow){
	           OUT1, f.src, 80, port != 0 ? port + 1 : 7, IPPROTO4_UDP },
	       &f) &&
	        is_flow(f, OUT1, 80, IN2, 7),
	    "move: an answer comes in");
	net_pass(&run, 250 * NS_PER_SEC);
	ok(net_swap(&run, text) == 0, "swap");
	ok(!through(0, (struct flow){ IN3, OUT1, 5, 5, IPPROTO4_UDP }, &f),
	    "move, swap: there is none for a third yet");
	net_pass(&run, 60 * NS_PER_SEC);
	is_num(through(0, (struct flow){ IN3, OUT1, 5, 5, IPPROTO4_UDP }, &f),
	    port != 0, "move, swap: the second has ended, if it is a flow");
	ok(through(0, OUT, &f) &&
	        is_flow(f, MAPPED, port != 0 ? port : 1000, OUT1, 80),
	    "move, swap: the first has not");
	stop();
}

/* A configuration with another pool keeps what is in it, too. */
static void
test_swap(void)
{
	char text[512];
	struct flow f;

	if (!start("0, true, false, false, 2001:db8::10, 2001:db8::11"))
		return;
	ok(through(0, OUT, &f), "swap: the first");
	ok(through(0, (struct flow){ IN2, OUT1, 7, 80, IPPROTO4_UDP }, &f),
	    "swap: the second");
	ok(net_swap(&run, text_of(text, "0, true, false, false, 2001:db8::12,"
	                                " 2001:db8::11")) == 0,
	    "swap: to another pool");
	ok(through(0, (struct flow){ IN2, OUT1, 7, 80, IPPROTO4_UDP }, &f) &&
	        is_flow(f, MAPPED2, 7, OUT1, 80),
	    "swap: the second keeps its address");
	ok(through(0, OUT, &f) && is_flow(f, MAPPED2 + 1, 1000, OUT1, 80),
	    "swap: the first has another");
	ok(net_swap(&run, text_of(text, PORTS)) == 0, "swap: to ports");
	ok(through(0, OUT, &f) && is_flow(f, MAPPED, 6000, OUT1, 80),
	    "swap: nothing is kept");
	stop();
}

static void
test_arguments(void)
{
	static const struct {
		const char *arguments, *said;
	} cases[] = {
		{ "x", "argument 1 should be : integer" },
		{ "", "argument 1 should be : integer" },
		{ "0", "argument 2 should be : bool" },
		{ "0, true, true, 7, ::1 1 2", "argument 4 should be : bool" },
		{ "0, true, false, false, x", "argument 5 should be : <IP6" },
		{ "0, true, true, false, ::1 5 4", "argument 5 should be" },
		{ "0, true, true, false, ::1 0 4", "argument 5 should be" },
		{ "1, false, ::1, false", "argument 3 should be : <IP6" },
		{ "1, true, ::1 ::2, false", "argument 3 should be : <IP6" },
		{ "1, false, ::1 ::2 3, false", "argument 3 should be" },
		{ "2, false, ::1 ::2, ::1 ::3, false", "is mapped already" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];

		snprintf(text, sizeof(text),
		    "Idle -> [0] at :: AddressTranslator(%s); Idle -> [1] at;"
		    "at[0] -> Discard; at[1] -> Discard",
		    cases[i].arguments);
		ok(trun_start(&run, text) != 0 &&
		        strstr(trun_log(&run), cases[i].said) != NULL,
		    "(%s): %s", cases[i].arguments, cases[i].said);
		trun_stop(&run);
	}
}

int
main(void)
{
	test_static();
	test_pool();
	test_ports();
	test_errors();
	test_fragments();
	test_ages();
	test_ages_by_use();
	test_moves("0, true, true, false, 2001:db8::10 6000 6001", 6000);
	test_moves("0, true, false, false, 2001:db8::10, 2001:db8::11", 0);
	test_swap();
	test_arguments();
	return tap_done();
}
