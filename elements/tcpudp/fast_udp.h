/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fast_udp.h -- what FastUDPSource and FastUDPSourceIP6 share: a frame with UDP
 * that is given again and again, and whose ports count up every INTERVAL
 * packets.
 */
#ifndef ELEMENTS_TCPUDP_FAST_UDP_H
#define ELEMENTS_TCPUDP_FAST_UDP_H

#include "elements/tcpudp/fastsource.h"

/* The first member of the element's state. */
struct fast_udp {
	struct fast_source source;
	/* Writes ports and checksum, in host order, into p's UDP header. */
	void (*fill)(
	    struct packet *p, uint16_t sport, uint16_t dport, bool checksum);
	uint16_t sport, dport, up; /* up: added to both ports */
	uint32_t interval;
	struct packet *frame; /* the element makes it; NULL: no memory */
};

/* The arguments behind the source's address, and those behind the other one. */
void fast_udp_read_source(struct fast_udp *u, struct args *a);
void fast_udp_read_rest(struct fast_udp *u, struct args *a);
/* Fills the frame; 0 or ERR_NOMEM. */
int fast_udp_begin(struct fast_udp *u, struct thread *t);
/* The class's. */
void fast_udp_cleanup(struct element *e, enum cleanup_stage stage);

#endif
