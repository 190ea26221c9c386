/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nat_test.c -- what NATs must do: RFC 4787 (UDP), 5382 (TCP), 5508 (ICMP) and
 * 6888 (many subscribers).  docs/nat.md names these tests, requirement by
 * requirement.
 */
#include "test/net.h"
#include "test/state.h"

enum { S = TCP_SYN, A = TCP_ACK, F = TCP_FIN, R = TCP_RST };
enum { UDP = IPPROTO4_UDP, TCP = IPPROTO4_TCP };

/* IPRewriter with ICMPRewriter and ICMPPingRewriter: one address. */
#define REWRITER                                                               \
	"rw :: IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 1, drop);"          \
	" Idle -> [0]rw; Idle -> [1]rw;"                                       \
	" rw[0] -> out :: Queue -> Idle; rw[1] -> in :: Queue -> Idle;"        \
	" Idle -> err :: ICMPRewriter(rw) -> in;"
#define CGNAT(args)                                                            \
	"rw :: CGNAT(" args "); Idle -> [0]rw; Idle -> [1]rw;"                 \
	" rw[0] -> out :: Queue -> Idle; rw[1] -> in :: Queue -> Idle;"        \
	" rw[2] -> other :: Queue -> Idle;"
#define ONE "5.5.5.5/32"

static void
begin(struct trun *t, const char *text)
{
	if (!ok(trun_start(t, text) == 0, "starts"))
		tap_note("%s", trun_log(t));
}

/* Who a packet in a queue is from and to, its checksums being good. */
struct ends {
	bool good;
	uint32_t src, dst;
	uint16_t sport, dport;
};

static struct ends
ends_of(const struct packet *p)
{
	const struct ip4 *ip = (const struct ip4 *)(const void *)p->data;
	const uint8_t *l4 = p->data + 20;
	uint32_t n = p->length - 20;
	struct ends e = { .src = get_be32(ip->src),
		.dst = get_be32(ip->dst),
		.sport = get_be16(l4),
		.dport = get_be16(l4 + 2) };
	uint64_t pseudo =
	    csum_pseudo4(ip->src, ip->dst, ip->proto, (uint16_t)n);

	if (ip->proto == IPPROTO4_ICMP)
		pseudo = 0;
	e.good =
	    csum(ip, 20) == 0 && csum_fold(csum_add(pseudo, l4, n)) == 0xffff;
	return e;
}

static struct ends
took(struct trun *t, const char *queue)
{
	struct packet *p = net_take(t, queue);
	struct ends e = { .good = false };

	if (p != NULL)
		e = ends_of(p);
	net_kill(t, p);
	return e;
}

static struct net_ip
packet(uint8_t proto, const char *src, uint16_t sport, const char *dst,
    uint16_t dport)
{
	return (struct net_ip){ .src = src,
		.dst = dst,
		.proto = proto,
		.sport = sport,
		.dport = dport,
		.flags = S,
		.text = proto == UDP ? "data" : NULL };
}

/* A packet from inside; its external end. */
static struct ends
go(struct trun *t, uint8_t proto, const char *src, uint16_t sport,
    const char *dst, uint16_t dport)
{
	struct net_ip s = packet(proto, src, sport, dst, dport);

	net_feed_ip(t, "rw", 0, &s);
	return took(t, "out");
}

/* One from outside; whether it comes in, and then to whom. */
static struct ends
come(struct trun *t, uint8_t proto, const char *src, uint16_t sport,
    uint16_t dport)
{
	struct net_ip s = packet(proto, src, sport, "5.5.5.5", dport);

	net_feed_ip(t, "rw", 1, &s);
	return took(t, "in");
}

#define A1 "10.0.0.1"
#define A2 "10.0.0.2"
#define X  "8.8.8.8"
#define Y  "9.9.9.9"

/* ---- mapping ---- */

static void
test_mapping(uint8_t proto, const char *req)
{
	struct ends a, b, c;
	struct trun t;

	begin(&t, CGNAT(ONE));
	a = go(&t, proto, A1, 5000, X, 53);
	b = go(&t, proto, A1, 5000, X, 54);
	c = go(&t, proto, A1, 5000, Y, 53);
	ok(a.good && a.src == 0x05050505 && a.dst == 0x08080808,
	    "%s: a packet goes out", req);
	ok(b.good && c.good && a.sport == b.sport && b.sport == c.sport,
	    "%s, CGNAT: one mapping for all other ends", req);
	a = go(&t, proto, A2, 5000, X, 53);
	ok(a.good && a.sport != b.sport,
	    "%s, CGNAT: another host has another port", req);
	is_cstr(trun_read(&t, "rw.mappings"), "2", "two mappings");
	net_end(&t);

	/* The port is kept while it is free towards that other end. */
	begin(&t, REWRITER);
	a = go(&t, proto, A1, 5000, X, 53);
	b = go(&t, proto, A1, 5000, Y, 53);
	ok(a.good && b.good && a.sport == 5000 && b.sport == 5000,
	    "%s, IPRewriter: the port is kept, whatever the other end", req);
	a = go(&t, proto, A2, 5000, X, 53);
	ok(a.good && a.sport != 5000,
	    "%s, IPRewriter: no port is used twice to one end", req);
	b = go(&t, proto, A2, 5000, "7.7.7.7", 53);
	ok(b.good && b.sport == 5000,
	    "%s, IPRewriter: then the mapping depends on the other end", req);
	net_end(&t);
}

static void
test_no_overload(void)
{
	static bool seen[65536];
	unsigned int twice = 0, bad = 0;
	struct trun t;

	begin(&t, CGNAT(ONE ", BLOCK 64, BLOCKS 8"));
	for (unsigned int i = 0; i < 300; i++) {
		struct ends e =
		    go(&t, UDP, i & 1 ? A1 : A2, (uint16_t)(2000 + i), X, 53);

		bad += !e.good || e.sport < 1024;
		twice += seen[e.sport];
		seen[e.sport] = true;
	}
	is_num(twice, 0, "RFC 4787 REQ-3, CGNAT: no port has two owners");
	is_num(bad, 0, "RFC 4787 REQ-3a, CGNAT: ports from 1024 on");
	net_end(&t);
}

static void
test_parity(void)
{
	unsigned int wrong = 0;
	struct trun t;

	begin(&t, CGNAT(ONE));
	for (unsigned int i = 0; i < 200; i++)
		wrong +=
		    ((go(&t, UDP, A1, (uint16_t)(3000 + i), X, 53).sport ^ i) &
		        1) != 0;
	is_num(wrong, 0, "RFC 4787 REQ-4, CGNAT: even stays even");
	net_end(&t);
}

static void
test_pairing(void)
{
	struct ends a, b;
	unsigned int differ = 0, others = 0;
	struct trun t;

	begin(&t, CGNAT("5.5.5.0/28, BLOCK 8, BLOCKS 8"));
	a = go(&t, UDP, A1, 1, X, 53);
	for (unsigned int i = 0; i < 50; i++) {
		b = go(&t, UDP, A1, (uint16_t)(100 + i), X, 53);
		differ += b.src != a.src;
	}
	is_num(differ, 0, "RFC 4787 REQ-2, CGNAT: paired with one address");
	for (unsigned int i = 0; i < 50; i++) {
		char src[32];

		snprintf(src, sizeof(src), "10.0.1.%u", i);
		others += go(&t, UDP, src, 1, X, 53).src != a.src;
	}
	ok(others > 30, "others have others: %u of 50", others);
	net_end(&t);
}

/* ---- ages ---- */

static void
test_udp_ages(void)
{
	struct ends a;
	struct trun t;

	begin(&t, CGNAT(ONE));
	a = go(&t, UDP, A1, 5000, X, 53);
	net_pass(&t, 299 * NS_PER_SEC);
	ok(come(&t, UDP, X, 53, a.sport).good,
	    "RFC 4787 REQ-5, CGNAT: five minutes");
	net_pass(&t, 2 * NS_PER_SEC);
	ok(!come(&t, UDP, X, 53, a.sport).good,
	    "RFC 4787 REQ-6, CGNAT: what came in kept nothing alive");
	a = go(&t, UDP, A1, 5000, X, 53);
	net_pass(&t, 200 * NS_PER_SEC);
	(void)go(&t, UDP, A1, 5000, Y, 53);
	net_pass(&t, 200 * NS_PER_SEC);
	ok(come(&t, UDP, X, 53, a.sport).good,
	    "RFC 4787 REQ-6, CGNAT: what goes out does");
	net_end(&t);

	begin(&t, REWRITER);
	a = go(&t, UDP, A1, 5000, X, 53);
	net_pass(&t, 299 * NS_PER_SEC);
	ok(come(&t, UDP, X, 53, a.sport).good,
	    "RFC 4787 REQ-5, IPRewriter: five minutes");
	net_end(&t);
}

/* One segment of a connection from A1:5000 to X:80. */
static bool
segment(struct trun *t, bool out, uint8_t flags, uint16_t port)
{
	struct net_ip s = packet(TCP, A1, 5000, X, 80);

	if (!out)
		s = packet(TCP, X, 80, "5.5.5.5", port);
	s.flags = flags;
	net_feed_ip(t, "rw", !out, &s);
	return took(t, out ? "out" : "in").good;
}

static void
test_tcp_ages(void)
{
	struct ends a;
	struct trun t;

	begin(&t, CGNAT(ONE));
	a = go(&t, TCP, A1, 5000, X, 80);
	net_pass(&t, 239 * NS_PER_SEC);
	ok(segment(&t, false, S | A, a.sport),
	    "RFC 5382 REQ-5, CGNAT: opening, four minutes");
	net_pass(&t, 241 * NS_PER_SEC);
	ok(!segment(&t, false, S | A, a.sport), "then it is gone");
	a = go(&t, TCP, A1, 5000, X, 80);
	segment(&t, false, S | A, a.sport);
	segment(&t, true, A, 0);
	segment(&t, false, A, a.sport);
	net_pass(&t, 7439 * NS_PER_SEC);
	ok(segment(&t, false, A, a.sport),
	    "RFC 5382 REQ-5, CGNAT: established, two hours and four minutes");
	segment(&t, true, F | A, 0);
	net_pass(&t, 239 * NS_PER_SEC);
	ok(segment(&t, false, F | A, a.sport), "closing, four minutes");
	net_pass(&t, 241 * NS_PER_SEC);
	ok(!segment(&t, false, A, a.sport), "then it is gone, too");
	a = go(&t, TCP, A1, 5000, X, 80);
	segment(&t, false, S | A, a.sport);
	segment(&t, true, A, 0);
	segment(&t, false, A, a.sport);
	segment(&t, false, R, a.sport);
	/* The same ends, another connection. */
	(void)go(&t, TCP, A1, 5000, X, 80);
	segment(&t, false, S | A, a.sport);
	segment(&t, true, A, 0);
	segment(&t, false, A, a.sport);
	net_pass(&t, 1000 * NS_PER_SEC);
	ok(segment(&t, false, A, a.sport), "a new one lives for itself");
	segment(&t, false, R, a.sport);
	net_pass(&t, 242 * NS_PER_SEC);
	ok(!segment(&t, false, A, a.sport), "reset: gone after four minutes");
	net_end(&t);
}

/* ---- filtering ---- */

static void
test_filtering(uint8_t proto, const char *req)
{
	struct ends a, b;
	struct trun t;

	begin(&t, CGNAT(ONE));
	ok(!come(&t, proto, X, 53, 2000).good, "%s: unsolicited", req);
	is_num(net_drain(&t, "other"), 1, "%s: goes nowhere, silently", req);
	a = go(&t, proto, A1, 5000, X, 53);
	b = come(&t, proto, X, 53, a.sport);
	ok(b.good && b.dst == 0x0a000001 && b.dport == 5000, "%s: an answer",
	    req);
	ok(come(&t, proto, X, 54, a.sport).good &&
	        come(&t, proto, Y, 53, a.sport).good,
	    "%s, CGNAT: endpoint-independent filtering", req);
	net_end(&t);

	begin(&t, REWRITER);
	a = go(&t, proto, A1, 5000, X, 53);
	ok(come(&t, proto, X, 53, a.sport).good, "%s: an answer", req);
	ok(!come(&t, proto, X, 54, a.sport).good &&
	        !come(&t, proto, Y, 53, a.sport).good,
	    "%s, IPRewriter: address and port-dependent filtering", req);
	net_end(&t);
}

/* The stricter filter: a firewall on the inside. */
static void
test_filtering_firewall(void)
{
	struct ends a;
	struct trun t;

	begin(&t, "rw :: CGNAT(" ONE "); fw :: StatefulFirewall;"
	          " Idle -> [0]fw; fw[0] -> [0]rw; Idle -> [1]rw;"
	          " rw[0] -> out :: Queue -> Idle; rw[1] -> [1]fw;"
	          " fw[1] -> in :: Queue -> Idle");
	{
		struct net_ip s = packet(UDP, A1, 5000, X, 53);

		/* A circle: packets go on when the task has ended. */
		net_feed_ip(&t, "fw", 0, &s);
		net_pass(&t, 1000000);
		a = took(&t, "out");
	}
	for (unsigned int i = 0; i < 3; i++) {
		struct net_ip s = packet(
		    UDP, i == 2 ? Y : X, i == 1 ? 54 : 53, "5.5.5.5", a.sport);

		net_feed_ip(&t, "rw", 1, &s);
		net_pass(&t, 1000000);
		is_num(took(&t, "in").good, i == 0,
		    "RFC 4787 REQ-8, CGNAT and StatefulFirewall: %s",
		    i == 0 ? "an answer" : "others stay out");
	}
	net_end(&t);
}

/* Both sides begin at once (RFC 5382, REQ-2). */
static void
test_simultaneous(const char *text, const char *name)
{
	struct ends a;
	struct trun t;

	begin(&t, text);
	a = go(&t, TCP, A1, 5000, X, 80);
	ok(segment(&t, false, S, a.sport) && segment(&t, true, S | A, 0) &&
	        segment(&t, false, S | A, a.sport) && segment(&t, true, A, 0),
	    "RFC 5382 REQ-2, %s: simultaneous open", name);
	net_end(&t);
}

/* ---- hairpinning ---- */

static void
test_hairpin(uint8_t proto, const char *req)
{
	struct ends a, b;
	struct net_ip s;
	struct trun t;

	begin(&t, CGNAT(ONE));
	b = go(&t, proto, A2, 6000, X, 53);
	s = packet(proto, A1, 5000, "5.5.5.5", b.sport);
	net_feed_ip(&t, "rw", 0, &s);
	a = took(&t, "in");
	ok(a.good && a.dst == 0x0a000002 && a.dport == 6000,
	    "%s, CGNAT: hairpinning", req);
	ok(a.src == 0x05050505 && a.sport != 5000,
	    "%s, CGNAT: from the external end", req);
	s = packet(proto, A2, 6000, "5.5.5.5", a.sport);
	net_feed_ip(&t, "rw", 0, &s);
	a = took(&t, "in");
	ok(a.good && a.dst == 0x0a000001 && a.dport == 5000 &&
	        a.src == 0x05050505 && a.sport == b.sport,
	    "%s: and back", req);
	net_end(&t);
}

/* ---- ICMP ---- */

/* An ICMP message of hex (its checksum is computed). */
static struct packet *
icmp(struct trun *t, const char *src, const char *dst, const uint8_t *message,
    uint32_t n)
{
	uint8_t buf[600] = { 0x45 };
	uint32_t addr;

	put_be16(buf + 2, (uint16_t)(20 + n));
	buf[8] = 64;
	buf[9] = IPPROTO4_ICMP;
	ip4_parse(str_of(src), &addr);
	put_u32(buf + 12, addr);
	ip4_parse(str_of(dst), &addr);
	put_u32(buf + 16, addr);
	put_u16(buf + 10, csum(buf, 20));
	memcpy(buf + 20, message, n);
	put_u16(buf + 22, 0);
	put_u16(buf + 22, csum(buf + 20, n));
	return net_packet(t, buf, 20 + n, 0);
}

static struct packet *
echo(
    struct trun *t, const char *src, const char *dst, uint8_t type, uint16_t id)
{
	uint8_t m[12] = { type, 0, 0, 0, 0, 0, 0, 1, 'p', 'i', 'n', 'g' };

	put_be16(m + 4, id);
	return icmp(t, src, dst, m, sizeof(m));
}

static uint16_t
echo_id(struct trun *t, const char *queue, uint32_t *src, uint32_t *dst)
{
	struct packet *p = net_take(t, queue);
	uint16_t id = 0;

	if (p != NULL && ends_of(p).good) {
		id = get_be16(p->data + 24);
		*src = get_be32(p->data + 12);
		*dst = get_be32(p->data + 16);
	}
	net_kill(t, p);
	return id;
}

static void
test_icmp_query(void)
{
	uint32_t src = 0, dst = 0;
	uint16_t id, id2, id3;
	struct trun t;

	begin(&t, CGNAT(ONE));
	net_feed(&t, "rw", 0, echo(&t, A1, X, 8, 77));
	id = echo_id(&t, "out", &src, &dst);
	ok(id >= 1024 && src == 0x05050505,
	    "RFC 5508 REQ-1, CGNAT: a query has a mapping");
	net_feed(&t, "rw", 0, echo(&t, A1, Y, 8, 77));
	id2 = echo_id(&t, "out", &src, &dst);
	is_num(id2, id, "RFC 5508 REQ-1a, CGNAT: whatever the other end");
	net_feed(&t, "rw", 0, echo(&t, A2, X, 8, 77));
	id3 = echo_id(&t, "out", &src, &dst);
	ok(id3 != 0 && id3 != id, "another host has another identifier");
	net_feed(&t, "rw", 1, echo(&t, X, "5.5.5.5", 0, id));
	is_num(echo_id(&t, "in", &src, &dst), 77, "the reply");
	is_hex(dst, 0x0a000001, "to whom it is for");
	net_feed(&t, "rw", 1, echo(&t, X, "5.5.5.5", 0, 7));
	is_num(echo_id(&t, "in", &src, &dst), 0, "an unsolicited reply");
	/* From inside to inside. */
	net_feed(&t, "rw", 0, echo(&t, A1, "5.5.5.5", 8, id3));
	net_drain(&t, "in");
	net_pass(&t, 59 * NS_PER_SEC);
	net_feed(&t, "rw", 1, echo(&t, X, "5.5.5.5", 0, id3));
	is_num(echo_id(&t, "in", &src, &dst), 77,
	    "RFC 5508 REQ-2, CGNAT: 60 seconds");
	net_pass(&t, 62 * NS_PER_SEC);
	net_feed(&t, "rw", 1, echo(&t, X, "5.5.5.5", 0, id3));
	is_num(echo_id(&t, "in", &src, &dst), 0, "then it is gone");
	net_end(&t);
}

/*
 * An error from at about the packet p, of which cut bytes come back; p is the
 * caller's.
 */
static struct packet *
error_about(struct trun *t, const char *at, const char *to, uint8_t type,
    const struct packet *p, uint32_t cut)
{
	uint8_t m[300] = { type, 1 };
	uint32_t n = p->length < cut ? p->length : cut;

	memcpy(m + 8, p->data, n);
	return icmp(t, at, to, m, 8 + n);
}

/* Sends one out, and gets an error about it back. */
static void
test_icmp_error(const char *text, const char *input, unsigned int port,
    uint8_t proto, const char *name)
{
	struct net_ip s = packet(proto, A1, 5000, X, 80);
	uint8_t was[512];
	uint32_t n = net_build(was, &s);
	struct packet *sent, *p;
	struct trun t;

	begin(&t, text);
	net_feed(&t, "rw", 0, net_packet(&t, was, n, 0));
	sent = net_take(&t, "out");
	if (!ok(sent != NULL, "%s: it goes out", name)) {
		net_end(&t);
		return;
	}
	for (unsigned int cut = 28; cut <= 300; cut += 272) {
		net_feed(&t, input, port,
		    error_about(&t, "7.7.7.7", "5.5.5.5", 11, sent, cut));
		p = net_take(&t, "in");
		if (!ok(p != NULL, "%s: the error comes in", name))
			continue;
		ok(ends_of(p).good, "%s: checksums", name);
		is_hex(get_be32(p->data + 16), 0x0a000001, "%s: to whom", name);
		is_hex(get_be32(p->data + 12), 0x07070707, "%s: from", name);
		/* What it quotes is what was sent, to the last bit. */
		ok(memcmp(p->data + 28, was, p->length - 28) == 0,
		    "%s: quotes the packet as it was", name);
		net_kill(&t, p);
	}
	/* The mapping is still there (RFC 4787, REQ-12; 5382, REQ-10). */
	ok(come(&t, proto, X, 80, get_be16(sent->data + 20)).good,
	    "%s: the mapping lives on", name);
	net_kill(&t, sent);
	net_end(&t);
}

static void
test_icmp_bad_error(void)
{
	struct net_ip s = packet(UDP, A1, 5000, X, 80);
	struct packet *sent, *p;
	struct trun t;

	begin(&t, CGNAT(ONE));
	net_feed_ip(&t, "rw", 0, &s);
	sent = net_need(&t, "out");
	p = error_about(&t, "7.7.7.7", "5.5.5.5", 3, sent, 28);
	p->data[30] ^= 1;
	net_feed(&t, "rw", 1, p);
	is_num(net_drain(&t, "in"), 0,
	    "RFC 5508 REQ-3a, CGNAT: a bad checksum is not forwarded");
	put_be16(sent->data + 20, 9999);
	net_feed(
	    &t, "rw", 1, error_about(&t, "7.7.7.7", "5.5.5.5", 3, sent, 28));
	is_num(net_drain(&t, "in"), 0,
	    "RFC 5508 REQ-3, CGNAT: an error about no mapping");
	net_feed(
	    &t, "rw", 1, error_about(&t, "7.7.7.7", "5.5.5.5", 5, sent, 28));
	is_num(net_drain(&t, "in"), 0, "a redirect is not forwarded");
	net_feed(
	    &t, "rw", 1, error_about(&t, "7.7.7.7", "5.5.5.5", 3, sent, 24));
	is_num(net_drain(&t, "in"), 0, "too little of the packet");
	net_feed(&t, "rw", 1,
	    net_hex(&t, "450000180000000040010000080808080505050503"
	                "01fcfe00000000"));
	is_num(net_drain(&t, "in"), 0, "an error of four bytes, padded");
	net_kill(&t, sent);
	net_end(&t);
}

/* An error from inside about what came in, sent by a router there. */
static void
test_icmp_error_inside(void)
{
	struct ends a;
	struct net_ip s;
	struct packet *came, *p;
	uint8_t was[512];
	uint32_t n;
	struct trun t;

	begin(&t, CGNAT(ONE));
	a = go(&t, UDP, A1, 5000, X, 53);
	s = packet(UDP, X, 53, "5.5.5.5", a.sport);
	n = net_build(was, &s);
	net_feed(&t, "rw", 1, net_packet(&t, was, n, 0));
	came = net_need(&t, "in");
	net_feed(&t, "rw", 0, error_about(&t, "10.9.9.9", X, 3, came, 300));
	p = net_take(&t, "out");
	if (ok(p != NULL, "RFC 5508 REQ-5, CGNAT: an error goes out")) {
		ok(ends_of(p).good, "REQ-5: checksums");
		is_hex(get_be32(p->data + 12), 0x05050505,
		    "REQ-5: its source is the external address");
		ok(memcmp(p->data + 28, was, n) == 0,
		    "REQ-5: quotes the packet as it was");
	}
	net_kill(&t, p);
	net_kill(&t, came);
	net_end(&t);
}

/* From inside to inside, and the error about it (RFC 5508, REQ-7). */
static void
test_icmp_hairpin(void)
{
	struct ends b;
	struct net_ip s;
	struct packet *came, *p;
	uint8_t was[512];
	uint32_t n;
	struct trun t;

	begin(&t, CGNAT(ONE));
	b = go(&t, UDP, A2, 6000, X, 53);
	s = packet(UDP, A1, 5000, "5.5.5.5", b.sport);
	n = net_build(was, &s);
	net_feed(&t, "rw", 0, net_packet(&t, was, n, 0));
	came = net_need(&t, "in");
	net_feed(&t, "rw", 0, error_about(&t, A2, "5.5.5.5", 3, came, 300));
	p = net_take(&t, "in");
	if (ok(p != NULL, "RFC 5508 REQ-7, CGNAT: an error turns round")) {
		ok(ends_of(p).good, "REQ-7: checksums");
		is_hex(get_be32(p->data + 16), 0x0a000001, "REQ-7: to whom");
		ok(memcmp(p->data + 28, was, n) == 0,
		    "REQ-7: quotes the packet as it was");
	}
	net_kill(&t, p);
	net_kill(&t, came);
	net_end(&t);
}

/* ---- many subscribers ---- */

static void
test_blocks(void)
{
	unsigned int out = 0;
	struct ends a, b;
	struct trun t;

	begin(&t, CGNAT("5.5.5.5/32, PORTS 1024-1087, BLOCK 16, BLOCKS 2"));
	for (unsigned int i = 0; i < 50; i++)
		out += go(&t, UDP, A1, (uint16_t)(100 + i), X, 53).good;
	is_num(out, 32, "RFC 6888 REQ-4, CGNAT: a subscriber's limit");
	out = 0;
	for (unsigned int i = 0; i < 50; i++)
		out += go(&t, TCP, A1, (uint16_t)(100 + i), X, 53).good;
	is_num(out, 32, "TCP has ports of its own");
	a = go(&t, UDP, A2, 1, X, 53);
	b = go(&t, UDP, "10.0.0.3", 1, X, 53);
	ok(a.good && b.good && a.sport / 16 != b.sport / 16,
	    "others have blocks of their own");
	ok(!go(&t, UDP, "10.0.0.4", 1, X, 53).good, "then none is left");
	ok(strstr(trun_read(&t, "rw.stats"), "1\trefused: no block") != NULL &&
	        strstr(trun_read(&t, "rw.stats"), "36\trefused: the sub") !=
	            NULL,
	    "counted: %s", trun_read(&t, "rw.stats"));
	{
		char text[64];

		snprintf(text, sizeof(text), "5.5.5.5 %u", a.sport);
		is_cstr(trun_read_with(&t, "rw.who", text), A2,
		    "RFC 6888 REQ-12, CGNAT: whose port it is");
	}
	is_cstr(
	    trun_read_with(&t, "rw.who", "5.5.5.5 2000"), "nobody", "nobody's");
	is_cstr(trun_read_with(&t, "rw.who", "5.5.5.5"), "<error>", "no port");
	/* Given back 120 s after the last mapping: RFC 6888, REQ-8. */
	net_pass(&t, 310 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.mappings"), "0", "all have ended");
	is_cstr(trun_read(&t, "rw.subscribers"), "3",
	    "RFC 6888 REQ-8, CGNAT: their blocks are held");
	out = 0;
	for (unsigned int i = 0; i < 50; i++)
		out += go(&t, UDP, A1, (uint16_t)(100 + i), X, 53).good;
	is_num(out, 32, "and can be used again");
	net_pass(&t, 310 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.subscribers"), "1", "one is left");
	net_pass(&t, 125 * NS_PER_SEC);
	is_cstr(trun_read(&t, "rw.subscribers"), "0", "for two minutes");
	ok(go(&t, UDP, "10.0.0.4", 1, X, 53).good, "now there is room");
	net_end(&t);
}

static void
test_log(void)
{
	struct packet *p;
	struct trun t;

	begin(&t, "rw :: CGNAT(5.5.5.5/32, PORTS 1024-1039, BLOCK 16);"
	          " Idle -> [0]rw; Idle -> [1]rw; rw[0] -> Discard;"
	          " rw[1] -> Discard; rw[2] -> Discard;"
	          " rw[3] -> log :: Queue -> Idle");
	(void)go;
	{
		struct net_ip s = packet(UDP, A1, 5000, X, 53);

		net_feed_ip(&t, "rw", 0, &s);
	}
	p = net_take(&t, "log");
	if (ok(p != NULL, "RFC 6888 REQ-12, CGNAT: a line for a block"))
		is_str(packet_str(p),
		    STR("1 allocate 10.0.0.1 5.5.5.5 1024-1039\n"),
		    "what it says");
	net_kill(&t, p);
	net_pass(&t, 430 * NS_PER_SEC);
	p = net_take(&t, "log");
	ok(p != NULL && strstr((const char *)p->data,
	                    " free 10.0.0.1 5.5.5.5 1024-1039\n") != NULL,
	    "and when it is taken back");
	net_kill(&t, p);
	ok(strstr(trun_read(&t, "rw.log"), "allocate 10.0.0.1") != NULL &&
	        strstr(trun_read(&t, "rw.log"), "free 10.0.0.1") != NULL,
	    "the log has both");
	net_end(&t);
}

/* RFC 7422: blocks follow from addresses. */
static void
test_deterministic(void)
{
	struct ends a, b;
	struct trun t;

	begin(&t, CGNAT("5.5.5.4/31, INSIDE 10.0.0.0/24"));
	/* 128 subscribers each, 504 ports: 10.0.0.130 is the third of 5.5.5.5.
	 */
	a = go(&t, UDP, "10.0.0.130", 7, X, 53);
	ok(a.good && a.src == 0x05050505 && a.sport >= 2032 && a.sport <= 2535,
	    "RFC 7422, CGNAT: the third block: %u", a.sport);
	b = go(&t, UDP, "10.0.0.2", 7, X, 53);
	ok(b.good && b.src == 0x05050504 && b.sport >= 2032 && b.sport <= 2535,
	    "RFC 7422, CGNAT: of the other address: %u", b.sport);
	is_cstr(trun_read_with(&t, "rw.who", "5.5.5.5 2032"), "10.0.0.130",
	    "who, without a table");
	is_cstr(
	    trun_read_with(&t, "rw.who", "5.5.5.5 2535"), "10.0.0.130", "last");
	is_cstr(
	    trun_read_with(&t, "rw.who", "5.5.5.5 2536"), "10.0.0.131", "next");
	is_cstr(trun_read(&t, "rw.log"), "", "nothing is logged");
	ok(!go(&t, UDP, "10.0.1.1", 7, X, 53).good, "a stranger has none");
	net_end(&t);
}

/* Lasting mappings (RFC 6888, REQ-9 by hand). */
static void
test_static(void)
{
	struct ends a;
	struct trun t;

	begin(&t, CGNAT(ONE));
	ok(trun_write(&t, "rw.map", "tcp 10.0.0.1 80 5.5.5.5 8080") == 0,
	    "map");
	ok(trun_write(&t, "rw.map", "tcp 10.0.0.2 80 5.5.5.5 8080") != 0,
	    "an end that is taken");
	ok(trun_write(&t, "rw.map", "tcp 10.0.0.1 81 5.5.5.6 8080") != 0,
	    "another's address");
	ok(trun_write(&t, "rw.map", "tcp 10.0.0.1 81 5.5.5.5 80") != 0,
	    "a port below the range");
	ok(trun_write(&t, "rw.map", "icmp 10.0.0.1 80 5.5.5.5 8081") != 0,
	    "another protocol");
	net_pass(&t, 9000 * NS_PER_SEC);
	a = come(&t, TCP, X, 9, 8080);
	ok(a.good && a.dst == 0x0a000001 && a.dport == 80, "it stays");
	ok(trun_write(&t, "rw.clear", "") == 0, "clear");
	ok(strstr(trun_read(&t, "rw.table"),
	       "tcp\t10.0.0.1:80\t5.5.5.5:8080\tstatic\n") != NULL,
	    "it still stays");
	ok(trun_write(&t, "rw.unmap", "tcp 5.5.5.5 8080") == 0, "unmap");
	ok(!come(&t, TCP, X, 9, 8080).good, "it is gone");
	ok(trun_write(&t, "rw.unmap", "tcp 5.5.5.5 8080") != 0, "once");
	net_end(&t);
}

/* A hot swap keeps mappings, unless the ports are others. */
static void
test_swap(void)
{
	struct ends a;
	struct trun t;

	begin(&t, CGNAT(ONE));
	a = go(&t, UDP, A1, 5000, X, 53);
	ok(net_swap(&t, CGNAT(ONE ", UDP_TIMEOUT 200")) == 0, "swap");
	ok(come(&t, UDP, X, 53, a.sport).good, "swap: the mapping is there");
	ok(strstr(trun_read(&t, "rw.log"), "allocate 10.0.0.1") != NULL,
	    "swap: the log, too");
	net_pass(&t, 204 * NS_PER_SEC);
	ok(!come(&t, UDP, X, 53, a.sport).good, "swap: by the new time");
	a = go(&t, UDP, A1, 5000, X, 53);
	ok(net_swap(&t, CGNAT(ONE ", BLOCK 64")) == 0, "swap: other blocks");
	ok(!come(&t, UDP, X, 53, a.sport).good, "swap: nothing is kept");
	net_end(&t);
}

/* ---- to another process ---- */

static void
move(struct trun *t, const char *text, const char *name)
{
	uint32_t lost;

	if (!ok(tstate_move(t, text, &lost) == 0, "%s: moves", name))
		tap_note("%s", trun_log(t));
	is_num(lost, 0, "%s: all packets are back", name);
}

/* A mapping goes along, and lives as long as it would have. */
static void
test_move_udp(const char *text, const char *name, uint32_t end_s)
{
	struct ends a, b, again;
	struct trun t;

	begin(&t, text);
	a = go(&t, UDP, A1, 5000, X, 53);
	net_pass(&t, 100 * NS_PER_SEC);
	b = go(&t, UDP, A2, 5000, Y, 53);
	move(&t, text, name);
	ok(come(&t, UDP, X, 53, a.sport).good, "%s: answers get in", name);
	again = go(&t, UDP, A1, 5000, X, 53);
	is_num(again.sport, a.sport, "%s: its port is its own", name);
	move(&t, text, name);
	again = go(&t, UDP, A1, 5000, X, 53);
	is_num(again.sport, a.sport, "%s: moved twice", name);
	net_pass(&t, 199 * NS_PER_SEC);
	ok(come(&t, UDP, Y, 53, b.sport).good, "%s: alive yet", name);
	net_pass(&t, end_s * NS_PER_SEC);
	ok(!come(&t, UDP, X, 53, a.sport).good,
	    "%s: it ends when its time is over", name);
	net_end(&t);
}

/* So does what is known of a connection: an open one stays two hours. */
static void
test_move_tcp(const char *text, const char *name, uint32_t age_s)
{
	struct ends a;
	struct trun t;

	begin(&t, text);
	a = go(&t, TCP, A1, 5000, X, 80);
	segment(&t, false, S | A, a.sport);
	segment(&t, true, A, 0);
	segment(&t, false, A, a.sport);
	move(&t, text, name);
	net_pass(&t, age_s * NS_PER_SEC);
	ok(segment(&t, false, A, a.sport), "%s: it is an open one", name);
	net_end(&t);
}

static void
test_move_cgnat(void)
{
	const char *text = CGNAT(ONE ", BLOCK 64, BLOCKS 2");
	struct strbuf blocks = STRBUF_INIT, log = STRBUF_INIT;
	struct strbuf map = STRBUF_INIT;
	struct ends a, b;
	struct trun t;

	begin(&t, text);
	a = go(&t, UDP, A1, 5000, X, 53);
	b = go(&t, UDP, A2, 5000, X, 53);
	sb_printf(&map, "tcp 10.0.0.1 80 5.5.5.5 %u", a.sport);
	is_num(trun_write(&t, "rw.map", sb_cstr(&map)), 0, "a lasting one");
	sb_adds(&blocks, trun_read(&t, "rw.blocks"));
	sb_adds(&log, trun_read(&t, "rw.log"));
	move(&t, text, "CGNAT");
	is_cstr(trun_read(&t, "rw.blocks"), sb_cstr(&blocks), "its blocks");
	is_cstr(trun_read(&t, "rw.log"), sb_cstr(&log), "its log, no more");
	ok(strncmp(trun_read(&t, "rw.stats"), "3\t", 2) == 0,
	    "what it has counted");
	ok(come(&t, UDP, X, 53, a.sport).good &&
	        come(&t, UDP, X, 53, b.sport).good,
	    "both are there");
	net_pass(&t, 20000 * NS_PER_SEC);
	ok(come(&t, TCP, X, 1, a.sport).good, "what lasts, lasts");
	sb_fini(&blocks);
	sb_fini(&log);
	sb_fini(&map);
	net_end(&t);
}

static void
test_capacity(void)
{
	struct ends first, e;
	struct trun t;

	begin(&t, CGNAT(ONE ", CAPACITY 3"));
	first = go(&t, UDP, A1, 1, X, 53);
	for (unsigned int i = 1; i < 5; i++)
		(void)go(&t, UDP, A1, (uint16_t)(1 + i), X, 53);
	e = go(&t, UDP, A1, 1, X, 53);
	ok(e.good && e.sport == first.sport,
	    "RFC 6888 REQ-11, CGNAT: what there is stays");
	is_cstr(trun_read(&t, "rw.mappings"), "3", "capacity");
	ok(strstr(trun_read(&t, "rw.stats"), "2\trefused: too many") != NULL,
	    "two are refused");
	ok(trun_write(&t, "rw.clear", "") == 0, "clear");
	is_cstr(trun_read(&t, "rw.mappings"), "0", "none");
	is_cstr(trun_read(&t, "rw.subscribers"), "0", "nobody");
	net_end(&t);
}

/* UDP checksums: none stays none, zero becomes 0xffff. */
static void
test_checksums(void)
{
	struct net_ip s = packet(UDP, A1, 5000, X, 53);
	unsigned int bad = 0;
	uint8_t buf[512];
	struct packet *p;
	struct trun t;
	uint32_t n;

	begin(&t, CGNAT(ONE));
	n = net_build(buf, &s);
	put_u16(buf + 26, 0);
	net_feed(&t, "rw", 0, net_packet(&t, buf, n, 0));
	p = net_take(&t, "out");
	ok(p != NULL && get_u16(p->data + 26) == 0, "no checksum stays none");
	net_kill(&t, p);
	for (unsigned int i = 0; i < 65536; i++) {
		s.dport = (uint16_t)i;
		net_feed_ip(&t, "rw", 0, &s);
		p = net_take(&t, "out");
		bad +=
		    p == NULL || !ends_of(p).good || get_u16(p->data + 26) == 0;
		net_kill(&t, p);
	}
	is_num(bad, 0, "checksums are good and never vanish");
	net_end(&t);
}

static const struct mistake mistakes[] = {
	{ "", "required argument missing" },
	{ "x", "EXTERNAL: a prefix or FIRST-LAST" },
	{ "1.0.0.0/15", "EXTERNAL: a prefix or FIRST-LAST" },
	{ "1.0.0.9-1.0.0.8", "EXTERNAL: a prefix or FIRST-LAST" },
	{ "1.0.0.0/24, PORTS 5", "PORTS: LOW-HIGH expected" },
	{ "1.0.0.0/24, PORTS 0-7", "PORTS: LOW-HIGH expected" },
	{ "1.0.0.0/24, BLOCK 0", "BLOCK: from 1" },
	{ "1.0.0.0/24, BLOCKS 9", "BLOCKS: from 1 to 8" },
	{ "1.0.0.0/24, CAPACITY 0", "CAPACITY: from 1" },
	{ "1.0.0.0/24, UDP_TIMEOUT 0", "UDP_TIMEOUT: from 1" },
	{ "1.0.0.0/24, HOLD 3000000", "HOLD: up to" },
	{ "1.0.0.0/24, INSIDE x", "INSIDE: a prefix" },
	{ "1.0.0.0/24, INSIDE 10.0.0.0/24, BLOCK 9", "BLOCK follows" },
	{ "1.0.0.1/32, INSIDE 10.0.0.0/16", "INSIDE: 65536 subscribers" },
};

static void
test_mistakes(void)
{
	test_refused("rw :: CGNAT(", mistakes, ARRAY_SIZE(mistakes),
	    "); Idle -> [0]rw; Idle -> [1]rw;"
	    " rw[0] -> Discard; rw[1] -> Discard");
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		"4500002800010000400666ca0a0000010505050504d2003500000001"
		"0000000050020400222200000000",
		"4500001c00010000401166ca0a0000010a00000204d2040100080000",
		"4500001c00010000400166ca0a00000105050505080000000001040"
		"0",
		"4500003800010000400166ca0a000001050505050b00f4ff0000000"
		"04500001c00010000401166ca05050505080808080401003500080000",
		"4600002000010000401166ca0a00000105050505010101000400003"
		"500080000"
	};
	struct trun t;

	begin(&t, CGNAT(ONE ", CAPACITY 500, BLOCK 4, PORTS 1024-1300"));
	for (unsigned int i = 0; i < 10; i++)
		for (unsigned int port = 0; port < 2; port++) {
			net_storm(
			    &t, "rw", port, seeds, ARRAY_SIZE(seeds), 3000);
			net_pass(&t, 100 * NS_PER_SEC);
			net_drain(&t, "in");
			net_drain(&t, "out");
			net_drain(&t, "other");
		}
	net_end(&t);
}

int
main(void)
{
	test_mapping(UDP, "RFC 4787 REQ-1");
	test_mapping(TCP, "RFC 5382 REQ-1");
	test_no_overload();
	test_parity();
	test_pairing();
	test_udp_ages();
	test_tcp_ages();
	test_filtering(UDP, "RFC 4787 REQ-8");
	test_filtering(TCP, "RFC 5382 REQ-3");
	test_filtering_firewall();
	test_simultaneous(CGNAT(ONE), "CGNAT");
	test_simultaneous(REWRITER, "IPRewriter");
	test_hairpin(UDP, "RFC 4787 REQ-9");
	test_hairpin(TCP, "RFC 5382 REQ-8");
	test_icmp_query();
	test_icmp_error(CGNAT(ONE), "rw", 1, UDP, "RFC 4787 REQ-12, CGNAT");
	test_icmp_error(CGNAT(ONE), "rw", 1, TCP, "RFC 5382 REQ-9, CGNAT");
	test_icmp_error(
	    REWRITER, "err", 0, UDP, "RFC 4787 REQ-12, ICMPRewriter");
	test_icmp_error(
	    REWRITER, "err", 0, TCP, "RFC 5382 REQ-9, ICMPRewriter");
	test_icmp_bad_error();
	test_icmp_error_inside();
	test_icmp_hairpin();
	test_blocks();
	test_log();
	test_deterministic();
	test_static();
	test_swap();
	test_move_udp(CGNAT(ONE), "move: CGNAT", 102);
	/* Its reaper comes by every fifteen minutes. */
	test_move_udp(REWRITER, "move: IPRewriter", 902);
	test_move_tcp(CGNAT(ONE), "move: CGNAT, TCP", 7439);
	test_move_tcp(REWRITER, "move: IPRewriter, TCP", 299);
	test_move_cgnat();
	test_capacity();
	test_checksums();
	test_mistakes();
	test_hostile();
	return tap_done();
}
