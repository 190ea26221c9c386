/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * net.h -- packets fed by hand into elements of a running configuration
 * (run.h), and looked at in its queues.
 *
 *	net_feed(&t, "x", 0, net_hex(&t, "4500..."));
 *	is_cstr(net_took(&t, "q"), "45000014...", "what came out");
 *	net_pass(&t, 3 * NS_PER_SEC);             lets time go by
 *	net_storm(&t, "x", 0, seeds, nseeds, n)   hostile packets
 *
 * Fed packets lie in a buffer of exactly their size behind some headroom, so
 * that the address sanitizer sees whoever reads beyond their end.
 */
#ifndef TEST_NET_H
#define TEST_NET_H

#include <stdlib.h>

#include "base/bytes.h"
#include "base/csum.h"
#include "base/rand.h"
#include "base/stamp.h"
#include "test/run.h"
#include "test/tap.h"

/* Starts "before conf after"; what it says is shown if it does not start. */
UNUSED static void
net_start(
    struct trun *t, const char *before, const char *conf, const char *after)
{
	struct strbuf sb = STRBUF_INIT;

	sb_printf(&sb, "%s%s%s", before, conf, after);
	if (!ok(trun_start(t, sb_cstr(&sb)) == 0, "'%s': starts", conf))
		tap_note("%s", trun_log(t));
	sb_fini(&sb);
}

UNUSED static void
net_end(struct trun *t)
{
	is_num(trun_stop(t), 0, "all packets are back");
}

/* Arguments that must be refused, and words of the reason. */
struct mistake {
	const char *conf, *message;
};

UNUSED static void
test_refused(
    const char *before, const struct mistake *list, size_t n, const char *after)
{
	for (size_t i = 0; i < n; i++) {
		struct strbuf sb = STRBUF_INIT;
		struct trun t;

		sb_printf(&sb, "%s%s%s", before, list[i].conf, after);
		ok(trun_start(&t, sb_cstr(&sb)) != 0, "'%s' is refused",
		    list[i].conf);
		if (!ok(strstr(trun_log(&t), list[i].message) != NULL,
		        "'%s': says why", list[i].conf))
			tap_note("%s", trun_log(&t));
		is_num(
		    trun_stop(&t), 0, "'%s': no packet is lost", list[i].conf);
		sb_fini(&sb);
	}
}

enum { NET_ROOM = 128, NET_TEXT = 8192 };

static inline void
net_release(struct foreign_buffer *f)
{
	free(f);
}

/* A packet of n bytes, network header at offset net (-1: not set). */
UNUSED static struct packet *
net_packet(struct trun *t, const void *bytes, uint32_t n, int32_t net)
{
	struct foreign_buffer *f = malloc(sizeof(*f) + NET_ROOM + n);
	uint8_t *head = (uint8_t *)(f + 1);
	struct packet *p;

	f->release = net_release;
	if (n > 0)
		memcpy(head + NET_ROOM, bytes, n);
	p = packet_new_foreign(
	    master_thread(t->m, 0), f, head, NET_ROOM + n, NET_ROOM, n);
	if (net >= 0 && (uint32_t)net < n) {
		uint8_t *ip = p->data + net;

		packet_set_network(
		    p, ip, *ip >> 4 == 6 ? 40u : (*ip & 15u) * 4);
	}
	return p;
}

/* Hexadecimal text as bytes (spaces are skipped); how many. */
UNUSED static uint32_t
net_bytes(const char *hex, uint8_t *out, uint32_t room)
{
	uint32_t n = 0;

	while (*hex != '\0' && n < room) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		out[n++] = (uint8_t)(char_hex(hex[0]) * 16 + char_hex(hex[1]));
		hex += 2;
	}
	return n;
}

/* The same as a packet that begins with an IP header. */
UNUSED static struct packet *
net_hex(struct trun *t, const char *hex)
{
	uint8_t bytes[NET_TEXT / 2];
	uint32_t n = net_bytes(hex, bytes, sizeof(bytes));

	return net_packet(t, bytes, n, 0);
}

UNUSED static void
net_feed(
    struct trun *t, const char *element, unsigned int port, struct packet *p)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, str_of(element), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);

	batch_add(b, p);
	if (e->class->push != NULL) {
		e->class->push(e, port, b);
	} else {
		e->class->action(e, b);
		if (b->count > 0)
			output_push(e, 0, b);
	}
	scratch_release(thread, m);
}

/* The next packet in a queue, NULL: none.  The caller kills it. */
UNUSED static struct packet *
net_take(struct trun *t, const char *queue)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, str_of(queue), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);
	struct packet *p;

	p = e->class->pull(e, 0, b, 1) == 1 ? b->packet[0] : NULL;
	scratch_release(thread, m);
	return p;
}

/* The same where the rest of a test is about that packet: there must be one. */
UNUSED static struct packet *
net_need(struct trun *t, const char *queue)
{
	struct packet *p = net_take(t, queue);

	ASSERT(p != NULL);
	return p;
}

UNUSED static void
net_kill(struct trun *t, struct packet *p)
{
	if (p != NULL)
		packet_kill(master_thread(t->m, 0), p);
}

/* The next packet's bytes in hexadecimal, "none"; valid until the next. */
UNUSED static const char *
net_took(struct trun *t, const char *queue)
{
	struct packet *p = net_take(t, queue);

	if (p == NULL)
		return "none";
	sb_clear(&t->result);
	for (uint32_t i = 0; i < p->length; i++)
		sb_printf(&t->result, "%02x", p->data[i]);
	net_kill(t, p);
	return sb_cstr(&t->result);
}

/* Takes all that a queue has; how many packets. */
UNUSED static unsigned int
net_drain(struct trun *t, const char *queue)
{
	unsigned int n = 0;
	struct packet *p;

	for (; (p = net_take(t, queue)) != NULL; n++)
		net_kill(t, p);
	return n;
}

static inline void
net_passed(struct element *e, struct timer *timer, struct thread *t)
{
	(void)timer;
	(void)t;
	master_stop(e->router->master);
}

/* Runs the router for so long (of simulated time). */
UNUSED static void
net_pass(struct trun *t, int64_t ns)
{
	struct timer timer = { 0 };

	timer_init(&timer, t->r->elements[0], net_passed);
	timer_schedule_after(&timer, ns);
	master_run(t->m);
	timer_fini(&timer);
}

/* A hot swap to another configuration; 0 if that is good. */
UNUSED static int
net_swap(struct trun *t, const char *text)
{
	struct graph_source source = { .text = str_of(text),
		.file = str_of("test") };
	struct graph g;
	int err;

	memset(&g, 0, sizeof(g));
	err = graph_parse(&g, &source, &t->errh);
	if (err == 0)
		err = router_new(t->m, &g, t->r, &t->r, &t->errh);
	if (err == 0)
		router_activate(t->r);
	return err;
}

/* ---- building ---- */

/* TCP, UDP or anything over IPv4 or IPv6. */
struct net_ip {
	const char *src, *dst; /* texts */
	uint8_t proto;
	uint16_t sport, dport;
	uint8_t flags; /* TCP's */
	uint32_t seq, ack;
	uint16_t win;
	const char *text; /* payload */
	uint8_t tos, ttl; /* ttl 0: 64 */
};

/* Writes the transport header and payload; its length. */
static inline uint32_t
net_build_l4(uint8_t *l4, const struct net_ip *s)
{
	uint32_t n = s->text == NULL ? 0 : (uint32_t)strlen(s->text);
	uint32_t hlen = 0;

	if (s->proto == IPPROTO4_TCP || s->proto == IPPROTO4_UDP) {
		put_be16(l4, s->sport);
		put_be16(l4 + 2, s->dport);
	}
	if (s->proto == IPPROTO4_TCP) {
		struct tcp *tcp = (struct tcp *)(void *)l4;

		hlen = sizeof(*tcp);
		put_be32(tcp->seq, s->seq);
		put_be32(tcp->ack, s->ack);
		tcp->off = 5 << 4;
		tcp->flags = s->flags;
		put_be16(tcp->win, s->win == 0 ? 8192 : s->win);
	} else if (s->proto == IPPROTO4_UDP) {
		hlen = sizeof(struct udp);
		put_be16(l4 + 4, (uint16_t)(hlen + n));
	}
	if (n > 0)
		memcpy(l4 + hlen, s->text, n);
	return hlen + n;
}

static inline void
net_build_sum(uint8_t *l4, uint32_t n, uint8_t proto, uint64_t pseudo)
{
	uint16_t sum = (uint16_t)~csum_fold(csum_add(pseudo, l4, n));

	if (proto == IPPROTO4_TCP)
		put_u16(l4 + 16, sum);
	else if (proto == IPPROTO4_UDP)
		put_u16(l4 + 6, sum == 0 ? 0xffff : sum);
}

/* The packet in buf (512 bytes); its length. */
UNUSED static uint32_t
net_build(uint8_t buf[static 512], const struct net_ip *s)
{
	uint8_t ttl = s->ttl == 0 ? 64 : s->ttl;
	struct ip6_addr src6, dst6;
	uint32_t src, dst, n;

	memset(buf, 0, 512);
	if (ip4_parse(str_of(s->src), &src) &&
	    ip4_parse(str_of(s->dst), &dst)) {
		struct ip4 *ip = (struct ip4 *)(void *)buf;

		*ip = (struct ip4){ .vhl = 0x45,
			.tos = s->tos,
			.ttl = ttl,
			.proto = s->proto };
		n = net_build_l4(buf + sizeof(*ip), s);
		put_be16(ip->len, (uint16_t)(sizeof(*ip) + n));
		put_u32(ip->src, src);
		put_u32(ip->dst, dst);
		put_u16(ip->sum, csum(ip, sizeof(*ip)));
		net_build_sum(buf + sizeof(*ip), n, s->proto,
		    csum_pseudo4(ip->src, ip->dst, s->proto, (uint16_t)n));
		return (uint32_t)sizeof(*ip) + n;
	}
	if (ip6_parse(str_of(s->src), &src6) &&
	    ip6_parse(str_of(s->dst), &dst6)) {
		struct ip6 *ip = (struct ip6 *)(void *)buf;

		put_be32(ip->vtf, 0x60000000u | (uint32_t)s->tos << 20);
		ip->next = s->proto;
		ip->hlim = ttl;
		memcpy(ip->src, &src6, 16);
		memcpy(ip->dst, &dst6, 16);
		n = net_build_l4(buf + sizeof(*ip), s);
		put_be16(ip->plen, (uint16_t)n);
		net_build_sum(buf + sizeof(*ip), n, s->proto,
		    csum_pseudo6(ip->src, ip->dst, s->proto, n));
		return (uint32_t)sizeof(*ip) + n;
	}
	abort(); /* a mistake in the test */
}

UNUSED static struct packet *
net_ip_packet(struct trun *t, const struct net_ip *s)
{
	uint8_t buf[512];
	uint32_t n = net_build(buf, s);

	return net_packet(t, buf, n, 0);
}

UNUSED static void
net_feed_ip(struct trun *t, const char *element, unsigned int port,
    const struct net_ip *s)
{
	net_feed(t, element, port, net_ip_packet(t, s));
}

/* ---- hostile packets ---- */

/*
 * n packets made of the seeds (hexadecimal): cut short, bytes changed, or
 * nothing but noise.  Whatever comes out goes into queues or is killed; that
 * nothing crashes and all come home is the test.
 */
UNUSED static void
net_storm(struct trun *t, const char *element, unsigned int port,
    const char *const *seeds, unsigned int nseeds, unsigned int n)
{
	static uint64_t storms; /* each is another, the same in each run */
	struct rand_state rand;
	uint8_t bytes[2048];

	rand_seed(&rand, ++storms);
	for (unsigned int i = 0; i < n; i++) {
		uint32_t length = net_bytes(
		    seeds[rand_below(&rand, nseeds)], bytes, sizeof(bytes));
		uint32_t changes = rand_below(&rand, 5);

		if (rand_below(&rand, 8) == 0)
			for (uint32_t k = 0; k < length; k++)
				bytes[k] = (uint8_t)rand_u32(&rand);
		while (length > 0 && changes-- > 0)
			bytes[rand_below(&rand, length)] =
			    (uint8_t)rand_u32(&rand);
		if (rand_below(&rand, 2) == 0)
			length = rand_below(&rand, length + 1);
		net_feed(t, element, port,
		    net_packet(
		        t, bytes, length, rand_below(&rand, 8) == 0 ? -1 : 0));
	}
}

#endif
