/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TruncateIPPayload -- shorten packets to their headers and a few bytes.
 *
 *	TruncateIPPayload([LENGTH, TRANSPORT, keyword EXTRA_LENGTH])
 *
 *   in 0      packets
 *   out 0     IPv4 packets with at most LENGTH bytes of payload, packets
 *             without network header with at most LENGTH bytes
 *
 *   LENGTH        bytes that stay (default 0)
 *   TRANSPORT     true: TCP, UDP and ICMP headers are no payload (default);
 *                 false: what follows the IP header is
 *   EXTRA_LENGTH  true: add what is cut off to the extra length annotation
 *                 (default)
 *
 *	FromDump(in.pcap) -> MarkIPHeader -> TruncateIPPayload(16)
 *	    -> ToDump(out.pcap)
 */
#include "click/anno.h"
#include "elements/ip/ip_header.h"

struct truncate_ip_payload {
	uint16_t keep;
	bool transport, extra_length;
};

static int
truncate_ip_payload_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct truncate_ip_payload *self = element_state(e);
	struct args a;

	self->transport = self->extra_length = true;
	args_init(&a, conf, e, errh);
	args_u16(&a, "LENGTH", ARG_POS, &self->keep);
	args_bool(&a, "TRANSPORT", ARG_POS, &self->transport);
	args_bool(&a, "EXTRA_LENGTH", 0, &self->extra_length);
	return args_complete(&a);
}

enum { ICMP_TSTAMP = 13, ICMP_TSTAMP_REPLY = 14, ICMP_TSTAMP_SIZE = 20 };

/* Bytes of the transport header, as far as they can be seen. */
static uint32_t
truncate_ip_payload_transport(const struct packet *p, uint8_t proto)
{
	const uint8_t *h = packet_transport(p);
	uint32_t n = ip_header_transport_length(p);

	switch (proto) {
	case IPPROTO4_TCP:
		if (n >= 13 && h[12] >> 4 >= 5)
			return tcp_hlen((const struct tcp *)h);
		return sizeof(struct tcp);
	case IPPROTO4_UDP:
		return sizeof(struct udp);
	case IPPROTO4_ICMP:
		if (n < 8)
			return 0;
		if (h[0] == ICMP_TSTAMP || h[0] == ICMP_TSTAMP_REPLY)
			return ICMP_TSTAMP_SIZE;
		return sizeof(struct icmp);
	default:
		return 0;
	}
}

static inline struct packet *
truncate_ip_payload_one(struct element *e, struct thread *t, struct packet *p)
{
	struct truncate_ip_payload *self = element_state(e);
	int64_t keep = self->keep, n = p->length;

	(void)t;
	if (p->network >= 0) {
		const struct ip4 *ip = packet_ip4(p);

		n = packet_network_length(p);
		if (n <= 0 || ip4_hlen(ip) < sizeof(*ip))
			keep += sizeof(*ip);
		else {
			keep += ip4_hlen(ip);
			if (self->transport && n >= 10)
				keep +=
				    truncate_ip_payload_transport(p, ip->proto);
		}
	}
	if (n <= keep)
		return p;
	n -= keep;
	if (unlikely(n > p->length))
		n = p->length;
	if (self->extra_length)
		anno_set_u32(p, ANNO_EXTRA_LENGTH,
		    anno_u32(p, ANNO_EXTRA_LENGTH) + (uint32_t)n);
	packet_take(p, (uint32_t)n);
	return p;
}

static void
truncate_ip_payload_action(struct element *e, struct batch *b)
{
	batch_each(e, b, truncate_ip_payload_one);
}

const struct element_class element_truncate_ip_payload = {
	.name = "TruncateIPPayload",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct truncate_ip_payload),
	.configure = truncate_ip_payload_configure,
	.action = truncate_ip_payload_action,
};
