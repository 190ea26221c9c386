/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPEncap -- put an IPv4 header in front.
 *
 *	IPEncap(PROTO, SRC, DST [, keywords])
 *
 *   in 0      any packets
 *   out 0     the same behind a new IPv4 header with length, identification
 *             (counted from 0) and checksum; network header set, destination
 *             annotation set to DST
 *
 *   PROTO     protocol of what is inside, by number or name
 *   SRC, DST  addresses; DST_ANNO as DST takes the destination annotation
 *   TTL       time to live (default 250)
 *   TOS       type of service byte; excludes the next three
 *   DSCP      its upper six bits (0..62)
 *   ECT       true or 1, or 2: ECN-capable transport
 *   CE        true: congestion experienced
 *   DF        true: don't fragment
 *
 *   src, dst  read, write: SRC and DST
 *
 *	... -> IPEncap(ipip, 18.26.4.24, 140.247.60.147) -> ...
 */
#include "click/anno.h"
#include "click/conf.h"
#include "click/nameinfo.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"

struct ip_encap {
	struct ip4 header; /* length, id and checksum 0 */
	uint64_t sum;      /* of header, unfolded */
	bool dst_anno;
	uint32_t id;
};

struct ip_encap_tos {
	int32_t tos, dscp;
	struct str ect;
	bool ce;
};

/* The type of service byte, or negative after a report. */
static int
ip_encap_tos(const struct ip_encap_tos *o, struct errh *errh)
{
	bool on = false;
	int ect = 0;

	if (o->ect.n > 0) {
		if (conf_bool(o->ect, &on))
			ect = on;
		else if (str_is(o->ect, "2"))
			ect = 2;
		else
			return errh_error(
			    errh, "bad ECT value '%.*s'", STR_ARG(o->ect));
	}
	if (o->tos >= 0 && o->dscp >= 0)
		return errh_error(errh, "cannot set both TOS and DSCP");
	if (o->tos >= 0 && (ect != 0 || o->ce))
		return errh_error(errh, "cannot set both TOS and ECN bits");
	if (o->tos >= 256 || o->tos < -1)
		return errh_error(errh, "TOS too large; max 255");
	if (o->dscp >= 63 || o->dscp < -1)
		return errh_error(errh, "DSCP too large; max 63");
	if (ect != 0 && o->ce)
		return errh_error(errh, "can set at most one ECN option");
	if (o->tos >= 0)
		return o->tos;
	return (o->dscp >= 0 ? o->dscp << 2 : 0) | ect | (o->ce ? 3 : 0);
}

struct ip_encap_conf {
	int32_t proto;
	uint32_t src;
	struct str dst;
	uint8_t ttl;
	struct ip_encap_tos tos;
	bool df;
};

/* Makes the new header in h; the running one stays until all is well. */
static int
ip_encap_make(struct element *e, const struct ip_encap_conf *c, struct ip4 *h,
    struct errh *errh)
{
	uint32_t dst = 0;
	int tos;

	if (c->proto < 0 || c->proto > 255)
		return errh_error(errh, "bad IP protocol");
	if (!str_is(c->dst, "DST_ANNO") && !ip_arg_ip4(e, c->dst, &dst))
		return errh_error(
		    errh, "DST argument should be IP address or 'DST_ANNO'");
	tos = ip_encap_tos(&c->tos, errh);
	if (tos < 0)
		return tos;
	*h = (struct ip4){ .vhl = 0x45,
		.tos = (uint8_t)tos,
		.ttl = c->ttl,
		.proto = (uint8_t)c->proto };
	put_be16(h->off, c->df ? IP4_DF : 0);
	put_u32(h->src, c->src);
	put_u32(h->dst, dst);
	return 0;
}

static int
ip_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_encap *self = element_state(e);
	struct ip_encap_conf c = { .ttl = 250,
		.tos = { .tos = -1, .dscp = -1 } };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_named(&a, "PROTO", ARG_POS | ARG_MAND, NAME_IP_PROTO, &c.proto);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &c.src);
	args_raw(&a, "DST", ARG_POS | ARG_MAND, &c.dst);
	args_i32(&a, "TOS", 0, &c.tos.tos);
	args_u8(&a, "TTL", 0, &c.ttl);
	args_i32(&a, "DSCP", 0, &c.tos.dscp);
	args_keyword(&a, "ECT", 0, &c.tos.ect);
	args_bool(&a, "CE", 0, &c.tos.ce);
	args_bool(&a, "DF", 0, &c.df);
	err = args_complete(&a);
	if (err == 0)
		err = ip_encap_make(e, &c, &self->header, errh);
	if (err == 0) {
		self->dst_anno = str_is(c.dst, "DST_ANNO");
		self->sum = csum_add(0, &self->header, sizeof(self->header));
	}
	str_free(&c.dst);
	str_free(&c.tos.ect);
	return err;
}

static inline struct packet *
ip_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ip_encap *self = element_state(e);
	uint64_t sum = self->sum;
	struct ip4 *ip;
	uint32_t id;

	if (unlikely(packet_push(t, &p, sizeof(*ip)) == NULL))
		return NULL;
	ip = (struct ip4 *)p->data;
	*ip = self->header;
	if (self->dst_anno) {
		put_u32(ip->dst, anno_u32(p, ANNO_DST_IP));
		sum += get_u32(ip->dst);
	} else
		anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	if (likely(t->alone))
		id = self->id++;
	else
		id = fetch_add(&self->id, 1);
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, (uint16_t)id);
	sum += (uint64_t)get_u16(ip->len) + get_u16(ip->id);
	put_u16(ip->sum, (uint16_t)~csum_fold(sum));
	packet_set_network(p, p->data, sizeof(*ip));
	return p;
}

static void
ip_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip_encap_one);
}

static int
ip_encap_read(struct element *e, uintptr_t dst, struct handler_call *call)
{
	struct ip_encap *self = element_state(e);

	if (dst && self->dst_anno)
		sb_adds(call->out, "DST_ANNO");
	else
		sb_ip4(call->out,
		    get_u32(dst ? self->header.dst : self->header.src));
	return 0;
}

static void
ip_encap_add_handlers(struct element *e)
{
	handler_add_read(e, "src", ip_encap_read, 0, HANDLER_CALM);
	handler_add_rewrite_arg(e, "src", 1, "SRC");
	handler_add_read(e, "dst", ip_encap_read, 1, HANDLER_CALM);
	handler_add_rewrite_arg(e, "dst", 2, "DST");
}

const struct element_class element_ip_encap = {
	.name = "IPEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ip_encap),
	.configure = ip_encap_configure,
	.add_handlers = ip_encap_add_handlers,
	.action = ip_encap_action,
};
