/* SPDX-License-Identifier: BSD-3-Clause */
/* force.h -- what ForceTCP, ForceUDP and ForceICMP share. */
#ifndef ELEMENTS_IP_FORCE_H
#define ELEMENTS_IP_FORCE_H

#include "click/element.h"

/* The transport part of a packet, as its IP header has it. */
struct force_l4 {
	struct ip4 *ip;
	uint8_t *l4;
	uint32_t length;  /* by the IP header's length field */
	uint32_t present; /* of these bytes, in the packet */
};

/*
 * Makes *p private and finds its transport part of at least min bytes, all
 * present.  False: *p has been killed, with "CLASS: bad lengths" in the log
 * unless memory ran out.
 */
bool force_find(struct element *e, struct thread *t, struct packet **p,
    uint32_t min, struct force_l4 *f);

#endif
