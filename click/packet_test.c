/* SPDX-License-Identifier: BSD-3-Clause */
/* packet_test.c -- packets made, shared, copied, grown, shifted and ended. */
#include "click/packet.h"

#include "click/anno.h"
#include "click/pool.h"
#include "click/router.h"
#include "test/tap.h"

static struct thread *
setup(struct master **m)
{
	struct master_options options = { .nthreads = 1 };

	*m = master_new(&options);
	return *m == NULL ? NULL : master_thread(*m, 0);
}

static void
test_new(struct thread *t)
{
	struct packet *p = packet_new(t, 28, "abcdef", 6, 10);

	is_num(packet_headroom(p), 28, "headroom as asked");
	ok(packet_tailroom(p) >= 10, "tailroom at least");
	ok(str_is(packet_str(p), "abcdef"), "bytes copied");
	ok(p->mac == -1 && p->network == -1 && p->transport == -1,
	    "no header positions");
	ok(!packet_shared(p), "not shared");
	anno_set_u32(p, ANNO_PAINT, 0xffffffff);
	packet_kill(t, p);
	p = packet_new(t, 0, NULL, 1, 0);
	is_num(anno_u32(p, ANNO_PAINT), 0, "annotations cleared on reuse");
	packet_kill(t, p);
}

static void
test_share(struct thread *t)
{
	struct packet *p = packet_new(t, 64, "shared", 6, 0), *c, *d;

	packet_set_network(p, p->data + 2, 20);
	p->timestamp_ns = 77;
	c = packet_clone(t, p);
	d = packet_clone(t, c);
	ok(packet_shared(p) && packet_shared(c) && packet_shared(d),
	    "all three are shared");
	ok(c->data == p->data && d->owner == p, "over one buffer");
	packet_kill(t, p);
	ok(str_is(packet_str(d), "shared"), "bytes outlive the first");
	packet_uniqueify(t, &c);
	ok(c->data != d->data, "a private copy");
	is_num(packet_network_offset(c), 2, "header positions kept");
	is_num(c->timestamp_ns, 77, "time stamp kept");
	c->data[0] = 'X';
	ok(str_is(packet_str(d), "shared"), "the other is untouched");
	packet_kill(t, c);
	packet_kill(t, d);
}

/* What was stripped off must come back with a copy. */
static void
test_unstrip(struct thread *t)
{
	struct packet *p = packet_new(t, 64, "head-body", 9, 0), *c;

	c = packet_clone(t, p);
	packet_pull(c, 5);
	packet_uniqueify(t, &c);
	c->data -= 5;
	c->length += 5;
	ok(str_is(packet_str(c), "head-body"), "stripped bytes are copied");
	packet_kill(t, p);
	packet_kill(t, c);
}

static void
test_grow(struct thread *t)
{
	struct packet *p = packet_new(t, 4, "data", 4, 0);
	uint8_t *before = p->data;

	packet_set_mac(p, p->data);
	packet_push(t, &p, 4);
	ok(p->data == before - 4, "push within the headroom moves nothing");
	packet_push(t, &p, 100);
	is_num(p->length, 108, "push beyond it");
	ok(memcmp(p->data + 104, "data", 4) == 0, "bytes moved along");
	ok(packet_mac(p) == p->data + 104, "so did the header position");
	packet_put(t, &p, 3000);
	is_num(p->length, 3108, "put beyond a pool buffer");
	ok(p->buffer == BUFFER_HEAP, "gets a buffer of its own");
	ok(memcmp(p->data + 104, "data", 4) == 0, "bytes moved again");
	packet_take(p, 3000);
	packet_pull(p, 104);
	ok(str_is(packet_str(p), "data"), "pull and take undo them");
	packet_kill(t, p);
}

static void
test_shift(struct thread *t)
{
	struct packet *p = packet_new(t, 16, "shift", 5, 16), *c;

	packet_set_mac(p, p->data + 1);
	packet_shift(t, &p, 3);
	is_num(packet_headroom(p), 19, "shifted towards the tail");
	ok(packet_mac(p) == p->data + 1, "with its header");
	packet_shift(t, &p, -19);
	is_num(packet_headroom(p), 0, "and to the very head");
	ok(str_is(packet_str(p), "shift"), "bytes intact");
	c = packet_clone(t, p);
	packet_shift(t, &c, 2);
	ok(c->data != p->data && str_is(packet_str(c), "shift"),
	    "a shared one is copied");
	packet_shift(t, &p, -1);
	ok(str_is(packet_str(p), "shift") && packet_mac(p) == p->data + 1,
	    "beyond the head: new room");
	packet_kill(t, p);
	packet_kill(t, c);
}

static int released;

static void
count_release(struct foreign_buffer *f)
{
	(void)f;
	released++;
}

static void
test_foreign(struct thread *t)
{
	static uint8_t buffer[128] = "..lent";
	struct foreign_buffer f = { count_release, 0 };
	struct packet *p = packet_new_foreign(t, &f, buffer, 128, 2, 4), *c;

	ok(str_is(packet_str(p), "lent"), "a lent buffer");
	c = packet_clone(t, p);
	packet_kill(t, p);
	is_num(released, 0, "is kept while a clone lives");
	packet_kill(t, c);
	is_num(released, 1, "and released once");
}

/* One buffer, lent to many who read it; the lender has a use of his own. */
static void
test_lend(struct thread *t)
{
	static uint8_t buffer[] = "lent to two";
	struct foreign_buffer f = { count_release, 1 };
	struct packet *p[3];
	uint64_t copied = t->pool->copied;

	released = 0;
	foreign_use(&f, 2);
	p[0] = packet_lend(t, &f, buffer, 4);
	p[1] = packet_lend(t, &f, buffer + 5, 6);
	is_str(packet_str(p[1]), STR("to two"), "lent: a piece");
	ok(packet_shared(p[0]), "lent: it is not to be written");
	is_num(packet_headroom(p[1]), 0, "lent: nothing before it is shown");
	p[2] = packet_clone(t, p[0]);
	ok(packet_shared(p[2]), "lent: nor is a clone");
	packet_kill(t, p[0]);
	is_str(packet_str(p[2]), STR("lent"), "lent: a clone outlives it");
	ok(packet_uniqueify(t, &p[2]) != NULL && !packet_shared(p[2]),
	    "lent: who wants to write gets a copy");
	is_num((int64_t)(t->pool->copied - copied), 1, "which is counted");
	p[2]->data[0] = 'b';
	is_str(str_make((char *)buffer, 4), STR("lent"), "lent: untouched");
	packet_kill(t, p[2]);
	foreign_unuse(&f);
	is_num(released, 0, "lent: the last use is yet to end");
	packet_kill(t, p[1]);
	is_num(released, 1, "lent: released, once");
}

static void
test_limits(struct thread *t)
{
	uint64_t before = t->pool->failures;

	ok(packet_new(t, 0, NULL, UINT32_MAX, UINT32_MAX) == NULL,
	    "an absurd length is refused");
	is_num(t->pool->failures, before + 1, "and counted");
}

/* More packets than a pool's stack holds, freed in another order. */
static void
test_many(struct thread *t)
{
	enum { N = 5000 };
	static struct packet *v[N];
	bool distinct = true;

	for (int i = 0; i < N; i++) {
		v[i] = packet_new(t, 0, &i, sizeof(i), 0);
		ASSERT(v[i] != NULL);
	}
	for (int i = 0; i < N; i++)
		distinct &= memcmp(v[i]->data, &i, sizeof(i)) == 0;
	ok(distinct, "%d packets, each with bytes of its own", N);
	for (int i = 0; i < N; i += 2)
		packet_kill(t, v[i]);
	for (int i = 1; i < N; i += 2)
		packet_kill(t, v[i]);
}

/* Two pools of one depot, one of them with a limit. */
static void
test_limit(void)
{
	enum { LIMIT = 40 };
	struct depot *d = depot_new(0);
	struct pool *a = pool_new(d), *b = pool_new(d);
	struct packet *got[LIMIT + 1];
	unsigned int n = 0;

	a->limit = LIMIT;
	while (n < LIMIT + 1 && (got[n] = pool_get(a)) != NULL)
		n++;
	is_num(n, LIMIT, "a pool takes what its limit allows");
	ASSERT(n == LIMIT);
	is_num((int64_t)a->failures, 1, "one more is refused and counted");
	for (n = 0; n < LIMIT; n++)
		got[n]->next = NULL;
	ok((got[LIMIT] = pool_get(b)) != NULL, "the other pool goes on");
	pool_put(b, got[LIMIT]);
	for (n = 0; n < LIMIT; n++)
		pool_put(a, got[n]);
	pool_trim(a, 8);
	is_num(a->nready, 8, "a trimmed pool keeps what it may");
	is_num(a->owned, 8, "and owns no more");
	ok(depot_home(d) >= LIMIT - 8, "the rest is everybody's");
	pool_free(a);
	pool_free(b);
	is_num(depot_home(d), depot_all(d), "all packets are home");
	depot_free(d);
}

/* Packets by the score, from memory that runs short, and back over a spill. */
static void
test_scores(void)
{
	enum { FULL = POOL_STACK, SCORE = 200, LIMIT = FULL + 100 };
	struct depot *d = depot_new(0);
	struct pool *pool = pool_new(d);
	static struct packet *got[LIMIT + SCORE];
	unsigned int n = 0, wrong = 0;

	pool->limit = LIMIT;
	while (n < LIMIT) {
		uint32_t want = LIMIT - n < SCORE ? LIMIT - n : SCORE;

		ASSERT(pool_get_many(pool, &got[n], want) == want);
		n += want;
	}
	is_num(pool->owned, LIMIT, "by the score a pool gives what it may");
	is_num((int64_t)pool->failures, 0, "and none too much is asked for");
	pool_put(pool, got[--n]);
	is_num(pool_get_many(pool, &got[n], SCORE), 1, "the last one alone");
	is_num((int64_t)pool->failures, 1, "one that was missing is counted");
	for (unsigned int i = 0; i < LIMIT; i++) {
		wrong += got[i]->refs != 1;
		got[i]->refs = 2; /* handed out twice it would be seen */
	}
	is_num(wrong, 0, "each is given once");
	for (n = LIMIT; n > 0; n -= n < SCORE ? n : SCORE) {
		uint32_t some = n < SCORE ? n : SCORE;

		memcpy(pool_place(pool, some), &got[n - some],
		    some * sizeof(got[0]));
		pool->nready += some;
	}
	is_num(pool->owned, LIMIT - POOL_CHAIN, "a full stack spills a chain");
	is_num(pool->nready, LIMIT - POOL_CHAIN, "and keeps the rest");
	pool_free(pool);
	is_num(depot_home(d), depot_all(d), "by the score: all are home");
	depot_free(d);
}

int
main(void)
{
	struct master *m;
	struct thread *t = setup(&m);

	test_new(t);
	test_share(t);
	test_unstrip(t);
	test_grow(t);
	test_shift(t);
	test_foreign(t);
	test_lend(t);
	test_limits(t);
	test_many(t);
	is_num(master_packets_out(m), 0, "every packet is back");
	master_free(m);
	test_limit();
	test_scores();
	return tap_done();
}
