/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ProtocolTranslator64 -- make IPv4 packets of IPv6 packets.
 *
 *	ProtocolTranslator64
 *
 *   in 0      IPv6 packets between addresses ::ffff:a.b.c.d
 *   out 0     IPv4 packets that say the same (RFC 7915, 5), network header and
 *             destination annotation set
 *
 * TCP, UDP, ICMPv6 echo and errors with the packets that they quote, fragments
 * and other protocols are translated; extension headers are left out.  What was
 * no fragment gets "don't fragment" and identifier 0; the time to live is the
 * hop limit.  Dropped are packets from or to other addresses, other ICMPv6
 * messages, fragments of ICMPv6, packets under way by a routing header, and
 * what is not whole.
 *
 *	... -> CheckIP6Header -> ProtocolTranslator64 -> ...
 */
#include "elements/ip6/xlat.h"

static inline struct packet *
protocol_translator64_one(struct element *e, struct thread *t, struct packet *p)
{
	(void)e;
	return xlat64(t, p);
}

static void
protocol_translator64_action(struct element *e, struct batch *b)
{
	batch_each(e, b, protocol_translator64_one);
}

const struct element_class element_protocol_translator64 = {
	.name = "ProtocolTranslator64",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = protocol_translator64_action,
};
