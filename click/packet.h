/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * packet.h -- a packet: metadata in two cache lines, and a buffer.
 *
 *	head        data                data+length        head+size
 *	 |  headroom |      packet       |    tailroom      |
 *
 * A packet belongs to whoever holds the pointer: it is passed on (pushed,
 * queued) or killed, exactly once.  Its bytes may be read by the holder; they
 * may be written only after packet_uniqueify() or one of the functions here
 * that imply it, for a clone shares its buffer with others.  Functions that may
 * have to move the bytes take struct packet **: *p may be replaced; if there is
 * no memory *p has been freed and counted, and NULL is returned.
 *
 * Header positions are offsets from head (-1: not set), so that stripping and
 * prepending leave them alone, as in Click.
 *
 * Packets come from the running thread's pool (thread->pool): a header with a
 * buffer of POOL_BUFFER bytes attached, never malloc on the fast path.
 * Longer ones get a buffer of their own.
 */
#ifndef CLICK_PACKET_H
#define CLICK_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/proto.h"
#include "base/str.h"

struct thread;

enum {
	PACKET_ANNO_SIZE = 48,
	PACKET_HEADROOM = 64, /* default, bytes; a multiple of 4 */
	/*
	 * Bytes of a pool's buffer: an odd number of cache lines, so that
	 * packets at one offset lie in all sets of a first-level cache.
	 */
	POOL_BUFFER = 33 * CACHE_LINE,
	PACKET_MAX = 1 << 20, /* longest packet, bytes */
};

/* As the link layer said whom it was for (if_packet.h's numbers). */
enum packet_type {
	PACKET_HOST = 0,
	PACKET_BROADCAST = 1,
	PACKET_MULTICAST = 2,
	PACKET_OTHERHOST = 3,
	PACKET_OUTGOING = 4,
	PACKET_LOOPBACK = 5,
};

/* Where a packet's buffer came from, hence how it is given back. */
enum packet_buffer {
	BUFFER_POOL = 0, /* of the pool: header and buffer stay together */
	BUFFER_HEAP,     /* from malloc */
	BUFFER_CLONE,    /* of another packet: owner */
	BUFFER_FOREIGN,  /* of somebody else: foreign->release() */
	BUFFER_LENT,     /* the same, for reading, with others: foreign->uses */
	BUFFER_NONE,     /* a bare header in the pool */
};

/* A buffer that somebody else lends; must outlive the packets it is in. */
struct foreign_buffer {
	/* From any thread, when its packet, or its last use, ends. */
	void (*release)(struct foreign_buffer *);
	uint32_t uses; /* packet_lend(): a packet each, and the lender's own */
};

static inline void
foreign_use(struct foreign_buffer *f, uint32_t n)
{
	(void)fetch_add(&f->uses, n);
}

static inline void
foreign_unuse(struct foreign_buffer *f)
{
	if (fetch_sub(&f->uses, 1) == 1)
		f->release(f);
}

struct packet {
	uint8_t *data;
	uint32_t length;
	/* 1 and one for each clone that borrows the buffer; 2 if it borrows. */
	uint32_t refs;
	uint8_t *head;
	uint32_t size;                   /* bytes from head */
	int32_t mac, network, transport; /* offsets from head, or -1 */
	uint8_t buffer;                  /* enum packet_buffer */
	uint8_t type;                    /* enum packet_type */
	uint8_t pad[2];
	union {
		struct packet *owner;
		struct foreign_buffer *foreign;
	};
	int64_t timestamp_ns; /* wall clock, 0 when not set */

	uint8_t anno[PACKET_ANNO_SIZE] __attribute__((aligned(16)));
	struct packet *next; /* for whoever holds the packet */
	uint64_t device;     /* where it came in; for the device elements */
} CACHE_ALIGNED;

_Static_assert(sizeof(struct packet) == 128, "two cache lines");
_Static_assert(offsetof(struct packet, anno) == 64, "annotations: line two");

/* ---- making and ending ---- */

/*
 * A packet of length bytes (content undefined, or copied from data) with at
 * least the headroom and tailroom asked for; annotations zero, no header
 * positions, no timestamp, type HOST, reference count 1.  NULL: no memory,
 * counted in the pool.
 */
struct packet *packet_new(struct thread *t, uint32_t headroom, const void *data,
    uint32_t length, uint32_t tailroom);

/*
 * A packet over length bytes at offset in a lent buffer of size bytes, which
 * is released when the last packet that uses it dies.
 */
struct packet *packet_new_foreign(struct thread *t, struct foreign_buffer *f,
    uint8_t *head, uint32_t size, uint32_t offset, uint32_t length);

/*
 * A packet over length bytes, of one or of many pieces of a lent buffer, that
 * nobody writes: who wants to gets a copy.  The caller has counted its use.
 */
struct packet *packet_lend(struct thread *t, struct foreign_buffer *f,
    const uint8_t *data, uint32_t length);

/* Ends p: its buffer goes back when nobody else uses it. */
void packet_kill(struct thread *t, struct packet *p);

/* Another packet with the same bytes, shared, and the same metadata. */
struct packet *packet_clone(struct thread *t, struct packet *p);

/* ---- looking ---- */

static inline uint32_t
packet_headroom(const struct packet *p)
{
	return (uint32_t)(p->data - p->head);
}

static inline uint32_t
packet_tailroom(const struct packet *p)
{
	return p->size - packet_headroom(p) - p->length;
}

static inline uint8_t *
packet_end(const struct packet *p)
{
	return p->data + p->length;
}

/* True while another packet shows the same bytes. */
static inline bool
packet_shared(const struct packet *p)
{
	return load_acquire(&p->refs) > 1;
}

static inline struct str
packet_str(const struct packet *p)
{
	return str_make((const char *)p->data, p->length);
}

/* The header, or NULL when it is not set. */
static inline uint8_t *
packet_mac(const struct packet *p)
{
	return p->mac < 0 ? NULL : p->head + p->mac;
}

static inline uint8_t *
packet_network(const struct packet *p)
{
	return p->network < 0 ? NULL : p->head + p->network;
}

static inline uint8_t *
packet_transport(const struct packet *p)
{
	return p->transport < 0 ? NULL : p->head + p->transport;
}

static inline struct ip4 *
packet_ip4(const struct packet *p)
{
	return (struct ip4 *)(void *)packet_network(p);
}

static inline struct ip6 *
packet_ip6(const struct packet *p)
{
	return (struct ip6 *)(void *)packet_network(p);
}

/* From the header's first byte to the packet's last; the header must be set. */
static inline int32_t
packet_network_length(const struct packet *p)
{
	return (int32_t)(packet_end(p) - (p->head + p->network));
}

static inline int32_t
packet_transport_length(const struct packet *p)
{
	return (int32_t)(packet_end(p) - (p->head + p->transport));
}

static inline int32_t
packet_network_offset(const struct packet *p)
{
	return (int32_t)(p->head + p->network - p->data);
}

static inline int32_t
packet_transport_offset(const struct packet *p)
{
	return (int32_t)(p->head + p->transport - p->data);
}

/* ---- setting header positions ---- */

/* where points into (or to the end of) the buffer. */
static inline void
packet_set_mac(struct packet *p, const uint8_t *where)
{
	p->mac = (int32_t)(where - p->head);
}

/* Sets the network header and, header_length bytes on, the transport's. */
static inline void
packet_set_network(
    struct packet *p, const uint8_t *where, uint32_t header_length)
{
	p->network = (int32_t)(where - p->head);
	p->transport = p->network + (int32_t)header_length;
}

static inline void
packet_set_transport(struct packet *p, const uint8_t *where)
{
	p->transport = (int32_t)(where - p->head);
}

static inline void
packet_clear_headers(struct packet *p)
{
	p->mac = p->network = p->transport = -1;
}

/* ---- changing ---- */

/* Slow part of packet_uniqueify(): a private copy with the same room. */
struct packet *packet_copy_private(struct thread *t, struct packet *p);

/*
 * Makes *p's bytes the holder's own.  Returns *p, or NULL (freed) when there
 * is no memory.
 */
static inline struct packet *
packet_uniqueify(struct thread *t, struct packet **p)
{
	if (unlikely(packet_shared(*p)))
		*p = packet_copy_private(t, *p);
	return *p;
}

/* Slow part of push and put: more room, in a new buffer. */
struct packet *packet_expand(
    struct thread *t, struct packet *p, uint32_t headroom, uint32_t tailroom);

/*
 * Adds n bytes (content undefined) in front, private: returns *p or NULL
 * (freed).
 */
static inline struct packet *
packet_push(struct thread *t, struct packet **p, uint32_t n)
{
	if (unlikely(packet_headroom(*p) < n || packet_shared(*p))) {
		*p = packet_expand(t, *p, n, 0);
		if (*p == NULL)
			return NULL;
	}
	(*p)->data -= n;
	(*p)->length += n;
	return *p;
}

/* The same at the end. */
static inline struct packet *
packet_put(struct thread *t, struct packet **p, uint32_t n)
{
	if (unlikely(packet_tailroom(*p) < n || packet_shared(*p))) {
		*p = packet_expand(t, *p, 0, n);
		if (*p == NULL)
			return NULL;
	}
	(*p)->length += n;
	return *p;
}

/* Adds n bytes in front that nobody writes: no private copy is made. */
static inline struct packet *
packet_push_shared(struct thread *t, struct packet **p, uint32_t n)
{
	if (unlikely(packet_headroom(*p) < n))
		return packet_push(t, p, n);
	(*p)->data -= n;
	(*p)->length += n;
	return *p;
}

/* Removes n bytes in front (at most length); the bytes stay where they are. */
static inline void
packet_pull(struct packet *p, uint32_t n)
{
	CHECK_HOT(n <= p->length);
	p->data += n;
	p->length -= n;
}

/* Removes n bytes at the end (at most length). */
static inline void
packet_take(struct packet *p, uint32_t n)
{
	CHECK_HOT(n <= p->length);
	p->length -= n;
}

/*
 * Moves the bytes so that data lies offset bytes from where it is (negative:
 * towards head); header positions move along.  Private; *p or NULL (freed).
 */
struct packet *packet_shift(
    struct thread *t, struct packet **p, int32_t offset);

/*
 * Copies timestamp, type, device and annotations; header positions and bytes
 * stay.
 */
static inline void
packet_copy_annotations(struct packet *to, const struct packet *from)
{
	memcpy(to->anno, from->anno, PACKET_ANNO_SIZE);
	to->timestamp_ns = from->timestamp_ns;
	to->type = from->type;
	to->device = from->device;
}

#endif
