/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_options.h -- a helper of the elements in ip/: the IPv4 options that every
 * router processes, Record Route and Timestamp (RFC 791, 3.1; RFC 1812,
 * 4.2.2.2).  IPGWOptions and IPOutputCombo stand on it.
 */
#ifndef ELEMENTS_IP_IP_OPTIONS_H
#define ELEMENTS_IP_IP_OPTIONS_H

#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"

enum {
	IPOPT_EOL = 0,
	IPOPT_NOP = 1,
	IPOPT_RR = 7,
	IPOPT_TS = 68,
	IPOPT_COPIED = 0x80, /* set: goes into every fragment */
};

/*
 * Writes my address, and the time where it is asked for, into the options of
 * *p, whose header must be whole (ip_header_whole); mine are all addresses that
 * count as ours.  Returns 0 when all is well (*p may have been replaced, its
 * checksum is right), PACKET_GONE when memory ran out, or the offset (20..) of
 * the byte in the header that is wrong.
 */
int ip_options_process(struct thread *t, struct packet **p, uint32_t my,
    const struct ip4_list *mine);

#endif
