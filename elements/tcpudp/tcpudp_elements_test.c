/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcpudp_elements_test.c -- rewriters against a model, and what the recorded
 * behaviour of Click does not pin of tcpudp/, icmp/ and app/: packets are fed
 * by hand and looked at in queues.
 */
#include <stdlib.h>

#include "base/rand.h"
#include "elements/ip/l4sum.h"
#include "test/feed.h"
#include "test/net.h"

/* ---- packets ---- */

struct segment {
	uint32_t src, dst; /* host order */
	uint16_t sport, dport;
	uint8_t proto, flags;
	uint32_t seq, ack;
	const char *text;
};

static const uint32_t INSIDE = 0x0a000001, OUTSIDE = 0x08080808,
                      NAT = 0x05050505;

/* s as an IPv4 packet in buf; its length. */
static uint32_t
build(uint8_t buf[static 256], const struct segment *s)
{
	uint32_t n = s->text == NULL ? 0 : (uint32_t)strlen(s->text);
	uint32_t hlen =
	    s->proto == IPPROTO4_TCP ? sizeof(struct tcp) : sizeof(struct udp);
	struct ip4 *ip = (struct ip4 *)(void *)buf;
	uint8_t *l4 = buf + sizeof(*ip);
	uint32_t sum = s->proto == IPPROTO4_TCP ? 16 : 6;

	memset(buf, 0, 256);
	*ip = (struct ip4){ .vhl = 0x45, .ttl = 64, .proto = s->proto };
	put_be16(ip->len, (uint16_t)(sizeof(*ip) + hlen + n));
	put_be32(ip->src, s->src);
	put_be32(ip->dst, s->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	put_be16(l4, s->sport);
	put_be16(l4 + 2, s->dport);
	if (s->proto == IPPROTO4_TCP) {
		struct tcp *tcp = (struct tcp *)(void *)l4;

		put_be32(tcp->seq, s->seq);
		put_be32(tcp->ack, s->ack);
		tcp->off = 5 << 4;
		tcp->flags = s->flags;
		put_be16(tcp->win, 8192);
	} else {
		put_be16(l4 + 4, (uint16_t)(hlen + n));
	}
	if (n > 0)
		memcpy(l4 + hlen, s->text, n);
	put_u16(l4 + sum, ip4_l4_csum(ip, l4, hlen + n));
	if (s->proto == IPPROTO4_UDP && get_u16(l4 + sum) == 0)
		put_u16(l4 + sum, 0xffff);
	return (uint32_t)sizeof(*ip) + hlen + n;
}

/* What a packet says; false if a checksum is wrong. */
static bool
parse(const struct packet *p, struct segment *s)
{
	const struct ip4 *ip = (const struct ip4 *)(void *)p->data;
	const uint8_t *l4 = p->data + sizeof(*ip);

	*s = (struct segment){ .src = get_be32(ip->src),
		.dst = get_be32(ip->dst),
		.sport = get_be16(l4),
		.dport = get_be16(l4 + 2),
		.proto = ip->proto };
	if (s->proto == IPPROTO4_TCP) {
		const struct tcp *tcp = (const struct tcp *)(const void *)l4;

		s->seq = get_be32(tcp->seq);
		s->ack = get_be32(tcp->ack);
		s->flags = tcp->flags;
	}
	return csum(ip, sizeof(*ip)) == 0 &&
	       ip4_l4_csum(ip, l4, p->length - sizeof(*ip)) == 0;
}

static struct packet *
packet_of(struct trun *t, const void *bytes, uint32_t n)
{
	struct packet *p =
	    packet_new(master_thread(t->m, 0), PACKET_HEADROOM, bytes, n, 0);

	packet_set_network(p, p->data, sizeof(struct ip4));
	return p;
}

static void
feed_segment(struct trun *t, const char *element, unsigned int port,
    const struct segment *s)
{
	uint8_t buf[256];
	uint32_t n = build(buf, s);

	feed(t, element, port, packet_of(t, buf, n));
}

static void
drop(struct trun *t, struct packet *p)
{
	packet_kill(master_thread(t->m, 0), p);
}

/* The same read; false: there is none, or a checksum is wrong. */
static bool
take_segment(struct trun *t, const char *queue, struct segment *s)
{
	struct packet *p = feed_take(t, queue);
	bool good;

	memset(s, 0, sizeof(*s));
	if (p == NULL)
		return false;
	good = parse(p, s);
	drop(t, p);
	return good;
}

/* ---- rewriters ---- */

#define QUEUES                                                                 \
	" rw[0] -> q0 :: Queue -> Discard; rw[1] -> q1 :: Queue -> Discard"
#define TWO_IN " Idle -> [0]rw; Idle -> [1]rw;"

enum { FLOWS = 3000, PACKETS = 20000 };

/* A thousand of conversations at once, each way. */
static void
test_nat_model(void)
{
	static struct {
		struct segment s;
		uint16_t port; /* given by the rewriter, 0: none yet */
	} flow[FLOWS];
	static bool taken[2][65536];
	struct segment got;
	struct rand_state r;
	struct trun t;
	bool good = true;

	rand_seed(&r, 3);
	for (uint32_t i = 0; i < FLOWS; i++)
		flow[i].s = (struct segment){ .src = INSIDE + i % 50,
			.dst = OUTSIDE,
			.sport = (uint16_t)(1024 + i / 50),
			.dport = 80,
			.proto = i % 3 ? IPPROTO4_UDP : IPPROTO4_TCP,
			.flags = TCP_ACK,
			.text = "data" };
	if (ok(trun_start(&t, "rw :: IPRewriter(pattern 5.5.5.5 1024-65535 - -"
	                      " 0 1, drop);" TWO_IN QUEUES) == 0,
	        "nat: starts"))
		for (uint32_t k = 0; k < PACKETS && good; k++) {
			uint32_t i = rand_below(&r, FLOWS);
			struct segment s = flow[i].s;
			bool back = flow[i].port != 0 && k % 2 == 1;
			bool *use = taken[s.proto == IPPROTO4_TCP];

			if (back)
				s = (struct segment){ .src = s.dst,
					.dst = NAT,
					.sport = s.dport,
					.dport = flow[i].port,
					.proto = s.proto,
					.flags = TCP_ACK };
			feed_segment(&t, "rw", back, &s);
			good &= take_segment(&t, back ? "q1" : "q0", &got);
			if (back) {
				good &= got.dst == flow[i].s.src &&
				        got.dport == flow[i].s.sport &&
				        got.src == OUTSIDE && got.sport == 80;
				continue;
			}
			if (flow[i].port == 0) {
				good &= got.sport >= 1024 && !use[got.sport];
				use[got.sport] = true;
				flow[i].port = got.sport;
			}
			good &= got.src == NAT && got.sport == flow[i].port &&
			        got.dst == OUTSIDE && got.dport == 80;
		}
	ok(good, "nat: every packet as the model says");
	feed_segment(&t, "rw", 1,
	    &(struct segment){ .src = OUTSIDE,
	        .dst = NAT,
	        .sport = 81,
	        .dport = 5000,
	        .proto = IPPROTO4_UDP });
	ok(!take_segment(&t, "q1", &got), "nat: an unknown reply is dropped");
	is_num(trun_stop(&t), 0, "nat: all packets are back");
}

static struct segment
numbered(uint32_t i)
{
	return (struct segment){ .src = INSIDE + i,
		.dst = OUTSIDE,
		.sport = 1,
		.dport = 2,
		.proto = IPPROTO4_UDP };
}

static void
test_capacity(void)
{
	struct segment s, got;
	uint32_t passed = 0;
	struct trun t;

	if (ok(trun_start(&t,
	           "rw :: IPRewriter(keep 0 1, drop, "
	           "MAPPING_CAPACITY 100, UDP_GUARANTEE 0);" TWO_IN QUEUES) ==
	            0,
	        "capacity: starts")) {
		for (uint32_t i = 0; i < 1000; i++) {
			s = numbered(i);
			feed_segment(&t, "rw", 0, &s);
			passed += take_segment(&t, "q0", &got);
		}
		is_num(passed, 1000, "capacity: all pass");
		is_cstr(trun_read(&t, "rw.size"), "100", "and no more stay");
	}
	is_num(trun_stop(&t), 0, "capacity: all packets are back");
	if (ok(trun_start(&t, "rw :: IPRewriter(keep 0 1, drop, "
	                      "MAPPING_CAPACITY 2);" TWO_IN QUEUES) == 0,
	        "guarantee: starts")) {
		for (uint32_t i = 0; i < 5; i++) {
			s = numbered(i);
			feed_segment(&t, "rw", 0, &s);
		}
		is_cstr(trun_read(&t, "rw.mapping_failures"), "3",
		    "guarantee: new flows are refused");
		s = numbered(0);
		feed_segment(&t, "rw", 0, &s);
		ok(take_segment(&t, "q0", &got) &&
		        take_segment(&t, "q0", &got) &&
		        take_segment(&t, "q0", &got) && got.src == INSIDE,
		    "guarantee: the old ones stay");
	}
	is_num(trun_stop(&t), 0, "guarantee: all packets are back");
}

/* A UDP checksum of zero would mean that there is none. */
static void
test_zero_checksum(void)
{
	struct segment s = numbered(0);
	struct packet *p = NULL;
	struct trun t;
	char text[8];

	if (ok(trun_start(&t, "rw :: UDPRewriter(pattern 5.5.5.5 - - - 0 1, "
	                      "drop);" TWO_IN QUEUES) == 0,
	        "zero: starts")) {
		unsigned int found = 0, wrong = 0;

		for (unsigned int i = 0; i < 65536; i++) {
			struct segment got;

			snprintf(text, sizeof(text), "%c%c",
			    1 + (int)(i >> 8 & 0x7f), 1 + (int)(i & 0x7f));
			s.text = text;
			s.sport = (uint16_t)(1 + (i >> 15));
			s.dport = (uint16_t)(i | 0x8080);
			feed_segment(&t, "rw", 0, &s);
			p = feed_take(&t, "q0");
			found += get_u16(p->data + 26) == 0xffff;
			wrong += !parse(p, &got) || get_u16(p->data + 26) == 0;
			drop(&t, p);
		}
		ok(found > 0, "zero: 0xffff occurs");
		is_num(wrong, 0, "zero: no checksum vanishes");
	}
	is_num(trun_stop(&t), 0, "zero: all packets are back");
}

/* An ICMP error about a packet of an address rewriter keeps its ports. */
static void
test_address_errors(void)
{
	struct segment s = numbered(0);
	uint8_t buf[256], error[256] = { 0 };
	struct icmp *icmp = (struct icmp *)(void *)(error + 20);
	struct packet *p;
	struct trun t;
	uint32_t n;

	if (!ok(trun_start(&t,
	            "rw :: IPAddrRewriter(pattern 5.5.5.5 - 0 1, "
	            "drop);" TWO_IN QUEUES "; Idle -> er :: ICMPRewriter(rw)"
	            " -> q2 :: Queue -> Discard") == 0,
	        "errors: starts"))
		tap_note("%s", trun_log(&t));
	feed_segment(&t, "rw", 0, &s);
	drop(&t, feed_take(&t, "q0"));
	s.src = NAT;
	n = build(buf, &s);
	*(struct ip4 *)(void *)error =
	    (struct ip4){ .vhl = 0x45, .ttl = 9, .proto = IPPROTO4_ICMP };
	put_be16(error + 2, (uint16_t)(28 + n));
	put_be32(error + 12, OUTSIDE);
	put_be32(error + 16, NAT);
	put_u16(error + 10, csum(error, 20));
	icmp->type = ICMP_UNREACH;
	memcpy(icmp + 1, buf, n);
	put_u16(icmp->sum, csum(icmp, 8 + n));
	feed(&t, "er", 0, packet_of(&t, error, 28 + n));
	p = feed_take(&t, "q2");
	if (ok(p != NULL, "errors: an error about a known flow passes")) {
		s.src = INSIDE;
		n = build(buf, &s);
		is_num(
		    get_be32(p->data + 16), INSIDE, "errors: to who sent it");
		ok(memcmp(p->data + 28, buf, n) == 0,
		    "errors: about what was sent");
		ok(csum(p->data, 20) == 0 && csum(p->data + 20, 8 + n) == 0,
		    "errors: checksums are right");
		drop(&t, p);
	}
	is_num(trun_stop(&t), 0, "errors: all packets are back");
}

/* A client's PORT command, then what the server answers. */
static void
test_ftp(void)
{
	struct segment s = { .src = INSIDE,
		.dst = OUTSIDE,
		.sport = 1000,
		.dport = 21,
		.proto = IPPROTO4_TCP,
		.flags = TCP_SYN,
		.seq = 100 };
	struct segment got;
	struct packet *p;
	struct trun t;

	ok(trun_start(&t,
	       "rw :: TCPRewriter(pattern 200.100.200.100 "
	       "20000-30000# - - 0 1, drop); Idle -> f :: "
	       "FTPPortMapper(rw, rw, 0) -> [0]rw; Idle -> [1]rw;" QUEUES) == 0,
	    "ftp: starts");
	feed_segment(&t, "f", 0, &s);
	take_segment(&t, "q0", &got);
	s.flags = TCP_ACK;
	s.seq = 101;
	s.text = "PORT 10,0,0,1,3,9\r\n";
	feed_segment(&t, "f", 0, &s);
	p = feed_take(&t, "q0");
	ok(p != NULL && p->length == 40 + 28 &&
	        memcmp(p->data + 40, "PORT 200,100,200,100,78,33\r\n", 28) == 0,
	    "ftp: address and port are those of the rewriter");
	ok(p != NULL && parse(p, &got), "ftp: checksums are right");
	drop(&t, p);
	s.seq = 120;
	s.text = "LIST\r\n";
	feed_segment(&t, "f", 0, &s);
	ok(take_segment(&t, "q0", &got) && got.seq == 129,
	    "ftp: what follows is 9 bytes further along");
	feed_segment(&t, "rw", 1,
	    &(struct segment){ .src = OUTSIDE,
	        .dst = 0xc864c864,
	        .sport = 21,
	        .dport = 20000,
	        .proto = IPPROTO4_TCP,
	        .flags = TCP_ACK,
	        .ack = 135 });
	ok(take_segment(&t, "q1", &got) && got.ack == 126 && got.dport == 1000,
	    "ftp: and acknowledgements 9 bytes back");
	feed_segment(&t, "rw", 1,
	    &(struct segment){ .src = OUTSIDE,
	        .dst = 0xc864c864,
	        .sport = 20,
	        .dport = 20001,
	        .proto = IPPROTO4_TCP,
	        .flags = TCP_SYN });
	ok(take_segment(&t, "q1", &got) && got.dst == INSIDE &&
	        got.dport == 3 * 256 + 9,
	    "ftp: the data connection comes through");
	ok(trun_write(&t, "f.config", "rw, rw, 2") < 0,
	    "ftp: an input that is not there is refused");
	is_num(trun_write(&t, "f.config", "rw, rw, 1"), 0,
	    "ftp: another input, live");
	s.seq = 126;
	s.text = "PORT 10,0,0,1,3,10\r\n";
	feed_segment(&t, "f", 0, &s);
	p = feed_take(&t, "q0");
	ok(p != NULL && p->length == 40 + 20,
	    "ftp: whose flows are dropped: the command stays");
	drop(&t, p);
	is_num(trun_stop(&t), 0, "ftp: all packets are back");
}

/* Sources stay with their server when another one goes. */
static void
test_source_hash(void)
{
	static const char *const conf[2] = {
		"m :: SourceIPHashMapper(50 7, - - 1.0.0.1 - 0 1 0, "
		"- - 1.0.0.2 - 0 1 1, - - 1.0.0.3 - 0 1 2);"
		" rw :: IPRewriter(m, drop);" TWO_IN QUEUES,
		"m :: SourceIPHashMapper(50 7, - - 1.0.0.1 - 0 1 0, "
		"- - 1.0.0.3 - 0 1 2); rw :: IPRewriter(m, drop);" TWO_IN QUEUES
	};
	uint32_t server[2][300] = { { 0 } }, count[4] = { 0 }, moved = 0;

	for (unsigned int k = 0; k < 2; k++) {
		struct trun t;

		ok(trun_start(&t, conf[k]) == 0, "hash: starts");
		for (uint32_t i = 0; i < 300; i++) {
			struct segment s = numbered(i), got;

			feed_segment(&t, "rw", 0, &s);
			take_segment(&t, "q0", &got);
			server[k][i] = got.dst & 3;
			count[server[0][i]] += k == 0;
		}
		is_num(trun_stop(&t), 0, "hash: all packets are back");
	}
	for (unsigned int i = 1; i <= 3; i++)
		ok(count[i] > 50, "hash: server %u has %u of 300", i, count[i]);
	for (uint32_t i = 0; i < 300; i++)
		moved += server[0][i] != 2 && server[0][i] != server[1][i];
	is_num(moved, 0, "hash: only the lost server's sources move");
}

/*
 * The server, of three with 50 points each, whose point is the first at or
 * after addr's place: the points are random()'s.
 */
static uint32_t
hash_expected(uint32_t addr, int seed)
{
	uint32_t place = __builtin_bswap32(addr), point, best = 0, first = 0;
	uint32_t least = UINT32_MAX, nearest = UINT32_MAX;

	place = place * ((place << 24) | 1) % INT32_MAX;
	srandom((unsigned int)seed);
	for (uint32_t i = 0; i < 150; i++) {
		point = (uint32_t)random();
		if (point >= place && point < nearest) {
			nearest = point;
			best = i / 50 + 1;
		}
		if (point < least) {
			least = point;
			first = i / 50 + 1;
		}
	}
	return best != 0 ? best : first;
}

static void
test_source_hash_places(void)
{
	static const int seeds[] = { 7, 0, -5, INT32_MAX, INT32_MIN };
	uint32_t wrong = 0;

	for (size_t k = 0; k < ARRAY_SIZE(seeds); k++) {
		char conf[256];
		struct trun t;

		snprintf(conf, sizeof(conf),
		    "m :: SourceIPHashMapper(50 %d, - - 1.0.0.3 - 0 1 2, "
		    "- - 1.0.0.1 - 0 1 0, - - 1.0.0.2 - 0 1 1); "
		    "rw :: IPRewriter(m, drop);" TWO_IN QUEUES,
		    seeds[k]);
		ok(trun_start(&t, conf) == 0, "hash, seed %d: starts",
		    seeds[k]);
		for (uint32_t i = 0; i < 200; i++) {
			struct segment s = numbered(i * 65551), got;

			feed_segment(&t, "rw", 0, &s);
			take_segment(&t, "q0", &got);
			wrong +=
			    (got.dst & 3) != hash_expected(s.src, seeds[k]);
		}
		is_num(trun_stop(&t), 0, "hash: all packets are back");
	}
	is_num(wrong, 0, "hash: servers are where random() puts them");
}

/* Points are a table, and made one by one: neither may go on for ever. */
static void
test_source_hash_limits(void)
{
	static const char *const heads[] = { "600000 7, - - 1.0.0.1 - 0 1 0",
		"9000 7, - - 1.0.0.1 - 0 1 5000" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		char conf[256];
		struct trun t;

		snprintf(conf, sizeof(conf),
		    "m :: SourceIPHashMapper(%s, - - 1.0.0.2 - 0 1 1); "
		    "rw :: IPRewriter(m, drop);" TWO_IN QUEUES,
		    heads[i]);
		ok(trun_start(&t, conf) != 0 &&
		        strstr(trun_log(&t), "too many nodes") != NULL,
		    "hash: '%s' is too much", heads[i]);
		trun_stop(&t);
	}
}

/* ---- TCP ---- */

static void
test_responder(void)
{
	struct segment c = { .src = INSIDE,
		.dst = OUTSIDE,
		.sport = 1000,
		.dport = 80,
		.proto = IPPROTO4_TCP,
		.flags = TCP_SYN,
		.seq = 500 };
	struct segment got;
	struct packet *p;
	struct trun t;
	uint32_t base;

	ok(trun_start(&t, "Idle -> r :: StatelessTCPResponder(\"answer\")"
	                  " -> q :: Queue -> Discard") == 0,
	    "responder: starts");
	feed_segment(&t, "r", 0, &c);
	ok(take_segment(&t, "q", &got) && got.flags == (TCP_SYN | TCP_ACK) &&
	        got.ack == 501 && got.src == OUTSIDE && got.dport == 1000,
	    "responder: a SYN is answered");
	base = got.seq + 1;
	c.flags = TCP_ACK;
	c.seq = 501;
	c.ack = base;
	c.text = "GET";
	feed_segment(&t, "r", 0, &c);
	p = feed_take(&t, "q");
	ok(p != NULL && parse(p, &got) && got.seq == base && got.ack == 504 &&
	        got.flags == (TCP_ACK | TCP_PSH | TCP_FIN) && p->length == 46 &&
	        memcmp(p->data + 40, "answer", 6) == 0,
	    "responder: DATA comes, and FIN");
	drop(&t, p);
	c.seq = 504;
	c.ack = base + 7;
	c.flags = TCP_ACK | TCP_FIN;
	c.text = NULL;
	feed_segment(&t, "r", 0, &c);
	ok(take_segment(&t, "q", &got) && got.flags == TCP_ACK &&
	        got.ack == 505,
	    "responder: the client's FIN is acknowledged");
	c.ack = base + 1000;
	feed_segment(&t, "r", 0, &c);
	ok(feed_take(&t, "q") == NULL, "responder: nonsense is not answered");
	is_cstr(trun_read(&t, "r.evil"), "1", "responder: but counted");
	is_num(trun_stop(&t), 0, "responder: all packets are back");
}

static void
snoop_data(struct trun *t, uint32_t seq)
{
	feed_segment(t, "s", 0,
	    &(struct segment){ .src = OUTSIDE,
	        .dst = INSIDE,
	        .sport = 80,
	        .dport = 1000,
	        .proto = IPPROTO4_TCP,
	        .flags = TCP_ACK,
	        .seq = seq,
	        .text = "0123456789" });
}

static void
snoop_ack(struct trun *t, uint32_t ack)
{
	feed_segment(t, "s", 1,
	    &(struct segment){ .src = INSIDE,
	        .dst = OUTSIDE,
	        .sport = 1000,
	        .dport = 80,
	        .proto = IPPROTO4_TCP,
	        .flags = TCP_ACK,
	        .ack = ack });
}

static void
test_snoop(void)
{
	struct segment got;
	struct trun t;
	struct packet *p;
	unsigned int n = 0;

	ok(trun_start(&t,
	       "Idle -> [0]s :: SnoopTCP; Idle -> [1]s;"
	       " s[0] -> q0 :: Queue -> Discard;"
	       " s[1] -> q1 :: Queue -> Discard;"
	       " s[2] -> q2 :: Queue -> Discard; s[3] -> Discard") == 0,
	    "snoop: starts");
	for (uint32_t i = 0; i < 5; i++)
		snoop_data(&t, 1000 + 10 * i);
	while ((p = feed_take(&t, "q0")) != NULL) {
		n++;
		drop(&t, p);
	}
	is_num(n, 5, "snoop: data pass");
	is_cstr(trun_read(&t, "s.cached"), "5", "snoop: and are kept");
	snoop_ack(&t, 1010);
	ok(take_segment(&t, "q1", &got) && got.ack == 1010,
	    "snoop: an acknowledgement passes");
	is_cstr(trun_read(&t, "s.cached"), "4", "snoop: and frees a segment");
	for (int i = 0; i < 3; i++)
		snoop_ack(&t, 1010);
	ok(feed_take(&t, "q1") == NULL, "snoop: duplicates are suppressed");
	ok(take_segment(&t, "q2", &got) && got.seq == 1010,
	    "snoop: the lost segment is sent again");
	ok(feed_take(&t, "q2") == NULL, "snoop: once");
	snoop_ack(&t, 1050);
	is_cstr(trun_read(&t, "s.cached"), "0", "snoop: all is acknowledged");
	snoop_data(&t, 1050);
	is_cstr(trun_read(&t, "s.connections"), "1", "snoop: one connection");
	is_num(trun_stop(&t), 0, "snoop: all packets are back");
}

/* ---- sources and encapsulation ---- */

#define FAST "1:1:1:1:1:1, 1.0.0.1"
#define FAR  "2:2:2:2:2:2, 2.0.0.2"

/*
 * Where a task polls, simulated time goes on by a nanosecond a look: hence
 * microseconds are long enough.
 */
static const struct {
	const char *name, *text, *handler, *want;
} runs[] = {
	{ "FastUDPFlows",
	    "FastUDPFlows(0, 200, 80, " FAST ", " FAR ", 3, 4)"
	    " -> Unqueue -> Strip(14) -> CheckIPHeader -> CheckUDPHeader"
	    " -> c :: Counter -> Discard; Script(wait 500us, stop)",
	    "c.count", "200" },
	{ "FastTCPFlows",
	    "f :: FastTCPFlows(0, 200, 80, " FAST ", " FAR ", 1, 100000)"
	    " -> Unqueue -> Strip(14) -> CheckIPHeader -> CheckTCPHeader"
	    " -> c :: Counter -> Discard; Script(wait 500us, stop)",
	    "c.count", "201" },
	{ "FastUDPSourceIP6",
	    "FastUDPSourceIP6(0, 3, 80, 1:1:1:1:1:1, 2001:db8::1, 5,"
	    " 2:2:2:2:2:2, 2001:db8::2, 6)"
	    " -> Unqueue -> Classifier(12/86dd60000000001a11fa 54/00050006)"
	    " -> c :: Counter -> Discard; Script(wait 500us, stop)",
	    "c.count", "3" },
	{ "FastUDPSource, INTERVAL: two of each pair of ports",
	    "FastUDPSource(0, 5, 60, 1:1:1:1:1:1, 1.0.0.1, 5, 2:2:2:2:2:2,"
	    " 2.0.0.2, 6, INTERVAL 2) -> Unqueue -> Strip(14) -> CheckIPHeader"
	    " -> CheckUDPHeader -> k :: Classifier(20/00060007, -)"
	    " -> c :: Counter -> Discard; k[1] -> Discard;"
	    " Script(wait 500us, stop)",
	    "c.count", "2" },
	{ "UDPIP6Encap",
	    "InfiniteSource(DATA ab, LIMIT 1, STOP true)"
	    " -> UDPIP6Encap(2001:db8::1, 5, 2001:db8::2, 6)"
	    " -> Classifier(0/60000000000a11ff 40/00050006000a42f8)"
	    " -> c :: Counter -> Discard",
	    "c.byte_count", "50" },
	{ "TCPIPSend",
	    "s :: TCPIPSend -> CheckIPHeader -> CheckTCPHeader"
	    " -> Classifier(12/0100000102000002 20/03e80050 33/12)"
	    " -> c :: Counter -> Discard; Script(write s.send 1.0.0.1 1000"
	    " 2.0.0.2 80 1 0 18 3 true)",
	    "c.count", "3" },
	{ "ForceICMP",
	    "InfiniteSource(DATA \\<45>, LENGTH 40, LIMIT 1, STOP true)"
	    " -> ForceIP -> ForceICMP(unreachable, host) -> Strip(20)"
	    " -> Classifier(0/0301) -> c :: Counter -> Discard",
	    "c.count", "1" },
};

/* Each of three packets, byte for byte; then it has stopped the driver. */
static void
test_tcp_ip_send(void)
{
	struct trun t;

	ok(trun_start(&t, "s :: TCPIPSend -> q :: Queue -> Idle;"
	                  " Script(write s.send 1.0.0.1 1000 2.0.0.2 80 1 0 2"
	                  " 3 true)") == 0,
	    "TCPIPSend: starts");
	trun_run(&t);
	for (int i = 0; i < 3; i++)
		is_cstr(net_took(&t, "q"),
		    "4500002800004000ff0678cd0100000102000002"
		    "03e80050000000010000000050027d782b2f0000",
		    "TCPIPSend: packet %d", i);
	is_cstr(net_took(&t, "q"), "none", "TCPIPSend: no more");
	ok(trun_write(&t, "s.send", "1.0.0.1 1000 2.0.0.2 80 1 0") != 0,
	    "TCPIPSend: too few arguments");
	is_num(trun_stop(&t), 0, "TCPIPSend: every packet is back");
}

int
main(void)
{
	test_nat_model();
	test_tcp_ip_send();
	test_capacity();
	test_zero_checksum();
	test_address_errors();
	test_ftp();
	test_source_hash();
	test_source_hash_places();
	test_source_hash_limits();
	test_responder();
	test_snoop();
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		struct trun t;

		if (ok(trun_start(&t, runs[i].text) == 0, "%s: starts",
		        runs[i].name)) {
			trun_run(&t);
			is_cstr(trun_read(&t, runs[i].handler), runs[i].want,
			    "%s", runs[i].name);
		} else {
			tap_note("%s", trun_log(&t));
		}
		is_num(
		    trun_stop(&t), 0, "%s: all packets are back", runs[i].name);
	}
	return tap_done();
}
