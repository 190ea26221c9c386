/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARPFaker(DSTIP, DSTETH, SRCIP, SRCETH) -- tells a host every ten seconds
 * where another one is
 *
 *   out 0    ARP replies to DSTIP at DSTETH that say that SRCIP is at SRCETH;
 *            the first after a second
 *
 * ARPResponder, which answers only who asks, is what one wants as a rule.
 *
 *     ARPFaker(18.26.4.1, 0:e0:2b:b:1a:0, 18.26.4.99, 0:a0:c9:9c:fd:9c)
 *         -> ToDevice(0);
 */
#include "base/stamp.h"
#include "elements/ethernet/arp_packet.h"

struct arp_faker {
	uint32_t dst, src; /* network order */
	uint8_t dst_mac[6], src_mac[6];
	struct timer timer;
};

static int
arp_faker_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_faker *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "DSTIP", ARG_POS | ARG_MAND, &s->dst);
	args_ether(&a, "DSTETH", ARG_POS | ARG_MAND, s->dst_mac);
	args_ip4(&a, "SRCIP", ARG_POS | ARG_MAND, &s->src);
	args_ether(&a, "SRCETH", ARG_POS | ARG_MAND, s->src_mac);
	return args_complete(&a);
}

static void
arp_faker_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct arp_faker *s = element_state(e);
	struct arp_parties who = { s->src_mac, s->dst_mac,
		(const uint8_t *)&s->src, (const uint8_t *)&s->dst };
	struct packet *p = arp_packet_new(t, ARP_REPLY, s->dst_mac, &who);

	timer_schedule_after(timer, 10 * NS_PER_SEC);
	if (p != NULL)
		output_push_one(e, 0, t, p);
}

static int
arp_faker_initialize(struct element *e, struct errh *errh)
{
	struct arp_faker *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, arp_faker_fire);
	timer_schedule_after(&s->timer, NS_PER_SEC);
	return 0;
}

static void
arp_faker_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct arp_faker *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
}

const struct element_class element_arp_faker = {
	.name = "ARPFaker",
	.ports = "0/1",
	.processing = "h",
	.state_size = sizeof(struct arp_faker),
	.configure = arp_faker_configure,
	.initialize = arp_faker_initialize,
	.cleanup = arp_faker_cleanup,
};
