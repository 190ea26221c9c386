/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDPIPEncap(SRC, SPORT, DST, DPORT [, CHECKSUM]) -- put packets into UDP over
 * IPv4.
 *
 *   in 0, out 0   any packets; IP header position and destination address
 *                 annotation are set on the way
 *
 *   SRC, SPORT    source address and port
 *   DST, DPORT    destination; DST may be DST_ANNO: the packet's destination
 *                 address annotation
 *   CHECKSUM      boolean: whether UDP checksums are computed (default false)
 *
 *   src, sport, dst, dport   read, write: the arguments
 *
 * IP identifiers count up from 0, the time to live is 250.  A computed UDP
 * checksum of zero stays zero.
 *
 *	InfiniteSource -> UDPIPEncap(1.0.0.1, 1234, 2.0.0.2, 53) -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/quiet.h"

struct udp_ip_encap {
	/* Both headers; in ip, len and id are zero and sum is of the rest. */
	struct {
		struct ip4 ip;
		struct udp udp;
	} head;
	uint32_t ip_sum; /* of head.ip without len, id, sum and dst */
	uint32_t src, dst;
	uint16_t sport, dport;
	bool checksum;
	bool use_anno;
	uint16_t id; /* atomic when several threads come here */
};

enum { HEAD = sizeof(struct ip4) + sizeof(struct udp), TTL = 250 };

static int
udp_ip_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct udp_ip_encap *self = element_state(e);
	struct udp_ip_encap new_ = { .checksum = false };
	struct str dst = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &new_.src);
	args_udp_port(&a, "SPORT", ARG_POS | ARG_MAND, &new_.sport);
	args_raw(&a, "DST", ARG_POS | ARG_MAND, &dst);
	args_udp_port(&a, "DPORT", ARG_POS | ARG_MAND, &new_.dport);
	args_bool(&a, "CHECKSUM", ARG_POS, &new_.checksum);
	err = args_complete(&a);
	if (err != 0)
		goto out;
	new_.use_anno = str_is(dst, "DST_ANNO");
	if (!new_.use_anno && !arg_quiet(&arg_type_ip4, dst, &new_.dst, e)) {
		err = errh_error(errh, "bad DST");
		goto out;
	}
	new_.head.ip.vhl = 0x45;
	new_.head.ip.ttl = TTL;
	new_.head.ip.proto = IPPROTO4_UDP;
	put_u32(new_.head.ip.src, new_.src);
	new_.ip_sum = (uint32_t)csum_fold(csum_add(0, &new_.head.ip, 20));
	put_u32(new_.head.ip.dst, new_.dst);
	put_be16(new_.head.udp.sport, new_.sport);
	put_be16(new_.head.udp.dport, new_.dport);
	new_.id = self->id;
	*self = new_;
out:
	str_free(&dst);
	return err;
}

static inline uint16_t
udp_ip_encap_next_id(struct udp_ip_encap *self, struct thread *t)
{
	if (likely(t->alone))
		return self->id++;
	return fetch_add(&self->id, 1);
}

static inline struct packet *
udp_ip_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct udp_ip_encap *self = element_state(e);
	uint16_t udp_length, len, id;
	uint32_t dst = self->dst;
	struct udp *udp;
	struct ip4 *ip;
	uint64_t sum;

	if (unlikely(packet_push(t, &p, HEAD) == NULL))
		return NULL;
	ip = (struct ip4 *)(void *)p->data;
	udp = (struct udp *)(void *)(ip + 1);
	memcpy(ip, &self->head, HEAD);
	if (self->use_anno)
		put_u32(ip->dst, dst = anno_u32(p, ANNO_DST_IP));
	else
		anno_set_u32(p, ANNO_DST_IP, dst);
	/* Summed as they are made: what was just stored is slow to read. */
	len = __builtin_bswap16((uint16_t)p->length);
	id = __builtin_bswap16(udp_ip_encap_next_id(self, t));
	put_u16(ip->len, len);
	put_u16(ip->id, id);
	sum = self->ip_sum + len + id + (dst & 0xffff) + (dst >> 16);
	put_u16(ip->sum, (uint16_t)~csum_fold(sum));
	packet_set_network(p, p->data, sizeof(*ip));

	udp_length = (uint16_t)(p->length - sizeof(*ip));
	put_be16(udp->len, udp_length);
	if (self->checksum) {
		sum = csum_pseudo4(ip->src, ip->dst, IPPROTO4_UDP, udp_length);
		sum = csum_add(sum, udp, udp_length);
		put_u16(udp->sum, (uint16_t)~csum_fold(sum));
	}
	return p;
}

static void
udp_ip_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, udp_ip_encap_one);
}

static void
udp_ip_encap_add_handlers(struct element *e)
{
	struct udp_ip_encap *self = element_state(e);

	handler_add_data(e, "src", HANDLER_READ, DATA_IP4, &self->src);
	handler_add_rewrite_arg(e, "src", 0, "SRC");
	handler_add_data(e, "sport", HANDLER_READ, DATA_U16, &self->sport);
	handler_add_rewrite_arg(e, "sport", 1, "SPORT");
	handler_add_data(e, "dst", HANDLER_READ, DATA_IP4, &self->dst);
	handler_add_rewrite_arg(e, "dst", 2, "DST");
	handler_add_data(e, "dport", HANDLER_READ, DATA_U16, &self->dport);
	handler_add_rewrite_arg(e, "dport", 3, "DPORT");
}

const struct element_class element_udp_ip_encap = {
	.name = "UDPIPEncap",
	.ports = "1/1",
	.click_flags = "A",
	.state_size = sizeof(struct udp_ip_encap),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = udp_ip_encap_configure,
	.action = udp_ip_encap_action,
	.add_handlers = udp_ip_encap_add_handlers,
};
