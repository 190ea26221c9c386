/* SPDX-License-Identifier: BSD-3-Clause */
/* fifo.c -- see fifo.h. */
#include "elements/standard/fifo.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "click/router.h"
#include "os/os.h"

int
fifo_read_capacity(struct element *e, const struct strs *conf,
    uint32_t *capacity, struct errh *errh)
{
	struct args a;

	*capacity = FIFO_CAPACITY;
	args_init(&a, conf, e, errh);
	args_u32(&a, "CAPACITY", ARG_POS, capacity);
	return args_complete(&a);
}

int
fifo_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fifo *q = element_state(e);

	if (fifo_read_capacity(e, conf, &q->store.capacity, errh) != 0)
		return ERR_INVAL;
	notifier_init(&q->empty, NOTIFIER_STOP);
	notifier_init(&q->full, NOTIFIER_STOP);
	return 0;
}

static uint32_t
fifo_slots(const struct fifo *q)
{
	return q->ring == NULL ? 0 : q->mask + 1;
}

/*
 * Makes the ring want slots long or longer; both locks are held.  False, and
 * nothing changed, if there is no memory.
 */
static bool
fifo_reserve(struct fifo *q, uint32_t want)
{
	uint32_t slots = FIFO_SLOTS;
	struct packet **ring;

	if (want <= fifo_slots(q))
		return true;
	if (want > (uint32_t)1 << 31)
		return false;
	while (slots < want)
		slots *= 2;
	ring = calloc(slots, sizeof(*ring));
	if (ring == NULL)
		return false;
	for (uint32_t i = q->store.head; i != q->store.tail; i++)
		ring[i & (slots - 1)] = *fifo_slot(q, i);
	free(q->ring);
	q->ring = ring;
	q->mask = slots - 1;
	return true;
}

int
fifo_initialize(struct element *e, struct errh *errh)
{
	struct fifo *q = element_state(e);

	if (!fifo_reserve(q, 1))
		return errh_error(errh, "out of memory");
	return 0;
}

void
fifo_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct fifo *q = element_state(e);

	(void)stage;
	for (; q->store.head != q->store.tail; q->store.head++)
		packet_kill(e->thread, *fifo_slot(q, q->store.head));
	free(q->ring);
	q->ring = NULL;
	notifier_fini(&q->empty);
	notifier_fini(&q->full);
}

/* ---- moving packets ---- */

/* n slots from index on get the packets at from. */
static inline void
fifo_write(struct fifo *q, uint32_t index, struct packet **from, uint32_t n)
{
	uint32_t start = index & q->mask;
	uint32_t first = q->mask + 1 - start;

	if (first > n)
		first = n;
	memcpy(q->ring + start, from, first * sizeof(*from));
	memcpy(q->ring, from + first, (n - first) * sizeof(*from));
}

static inline void
fifo_read(const struct fifo *q, uint32_t index, struct packet **to, uint32_t n)
{
	uint32_t start = index & q->mask;
	uint32_t first = q->mask + 1 - start;

	if (first > n)
		first = n;
	memcpy(to, q->ring + start, first * sizeof(*to));
	memcpy(to + first, q->ring, (n - first) * sizeof(*to));
}

/* Orders a write of head or tail before the look at the other side's notifier.
 */
static inline void
fifo_fence(const struct thread *t)
{
	if (unlikely(!t->alone))
		fence_full();
}

void
fifo_pushed(struct fifo *q, struct thread *t, uint32_t size)
{
	if (size > q->highwater)
		q->highwater = size;
	fifo_fence(t);
	if (size > 0)
		notifier_wake(&q->empty);
	if (unlikely(size >= q->store.capacity)) {
		notifier_sleep(&q->full);
		fifo_fence(t);
		if (storage_size(&q->store) < q->store.capacity)
			notifier_wake(&q->full);
	}
}

/* Says so once, when the first packet is lost. */
static void
fifo_say_overflow(struct element *e)
{
	char name[256];
	struct strbuf sb = STRBUF_INIT;

	sb_add(&sb, element_declaration(e, name));
	sb_adds(&sb, ": overflow\n");
	os_log(sb_str(&sb));
	sb_fini(&sb);
}

void
fifo_refuse(struct element *e, struct batch *b)
{
	struct fifo *q = element_state(e);

	if (load_relaxed(&q->drops) == 0 && q->store.capacity > 0)
		fifo_say_overflow(e);
	counter_add(&q->drops, b->thread, b->count);
	output_push_checked(e, 1, b);
}

uint32_t
fifo_make_room(struct fifo *q, uint32_t n)
{
	uint32_t size = storage_size(&q->store);
	uint32_t room = q->store.capacity - size;

	/* Without memory it is full sooner. */
	(void)fifo_reserve(q, size + (n < room ? n : room));
	return q->store.capacity <= q->mask ? q->store.capacity : q->mask + 1;
}

/* A pusher wants n more packets in than there are slots; how many may be. */
static NOINLINE uint32_t
fifo_grow(struct fifo *q, struct thread *t, uint32_t n)
{
	uint32_t room;

	thread_lock(t, &q->pull_lock);
	room = fifo_make_room(q, n) - storage_size(&q->store);
	thread_unlock(t, &q->pull_lock);
	return n < room ? n : room;
}

void
fifo_push_by(struct element *e, struct batch *b, fifo_store_fn *store)
{
	struct fifo *q = element_state(e);
	struct thread *t = b->thread;

	thread_lock(t, &q->push_lock);
	thread_lock(t, &q->pull_lock);
	store(q, b);
	thread_unlock(t, &q->pull_lock);
	fifo_pushed(q, t, storage_size(&q->store));
	thread_unlock(t, &q->push_lock);
	if (b->count > 0)
		fifo_refuse(e, b);
}

void
fifo_push(struct element *e, unsigned int port, struct batch *b)
{
	struct fifo *q = element_state(e);
	struct thread *t = b->thread;
	uint32_t tail, used, n;

	(void)port;
	thread_lock(t, &q->push_lock);
	tail = q->store.tail;
	/* Acquire: the puller has read the slots that this finds free. */
	used = tail - load_acquire(&q->store.head);
	n = q->store.capacity - used;
	if (n > b->count)
		n = b->count;
	if (unlikely(used + n > q->mask + 1))
		n = fifo_grow(q, t, n);
	fifo_write(q, tail, b->packet, n);
	store_release(&q->store.tail, tail + n);
	if (likely(n > 0))
		fifo_pushed(q, t, used + n);
	thread_unlock(t, &q->push_lock);
	if (unlikely(n < b->count)) {
		b->count -= n;
		memmove(
		    b->packet, b->packet + n, b->count * sizeof(b->packet[0]));
		fifo_refuse(e, b);
	}
}

void
fifo_rest(struct fifo *q, struct thread *t)
{
	if (storage_size(&q->store) > 0)
		return;
	notifier_sleep(&q->empty);
	fifo_fence(t);
	if (storage_size(&q->store) > 0)
		notifier_wake(&q->empty);
}

unsigned int
fifo_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct fifo *q = element_state(e);
	struct thread *t = b->thread;
	uint32_t head, n;

	(void)port;
	thread_lock(t, &q->pull_lock);
	head = q->store.head;
	/* Acquire: the pusher has filled the slots that this finds taken. */
	n = load_acquire(&q->store.tail) - head;
	if (n > max)
		n = max;
	if (likely(n > 0)) {
		fifo_read(q, head, b->packet + b->count, n);
		b->count += n;
		store_release(&q->store.head, head + n);
		q->sleepiness = 0;
		fifo_fence(t);
		notifier_wake(&q->full);
	} else if (q->sleepiness >= FIFO_PATIENCE)
		fifo_rest(q, t);
	else
		q->sleepiness++;
	thread_unlock(t, &q->pull_lock);
	return n;
}

/* ---- another ring ---- */

/* Kills the oldest or the newest packets of q until n are left. */
static void
fifo_cut(struct element *e, struct fifo *q, uint32_t n, bool oldest)
{
	while (q->store.tail - q->store.head > n)
		packet_kill(e->thread,
		    *fifo_slot(q, oldest ? q->store.head++ : --q->store.tail));
}

void
fifo_resize(struct element *e, uint32_t capacity, bool newest)
{
	struct fifo *q = element_state(e);

	q->store.capacity = capacity;
	fifo_cut(e, q, capacity, newest);
	if (storage_size(&q->store) < capacity)
		notifier_wake(&q->full);
}

int
fifo_live_reconfigure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	uint32_t capacity;

	if (fifo_read_capacity(e, conf, &capacity, errh) != 0)
		return ERR_INVAL;
	fifo_resize(e, capacity, false);
	return 0;
}

bool
fifo_hotswap_like(struct element *e, struct element *old)
{
	(void)e;
	return element_cast(old, "SimpleQueue") != NULL;
}

void
fifo_take(
    struct element *e, struct element *old, bool newest, struct errh *errh)
{
	struct fifo *q = element_state(e);
	struct fifo *from = element_cast(old, "SimpleQueue");
	uint32_t length, n;

	if (from == NULL)
		return;
	if (q->store.head != q->store.tail) {
		errh_error(
		    errh, "already have packets enqueued, can't take state");
		return;
	}
	length = storage_size(&from->store);
	n = length < q->store.capacity ? length : q->store.capacity;
	if (!fifo_reserve(q, n))
		n = fifo_slots(q);
	if (n < length)
		errh_warning(errh,
		    "some packets lost (old length %u, new capacity %u)",
		    length, q->store.capacity);
	fifo_cut(old, from, n, newest);
	q->store.head = q->store.tail = 0;
	while (from->store.head != from->store.tail)
		*fifo_slot(q, q->store.tail++) =
		    *fifo_slot(from, from->store.head++);
	q->highwater = n;
}

void
fifo_take_state(struct element *e, struct element *old, struct errh *errh)
{
	fifo_take(e, old, false, errh);
}

/* ---- what others see ---- */

/* Every queue is a SimpleQueue, and answers to Queue, to its successors. */
void *
fifo_cast(struct element *e, const char *name, int port)
{
	struct fifo *q = element_state(e);

	(void)port;
	if (strcmp(name, "Storage") == 0)
		return &q->store;
	if (strcmp(name, "SimpleQueue") == 0 || strcmp(name, "Queue") == 0)
		return q;
	return NULL;
}

void *
fifo_cast_empty(struct element *e, const char *name, int port)
{
	struct fifo *q = element_state(e);

	if (strcmp(name, "empty_notifier") == 0)
		return &q->empty;
	if (strcmp(name, "NotifierQueue") == 0)
		return q;
	return fifo_cast(e, name, port);
}

void *
fifo_cast_both(struct element *e, const char *name, int port)
{
	struct fifo *q = element_state(e);

	if (strcmp(name, "full_notifier") == 0)
		return &q->full;
	if (strcmp(name, "FullNoteQueue") == 0)
		return q;
	return fifo_cast_empty(e, name, port);
}

static int
fifo_read_length(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fifo *q = element_state(e);

	(void)user;
	sb_u64(call->out, storage_size(&q->store));
	return 0;
}

static int
fifo_write_reset_counts(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fifo *q = element_state(e);

	(void)user;
	(void)call;
	q->drops = 0;
	q->highwater = storage_size(&q->store);
	return 0;
}

/* Empties it by way of output 1. */
static int
fifo_write_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct thread *t = call->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, BATCH_MAX);

	(void)user;
	while (e->class->pull(e, 0, b, BATCH_MAX) > 0) {
		output_push_checked(e, 1, b);
		batch_reset(b);
	}
	scratch_release(t, m);
	return 0;
}

void
fifo_add_handlers(struct element *e)
{
	struct fifo *q = element_state(e);

	handler_add_read(e, "length", fifo_read_length, 0, 0);
	handler_add_data(
	    e, "highwater_length", HANDLER_READ, DATA_U32, &q->highwater);
	handler_add_data(
	    e, "capacity", HANDLER_READ, DATA_U32, &q->store.capacity);
	handler_set_flags(e, "capacity", HANDLER_CALM, 0);
	handler_add_rewrite_arg(e, "capacity", 0, "CAPACITY");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &q->drops);
	handler_add_write(e, "reset_counts", fifo_write_reset_counts, 0,
	    HANDLER_BUTTON | HANDLER_NONEXCLUSIVE);
	handler_add_write(e, "reset", fifo_write_reset, 0, HANDLER_BUTTON);
}
