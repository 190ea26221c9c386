/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateIP(FIELD [, INCREMENTAL bool, UNSHIFT_IP_ADDR bool]) -- makes the
 * aggregate annotation a piece of a packet's headers.
 *
 *   in 0              packets, network header set
 *   out 0             the same, aggregate set (in host order)
 *   out 1             those that have no such field: too short, a fragment, of
 *                     another protocol; killed when it is not connected
 *
 *   FIELD             HEADER NAME ("ip src", "tcp dport"), HEADER[BYTE:LENGTH]
 *                     or HEADER{BIT:LENGTH}, then /PREFIX (so many top bits) or
 *                     & MASK; at most 32 bits within one word of the header.
 *                     HEADER: ip, tcp, udp, icmp, tcpudp, transp, payload.
 *                     NAME: ip vers hl tos dscp ecn len id off rf df mf fragoff
 *                     ttl proto sum src dst sport dport; tcp sport dport seq
 *                     ack ackno hl flags fin syn rst psh urg win sum urp; udp
 *                     sport dport len sum; icmp type code sum
 *   INCREMENTAL       true: put its bits behind the aggregate that there is
 *   UNSHIFT_IP_ADDR   true: a part of an address stays where it is in it
 *
 *   header            read: HEADER
 *   bit_offset, bit_length, field
 *                     read: FIELD in parts and as a whole
 *
 *	... -> AggregateIP(ip src/24) -> AggregateCounter -> ...
 */
#include "base/bytes.h"
#include "click/anno.h"
#include "click/nameinfo.h"
#include "elements/analysis/ip_field.h"
#include "elements/ip/ip_header.h"

struct aggregate_ip {
	struct ip_field field;
	uint32_t word; /* offset of the word, bytes */
	uint32_t shift, mask;
	bool incremental, unshift;
};

/* The word, shift and mask that cut the field out. */
static int
aggregate_ip_plan(struct aggregate_ip *s, struct errh *errh)
{
	const struct ip_field *f = &s->field;
	uint32_t last = f->offset + f->length - 1;

	if (f->length == 0 || f->offset / 32 != last / 32)
		return errh_error(errh,
		    "field specification does not fit within a single word");
	if (f->length == 32 && s->incremental)
		return errh_error(
		    errh, "'INCREMENTAL' is incompatible with field length 32");
	s->word = f->offset / 32 * 4;
	s->shift = 31 - last % 32;
	s->mask = 0xffffffffu >> (32 - f->length);
	if (s->unshift && f->proto == IP_FIELD_IP && f->offset >= 96 &&
	    f->offset < 160) {
		s->mask <<= s->shift;
		s->shift = 0;
	}
	return 0;
}

static int
aggregate_ip_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_ip *s = element_state(e);
	struct str text = { NULL, 0 }, rest;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_raw(&a, "FIELD", ARG_POS | ARG_MAND, &text);
	args_bool(&a, "INCREMENTAL", 0, &s->incremental);
	args_bool(&a, "UNSHIFT_IP_ADDR", 0, &s->unshift);
	err = args_complete(&a);
	rest = text;
	if (err == 0)
		err = ip_field_parse(&s->field, &rest, e, errh);
	if (err == 0 && rest.n > 0)
		err = errh_error(errh, "garbage after field specification");
	if (err == 0)
		err = aggregate_ip_plan(s, errh);
	str_free(&text);
	return err;
}

/* Where the payload of TCP or UDP begins, -1: unknown. */
static int32_t
aggregate_ip_payload(const struct packet *p, const struct ip4 *ip)
{
	uint32_t there = ip_header_transport_length(p);
	const struct tcp *tcp = (const struct tcp *)(void *)packet_transport(p);

	if (ip->proto == IPPROTO4_TCP && there >= sizeof(*tcp))
		return packet_transport_offset(p) + (int32_t)tcp_hlen(tcp);
	if (ip->proto == IPPROTO4_UDP && there >= sizeof(struct udp))
		return packet_transport_offset(p) + (int32_t)sizeof(struct udp);
	return -1;
}

/* Where the header that the field is in begins, -1: nowhere. */
static int32_t
aggregate_ip_header(const struct aggregate_ip *s, const struct packet *p)
{
	const struct ip4 *ip = ip_header(p);
	bool ports;

	if (ip == NULL)
		return -1;
	if (s->field.proto == IP_FIELD_IP)
		return packet_network_offset(p);
	if (!ip_header_first_fragment(ip) || p->transport < 0)
		return -1;
	ports = ip->proto == IPPROTO4_TCP || ip->proto == IPPROTO4_UDP;
	if (s->field.proto == IP_FIELD_PAYLOAD)
		return aggregate_ip_payload(p, ip);
	if (s->field.proto == IP_FIELD_TRANSP || s->field.proto == ip->proto ||
	    (s->field.proto == IP_FIELD_TCPUDP && ports))
		return packet_transport_offset(p);
	return -1;
}

static inline int
aggregate_ip_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct aggregate_ip *s = element_state(e);
	struct packet *p = *pp;
	int32_t offset = aggregate_ip_header(s, p);
	uint32_t x;

	(void)t;
	if (offset < 0 || (uint32_t)offset + s->word + 4 > p->length)
		return 1;
	x = get_be32(p->data + offset + s->word) >> s->shift & s->mask;
	if (s->incremental)
		x += anno_u32(p, ANNO_AGGREGATE) << s->field.length;
	anno_set_u32(p, ANNO_AGGREGATE, x);
	return 0;
}

static void
aggregate_ip_action(struct element *e, struct batch *b)
{
	batch_route(e, b, aggregate_ip_one);
}

enum aggregate_ip_what { AGG_HEADER, AGG_FIELD };

static int
aggregate_ip_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct aggregate_ip *s = element_state(e);
	uint32_t proto = s->field.proto;

	if (what == AGG_FIELD)
		ip_field_print(call->out, &s->field, e);
	else if (proto == IP_FIELD_IP)
		sb_adds(call->out, "ip");
	else
		sb_add(call->out,
		    name_reverse(NAME_IP_PROTO, e, &proto, sizeof(proto)));
	return 0;
}

static void
aggregate_ip_add_handlers(struct element *e)
{
	struct aggregate_ip *s = element_state(e);

	handler_add_read(e, "header", aggregate_ip_read, AGG_HEADER, 0);
	handler_add_data(
	    e, "bit_offset", HANDLER_READ, DATA_U32, &s->field.offset);
	handler_add_data(
	    e, "bit_length", HANDLER_READ, DATA_U32, &s->field.length);
	handler_add_read(e, "field", aggregate_ip_read, AGG_FIELD, 0);
}

const struct element_class element_aggregate_ip = {
	.name = "AggregateIP",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct aggregate_ip),
	.configure = aggregate_ip_configure,
	.add_handlers = aggregate_ip_add_handlers,
	.action = aggregate_ip_action,
};
