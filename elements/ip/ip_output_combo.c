/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPOutputCombo -- the last steps of an IPv4 router's output, in one.
 *
 *	IPOutputCombo(COLOR, IPADDR, MTU)
 *
 * Does what DropBroadcasts -> PaintTee(COLOR) -> IPGWOptions(IPADDR) ->
 * FixIPSrc(IPADDR) -> DecIPTTL do, faster, and finds packets too long for
 * the link.
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     to be sent
 *   out 1     copies of those painted COLOR (for redirects)
 *   out 2     bad options (see IPGWOptions)
 *   out 3     time to live expired
 *   out 4     longer than MTU: meant for IPFragmenter
 *
 *   COLOR     the link's paint
 *   IPADDR    this router's address on it
 *   MTU       longest packet, bytes
 *
 *	rt[1] -> o :: IPOutputCombo(1, 10.0.0.1, 1500) -> ARPQuerier(...) ...
 */
#include "click/anno.h"
#include "elements/ip/ip_options.h"

struct ip_output_combo {
	int32_t color;
	uint32_t mtu;
	uint32_t my;
	struct ip4_list mine; /* my, as a list */
};

static int
ip_output_combo_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_output_combo *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "COLOR", ARG_POS | ARG_MAND, &self->color);
	args_ip4(&a, "IPADDR", ARG_POS | ARG_MAND, &self->my);
	args_u32(&a, "MTU", ARG_POS | ARG_MAND, &self->mtu);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return vec_push(&self->mine, self->my);
}

static void
ip_output_combo_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_output_combo *self = element_state(e);

	(void)stage;
	vec_fini(&self->mine);
}

/* Options and source address: 0, or an output, or PACKET_GONE. */
static inline int
ip_output_combo_header(
    struct ip_output_combo *self, struct thread *t, struct packet **p)
{
	struct ip4 *ip = packet_ip4(*p);
	int bad;

	if (unlikely(ip4_hlen(ip) > sizeof(*ip))) {
		bad = ip_options_process(t, p, self->my, &self->mine);
		if (bad > 0) {
			anno_set_u8(*p, ANNO_ICMP_PARAMPROB, (uint8_t)bad);
			return 2;
		}
		if (bad < 0)
			return bad;
	}
	if (unlikely(anno_u8(*p, ANNO_FIX_IP_SRC) != 0)) {
		ip = packet_ip4(*p);
		anno_set_u8(*p, ANNO_FIX_IP_SRC, 0);
		put_u32(ip->src, self->my);
		ip_header_set_sum(ip, ip4_hlen(ip));
	}
	return 0;
}

static inline int
ip_output_combo_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ip_output_combo *self = element_state(e);
	struct ip4 *ip;
	int port;

	if ((*p)->type == PACKET_BROADCAST || (*p)->type == PACKET_MULTICAST)
		return PACKET_DROP;
	if (unlikely(ip_header_whole(*p) == NULL))
		return PACKET_DROP;
	if (anno_u8(*p, ANNO_PAINT) == self->color) {
		struct packet *copy = packet_clone(t, *p);

		if (copy != NULL)
			output_push_one(e, 1, t, copy);
	}
	if (unlikely(packet_uniqueify(t, p) == NULL))
		return PACKET_GONE;
	port = ip_output_combo_header(self, t, p);
	if (unlikely(port != 0))
		return port;
	ip = packet_ip4(*p);
	if (unlikely(ip->ttl <= 1))
		return 3;
	ip_header_dec_ttl(ip);
	return (*p)->length > self->mtu ? 4 : 0;
}

static void
ip_output_combo_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, ip_output_combo_one);
}

const struct element_class element_ip_output_combo = {
	.name = "IPOutputCombo",
	.ports = "1/5",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_output_combo),
	.configure = ip_output_combo_configure,
	.cleanup = ip_output_combo_cleanup,
	.push = ip_output_combo_push,
};
