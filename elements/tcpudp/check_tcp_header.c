/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckTCPHeader([VERBOSE, DETAILS]) -- check header length and checksum of
 * TCP packets.
 *
 *   in 0     TCP over IPv4, IP header position set (see CheckIPHeader)
 *   out 0    good packets, unchanged
 *   out 1    bad ones; killed when nothing is connected there
 *
 *   VERBOSE  boolean: complain about every bad packet, not only the first
 *            (default false)
 *   DETAILS  boolean: have the handler drop_details (default false)
 *
 *   drops         read: bad packets so far
 *   drop_details  read: the same by reason ("not TCP", "bad packet length",
 *                 "bad TCP checksum"), one a line
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> CheckTCPHeader -> ...
 */
#include "elements/ip/headercheck.h"
#include "elements/ip/l4sum.h"

enum { NOT_TCP, BAD_LENGTH, BAD_CHECKSUM };

static const struct header_check_texts texts = {
	.protocol = "TCP",
	.name_element = true,
	.reasons = { "not TCP", "bad packet length", "bad TCP checksum" },
};

static int
check_tcp_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return header_check_configure(e, conf, errh, &texts);
}

static inline int
check_tcp_header_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct packet *p = *pp;
	const struct ip4 *ip = header_check_ip4(p, IPPROTO4_TCP);
	const struct tcp *tcp;
	int32_t room, length, hlen;

	if (ip == NULL)
		return header_check_fail(e, t, NOT_TCP);
	room = packet_transport_length(p);
	length = get_be16(ip->len) - (int32_t)ip4_hlen(ip);
	if (length < (int32_t)sizeof(*tcp) || length > room)
		return header_check_fail(e, t, BAD_LENGTH);
	tcp = (const struct tcp *)(void *)packet_transport(p);
	hlen = (int32_t)tcp_hlen(tcp);
	if (hlen < (int32_t)sizeof(*tcp) || hlen > length)
		return header_check_fail(e, t, BAD_LENGTH);
	if (ip4_l4_csum(ip, tcp, (size_t)length) != 0)
		return header_check_fail(e, t, BAD_CHECKSUM);
	return 0;
}

static void
check_tcp_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_tcp_header_one);
}

const struct element_class element_check_tcp_header = {
	.name = "CheckTCPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct header_check),
	.flags = ELEMENT_SHAREABLE,
	.configure = check_tcp_header_configure,
	.action = check_tcp_header_action,
	.add_handlers = header_check_add_handlers,
};
