/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowbook.h -- the flows that an element remembers, IPv4 and IPv6 alike, each
 * until it has been idle for its time or another takes its place: a flow table
 * (flowtable.h), a timing wheel (flowwheel.h) and their housekeeping.
 *
 * A flow's record begins with struct flowbook_flow; the element's own fields
 * follow.  A book of both directions finds a flow by the packets that answer,
 * too.
 *
 *	flowbook_init(&s->book, sizeof(struct my_flow), &my_ops, true)
 *	s->book.capacity = ...                                  configure
 *	flowbook_start(&s->book, e)                             initialize
 *	flowbook_route(e, b, &s->book, flowbook_read_ip, my_one) push
 *	flowbook_fini(&s->book)                                 cleanup
 *
 * Memory: a record and, for each of its keys, about 10 bytes of index; from
 * nothing, by 64 records at a time.  The flow that comes when the book is full
 * takes the place of the one that would expire first (among those that
 * ops->may_evict gives free), or is refused.
 *
 * The book has a lock; flowbook_route() and the timer hold it.  Handlers run
 * while no packets do.
 */
#ifndef ELEMENTS_IP_FLOWBOOK_H
#define ELEMENTS_IP_FLOWBOOK_H

#include "click/element.h"
#include "elements/ip/five_tuple.h"
#include "elements/ip/flowwheel.h"

struct flowbook;

struct flowbook_flow {
	struct flow_key key[2];
	struct flow_link link;
	uint32_t last_ms;     /* of its last packet */
	struct five_tuple id; /* as its first packet had it */
};
_Static_assert(sizeof(struct flowbook_flow) == 88, "eleven words");

/* Why a flow ends. */
enum flowbook_end { FLOW_IDLE, FLOW_EVICTED, FLOW_FLUSHED };

struct flowbook_ops {
	/* When it ends unless more packets come, in ms. */
	uint32_t (*expiry)(const struct flowbook *fb, const void *flow);
	/* Last words; the record is freed afterwards.  NULL: none. */
	void (*end)(struct flowbook *fb, void *flow, enum flowbook_end why);
	/* May make room for another; NULL: all may. */
	bool (*may_evict)(const struct flowbook *fb, const void *flow);
};

struct flowbook {
	struct flowtable table;
	struct flow_wheel wheel;
	const struct flowbook_ops *ops;
	struct element *e;
	struct timer reaper;
	struct spinlock lock;
	uint64_t seed;
	uint32_t capacity;     /* flows */
	uint32_t now_ms;       /* of the call that goes on */
	struct thread *thread; /* that makes it: for last words */
	bool both;             /* directions */
	uint64_t evicted;      /* flows that made room for others */
	uint64_t refused;      /* flows that found none */
};

/* record_size: a multiple of 8.  Allocates nothing. */
void flowbook_init(struct flowbook *fb, uint32_t record_size,
    const struct flowbook_ops *ops, bool both);
/* Begins to look for idle flows, on e's home thread. */
void flowbook_start(struct flowbook *fb, struct element *e);
/* Frees all without last words; a zeroed book may be ended, too. */
void flowbook_fini(struct flowbook *fb);

/*
 * A hot swap: to, which has begun and is empty, gets the flows of from, which
 * is empty then; as many as to has room for.  Their records must be alike.
 */
void flowbook_take(
    struct flowbook *to, struct flowbook *from, struct thread *t);

static inline uint32_t
flowbook_now(struct thread *t)
{
	return (uint32_t)((uint64_t)thread_recent_ns(t) / 1000000);
}

/* Before calls but those of flowbook_route() and the timer. */
static inline void
flowbook_enter(struct flowbook *fb, struct thread *t)
{
	fb->now_ms = flowbook_now(t);
	fb->thread = t;
}

static inline void *
flowbook_record(const struct flowbook *fb, uint32_t record)
{
	return flowtable_record(&fb->table, record);
}

/* Whether ref, found by its key, is really the flow id. */
bool flowbook_same(
    const struct flowbook *fb, uint32_t ref, const struct five_tuple *id);

/* The reference of the flow id (flow_ref_record(), _which()), 0: none. */
uint32_t flowbook_find(const struct flowbook *fb, const struct five_tuple *id);
/*
 * A new flow, zeroed but for its head, which is not in the book yet: its
 * record, 0 when it was refused or there is no memory.  The caller fills it
 * and calls flowbook_touch().
 */
uint32_t flowbook_add(struct flowbook *fb, const struct five_tuple *id);
/* The expiry has come nearer, or the flow is new. */
void flowbook_touch(struct flowbook *fb, uint32_t record);
void flowbook_end(struct flowbook *fb, uint32_t record, enum flowbook_end why);

/* Ends flows that have been idle, looking at budget; true: maybe more. */
bool flowbook_reap(struct flowbook *fb, unsigned int budget);
/* Ends all. */
void flowbook_flush(struct flowbook *fb);
/* Ends flows until capacity is kept, whatever they are. */
void flowbook_shrink(struct flowbook *fb);

/*
 * Handlers that such elements have: "flows" (read: how many), "capacity" (read,
 * write), "flush" (write), "evicted", "refused", "memory" (read: bytes).
 */
void flowbook_add_handlers(struct element *e, struct flowbook *fb);

/* ---- packets ---- */

/* Scratch memory of a class that calls flowbook_route(). */
enum { FLOWBOOK_GROUP = 32, FLOWBOOK_SCRATCH = 8192 };

struct flowbook_packet {
	struct five_packet five; /* id.version 0: it has no flow */
	struct flow_probe probe;
};

/* Reads the flow of p; false: it has none. */
typedef bool flowbook_read_fn(
    struct element *e, struct packet *p, struct five_packet *five);
/*
 * What becomes of *p: as route_fn.  ref: its flow, 0: it has none (yet).
 */
typedef int flowbook_fn(struct element *e, struct thread *t, struct packet **p,
    const struct flowbook_packet *fp, uint32_t ref);

static inline bool
flowbook_read_ip(struct element *e, struct packet *p, struct five_packet *five)
{
	(void)e;
	return five_tuple_packet(p, five);
}

/* Passes 1 and 2 (flowtable.h) over n packets. */
ALWAYS_INLINE void
flowbook_probe(struct element *e, struct flowbook *fb, struct packet *const *p,
    struct flowbook_packet *fp, uint32_t n, flowbook_read_fn *read)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i + 4 < n)
			prefetch_read(p[i + 4]->data);
		fp[i].probe.key.kind = 0;
		if (unlikely(!read(e, p[i], &fp[i].five))) {
			fp[i].five.id.version = 0;
			continue;
		}
		five_tuple_key(&fp[i].five.id, fb->seed, &fp[i].probe.key);
		flowtable_probe(&fb->table, &fp[i].probe);
	}
	for (uint32_t i = 0; i < n; i++)
		if (likely(fp[i].probe.key.kind != 0))
			flowtable_probe_record(&fb->table, &fp[i].probe);
}

/* Pass 3. */
static inline uint32_t
flowbook_probe_find(const struct flowbook *fb, const struct flowbook_packet *fp)
{
	uint32_t ref;

	if (unlikely(fp->probe.key.kind == 0))
		return 0;
	ref = flowtable_probe_find(&fb->table, &fp->probe);
	if (ref != 0 && unlikely(fp->five.id.version == 6 &&
	                         !flowbook_same(fb, ref, &fp->five.id)))
		return 0;
	return ref;
}

/*
 * The body of a push: read and one must be constant functions.  Packets go
 * where one says; the lock is held while it is called.
 */
ALWAYS_INLINE void
flowbook_route(struct element *e, struct batch *b, struct flowbook *fb,
    flowbook_read_fn *read, flowbook_fn *one)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	struct flowbook_packet *fp =
	    scratch_alloc(t, FLOWBOOK_GROUP * sizeof(*fp));
	int16_t differ = 0;

	thread_lock(t, &fb->lock);
	flowbook_enter(fb, t);
	for (uint32_t from = 0; from < b->count; from += FLOWBOOK_GROUP) {
		struct packet **p = b->packet + from;
		uint32_t n = b->count - from;

		if (n > FLOWBOOK_GROUP)
			n = FLOWBOOK_GROUP;
		flowbook_probe(e, fb, p, fp, n, read);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t ref = flowbook_probe_find(fb, &fp[i]);

			ports[from + i] =
			    (int16_t)one(e, t, &p[i], &fp[i], ref);
			differ |= (int16_t)(ports[from + i] ^ ports[0]);
		}
	}
	thread_unlock(t, &fb->lock);
	if (likely(differ == 0 && ports[0] >= 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

#endif
