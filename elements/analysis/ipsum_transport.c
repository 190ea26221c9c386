/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_transport.c -- fields of summary dumps: ports, and UDP (RFC 768). */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "elements/ip/ip_header.h"

enum transport_what { PORT_SRC = 0, PORT_DST = 2, UDP_LENGTH };

/* TCP and those that have their ports in the same place as TCP. */
static bool
transport_has_ports(uint8_t proto)
{
	return proto == IPPROTO4_TCP || proto == IPPROTO4_UDP ||
	       proto == IPPROTO4_DCCP || proto == IPPROTO4_UDPLITE;
}

static bool
port_get(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	int32_t needs = f->what + 2;

	if (o->ip == NULL || o->p->transport < 0 ||
	    o->network_length <= (int32_t)ip4_hlen(o->ip) ||
	    !ip_header_first_fragment(o->ip) ||
	    !transport_has_ports(o->ip->proto) || o->transport_length < needs)
		return ipsum_missing(o, IPSUM_TCP_OR_UDP, needs);
	v->n = get_be16(packet_transport(o->p) + f->what);
	return true;
}

static void
port_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint8_t *h;
	uint8_t proto;

	if (!ipsum_make_ip(in, 0) || !ipsum_make_transport(in))
		return;
	proto = packet_ip4(in->p)->proto;
	h = ipsum_transport_header(in, (uint32_t)f->what + 2);
	if (h != NULL && (proto == 0 || transport_has_ports(proto)))
		put_be16(h + f->what, (uint16_t)v->n);
}

static bool
udp_get(struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	(void)f;
	if (o->udp == NULL || o->transport_length < 6)
		return ipsum_missing(o, IPPROTO4_UDP, 6);
	v->n = get_be16(o->udp->len);
	return true;
}

static void
udp_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct udp *udp;
	uint8_t proto;

	(void)f;
	if (!ipsum_make_ip(in, 0) || !ipsum_make_transport(in))
		return;
	proto = packet_ip4(in->p)->proto;
	udp = ipsum_transport_header(in, 6);
	if (udp != NULL &&
	    (proto == 0 || proto == IPPROTO4_UDP || proto == IPPROTO4_UDPLITE))
		put_be16(udp->len, (uint16_t)v->n);
}

static const struct ipsum_field transport_fields[] = {
	{ .name = "sport",
	    .type = IPSUM_U16,
	    .order = IPSUM_ORDER_TRANSPORT,
	    .what = PORT_SRC,
	    .prepare = true,
	    .get = port_get,
	    .put = port_put },
	{ .name = "dport",
	    .type = IPSUM_U16,
	    .order = IPSUM_ORDER_TRANSPORT,
	    .what = PORT_DST,
	    .prepare = true,
	    .get = port_get,
	    .put = port_put },
	{ .name = "udp_len",
	    .type = IPSUM_U32,
	    .order = IPSUM_ORDER_TRANSPORT,
	    .what = UDP_LENGTH,
	    .prepare = true,
	    .get = udp_get,
	    .put = udp_put },
};

const struct ipsum_fields ipsum_transport_fields = { transport_fields,
	ARRAY_SIZE(transport_fields) };
