/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDPIP6Encap(SRC, SPORT, DST, DPORT) -- put packets into UDP over IPv6
 *
 *   in 0, out 0   any packets; header positions and IPv6 destination
 *                 annotation are set on the way
 *
 *   SRC, SPORT    source address and port
 *   DST, DPORT    destination; DST may be DST_ANNO: the packet's destination
 *                 annotation
 *
 *   src, sport, dst, dport   read, write: the arguments
 *
 * The hop limit is 255.  The UDP checksum, which IPv6 demands, is computed.
 *
 *	... -> UDPIP6Encap(2001:db8::1, 1234, 2001:db8::2, 53) -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/quiet.h"

enum { HEAD = sizeof(struct ip6) + sizeof(struct udp), HOP_LIMIT = 255 };

struct udp_ip6_encap {
	struct ip6_addr src, dst;
	uint16_t sport, dport;
	bool use_anno;
};

static int
udp_ip6_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct udp_ip6_encap new_ = { .use_anno = false };
	struct str dst = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_ip6(&a, "SRC", ARG_POS | ARG_MAND, &new_.src);
	args_udp_port(&a, "SPORT", ARG_POS | ARG_MAND, &new_.sport);
	args_raw(&a, "DST", ARG_POS | ARG_MAND, &dst);
	args_udp_port(&a, "DPORT", ARG_POS | ARG_MAND, &new_.dport);
	err = args_complete(&a);
	if (err == 0) {
		new_.use_anno = str_is(dst, "DST_ANNO");
		if (!new_.use_anno &&
		    !arg_quiet(&arg_type_ip6, dst, &new_.dst, e))
			err = errh_error(errh, "bad DST");
	}
	if (err == 0)
		*(struct udp_ip6_encap *)element_state(e) = new_;
	str_free(&dst);
	return err;
}

static inline struct packet *
udp_ip6_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct udp_ip6_encap *self = element_state(e);
	uint16_t length, sum;
	struct ip6 *ip;
	struct udp *udp;

	if (unlikely(packet_push(t, &p, HEAD) == NULL))
		return NULL;
	length = (uint16_t)(p->length - sizeof(*ip));
	ip = (struct ip6 *)(void *)p->data;
	udp = (struct udp *)(void *)(ip + 1);
	put_be32(ip->vtf, 6u << 28);
	put_be16(ip->plen, length);
	ip->next = IPPROTO4_UDP;
	ip->hlim = HOP_LIMIT;
	memcpy(ip->src, &self->src, 16);
	if (self->use_anno)
		memcpy(ip->dst, p->anno + ANNO_DST_IP6, 16);
	else {
		memcpy(ip->dst, &self->dst, 16);
		memcpy(p->anno + ANNO_DST_IP6, &self->dst, 16);
	}
	packet_set_network(p, p->data, sizeof(*ip));

	put_be16(udp->sport, self->sport);
	put_be16(udp->dport, self->dport);
	put_be16(udp->len, length);
	put_u16(udp->sum, 0);
	sum = (uint16_t)~csum_fold(csum_add(
	    csum_pseudo6(ip->src, ip->dst, IPPROTO4_UDP, length), udp, length));
	/* Zero would mean none, which IPv6 forbids (RFC 8200, 8.1). */
	put_u16(udp->sum, sum == 0 ? 0xffff : sum);
	return p;
}

static void
udp_ip6_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, udp_ip6_encap_one);
}

static int
udp_ip6_encap_read_addr(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct udp_ip6_encap *self = element_state(e);

	sb_ip6(call->out, user ? &self->dst : &self->src);
	return 0;
}

static void
udp_ip6_encap_add_handlers(struct element *e)
{
	struct udp_ip6_encap *self = element_state(e);

	handler_add_read(e, "src", udp_ip6_encap_read_addr, 0, 0);
	handler_add_rewrite_arg(e, "src", 0, "SRC");
	handler_add_data(e, "sport", HANDLER_READ, DATA_U16, &self->sport);
	handler_add_rewrite_arg(e, "sport", 1, "SPORT");
	handler_add_read(e, "dst", udp_ip6_encap_read_addr, 1, 0);
	handler_add_rewrite_arg(e, "dst", 2, "DST");
	handler_add_data(e, "dport", HANDLER_READ, DATA_U16, &self->dport);
	handler_add_rewrite_arg(e, "dport", 3, "DPORT");
}

const struct element_class element_udp_ip6_encap = {
	.name = "UDPIP6Encap",
	.ports = "1/1",
	.click_flags = "A",
	.state_size = sizeof(struct udp_ip6_encap),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = udp_ip6_encap_configure,
	.action = udp_ip6_encap_action,
	.add_handlers = udp_ip6_encap_add_handlers,
};
