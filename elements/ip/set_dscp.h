/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set_dscp.h -- a helper of SetIPDSCP and SetIP6DSCP: their argument DSCP, a
 * differentiated services code point (RFC 2474, 3), and its handlers.
 */
#ifndef ELEMENTS_IP_SET_DSCP_H
#define ELEMENTS_IP_SET_DSCP_H

#include "click/element.h"

/* The state of both. */
struct set_dscp {
	uint8_t bits; /* the upper six of the octet, in their place */
};

int set_dscp_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
void set_dscp_add_handlers(struct element *e);

#endif
