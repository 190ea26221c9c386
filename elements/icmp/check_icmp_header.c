/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckICMPHeader([VERBOSE, DETAILS]) -- check length and checksum of ICMP
 * packets.
 *
 *   in 0     ICMP over IPv4, IP header position set (see CheckIPHeader)
 *   out 0    good packets, unchanged
 *   out 1    bad ones; killed when nothing is connected there
 *
 *   VERBOSE  boolean: complain about every bad packet, not only the first
 *            (default false)
 *   DETAILS  boolean: have the handler drop_details (default false)
 *
 *   drops         read: bad packets so far
 *   drop_details  read: the same by reason ("not ICMP", "bad packet length",
 *                 "bad ICMP checksum"), one a line
 *
 * Errors must quote an IP header and 8 bytes more, timestamps have 20 bytes,
 * information requests and replies 8 (RFC 792).
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> CheckICMPHeader -> ...
 */
#include "base/csum.h"
#include "elements/ip/headercheck.h"

enum { NOT_ICMP, BAD_LENGTH, BAD_CHECKSUM };
enum {
	ICMP_TSTAMP = 13,
	ICMP_TSTAMPREPLY = 14,
	ICMP_IREQ = 15,
	ICMP_IREQREPLY = 16,
	TSTAMP_LENGTH = 20,
	QUOTE_MIN = 28, /* IP header and 64 bits of its datagram */
};

static const struct header_check_texts texts = {
	.protocol = "ICMP",
	.name_element = true,
	.reasons = { "not ICMP", "bad packet length", "bad ICMP checksum" },
};

static int
check_icmp_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return header_check_configure(e, conf, errh, &texts);
}

/* Whether an ICMP message of that type may have length (8 or more) bytes. */
static bool
check_icmp_header_fits(uint8_t type, int32_t length)
{
	switch (type) {
	case ICMP_UNREACH:
	case ICMP_TIMXCEED:
	case ICMP_PARAMPROB:
	case ICMP_SOURCEQUENCH:
	case ICMP_REDIRECT:
		return length >= (int32_t)sizeof(struct icmp) + QUOTE_MIN;
	case ICMP_TSTAMP:
	case ICMP_TSTAMPREPLY:
		return length == TSTAMP_LENGTH;
	case ICMP_IREQ:
	case ICMP_IREQREPLY:
		return length == (int32_t)sizeof(struct icmp);
	default:
		return true;
	}
}

static inline int
check_icmp_header_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct packet *p = *pp;
	const struct icmp *icmp;
	int32_t length;

	if (header_check_ip4(p, IPPROTO4_ICMP) == NULL)
		return header_check_fail(e, t, NOT_ICMP);
	length = packet_transport_length(p);
	if (length < (int32_t)sizeof(*icmp))
		return header_check_fail(e, t, BAD_LENGTH);
	icmp = (const struct icmp *)(void *)packet_transport(p);
	if (!check_icmp_header_fits(icmp->type, length))
		return header_check_fail(e, t, BAD_LENGTH);
	if (csum(icmp, (size_t)length) != 0)
		return header_check_fail(e, t, BAD_CHECKSUM);
	return 0;
}

static void
check_icmp_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_icmp_header_one);
}

const struct element_class element_check_icmp_header = {
	.name = "CheckICMPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct header_check),
	.flags = ELEMENT_SHAREABLE,
	.configure = check_icmp_header_configure,
	.action = check_icmp_header_action,
	.add_handlers = header_check_add_handlers,
};
