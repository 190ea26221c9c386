/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_af_packet.c -- af_packet:INTERFACE[,netns=NS]: the frames of a network
 * interface, through rings shared with the kernel (packet(7), the kernel's
 * packet_mmap.rst, TPACKET_V3).
 *
 *	receive  block: KERNEL -> (frames) USER -> lent to the switch -> KERNEL
 *	send     slot: AVAILABLE -> we copy -> SEND_REQUEST -> send() -> ...
 *
 * Before each frame stands the header of vnet.h, so that checksums to be
 * filled and frames merged by the card (GRO) or not cut by their sender (TSO)
 * are what they are; the kernel takes checksums to be filled, too.  A VLAN tag
 * that the kernel keeps beside the frame is put back into it.
 *
 * The kernel gives a frame at the latest after a millisecond: this kind is
 * made for rates, not for round trips.  What it could not give is shown as
 * "missed" and was never the switch's.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/bytes.h"
#include "vale/kinds.h"
#include "vale/number.h"
#include "vale/opener.h"
#include "vale/packet_ring.h"
#include "vale/vnet.h"

enum { TAG = 4, TAG_AT = 12, TAG_HEAD = VALE_HEAD - TAG };

struct packet_port {
	struct vale_port port;
	struct vale_opened opened;
	uint8_t *map;
	size_t map_size;

	/* the worker's */
	uint32_t block; /* the next to take */
	uint32_t left;  /* frames of it that were not lent */
	uint8_t *at;    /* the first of them */
	bool done;      /* the block is the kernel's after rx_done */
	uint64_t missed;
	uint8_t tagged[VALE_BURST][VALE_HEADROOM + VALE_HEAD];

	/* under the port's lock */
	uint32_t slot CACHE_ALIGNED;
	bool unsent;
};

static struct packet_port *
packet_of(struct vale_port *p)
{
	return container_of(p, struct packet_port, port);
}

/* ---- receiving ---- */

static struct tpacket_hdr_v1 *
packet_block(const struct packet_port *k)
{
	struct tpacket_block_desc *b =
	    (void *)(k->map + (size_t)k->block * PACKET_BLOCK);

	return &b->hdr.bh1;
}

/* Puts the tag back: the frame's first bytes become a head of ours. */
static void
packet_tag(struct vale_frame *f, const struct tpacket3_hdr *h, uint8_t *room)
{
	uint16_t type = (h->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0
	                    ? h->hv1.tp_vlan_tpid
	                    : ETH_P_8021Q;
	uint32_t n = f->length < TAG_HEAD ? f->length : TAG_HEAD;

	if (n < TAG_AT)
		return;
	f->head = room + VALE_HEADROOM;
	memcpy(f->head, f->data, TAG_AT);
	put_be16(f->head + TAG_AT, type);
	put_be16(f->head + TAG_AT + 2, (uint16_t)h->hv1.tp_vlan_tci);
	memcpy(f->head + TAG_AT + TAG, f->data + TAG_AT, n - TAG_AT);
	f->head_length = n + TAG;
	f->data += n;
	f->length -= n;
	f->total += TAG;
	f->csum_start += TAG;
}

static void
packet_frame(struct vale_frame *f, const struct tpacket3_hdr *h, uint8_t *room)
{
	const uint8_t *data = (const uint8_t *)h + h->tp_mac;

	f->head = NULL;
	f->head_length = 0;
	f->data = data;
	f->length = f->total = h->tp_snaplen;
	f->nrest = f->flags = 0;
	f->region = NULL;
	/* Cut short, or not understood: a frame of no length. */
	if (h->tp_snaplen < h->tp_len || !vnet_get(data - VNET_HEADER, f))
		f->length = f->total = 0;
	else if ((h->tp_status & TP_STATUS_VLAN_VALID) != 0)
		packet_tag(f, h, room);
}

static int
packet_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct packet_port *k = packet_of(p);
	struct tpacket_hdr_v1 *b = packet_block(k);
	unsigned int n = 0;

	if (k->left == 0) {
		/* Frames are read after the kernel has written status. */
		if ((load_acquire(&b->block_status) & TP_STATUS_USER) == 0)
			return 0;
		k->left = b->num_pkts;
		k->at = (uint8_t *)b -
		        offsetof(struct tpacket_block_desc, hdr) +
		        b->offset_to_first_pkt;
	}
	for (; n < max && k->left > 0; n++, k->left--) {
		struct tpacket3_hdr *h = (void *)k->at;

		packet_frame(&f[n], h, k->tagged[n]);
		k->at += h->tp_next_offset;
	}
	k->done = k->left == 0;
	/* A block without frames has only timed out. */
	if (n == 0) {
		store_release(&b->block_status, (uint32_t)TP_STATUS_KERNEL);
		k->block = (k->block + 1) % PACKET_BLOCKS;
	}
	return (int)n;
}

static void
packet_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	struct packet_port *k = packet_of(p);

	(void)f;
	(void)n;
	if (!k->done)
		return;
	/* The kernel may write the block from here on. */
	store_release(
	    &packet_block(k)->block_status, (uint32_t)TP_STATUS_KERNEL);
	k->block = (k->block + 1) % PACKET_BLOCKS;
}

/* The socket is readable while a block is ours; half of one is not seen. */
static bool
packet_arm(struct vale_port *p)
{
	struct packet_port *k = packet_of(p);

	return k->left > 0 || (load_acquire(&packet_block(k)->block_status) &
	                          TP_STATUS_USER) != 0;
}

/* ---- sending ---- */

static struct tpacket3_hdr *
packet_slot(const struct packet_port *k)
{
	return (void *)(k->map + (size_t)PACKET_BLOCKS * PACKET_BLOCK +
	                (size_t)k->slot * PACKET_TX_SLOT);
}

static int
packet_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct packet_port *k = packet_of(p);
	unsigned int i = 0;

	for (; i < n; i++) {
		struct tpacket3_hdr *h = packet_slot(k);
		/* Where the kernel looks: packet_mmap.rst. */
		uint8_t *to =
		    (uint8_t *)h + TPACKET3_HDRLEN - sizeof(struct sockaddr_ll);

		if (load_acquire(&h->tp_status) != TP_STATUS_AVAILABLE ||
		    f[i]->total > PACKET_TX_SLOT - PACKET_TX_ROOM)
			break;
		vnet_put(to, f[i]);
		vale_frame_copy(p, to + VNET_HEADER, f[i]);
		h->tp_next_offset = 0;
		h->tp_len = h->tp_snaplen = VNET_HEADER + f[i]->total;
		/* The frame is there before the kernel sees the request. */
		store_release(&h->tp_status, (uint32_t)TP_STATUS_SEND_REQUEST);
		k->slot = (k->slot + 1) % PACKET_TX_SLOTS;
		k->unsent = true;
	}
	if (i < n && k->unsent) /* ask for room for the next */
		(void)send(p->fd, NULL, 0, MSG_DONTWAIT);
	return (int)i;
}

static void
packet_tx_end(struct vale_port *p)
{
	struct packet_port *k = packet_of(p);

	/* What the kernel does not take now goes with the next. */
	if (k->unsent)
		k->unsent = send(p->fd, NULL, 0, MSG_DONTWAIT) < 0;
}

static void
packet_show(struct vale_port *p, struct strbuf *out)
{
	struct packet_port *k = packet_of(p);
	struct tpacket_stats_v3 s;
	socklen_t n = sizeof(s);

	/* The kernel's count starts again with each look. */
	if (getsockopt(p->fd, SOL_PACKET, PACKET_STATISTICS, &s, &n) == 0)
		k->missed += s.tp_drops;
	sb_adds(out, ", \"missed\": ");
	sb_u64(out, k->missed);
}

static const struct vale_port_ops packet_ops = {
	.rx = packet_rx,
	.rx_done = packet_rx_done,
	.tx = packet_tx,
	.tx_end = packet_tx_end,
	.arm = packet_arm,
	.show = packet_show,
};

/* ---- life ---- */

static int
packet_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct packet_port *k = packet_of(p);
	uint64_t mtu = 1500;
	int err = vale_acquire(p->vale, "packet", args, &k->opened, why);

	if (err != 0)
		return err;
	k->map_size = (size_t)(PACKET_BLOCKS + PACKET_TX_BLOCKS) * PACKET_BLOCK;
	k->map = mmap(NULL, k->map_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, k->opened.fd[0], 0);
	if (k->map == MAP_FAILED) {
		err = diag(why, ERR_IO, "af_packet: mmap: %s", strerror(errno));
		close(k->opened.fd[0]);
		vale_release(p->vale, "packet", &k->opened);
		return err;
	}
	(void)number_parse(str_of(k->opened.text), UINT32_MAX, &mtu);
	if (mtu > PACKET_TX_SLOT - PACKET_TX_ROOM - VALE_FRAME_MIN - TAG)
		mtu = PACKET_TX_SLOT - PACKET_TX_ROOM - VALE_FRAME_MIN - TAG;
	p->fd = k->opened.fd[0];
	p->mtu = (uint16_t)mtu;
	p->features = VALE_F_CSUM;
	p->ops = &packet_ops;
	return 0;
}

static void
packet_close(struct vale_port *p)
{
	struct packet_port *k = packet_of(p);

	munmap(k->map, k->map_size);
	close(p->fd);
	vale_release(p->vale, "packet", &k->opened);
}

const struct vale_kind vale_kind_af_packet = {
	.name = "af_packet",
	.usage = "INTERFACE[,netns=NAMESPACE]",
	.size = sizeof(struct packet_port),
	.open = packet_open,
	.close = packet_close,
};
