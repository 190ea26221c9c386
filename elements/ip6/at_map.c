/* SPDX-License-Identifier: BSD-3-Clause */
/* at_map.c -- a helper of AddressTranslator; see at_map.h. */
#include "elements/ip6/at_map.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/csum.h"
#include "base/err.h"
#include "os/os.h"

/*
 * Seconds without traffic after which a binding may be given to others: TCP's
 * (RFC 5382, REQ-5), and the default of others (RFC 4787, REQ-5).
 */
static const int64_t at_seconds[AT_AGES] = {
	[AT_LONG] = 7440, [AT_SHORT] = 300
};

/* A binding that was used so little ago keeps its place in the list. */
static const int64_t at_grain_ns = 1000000000;

static uint64_t
at_hash_inner(const void *map, const void *binding)
{
	const struct at_binding *b = binding;

	return at_map_hash(map, &b->key[AT_INNER]);
}

static uint64_t
at_hash_outer(const void *map, const void *binding)
{
	const struct at_binding *b = binding;

	return at_map_hash(map, &b->key[AT_OUTER]);
}

static size_t
at_next(enum at_side side)
{
	return offsetof(struct at_binding, chain) +
	       (size_t)side * sizeof(struct at_binding *);
}

static void
at_chain(struct at_map *m, struct at_binding *b)
{
	for (enum at_side side = AT_INNER; side <= AT_OUTER; side++)
		chains_put(&m->chains[side], b, at_next(side),
		    at_map_hash(m, &b->key[side]));
}

/* What stands in a checksum for the key's own address and port. */
static uint16_t
at_sum(const struct at_key *key)
{
	uint8_t port[2];

	put_be16(port, key->local_port);
	return csum_fold(csum_add(0, key->local.b, 16) + get_u16(port));
}

static uint16_t
at_shift(const struct at_key *from, const struct at_key *to)
{
	return csum_fold((uint64_t)(uint16_t)~at_sum(from) + at_sum(to));
}

/* Room for one more: 0 or ERR_NOMEM. */
static int
at_map_reserve(struct at_map *m)
{
	int err = chains_reserve(&m->chains[AT_INNER], m->count,
	    at_next(AT_INNER), at_hash_inner, m);

	if (err == 0)
		err = chains_reserve(&m->chains[AT_OUTER], m->count,
		    at_next(AT_OUTER), at_hash_outer, m);
	return err;
}

static bool
at_key_equal(const struct at_key *a, const struct at_key *b)
{
	uint64_t x[4], y[4];

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) |
	           (x[3] ^ y[3])) == 0 &&
	       a->local_port == b->local_port && a->peer_port == b->peer_port;
}

struct at_binding *
at_map_find(const struct at_map *m, enum at_side side, const struct at_key *key,
    uint64_t hash)
{
	struct at_binding *b = NULL;

	if (m->chains[side].n != 0)
		b = *chains_at(&m->chains[side], hash);
	while (b != NULL && !at_key_equal(&b->key[side], key))
		b = b->chain[side];
	return b;
}

/* ---- by use ---- */

static void
at_append(struct at_map *m, struct at_binding *b, enum at_age age)
{
	struct at_binding *oldest = m->oldest[age];

	if (oldest == NULL) {
		b->prev = b->next = m->oldest[age] = b;
	} else {
		b->next = oldest;
		b->prev = oldest->prev;
		b->prev->next = oldest->prev = b;
	}
	b->age = (uint8_t)age;
}

static void
at_unlink(struct at_map *m, struct at_binding *b)
{
	m->listed = NULL; /* places are others now */
	if (b->next == b) {
		m->oldest[b->age] = NULL;
	} else {
		b->prev->next = b->next;
		b->next->prev = b->prev;
		if (m->oldest[b->age] == b)
			m->oldest[b->age] = b->next;
	}
}

void
at_map_use(struct at_map *m, struct at_binding *b, enum at_age age, int64_t now)
{
	if (b->age == AT_EVER ||
	    (b->age == (uint8_t)age && now - b->used_ns < at_grain_ns))
		return;
	b->used_ns = now;
	at_unlink(m, b);
	at_append(m, b, age);
}

struct at_binding *
at_map_expired(const struct at_map *m, int64_t now)
{
	for (enum at_age age = AT_LONG; age < AT_AGES; age++) {
		struct at_binding *b = m->oldest[age];

		if (b != NULL && now - b->used_ns >=
		                     at_seconds[age] * 1000000000 + at_grain_ns)
			return b;
	}
	return NULL;
}

const struct at_binding *
at_map_list(struct at_map *m, enum at_age age, uint64_t place)
{
	struct at_binding *oldest = m->oldest[age], *b = m->listed;
	uint64_t at = m->listed_place;

	if (b == NULL || b->age != (uint8_t)age || at > place) {
		b = oldest;
		at = 0;
	}
	for (; b != NULL && at < place; at++)
		b = b->next == oldest ? NULL : b->next;
	m->listed = b;
	m->listed_place = place;
	return b;
}

/* ---- coming and going ---- */

struct at_binding *
at_map_add(struct at_map *m, const struct at_binding *b)
{
	struct at_binding *new_;

	if (at_map_reserve(m) != 0)
		return NULL;
	new_ = malloc(sizeof(*new_));
	if (new_ == NULL)
		return NULL;
	*new_ = *b;
	new_->shift[AT_INNER] = at_shift(&b->key[AT_INNER], &b->key[AT_OUTER]);
	new_->shift[AT_OUTER] = at_shift(&b->key[AT_OUTER], &b->key[AT_INNER]);
	at_chain(m, new_);
	if (new_->age != AT_EVER)
		at_append(m, new_, (enum at_age)new_->age);
	m->count++;
	return new_;
}

void
at_map_remove(struct at_map *m, struct at_binding *b)
{
	for (enum at_side side = AT_INNER; side <= AT_OUTER; side++) {
		void **at =
		    chains_at(&m->chains[side], at_map_hash(m, &b->key[side]));

		while (*at != b)
			at = chains_next(*at, at_next(side));
		*at = b->chain[side];
	}
	if (b->age != AT_EVER)
		at_unlink(m, b);
	m->count--;
	free(b);
}

void
at_map_init(struct at_map *m)
{
	*m = (struct at_map){ .count = 0 };
	os_random(&m->seed, sizeof(m->seed));
}

void
at_map_fini(struct at_map *m)
{
	for (uint32_t i = 0; i < chains_heads(&m->chains[AT_INNER]); i++)
		for (struct at_binding *
		         b = chains_head(&m->chains[AT_INNER], i),
		        *next;
		     b != NULL; b = next) {
			next = b->chain[AT_INNER];
			free(b);
		}
	chains_fini(&m->chains[AT_INNER]);
	chains_fini(&m->chains[AT_OUTER]);
	*m = (struct at_map){ .count = 0 };
}
