/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * proto.h -- headers of the Internet protocols as they lie in a packet.
 *
 * Every field of more than a byte is an array of bytes in network order, so
 * that any alignment will do: read with get_be16() and get_be32() of bytes.h.
 */
#ifndef BASE_PROTO_H
#define BASE_PROTO_H

#include <stdint.h>

enum {
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_PPPOE_DISC = 0x8863,
	ETHERTYPE_PPPOE_SESS = 0x8864,
};

enum {
	IPPROTO4_ICMP = 1,
	IPPROTO4_IGMP = 2,
	IPPROTO4_IPIP = 4,
	IPPROTO4_TCP = 6,
	IPPROTO4_UDP = 17,
	IPPROTO4_IP6 = 41,
	IPPROTO4_GRE = 47,
	IPPROTO4_ESP = 50,
	IPPROTO4_AH = 51,
	IPPROTO6_HOPOPTS = 0,
	IPPROTO6_ROUTING = 43,
	IPPROTO6_FRAGMENT = 44,
	IPPROTO6_ICMP = 58,
	IPPROTO6_NONE = 59,
	IPPROTO6_DSTOPTS = 60,
};

/* Ethernet II (IEEE 802.3). */
struct ether {
	uint8_t dst[6], src[6];
	uint8_t type[2];
};
_Static_assert(sizeof(struct ether) == 14, "ether");

/* With one 802.1Q tag. */
struct ether_vlan {
	uint8_t dst[6], src[6];
	uint8_t tpid[2]; /* ETHERTYPE_VLAN */
	uint8_t tci[2];  /* 3 bits priority, 1 DEI, 12 VLAN id */
	uint8_t type[2];
};
_Static_assert(sizeof(struct ether_vlan) == 18, "ether_vlan");

/* ARP for IPv4 over Ethernet (RFC 826). */
struct arp4 {
	uint8_t htype[2], ptype[2];
	uint8_t hlen, plen;
	uint8_t op[2]; /* 1 request, 2 reply */
	uint8_t sha[6], spa[4], tha[6], tpa[4];
};
_Static_assert(sizeof(struct arp4) == 28, "arp4");

enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

/* IPv4 (RFC 791). */
struct ip4 {
	uint8_t vhl; /* version in the high nibble, words of header below */
	uint8_t tos;
	uint8_t len[2], id[2];
	uint8_t off[2]; /* IP4_RF, IP4_DF, IP4_MF and 13 bits of offset */
	uint8_t ttl, proto;
	uint8_t sum[2];
	uint8_t src[4], dst[4];
};
_Static_assert(sizeof(struct ip4) == 20, "ip4");

enum {
	IP4_RF = 0x8000,
	IP4_DF = 0x4000,
	IP4_MF = 0x2000,
	IP4_OFFMASK = 0x1fff,
};

static inline unsigned int
ip4_hlen(const struct ip4 *ip)
{
	return (ip->vhl & 15u) * 4;
}

static inline unsigned int
ip4_version(const struct ip4 *ip)
{
	return ip->vhl >> 4;
}

/* IPv6 (RFC 8200). */
struct ip6 {
	uint8_t vtf[4]; /* version, traffic class, flow label */
	uint8_t plen[2];
	uint8_t next, hlim;
	uint8_t src[16], dst[16];
};
_Static_assert(sizeof(struct ip6) == 40, "ip6");

/* Its fragment header (RFC 8200, 4.5). */
struct ip6_frag {
	uint8_t next, reserved;
	uint8_t off[2]; /* 13 bits of offset, 2 reserved, IP6_MF */
	uint8_t id[4];
};
_Static_assert(sizeof(struct ip6_frag) == 8, "ip6_frag");

enum {
	IP6_MF = 1,
	IP6_OFFMASK = 0xfff8, /* bytes, as IPv6 counts in eights, too */
	IP6_MTU_MIN = 1280,   /* every link carries that (RFC 8200, 5) */
};

/* UDP (RFC 768). */
struct udp {
	uint8_t sport[2], dport[2], len[2], sum[2];
};
_Static_assert(sizeof(struct udp) == 8, "udp");

/* TCP (RFC 9293). */
struct tcp {
	uint8_t sport[2], dport[2];
	uint8_t seq[4], ack[4];
	uint8_t off; /* words of header in the high nibble */
	uint8_t flags;
	uint8_t win[2], sum[2], urp[2];
};
_Static_assert(sizeof(struct tcp) == 20, "tcp");

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

static inline unsigned int
tcp_hlen(const struct tcp *tcp)
{
	return (tcp->off >> 4) * 4u;
}

/* ICMP (RFC 792); the four bytes after the checksum depend on the type. */
struct icmp {
	uint8_t type, code;
	uint8_t sum[2];
	uint8_t rest[4];
};
_Static_assert(sizeof(struct icmp) == 8, "icmp");

enum {
	ICMP_ECHOREPLY = 0,
	ICMP_UNREACH = 3,
	ICMP_SOURCEQUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIMXCEED = 11,
	ICMP_PARAMPROB = 12,
};

/* ICMPv6 (RFC 4443, 4861) has the layout of struct icmp. */
enum {
	ICMP6_UNREACH = 1,
	ICMP6_TOOBIG = 2,
	ICMP6_TIMXCEED = 3,
	ICMP6_PARAMPROB = 4,
	ICMP6_ERRORS_END = 128, /* types below are errors */
	ICMP6_ECHO = 128,
	ICMP6_ECHOREPLY = 129,
	ICMP6_ND_SOLICIT = 135,
	ICMP6_ND_ADVERT = 136,
	ICMP6_REDIRECT = 137,
};

#endif
