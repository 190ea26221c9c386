/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netring.h -- the memory that a guest or process shares with the switch.
 *
 * The whole protocol, with pictures and reasons, is docs/netring.md; this is
 * its layout.  One region a peer: a header page, the rings of all its ports,
 * then a pool of buffers.  Everything is found by offsets from the region's
 * first byte, so each side maps it where it likes.
 *
 *	+--------------+-----------------------------+---------------------+
 *	| netring_head | tx ring 0 | rx ring 0 | ... | buffer 0 | 1 | 2 ... |
 *	+--------------+-----------------------------+---------------------+
 *
 * A ring is a power-of-two array of slots and two free-running 32-bit indices:
 *
 *	tx    guest fills slots and advances guest.index;
 *	      the switch takes the frames and advances host.index: slots behind
 *	      it hold a buffer that is the guest's, perhaps another one.
 *	rx    guest puts empty buffers into slots and advances guest.index;
 *	      the switch writes frames into any of the buffers so given, puts
 *	      their numbers into slots in the frames' order and advances
 *	      host.index: slots behind it hold frames, the guest's buffers.
 *
 * So on both rings  0 <= guest.index - host.index <= slots  always holds, and
 * a side that sees the other break it, or a buffer number, offset or length
 * out of range, ends the port (ERR_PEER) and touches the ring no more.
 *
 * Waking: a side that wants to sleep stores into its wake_at the index of the
 * other side at which it wants an event, with a full barrier before it looks
 * at that index once more; the other side, after advancing its index from old
 * to new and a full barrier, sends one event if the index has passed wake_at:
 * new - wake_at - 1 < new - old (32-bit unsigned), as virtio's event index
 * does (virtio 1.2, 2.7.10).  A side that polls leaves wake_at behind and is
 * never disturbed.
 */
#ifndef ABI_NETRING_H
#define ABI_NETRING_H

#include <stdint.h>

enum {
	NETRING_MAGIC = 0x474e5256, /* "VRNG" */
	NETRING_VERSION = 2,
	/*
	 * Bytes a buffer: an odd number of cache lines, so that frames at one
	 * offset of many buffers lie in all sets of a first-level cache.
	 */
	NETRING_BUFFER = 33 * 64,
	NETRING_BUFFERS_MAX = 1 << 20,
	NETRING_SLOTS_MIN = 64,
	NETRING_SLOTS_MAX = 4096,
	NETRING_SLOTS_DEFAULT = 256,
	NETRING_PORTS_MAX = 64,
	NETRING_SEGMENTS_MAX = 40, /* slots a frame: 64 kB and more */
	NETRING_PAGE = 4096,
};

enum netring_feature {
	NETRING_F_SEGMENTS = 1, /* frames of several slots */
	NETRING_F_CSUM = 2,     /* NETRING_CSUM_PARTIAL understood */
	NETRING_F_GSO = 4,      /* NETRING_GSO_* understood; wants F_SEGMENTS */
};

/*
 * A slot is one 64-bit word, so that it is read and written at once:
 *
 *	bits 0-23 buffer   24-31 flags   32-47 offset   48-63 length
 *
 * buffer is its number, offset the frame's first byte in it, length the bytes
 * there.  On rx the guest gives offset: the switch begins the frame there,
 * and goes on at NETRING_META in the following slots of the frame.
 */
typedef uint64_t netring_slot;

/* flags of a slot */
enum netring_flag {
	NETRING_MORE = 1,      /* the frame goes on in the next slot */
	NETRING_HAS_META = 2,  /* struct netring_meta lies before the frame */
	NETRING_CSUM_GOOD = 4, /* checked by whoever received it */
};

/*
 * Offloads of a frame, in the 16 bytes before its first one: first slot only,
 * offset at least NETRING_META.
 */
struct netring_meta {
	uint16_t flags;       /* enum netring_meta_flag */
	uint16_t gso_size;    /* payload bytes a segment */
	uint16_t csum_start;  /* from the frame's first byte */
	uint16_t csum_offset; /* from csum_start to the field */
	uint32_t reserved[2]; /* 0 */
};
_Static_assert(sizeof(struct netring_meta) == 16, "netring_meta");

enum { NETRING_META = 16 };

enum netring_meta_flag {
	NETRING_CSUM_PARTIAL = 8, /* checksum to be filled (pseudo sum there) */
	NETRING_GSO_TCP4 = 16,    /* to be cut into gso_size payloads */
	NETRING_GSO_TCP6 = 32,
};

/*
 * What one side writes and the other reads.  Two lines: the first changes
 * with each batch, the second only when its writer goes to sleep, so that
 * looking at it costs nothing while he is awake.
 */
struct netring_side {
	uint32_t index;  /* free-running */
	uint32_t events; /* sent by this side, for statistics */
	uint32_t drops;  /* frames this side gave up on this ring */
	uint8_t pad[52];
	uint32_t wake_at; /* the other side's index to be woken at */
	uint8_t pad2[60];
};
_Static_assert(sizeof(struct netring_side) == 128, "netring_side");

struct netring {
	struct netring_side guest;
	struct netring_side host;
	netring_slot slot[]; /* slots of the port, a power of two */
};
_Static_assert(sizeof(struct netring) == 256, "netring");

struct netring_port {
	uint32_t tx_offset, rx_offset; /* of the rings, multiples of 128 */
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
	uint16_t ports;         /* entries of port[] that rings exist for */
	uint64_t size;          /* bytes of the whole region */
	uint32_t features;      /* enum netring_feature, of the switch */
	uint32_t peer_features; /* what the guest accepts of them */
	uint32_t generation;    /* another one each time the switch starts */
	uint32_t buffers;       /* how many */
	uint64_t buffer_offset; /* of buffer 0, a multiple of 4096 */
	uint8_t pad[24];
	struct netring_port port[];
};
_Static_assert(sizeof(struct netring_head) == 64, "netring_head");
_Static_assert(sizeof(struct netring_head) +
                       NETRING_PORTS_MAX * sizeof(struct netring_port) <=
                   NETRING_PAGE,
    "the head is one page");

#endif
