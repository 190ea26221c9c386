/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guard.h -- what a tenant may send: only in its own name.
 */
#ifndef VALE_GUARD_H
#define VALE_GUARD_H

#include <stdint.h>

#include "vale/count.h"
#include "vale/settings.h"

/*
 * Looks at the first length bytes of an untagged frame of total bytes and
 * returns DROP_NONE, or the reason why it must not pass:
 *
 *	source address      is one of s's MAC addresses
 *	IPv4, IPv6 source   lies in one of its prefixes; but 0.0.0.0 and :: may
 *	                    ask for an address (DHCP, RFC 2131; duplicate
 *	                    address detection, RFC 4862, 5.4) and fe80::/10 is
 *	                    every host's (RFC 4291, 2.5.6)
 *	ARP                 sender MAC and IP are its own (RFC 826); a probe
 *	                    from 0.0.0.0 passes (RFC 5227, 2.1.1)
 *	neighbour advert.,  target and link-layer options are its own (RFC
 *	solicitation        4861, 4.3, 4.4)
 *	router advert.,     never (RFC 6105's reason): DROP_GUARD
 *	redirect
 *	anything else       DROP_GUARD: other types of frame carry no address
 *	                    that could be checked; so do IPv6 headers that go
 *	                    on beyond what is seen (RFC 7113, 3)
 *
 * With no prefix given, IP addresses are free; with no MAC address nothing
 * passes.
 */
enum vale_drop guard_check(const struct vale_settings *s, const uint8_t *frame,
    uint32_t length, uint32_t total);

#endif
