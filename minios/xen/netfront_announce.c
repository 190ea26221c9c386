/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_announce.c -- a guest that has moved says where it is now, for a
 * switch that has seen its address elsewhere sends its frames there until it
 * forgets (minutes; IEEE 802.1D, 7.9).  What a guest speaks is its routers'
 * business, so the frame is one of the link alone: a reverse ARP request to all
 * (RFC 903), who am I, which QEMU sends for its guests, too.
 */
#include <string.h>

#include "base/bytes.h"
#include "click/batch.h"
#include "click/packet.h"
#include "minios/xen/netfront.h"

enum { ANNOUNCE_SIZE = 60, RARP = 0x8035, IPV4 = 0x0800, RARP_REQUEST = 3 };

static void
announce_frame(uint8_t frame[static ANNOUNCE_SIZE], const uint8_t mac[static 6])
{
	memset(frame, 0, ANNOUNCE_SIZE);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, mac, 6);
	put_be16(frame + 12, RARP);
	put_be16(frame + 14, 1); /* Ethernet */
	put_be16(frame + 16, IPV4);
	frame[18] = 6;
	frame[19] = 4;
	put_be16(frame + 20, RARP_REQUEST);
	memcpy(frame + 22, mac, 6);
	memcpy(frame + 32, mac, 6);
}

void
netfront_announce(struct netfront *f, struct thread *t)
{
	struct scratch_mark m = scratch_mark(t);
	uint8_t frame[ANNOUNCE_SIZE];
	struct packet *p;
	struct batch *out;

	f->announce = false;
	announce_frame(frame, f->dev.mac);
	p = packet_new(t, 0, frame, sizeof(frame), 0);
	if (p == NULL)
		return; /* the next frame of its routers' says it as well */
	out = batch_new(t, 1);
	batch_add(out, p);
	(void)netdev_tx(&f->dev, out); /* a new ring has room */
	batch_kill(out);
	scratch_release(t, m);
}
