/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CPUQueue([CAPACITY]) -- stores packets, in a queue for each thread
 *
 *   in 0       any packets (push)
 *   out *      the stored packets, one from each thread's queue in turn (pull)
 *
 *   CAPACITY   the most packets that each queue holds, default 128; those that
 *              do not fit are killed
 *
 *   capacity   read: CAPACITY
 *   drops      read: packets killed
 *
 * Threads that push never meet.
 *
 *     FromDevice(0) -> CPUQueue(1000) -> ToDevice(1);
 */
#include <stdlib.h>

#include "click/element.h"
#include "click/router.h"
#include "elements/standard/storage.h"

struct cpu_ring {
	struct storage store; /* tail by its thread, head by who pulls */
	struct packet **slots;
};

struct cpu_queue {
	uint32_t capacity;
	uint32_t mask; /* slots of a ring, a power of two, less 1 */
	uint64_t drops;
	struct cpu_ring *rings; /* by thread */
	unsigned int nrings;
	struct spinlock pull_lock;
	unsigned int next; /* ring to be pulled from */
};

static int
cpu_queue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct cpu_queue *s = element_state(e);
	struct args a;

	s->capacity = 128;
	args_init(&a, conf, e, errh);
	args_u32(&a, "CAPACITY", ARG_POS, &s->capacity);
	return args_complete(&a);
}

static int
cpu_queue_initialize(struct element *e, struct errh *errh)
{
	struct cpu_queue *s = element_state(e);
	unsigned int n = master_nthreads(e->router->master);
	size_t size = n * sizeof(*s->rings);

	s->rings = aligned_alloc(_Alignof(struct cpu_ring), size);
	if (s->rings == NULL)
		return errh_error(errh, "out of memory!");
	memset(s->rings, 0, size);
	s->nrings = n;
	s->mask = 1;
	while (s->mask < s->capacity && s->mask < (uint32_t)1 << 31)
		s->mask *= 2;
	if (s->mask < s->capacity)
		return errh_error(errh, "out of memory!");
	s->mask--;
	for (unsigned int i = 0; i < n; i++) {
		s->rings[i].slots =
		    calloc((size_t)s->mask + 1, sizeof(struct packet *));
		if (s->rings[i].slots == NULL)
			return errh_error(errh, "out of memory!");
	}
	return 0;
}

static inline struct packet **
cpu_ring_slot(const struct cpu_queue *s, struct cpu_ring *r, uint32_t index)
{
	return &r->slots[index & s->mask];
}

static void
cpu_queue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct cpu_queue *s = element_state(e);

	(void)stage;
	for (unsigned int i = 0; i < s->nrings; i++) {
		struct cpu_ring *r = &s->rings[i];

		for (; r->store.head != r->store.tail; r->store.head++)
			packet_kill(
			    e->thread, *cpu_ring_slot(s, r, r->store.head));
		free(r->slots);
	}
	free(s->rings);
	s->rings = NULL;
	s->nrings = 0;
}

static void
cpu_queue_push(struct element *e, unsigned int port, struct batch *b)
{
	struct cpu_queue *s = element_state(e);
	struct cpu_ring *r = &s->rings[b->thread->id];
	uint32_t tail = r->store.tail, n = 0;
	uint32_t room = s->capacity - (tail - load_acquire(&r->store.head));

	(void)port;
	for (; n < b->count && n < room; n++)
		*cpu_ring_slot(s, r, tail + n) = b->packet[n];
	store_release(&r->store.tail, tail + n);
	if (n == b->count)
		return;
	b->count -= n;
	memmove(b->packet, b->packet + n, b->count * sizeof(b->packet[0]));
	counter_add(&s->drops, b->thread, b->count);
	batch_kill(b);
}

static bool
cpu_ring_pull(struct cpu_queue *s, struct cpu_ring *r, struct batch *b)
{
	uint32_t head = r->store.head;

	if (load_acquire(&r->store.tail) == head)
		return false;
	batch_add(b, *cpu_ring_slot(s, r, head));
	store_release(&r->store.head, head + 1);
	return true;
}

static unsigned int
cpu_queue_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct cpu_queue *s = element_state(e);
	unsigned int n = 0, in_vain = 0;

	(void)port;
	thread_lock(b->thread, &s->pull_lock);
	while (n < max && in_vain < s->nrings) {
		if (cpu_ring_pull(s, &s->rings[s->next], b)) {
			n++;
			in_vain = 0;
		} else
			in_vain++;
		s->next = s->next + 1 < s->nrings ? s->next + 1 : 0;
	}
	thread_unlock(b->thread, &s->pull_lock);
	return n;
}

static void
cpu_queue_add_handlers(struct element *e)
{
	struct cpu_queue *s = element_state(e);

	handler_add_data(e, "capacity", HANDLER_READ, DATA_U32, &s->capacity);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

const struct element_class element_cpu_queue = {
	.name = "CPUQueue",
	.ports = "1/1-",
	.processing = "h/l",
	.state_size = sizeof(struct cpu_queue),
	.flags = ELEMENT_SHAREABLE,
	.configure = cpu_queue_configure,
	.initialize = cpu_queue_initialize,
	.cleanup = cpu_queue_cleanup,
	.add_handlers = cpu_queue_add_handlers,
	.push = cpu_queue_push,
	.pull = cpu_queue_pull,
};
