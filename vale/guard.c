/* SPDX-License-Identifier: BSD-3-Clause */
/* guard.c -- see guard.h. */
#include "vale/guard.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/proto.h"

enum {
	ETHER = 14,
	ARP_BYTES = 28,
	IP4_MIN = 20,
	IP6_BYTES = 40,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
	ICMP6_ND = 24, /* header, flags, target */
	ND_ROUTER_ADVERT = 134,
	ND_SOLICIT = 135,
	ND_ADVERT = 136,
	ND_REDIRECT = 137,
	OPT_SOURCE = 1,
	OPT_TARGET = 2,
	EXTENSIONS_MAX = 8,
};

static bool
guard_mac(const struct vale_settings *s, const uint8_t *mac)
{
	for (unsigned int i = 0; i < s->nmacs; i++)
		if (memcmp(s->mac[i], mac, 6) == 0)
			return true;
	return false;
}

static NOINLINE bool
guard_ip(const struct vale_settings *s, bool six, const uint8_t *addr)
{
	if (s->nprefixes == 0)
		return true;
	for (unsigned int i = 0; i < s->nprefixes; i++)
		if (prefix_match(&s->prefix[i], six, addr))
			return true;
	return false;
}

static bool
all_zero(const uint8_t *p, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static NOINLINE enum vale_drop
guard_arp(const struct vale_settings *s, const uint8_t *p, uint32_t n)
{
	static const uint8_t ether_ip[] = { 0, 1, 8, 0, 6, 4 };

	if (n < ARP_BYTES || memcmp(p, ether_ip, sizeof(ether_ip)) != 0 ||
	    !guard_mac(s, p + 8))
		return DROP_GUARD_ARP;
	if (!all_zero(p + 14, 4) && !guard_ip(s, false, p + 14))
		return DROP_GUARD_ARP;
	return DROP_NONE;
}

/* A DHCP client before it has an address: from port 68 to 67. */
static NOINLINE enum vale_drop
guard_dhcp(const uint8_t *p, uint32_t n)
{
	uint32_t header = (p[0] & 15u) * 4;

	if (p[9] == PROTO_UDP && (get_be16(p + 6) & 0x1fff) == 0 &&
	    header >= IP4_MIN && n >= header + 4 &&
	    get_be16(p + header) == 68 && get_be16(p + header + 2) == 67)
		return DROP_NONE;
	return DROP_GUARD_IP;
}

static inline enum vale_drop
guard_ip4(const struct vale_settings *s, const uint8_t *p, uint32_t n)
{
	if (n < IP4_MIN || p[0] >> 4 != 4)
		return DROP_GUARD;
	if (get_be32(p + 12) == 0)
		return guard_dhcp(p, n);
	if (s->nprefixes == 0)
		return DROP_NONE;
	return guard_ip(s, false, p + 12) ? DROP_NONE : DROP_GUARD_IP;
}

/* The link-layer address options of a message whose options begin at p. */
static bool
guard_nd_options(const struct vale_settings *s, const uint8_t *p, uint32_t n)
{
	while (n >= 8) {
		uint32_t size = p[1] * 8u;

		if (size == 0 || size > n)
			return false;
		if ((p[0] == OPT_SOURCE || p[0] == OPT_TARGET) &&
		    !guard_mac(s, p + 2))
			return false;
		p += size;
		n -= size;
	}
	return n == 0;
}

/* p: an ICMPv6 message, of which n of total bytes are seen. */
static enum vale_drop
guard_icmp6(
    const struct vale_settings *s, const uint8_t *p, uint32_t n, uint32_t total)
{
	static const uint8_t link_local[] = { 0xfe, 0x80 };

	if (n < 4)
		return DROP_GUARD;
	if (p[0] == ND_ROUTER_ADVERT || p[0] == ND_REDIRECT)
		return DROP_GUARD;
	if (p[0] != ND_SOLICIT && p[0] != ND_ADVERT)
		return DROP_NONE;
	/* All of it must be seen: an option out of sight may be a lie. */
	if (n < ICMP6_ND || n < total)
		return DROP_GUARD;
	/* What is asked for is anybody's, what is told must be its own. */
	if (p[0] == ND_ADVERT && memcmp(p + 8, link_local, 2) != 0 &&
	    !guard_ip(s, true, p + 8))
		return DROP_GUARD_ARP;
	return guard_nd_options(s, p + ICMP6_ND, n - ICMP6_ND) ? DROP_NONE
	                                                       : DROP_GUARD_ARP;
}

static bool
is_extension(uint8_t next)
{
	return next == 0 || next == 43 || next == 44 || next == 60 ||
	       next == 51 || next == 135 || next == 139 || next == 140;
}

/*
 * Walks to the upper layer: its offset from p and number, or false: not in the
 * n bytes seen.  A later fragment has none, *next is 59 then.
 */
static bool
guard_upper(const uint8_t *p, uint32_t n, uint32_t *at, uint8_t *next)
{
	*at = IP6_BYTES;
	*next = p[6];
	for (int i = 0; is_extension(*next); i++) {
		const uint8_t *h = p + *at;
		bool fragment = *next == 44;

		if (i == EXTENSIONS_MAX || n < *at + 8)
			return false;
		if (fragment && (get_be16(h + 2) & 0xfff8) != 0) {
			*next = 59;
			return true;
		}
		*at += fragment      ? 8
		       : *next == 51 ? (h[1] + 2u) * 4
		                     : (h[1] + 1u) * 8;
		*next = h[0];
		if (*at > n)
			return false;
	}
	return true;
}

static NOINLINE enum vale_drop
guard_ip6(
    const struct vale_settings *s, const uint8_t *p, uint32_t n, uint32_t total)
{
	uint32_t at, end;
	uint8_t next;
	bool unspecified, local;

	if (n < IP6_BYTES || p[0] >> 4 != 6)
		return DROP_GUARD;
	if (!guard_upper(p, n, &at, &next))
		return DROP_GUARD;
	unspecified = all_zero(p + 8, 16);
	local = p[8] == 0xfe && (p[9] & 0xc0) == 0x80;
	if (!unspecified && !local && !guard_ip(s, true, p + 8))
		return DROP_GUARD_IP;
	if (next != PROTO_ICMP6)
		return unspecified ? DROP_GUARD_IP : DROP_NONE;
	/* The message ends where IP says, not where padding does. */
	end = IP6_BYTES + get_be16(p + 4);
	if (end > total || end < at)
		return DROP_GUARD;
	return guard_icmp6(s, p + at, (n < end ? n : end) - at, end - at);
}

enum vale_drop
guard_check(const struct vale_settings *s, const uint8_t *frame,
    uint32_t length, uint32_t total)
{
	if (!guard_mac(s, frame + 6))
		return DROP_GUARD_MAC;
	switch (get_be16(frame + 12)) {
	case ETHERTYPE_ARP:
		return guard_arp(s, frame + ETHER, length - ETHER);
	case ETHERTYPE_IP4:
		return guard_ip4(s, frame + ETHER, length - ETHER);
	case ETHERTYPE_IP6:
		return guard_ip6(
		    s, frame + ETHER, length - ETHER, total - ETHER);
	default:
		return DROP_GUARD;
	}
}
