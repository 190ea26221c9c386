/* SPDX-License-Identifier: BSD-3-Clause */
/* force.c -- finding the transport part of a packet. */
#include "elements/ip/force.h"

#include "elements/ip/ip_header.h"
#include "elements/ip/say.h"

bool
force_find(struct element *e, struct thread *t, struct packet **p, uint32_t min,
    struct force_l4 *f)
{
	uint32_t room, hlen, length;

	if (packet_uniqueify(t, p) == NULL)
		return false;
	f->ip = ip_header_whole(*p);
	if (f->ip == NULL)
		goto bad;
	room = (uint32_t)packet_network_length(*p);
	hlen = ip4_hlen(f->ip);
	length = get_be16(f->ip->len);
	if (length < hlen + min || room < hlen + min)
		goto bad;
	f->l4 = (uint8_t *)f->ip + hlen;
	f->length = length - hlen;
	f->present = length <= room ? f->length : room - hlen;
	return true;
bad:
	say("%s: bad lengths", e->class->name);
	packet_kill(t, *p);
	return false;
}
