/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowtable_test.c -- the flow table against a plain array, and the wheel
 * against a search for the smallest expiry.
 */
#include <stdlib.h>

#include "base/rand.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"
#include "test/tap.h"

struct flow {
	struct flow_key key[2];
	struct flow_link link;
	uint32_t expiry_ms;
};

enum { KEYS = 6000, STEPS = 200000, FLOWS = 1000000 };

static struct flow_key
key_of(uint32_t i, uint32_t kind)
{
	/* Few different words: what a keyed hash must spread all the same. */
	return (struct flow_key){ i & 0xff, i >> 8, 0, 0, kind };
}

/* What the table must agree with: model[i] is the record with key i, or 0. */
static bool
agrees(const struct flowtable *ft, const uint32_t *model)
{
	for (uint32_t i = 0; i < KEYS; i++)
		for (unsigned int which = 0; which < 2; which++) {
			struct flow_key key = key_of(i, which + 1);
			uint32_t ref = flowtable_find(ft, &key);
			uint32_t want =
			    model[i] == 0 ? 0 : model[i] << 1 | which;

			if (ref != want)
				return false;
		}
	return true;
}

static uint32_t
table_add(struct flowtable *ft, uint32_t i)
{
	uint32_t n = flowtable_new(ft);
	struct flow *f = flowtable_record(ft, n);

	f->key[0] = key_of(i, 1);
	f->key[1] = key_of(i, 2);
	if (flowtable_insert(ft, n, 0) != 0 || flowtable_insert(ft, n, 1) != 0)
		return 0;
	return n;
}

static bool
table_remove(struct flowtable *ft, uint32_t n)
{
	bool both = flowtable_remove(ft, n, 0) && flowtable_remove(ft, n, 1);

	flowtable_delete(ft, n);
	return both;
}

static void
test_model(void)
{
	static uint32_t model[KEYS];
	struct flowtable ft;
	struct rand_state r;
	uint32_t live = 0, seen = 0;
	bool good = true;

	rand_seed(&r, 1);
	flowtable_init(&ft, sizeof(struct flow), 2);
	ok(agrees(&ft, model), "an empty table");
	is_num((int64_t)flowtable_bytes(&ft), 0, "has no memory");
	for (uint32_t step = 0; step < STEPS; step++) {
		/* Waves: mostly adding, then mostly removing. */
		bool adding =
		    rand_below(&r, 10) < (step / 20000 % 2 == 0 ? 8u : 3u);
		uint32_t i = rand_below(&r, KEYS);

		if (adding && model[i] == 0) {
			model[i] = table_add(&ft, i);
			good &= model[i] != 0;
			live++;
		} else if (!adding && model[i] != 0) {
			good &= table_remove(&ft, model[i]);
			model[i] = 0;
			live--;
		}
		if (step % 20000 == 19999)
			good &= agrees(&ft, model) && ft.count == live &&
			        ft.entries == 2 * live;
	}
	ok(good, "random insertions and removals");
	for (uint32_t n = 0; (n = flowtable_next(&ft, n + 1)) != 0;)
		seen++;
	is_num(seen, live, "a walk sees every record once");
	for (uint32_t i = 0; i < KEYS; i++)
		if (model[i] != 0) {
			table_remove(&ft, model[i]);
			model[i] = 0;
		}
	ok(agrees(&ft, model) && ft.count == 0 && ft.entries == 0,
	    "all removed");
	ok(ft.overflow_top - 1 == ft.overflow_nfree,
	    "all overflow buckets are back");
	flowtable_fini(&ft);
}

/* Work done so far that grows with the table: its memory and its index. */
struct growth {
	uint32_t pages, buckets;
};

static struct growth
table_growth(const struct flowtable *ft)
{
	return (struct growth){
		ft->records.npages + ft->buckets.npages + ft->overflow.npages,
		ft->nbuckets,
	};
}

/* Adds flows; the most that one of them made the table grow. */
static struct growth
table_add_all(struct flowtable *ft)
{
	struct growth most = { 0, 0 }, before = table_growth(ft), now;

	for (uint32_t i = 0; i < FLOWS; i++, before = now) {
		if (table_add(ft, i) == 0)
			break;
		now = table_growth(ft);
		if (now.pages - before.pages > most.pages)
			most.pages = now.pages - before.pages;
		if (now.buckets - before.buckets > most.buckets)
			most.buckets = now.buckets - before.buckets;
	}
	return most;
}

static void
test_size(void)
{
	struct flowtable ft;
	struct flow_probe probe[64];
	struct growth most;
	uint32_t longest = 0, found = 0;

	flowtable_init(&ft, sizeof(struct flow), 2);
	most = table_add_all(&ft);
	is_num(ft.count, FLOWS, "a million flows");
	/* Two keys split a bucket each; a page is 64 records or buckets. */
	ok(most.buckets <= 2 && most.pages <= 3,
	    "none of them paid for more than %u buckets split, %u pages",
	    most.buckets, most.pages);
	ok(flowtable_bytes(&ft) < FLOWS * (sizeof(struct flow) + 26.0),
	    "in %zu bytes, less than 26 a flow beside the records",
	    flowtable_bytes(&ft));
	for (uint32_t i = 0; i < ft.nbuckets; i++) {
		const struct flow_bucket *b = flow_bucket_at(&ft.buckets, i);
		uint32_t chain = 1;

		for (; b->next != 0; chain++)
			b = flow_bucket_at(&ft.overflow, b->next);
		if (chain > longest)
			longest = chain;
	}
	ok(longest <= 4, "the longest chain has %u buckets", longest);
	for (uint32_t i = 0; i < 64; i++) {
		probe[i].key = key_of(i * 15625, 1 + i % 2);
		flowtable_probe(&ft, &probe[i]);
	}
	for (uint32_t i = 0; i < 64; i++)
		flowtable_probe_record(&ft, &probe[i]);
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t ref = flowtable_probe_find(&ft, &probe[i]);

		found += ref == ((i * 15625 + 1) << 1 | i % 2);
	}
	is_num(found, 64, "a batch is found");
	flowtable_fini(&ft);
}

/* ---- the wheel ---- */

enum { TIMED = 300 };

struct wheel_test {
	struct flowtable ft;
	struct flow_wheel w;
	struct rand_state r;
	uint32_t n[TIMED]; /* records, 0: none */
};

static struct flow *
wheel_flow(struct wheel_test *t, uint32_t record)
{
	return flowtable_record(&t->ft, record);
}

static uint32_t
wheel_random_ms(struct wheel_test *t)
{
	/* Of every magnitude up to 20 days. */
	return rand_u32(&t->r) % 1728000000u >> rand_below(&t->r, 31);
}

static void
wheel_init(struct wheel_test *t, uint32_t now_ms)
{
	memset(t, 0, sizeof(*t));
	rand_seed(&t->r, 7);
	flowtable_init(&t->ft, sizeof(struct flow), 2);
	flow_wheel_init(&t->w, &t->ft, offsetof(struct flow, link), 1, now_ms);
	for (uint32_t i = 0; i < TIMED; i++) {
		t->n[i] = flowtable_new(&t->ft);
		wheel_flow(t, t->n[i])->key[0].kind = i + 1;
		wheel_flow(t, t->n[i])->expiry_ms = now_ms + wheel_random_ms(t);
		flow_wheel_add(
		    &t->w, t->n[i], wheel_flow(t, t->n[i])->expiry_ms);
	}
}

/* Ends all that are due; false if one was too early. */
static bool
wheel_reap(struct wheel_test *t, uint32_t now_ms)
{
	uint32_t n;

	while ((n = flow_wheel_due(&t->w, now_ms)) != 0) {
		struct flow *f = wheel_flow(t, n);

		if ((int32_t)(f->expiry_ms - now_ms) > 0) {
			if (!flow_wheel_move(&t->w, n, f->expiry_ms))
				return false;
			continue;
		}
		flow_wheel_remove(&t->w, n);
		t->n[f->key[0].kind - 1] = 0;
	}
	return true;
}

/* No flow is left more than a slot and a bit after its expiry. */
static bool
wheel_is_reaped(struct wheel_test *t, uint32_t now_ms)
{
	for (uint32_t i = 0; i < TIMED; i++)
		if (t->n[i] != 0 &&
		    (int32_t)(now_ms - wheel_flow(t, t->n[i])->expiry_ms) >=
		        128)
			return false;
	return true;
}

static void
test_wheel_reap(uint32_t start_ms)
{
	static struct wheel_test t;
	uint32_t now_ms = start_ms, left = 0;
	bool good = true;

	wheel_init(&t, now_ms);
	for (int step = 0; step < 3000; step++) {
		uint32_t i = rand_below(&t.r, TIMED);

		/* Traffic: a flow in use expires later, and nobody is told. */
		if (t.n[i] != 0 && step < 2000)
			wheel_flow(&t, t.n[i])->expiry_ms +=
			    wheel_random_ms(&t) / 16;
		now_ms += rand_below(&t.r, 1 << rand_below(&t.r, 21));
		good &= wheel_reap(&t, now_ms) && wheel_is_reaped(&t, now_ms);
	}
	ok(good, "flows are reaped in time from %u on", start_ms);
	now_ms += 2000000000u;
	ok(wheel_reap(&t, now_ms), "and all in the end");
	for (uint32_t i = 0; i < TIMED; i++)
		left += t.n[i] != 0;
	is_num(left, 0, "none is left");
	flowtable_fini(&t.ft);
}

static bool
wheel_look(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	struct wheel_test *t = arg;

	*expiry_ms = wheel_flow(t, record)->expiry_ms;
	return true;
}

static bool
wheel_look_none(void *arg, uint32_t record, uint32_t *expiry_ms)
{
	(void)arg;
	(void)record;
	(void)expiry_ms;
	return false;
}

static void
test_wheel_pick(void)
{
	static struct wheel_test t;
	uint32_t left = TIMED;
	bool exact = true;

	wheel_init(&t, 1000);
	for (; left > 0; left--) {
		uint32_t n = flow_wheel_pick(&t.w, wheel_look, &t), least = 0;

		for (uint32_t i = 0; i < TIMED; i++)
			if (t.n[i] != 0 &&
			    (least == 0 ||
			        wheel_flow(&t, t.n[i])->expiry_ms <
			            wheel_flow(&t, least)->expiry_ms))
				least = t.n[i];
		/* Slots of many flows are not searched whole. */
		if (left <= FLOW_PICK_FRESH)
			exact &= n == least;
		if (n == 0)
			break;
		flow_wheel_remove(&t.w, n);
		t.n[wheel_flow(&t, n)->key[0].kind - 1] = 0;
	}
	is_num(left, 0, "every flow is picked once");
	ok(exact, "among few the one that expires first");
	is_num(flow_wheel_pick(&t.w, wheel_look, &t), 0, "then there is none");
	flowtable_fini(&t.ft);
	wheel_init(&t, 1000);
	is_num(flow_wheel_pick(&t.w, wheel_look_none, &t), 0,
	    "none that may not be picked");
	is_num(flow_wheel_number(&wheel_flow(&t, t.n[5])->link), 1,
	    "a link tells its wheel");
	flowtable_fini(&t.ft);
}

int
main(void)
{
	test_model();
	test_size();
	test_wheel_reap(0);
	test_wheel_reap(UINT32_MAX - 100000);
	test_wheel_pick();
	return tap_done();
}
