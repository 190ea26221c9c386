/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_tcp.c -- DNS over TCP, the server's end; see dns_tcp.h. */
#include "elements/dns/dns_tcp.h"

#include "elements/dns/dns_conn.h"
#include "elements/ip/tcp_mss.h"
#include "os/os.h"

enum {
	MSS_MIN = 64,
	BATCH = 16, /* connections looked at a tick */
};

void
dns_tcp_init(struct dns_tcp *s)
{
	flowtable_init(&s->table, (sizeof(struct dns_tcp_conn) + 7) & ~7u, 1);
}

void
dns_tcp_fini(struct dns_tcp *s)
{
	for (uint32_t n = flowtable_next(&s->table, 1); n != 0;
	     n = flowtable_next(&s->table, n + 1))
		dns_conn_free(flowtable_record(&s->table, n));
	flowtable_fini(&s->table);
}

static void
conn_end(struct dns_tcp *s, uint32_t record)
{
	dns_conn_free(flowtable_record(&s->table, record));
	flow_wheel_remove(&s->wheel, record);
	flowtable_remove(&s->table, record, 0);
	flowtable_delete(&s->table, record);
}

static uint32_t
now_ms(struct thread *t)
{
	return (uint32_t)(thread_steady_ns(t) / 1000000);
}

static bool
conn_waits(const struct dns_tcp_conn *c)
{
	return c->top != c->una;
}

/* When it is looked at again. */
static void
conn_set_deadline(
    struct dns_tcp *s, struct dns_tcp_conn *c, uint32_t record, uint32_t now)
{
	c->deadline_ms = now + (conn_waits(c) ? DNS_TCP_RTO_MS << c->tries
	                                      : DNS_TCP_IDLE_MS);
	flow_wheel_move(&s->wheel, record, c->deadline_ms);
}

/* A RST for a segment of no connection (RFC 9293, 3.10.7.1). */
static void
dns_tcp_refuse(struct dns_tcp *s, struct thread *t, const struct flow_key *key,
    const struct tcp *tcp, uint32_t n)
{
	uint32_t length =
	    n + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0);

	if ((tcp->flags & TCP_RST) != 0)
		return;
	s->resets++;
	if ((tcp->flags & TCP_ACK) != 0)
		dns_tcp_emit(
		    s, t, key, get_be32(tcp->ack), 0, TCP_RST, NULL, 0);
	else
		dns_tcp_emit(s, t, key, 0, get_be32(tcp->seq) + length,
		    TCP_RST | TCP_ACK, NULL, 0);
}

/* ---- in ---- */

static bool
dns_tcp_look(void *arg, uint32_t record, uint32_t *deadline_ms)
{
	const struct dns_tcp *s = arg;
	const struct dns_tcp_conn *c = flowtable_record(&s->table, record);

	*deadline_ms = c->deadline_ms;
	return true;
}

static void
dns_tcp_open(struct dns_tcp *s, struct thread *t, const struct flow_key *key,
    const struct tcp *tcp)
{
	struct dns_tcp_conn *c;
	uint32_t now = now_ms(t), record, mss;

	if (!s->wheel_ready) {
		flow_wheel_init(&s->wheel, &s->table,
		    offsetof(struct dns_tcp_conn, link), 0, now);
		s->wheel_ready = true;
	}
	if (s->table.count >= s->max) {
		record = flow_wheel_pick(&s->wheel, dns_tcp_look, s);
		if (record == 0)
			return;
		conn_end(s, record);
		s->evicted++;
	}
	record = flowtable_new(&s->table);
	if (record == 0)
		return;
	c = flowtable_record(&s->table, record);
	c->key = *key;
	if (flowtable_insert(&s->table, record, 0) != 0) {
		flowtable_delete(&s->table, record);
		return;
	}
	os_random(&c->iss, sizeof(c->iss));
	c->una = c->iss;
	c->nxt = c->top = c->iss + 1;
	c->rcv_next = get_be32(tcp->seq) + 1;
	mss = tcp_mss(tcp, (const uint8_t *)tcp + tcp_hlen(tcp));
	c->mss = (uint16_t)(mss > DNS_TCP_MSS ? DNS_TCP_MSS
	                    : mss < MSS_MIN   ? MSS_MIN
	                                      : mss);
	c->window = get_be16(tcp->win);
	c->deadline_ms = now + DNS_TCP_RTO_MS;
	flow_wheel_add(&s->wheel, record, c->deadline_ms);
	s->opened++;
	dns_conn_emit(s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
}

/* A segment of connection record. */
static void
conn_segment(struct dns_tcp *s, struct thread *t, uint32_t record,
    const struct tcp *tcp, const uint8_t *data, uint32_t n)
{
	struct dns_tcp_conn *c = flowtable_record(&s->table, record);
	uint32_t seq = get_be32(tcp->seq), ack = get_be32(tcp->ack);
	uint32_t old = c->rcv_next - seq;
	bool fin = (tcp->flags & TCP_FIN) != 0, must_ack = n > 0 || fin;
	bool was_waiting;

	if ((tcp->flags & TCP_RST) != 0) {
		if (seq == c->rcv_next)
			conn_end(s, record);
		return;
	}
	if ((tcp->flags & TCP_SYN) != 0) { /* again, or a challenge */
		if (c->state == SYN_RCVD && seq + 1 == c->rcv_next)
			dns_conn_emit(
			    s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
		else
			dns_conn_emit(s, t, c, c->nxt, TCP_ACK, NULL, 0);
		return;
	}
	if ((tcp->flags & TCP_ACK) == 0 || ack - c->una > c->top - c->una) {
		if (c->state == SYN_RCVD)
			dns_tcp_refuse(s, t, &c->key, tcp, n);
		return;
	}
	/* RFC 6298, 5: what brings nothing new does not put the timer off. */
	was_waiting = conn_waits(c) && ack == c->una;
	dns_conn_acked(c, ack);
	c->window = get_be16(tcp->win);
	if (c->fin_said && c->una == c->fin + 1) {
		conn_end(s, record);
		return;
	}
	if (old <= n && !c->fin_rcvd) {
		if (n > old && !dns_conn_input(s, c, data + old, n - old)) {
			dns_tcp_refuse(s, t, &c->key, tcp, n);
			conn_end(s, record);
			return;
		}
		if (fin && c->rcv_next == seq + n) {
			c->fin_rcvd = true;
			c->rcv_next++;
		}
	}
	if (!dns_conn_output(s, t, c) && must_ack)
		dns_conn_emit(s, t, c, c->nxt, TCP_ACK, NULL, 0);
	if (!was_waiting)
		conn_set_deadline(s, c, record, now_ms(t));
}

void
dns_tcp_input(struct dns_tcp *s, struct thread *t, const struct dns_packet *pk)
{
	const struct tcp *tcp = (const struct tcp *)(const void *)pk->l4;
	struct flow_key key = { .src = pk->ends.src,
		.dst = pk->ends.dst,
		.sport = pk->ends.sport,
		.dport = pk->ends.dport,
		.kind = 1 };
	uint32_t ref = flowtable_find(&s->table, &key);

	if (ref != 0)
		conn_segment(s, t, flow_ref_record(ref), tcp, pk->data, pk->n);
	else if ((tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN)
		dns_tcp_open(s, t, &key, tcp);
	else
		dns_tcp_refuse(s, t, &key, tcp, pk->n);
}

/* ---- time ---- */

/* Says again what is not acknowledged; false: it has been often enough. */
static bool
conn_again(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c)
{
	if (++c->tries > DNS_TCP_TRIES)
		return false;
	s->retransmits++;
	if (c->state == SYN_RCVD) {
		dns_conn_emit(s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
		return true;
	}
	c->nxt = c->una;
	c->fin_sent = false;
	dns_conn_output(s, t, c);
	return true;
}

/* True: it stays. */
static bool
conn_tick(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c)
{
	/* A closed window is asked after (RFC 9293, 3.8.6.1). */
	if (conn_waits(c) || c->nsaid > 0) {
		if (c->window == 0)
			c->window = 1;
		if (conn_again(s, t, c))
			return true;
	}
	dns_conn_emit(s, t, c, c->nxt, TCP_RST | TCP_ACK, NULL, 0);
	s->resets++;
	return false;
}

void
dns_tcp_tick(struct dns_tcp *s, struct thread *t)
{
	uint32_t now = now_ms(t), n;

	for (int i = 0; i < BATCH && s->wheel_ready; i++) {
		struct dns_tcp_conn *c;

		n = flow_wheel_due(&s->wheel, now);
		if (n == 0)
			return;
		c = flowtable_record(&s->table, n);
		if ((int32_t)(c->deadline_ms - now) > 0)
			flow_wheel_move(&s->wheel, n, c->deadline_ms);
		else if (conn_tick(s, t, c))
			conn_set_deadline(s, c, n, now);
		else
			conn_end(s, n);
	}
}
