/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * anno.h -- Click's annotations: what stands where in a packet's 48 bytes.
 *
 * Several share their place, as in Click; numbers are in the machine's order,
 * addresses in network order.
 */
#ifndef CLICK_ANNO_H
#define CLICK_ANNO_H

#include "base/bytes.h"
#include "click/packet.h"

enum anno_offset {
	ANNO_DST_IP = 0,           /* 4 */
	ANNO_DST_IP6 = 0,          /* 16 */
	ANNO_PAINT = 16,           /* 1 */
	ANNO_ICMP_PARAMPROB = 17,  /* 1 */
	ANNO_FIX_IP_SRC = 19,      /* 1 */
	ANNO_VLAN_TCI = 20,        /* 2, network order */
	ANNO_AGGREGATE = 20,       /* 4 */
	ANNO_FWD_RATE = 20,        /* 4 */
	ANNO_MISC_IP = 20,         /* 4 */
	ANNO_EXTRA_PACKETS = 24,   /* 4 */
	ANNO_REV_RATE = 24,        /* 4 */
	ANNO_SEND_ERR = 26,        /* 1 */
	ANNO_IPREASSEMBLER = 28,   /* 4 */
	ANNO_EXTRA_LENGTH = 28,    /* 4 */
	ANNO_FIRST_TIMESTAMP = 32, /* 8, ns */
	ANNO_PACKET_NUMBER = 32,   /* 4 */
	ANNO_IPSEC_SPI = 32,       /* 4 */
	ANNO_SEQUENCE_NUMBER = 36, /* 4 */
	ANNO_PERFCTR = 40,         /* 8 */
	ANNO_IPSEC_SA = 40,        /* 8 */
};

static inline uint8_t
anno_u8(const struct packet *p, unsigned int offset)
{
	return p->anno[offset];
}

static inline void
anno_set_u8(struct packet *p, unsigned int offset, uint8_t x)
{
	p->anno[offset] = x;
}

static inline uint16_t
anno_u16(const struct packet *p, unsigned int offset)
{
	return get_u16(p->anno + offset);
}

static inline void
anno_set_u16(struct packet *p, unsigned int offset, uint16_t x)
{
	put_u16(p->anno + offset, x);
}

static inline uint32_t
anno_u32(const struct packet *p, unsigned int offset)
{
	return get_u32(p->anno + offset);
}

static inline void
anno_set_u32(struct packet *p, unsigned int offset, uint32_t x)
{
	put_u32(p->anno + offset, x);
}

static inline uint64_t
anno_u64(const struct packet *p, unsigned int offset)
{
	return get_u64(p->anno + offset);
}

static inline void
anno_set_u64(struct packet *p, unsigned int offset, uint64_t x)
{
	put_u64(p->anno + offset, x);
}

#endif
