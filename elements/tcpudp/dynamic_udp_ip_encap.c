/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DynamicUDPIPEncap(SRC, SPORT, DST, DPORT [, CHECKSUM, INTERVAL]) -- put
 * packets into UDP over IPv4 with ports that count up.
 *
 *   in 0, out 0   any packets; IP header position and destination address
 *                 annotation are set on the way
 *
 *   SRC, SPORT    source address and first port
 *   DST, DPORT    destination address and first port
 *   CHECKSUM      boolean: whether UDP checksums are computed (default true)
 *   INTERVAL      packets after which both ports go up by one; 0, the default:
 *                 never
 *
 * Otherwise like UDPIPEncap.
 *
 *	... -> DynamicUDPIPEncap(1.0.0.1, 1234, 2.0.0.2, 1234, true, 10) -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"

enum { HEAD = sizeof(struct ip4) + sizeof(struct udp), TTL = 250 };

struct dynamic_udp_ip_encap {
	uint32_t src, dst;
	uint16_t sport, dport;
	bool checksum;
	uint32_t interval, count; /* count: packets with these ports */
	uint16_t id;
};

static int
dynamic_udp_ip_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct dynamic_udp_ip_encap *self = element_state(e);
	struct args a;

	self->checksum = true;
	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_udp_port(&a, "SPORT", ARG_POS | ARG_MAND, &self->sport);
	args_ip4(&a, "DST", ARG_POS | ARG_MAND, &self->dst);
	args_udp_port(&a, "DPORT", ARG_POS | ARG_MAND, &self->dport);
	args_bool(&a, "CHECKSUM", ARG_POS, &self->checksum);
	args_u32(&a, "INTERVAL", ARG_POS, &self->interval);
	return args_complete(&a);
}

static inline struct packet *
dynamic_udp_ip_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct dynamic_udp_ip_encap *self = element_state(e);
	uint16_t length;
	struct ip4 *ip;
	struct udp *udp;

	if (unlikely(packet_push(t, &p, HEAD) == NULL))
		return NULL;
	ip = (struct ip4 *)(void *)p->data;
	udp = (struct udp *)(void *)(ip + 1);
	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = IPPROTO4_UDP };
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, self->id++);
	put_u32(ip->src, self->src);
	put_u32(ip->dst, self->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	anno_set_u32(p, ANNO_DST_IP, self->dst);
	packet_set_network(p, p->data, sizeof(*ip));

	length = (uint16_t)(p->length - sizeof(*ip));
	put_be16(udp->sport, self->sport);
	put_be16(udp->dport, self->dport);
	put_be16(udp->len, length);
	put_u16(udp->sum, 0);
	if (self->checksum)
		put_u16(udp->sum,
		    (uint16_t)~csum_fold(csum_add(
		        csum_pseudo4(ip->src, ip->dst, IPPROTO4_UDP, length),
		        udp, length)));
	if (self->interval > 0 && ++self->count == self->interval) {
		self->sport++;
		self->dport++;
		self->count = 0;
	}
	return p;
}

static void
dynamic_udp_ip_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, dynamic_udp_ip_encap_one);
}

const struct element_class element_dynamic_udp_ip_encap = {
	.name = "DynamicUDPIPEncap",
	.ports = "1/1",
	.click_flags = "A",
	.state_size = sizeof(struct dynamic_udp_ip_encap),
	.configure = dynamic_udp_ip_encap_configure,
	.action = dynamic_udp_ip_encap_action,
};
