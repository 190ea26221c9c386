/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_conn.c -- what one TCP connection says and hears; see dns_conn.h. */
#include "elements/dns/dns_conn.h"

#include <stdlib.h>

#include "elements/ip/tcp_mss.h"

enum { WINDOW = 8192 /* ours: a few queries */ };

void
dns_conn_free(struct dns_tcp_conn *c)
{
	free(c->said);
	free(c->query);
}

void
dns_tcp_emit(struct dns_tcp *s, struct thread *t, const struct flow_key *key,
    uint32_t seq, uint32_t ack, uint8_t flags, const uint8_t *data, uint32_t n)
{
	struct dns_ends ends = { key->dst, key->src, key->dport, key->sport };
	bool syn = (flags & TCP_SYN) != 0;
	uint32_t header = sizeof(struct tcp) + (syn ? TCP_OPT_MSS_LENGTH : 0);
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
	if (syn)
		tcp_mss_write((uint8_t *)(tcp + 1), DNS_TCP_MSS);
	dns_packet_sum(p);
	s->emit(s->arg, t, p);
}

void
dns_conn_emit(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c,
    uint32_t seq, uint8_t flags, const uint8_t *data, uint32_t n)
{
	dns_tcp_emit(s, t, &c->key, seq, c->rcv_next, flags, data, n);
}

/* Says what has not been said and may be; false: there was nothing. */
bool
dns_conn_output(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c)
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
		dns_conn_emit(
		    s, t, c, c->nxt, TCP_ACK | TCP_PSH, c->said + off, n);
		c->nxt += n;
		any = true;
	}
	if (c->fin_rcvd && !c->fin_sent && c->nxt - c->una == c->nsaid) {
		dns_conn_emit(s, t, c, c->nxt, TCP_ACK | TCP_FIN, NULL, 0);
		c->fin = c->nxt++;
		c->fin_sent = c->fin_said = true;
		any = true;
	}
	if (c->nxt - c->una > c->top - c->una)
		c->top = c->nxt;
	return any;
}

/* ---- in ---- */

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
bool
dns_conn_input(
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
void
dns_conn_acked(struct dns_tcp_conn *c, uint32_t ack)
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
