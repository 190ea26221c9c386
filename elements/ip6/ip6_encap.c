/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6Encap -- put packets into IPv6.
 *
 *	IP6Encap(PROTO, SRC, DST [, keywords HLIM, CLASS])
 *
 *   in 0      packets of at most 65535 bytes; longer ones are dropped
 *   out 0     the same behind an IPv6 header, network header set
 *
 *   PROTO     next header: a protocol's name or number
 *   SRC       source address
 *   DST       destination address, which the destination annotation becomes,
 *             too; or DST_ANNO: the packet's annotation
 *   HLIM      hop limit (default 250)
 *   CLASS     traffic class (default 0)
 *
 *   src, dst  read, write: the arguments
 *
 *	... -> IP6Encap(41, 2001:db8::1, 2001:db8::2, HLIM 20) -> ...
 */
#include "click/nameinfo.h"
#include "elements/ip/quiet.h"
#include "elements/ip6/ip6_header.h"

struct ip6_encap {
	struct ip6 header; /* payload length 0 */
	bool dst_anno;
};

struct ip6_encap_conf {
	int32_t proto;
	struct ip6_addr src, dst;
	struct str to;
	uint8_t hlim, class;
};

/* Makes the new header; the running one stays until all is well. */
static int
ip6_encap_make(struct element *e, struct ip6_encap_conf *c, struct errh *errh)
{
	struct ip6_encap *self = element_state(e);

	if (c->proto < 0 || c->proto > 255)
		return errh_error(errh, "bad IP protocol");
	if (!str_is(c->to, "DST_ANNO") &&
	    !arg_quiet(&arg_type_ip6, c->to, &c->dst, e))
		return errh_error(
		    errh, "DST argument should be IP address or 'DST_ANNO'");
	self->dst_anno = str_is(c->to, "DST_ANNO");
	ip6_header_set(
	    &self->header, 0, (uint8_t)c->proto, c->hlim, c->src.b, c->dst.b);
	ip6_set_class(&self->header, c->class);
	return 0;
}

static int
ip6_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip6_encap_conf c = { .hlim = 250 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_named(&a, "PROTO", ARG_POS | ARG_MAND, NAME_IP_PROTO, &c.proto);
	args_ip6(&a, "SRC", ARG_POS | ARG_MAND, &c.src);
	args_raw(&a, "DST", ARG_POS | ARG_MAND, &c.to);
	args_u8(&a, "HLIM", 0, &c.hlim);
	args_u8(&a, "CLASS", 0, &c.class);
	err = args_complete(&a);
	if (err == 0)
		err = ip6_encap_make(e, &c, errh);
	str_free(&c.to);
	return err;
}

static inline struct packet *
ip6_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ip6_encap *self = element_state(e);
	uint32_t length = p->length;
	struct ip6 *ip;

	if (unlikely(length > 0xffff)) {
		packet_kill(t, p);
		return NULL;
	}
	if (unlikely(packet_push(t, &p, sizeof(*ip)) == NULL))
		return NULL;
	ip = (struct ip6 *)(void *)p->data;
	*ip = self->header;
	put_be16(ip->plen, (uint16_t)length);
	if (self->dst_anno)
		memcpy(ip->dst, p->anno + ANNO_DST_IP6, sizeof(ip->dst));
	else
		anno_set_dst_ip6(p, ip->dst);
	packet_set_network(p, p->data, sizeof(*ip));
	return p;
}

static void
ip6_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip6_encap_one);
}

enum { IP6_ENCAP_SRC, IP6_ENCAP_DST };

static int
ip6_encap_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip6_encap *self = element_state(e);
	struct ip6_addr addr;

	if (user == IP6_ENCAP_DST && self->dst_anno) {
		sb_adds(call->out, "DST_ANNO");
		return 0;
	}
	memcpy(addr.b,
	    user == IP6_ENCAP_SRC ? self->header.src : self->header.dst,
	    sizeof(addr.b));
	sb_ip6(call->out, &addr);
	return 0;
}

static void
ip6_encap_add_handlers(struct element *e)
{
	handler_add_read(e, "src", ip6_encap_read, IP6_ENCAP_SRC, HANDLER_CALM);
	handler_add_rewrite_arg(e, "src", 1, "SRC");
	handler_add_read(e, "dst", ip6_encap_read, IP6_ENCAP_DST, HANDLER_CALM);
	handler_add_rewrite_arg(e, "dst", 2, "DST");
}

const struct element_class element_ip6_encap = {
	.name = "IP6Encap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ip6_encap),
	.configure = ip6_encap_configure,
	.add_handlers = ip6_encap_add_handlers,
	.action = ip6_encap_action,
};
