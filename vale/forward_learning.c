/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward_learning.c -- a learning bridge: `learning [age=SECONDS]
 * [limit=ADDRESSES]`.
 *
 * Source addresses are remembered with the port and VLAN that they came from,
 * for age seconds (300, as in IEEE 802.1D-2004, table 7-5) after they were last
 * seen, at most limit of them a port (1024); frames for an address that is not
 * known, for a group or for all go to every port of the VLAN.
 *
 * The table is an array of buckets, a cache line each; an entry is two words.
 * Where an address may lie is decided by a hash with a key of this switch's, so
 * that nobody can fill a bucket on purpose; a full bucket gives up its oldest
 * entry only when that has aged, else the newcomer stays unknown.  Readers take
 * no lock: they read value, key, value, and a writer clears the value first.
 */
#include <sys/random.h>

#include "base/atomic.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/hash.h"
#include "vale/forward.h"
#include "vale/number.h"

enum {
	BUCKETS = 4096, /* a power of two */
	WAYS = 4,
	AGE_DEFAULT = 300,
	AGE_MAX = 1000000,
	LIMIT_DEFAULT = 1024,
	LIMIT_MAX = BUCKETS * WAYS,
};

/* Seconds pass slowly: one look at the stamp's freshness a second suffices. */
static const uint64_t NS_PER_S = 1000000000;

struct entry {
	uint64_t key;   /* address in the upper 48 bits, VLAN below */
	uint64_t value; /* 0: empty; else port + 1 above, second seen below */
};

struct bucket {
	struct entry way[WAYS];
} CACHE_ALIGNED;

struct learning {
	struct vale_forward_state state;
	uint64_t secret[2];
	uint32_t age_s, limit;
	struct spinlock lock;          /* of writers, and of held */
	uint64_t refused;              /* addresses not learnt */
	uint16_t held[VALE_PORTS_MAX]; /* addresses a port */
	struct bucket bucket[BUCKETS];
};

static uint32_t
value_port(uint64_t value)
{
	return (uint32_t)(value >> 32) - 1;
}

static uint64_t
value_make(uint32_t port, uint32_t second)
{
	return (uint64_t)(port + 1) << 32 | second;
}

static uint64_t
address_key(const uint8_t *mac, uint16_t vlan)
{
	return (uint64_t)get_be32(mac) << 32 |
	       (uint64_t)get_be16(mac + 4) << 16 | (vlan & 0xfffu);
}

static struct bucket *
learning_bucket(struct learning *l, uint64_t key)
{
	return &l->bucket[hash_u128(key, l->secret[0], l->secret[1]) &
	                  (BUCKETS - 1)];
}

/* The value of key in b, or 0; by any thread. */
static inline uint64_t
bucket_find(struct bucket *b, uint64_t key, struct entry **at)
{
	for (unsigned int i = 0; i < WAYS; i++) {
		struct entry *e = &b->way[i];
		uint64_t value = load_acquire(&e->value);

		/* Acquire: key belongs to the value read before and after. */
		if (load_acquire(&e->key) == key && value != 0 &&
		    load_relaxed(&e->value) == value) {
			*at = e;
			return value;
		}
	}
	return 0;
}

static bool
learning_aged(const struct learning *l, uint64_t value, uint32_t second)
{
	/* Signed: another worker's clock may be a little ahead. */
	return (int32_t)(second - (uint32_t)value) > (int32_t)l->age_s;
}

/* The lock is held. */
static void
entry_clear(struct learning *l, struct entry *e)
{
	if (load_relaxed(&e->value) == 0)
		return;
	l->held[value_port(load_relaxed(&e->value))]--;
	store_release(&e->value, (uint64_t)0);
}

/* Remembers key at port from; slow, once for each address or move. */
static NOINLINE void
learning_learn(struct learning *l, struct bucket *b, uint64_t key,
    uint32_t from, uint32_t second)
{
	struct entry *old = NULL, *free_way = NULL;

	spin_lock(&l->lock);
	if (bucket_find(b, key, &old) != 0)
		entry_clear(l, old);
	for (unsigned int i = 0; i < WAYS; i++) {
		struct entry *e = &b->way[i];

		if (e->value != 0 && learning_aged(l, e->value, second))
			entry_clear(l, e);
		if (load_relaxed(&e->value) == 0)
			free_way = e;
	}
	if (free_way == NULL || l->held[from] >= l->limit) {
		store_relaxed(&l->refused, l->refused + 1);
	} else {
		l->held[from]++;
		store_release(&free_way->key, key);
		store_release(&free_way->value, value_make(from, second));
	}
	spin_unlock(&l->lock);
}

static inline void
learning_source(struct learning *l, const uint8_t *mac, uint16_t vlan,
    uint32_t from, uint32_t second)
{
	uint64_t key = address_key(mac, vlan), value;
	struct bucket *b = learning_bucket(l, key);
	struct entry *e;

	if (unlikely(mac[0] & 1))
		return; /* a group sends nothing */
	value = bucket_find(b, key, &e);
	if (likely(value == value_make(from, second)))
		return;
	/* Only its time changes: harmless even if the entry changes hands. */
	if (value != 0 && value_port(value) == from &&
	    compare_exchange(&e->value, &value, value_make(from, second)))
		return;
	learning_learn(l, b, key, from, second);
}

static inline uint32_t
learning_target(
    struct learning *l, const uint8_t *mac, uint16_t vlan, uint32_t second)
{
	uint64_t key, value;
	struct entry *e;

	if ((mac[0] & 1) != 0)
		return VALE_TO_ALL;
	key = address_key(mac, vlan);
	value = bucket_find(learning_bucket(l, key), key, &e);
	if (value == 0 || learning_aged(l, value, second))
		return VALE_TO_ALL;
	return value_port(value);
}

static void
learning_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct learning *l = container_of(state, struct learning, state);
	uint32_t second = (uint32_t)((uint64_t)now_ns / NS_PER_S);
	const uint8_t *last = NULL;
	uint16_t last_vlan = 0;

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *mac = f[i]->head;
		uint16_t vlan = f[i]->vlan & 0xfff;

		/* Most frames of a burst are of one flow. */
		if (last != NULL && vlan == last_vlan &&
		    memcmp(mac, last, 12) == 0) {
			f[i]->to = f[i - 1]->to;
			continue;
		}
		learning_source(l, mac + 6, vlan, from, second);
		f[i]->to = learning_target(l, mac, vlan, second);
		last = mac;
		last_vlan = vlan;
	}
}

/* What a port that has gone was known for is forgotten. */
static void
learning_port_change(
    struct vale_forward_state *state, uint32_t number, bool there)
{
	struct learning *l = container_of(state, struct learning, state);

	if (there)
		return;
	spin_lock(&l->lock);
	for (unsigned int b = 0; l->held[number] > 0 && b < BUCKETS; b++) {
		for (unsigned int i = 0; i < WAYS; i++) {
			struct entry *e = &l->bucket[b].way[i];

			uint64_t value = load_relaxed(&e->value);

			if (value != 0 && value_port(value) == number)
				entry_clear(l, e);
		}
	}
	spin_unlock(&l->lock);
}

static int
learning_option(struct learning *l, struct str word, struct diag *why)
{
	size_t eq = str_find(word, '=', 0);
	struct str key = str_sub(word, 0, eq), v = str_from(word, eq + 1);
	uint64_t x;

	if (str_is(key, "age") && number_parse(v, AGE_MAX, &x) && x > 0)
		l->age_s = (uint32_t)x;
	else if (str_is(key, "limit") && number_parse(v, LIMIT_MAX, &x) &&
	         x > 0)
		l->limit = (uint32_t)x;
	else
		return diag(why, ERR_INVAL,
		    "learning: '%.*s': not age=SECONDS or limit=ADDRESSES (at "
		    "most %d)",
		    STR_ARG(word), LIMIT_MAX);
	return 0;
}

static int
learning_open(
    struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct learning *l = container_of(state, struct learning, state);
	int err = 0;

	l->age_s = AGE_DEFAULT;
	l->limit = LIMIT_DEFAULT;
	for (struct str word = str_word(&args); word.n > 0 && err == 0;
	     word = str_word(&args))
		err = learning_option(l, word, why);
	if (err == 0 &&
	    getrandom(l->secret, sizeof(l->secret), 0) != sizeof(l->secret))
		err = diag(why, ERR_IO, "getrandom failed");
	return err;
}

static void
learning_show(struct vale_forward_state *state, struct strbuf *out)
{
	struct learning *l = container_of(state, struct learning, state);
	unsigned int known = 0;

	spin_lock(&l->lock);
	for (unsigned int i = 0; i < VALE_PORTS_MAX; i++)
		known += l->held[i];
	spin_unlock(&l->lock);
	sb_printf(out,
	    ", \"age\": %u, \"limit\": %u, \"addresses\": %u, \"refused\": ",
	    l->age_s, l->limit, known);
	sb_u64(out, load_relaxed(&l->refused));
}

const struct vale_forward vale_forward_learning = {
	.name = "learning",
	.usage = "[age=SECONDS] [limit=ADDRESSES]",
	.size = sizeof(struct learning),
	.open = learning_open,
	.look = learning_look,
	.port_change = learning_port_change,
	.show = learning_show,
};
