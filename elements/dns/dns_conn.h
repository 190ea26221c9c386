/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_conn.h -- for the files of dns_tcp.h only: one connection. */
#ifndef ELEMENTS_DNS_DNS_CONN_H
#define ELEMENTS_DNS_DNS_CONN_H

#include "elements/dns/dns_tcp.h"

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

void dns_conn_free(struct dns_tcp_conn *c);

/* Sends a segment to the client that key's packets come from. */
void dns_tcp_emit(struct dns_tcp *s, struct thread *t,
    const struct flow_key *key, uint32_t seq, uint32_t ack, uint8_t flags,
    const uint8_t *data, uint32_t n);
void dns_conn_emit(struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c,
    uint32_t seq, uint8_t flags, const uint8_t *data, uint32_t n);
/* Says what has not been said and may be; false: there was nothing. */
bool dns_conn_output(
    struct dns_tcp *s, struct thread *t, struct dns_tcp_conn *c);
/* Takes data in order; false: the connection must go. */
bool dns_conn_input(
    struct dns_tcp *s, struct dns_tcp_conn *c, const uint8_t *data, uint32_t n);
/* ack is acceptable: takes off what it covers. */
void dns_conn_acked(struct dns_tcp_conn *c, uint32_t ack);

#endif
