/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nd.h -- a helper of the elements in ip6/: messages of IPv6 Neighbor Discovery
 * over Ethernet (RFC 4861, RFC 2464).
 */
#ifndef ELEMENTS_IP6_ND_H
#define ELEMENTS_IP6_ND_H

#include "elements/ip6/ip6_header.h"

/* A solicitation or advertisement with one option. */
struct nd_message {
	struct ether ether;
	struct ip6 ip;
	uint8_t type, code;
	uint8_t sum[2];
	uint8_t flags, reserved[3]; /* flags of advertisements only */
	uint8_t target[16];
	uint8_t option, option_length; /* in eights of bytes */
	uint8_t mac[6];
};
_Static_assert(sizeof(struct nd_message) == 86, "nd_message");

enum {
	ND_OPTIONS = offsetof(struct nd_message, option), /* where they begin */
	ND_HLIM = 255,
	ND_SOURCE_MAC = 1, /* options */
	ND_TARGET_MAC = 2,
	ND_ROUTER = 0x80, /* flags */
	ND_SOLICITED = 0x40,
};

/* What a message is to say. */
struct nd_content {
	const uint8_t *ether_dst, *mac; /* mac: the sender's, in the option */
	const uint8_t *src, *dst, *target;
	uint8_t type, flags;
};

/* A frame with a message; NULL: no memory. */
struct packet *nd_new(struct thread *t, const struct nd_content *c);

/*
 * The message of that type in the frame p, whole but for its option, or NULL:
 * not one, or not to be believed (RFC 4861, 7.1).
 */
const struct nd_message *nd_parse(const struct packet *p, uint8_t type);

/* The address in the option of that kind in a message parsed, or NULL. */
const uint8_t *nd_option(const struct packet *p, uint8_t kind);

/* Those who may have target: ff02::1:ffxx:xxxx, and its Ethernet group. */
void nd_solicited_node(
    const uint8_t *target, uint8_t addr[static 16], uint8_t mac[static 6]);
/* The Ethernet group of a multicast address (RFC 2464, 7). */
void nd_multicast_mac(const uint8_t *addr, uint8_t mac[static 6]);

#endif
