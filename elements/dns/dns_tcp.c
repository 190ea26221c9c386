/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_tcp.c -- DNS over TCP, the server's end; see dns_tcp.h. */
#include "elements/dns/dns_tcp.h"

#include <stdlib.h>

#include "os/os.h"

enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_MSS_LENGTH = 4,
	MSS_DEFAULT = 536, /* RFC 9293, 3.7.1 */
	MSS_MIN = 64,
	WINDOW = 8192, /* ours: a few queries */
	BATCH = 16,    /* connections looked at a tick */
};

enum dns_tcp_state { SYN_RCVD, OPEN };

struct dns_tcp_conn {
	struct flow_key key;
	struct flow_link link;
	uint32_t deadline_ms; /* RTO, or idle */
	uint8_t state, tries;
	bool fin_rcvd;
	bool fin_sent; /* nxt is behind it */
	bool fin_said; /* it was sent once, at fin */
	uint16_t mss;
	uint32_t window;   /* theirs, from una */
	uint32_t rcv_next; /* the client's next sequence number */
	uint32_t una;      /* ours: the first not acknowledged, */
	uint32_t nxt, top; /* the next, and behind the last ever sent */
	uint32_t iss, fin;
	uint8_t *said; /* from una on (SYN and FIN apart) */
	uint32_t nsaid, said_cap;
	uint8_t *query; /* of DNS_TCP_QUERY + 2 bytes, or NULL */
	uint32_t nquery;
};

void
dns_tcp_init(struct dns_tcp *s)
{
	flowtable_init(&s->table, (sizeof(struct dns_tcp_conn) + 7) & ~7u, 1);
}

static void
conn_free(struct dns_tcp_conn *c)
{
	free(c->said);
	free(c->query);
}

void
dns_tcp_fini(struct dns_tcp *s)
{
	for (uint32_t n = flowtable_next(&s->table, 1); n != 0;
	     n = flowtable_next(&s->table, n + 1))
		conn_free(flowtable_record(&s->table, n));
	flowtable_fini(&s->table);
}

static void
conn_end(struct dns_tcp *s, uint32_t record)
{
	conn_free(flowtable_record(&s->table, record));
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

/* ---- out ---- */

static void
dns_tcp_emit(struct dns_tcp *s, struct thread *t, const struct flow_key *key,
    uint32_t seq, uint32_t ack, uint8_t flags, const uint8_t *data, uint32_t n)
{
	struct dns_ends ends = { key->dst, key->src, key->dport, key->sport };
	bool syn = (flags & TCP_SYN) != 0;
	uint32_t header = sizeof(struct tcp) + (syn ? OPT_MSS_LENGTH : 0);
	struct packet *p =
	    dns_packet_new(t, &ends, IPPROTO4_TCP, header, data, n, s->ip_id++);
	struct tcp *tcp;

	if (p == NULL)
		return;
	tcp = (struct tcp *)(void *)packet_transport(p);
	put_be32(tcp->seq, seq);
	put_be32(tcp->ack, ack);
	tcp->off = (uint8_t)(header / 4 << 4);
	tcp->flags = flags;
	put_be16(tcp->win, WINDOW);
	if (syn) {
		uint8_t *o = (uint8_t *)(tcp + 1);

		o[0] = OPT_MSS;
		o[1] = OPT_MSS_LENGTH;
		put_be16(o + 2, DNS_TCP_MSS);
	}
	dns_packet_sum(p);
	s->emit(s->arg, t, p);
}

static void
conn_emit(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c,
    uint32_t seq, uint8_t flags, const uint8_t *data, uint32_t n)
{
	dns_tcp_emit(s, t, &c->key, seq, c->rcv_next, flags, data, n);
}

/* Says what has not been said and may be; false: there was nothing. */
static bool
conn_output(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c)
{
	bool any = false;

	if (c->state == SYN_RCVD)
		return false;
	for (int i = 0; i < DNS_TCP_BURST; i++) {
		uint32_t off = c->nxt - c->una, n;

		if (off >= c->nsaid || off >= c->window)
			break;
		n = c->nsaid - off;
		if (n > c->window - off)
			n = c->window - off;
		if (n > c->mss)
			n = c->mss;
		conn_emit(s, t, c, c->nxt, TCP_ACK | TCP_PSH, c->said + off, n);
		c->nxt += n;
		any = true;
	}
	if (c->fin_rcvd && !c->fin_sent && c->nxt - c->una == c->nsaid) {
		conn_emit(s, t, c, c->nxt, TCP_ACK | TCP_FIN, NULL, 0);
		c->fin = c->nxt++;
		c->fin_sent = c->fin_said = true;
		any = true;
	}
	if (c->nxt - c->una > c->top - c->una)
		c->top = c->nxt;
	return any;
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

static uint16_t
tcp_mss(const struct tcp *tcp)
{
	const uint8_t *o = (const uint8_t *)(tcp + 1);
	const uint8_t *end = (const uint8_t *)tcp + tcp_hlen(tcp);
	uint16_t mss = MSS_DEFAULT;

	while (o < end && *o != OPT_EOL) {
		if (*o == OPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			break;
		if (*o == OPT_MSS && o[1] == OPT_MSS_LENGTH)
			mss = get_be16(o + 2);
		o += o[1];
	}
	if (mss > DNS_TCP_MSS)
		mss = DNS_TCP_MSS;
	return mss < MSS_MIN ? MSS_MIN : mss;
}

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
	uint32_t now = now_ms(t), record;

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
	c->mss = tcp_mss(tcp);
	c->window = get_be16(tcp->win);
	c->deadline_ms = now + DNS_TCP_RTO_MS;
	flow_wheel_add(&s->wheel, record, c->deadline_ms);
	s->opened++;
	conn_emit(s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
}

/* Puts n bytes of an answer behind what is to be said. */
static bool
conn_say(struct dns_tcp_conn *c, const uint8_t *answer, uint32_t n)
{
	uint32_t want = c->nsaid + n + 2;
	uint8_t *said = c->said;

	if (want > c->said_cap) {
		said = realloc(c->said, want);
		if (said == NULL)
			return false;
		c->said = said;
		c->said_cap = want;
	}
	put_be16(said + c->nsaid, (uint16_t)n);
	memcpy(said + c->nsaid + 2, answer, n);
	c->nsaid = want;
	return true;
}

/* Answers the whole queries there are; false: the connection must go. */
static bool
conn_answer(struct dns_tcp *s, struct dns_tcp_conn *c)
{
	uint8_t *out = NULL;
	bool good = true;

	while (good && c->nquery >= 2) {
		uint32_t n = get_be16(c->query), whole = n + 2, length;

		if (n > DNS_TCP_QUERY || n < DNS_HEADER)
			good = false;
		if (!good || c->nquery < whole)
			break;
		if (out == NULL)
			out = malloc(DNS_MESSAGE_MAX);
		if (out == NULL) {
			good = false;
			break;
		}
		length = s->answer(s->arg, c->query + 2, n, out);
		good = length > 0 && conn_say(c, out, length);
		c->nquery -= whole;
		memmove(c->query, c->query + whole, c->nquery);
	}
	free(out);
	return good;
}

/* Takes data in order; false: the connection must go. */
static bool
conn_input(
    struct dns_tcp *s, struct dns_tcp_conn *c, const uint8_t *data, uint32_t n)
{
	if (c->query == NULL)
		c->query = malloc(DNS_TCP_QUERY + 2);
	if (c->query == NULL)
		return true; /* not taken: it will come again */
	while (n > 0 && c->nsaid < DNS_TCP_ANSWERS / 2) {
		uint32_t piece = DNS_TCP_QUERY + 2 - c->nquery;

		if (piece > n)
			piece = n;
		memcpy(c->query + c->nquery, data, piece);
		c->nquery += piece;
		c->rcv_next += piece;
		data += piece;
		n -= piece;
		if (!conn_answer(s, c))
			return false;
	}
	if (c->nquery == 0) {
		free(c->query);
		c->query = NULL;
	}
	return true;
}

/* ack is acceptable; takes off what it covers. */
static void
conn_acked(struct dns_tcp_conn *c, uint32_t ack)
{
	uint32_t n = ack - c->una;

	if (n == 0)
		return;
	c->tries = 0;
	if (c->state == SYN_RCVD) {
		c->state = OPEN;
		c->una++;
		n--;
	}
	if (n > c->nsaid) /* our FIN */
		n = c->nsaid;
	c->nsaid -= n;
	if (c->nsaid > 0)
		memmove(c->said, c->said + n, c->nsaid);
	if (c->nsaid == 0) {
		free(c->said);
		c->said = NULL;
		c->said_cap = 0;
	}
	/* It may have had what we were about to say again. */
	if (ack - c->una > c->nxt - c->una)
		c->nxt = ack;
	c->una = ack;
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
			conn_emit(s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
		else
			conn_emit(s, t, c, c->nxt, TCP_ACK, NULL, 0);
		return;
	}
	if ((tcp->flags & TCP_ACK) == 0 || ack - c->una > c->top - c->una) {
		if (c->state == SYN_RCVD)
			dns_tcp_refuse(s, t, &c->key, tcp, n);
		return;
	}
	/* RFC 6298, 5: what brings nothing new does not put the timer off. */
	was_waiting = conn_waits(c) && ack == c->una;
	conn_acked(c, ack);
	c->window = get_be16(tcp->win);
	if (c->fin_said && c->una == c->fin + 1) {
		conn_end(s, record);
		return;
	}
	if (old <= n && !c->fin_rcvd) {
		if (n > old && !conn_input(s, c, data + old, n - old)) {
			dns_tcp_refuse(s, t, &c->key, tcp, n);
			conn_end(s, record);
			return;
		}
		if (fin && c->rcv_next == seq + n) {
			c->fin_rcvd = true;
			c->rcv_next++;
		}
	}
	if (!conn_output(s, t, c) && must_ack)
		conn_emit(s, t, c, c->nxt, TCP_ACK, NULL, 0);
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
		conn_emit(s, t, c, c->iss, TCP_SYN | TCP_ACK, NULL, 0);
		return true;
	}
	c->nxt = c->una;
	c->fin_sent = false;
	conn_output(s, t, c);
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
	conn_emit(s, t, c, c->nxt, TCP_RST | TCP_ACK, NULL, 0);
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
