/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ForceIP() -- make packets into legal IPv4
 *
 *   in 0     packets that begin with what is to be an IP header
 *   out 0    the same with version, total length, header length (if it was
 *            not possible) and checksum right; seven of eight are no fragments;
 *            the IP header position is set.  Packets of less than 20 bytes are
 *            killed with a message.
 *
 * For tests.
 *
 *	RandomSource(60) -> SetIPAddress(1.2.3.4) -> ForceIP -> ...
 */
#include "base/csum.h"
#include "click/element.h"
#include "elements/ip/say.h"

enum { IP4_HLEN_MAX = 60 };

struct force_ip {
	uint32_t count;
};

static struct packet *
force_ip_one(struct element *e, struct thread *t, struct packet *p)
{
	struct force_ip *self = element_state(e);
	uint32_t hlen;
	struct ip4 *ip;

	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	if (p->length < sizeof(*ip)) {
		say("ForceIP: bad lengths");
		packet_kill(t, p);
		return NULL;
	}
	ip = (struct ip4 *)(void *)p->data;
	put_be16(ip->len, (uint16_t)p->length);
	if ((self->count++ & 7) != 1)
		put_u16(ip->off, 0);
	hlen = ip4_hlen(ip);
	if (hlen < sizeof(*ip) || hlen > p->length)
		hlen =
		    p->length > IP4_HLEN_MAX ? IP4_HLEN_MAX : p->length & ~3u;
	ip->vhl = (uint8_t)(0x40 | hlen / 4);
	put_u16(ip->sum, 0);
	put_u16(ip->sum, csum(ip, hlen));
	packet_set_network(p, p->data, hlen);
	return p;
}

static void
force_ip_action(struct element *e, struct batch *b)
{
	batch_each(e, b, force_ip_one);
}

const struct element_class element_force_ip = {
	.name = "ForceIP",
	.ports = "1/1",
	.state_size = sizeof(struct force_ip),
	.action = force_ip_action,
};
