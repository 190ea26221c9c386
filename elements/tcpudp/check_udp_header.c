/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckUDPHeader([VERBOSE, DETAILS]) -- check length and checksum of UDP
 * packets.
 *
 *   in 0     UDP over IPv4, IP header position set (see CheckIPHeader)
 *   out 0    good packets, unchanged
 *   out 1    bad ones; killed when nothing is connected there
 *
 *   VERBOSE  boolean: complain about every bad packet, not only the first
 *            (default false)
 *   DETAILS  boolean: have the handler drop_details (default false)
 *
 *   drops         read: bad packets so far
 *   drop_details  read: the same by reason ("not UDP", "bad packet length",
 *                 "bad UDP checksum"), one a line
 *
 * A checksum of zero means none (RFC 768) and is good.
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> CheckUDPHeader -> ...
 */
#include "elements/ip/headercheck.h"
#include "elements/ip/l4sum.h"

enum { NOT_UDP, BAD_LENGTH, BAD_CHECKSUM };

static const struct header_check_texts texts = {
	.protocol = "UDP",
	.reasons = { "not UDP", "bad packet length", "bad UDP checksum" },
};

static int
check_udp_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return header_check_configure(e, conf, errh, &texts);
}

static inline int
check_udp_header_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct packet *p = *pp;
	const struct ip4 *ip = header_check_ip4(p, IPPROTO4_UDP);
	const struct udp *udp;
	int32_t room, length;

	if (ip == NULL)
		return header_check_fail(e, t, NOT_UDP);
	room = packet_transport_length(p);
	if (room < (int32_t)sizeof(*udp))
		return header_check_fail(e, t, BAD_LENGTH);
	udp = (const struct udp *)(void *)packet_transport(p);
	length = get_be16(udp->len);
	if (length < (int32_t)sizeof(*udp) || length > room)
		return header_check_fail(e, t, BAD_LENGTH);
	if (get_u16(udp->sum) != 0 && ip4_l4_csum(ip, udp, (size_t)length) != 0)
		return header_check_fail(e, t, BAD_CHECKSUM);
	return 0;
}

static void
check_udp_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_udp_header_one);
}

const struct element_class element_check_udp_header = {
	.name = "CheckUDPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct header_check),
	.flags = ELEMENT_SHAREABLE,
	.configure = check_udp_header_configure,
	.action = check_udp_header_action,
	.add_handlers = header_check_add_handlers,
};
