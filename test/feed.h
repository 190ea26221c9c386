/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * feed.h -- packets handed by a unit test to elements of a running
 * configuration (run.h), and taken out of its queues.
 */
#ifndef TEST_FEED_H
#define TEST_FEED_H

#include "test/run.h"

UNUSED static struct packet *
feed_packet(struct trun *t, const void *bytes, uint32_t n)
{
	return packet_new(master_thread(t->m, 0), PACKET_HEADROOM, bytes, n, 0);
}

/* Hands p to an input of element as if it had been pushed there. */
UNUSED static void
feed(struct trun *t, const char *element, unsigned int port, struct packet *p)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, str_of(element), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);

	batch_add(b, p);
	if (e->class->push != NULL)
		e->class->push(e, port, b);
	else {
		e->class->action(e, b);
		if (b->count > 0)
			output_push(e, 0, b);
	}
	scratch_release(thread, m);
}

UNUSED static void
feed_bytes(struct trun *t, const char *element, unsigned int port,
    const void *bytes, uint32_t n)
{
	feed(t, element, port, feed_packet(t, bytes, n));
}

/* The next packet in a queue, NULL: none. */
UNUSED static struct packet *
feed_take(struct trun *t, const char *queue)
{
	struct thread *thread = master_thread(t->m, 0);
	struct element *e = router_find(t->r, str_of(queue), NULL);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);
	struct packet *p;

	p = e->class->pull(e, 0, b, 1) == 1 ? b->packet[0] : NULL;
	scratch_release(thread, m);
	return p;
}

/* The same where the rest of a test is about that packet: there must be one. */
UNUSED static struct packet *
feed_need(struct trun *t, const char *queue)
{
	struct packet *p = feed_take(t, queue);

	ASSERT(p != NULL);
	return p;
}

/* As feed_take(), as bytes in buf, zeros after them; how many, 0: none. */
UNUSED static uint32_t
feed_take_bytes(struct trun *t, const char *queue, void *buf, uint32_t size)
{
	struct packet *p = feed_take(t, queue);
	uint32_t n;

	memset(buf, 0, size);
	if (p == NULL)
		return 0;
	n = p->length < size ? p->length : size;
	memcpy(buf, p->data, n);
	packet_kill(master_thread(t->m, 0), p);
	return n;
}

#endif
