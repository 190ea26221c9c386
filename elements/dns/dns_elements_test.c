/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_elements_test.c -- DNSResponder over a TCP that loses and repeats
 * segments; DNSProxy before clients and servers made by hand: who shares a
 * query, which answers count, what happens when none comes.  What dig sees is
 * in test/dns.t.
 */
#include <stdlib.h>

#include "base/rand.h"
#include "click/anno.h"
#include "elements/dns/dns_packet.h"
#include "elements/ip/l4sum.h"
#include "test/net.h"

/* ---- packets in and out ---- */

static const struct dns_name root = { .n = 1 };
enum { SERVER = 0x0a000035, CLIENT = 0x0a000001 }; /* host order */

static void
feed(struct trun *t, unsigned int port, struct packet *p)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, STR("d"), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);

	thread->recent_old = true;
	batch_add(b, p);
	e->class->push(e, port, b);
	scratch_release(thread, m);
}

static struct packet *
take(struct trun *t, const char *queue)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, str_of(queue), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);
	struct packet *p = NULL;

	if (e->class->pull(e, 0, b, 1) == 1)
		p = b->packet[0];
	scratch_release(thread, m);
	return p;
}

static void
drop(struct trun *t, struct packet *p)
{
	packet_kill(master_thread(t->m, 0), p);
}

/* Lets simulated time go on. */
static void
wait_ms(struct trun *t, int ms)
{
	char text[16];

	snprintf(text, sizeof(text), "t %dms", ms);
	trun_write(t, "s.set", text);
	trun_write(t, "s.goto", "go");
	t->r->runcount = 1; /* it was stopped by the last wait */
	trun_run(t);
}

static struct dns_ends
ends_of(uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport)
{
	return (struct dns_ends){ __builtin_bswap32(src),
		__builtin_bswap32(dst), __builtin_bswap16(sport),
		__builtin_bswap16(dport) };
}

static uint32_t
query(uint8_t *p, const char *name, uint16_t id)
{
	struct dns_question q = { .type = DNS_A, .class = DNS_IN };
	struct dns_writer w;

	dns_name_parse(str_of(name), &root, &q.name);
	dns_write_start(&w, p, 512, id, DNS_RD);
	dns_write_question(&w, &q);
	return w.n;
}

static uint64_t
stat_of(struct trun *t, const char *name)
{
	const char *s = trun_read(t, "d.stats");
	size_t n = strlen(name);

	for (; *s != '\0'; s = strchr(s, '\n') + 1)
		if (strncmp(s, name, n) == 0 && s[n] == ' ')
			return strtoul(s + n, NULL, 10);
	return UINT64_MAX;
}

/* ---- a client of TCP, as simple as can be ---- */

struct tcp_client {
	uint32_t seq, ack; /* ours, and what we have of theirs */
	uint8_t got[8192];
	uint32_t ngot;
	bool open, fin, reset;
};

static void
tcp_send(struct trun *t, const struct tcp_client *c, uint8_t flags,
    uint32_t seq, const void *data, uint32_t n)
{
	struct dns_ends ends = ends_of(CLIENT, 4000, SERVER, 53);
	struct packet *p = dns_packet_new(master_thread(t->m, 0), &ends,
	    IPPROTO4_TCP, sizeof(struct tcp), data, n, 0);
	struct tcp *tcp = (struct tcp *)(void *)packet_transport(p);

	put_be32(tcp->seq, seq);
	put_be32(tcp->ack, c->ack);
	tcp->off = 5 << 4;
	tcp->flags = flags;
	put_be16(tcp->win, 3000);
	dns_packet_sum(p);
	feed(t, 0, p);
}

/* Takes all segments that wait; one in lose (0: none) is lost. */
static void
tcp_receive(
    struct trun *t, struct tcp_client *c, struct rand_state *r, uint32_t lose)
{
	struct packet *p;

	while ((p = take(t, "q")) != NULL) {
		struct dns_packet pk;
		const struct tcp *tcp;
		uint32_t seq;

		if (!dns_packet_read(p, &pk) ||
		    (lose != 0 && rand_below(r, lose) == 0)) {
			drop(t, p);
			continue;
		}
		tcp = (const struct tcp *)(const void *)pk.l4;
		seq = get_be32(tcp->seq);
		c->reset |= (tcp->flags & TCP_RST) != 0;
		if ((tcp->flags & TCP_SYN) != 0 && !c->open) {
			c->open = true;
			c->ack = seq + 1;
		} else if (c->open && seq == c->ack && !c->fin &&
		           c->ngot + pk.n <= sizeof(c->got)) {
			memcpy(c->got + c->ngot, pk.data, pk.n);
			c->ngot += pk.n;
			c->ack += pk.n;
			if ((tcp->flags & TCP_FIN) != 0) {
				c->fin = true;
				c->ack++;
			}
		}
		drop(t, p);
	}
}

static const char RESPONDER[] =
    "Idle -> d :: DNSResponder(x, \"@ SOA a b 1 2 3 4 5\", "
    "\"w A 1.2.3.4\", \"big TXT %s\"%s) -> q :: Queue(1000) -> Idle; "
    "Idle -> o :: Queue; d[1] -> o; o -> Idle; "
    "s :: Script(TYPE PASSIVE, label go, wait $t, stop);";

static int
start_responder(struct trun *t, const char *more)
{
	static char text[8192];
	struct strbuf big = STRBUF_INIT;
	int err;

	for (int i = 0; i < 15; i++) {
		sb_adds(&big, "\\\"");
		sb_fill(&big, (char)('a' + i), 200);
		sb_adds(&big, "\\\" ");
	}
	snprintf(text, sizeof(text), RESPONDER, sb_cstr(&big), more);
	sb_fini(&big);
	err = trun_start(t, text);
	if (err != 0)
		tap_note("%s", trun_log(t));
	return err;
}

/* Two queries, a byte cut here and there, over a lossy line. */
static void
test_tcp(uint32_t lose, uint64_t seed)
{
	struct tcp_client c = { .seq = 0xfffffff0 };
	struct rand_state r;
	struct trun t;
	uint8_t data[300];
	uint32_t n, at = 0, total = 0;

	rand_seed(&r, seed);
	if (start_responder(&t, "") != 0) {
		ok(false, "starts");
		trun_stop(&t);
		return;
	}
	n = query(data + 2, "big.x.", 1);
	put_be16(data, (uint16_t)n);
	data[2 + n - 3] = DNS_TXT;
	total = n + 2;
	n = query(data + total + 2, "w.x.", 2);
	put_be16(data + total, (uint16_t)n);
	total += n + 2;
	for (int round = 0; round < 300 && !c.fin && !c.reset; round++) {
		if (!c.open) {
			tcp_send(&t, &c, TCP_SYN, c.seq - 1, NULL, 0);
		} else if (at < total) {
			n = 1 + rand_below(&r, 20);
			if (n > total - at)
				n = total - at;
			tcp_send(&t, &c, TCP_ACK, c.seq + at, data + at, n);
			at += n;
		} else if (c.ngot < 3091 /* both answers */) {
			/* Ours may have been lost on the way, too. */
			tcp_send(&t, &c, TCP_ACK, c.seq, data, total);
		} else {
			tcp_send(
			    &t, &c, TCP_ACK | TCP_FIN, c.seq + total, NULL, 0);
		}
		tcp_receive(&t, &c, &r, lose);
		wait_ms(&t, 100);
		tcp_receive(&t, &c, &r, lose);
	}
	n = get_be16(c.got);
	ok(!c.reset && c.fin && n > 3000 && get_be16(c.got + 2) == 1 &&
	        c.ngot == n + 4u + get_be16(c.got + n + 2) &&
	        get_be16(c.got + n + 4) == 2,
	    "both answers whole, 1 of %u segments lost", lose);
	tcp_send(&t, &c, TCP_ACK, c.seq + total + 1, NULL, 0);
	ok(strstr(trun_read(&t, "d.tcp"), "connections 0\n") != NULL,
	    "and the connection is over");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static void
test_tcp_limits(void)
{
	struct tcp_client c = { .seq = 1000 };
	struct trun t;

	start_responder(&t, ", CONNECTIONS 2");
	tcp_send(&t, &c, TCP_ACK, 5, "x", 1);
	tcp_receive(&t, &c, NULL, 0);
	ok(c.reset, "a segment of no connection: reset");
	for (uint16_t i = 0; i < 5; i++) {
		struct dns_ends ends = ends_of(CLIENT, 5000 + i, SERVER, 53);
		struct packet *p = dns_packet_new(master_thread(t.m, 0), &ends,
		    IPPROTO4_TCP, sizeof(struct tcp), NULL, 0, 0);

		packet_transport(p)[12] = 5 << 4;
		packet_transport(p)[13] = TCP_SYN;
		dns_packet_sum(p);
		feed(&t, 0, p);
	}
	ok(strstr(trun_read(&t, "d.tcp"), "connections 2\nopened 5\nreset 1\n"
	                                  "evicted 3\n") != NULL,
	    "CONNECTIONS 2: %s", "two of five");
	wait_ms(&t, 90000);
	ok(strstr(trun_read(&t, "d.tcp"), "connections 0\n") != NULL,
	    "who does not answer is forgotten");
	ok(strstr(trun_read(&t, "d.tcp"), "retransmissions 10\n") != NULL,
	    "after five tries");

	c = (struct tcp_client){ .seq = 1000 };
	while (take(&t, "q") != NULL)
		continue;
	trun_stop(&t);

	start_responder(&t, "");
	tcp_send(&t, &c, TCP_SYN, c.seq - 1, NULL, 0);
	tcp_receive(&t, &c, NULL, 0);
	tcp_send(&t, &c, TCP_ACK, c.seq, "\xff\xff", 2);
	tcp_receive(&t, &c, NULL, 0);
	ok(c.open && c.reset, "a query of 65535 bytes: reset");
	ok(strstr(trun_read(&t, "d.tcp"), "connections 0\n") != NULL,
	    "and forgotten");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* ---- the proxy ---- */

static const char PROXY[] =
    "Idle -> d :: DNSProxy(10.0.0.2 10.0.0.3, 10.0.0.4%s) "
    "-> q :: Queue(1000) -> Idle; Idle -> [1] d [1] -> u :: Queue(1000) "
    "-> Idle; s :: Script(TYPE PASSIVE, label go, wait $t, stop);";

static int
start_proxy(struct trun *t, const char *more)
{
	char text[512];
	int err;

	snprintf(text, sizeof(text), PROXY, more);
	err = trun_start(t, text);
	if (err != 0)
		tap_note("%s", trun_log(t));
	return err;
}

static void
ask(struct trun *t, const char *name, uint16_t port, uint16_t id)
{
	struct dns_ends ends = ends_of(CLIENT, port, SERVER, 53);
	uint8_t data[300];
	uint32_t n = query(data, name, id);

	feed(t, 0, dns_packet_udp(master_thread(t->m, 0), &ends, data, n, 0));
}

/* The next query to a server: its bytes and who asks whom. */
static bool
asked(struct trun *t, struct dns_ends *ends, uint8_t *data, uint32_t *n)
{
	struct packet *p = take(t, "u");
	struct dns_packet pk;
	bool good = p != NULL && dns_packet_read(p, &pk);

	if (good) {
		*ends = pk.ends;
		*n = pk.n;
		memcpy(data, pk.data, pk.n);
	}
	if (p != NULL)
		drop(t, p);
	return good;
}

/* Makes data, a query, an answer of rcode and feeds it. */
static void
reply(
    struct trun *t, struct dns_ends ends, uint8_t *data, uint32_t n, int rcode)
{
	struct dns_reader r = { data, n, DNS_HEADER };
	struct dns_question q;
	uint8_t out[512];
	struct dns_writer w;
	uint32_t mark;

	dns_read_question(&r, &q);
	dns_write_start(
	    &w, out, sizeof(out), get_be16(data), (uint16_t)(DNS_QR | rcode));
	dns_write_question(&w, &q);
	if (rcode == DNS_NOERROR) {
		mark = dns_write_rr(&w, &q.name, DNS_A, DNS_IN, 60);
		dns_write_bytes(&w, "\1\2\3\4", 4);
		dns_write_rr_end(&w, mark, 1);
	}
	ends = dns_ends_reply(ends);
	feed(t, 1, dns_packet_udp(master_thread(t->m, 0), &ends, out, w.n, 0));
}

/* The answers that clients get: id and rcode of each, "7:0 8:2 ". */
static const char *
answered(struct trun *t)
{
	static char text[512];
	struct packet *p;
	size_t n = 0;

	text[0] = '\0';
	while ((p = take(t, "q")) != NULL) {
		struct dns_packet pk;

		if (dns_packet_read(p, &pk) && n + 20 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%u:%u ", get_be16(pk.data), pk.data[3] & 15u);
		drop(t, p);
	}
	return text;
}

static void
test_proxy_shared(void)
{
	struct dns_ends ends;
	uint8_t data[512] = { 0 };
	struct trun t;
	uint32_t n = 0;

	start_proxy(&t, "");
	ask(&t, "a.b.", 1000, 7);
	ask(&t, "A.B.", 1001, 8);
	ask(&t, "a.b.", 1000, 7); /* again */
	ok(asked(&t, &ends, data, &n), "one query");
	ok(!asked(&t, &ends, data, &n), "for all three");
	is_num((int64_t)stat_of(&t, "coalesced"), 2, "two were shared");
	is_cstr(answered(&t), "", "nobody has an answer yet");
	reply(&t, ends, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "8:0 7:0 ", "each client gets one");
	is_cstr(trun_read(&t, "d.inflight"), "0", "none is on its way");
	is_cstr(trun_read(&t, "d.entries"), "1", "one is kept");
	ask(&t, "a.b.", 1002, 9);
	is_cstr(answered(&t), "9:0 ", "and given");
	is_num(trun_write(&t, "d.flush", ""), 0, "flush");
	is_cstr(trun_read(&t, "d.entries"), "0", "forgets it");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/*
 * What the element says to p: in hexadecimal, but for the IP header's id and
 * sum.  *same: whether that is p itself.
 */
static const char *
said(struct trun *t, struct packet *p, bool *same)
{
	static char text[1024];
	struct packet *q;
	struct dns_packet pk;
	size_t n = 0;

	feed(t, 0, p);
	q = take(t, "q");
	*same = q == p;
	if (q == NULL)
		return "nothing";
	if (!dns_packet_read(q, &pk) ||
	    ip4_l4_csum(packet_ip4(q), packet_transport(q),
	        (uint32_t)packet_transport_length(q)) != 0 ||
	    csum(packet_ip4(q), 20) != 0)
		return "broken";
	for (uint32_t i = 0; i < q->length && n + 3 < sizeof(text); i++)
		if (i != 4 && i != 5 && i != 10 && i != 11)
			n += (size_t)snprintf(text + n, 3, "%02x", q->data[i]);
	for (uint32_t i = 0; i < PACKET_ANNO_SIZE; i += 4)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, " %x", anno_u32(q, i));
	drop(t, q);
	return text;
}

/* The IPv4 packet at whole with four no-operations behind its header. */
static struct packet *
with_option(struct thread *thread, const uint8_t *whole, uint32_t n)
{
	struct packet *p = packet_new(thread, 64, NULL, n + 4, 0);
	struct ip4 *ip = (struct ip4 *)(void *)p->data;

	memcpy(p->data, whole, 20);
	memset(p->data + 20, 1, 4);
	memcpy(p->data + 24, whole + 20, n - 20);
	ip->vhl = 0x46;
	put_be16(ip->len, (uint16_t)(n + 4));
	put_u16(ip->sum, 0);
	put_u16(ip->sum, csum(ip, 24));
	packet_set_network(p, p->data, 24);
	return p;
}

/*
 * A query of n bytes at data: alone, held by somebody else, without room, with
 * more of a header.
 */
static void
hit_all_ways(struct trun *t, const uint8_t *data, uint32_t n, const char *what)
{
	struct dns_ends ends = ends_of(CLIENT, 3000, SERVER, 53);
	struct thread *thread = master_thread(t->m, 0);
	struct packet *p = dns_packet_udp(thread, &ends, data, n, 0), *copy;
	uint8_t whole[600];
	char first[1024];
	uint32_t length = p->length;
	bool same;

	memcpy(whole, p->data, length);
	anno_set_u8(p, ANNO_PAINT, 7);
	snprintf(first, sizeof(first), "%s", said(t, p, &same));
	ok(same && strlen(first) > 100, "%s: answered where it lies: %s", what,
	    first);
	p = dns_packet_udp(thread, &ends, data, n, 0);
	copy = packet_clone(thread, p);
	is_cstr(said(t, p, &same), first, "%s: held by somebody", what);
	ok(!same && memcmp(copy->data, whole, length) == 0,
	    "%s: who sees the query as it was", what);
	drop(t, copy);
	is_cstr(said(t, net_packet(t, whole, length, 0), &same), first,
	    "%s: without room behind it", what);
	is_cstr(said(t, with_option(thread, whole, length), &same), first,
	    "%s: with an IP option", what);
}

/* Answers from memory, however they are written. */
static void
test_proxy_hits(void)
{
	static const char *const names[] = { "a.b.", "ab.cd.",
		"a-much-longer-name.than.the.others." };
	struct dns_ends ends;
	uint8_t data[512] = { 0 };
	struct trun t;
	uint32_t n = 0, at;

	start_proxy(&t, "");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		for (int edns = 0; edns < 3; edns++) {
			struct dns_writer w = { .p = data, .size = 512 };
			char what[64];

			w.n = query(data, names[i], (uint16_t)(100 + i));
			data[3] |= edns == 2 ? DNS_CD | DNS_AD : 0;
			data[DNS_HEADER + 1] ^= 0x20;
			if (edns > 0)
				dns_write_edns(&w, 1232, 0, edns == 2);
			n = w.n;
			snprintf(what, sizeof(what), "%s, %d", names[i], edns);
			feed(&t, 0,
			    dns_packet_udp(master_thread(t.m, 0),
			        &(struct dns_ends){
			            1, 2, 3, __builtin_bswap16(53) },
			        data, n, 0));
			if (asked(&t, &ends, data + 256, &at))
				reply(&t, ends, data + 256, at, DNS_NOERROR);
			answered(&t);
			hit_all_ways(&t, data, n, what);
			wait_ms(&t, 1500);
			hit_all_ways(&t, data, n, what);
		}
	}
	ok(stat_of(&t, "hits") == stat_of(&t, "queries") - stat_of(&t, "sent"),
	    "all but the first of each are hits");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* TTLs fall while an answer is kept, once a second. */
static void
test_proxy_ttl(void)
{
	struct dns_ends ends, me = ends_of(CLIENT, 3000, SERVER, 53);
	uint8_t data[512] = { 0 };
	struct trun t;
	uint32_t n = 0, length;

	start_proxy(&t, "");
	ask(&t, "a.b.", 3000, 1);
	asked(&t, &ends, data, &n);
	reply(&t, ends, data, n, DNS_NOERROR);
	answered(&t);
	length = query(data, "a.b.", 5);
	for (int i = 0; i < 3; i++) {
		struct packet *p;
		struct dns_packet pk;
		uint32_t ttl = 0;

		wait_ms(&t, 20000);
		feed(&t, 0,
		    dns_packet_udp(
		        master_thread(t.m, 0), &me, data, length, 0));
		p = take(&t, "q");
		if (p != NULL && dns_packet_read(p, &pk))
			ttl = get_be32(pk.data + length + 2 + 4);
		ok(i < 2 ? ttl + 20 * (i + 1) >= 59 && ttl + 20 * (i + 1) <= 61
		         : p == NULL,
		    "%d seconds later: %u", 20 * (i + 1), ttl);
		if (p != NULL)
			drop(&t, p);
	}
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* A hot swap keeps answers, questions and connections. */
static void
test_proxy_swap(void)
{
	struct tcp_client c = { .seq = 1000 };
	struct dns_ends ends;
	uint8_t data[512] = { 0 };
	struct trun t;
	char text[512];
	uint32_t n = 0;

	start_proxy(&t, "");
	ask(&t, "a.b.", 1000, 7);
	asked(&t, &ends, data, &n);
	reply(&t, ends, data, n, DNS_NOERROR);
	ask(&t, "c.d.", 1000, 8);
	asked(&t, &ends, data, &n);
	tcp_send(&t, &c, TCP_SYN, c.seq - 1, NULL, 0);
	drop(&t, take(&t, "u"));
	answered(&t);
	snprintf(text, sizeof(text), PROXY, ", TIMEOUT 2s, MIN_TTL 1");
	ok(net_swap(&t, text) == 0, "swap");
	is_cstr(trun_read(&t, "d.entries"), "1", "swap: an answer");
	is_cstr(trun_read(&t, "d.inflight"), "1", "swap: a question");
	is_cstr(trun_read(&t, "d.connections"), "1", "swap: a connection");
	ask(&t, "a.b.", 1001, 9);
	is_cstr(answered(&t), "9:0 ", "swap: the answer is given");
	reply(&t, ends, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "8:0 ", "swap: who waits is answered");
	tcp_send(&t, &c, TCP_ACK, c.seq, "x", 1);
	ok(stat_of(&t, "tcp_opened") == 1 && stat_of(&t, "ignored") == 0,
	    "swap: the connection goes on");
	drop(&t, take(&t, "u"));
	ask(&t, "e.f.", 1000, 10);
	asked(&t, &ends, data, &n);
	ok(net_swap(&t, text) == 0, "swap again");
	wait_ms(&t, 2200);
	ok(asked(&t, &ends, data, &n), "swap: a question is asked again");
	snprintf(text, sizeof(text), PROXY, ", MEMORY 0, CONNECTIONS 0");
	ok(net_swap(&t, text) == 0, "swap, less room");
	is_cstr(trun_read(&t, "d.entries"), "0", "swap, less room: no answer");
	is_cstr(trun_read(&t, "d.connections"), "0",
	    "swap, less room: no connection");
	ask(&t, "g.h.", 1000, 11);
	ok(net_swap(&t, "Idle -> d :: DNSProxy(10.0.0.9, 10.0.0.4) -> q :: "
	                "Queue -> Idle; Idle -> [1] d [1] -> u :: Queue -> "
	                "Idle") == 0,
	    "swap, another server");
	is_cstr(trun_read(&t, "d.inflight"), "0",
	    "swap, another server: nothing is kept");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static void
test_proxy_forged(void)
{
	struct dns_ends ends, other;
	uint8_t data[512] = { 0 }, forged[512] = { 0 };
	struct trun t;
	uint32_t n = 0;

	start_proxy(&t, ", MIX true");
	ask(&t, "abcdefghijklmnopqrstuvwxyz.b.", 1000, 7);
	asked(&t, &ends, data, &n);
	other = ends;
	other.dst = __builtin_bswap32(0x0a000003);
	reply(&t, other, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "", "from another server");
	other = ends;
	other.sport ^= 0x0100;
	reply(&t, other, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "", "to another port");
	memcpy(forged, data, n);
	forged[1] ^= 1;
	reply(&t, ends, forged, n, DNS_NOERROR);
	is_cstr(answered(&t), "", "with another id");
	memcpy(forged, data, n);
	forged[15] ^= 0x20;
	reply(&t, ends, forged, n, DNS_NOERROR);
	is_cstr(answered(&t), "", "with letters of another case");
	memcpy(forged, data, n);
	forged[15] ^= 1;
	reply(&t, ends, forged, n, DNS_NOERROR);
	is_cstr(answered(&t), "", "to another name");
	is_num((int64_t)stat_of(&t, "unexpected"), 5, "all are counted");
	is_cstr(trun_read(&t, "d.entries"), "0", "none is kept");
	reply(&t, ends, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "7:0 ", "and the right one");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static void
test_proxy_retries(void)
{
	struct dns_ends first, ends;
	uint8_t data[512] = { 0 };
	struct trun t;
	uint32_t n = 0, late_n = 0;
	uint8_t late[512] = { 0 };

	start_proxy(&t, ", TIMEOUT 1, TRIES 3");
	ask(&t, "a.b.", 1000, 7);
	asked(&t, &first, late, &late_n);
	wait_ms(&t, 800);
	ok(!asked(&t, &ends, data, &n), "a second is waited for");
	wait_ms(&t, 300);
	ok(asked(&t, &ends, data, &n) && ends.dst != first.dst &&
	        (ends.sport != first.sport || data[0] != late[0] ||
	            data[1] != late[1]),
	    "then the other server is asked, from elsewhere");
	reply(&t, first, late, late_n, DNS_NOERROR);
	is_cstr(answered(&t), "", "what comes too late is not taken");
	wait_ms(&t, 1100);
	ok(asked(&t, &ends, data, &n) && ends.dst == first.dst,
	    "then the first again");
	wait_ms(&t, 1100);
	ok(!asked(&t, &ends, data, &n), "three times in all");
	is_cstr(answered(&t), "7:2 ", "then the client hears of it");
	is_num((int64_t)stat_of(&t, "timeouts"), 3, "three timeouts");

	ask(&t, "c.d.", 1000, 8);
	asked(&t, &ends, data, &n);
	ok(data[11] == 1, "a query with EDNS");
	reply(&t, ends, data, n, DNS_FORMERR);
	ok(asked(&t, &first, data, &n) && first.dst == ends.dst &&
	        data[11] == 0,
	    "is asked again without it where that is not known");
	reply(&t, first, data, n, DNS_REFUSED);
	ok(asked(&t, &ends, data, &n) && first.dst != ends.dst,
	    "the other server is asked where one refuses");
	reply(&t, ends, data, n, DNS_NOERROR);
	is_cstr(answered(&t), "8:0 ", "and its answer counts");
	ask(&t, "e.f.", 1000, 9);
	ok(asked(&t, &first, data, &n) && first.dst == ends.dst,
	    "and it is asked first from now on");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static void
test_proxy_limits(void)
{
	struct dns_ends ends;
	uint8_t data[512] = { 0 };
	uint32_t n, ports = 0, ids = 0;
	uint16_t last_port = 0, last_id = 0;
	struct trun t;
	char name[32];

	start_proxy(&t, ", INFLIGHT 100, MEMORY 30000");
	for (uint16_t i = 0; i < 110; i++) {
		snprintf(name, sizeof(name), "n%u.", i);
		ask(&t, name, 1000, i);
	}
	is_cstr(trun_read(&t, "d.inflight"), "100", "INFLIGHT 100");
	is_num((int64_t)stat_of(&t, "overload"), 10, "ten are refused");
	while (asked(&t, &ends, data, &n)) {
		ports += ends.sport != last_port;
		ids += get_be16(data) != last_id;
		last_port = ends.sport;
		last_id = get_be16(data);
		if (__builtin_bswap16(ends.sport) < 1024)
			ok(false, "a port below 1024");
		reply(&t, ends, data, n, DNS_NOERROR);
	}
	ok(ports > 95 && ids > 95, "ports and ids differ");
	answered(&t);
	for (uint16_t i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "m%u.", i);
		ask(&t, name, 1000, i);
		asked(&t, &ends, data, &n);
		reply(&t, ends, data, n, DNS_NOERROR);
		drop(&t, take(&t, "q"));
	}
	ok(strtoul(trun_read(&t, "d.memory"), NULL, 10) <= 30000 &&
	        strtoul(trun_read(&t, "d.entries"), NULL, 10) > 20,
	    "MEMORY 30000: %s answers", trun_read(&t, "d.entries"));
	for (uint16_t i = 0; i < 70; i++)
		ask(&t, "same.", 2000 + i, i);
	is_num((int64_t)stat_of(&t, "overload"), 16, "64 clients a question");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* Whatever comes: no crash, nothing lost. */
static void
test_hostile(void)
{
	struct rand_state r;
	struct trun t;

	rand_seed(&r, 9);
	start_proxy(&t, ", INFLIGHT 20");
	for (int i = 0; i < 20000; i++) {
		struct dns_ends ends = ends_of(CLIENT, 1000 + (i & 7), SERVER,
		    rand_below(&r, 9) == 0 ? 80 : 53);
		uint8_t data[300], proto = IPPROTO4_UDP;
		uint32_t n = query(data, "a.b.c.", (uint16_t)i);
		struct packet *p;

		data[rand_below(&r, n)] ^= (uint8_t)rand_u32(&r);
		if (rand_below(&r, 3) == 0)
			proto = IPPROTO4_TCP;
		p = dns_packet_new(master_thread(t.m, 0), &ends, proto,
		    proto == IPPROTO4_TCP ? 20 : 8, data, n, 0);
		if (proto == IPPROTO4_TCP) {
			packet_transport(p)[12] = 5 << 4;
			packet_transport(p)[13] = (uint8_t)rand_below(&r, 32);
		} else {
			put_be16(packet_transport(p) + 4, (uint16_t)(8 + n));
		}
		dns_packet_sum(p);
		if (rand_below(&r, 4) == 0)
			packet_take(p, rand_below(&r, p->length));
		feed(&t, rand_below(&r, 2), p);
		while ((p = take(&t, "q")) != NULL)
			drop(&t, p);
		while ((p = take(&t, "u")) != NULL) {
			/* Comes back, bent. */
			p->data[20 + rand_below(&r, p->length - 20)] ^=
			    (uint8_t)rand_below(&r, 2);
			feed(&t, 1, p);
		}
	}
	ok(stat_of(&t, "ignored") > 1000, "20000 odd packets");
	is_num(trun_stop(&t), 0, "every packet is back");
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "DNSProxy(10.0.0.1)", "SRC" },
	{ "DNSProxy(x, 10.0.0.1)", "UPSTREAM" },
	{ "DNSProxy(1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
	  "1.1.1.1 1.1.1.1, 10.0.0.1)",
	    "more than 8 addresses" },
	{ "DNSProxy(1.1.1.1, 10.0.0.1, TRIES 0)", "TRIES must be" },
	{ "DNSProxy(1.1.1.1, 10.0.0.1, TIMEOUT 0)", "TIMEOUT must be" },
	{ "DNSProxy(1.1.1.1, 10.0.0.1, INFLIGHT 0)", "INFLIGHT must be" },
	{ "DNSProxy(1.1.1.1, 10.0.0.1, MIN_TTL 9, MAX_TTL 8)",
	    "MIN_TTL is above MAX_TTL" },
	{ "DNSResponder(x)", "no records" },
	{ "DNSResponder(x..y, \"@ A 1.2.3.4\")", "'x..y' is no domain name" },
	{ "DNSResponder(x, \"@ A 1.2.3.4\")", "x. lies in no zone" },
	{ "DNSResponder(x, \"@ A 1.2.3\")", "'1.2.3' is no IPv4 address" },
	{ "DNSResponder(x, ZONE /nowhere/at/all)", "/nowhere/at/all: " },
	{ "DNSResponder(x, \"@ SOA a b 1 2 3 4 5\", CONNECTIONS 0)",
	    "CONNECTIONS must be" },
};

static void
test_mistakes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct strbuf text = STRBUF_INIT;
		struct trun t;

		sb_printf(&text, "Idle -> d :: %s -> Discard;%s",
		    mistakes[i].text,
		    i < 7 ? " Idle -> [1] d [1] -> Discard" : "");
		if (!ok(trun_start(&t, sb_cstr(&text)) != 0 &&
		            strstr(trun_log(&t), mistakes[i].error) != NULL,
		        "%s", mistakes[i].error))
			tap_note("%s", trun_log(&t));
		trun_stop(&t);
		sb_fini(&text);
	}
}

int
main(void)
{
	test_tcp(0, 1);
	for (uint64_t seed = 1; seed <= 5; seed++)
		test_tcp(3, seed);
	test_tcp_limits();
	test_proxy_shared();
	test_proxy_hits();
	test_proxy_ttl();
	test_proxy_swap();
	test_proxy_forged();
	test_proxy_retries();
	test_proxy_limits();
	test_hostile();
	test_mistakes();
	return tap_done();
}
