/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost_wire.h -- the messages of vhost-user (QEMU's
 * docs/interop/vhost-user.rst) that a network device without multiqueue,
 * migration and IOMMU needs.  In the machine's own order.
 */
#ifndef VALE_VHOST_WIRE_H
#define VALE_VHOST_WIRE_H

#include <stdint.h>

enum {
	VHOST_REGIONS = 8, /* what front ends without memory slots send */
	VHOST_FDS = 8,
	VHOST_VERSION = 1, /* in the low bits of flags */
	VHOST_VERSION_MASK = 3,
	VHOST_REPLY = 4,
	VHOST_NEED_REPLY = 8,
	VHOST_NO_FD = 0x100, /* in the number that comes with a descriptor */
	VHOST_INDEX = 0xff,
	VHOST_PROTOCOL_REPLY_ACK = 3, /* bits of protocol features */
};

enum vhost_request {
	VHOST_GET_FEATURES = 1,
	VHOST_SET_FEATURES = 2,
	VHOST_SET_OWNER = 3,
	VHOST_RESET_OWNER = 4,
	VHOST_SET_MEM_TABLE = 5,
	VHOST_SET_VRING_NUM = 8,
	VHOST_SET_VRING_ADDR = 9,
	VHOST_SET_VRING_BASE = 10,
	VHOST_GET_VRING_BASE = 11,
	VHOST_SET_VRING_KICK = 12,
	VHOST_SET_VRING_CALL = 13,
	VHOST_SET_VRING_ERR = 14,
	VHOST_GET_PROTOCOL_FEATURES = 15,
	VHOST_SET_PROTOCOL_FEATURES = 16,
	VHOST_SET_VRING_ENABLE = 18,
};

struct vhost_wire_header {
	uint32_t request, flags;
	uint32_t size; /* of what follows */
};

struct vhost_wire_state {
	uint32_t index, number;
};

struct vhost_wire_address {
	uint32_t index, flags;
	uint64_t desc, used, avail, log; /* of the front end */
};

struct vhost_wire_region {
	uint64_t guest, size, user, offset;
};

struct vhost_wire_memory {
	uint32_t n, padding;
	struct vhost_wire_region region[VHOST_REGIONS];
};
_Static_assert(sizeof(struct vhost_wire_memory) == 8 + 8 * 32, "layout");

struct vhost_message {
	struct vhost_wire_header header;
	union {
		uint64_t number;
		struct vhost_wire_state state;
		struct vhost_wire_address address;
		struct vhost_wire_memory memory;
		uint8_t bytes[sizeof(struct vhost_wire_memory)];
	} u;
};
_Static_assert(sizeof(struct vhost_wire_header) == 12, "layout");

enum { VHOST_HEADER = 12 };

#endif
