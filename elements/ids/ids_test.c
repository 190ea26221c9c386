/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ids_test.c -- the IDS element over streams made by hand: what is found, what
 * evasions do not hide, what the limits do.
 */
#include "base/rand.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"
#include "test/run.h"
#include "test/tap.h"

/* ---- packets ---- */

enum {
	F = TCP_FIN,
	S = TCP_SYN,
	R = TCP_RST,
	P = TCP_PSH,
	A = TCP_ACK,
	BAD = 0x100,  /* a wrong checksum */
	CUT = 0x200,  /* in two IP fragments, the later first */
	NEXT = 0x400, /* of another connection: the next port */
};

/* seq and ack count from the first byte of data. */
struct pkt {
	char end; /* c: client, s: server; u, v: the same over UDP; i: ICMP */
	unsigned int flags;
	int seq;
	const char *data;
	int ack;
};

enum { ISN = 0xffffff00 };

static uint32_t
build(uint8_t *buf, const struct pkt *k)
{
	uint32_t n = (uint32_t)strlen(k->data), hlen = 8;
	bool client = k->end == 'c' || k->end == 'u' || k->end == 'i';
	struct ip4 *ip = (struct ip4 *)(void *)buf;
	uint8_t *l4 = buf + sizeof(*ip), *sum = l4 + 6;
	uint16_t cport = (k->flags & NEXT) != 0 ? 4001 : 4000;
	uint8_t proto = IPPROTO4_UDP;

	if (k->end == 'i')
		proto = IPPROTO4_ICMP;
	if (k->end == 'c' || k->end == 's') {
		proto = IPPROTO4_TCP;
		hlen = sizeof(struct tcp);
	}
	memset(buf, 0, sizeof(*ip) + hlen);
	*ip = (struct ip4){ .vhl = 0x45, .ttl = 64, .proto = proto };
	put_be16(ip->len, (uint16_t)(sizeof(*ip) + hlen + n));
	put_be32(ip->src, client ? 0x0a000001 : 0x0a000102);
	put_be32(ip->dst, client ? 0x0a000102 : 0x0a000001);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	put_be16(l4, client ? cport : 80);
	put_be16(l4 + 2, client ? 80 : cport);
	memcpy(l4 + hlen, k->data, n);
	if (proto == IPPROTO4_TCP) {
		struct tcp *tcp = (struct tcp *)(void *)l4;
		uint32_t syn = (k->flags & S) != 0;

		put_be32(tcp->seq, ISN + 1 - syn + (uint32_t)k->seq);
		put_be32(tcp->ack, ISN + 1 + (uint32_t)k->ack);
		tcp->off = 5 << 4;
		tcp->flags = (uint8_t)k->flags;
		sum = tcp->sum;
	} else if (proto == IPPROTO4_UDP) {
		put_be16(l4 + 4, (uint16_t)(hlen + n));
	} else {
		l4[0] = ICMP_ECHO;
		l4[1] = l4[2] = l4[3] = 0;
		put_u16(l4 + 2, csum(l4, hlen + n));
		return (uint32_t)sizeof(*ip) + hlen + n;
	}
	put_u16(sum, ip4_l4_csum(ip, l4, hlen + n));
	if ((k->flags & BAD) != 0)
		sum[0] ^= 0x55;
	return (uint32_t)sizeof(*ip) + hlen + n;
}

/* hlen: where the transport header is said to be. */
static void
feed_marked(struct trun *t, const void *bytes, uint32_t n, uint32_t hlen)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, STR("ids"), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);
	struct packet *p = packet_new(thread, PACKET_HEADROOM, bytes, n, 0);

	packet_set_network(p, p->data, n < hlen ? n : hlen);
	batch_add(b, p);
	e->class->action(e, b);
	if (b->count > 0)
		output_push(e, 0, b);
	scratch_release(thread, m);
}

static void
feed_bytes(struct trun *t, const void *bytes, uint32_t n)
{
	feed_marked(t, bytes, n, 20);
}

/* Bytes from..to of a datagram's data as a fragment. */
static void
feed_fragment(
    struct trun *t, uint8_t *buf, uint32_t from, uint32_t to, bool more)
{
	uint8_t frag[2048];
	struct ip4 *ip = (struct ip4 *)(void *)frag;

	memcpy(frag, buf, 20);
	memcpy(frag + 20, buf + 20 + from, to - from);
	put_be16(ip->len, (uint16_t)(20 + to - from));
	put_be16(ip->off, (uint16_t)(from / 8 | (more ? IP4_MF : 0)));
	put_u16(ip->sum, 0);
	put_u16(ip->sum, csum(ip, 20));
	feed_bytes(t, frag, 20 + to - from);
}

static void
feed(struct trun *t, const struct pkt *k)
{
	uint8_t buf[2048];
	uint32_t n = build(buf, k);

	if ((k->flags & CUT) == 0) {
		feed_bytes(t, buf, n);
		return;
	}
	feed_fragment(t, buf, 24, n - 20, false);
	feed_fragment(t, buf, 0, 24, true);
}

/* A client calls, the server takes it. */
#define HANDSHAKE                                                              \
	{ 'c', S, 0, "", 0 }, { 's', S | A, 0, "", 0 },                        \
	{                                                                      \
		'c', A, 0, "", 0                                               \
	}

/* ---- what is found ---- */

static const struct {
	const char *what;
	const char *rule; /* options of "alert tcp any any -> any any" or all */
	const char *want; /* sids: "sid count " */
	struct pkt pkts[12];
	const char *conf;
} cases[] = {
	{ "old bytes are not met again",
	    "alert tcp any any -> any any (content:\"abc\"; sid:1;)\n"
	    "alert tcp any any -> any any (content:\"0123456789\"; sid:2;)",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abc", 0 }, { 'c', A, 3, "x", 0 } },
	    NULL },
	{ "nor with new ones of the same kind", "content:\"GET\"; depth:3",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "GET", 0 }, { 'c', A, 3, " GET", 0 } },
	    NULL },
	{ "ranges that overlap",
	    "alert tcp any any -> any [70:80,80:90,1:1024] (sid:1;)", "1 2 ",
	    { HANDSHAKE }, NULL },
	{ "one segment", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "an attack!", 0 } }, NULL },
	{ "not there", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "at tack", 0 } }, NULL },
	{ "over two segments", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "an att", 0 }, { 'c', A, 6, "ack!", 0 } },
	    NULL },
	{ "a byte at a time", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "a", 0 }, { 'c', A, 1, "t", 0 },
	        { 'c', A, 2, "t", 0 }, { 'c', A, 3, "a", 0 },
	        { 'c', A, 4, "c", 0 }, { 'c', A, 5, "k", 0 } },
	    NULL },
	{ "out of order", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 4, "ck", 0 }, { 'c', A, 2, "ta", 0 },
	        { 'c', A, 0, "at", 0 } },
	    NULL },
	{ "overlapping", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', A, 1, "ttac", 0 },
	        { 'c', A, 4, "ck", 0 } },
	    NULL },
	{ "sent again", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "attack", 0 },
	        { 'c', A, 0, "attack", 0 } },
	    NULL },
	{ "harmless copies come later: first", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 3, "ack", 0 }, { 'c', A, 3, "xxx", 0 },
	        { 'c', A, 0, "att", 0 } },
	    NULL },
	{ "harmless copies come earlier: last", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 3, "xxx", 0 }, { 'c', A, 3, "ack", 0 },
	        { 'c', A, 0, "att", 0 } },
	    ", POLICY last" },
	{ "harmless copies come later: last", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 3, "ack", 0 }, { 'c', A, 3, "xxx", 0 },
	        { 'c', A, 0, "att", 0 } },
	    ", POLICY last" },
	{ "a copy with a bad checksum", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', A | BAD, 3, "xxx", 0 },
	        { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "bad checksums when asked for", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A | BAD, 0, "attack", 0 } },
	    ", CHECKSUM false" },
	{ "a RST out of place", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', R, 500, "", 0 },
	        { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "a RST in its place", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', R, 3, "", 0 },
	        { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "data without ACK", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', P, 3, "xxx", 0 },
	        { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "a SYN out of place", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', S, 9000, "", 0 },
	        { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "a new connection that the server agrees to", "content:\"attack\"",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', S, 90000, "", 0 },
	        { 's', S | A, 0, "", 90000 }, { 'c', A, 90000, "att", 0 },
	        { 'c', A, 90003, "ack", 0 } },
	    NULL },
	{ "data with a SYN", "content:\"attack\"", "1 1 ",
	    { { 'c', S, 0, "xxx", 0 }, { 's', S | A, 0, "", 0 },
	        { 'c', A, 0, "attack", 0 } },
	    NULL },
	{ "a FIN too early", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', F | A, 700, "", 0 },
	        { 's', F | A, 0, "", 3 }, { 'c', A, 3, "ack", 0 } },
	    NULL },
	{ "from the middle", "flow:established; content:\"attack\"", "1 1 ",
	    { { 'c', A, 5000, "att", 0 }, { 'c', A, 5003, "ack", 0 } }, NULL },
	{ "a segment that was missed", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abc", 0 }, { 'c', A, 6, "attack", 0 },
	        { 's', A, 0, "", 12 } },
	    NULL },
	{ "and not before it is acknowledged", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "abc", 0 }, { 'c', A, 6, "attack", 0 },
	        { 's', A, 0, "", 3 } },
	    NULL },
	{ "in fragments", "content:\"attack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A | CUT, 0, "an attack", 0 } }, NULL },
	{ "two connections do not mix", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 'c', S | NEXT, 0, "", 0 },
	        { 's', S | A | NEXT, 0, "", 0 },
	        { 'c', A | NEXT, 3, "ack", 0 } },
	    NULL },
	{ "nor two directions", "content:\"attack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "att", 0 }, { 's', A, 0, "ack", 0 } },
	    NULL },

	{ "two contents far apart", "content:\"user\"; content:\"root!\"",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "root! ", 0 }, { 's', A, 0, "echo", 6 },
	        { 'c', A, 6, "and user", 0 } },
	    NULL },
	{ "the longer one last", "content:\"user\"; content:\"root!\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "user ", 0 }, { 'c', A, 5, "root!", 0 } },
	    NULL },
	{ "only the longer one", "content:\"user\"; content:\"root!\"", "",
	    { HANDSHAKE, { 'c', A, 0, "root!", 0 }, { 'c', A, 5, "root!", 0 } },
	    NULL },
	{ "distance", "content:\"ab\"; content:\"cd\"; distance:2", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abcd..ab..cd", 0 } }, NULL },
	{ "distance, too near", "content:\"ab\"; content:\"cd\"; distance:3",
	    "", { HANDSHAKE, { 'c', A, 0, "ab..cd", 0 } }, NULL },
	{ "within", "content:\"ab\"; content:\"cd\"; within:4", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "ab...cd ab..cd", 0 } }, NULL },
	{ "within, too far", "content:\"ab\"; content:\"cd\"; within:4", "",
	    { HANDSHAKE, { 'c', A, 0, "ab...cd", 0 } }, NULL },
	{ "distance backwards",
	    "content:\"abcd\"; content:\"bc\"; distance:-3; within:2", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abcd", 0 } }, NULL },
	{ "another try for the first",
	    "content:\"x\"; content:\"y\"; distance:0; within:1; "
	    "content:\"z\"; distance:0; within:1",
	    "1 1 ", { HANDSHAKE, { 'c', A, 0, "xy xyx xyz", 0 } }, NULL },
	{ "not", "content:\"GET\"; content:!\"cookie\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "GET /", 0 } }, NULL },
	{ "not, and it is", "content:\"GET\"; content:!\"cookie\"", "",
	    { HANDSHAKE, { 'c', A, 0, "GET / cookie", 0 } }, NULL },
	{ "not within", "content:\"USER\"; content:!\"|0a|\"; within:5", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "USER abcdefgh\n", 0 } }, NULL },
	{ "nothing but not", "content:!\"HTTP\"; dsize:>0", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "SSH", 0 }, { 'c', A, 3, "HTTP", 0 } },
	    NULL },
	{ "nocase", "content:\"ATTack\"; nocase", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "atTACK", 0 } }, NULL },
	{ "case", "content:\"ATTack\"", "",
	    { HANDSHAKE, { 'c', A, 0, "atTACK", 0 } }, NULL },
	{ "hex", "content:\"|61 74 |tack\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "attack", 0 } }, NULL },
	{ "fast_pattern", "content:\"abcdef\"; content:\"xy\"; fast_pattern",
	    "1 1 ", { HANDSHAKE, { 'c', A, 0, "xy abcdef", 0 } }, NULL },

	{ "depth", "content:\"GET\"; depth:3", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "GE", 0 }, { 'c', A, 2, "T GET", 0 } },
	    NULL },
	{ "depth, too deep", "content:\"GET\"; depth:3", "",
	    { HANDSHAKE, { 'c', A, 0, " GE", 0 }, { 'c', A, 3, "T /", 0 } },
	    NULL },
	{ "offset", "content:\"GET\"; offset:1; depth:3", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, " GE", 0 }, { 'c', A, 3, "T /", 0 } },
	    NULL },
	{ "depth in the next message", "content:\"GET\"; depth:3", "1 2 ",
	    { HANDSHAKE, { 'c', A, 0, "GET /", 0 }, { 's', A, 0, "200", 5 },
	        { 'c', A, 5, "GE", 3 }, { 'c', A, 7, "T /", 3 } },
	    NULL },
	{ "depth in the next segment", "content:\"GET\"; depth:3", "1 2 ",
	    { HANDSHAKE, { 'c', A, 0, "GET /", 0 }, { 'c', A, 5, "GET /", 0 } },
	    NULL },
	{ "dsize", "content:\"ab\"; dsize:2<>4", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abxxxx", 0 }, { 'c', A, 6, "abx", 0 },
	        { 'c', A, 9, "a", 0 }, { 'c', A, 10, "b", 0 } },
	    NULL },
	{ "dsize alone", "dsize:>3", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "abc", 0 }, { 'c', A, 3, "abcd", 0 } },
	    NULL },
	{ "flags", "flags:S", "1 1 ", { HANDSHAKE, { 'c', A, 0, "x", 0 } },
	    NULL },
	{ "flags +", "flags:S+", "", { { 'c', A, 0, "x", 0 } }, NULL },
	{ "flags + and more", "flags:+S", "1 2 ", { HANDSHAKE }, NULL },
	{ "flags *", "flags:*SF", "1 2 ", { HANDSHAKE }, NULL },
	{ "flags !", "flags:!S", "1 1 ", { HANDSHAKE }, NULL },
	{ "flags none", "flags:0", "1 1 ", { { 'c', 0, 0, "", 0 } }, NULL },
	{ "flags but for some", "flags:A,P", "1 2 ",
	    { HANDSHAKE, { 'c', A | P, 0, "x", 0 } }, NULL },
	{ "to the server", "flow:to_server; content:\"x\"", "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "x", 0 }, { 's', A, 0, "x", 1 } }, NULL },
	{ "to the client", "flow:from_server,established; content:\"xyz\"",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "xyz", 0 }, { 's', A, 0, "xyz", 3 } },
	    NULL },
	{ "not established", "flow:established; flags:S", "",
	    { { 'c', S, 0, "", 0 } }, NULL },
	{ "ttl", "ttl:64; flags:S", "1 1 ", { { 'c', S, 0, "", 0 } }, NULL },
	{ "ttl below", "ttl:<64; flags:S", "", { { 'c', S, 0, "", 0 } }, NULL },

	{ "destination port", "alert tcp any any -> any 80 (sid:1;)", "1 2 ",
	    { HANDSHAKE }, NULL },
	{ "source port", "alert tcp any 80 -> any any (sid:1;)", "1 1 ",
	    { HANDSHAKE }, NULL },
	{ "both ways", "alert tcp any any <> any 80 (sid:1;)", "1 3 ",
	    { HANDSHAKE }, NULL },
	{ "port range", "alert tcp any 4000:4100 -> any :1024 (sid:1;)", "1 2 ",
	    { HANDSHAKE }, NULL },
	{ "port list", "alert tcp any any -> any [79,80,81:90] (sid:1;)",
	    "1 2 ", { HANDSHAKE }, NULL },
	{ "not a port", "alert tcp any any -> any !80 (sid:1;)", "1 1 ",
	    { HANDSHAKE }, NULL },
	{ "a range but for one",
	    "alert tcp any any -> any [1:100,!80] "
	    "(sid:1;)",
	    "", { HANDSHAKE }, NULL },
	{ "addresses", "alert tcp 10.0.0.0/24 any -> 10.0.1.2 any (sid:1;)",
	    "1 2 ", { HANDSHAKE }, NULL },
	{ "address list",
	    "alert tcp [10.0.0.0/8,!10.0.0.0/24] any -> any any (sid:1;)",
	    "1 1 ", { HANDSHAKE }, NULL },
	{ "variables",
	    "ipvar NET [10.0.0.1, 10.0.0.2]\nportvar WEB 80\n"
	    "alert tcp !$NET $WEB -> $(NET) any (sid:1;)",
	    "1 1 ", { HANDSHAKE }, NULL },
	{ "a line that goes on", "alert tcp any any \\\n -> any 80 (sid:1;)",
	    "1 2 ", { HANDSHAKE }, NULL },
	{ "many rules of one content",
	    "alert tcp any any -> any 81 (content:\"x\"; sid:1;)\n"
	    "alert tcp any any -> any 80 (content:\"x\"; sid:2;)\n"
	    "alert tcp any any -> any 80 (content:\"xy\"; sid:3;)",
	    "2 1 3 1 ", { HANDSHAKE, { 'c', A, 0, "xy", 0 } }, NULL },
	{ "pass wins",
	    "alert tcp any any -> any any (content:\"x\"; sid:1;)\n"
	    "pass tcp any any -> any 80 (content:\"xy\"; sid:2;)",
	    "1 1 ",
	    { HANDSHAKE, { 'c', A, 0, "xy", 0 }, { 's', A, 0, "xy", 2 } },
	    NULL },

	{ "udp", "alert udp any any -> any 80 (content:\"attack\"; sid:1;)",
	    "1 1 ", { { 'u', 0, 0, "attack", 0 }, { 'v', 0, 0, "attack", 0 } },
	    NULL },
	{ "udp, bad checksum",
	    "alert udp any any -> any 80 (content:\"attack\"; sid:1;)", "",
	    { { 'u', BAD, 0, "attack", 0 } }, NULL },
	{ "udp, established",
	    "alert udp any any -> any any (flow:established,to_server; "
	    "sid:1;)",
	    "1 1 ",
	    { { 'u', 0, 0, "a", 0 }, { 'v', 0, 0, "b", 0 },
	        { 'u', 0, 0, "c", 0 } },
	    NULL },
	{ "udp has no streams",
	    "alert udp any any -> any 80 (content:\"attack\"; sid:1;)", "",
	    { { 'u', 0, 0, "att", 0 }, { 'u', 0, 0, "ack", 0 } }, NULL },
	{ "udp in fragments",
	    "alert udp any any -> any 80 (content:\"attack attack\"; sid:1;)",
	    "1 1 ", { { 'u', CUT, 0, "before attack attack", 0 } }, NULL },
	{ "icmp", "alert icmp any any -> any any (itype:8; icode:0; sid:1;)",
	    "1 1 ", { { 'i', 0, 0, "ping", 0 } }, NULL },
	{ "icmp of another type",
	    "alert icmp any any -> any any (itype:0; sid:1;)", "",
	    { { 'i', 0, 0, "ping", 0 } }, NULL },
	{ "icmp content",
	    "alert icmp any any -> any any (content:\"ing\"; "
	    "depth:4; sid:1;)",
	    "1 1 ", { { 'i', 0, 0, "ping", 0 } }, NULL },
	{ "ip", "alert ip any any -> any any (sid:1;)", "1 2 ",
	    { { 'i', 0, 0, "ping", 0 }, { 'u', 0, 0, "x", 0 } }, NULL },
	{ "ip_proto", "alert ip any any -> any any (ip_proto:udp; sid:1;)",
	    "1 1 ", { { 'i', 0, 0, "ping", 0 }, { 'u', 0, 0, "x", 0 } }, NULL },
	{ "not ip_proto", "alert ip any any -> any any (ip_proto:!17; sid:1;)",
	    "1 1 ", { { 'i', 0, 0, "ping", 0 }, { 'u', 0, 0, "x", 0 } }, NULL },
};

/* IDS(RULE "...") with quotes and backslashes kept. */
static int
start(struct trun *t, const char *rules, const char *conf, const char *rest)
{
	struct strbuf text = STRBUF_INIT, rule = STRBUF_INIT;
	int err;

	if (strstr(rules, " any") == NULL && strstr(rules, "->") == NULL)
		sb_printf(
		    &rule, "alert tcp any any -> any any (%s; sid:1;)", rules);
	else
		sb_adds(&rule, rules);
	sb_adds(&text, "Idle -> ids :: IDS(RULE \"");
	for (size_t i = 0; i < rule.n; i++) {
		if (rule.s[i] == '"' || rule.s[i] == '\\')
			sb_addc(&text, '\\');
		sb_addc(&text, rule.s[i]);
	}
	sb_printf(&text, "\"%s)%s", conf == NULL ? "" : conf, rest);
	err = trun_start(t, sb_cstr(&text));
	sb_fini(&text);
	sb_fini(&rule);
	return err;
}

/* What "sids" says, without gid and msg. */
static const char *
sids(struct trun *t)
{
	static char out[256];
	char *at = out;
	const char *s = trun_read(t, "ids.sids");
	unsigned int sid, count;

	*at = '\0';
	for (; sscanf(s, "1:%u %u", &sid, &count) == 2; s = strchr(s, '\n') + 1)
		at += sprintf(at, "%u %u ", sid, count);
	return out;
}

static void
test_case(size_t i)
{
	struct trun t;

	if (start(&t, cases[i].rule, cases[i].conf, " -> Discard") == 0) {
		for (const struct pkt *k = cases[i].pkts; k->end != 0; k++)
			feed(&t, k);
		is_cstr(sids(&t), cases[i].want, "%s", cases[i].what);
	} else {
		ok(false, "%s: %s", cases[i].what, trun_log(&t));
	}
	if (trun_stop(&t) != 0)
		ok(false, "%s: a packet is lost", cases[i].what);
}

/* ---- where packets go ---- */

static const char OUTPUTS[] = "; ids[0] -> a :: Counter -> Discard; "
                              "ids[1] -> b :: Counter -> Discard; "
                              "ids[2] -> c :: Counter -> Discard";

static const char *
counts(struct trun *t)
{
	static char out[64];
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		char name[] = "a.count";

		name[0] = (char)('a' + i);
		n += (size_t)snprintf(
		    out + n, sizeof(out) - n, "%s ", trun_read(t, name));
	}
	return out;
}

static void
test_outputs(void)
{
	static const struct pkt some[] = { HANDSHAKE, { 'c', A, 0, "alert", 0 },
		{ 'c', A, 5, "dr", 0 }, { 'c', A, 9, "later", 0 },
		{ 'c', A, 7, "op", 0 }, { 'c', A, 7, "op", 0 },
		{ 's', A, 0, "x", 0 }, { 'c', S | NEXT, 0, "", 0 } };
	struct trun t;

	start(&t,
	    "alert tcp any any -> any any (content:\"alert\"; sid:1; "
	    "msg:\"an \\\"alert\\\"\"; rev:3; classtype:bad; priority:2;)\n"
	    "drop tcp any any -> any any (content:\"drop\"; sid:2; gid:7;)",
	    NULL, OUTPUTS);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		feed(&t, &some[i]);
	is_cstr(counts(&t), "6 1 3 ",
	    "dropped: what completed it, its copy, and the answer");
	is_cstr(trun_read(&t, "ids.alerts"), "2", "two alerts");
	is_cstr(trun_read(&t, "ids.sids"), "1:1 1 an \"alert\"\n7:2 1 \n",
	    "by rule");
	ok(strstr(trun_read(&t, "ids.log"),
	       " [1:1:3] an \"alert\" [bad] [priority 2] tcp "
	       "10.0.0.1:4000 -> 10.0.1.2:80\n") != NULL,
	    "the log has the first");
	ok(strstr(trun_read(&t, "ids.log"), " [7:2:0]  [drop] tcp ") != NULL,
	    "and the second");
	ok(strstr(trun_read(&t, "ids.stats"), "blocked 2\n") != NULL,
	    "two were of a blocked connection");
	is_num(trun_write(&t, "ids.clear", ""), 0, "clear");
	is_cstr(trun_read(&t, "ids.alerts"), "0", "no alerts");
	is_cstr(trun_read(&t, "ids.log"), "", "no log");
	is_cstr(trun_read(&t, "ids.sids"), "", "no rules met");
	ok(strstr(trun_read(&t, "ids.stats"), "packets 0\n") != NULL,
	    "no packets");
	is_cstr(trun_read(&t, "ids.rules"), "2 0", "two rules");
	is_num(trun_stop(&t), 0, "every packet is back");

	start(&t, "content:\"alert\"", NULL,
	    " -> a :: Counter -> Discard; Idle -> b :: Counter -> Discard; "
	    "Idle -> c :: Counter -> Discard");
	for (size_t i = 0; i < 4; i++)
		feed(&t, &some[i]);
	is_cstr(counts(&t), "4 0 0 ", "alerts go on where nothing else is");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static void
test_log(void)
{
	const struct pkt k = { 'u', 0, 0, "x", 0 };
	struct trun t;
	unsigned int lines = 0;

	start(&t, "alert udp any any -> any any (sid:1;)", ", LOG 3",
	    " -> Discard");
	for (int i = 0; i < 5; i++)
		feed(&t, &k);
	for (const char *s = trun_read(&t, "ids.log"); *s != '\0'; s++)
		lines += *s == '\n';
	is_num(lines, 3, "the last three of five");
	is_cstr(trun_read(&t, "ids.alerts"), "5", "of five");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* ---- limits ---- */

static uint64_t
stat_of(struct trun *t, const char *name)
{
	const char *s = trun_read(t, "ids.stats");
	size_t n = strlen(name);

	for (; s != NULL && *s != '\0'; s = strchr(s, '\n') + 1)
		if (strncmp(s, name, n) == 0 && s[n] == ' ')
			return strtoul(s + n, NULL, 10);
	return UINT64_MAX;
}

/* A connection from port, data of n bytes at seq. */
static void
feed_from(struct trun *t, uint16_t port, uint32_t seq, uint32_t n)
{
	struct pkt k = { 'c', A, 0, "", 0 };
	uint8_t buf[2048];
	struct ip4 *ip = (struct ip4 *)(void *)buf;
	struct tcp *tcp = (struct tcp *)(void *)(buf + 20);

	build(buf, &k);
	memset(buf + 40, 'x', n);
	put_be16(ip->len, (uint16_t)(40 + n));
	put_u16(ip->sum, 0);
	put_u16(ip->sum, csum(ip, 20));
	put_be16(tcp->sport, port);
	put_be32(tcp->seq, seq);
	put_u16(tcp->sum, 0);
	put_u16(tcp->sum, ip4_l4_csum(ip, tcp, 20 + n));
	feed_bytes(t, buf, 40 + n);
}

static void
test_limits(void)
{
	struct trun t;
	uint64_t most = 0;

	start(&t, "content:\"attack\"", ", FLOWS 10", " -> Discard");
	for (uint16_t i = 0; i < 50; i++)
		feed_from(&t, 1000 + i, 1, 10);
	is_cstr(trun_read(&t, "ids.flows"), "10", "FLOWS 10");
	is_num((int64_t)stat_of(&t, "evicted"), 40, "40 evicted");
	is_num(trun_stop(&t), 0, "every packet is back");

	start(&t, "content:\"attack\"", ", MEMORY 100000, REASSEMBLY 5000",
	    " -> Discard");
	for (uint16_t i = 0; i < 300; i++) {
		feed_from(&t, 1000 + i, 1, 1);
		for (uint32_t k = 0; k < 5; k++)
			feed_from(&t, 1000 + i, 100 + 900 * k, 800);
		uint64_t now = strtoul(trun_read(&t, "ids.memory"), NULL, 10);

		if (now > most)
			most = now;
	}
	ok(most > 50000 && most <= 100000 + 4096, "MEMORY 100000: %llu",
	    (unsigned long long)most);
	ok(stat_of(&t, "evicted") > 200, "most were evicted");
	is_num(trun_stop(&t), 0, "every packet is back");

	start(&t, "content:\"xxxx\"", ", REASSEMBLY 2000", " -> Discard");
	feed_from(&t, 1000, 1, 1);
	feed_from(&t, 1000, 5000, 100);
	is_num((int64_t)stat_of(&t, "lost"), 1, "beyond REASSEMBLY");
	is_cstr(sids(&t), "1 1 ", "and yet looked at");
	is_num(trun_stop(&t), 0, "every packet is back");

	start(&t, "content:\"attack\"", ", TIMEOUT 1", " -> Discard");
	feed_from(&t, 1000, 1, 1);
	master_thread(t.m, 0)->recent_old = true;
	trun_stop(&t);
}

/* The worst: what all contents begin with, everywhere. */
static void
test_effort(void)
{
	struct trun t;

	start(&t,
	    "content:\"xx\"; content:\"xx\"; distance:0; content:\"xx\"; "
	    "distance:0; content:\"xx\"; distance:0; content:\"no\"; "
	    "distance:0",
	    NULL, " -> Discard");
	feed_from(&t, 1000, 1, 1400);
	is_num((int64_t)stat_of(&t, "gave_up"), 1, "it gives up");
	is_cstr(sids(&t), "", "without an alert");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* 1000 rules by port, by content, by neither; each is met once. */
static void
test_many_rules(void)
{
	struct strbuf rules = STRBUF_INIT;
	struct pkt k = { 'u', 0, 0, NULL, 0 };
	struct trun t;
	unsigned int bad = 0;

	for (unsigned int i = 0; i < 1000; i++)
		sb_printf(&rules,
		    i % 2 == 0
		        ? "alert udp any any -> any %u (sid:%u;)\n"
		        : "alert udp any any -> any any (content:\"n%03u.\"; "
		          "sid:%u;)\n",
		    i % 2 == 0 ? 3000 + i : i, i + 1);
	start(&t, sb_cstr(&rules), NULL, " -> Discard");
	for (unsigned int i = 0; i < 1000; i++) {
		char want[32], data[32];
		uint8_t buf[256];
		uint32_t n;

		snprintf(data, sizeof(data), "n%03u.", i % 2 == 0 ? 0 : i);
		snprintf(want, sizeof(want), "%u 1 ", i + 1);
		k.data = data;
		n = build(buf, &k);
		if (i % 2 == 0)
			put_be16(buf + 22, (uint16_t)(3000 + i));
		put_u16(buf + 26, 0); /* no checksum */
		feed_bytes(&t, buf, n);
		bad += strcmp(sids(&t), want) != 0;
		trun_write(&t, "ids.clear", "");
	}
	is_num(bad, 0, "1000 rules, each met by its packet alone");
	ok(strtoul(trun_read(&t, "ids.rule_memory"), NULL, 10) < 600000,
	    "in less than 600 bytes a rule");
	is_num(trun_stop(&t), 0, "every packet is back");
	sb_fini(&rules);
}

/* ---- mistakes ---- */

static const struct {
	const char *rule, *error;
} mistakes[] = {
	{ "pcre:\"/x/\"", "option 'pcre' is not supported" },
	{ "content:\"|4\"", "option 'content': the text has no closing bar" },
	{ "content:\"\"", "option 'content': the text is empty" },
	{ "content:abc", "option 'content': needs \"quotes\"" },
	{ "nocase", "option 'nocase': there is no content before" },
	{ "content:\"abc\"; depth:2", "2 is less than the 3 bytes" },
	{ "content:\"abc\"; offset:1; within:9", "do not go with" },
	{ "content:\"abc\"; depth:x", "'x' is no whole number" },
	{ "content:\"a\"; offset:70000", "not within -65535 to 65535" },
	{ "content:!\"a\"; fast_pattern", "cannot be looked for first" },
	{ "flow:sideways", "option 'flow': 'sideways' is not supported" },
	{ "flow:to_server,to_client", "goes both ways" },
	{ "flags:SX", "option 'flags'" },
	{ "dsize:9<>3", "empty range" },
	{ "itype:8", "for rules of icmp only" },
	{ "content:\"a;", "option 'content' does not end in ';'" },
	{ "alert tcp any any -> any any (content:\"x\";)", "needs a 'sid'" },
	{ "alert tcp any any -> any (sid:1;)", "is no port" },
	{ "alert tcp any any => any any (sid:1;)", "'=>' is neither" },
	{ "alert sctp any any -> any any (sid:1;)", "'sctp' is none of" },
	{ "alert tcp 1.2.3 any -> any any (sid:1;)", "'1.2.3' is no IPv4" },
	{ "alert tcp any 9:3 -> any any (sid:1;)", "'9:3' is no port" },
	{ "alert tcp $X any -> any any (sid:1;)", "no variable 'X'" },
	{ "var A $A\nalert tcp $A any -> any any (sid:1;)",
	    "RULE:2:   lists and variables nest" },
	{ "alert tcp any any -> any any sid:1;", "between ( and )" },
	{ "alert udp any any -> any any (flags:S; sid:1;)", "of tcp only" },
	{ "activate tcp any any -> any any (sid:1;)", "'activate' is no act" },
};

static void
test_mistakes(void)
{
	struct trun t;

	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		int err = start(&t, mistakes[i].rule, NULL, " -> Discard");

		if (!ok(err != 0 &&
		            strstr(trun_log(&t), mistakes[i].error) != NULL,
		        "%s", mistakes[i].error))
			tap_note("%s", trun_log(&t));
		trun_stop(&t);
	}
	ok(start(&t,
	       "alert tcp any any -> any any (pcre:\"/x/\"; sid:1;)\n"
	       "alert tcp any any -> any any (content:\"x\"; sid:2;)",
	       ", LENIENT true", " -> Discard") == 0,
	    "LENIENT goes on");
	ok(strstr(trun_log(&t), "warning: left out: option 'pcre'") != NULL,
	    "with a warning");
	is_cstr(trun_read(&t, "ids.rules"), "1 1", "one rule, one left out");
	trun_stop(&t);
}

static const struct {
	const char *conf, *error;
} arguments[] = {
	{ ", POLICY middle", "POLICY must be" },
	{ ", REASSEMBLY 100", "REASSEMBLY must be" },
	{ ", HISTORY 99999999", "HISTORY must" },
	{ ", MEMORY 100", "MEMORY must be" },
	{ ", FLOWS 0", "FLOWS must be" },
	{ ", LOG 9999999", "LOG must not" },
	{ ", RULES /nowhere/at/all", "/nowhere/at/all: " },
};

/* Fragments whose transport header is said to be where it is not. */
static void
test_marks(void)
{
	struct pkt k = { 'u', 0, 0, "before attack attack", 0 };
	struct trun t;

	for (uint32_t hlen = 0; hlen <= 28; hlen += 4) {
		uint8_t buf[256];
		struct ip4 *ip = (struct ip4 *)(void *)buf;
		uint32_t n = build(buf, &k);

		start(&t,
		    "alert udp any any -> any any (content:\"before\"; sid:1;)",
		    NULL, " -> Discard");
		put_be16(ip->len, 20 + 24);
		put_be16(ip->off, IP4_MF);
		put_u16(ip->sum, 0);
		put_u16(ip->sum, csum(ip, 20));
		feed_marked(&t, buf, 20 + 24, hlen);
		memmove(buf + 20, buf + 44, n - 44);
		put_be16(ip->len, (uint16_t)(n - 24));
		put_be16(ip->off, 3);
		put_u16(ip->sum, 0);
		put_u16(ip->sum, csum(ip, 20));
		feed_marked(&t, buf, n - 24, hlen);
		is_cstr(sids(&t), "1 1 ", "transport header at %u", hlen);
		is_num(trun_stop(&t), 0, "every packet is back");
	}
}

/* Whatever comes: no crash, nothing lost. */
static void
test_hostile(void)
{
	struct rand_state r;
	struct trun t;

	rand_seed(&r, 1);
	start(&t, "content:\"a\"; content:\"b\"; distance:1", ", FLOWS 50",
	    OUTPUTS);
	for (int i = 0; i < 20000; i++) {
		static const char ends[] = "cscscsuvi";
		struct pkt k = { ends[rand_below(&r, 9)], rand_u32(&r) & 0x63f,
			(int)rand_below(&r, 40),
			&"abababaab"[rand_below(&r, 9)],
			(int)rand_below(&r, 40) };
		uint8_t buf[256];
		uint32_t n = build(buf, &k);

		if (rand_below(&r, 3) == 0)
			buf[rand_below(&r, n)] ^= (uint8_t)rand_u32(&r);
		if (rand_below(&r, 5) == 0)
			n = 1 + rand_below(&r, n);
		feed_bytes(&t, buf, n);
	}
	is_num((int64_t)stat_of(&t, "packets"), 20000, "20000 odd packets");
	is_num(trun_stop(&t), 0, "every packet is back");
}

int
main(void)
{
	struct trun t;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		test_case(i);
	test_outputs();
	test_log();
	test_limits();
	test_effort();
	test_many_rules();
	test_mistakes();
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		ok(start(&t, "content:\"x\"", arguments[i].conf,
		       " -> Discard") != 0 &&
		        strstr(trun_log(&t), arguments[i].error) != NULL,
		    "%s", arguments[i].error);
		trun_stop(&t);
	}
	test_marks();
	test_hostile();
	return tap_done();
}
