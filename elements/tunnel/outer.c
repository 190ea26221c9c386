/* SPDX-License-Identifier: BSD-3-Clause */
/* outer.c -- see outer.h. */
#include "elements/tunnel/outer.h"

#include "elements/ip/ip_header.h"
#include "elements/ip/quiet.h"

enum { TTL_DEFAULT = 64 }; /* as hosts do (RFC 1700) */

void
ip_outer_args(struct args *a, struct ip_outer_conf *c)
{
	*c = (struct ip_outer_conf){ .ttl = TTL_DEFAULT };
	args_raw(a, "SRC", ARG_POS | ARG_MAND, &c->src);
	args_raw(a, "DST", ARG_POS | ARG_MAND, &c->dst);
	args_u8(a, "TTL", 0, &c->ttl);
}

static int
ip_outer_make4(struct ip_outer *o, struct element *e,
    const struct ip_outer_conf *c, uint32_t src, struct errh *errh)
{
	struct ip4 *ip = (struct ip4 *)(void *)o->header;
	uint32_t dst = 0;

	if (!o->dst_anno && !arg_quiet(&arg_type_ip4, c->dst, &dst, e))
		return errh_error(errh,
		    "DST: IPv4 address or DST_ANNO expected, as SRC is one");
	*ip = (struct ip4){ .vhl = 0x45, .ttl = c->ttl };
	put_u32(ip->src, src);
	put_u32(ip->dst, dst);
	o->size = sizeof(*ip);
	return 0;
}

static int
ip_outer_make6(struct ip_outer *o, struct element *e,
    const struct ip_outer_conf *c, const struct ip6_addr *src,
    struct errh *errh)
{
	struct ip6 *ip = (struct ip6 *)(void *)o->header;
	struct ip6_addr dst = { { 0 } };

	if (!o->dst_anno && !arg_quiet(&arg_type_ip6, c->dst, &dst, e))
		return errh_error(errh,
		    "DST: IPv6 address or DST_ANNO expected, as SRC is one");
	*ip = (struct ip6){ .vtf = { 0x60 }, .hlim = c->ttl };
	memcpy(ip->src, src, 16);
	memcpy(ip->dst, &dst, 16);
	o->size = sizeof(*ip);
	return 0;
}

int
ip_outer_make(struct ip_outer *o, struct element *e, struct ip_outer_conf *c,
    struct errh *errh)
{
	struct ip_outer new_ = { .id = o->id };
	struct ip6_addr src6;
	uint32_t src;
	int err;

	new_.dst_anno = str_is(c->dst, "DST_ANNO");
	if (c->ttl == 0)
		err = errh_error(errh, "TTL: must be 1 at least");
	else if (arg_quiet(&arg_type_ip4, c->src, &src, e))
		err = ip_outer_make4(&new_, e, c, src, errh);
	else if (arg_quiet(&arg_type_ip6, c->src, &src6, e))
		err = ip_outer_make6(&new_, e, c, &src6, errh);
	else
		err = errh_error(errh, "SRC: IPv4 or IPv6 address expected");
	if (err == 0)
		*o = new_;
	str_free(&c->src);
	str_free(&c->dst);
	return err;
}

static void
ip_outer_fill4(struct ip_outer *o, struct thread *t, struct packet *p,
    const struct ip_outer_wish *w)
{
	struct ip4 *ip = (struct ip4 *)(void *)p->data;
	uint16_t id;

	memcpy(ip, o->header, sizeof(*ip));
	id = t->alone ? o->id++ : fetch_add(&o->id, 1);
	ip->tos = w->tos;
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, id);
	put_be16(ip->off, w->df ? IP4_DF : 0);
	ip->proto = w->proto;
	if (o->dst_anno)
		put_u32(ip->dst, anno_u32(p, ANNO_DST_IP));
	else
		anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	ip_header_set_sum(ip, sizeof(*ip));
}

static void
ip_outer_fill6(
    struct ip_outer *o, struct packet *p, const struct ip_outer_wish *w)
{
	struct ip6 *ip = (struct ip6 *)(void *)p->data;

	memcpy(ip, o->header, sizeof(*ip));
	put_be32(ip->vtf,
	    0x60000000u | (uint32_t)w->tos << 20 | (w->flow & 0xfffff));
	put_be16(ip->plen, (uint16_t)(p->length - sizeof(*ip)));
	ip->next = w->proto;
	if (o->dst_anno)
		memcpy(ip->dst, p->anno + ANNO_DST_IP6, 16);
	else
		memcpy(p->anno + ANNO_DST_IP6, ip->dst, 16);
}

struct packet *
ip_outer_push(struct ip_outer *o, struct thread *t, struct packet **p,
    const struct ip_outer_wish *w)
{
	CHECK_HOT((*p)->length <= ip_outer_room(o));
	if (unlikely(packet_push(t, p, o->size) == NULL))
		return NULL;
	if (o->size == sizeof(struct ip4))
		ip_outer_fill4(o, t, *p, w);
	else
		ip_outer_fill6(o, *p, w);
	packet_set_network(*p, (*p)->data, o->size);
	return *p;
}

void
ip_outer_print(const struct ip_outer *o, bool dst, struct strbuf *out)
{
	struct ip6_addr a6;

	if (dst && o->dst_anno) {
		sb_adds(out, "DST_ANNO");
	} else if (o->size == sizeof(struct ip4)) {
		sb_ip4(out, get_u32(o->header + (dst ? 16 : 12)));
	} else {
		memcpy(&a6, o->header + (dst ? 24 : 8), 16);
		sb_ip6(out, &a6);
	}
}

void
ip_outer_add_handlers(struct element *e, handler_fn *read)
{
	handler_add_read(e, "src", read, 0, HANDLER_CALM);
	handler_add_rewrite_arg(e, "src", 0, "SRC");
	handler_add_read(e, "dst", read, 1, HANDLER_CALM);
	handler_add_rewrite_arg(e, "dst", 1, "DST");
}

int
ecn_decapsulate(unsigned int inner, unsigned int outer)
{
	if (inner == ECN_CE)
		return ECN_CE;
	if (outer == ECN_CE)
		return inner == ECN_NOT_ECT ? ERR_INVAL : ECN_CE;
	if (inner == ECN_ECT0 && outer == ECN_ECT1)
		return ECN_ECT1;
	return (int)inner;
}

void
ip_set_ecn(uint8_t *ip, unsigned int ecn)
{
	if (*ip >> 4 == 4) {
		struct ip4 *h = (struct ip4 *)(void *)ip;

		ip_header_set_tos(h, (uint8_t)((h->tos & ~ECN_MASK) | ecn));
	} else {
		ip[1] = (uint8_t)((ip[1] & ~(ECN_MASK << 4)) | ecn << 4);
	}
}
