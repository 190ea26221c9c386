/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EraseIPPayload() -- wipes what TCP and UDP packets carry.
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same, of the same length: bytes behind the TCP or UDP header
 *             are zero, and so is its checksum; ICMP as it was.  Packets of
 *             other protocols are killed.  A later fragment is taken to begin
 *             with such a header, too, of which but the checksum stays
 *
 *	FromDump(a.pcap) -> CheckIPHeader(14)
 *	    -> EraseIPPayload -> ToDump(b.pcap);
 */
#include "elements/ip/ip_header.h"

/* Zeroes from n bytes behind the transport header's beginning on. */
static void
erase_behind(struct packet *p, uint32_t n)
{
	uint32_t there = ip_header_transport_length(p);

	if (there > n)
		memset(packet_transport(p) + n, 0, there - n);
}

static inline struct packet *
erase_ip_payload_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct ip4 *ip = ip_header(p);
	uint32_t there = ip_header_transport_length(p);

	(void)e;
	if (ip == NULL ||
	    (ip->proto != IPPROTO4_TCP && ip->proto != IPPROTO4_UDP &&
	        ip->proto != IPPROTO4_ICMP)) {
		packet_kill(t, p);
		return NULL;
	}
	if (ip->proto == IPPROTO4_ICMP || there == 0)
		return p;
	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	if (packet_ip4(p)->proto == IPPROTO4_TCP) {
		struct tcp *tcp = (struct tcp *)(void *)packet_transport(p);

		if (there > 12)
			erase_behind(p, tcp_hlen(tcp) < sizeof(*tcp)
			                    ? (uint32_t)sizeof(*tcp)
			                    : tcp_hlen(tcp));
		if (there >= 18)
			put_u16(tcp->sum, 0);
	} else {
		struct udp *udp = (struct udp *)(void *)packet_transport(p);

		erase_behind(p, sizeof(*udp));
		if (there >= sizeof(*udp))
			put_u16(udp->sum, 0);
	}
	return p;
}

static void
erase_ip_payload_action(struct element *e, struct batch *b)
{
	batch_each(e, b, erase_ip_payload_one);
}

const struct element_class element_erase_ip_payload = {
	.name = "EraseIPPayload",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = erase_ip_payload_action,
};
