/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPGWOptions -- process the IPv4 options that every router must.
 *
 *	IPGWOptions(MYADDR [, OTHERADDRS])
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the packet, Record Route and Timestamp options filled in,
 *             header checksum new
 *   out 1     packets with malformed or overflowing options; the parameter
 *             problem annotation says which byte; freed when nothing is
 *             connected there
 *
 *   MYADDR      this router's address on the way out
 *   OTHERADDRS  its other addresses, separated by spaces
 *
 *   drops       read: packets sent to output 1 so far
 *
 *	... -> o :: IPGWOptions(18.26.4.24) -> DecIPTTL -> ...;
 *	o[1] -> ICMPError(18.26.4.24, parameterproblem) -> ...;
 */
#include "click/anno.h"
#include "elements/ip/ip_options.h"

struct ip_gw_options {
	uint32_t my;
	struct ip4_list mine;
	uint64_t drops;
};

static int
ip_gw_options_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_gw_options *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "MYADDR", ARG_POS | ARG_MAND, &self->my);
	args_ip4_list(&a, "OTHERADDRS", ARG_POS, &self->mine);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return vec_push(&self->mine, self->my);
}

static void
ip_gw_options_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_gw_options *self = element_state(e);

	(void)stage;
	vec_fini(&self->mine);
}

static NOINLINE int
ip_gw_options_slow(struct element *e, struct thread *t, struct packet **p)
{
	struct ip_gw_options *self = element_state(e);
	int bad;

	if (ip_header_whole(*p) == NULL)
		return PACKET_DROP;
	bad = ip_options_process(t, p, self->my, &self->mine);
	if (bad <= 0)
		return bad;
	counter_add(&self->drops, t, 1);
	anno_set_u8(*p, ANNO_ICMP_PARAMPROB, (uint8_t)bad);
	return 1;
}

static inline int
ip_gw_options_one(struct element *e, struct thread *t, struct packet **p)
{
	const struct ip4 *ip = ip_header(*p);

	if (likely(ip != NULL && ip4_hlen(ip) <= sizeof(*ip)))
		return 0;
	return ip_gw_options_slow(e, t, p);
}

static void
ip_gw_options_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ip_gw_options_one);
}

static void
ip_gw_options_add_handlers(struct element *e)
{
	struct ip_gw_options *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_ip_gw_options = {
	.name = "IPGWOptions",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_gw_options),
	.configure = ip_gw_options_configure,
	.cleanup = ip_gw_options_cleanup,
	.add_handlers = ip_gw_options_add_handlers,
	.action = ip_gw_options_action,
};
