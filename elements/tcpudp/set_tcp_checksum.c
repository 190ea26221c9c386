/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetTCPChecksum([FIXOFF]) -- compute the TCP checksum.
 *
 *   in 0, out 0   TCP over IPv4, transport header position set; packets
 *                 shorter than their IP length says are dropped with a message
 *
 *   FIXOFF        boolean: also repair a header length that is below 20 bytes
 *                 or, outside fragments, beyond the packet (default false)
 *
 *	... -> SetIPChecksum -> SetTCPChecksum -> ...
 */
#include "click/element.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"
#include "elements/ip/say.h"

struct set_tcp_checksum {
	bool fix_off;
};

static int
set_tcp_checksum_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_tcp_checksum *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "FIXOFF", ARG_POS, &self->fix_off);
	return args_complete(&a);
}

/* Makes the header length of a segment of length bytes possible. */
static void
set_tcp_checksum_fix_off(const struct ip4 *ip, struct tcp *tcp, int32_t length)
{
	bool fragment = (get_be16(ip->off) & (IP4_MF | IP4_OFFMASK)) != 0;
	int32_t hlen = (int32_t)tcp_hlen(tcp);

	if (hlen < (int32_t)sizeof(*tcp))
		hlen = sizeof(*tcp);
	else if (hlen > length && !fragment)
		hlen = length;
	tcp->off = (uint8_t)((tcp->off & 0x0f) | (hlen >> 2) << 4);
}

static inline struct packet *
set_tcp_checksum_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_tcp_checksum *self = element_state(e);
	struct ip4 *ip;
	struct tcp *tcp;
	int32_t length;

	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	ip = ip_header_whole(p);
	if (ip == NULL || p->transport < 0)
		goto bad;
	length = get_be16(ip->len) - (int32_t)ip4_hlen(ip);
	if (length < (int32_t)sizeof(*tcp) ||
	    length > packet_transport_length(p))
		goto bad;
	tcp = (struct tcp *)(void *)packet_transport(p);
	if (self->fix_off)
		set_tcp_checksum_fix_off(ip, tcp, length);
	put_u16(tcp->sum, 0);
	put_u16(tcp->sum, ip4_l4_csum(ip, tcp, (size_t)length));
	return p;
bad:
	say("SetTCPChecksum: bad lengths");
	packet_kill(t, p);
	return NULL;
}

static void
set_tcp_checksum_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_tcp_checksum_one);
}

const struct element_class element_set_tcp_checksum = {
	.name = "SetTCPChecksum",
	.ports = "1/1",
	.state_size = sizeof(struct set_tcp_checksum),
	.flags = ELEMENT_SHAREABLE,
	.configure = set_tcp_checksum_configure,
	.action = set_tcp_checksum_action,
};
