/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * addr.h -- Ethernet, IPv4 and IPv6 addresses: bytes in network order, and
 * their texts.
 *
 * An IPv4 address is passed as a uint32_t that holds the four bytes as they
 * stand in a header (memory order); compare and store it, but use ip4_host()
 * before arithmetic.  Parsers take the whole of s and return false, leaving
 * the result untouched, when it is anything else.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

struct ether_addr6 {
	uint8_t b[6];
};

struct ip6_addr {
	uint8_t b[16];
};

static inline uint32_t
ip4_host(uint32_t net)
{
	return __builtin_bswap32(net);
}

static inline uint32_t
ip4_net(uint32_t host)
{
	return __builtin_bswap32(host);
}

/* The mask of a prefix length 0..32, in network order. */
static inline uint32_t
ip4_mask(unsigned int prefix)
{
	return prefix == 0 ? 0 : ip4_net(0xffffffffu << (32 - prefix));
}

/* The prefix length of a contiguous mask, or -1. */
int ip4_prefix_of(uint32_t mask);

/* "18.26.4.9": exactly four decimal numbers 0..255. */
bool ip4_parse(struct str s, uint32_t *addr);
void sb_ip4(struct strbuf *sb, uint32_t addr);
/* "18.26.4.0/24", or with a dotted mask when it is not contiguous. */
void sb_ip4_prefix(struct strbuf *sb, uint32_t addr, uint32_t mask);

/* "00:0a:95:9d:68:16", one or two digits a part, ':' or all '-'. */
bool ether_parse(struct str s, uint8_t mac[static 6]);
/* Upper case with dashes, as Click prints: "00-0A-95-9D-68-16". */
void sb_ether(struct strbuf *sb, const uint8_t mac[static 6]);
/* Lower case with colons. */
void sb_ether_colon(struct strbuf *sb, const uint8_t mac[static 6]);

/* RFC 4291, 2.2, all three forms. */
bool ip6_parse(struct str s, struct ip6_addr *addr);
/*
 * "3ffe::a00:1": longest run of zeros shortened (RFC 5952); as Click prints,
 * an address with an IPv4 one inside ends dotted: "::0.0.0.1",
 * "::ffff:1.2.3.4"; "::" is itself.
 */
void sb_ip6(struct strbuf *sb, const struct ip6_addr *addr);
/* The mask of a prefix length 0..128. */
struct ip6_addr ip6_mask(unsigned int prefix);
/* The prefix length of a contiguous mask, or -1. */
int ip6_prefix_of(const struct ip6_addr *mask);

#endif
