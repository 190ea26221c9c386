/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RIPSend -- announce one route by RIP version 2, again and again.
 *
 *	RIPSend(SRC, DST, PREFIX, METRIC)
 *
 *   out 0     IPv4 packets with a RIP response (RFC 2453) from SRC to DST:
 *             PREFIX is METRIC hops behind SRC; the first after 3 s, then one
 *             each 30 s
 *
 *   SRC, DST  addresses of the packet; SRC is also the next hop
 *   PREFIX    ADDR/LEN
 *   METRIC    hops
 *
 *	RIPSend(18.26.4.24, 18.26.4.255, 10.0.0.0/8, 10)
 *	    -> EtherEncap(0x0800, 0:0:c0:ae:67:ef, ff:ff:ff:ff:ff:ff)
 *	    -> ToDevice(0)
 */
#include "base/stamp.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"

struct rip_send {
	uint32_t src, dst;
	struct ip4_prefix what;
	int32_t metric;
	struct timer timer;
};

/* A RIP response with one entry (RFC 2453, 4). */
struct rip2 {
	uint8_t command, version;
	uint8_t unused[2];
	uint8_t family[2], tag[2];
	uint8_t addr[4], mask[4], next_hop[4], metric[4];
};
_Static_assert(sizeof(struct rip2) == 24, "rip2");

enum {
	RIP_RESPONSE = 2,
	RIP_VERSION = 2,
	RIP_FAMILY_IP = 2,
	RIP_PORT = 520,
	RIP_TTL = 200,
	RIP_FIRST_S = 3,
	RIP_EVERY_S = 30,
};

static int
rip_send_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rip_send *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_ip4(&a, "DST", ARG_POS | ARG_MAND, &self->dst);
	args_read(
	    &a, "PREFIX", ARG_POS | ARG_MAND, &arg_type_ip4_net, &self->what);
	args_i32(&a, "METRIC", ARG_POS | ARG_MAND, &self->metric);
	return args_complete(&a);
}

static void
rip_send_fill(const struct rip_send *self, struct ip4 *ip, struct udp *udp,
    struct rip2 *rip)
{
	const uint16_t len = sizeof(*udp) + sizeof(*rip);
	uint64_t sum;

	*rip = (struct rip2){ .command = RIP_RESPONSE, .version = RIP_VERSION };
	put_be16(rip->family, RIP_FAMILY_IP);
	put_u32(rip->addr, self->what.addr);
	put_u32(rip->mask, self->what.mask);
	put_u32(rip->next_hop, self->src);
	put_be32(rip->metric, (uint32_t)self->metric);

	*udp = (struct udp){ .sum = { 0 } };
	put_be16(udp->sport, RIP_PORT);
	put_be16(udp->dport, RIP_PORT);
	put_be16(udp->len, len);

	*ip =
	    (struct ip4){ .vhl = 0x45, .ttl = RIP_TTL, .proto = IPPROTO4_UDP };
	put_be16(ip->len, (uint16_t)(sizeof(*ip) + len));
	put_u32(ip->src, self->src);
	put_u32(ip->dst, self->dst);
	ip_header_set_sum(ip, sizeof(*ip));
	sum = csum_pseudo4(ip->src, ip->dst, IPPROTO4_UDP, len);
	put_u16(udp->sum, (uint16_t)~csum_fold(csum_add(sum, udp, len)));
}

static void
rip_send_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct rip_send *self = element_state(e);
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL,
	    sizeof(struct ip4) + sizeof(struct udp) + sizeof(struct rip2), 0);

	if (p != NULL) {
		struct ip4 *ip = (struct ip4 *)p->data;
		struct udp *udp = (struct udp *)(ip + 1);

		rip_send_fill(self, ip, udp, (struct rip2 *)(udp + 1));
		packet_set_network(p, p->data, sizeof(*ip));
		output_push_one(e, 0, t, p);
	}
	timer_schedule_after(timer, RIP_EVERY_S * NS_PER_SEC);
}

static int
rip_send_initialize(struct element *e, struct errh *errh)
{
	struct rip_send *self = element_state(e);

	(void)errh;
	timer_init(&self->timer, e, rip_send_fire);
	timer_schedule_after(&self->timer, RIP_FIRST_S * NS_PER_SEC);
	return 0;
}

static void
rip_send_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct rip_send *self = element_state(e);

	if (stage >= CLEANUP_INITIALIZED)
		timer_fini(&self->timer);
}

const struct element_class element_rip_send = {
	.name = "RIPSend",
	.ports = "0/1",
	.processing = "h/h",
	.state_size = sizeof(struct rip_send),
	.configure = rip_send_configure,
	.initialize = rip_send_initialize,
	.cleanup = rip_send_cleanup,
};
