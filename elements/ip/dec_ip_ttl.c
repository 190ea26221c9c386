/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DecIPTTL -- lower the IPv4 time to live by one hop.
 *
 *	DecIPTTL([keywords ACTIVE, MULTICAST])
 *
 *   in 0      IPv4 packets whose network header is set (see CheckIPHeader)
 *   out 0     the packet, TTL one lower, header checksum repaired
 *   out 1     the packet untouched if its TTL was 0 or 1 (RFC 1812, 5.3.1);
 *             freed when nothing is connected there
 *
 *   ACTIVE    false: pass all packets untouched (default true)
 *   MULTICAST false: pass packets to multicast addresses untouched (default
 *             true)
 *
 *   drops     read: packets sent to output 1 so far
 *   active    read, write: ACTIVE
 *
 *	... -> d :: DecIPTTL -> ...;
 *	d[1] -> ICMPError(18.26.4.24, timeexceeded) -> ...;
 */
#include "elements/ip/ip_header.h"

struct dec_ip_ttl {
	uint64_t drops;
	bool active, multicast;
};

static int
dec_ip_ttl_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct dec_ip_ttl *self = element_state(e);
	struct args a;

	self->active = self->multicast = true;
	args_init(&a, conf, e, errh);
	args_bool(&a, "ACTIVE", 0, &self->active);
	args_bool(&a, "MULTICAST", 0, &self->multicast);
	return args_complete(&a);
}

static inline int
dec_ip_ttl_one(struct element *e, struct thread *t, struct packet **p)
{
	struct dec_ip_ttl *self = element_state(e);
	struct ip4 *ip = ip_header(*p);

	if (unlikely(ip == NULL))
		return PACKET_DROP;
	if (unlikely(!self->multicast && (ip->dst[0] & 0xf0) == 0xe0))
		return 0;
	if (unlikely(ip->ttl <= 1)) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	ip = ip_header_write(t, p);
	if (unlikely(ip == NULL))
		return PACKET_GONE;
	ip_header_dec_ttl(ip);
	return 0;
}

static void
dec_ip_ttl_action(struct element *e, struct batch *b)
{
	struct dec_ip_ttl *self = element_state(e);

	if (likely(self->active))
		batch_route(e, b, dec_ip_ttl_one);
}

static void
dec_ip_ttl_add_handlers(struct element *e)
{
	struct dec_ip_ttl *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	handler_add_data(e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL,
	    &self->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX, 0);
}

const struct element_class element_dec_ip_ttl = {
	.name = "DecIPTTL",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct dec_ip_ttl),
	.configure = dec_ip_ttl_configure,
	.add_handlers = dec_ip_ttl_add_handlers,
	.action = dec_ip_ttl_action,
};
