/* SPDX-License-Identifier: BSD-3-Clause */
/* batch_test.c -- batches taken apart: nothing lost, nothing out of order. */
#include "click/element.h"
#include "test/run.h"
#include "test/tap.h"

enum { MANY = 5000, PACKETS = BATCH_MAX };

/* "q0 :: Queue... s [i] -> qi": a splitter before nout queues. */
static int
splitter_start(struct trun *t, unsigned int nout)
{
	struct strbuf text = STRBUF_INIT;
	int err;

	sb_printf(&text, "Idle -> s :: RoundRobinSwitch;\n");
	for (unsigned int i = 0; i < nout; i++)
		sb_printf(&text, "s[%u] -> q%u :: Queue -> Idle;\n", i, i);
	err = trun_start(t, sb_cstr(&text));
	sb_fini(&text);
	return err;
}

/* A batch of n packets, 1, 2, ... n bytes long. */
static struct batch *
numbered(struct thread *t, uint32_t n)
{
	struct batch *b = batch_new(t, BATCH_MAX);

	for (uint32_t i = 1; i <= n; i++)
		batch_add(b, packet_new(t, 0, NULL, i, 0));
	return b;
}

/* Whether b holds n packets whose numbers are first, first + step, ... */
static bool
is_sequence(const struct batch *b, uint32_t n, uint32_t first, uint32_t step)
{
	if (b->count != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (b->packet[i]->length != first + i * step)
			return false;
	return true;
}

/* The same of what queue number i has got, which ends. */
static bool
queue_is(
    struct trun *t, unsigned int i, uint32_t n, uint32_t first, uint32_t step)
{
	struct thread *thread = master_thread(t->m, 0);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, BATCH_MAX);
	char name[16];
	struct element *q;
	bool is;

	snprintf(name, sizeof(name), "q%u", i);
	q = router_find(t->r, str_of(name), NULL);
	b->count = q->class->pull(q, 0, b, BATCH_MAX);
	is = is_sequence(b, n, first, step);
	batch_kill(b);
	scratch_release(thread, m);
	return is;
}

/* Whether the lengths of what q0 holds are these; it is empty then. */
static bool
queue_holds(struct trun *t, const char *lengths)
{
	struct thread *thread = master_thread(t->m, 0);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, BATCH_MAX);
	struct element *q = router_find(t->r, STR("q0"), NULL);
	struct strbuf found = STRBUF_INIT;
	bool is;

	b->count = q->class->pull(q, 0, b, BATCH_MAX);
	for (uint32_t i = 0; i < b->count; i++)
		sb_printf(
		    &found, "%s%u", i > 0 ? " " : "", b->packet[i]->length);
	is = strcmp(sb_cstr(&found), lengths) == 0;
	sb_fini(&found);
	batch_kill(b);
	scratch_release(thread, m);
	return is;
}

static void
distribute(struct trun *t, uint32_t n, int16_t *ports, int stay, uint32_t kept,
    uint32_t first, uint32_t step)
{
	struct thread *thread = master_thread(t->m, 0);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = numbered(thread, n);

	batch_distribute(router_find(t->r, str_of("s"), NULL), b, ports, stay);
	ok(is_sequence(b, kept, first, step), "%u packets stay", kept);
	batch_kill(b);
	scratch_release(thread, m);
}

/* How many of n packets dealt out to nout outputs in turn output i gets. */
static uint32_t
share(uint32_t n, unsigned int nout, unsigned int i)
{
	return (n - i + nout - 1) / nout;
}

/* Few outputs and packets are distributed in one way, more in others. */
static void
test_in_turn(unsigned int nout, uint32_t n)
{
	int16_t ports[PACKETS];
	unsigned int wrong = 0;
	struct trun t;

	ok(splitter_start(&t, nout) == 0, "%u outputs, %u packets", nout, n);
	for (uint32_t i = 0; i < n; i++)
		ports[i] = (int16_t)(i % nout);
	distribute(&t, n, ports, -1, 0, 0, 0);
	for (unsigned int i = 0; i < nout; i++)
		wrong += !queue_is(&t, i, share(n, nout, i), i + 1, nout);
	is_num(wrong, 0, "each output has got its own, in order");
	for (uint32_t i = 0; i < n; i++)
		ports[i] = (int16_t)(i % nout);
	distribute(&t, n, ports, 1, share(n, nout, 1), 2, nout);
	ok(queue_is(&t, 1, 0, 0, 0), "what stays is not pushed");
	ok(queue_is(&t, 2, share(n, nout, 2), 3, nout),
	    "what does not stay is");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* The output of the first packet comes first: all end in one queue. */
static void
test_order(unsigned int nout)
{
	int16_t ports[] = { 2, 0, 1, 2, 0 };
	struct strbuf text = STRBUF_INIT;
	struct trun t;

	sb_printf(&text, "Idle -> s :: RoundRobinSwitch;\n"
	                 "q0 :: Queue -> Idle;\n");
	for (unsigned int i = 0; i < nout; i++)
		sb_printf(&text, "s[%u] -> Paint(%u) -> q0;\n", i, i);
	ok(trun_start(&t, sb_cstr(&text)) == 0, "%u outputs, one queue", nout);
	sb_fini(&text);
	distribute(&t, 5, ports, 1, 1, 3, 0);
	ok(queue_holds(&t, "1 4 2 5"), "groups come as their outputs came up");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* Outputs that are not there, packets that are gone. */
static void
test_no_output(unsigned int nout)
{
	struct thread *thread;
	struct scratch_mark m;
	struct batch *b;
	int16_t ports[] = { PACKET_DROP, 0, (int16_t)nout, PACKET_GONE, 0 };
	struct trun t;

	ok(splitter_start(&t, nout) == 0, "%u outputs", nout);
	thread = master_thread(t.m, 0);
	m = scratch_mark(thread);
	b = numbered(thread, 5);
	packet_kill(thread, b->packet[3]);
	batch_distribute(router_find(t.r, str_of("s"), NULL), b, ports, -1);
	scratch_release(thread, m);
	ok(queue_is(&t, 0, 2, 2, 3), "those with an output arrive");
	is_num(trun_stop(&t), 0, "the others were freed once");
}

/* Whether the scratch memory from here on is as it was filled. */
static bool
scratch_untouched(const char *from, const char *end)
{
	while (from < end && *from == 0x5a)
		from++;
	return from == end;
}

/* A different output for each packet, of more than there is scratch for. */
static void
test_many(void)
{
	int16_t ports[PACKETS];
	struct scratch *s;
	struct trun t;
	unsigned int wrong = 0;

	ok(splitter_start(&t, MANY) == 0, "starts with %d outputs", MANY);
	for (int i = 0; i < PACKETS; i++)
		ports[i] = (int16_t)(MANY - 1 - i);
	s = &master_thread(t.m, 0)->scratch;
	memset(s->top, 0x5a, (size_t)(s->end - s->top));
	distribute(&t, PACKETS, ports, -1, 0, 0, 0);
	/* That of the test's own batch lies before it. */
	ok(scratch_untouched(
	       s->top + SCRATCH_ELEMENT + SCRATCH_ELEMENT / 2, s->end),
	    "in the scratch memory that an element has");
	for (unsigned int i = 0; i < PACKETS; i++)
		wrong += !queue_is(&t, MANY - 1 - i, 1, i + 1, 0);
	is_num(wrong, 0, "each packet is where it belongs");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* Batches ended of which one packet is shared, or too long for the pool. */
static void
test_kill(void)
{
	struct thread *thread;
	struct scratch_mark m;
	struct packet *held;
	struct batch *b;
	struct trun t;

	ASSERT(trun_start(&t, "Idle -> Discard") == 0);
	thread = master_thread(t.m, 0);
	m = scratch_mark(thread);
	b = numbered(thread, 3);
	held = packet_clone(thread, b->packet[1]);
	memset(held->data, 0x5a, held->length);
	batch_kill(b);
	is_num(b->count, 0, "a batch that has been killed is empty");
	is_num(held->owner->refs, 1, "who shared a packet has it alone now");
	is_num(master_packets_out(t.m), 2, "only that one is out");
	packet_kill(thread, held);
	batch_add(b, packet_new(thread, 0, NULL, 64, 0));
	batch_add(b, packet_new(thread, 0, NULL, 3 * POOL_BUFFER, 0));
	batch_kill(b);
	scratch_release(thread, m);
	is_num(trun_stop(&t), 0, "long ones are given back as well");
}

int
main(void)
{
	test_kill();
	test_in_turn(3, PACKETS);
	test_in_turn(3, 100);
	test_in_turn(4, 100);
	test_in_turn(5, 100);
	test_order(4);
	test_order(5);
	test_no_output(3);
	test_no_output(5);
	test_many();
	return tap_done();
}
