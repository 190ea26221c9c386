/* SPDX-License-Identifier: BSD-3-Clause */
/* vnet.c -- see vnet.h. */
#include "vale/vnet.h"

#include <linux/virtio_net.h>

enum {
	GSO_FLAGS = VALE_GSO_TCP4 | VALE_GSO_TCP6,
	TCP_OFF = 12, /* of the byte that has the header's length */
	TCP_SUM = 16,
};
_Static_assert(sizeof(struct virtio_net_hdr) == VNET_HEADER, "layout");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as on the wire");

bool
vnet_valid(const struct vale_frame *f)
{
	bool partial = (f->flags & VALE_CSUM_PARTIAL) != 0;

	if (partial &&
	    (f->csum_start < VALE_FRAME_MIN ||
	        (uint32_t)f->csum_start + f->csum_offset + 2 > f->total))
		return false;
	return (f->flags & GSO_FLAGS) == 0 ||
	       (partial && f->gso_size >= VNET_GSO_MIN &&
	           f->csum_offset == TCP_SUM &&
	           (f->flags & GSO_FLAGS) != GSO_FLAGS);
}

bool
vnet_get(const uint8_t header[static VNET_HEADER], struct vale_frame *f)
{
	struct virtio_net_hdr h;
	struct vale_frame got = *f;

	memcpy(&h, header, sizeof(h));
	if ((h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0)
		got.flags |= VALE_CSUM_PARTIAL;
	else if ((h.flags & VIRTIO_NET_HDR_F_DATA_VALID) != 0)
		got.flags |= VALE_CSUM_GOOD;
	if (h.gso_type == VIRTIO_NET_HDR_GSO_TCPV4)
		got.flags |= VALE_GSO_TCP4;
	else if (h.gso_type == VIRTIO_NET_HDR_GSO_TCPV6)
		got.flags |= VALE_GSO_TCP6;
	else if (h.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		return false;
	got.gso_size = h.gso_size;
	got.csum_start = h.csum_start;
	got.csum_offset = h.csum_offset;
	if (!vnet_valid(&got))
		return false;
	*f = got;
	return true;
}

void
vnet_put(uint8_t header[static VNET_HEADER], const struct vale_frame *f)
{
	struct virtio_net_hdr h = { .gso_type = VIRTIO_NET_HDR_GSO_NONE };

	if ((f->flags & VALE_CSUM_PARTIAL) != 0) {
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = f->csum_start;
		h.csum_offset = f->csum_offset;
	} else if ((f->flags & VALE_CSUM_GOOD) != 0) {
		h.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	}
	if ((f->flags & GSO_FLAGS) != 0) {
		uint32_t at = (uint32_t)f->csum_start + TCP_OFF;
		/* A hint of how long the headers are (5.1.6.2). */
		uint32_t tcp = at < f->head_length ? f->head[at] >> 4 : 5;

		h.gso_type = (f->flags & VALE_GSO_TCP4) != 0
		                 ? VIRTIO_NET_HDR_GSO_TCPV4
		                 : VIRTIO_NET_HDR_GSO_TCPV6;
		h.gso_size = f->gso_size;
		h.hdr_len = (uint16_t)(f->csum_start + tcp * 4);
	}
	memcpy(header, &h, sizeof(h));
}
