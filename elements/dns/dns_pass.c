/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_pass.c -- TCP handed on; see dns_pass.h. */
#include "elements/dns/dns_pass.h"

#include "click/anno.h"
#include "elements/ip/ip_header.h"

enum {
	FROM_CLIENT = 1, /* kinds of keys */
	FROM_SERVER = 2,
	PORT_MIN = 1024,
	REAP = 4,
};

/* key[0]: the client's packets; key[1]: the server's. */
struct dns_passed {
	struct flow_key key[2];
	struct flow_link link;
	uint32_t last_ms;
	uint8_t fins; /* bit 0: client's, 1: server's */
	uint8_t pad[7];
};

void
dns_pass_init(struct dns_pass *s)
{
	flowtable_init(&s->table, sizeof(struct dns_passed), 2);
}

void
dns_pass_fini(struct dns_pass *s)
{
	flowtable_fini(&s->table);
}

static uint32_t
pass_expiry(const struct dns_passed *f)
{
	return f->last_ms +
	       (f->fins == 3 ? DNS_PASS_DONE_MS : DNS_PASS_IDLE_MS);
}

static void
pass_end(struct dns_pass *s, uint32_t record)
{
	flow_wheel_remove(&s->wheel, record);
	flowtable_remove(&s->table, record, 0);
	flowtable_remove(&s->table, record, 1);
	flowtable_delete(&s->table, record);
}

static bool
pass_look(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	const struct dns_pass *s = arg;

	*expiry_ms = pass_expiry(flowtable_record(&s->table, record));
	return true;
}

static void
pass_reap(struct dns_pass *s, uint32_t now)
{
	for (int i = 0; i < REAP && s->wheel_ready; i++) {
		uint32_t n = flow_wheel_due(&s->wheel, now), expiry;

		if (n == 0)
			return;
		expiry = pass_expiry(flowtable_record(&s->table, n));
		if ((int32_t)(expiry - now) > 0)
			flow_wheel_move(&s->wheel, n, expiry);
		else
			pass_end(s, n);
	}
}

/* Ends the connection that would end first; false: there is none. */
static bool
pass_evict(struct dns_pass *s)
{
	uint32_t n =
	    s->wheel_ready ? flow_wheel_pick(&s->wheel, pass_look, s) : 0;

	if (n == 0)
		return false;
	pass_end(s, n);
	s->evicted++;
	return true;
}

void
dns_pass_take(struct dns_pass *to, struct dns_pass *from)
{
	uint32_t max = to->max;

	flowtable_fini(&to->table);
	*to = *from;
	to->max = max;
	to->wheel.table = &to->table;
	flowtable_init(&from->table, sizeof(struct dns_passed), 2);
	from->wheel_ready = false;
	while (to->table.count > to->max && pass_evict(to))
		continue;
}

/* A record for pk's connection, 0: there cannot be one. */
static uint32_t
pass_open(struct dns_pass *s, const struct dns_packet *pk, uint32_t server,
    uint16_t port, uint32_t now)
{
	struct dns_passed *f;
	uint32_t n;

	if (!s->wheel_ready) {
		flow_wheel_init(&s->wheel, &s->table,
		    offsetof(struct dns_passed, link), 0, now);
		s->wheel_ready = true;
	}
	if (s->table.count >= s->max && !pass_evict(s))
		return 0;
	n = flowtable_new(&s->table);
	if (n == 0)
		return 0;
	if (port < PORT_MIN)
		port = (uint16_t)(port + PORT_MIN);
	f = flowtable_record(&s->table, n);
	f->key[0] = (struct flow_key){ pk->ends.src, pk->ends.dst,
		pk->ends.sport, pk->ends.dport, FROM_CLIENT };
	f->key[1] = (struct flow_key){ server, s->source, pk->ends.dport,
		__builtin_bswap16(port), FROM_SERVER };
	f->last_ms = now;
	/* A port that is in use: the client's next SYN gets another. */
	if (flowtable_find(&s->table, &f->key[1]) != 0 ||
	    flowtable_insert(&s->table, n, 0) != 0) {
		flowtable_delete(&s->table, n);
		return 0;
	}
	if (flowtable_insert(&s->table, n, 1) != 0) {
		flowtable_remove(&s->table, n, 0);
		flowtable_delete(&s->table, n);
		return 0;
	}
	flow_wheel_add(&s->wheel, n, pass_expiry(f));
	s->opened++;
	return n;
}

/* Writes other addresses and ports into *p. */
static void
pass_rewrite(struct thread *t, struct packet **p, const struct dns_ends *to)
{
	uint32_t extra, network;
	struct ip4 *ip;
	uint8_t *l4;

	if (packet_uniqueify(t, p) == NULL)
		return;
	ip = packet_ip4(*p);
	network = (uint32_t)packet_network_length(*p);
	extra = network - get_be16(ip->len);
	if (extra > 0)
		packet_take(*p, extra); /* padding has no part in sums */
	l4 = (uint8_t *)ip + ip4_hlen(ip);
	packet_set_network(*p, (uint8_t *)ip, ip4_hlen(ip));
	put_u32(ip->src, to->src);
	put_u32(ip->dst, to->dst);
	ip_header_set_sum(ip, ip4_hlen(ip));
	put_u16(l4, to->sport);
	put_u16(l4 + 2, to->dport);
	dns_packet_sum(*p);
	anno_set_u32(*p, ANNO_DST_IP, to->dst);
}

/* Notes a packet of side (0: the client's) of connection n. */
static struct dns_passed *
pass_note(struct dns_pass *s, uint32_t n, int side, const struct dns_packet *pk,
    uint32_t now)
{
	struct dns_passed *f = flowtable_record(&s->table, n);
	uint8_t flags = ((const struct tcp *)(const void *)pk->l4)->flags;

	f->last_ms = now;
	if ((flags & TCP_RST) != 0)
		f->fins = 3;
	else if ((flags & TCP_FIN) != 0)
		f->fins |= (uint8_t)(1 << side);
	if (f->fins == 3)
		flow_wheel_move(&s->wheel, n, pass_expiry(f));
	return f;
}

static uint32_t
pass_now(struct thread *t)
{
	return (uint32_t)(thread_recent_ns(t) / 1000000);
}

bool
dns_pass_client(struct dns_pass *s, struct thread *t, struct packet **p,
    const struct dns_packet *pk, uint32_t server, uint16_t port)
{
	struct flow_key key = { pk->ends.src, pk->ends.dst, pk->ends.sport,
		pk->ends.dport, FROM_CLIENT };
	const struct tcp *tcp = (const struct tcp *)(const void *)pk->l4;
	const struct dns_passed *f;
	struct dns_ends to;
	uint32_t n, now = pass_now(t);

	pass_reap(s, now);
	n = flow_ref_record(flowtable_find(&s->table, &key));
	if (n == 0) {
		if ((tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
			return false;
		n = pass_open(s, pk, server, port, now);
		if (n == 0)
			return false;
	}
	f = pass_note(s, n, 0, pk, now);
	to = (struct dns_ends){ f->key[1].dst, f->key[1].src, f->key[1].dport,
		f->key[1].sport };
	pass_rewrite(t, p, &to);
	return true;
}

bool
dns_pass_server(struct dns_pass *s, struct thread *t, struct packet **p,
    const struct dns_packet *pk)
{
	struct flow_key key = { pk->ends.src, pk->ends.dst, pk->ends.sport,
		pk->ends.dport, FROM_SERVER };
	uint32_t ref = flowtable_find(&s->table, &key);
	const struct dns_passed *f;
	struct dns_ends to;

	if (ref == 0)
		return false;
	f = pass_note(s, flow_ref_record(ref), 1, pk, pass_now(t));
	to = (struct dns_ends){ f->key[0].dst, f->key[0].src, f->key[0].dport,
		f->key[0].sport };
	pass_rewrite(t, p, &to);
	return true;
}
