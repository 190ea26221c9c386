/* SPDX-License-Identifier: BSD-3-Clause */
/* encap.h -- what ICMPIPEncap and ICMPPingEncap share. */
#ifndef ELEMENTS_ICMP_ENCAP_H
#define ELEMENTS_ICMP_ENCAP_H

#include "click/element.h"

enum {
	ICMP_TSTAMP = 13,
	ICMP_TSTAMPREPLY = 14,
	ICMP_IREQ = 15,
	ICMP_IREQREPLY = 16
};

struct icmp_encap {
	uint32_t src, dst;
	uint16_t identifier;
	uint16_t next; /* IP identifier and sequence number, never 0 */
	uint8_t type, code;
};

void icmp_encap_action(struct element *e, struct batch *b);
void icmp_encap_add_handlers(struct element *e);

#endif
