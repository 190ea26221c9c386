/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_pass.h -- TCP connections of clients handed on to a server, packet by
 * packet, under another address and port.
 *
 *	client:p -> us:53   becomes   source:q -> server:53, and back
 *
 * Neither end's sequence numbers are touched; q is random.
 *
 * Limits: connections as set, 72 bytes each and 20 to find it; idle for
 * DNS_PASS_IDLE_MS, or DNS_PASS_DONE_MS after a RST or both FINs, they are
 * forgotten; the next to be so makes room for a new one.
 */
#ifndef ELEMENTS_DNS_DNS_PASS_H
#define ELEMENTS_DNS_DNS_PASS_H

#include "elements/dns/dns_packet.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"

enum { DNS_PASS_IDLE_MS = 30000, DNS_PASS_DONE_MS = 2000 };

struct dns_pass {
	struct flowtable table;
	struct flow_wheel wheel;
	bool wheel_ready;
	uint32_t max;
	uint32_t source; /* network order */
	uint64_t opened, evicted;
};

/* The caller sets max and source. */
void dns_pass_init(struct dns_pass *s);
void dns_pass_fini(struct dns_pass *s);
/* A hot swap: to, which is empty, gets from's, as many as it may have. */
void dns_pass_take(struct dns_pass *to, struct dns_pass *from);

/*
 * Rewrites a packet that was read as pk (TCP): from a client, to server for a
 * new connection; or from a server.  False: it belongs nowhere.  port: a
 * random number for a new connection.  *p may be replaced, or NULL with true:
 * no memory.
 */
bool dns_pass_client(struct dns_pass *s, struct thread *t, struct packet **p,
    const struct dns_packet *pk, uint32_t server, uint16_t port);
bool dns_pass_server(struct dns_pass *s, struct thread *t, struct packet **p,
    const struct dns_packet *pk);

#endif
