/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_tcp.h -- the server's end of TCP connections that carry DNS messages,
 * each behind its length in two bytes (RFC 1035, 4.2.2; RFC 7766): as much of
 * TCP (RFC 9293) as that takes.
 *
 *	SYN -> SYN_RCVD -> OPEN -> FIN from the client, all said -> our FIN
 *
 * Data is taken in order only; what comes early is asked for again.  What is
 * said is kept until it is acknowledged and said again when that takes too
 * long.  There is no congestion control beyond a burst of DNS_TCP_BURST
 * segments a round.  Windows are not scaled.  Initial sequence numbers are
 * random.
 *
 * Limits: connections as set, in all; one that has said nothing for
 * DNS_TCP_IDLE_MS is reset, and the next to be so makes room for a new one
 * when there are as many as may be.  A connection takes 120 bytes, a query of
 * at most DNS_TCP_QUERY bytes while that is not whole, and answers of at most
 * DNS_TCP_ANSWERS bytes until they are acknowledged; while there are more its
 * queries are not read.
 */
#ifndef ELEMENTS_DNS_DNS_TCP_H
#define ELEMENTS_DNS_DNS_TCP_H

#include "elements/dns/dns_packet.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"

enum {
	DNS_TCP_QUERY = 1024,
	DNS_TCP_ANSWERS = 2 * (DNS_MESSAGE_MAX + 2),
	DNS_TCP_BURST = 10,
	DNS_TCP_MSS = 1220,
	DNS_TCP_IDLE_MS = 10000,
	DNS_TCP_RTO_MS = 1000, /* RFC 6298, 2.1; doubled each time */
	DNS_TCP_TRIES = 5,
};

struct dns_tcp_conn;

struct dns_tcp {
	struct flowtable table;
	struct flow_wheel wheel;
	bool wheel_ready;
	uint32_t max; /* connections */
	uint16_t ip_id;
	uint64_t opened, resets, retransmits, evicted;
	/*
	 * The answer to a query of n bytes, at most DNS_MESSAGE_MAX at out;
	 * its length, 0: there is none.
	 */
	uint32_t (*answer)(
	    void *arg, const uint8_t *query, uint32_t n, uint8_t *out);
	/* Takes a packet that goes out. */
	void (*emit)(void *arg, struct thread *t, struct packet *p);
	void *arg;
};

/* The caller sets max, answer, emit and arg.  Allocates nothing. */
void dns_tcp_init(struct dns_tcp *s);
void dns_tcp_fini(struct dns_tcp *s);

/* A segment that came. */
void dns_tcp_input(
    struct dns_tcp *s, struct thread *t, const struct dns_packet *pk);
/* To be called ten times a second while there are connections. */
void dns_tcp_tick(struct dns_tcp *s, struct thread *t);

static inline uint32_t
dns_tcp_count(const struct dns_tcp *s)
{
	return s->table.count;
}

#endif
