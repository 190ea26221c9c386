/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * headercheck.h -- what the elements that check transport headers share: their
 * arguments, counters, handlers and complaints.
 *
 * The element's state begins with a struct header_check; its configure calls
 * header_check_configure(), its function for one packet returns 0 for a good
 * one and header_check_fail() for a bad one.
 */
#ifndef ELEMENTS_IP_HEADERCHECK_H
#define ELEMENTS_IP_HEADERCHECK_H

#include "base/proto.h"
#include "click/element.h"

enum { HEADER_CHECK_REASONS = 4 };

/* Constant, one an element class. */
struct header_check_texts {
	const char *protocol; /* "UDP" */
	bool name_element;    /* whether complaints begin with the element */
	const char *reasons[HEADER_CHECK_REASONS]; /* NULL: no more */
};

struct header_check {
	const struct header_check_texts *texts;
	uint64_t drops;
	uint64_t reasons[HEADER_CHECK_REASONS];
	bool verbose, details;
};

/* Reads VERBOSE and DETAILS. */
int header_check_configure(struct element *e, const struct strs *conf,
    struct errh *errh, const struct header_check_texts *texts);
/* The same for a class that has read arguments of its own from a. */
int header_check_complete(
    struct element *e, struct args *a, const struct header_check_texts *texts);
/* "drops", and "drop_details" if DETAILS was true. */
void header_check_add_handlers(struct element *e);

/*
 * Counts a bad packet and complains (once, or always with VERBOSE).  Returns
 * 1, the output for bad packets.
 */
int header_check_fail(struct element *e, struct thread *t, unsigned int reason);

/*
 * The IPv4 header of p if it is there whole (20 bytes) and of that protocol,
 * else NULL.
 */
static inline const struct ip4 *
header_check_ip4(const struct packet *p, uint8_t proto)
{
	const struct ip4 *ip = packet_ip4(p);

	if (ip == NULL || packet_network_length(p) < (int32_t)sizeof(*ip) ||
	    ip->proto != proto)
		return NULL;
	return ip;
}

#endif
