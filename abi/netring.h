/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netring.h -- the memory that a guest or process shares with the switch.
 *
 * One region a peer: a header page, the rings of all its ports, then a pool of
 * buffers.  Everything is found by offsets from the region's first byte, so
 * each side maps it where it likes.
 *
 *	+--------------+-----------------------------+---------------------+
 *	| netring_head | tx ring 0 | rx ring 0 | ... | buffer 0 | 1 | 2 ... |
 *	+--------------+-----------------------------+---------------------+
 *
 * A ring is a power-of-two array of slots and two free-running 32-bit indices,
 * each written by one side and on a cache line of its own:
 *
 *	tx    guest fills slots and advances guest.index;
 *	      the switch copies the frames out and advances host.index:
 *	      slots behind it are the guest's again, buffers and all.
 *	rx    guest puts empty buffers into slots and advances guest.index;
 *	      the switch writes frames into them and advances host.index:
 *	      slots behind it hold frames, and their buffers are the guest's.
 *
 * So on both rings  0 <= guest.index - host.index <= slots  always holds, and
 * a side that sees the other break it, or a buffer number or length out of
 * range, closes the port (ERR_PEER) and touches the ring no more.
 *
 * Waking: a side that wants to sleep stores into its wake_at the index of the
 * other side at which it wants an event, with a full barrier before it looks
 * at that index once more; the other side, after advancing its index from old
 * to new, sends one event if wake_at - old - 1 < new - old (32-bit unsigned:
 * the index has passed wake_at), as virtio's event index does (virtio 1.2,
 * 2.7.10).  A side that polls leaves wake_at behind and is never disturbed.
 *
 * Versions: the creator of the region writes version and features that it
 * speaks; the peer writes the subset that it accepts into peer_features before
 * the first index moves.
 */
#ifndef ABI_NETRING_H
#define ABI_NETRING_H

#include <stdint.h>

enum {
	NETRING_MAGIC = 0x474e5256, /* "VRNG" */
	NETRING_VERSION = 1,
	NETRING_BUFFER = 2048, /* bytes a buffer */
	NETRING_SLOTS_MIN = 64,
	NETRING_SLOTS_MAX = 4096,
	NETRING_SLOTS_DEFAULT = 256,
	NETRING_PORTS_MAX = 64,
	NETRING_SEGMENTS_MAX = 33, /* slots a frame: 64 kB and a header */
};

enum netring_feature {
	NETRING_F_SEGMENTS = 1, /* frames of several slots */
	NETRING_F_CSUM = 2,     /* NETRING_CSUM_PARTIAL understood */
	NETRING_F_GSO = 4,      /* gso_size understood */
};

/* flags of a slot */
enum netring_flag {
	NETRING_MORE = 1,         /* the frame goes on in the next slot */
	NETRING_CSUM_PARTIAL = 2, /* checksum to be filled (pseudo sum there) */
	NETRING_CSUM_GOOD = 4,    /* checked by whoever received it */
	NETRING_GSO_TCP4 = 8,     /* to be cut into gso_size payloads */
	NETRING_GSO_TCP6 = 16,
};

struct netring_slot {
	uint32_t buffer;      /* number of the buffer, from 0 */
	uint16_t offset;      /* first byte of the frame in it */
	uint16_t length;      /* bytes of the frame in it */
	uint16_t flags;       /* enum netring_flag */
	uint16_t gso_size;    /* payload bytes a segment, first slot only */
	uint16_t csum_start;  /* from the frame's first byte */
	uint16_t csum_offset; /* from csum_start to the field */
};
_Static_assert(sizeof(struct netring_slot) == 16, "netring_slot");

/* What one side writes and the other reads; a cache line, no false sharing. */
struct netring_side {
	uint32_t index;   /* free-running */
	uint32_t wake_at; /* the other side's index to be woken at */
	uint32_t events;  /* sent by this side, for statistics */
	uint32_t drops;   /* frames this side gave up on this ring */
	uint8_t pad[48];
};
_Static_assert(sizeof(struct netring_side) == 64, "netring_side");

struct netring {
	struct netring_side guest;
	struct netring_side host;
	struct netring_slot slot[]; /* slots of the port, a power of two */
};
_Static_assert(sizeof(struct netring) == 128, "netring");

struct netring_port {
	uint32_t tx_offset, rx_offset; /* of the rings, multiples of 64 */
	uint32_t slots;                /* of each ring */
	uint32_t state;                /* enum netring_state, host writes */
	uint8_t mac[6];
	uint16_t mtu;
	uint32_t reserved[2];
};
_Static_assert(sizeof(struct netring_port) == 32, "netring_port");

enum netring_state {
	NETRING_CLOSED = 0,
	NETRING_OPEN = 1,
	NETRING_FAILED = 2, /* the other side broke the rules */
};

struct netring_head {
	uint32_t magic;         /* NETRING_MAGIC */
	uint16_t version;       /* NETRING_VERSION */
	uint16_t ports;         /* entries of port[] in use */
	uint64_t size;          /* bytes of the whole region */
	uint32_t features;      /* enum netring_feature, by the creator */
	uint32_t peer_features; /* what the peer accepts of them */
	uint32_t generation;    /* one more each time the switch starts anew */
	uint32_t buffers;       /* how many */
	uint64_t buffer_offset; /* of buffer 0, a multiple of 4096 */
	uint8_t pad[24];
	struct netring_port port[];
};
_Static_assert(sizeof(struct netring_head) == 64, "netring_head");

#endif
