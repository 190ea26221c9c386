/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DecIP6HLIM -- lower the IPv6 hop limit by one.
 *
 *	DecIP6HLIM
 *
 *   in 0      IPv6 packets whose network header is set (see CheckIP6Header)
 *   out 0     the packet, hop limit one lower
 *   out 1     the packet untouched if its hop limit was 0 or 1 (RFC 8200, 3);
 *             freed when nothing is connected there
 *
 *   drops     read: packets sent to output 1 so far
 *
 *	... -> d :: DecIP6HLIM -> ...;
 *	d[1] -> ICMP6Error(2001:db8::1, 3, 0) -> ...;
 */
#include "elements/ip6/ip6_header.h"

struct dec_ip6_hlim {
	uint64_t drops;
};

static int
dec_ip6_hlim_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct args a;

	args_init(&a, conf, e, errh);
	return args_complete(&a);
}

static inline int
dec_ip6_hlim_one(struct element *e, struct thread *t, struct packet **p)
{
	struct dec_ip6_hlim *self = element_state(e);
	struct ip6 *ip = ip6_header(*p);

	if (unlikely(ip == NULL))
		return PACKET_DROP;
	if (unlikely(ip->hlim <= 1)) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	ip = ip6_header_write(t, p);
	if (unlikely(ip == NULL))
		return PACKET_GONE;
	ip->hlim--;
	return 0;
}

static void
dec_ip6_hlim_action(struct element *e, struct batch *b)
{
	batch_route(e, b, dec_ip6_hlim_one);
}

static void
dec_ip6_hlim_add_handlers(struct element *e)
{
	struct dec_ip6_hlim *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_dec_ip6_hlim = {
	.name = "DecIP6HLIM",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct dec_ip6_hlim),
	.configure = dec_ip6_hlim_configure,
	.add_handlers = dec_ip6_hlim_add_handlers,
	.action = dec_ip6_hlim_action,
};
