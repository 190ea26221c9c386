/* SPDX-License-Identifier: BSD-3-Clause */
/* offload.c -- see offload.h. */
#include "xen/offload.h"

#include "base/bytes.h"
#include "base/csum.h"

enum {
	ETHERNET = 14,
	VLAN = 4,
	TYPE_VLAN = 0x8100,
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	IP4_MIN = 20,
	IP6_HEADER = 40,
	FRAGMENT = 0x3fff, /* more fragments, or not the first */
	TCP = 6,
	UDP = 17,
	TCP_SUM = 16, /* where the checksums stand in their headers */
	UDP_SUM = 6,
};

/* The checksum over n bytes of segment and a pseudo header's sum. */
static void
offload_segment(uint8_t *segment, size_t n, uint8_t proto, uint64_t pseudo)
{
	size_t where = proto == TCP ? TCP_SUM : UDP_SUM;
	uint16_t sum;

	if ((proto != TCP && proto != UDP) || n < where + 2)
		return;
	put_u16(segment + where, 0);
	sum = (uint16_t)~csum_fold(csum_add(pseudo, segment, n));
	if (sum == 0 && proto == UDP)
		sum = 0xffff; /* 0 says that there is none */
	put_u16(segment + where, sum);
}

static void
offload_ip4(uint8_t *ip, size_t n)
{
	size_t header, length;

	if (n < IP4_MIN)
		return;
	header = (size_t)(ip[0] & 15) * 4;
	length = get_be16(ip + 2);
	if (header < IP4_MIN || length < header || length > n ||
	    (get_be16(ip + 6) & FRAGMENT) != 0)
		return;
	offload_segment(ip + header, length - header, ip[9],
	    csum_pseudo4(ip + 12, ip + 16, ip[9], (uint16_t)(length - header)));
}

static void
offload_ip6(uint8_t *ip, size_t n)
{
	size_t length;

	if (n < IP6_HEADER)
		return;
	length = get_be16(ip + 4);
	if (length > n - IP6_HEADER)
		return;
	offload_segment(ip + IP6_HEADER, length, ip[6],
	    csum_pseudo6(ip + 8, ip + 24, ip[6], (uint32_t)length));
}

void
offload_checksum(uint8_t *frame, size_t n)
{
	size_t at = ETHERNET;
	uint16_t type;

	if (n < ETHERNET)
		return;
	type = get_be16(frame + 12);
	if (type == TYPE_VLAN && n >= ETHERNET + VLAN) {
		type = get_be16(frame + 16);
		at += VLAN;
	}
	if (type == TYPE_IP4)
		offload_ip4(frame + at, n - at);
	else if (type == TYPE_IP6)
		offload_ip6(frame + at, n - at);
}
