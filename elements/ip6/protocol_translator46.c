/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ProtocolTranslator46 -- make IPv6 packets of IPv4 packets.
 *
 *	ProtocolTranslator46([keyword COPY_TTL])
 *
 *   in 0      IPv4 packets
 *   out 0     IPv6 packets that say the same (RFC 7915, 4), network header and
 *             destination annotation set
 *
 * IPv4 address a.b.c.d becomes ::ffff:a.b.c.d.  TCP, UDP, ICMP echo and errors
 * with the packets that they quote, fragments and other protocols are
 * translated; IPv4 options are left out, a UDP checksum is made where there was
 * none.  Dropped are other ICMP messages, IGMP, fragments of ICMP and of UDP
 * without checksum, packets under way by a source route, and what is not whole.
 *
 *   COPY_TTL  true: the hop limit is the time to live; the default, false, adds
 *             65 to it, modulo 256, as Click does
 *
 *	... -> CheckIPHeader -> ProtocolTranslator46 -> ...
 */
#include "elements/ip6/xlat.h"

struct protocol_translator46 {
	bool copy_ttl;
};

/* What Click adds to a time to live to have a hop limit: 0x40 - 0xff. */
enum { TTL_TO_HLIM = 65 };

static int
protocol_translator46_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct protocol_translator46 *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "COPY_TTL", 0, &self->copy_ttl);
	return args_complete(&a);
}

static inline struct packet *
protocol_translator46_one(struct element *e, struct thread *t, struct packet *p)
{
	struct protocol_translator46 *self = element_state(e);
	struct ip6 *ip;

	p = xlat46(t, p);
	if (p != NULL && !self->copy_ttl) {
		ip = packet_ip6(p);
		ip->hlim = (uint8_t)(ip->hlim + TTL_TO_HLIM);
	}
	return p;
}

static void
protocol_translator46_action(struct element *e, struct batch *b)
{
	batch_each(e, b, protocol_translator46_one);
}

const struct element_class element_protocol_translator46 = {
	.name = "ProtocolTranslator46",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct protocol_translator46),
	.configure = protocol_translator46_configure,
	.action = protocol_translator46_action,
};
