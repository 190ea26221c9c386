/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowtable.h -- flows by their key, a handful or a million: for rewriters,
 * monitors, firewalls.
 *
 * A record is a piece of memory that the user lays out; it begins with one or
 * two keys, under each of which it can be found (a NAT's flow has one a
 * direction).  What a search returns is a reference: the record's number and
 * which of its keys matched.
 *
 *	index (linear hashing)               records, 64 a page
 *	bucket 0: tag tag tag.. ref ref ref -> key[0] key[1] user's...
 *	bucket 1: ...            | overflow
 *
 * - Memory starts at nothing and grows by a page or a bucket at a time, never
 *   by rehashing all: no insertion pauses.  About 10 bytes a key beside the
 *   record.
 * - A search touches two cache lines: the bucket and the record.  A batch is
 *   searched in three passes, so that misses overlap:
 *
 *	for each: probe[i].key = ...; flowtable_probe(ft, &probe[i]);
 *	for each: flowtable_probe_record(ft, &probe[i]);
 *	for each: ref = flowtable_probe_find(ft, &probe[i]);
 *
 * - The hash is keyed by a random seed of the table's own.
 *
 * Records do not move while they live.  One thread at a time; the user locks.
 */
#ifndef ELEMENTS_IP_FLOWTABLE_H
#define ELEMENTS_IP_FLOWTABLE_H

#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/hash.h"

/* What a flow is known by; fields that do not apply are zero. */
struct flow_key {
	uint32_t src, dst;     /* IPv4 addresses, network order */
	uint16_t sport, dport; /* network order */
	uint32_t kind;         /* the user's (protocol, map...), never 0 */
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct flow_key) == 16, "two words");

/*
 * The key of addresses and ports as they stand in memory, made of whole words:
 * a processor waits when it reads a word that was just written in parts.
 */
static inline void
flow_key_set(struct flow_key *key, const void *addresses, const void *ports,
    uint32_t kind)
{
	uint64_t w[2];
	uint32_t p;

	memcpy(&w[0], addresses, 8);
	memcpy(&p, ports, 4);
	w[1] = p | (uint64_t)kind << 32;
	memcpy(key, w, sizeof(w));
}

enum {
	FLOW_SLOTS = 12,     /* keys a bucket */
	FLOW_PAGE_SHIFT = 6, /* records a page, buckets a page: 64 */
	FLOW_PAGE = 1 << FLOW_PAGE_SHIFT,
	FLOW_FILL = 7, /* mean keys a bucket before one is added */
	FLOW_RECORDS_MAX = 1 << 30,
};

/* Slots are used from 0 on; a tag of 0 marks the unused. */
struct flow_bucket {
	uint8_t tag[FLOW_SLOTS];
	uint32_t ref[FLOW_SLOTS];
	uint32_t next; /* overflow bucket, 0: none */
} CACHE_ALIGNED;
_Static_assert(sizeof(struct flow_bucket) == CACHE_LINE, "one line");

/* Memory by pages of 64 equal pieces, found by number. */
struct flow_pages {
	char **page;
	uint32_t npages, cap;
	uint32_t size; /* bytes a piece */
};

struct flowtable {
	struct flow_pages records, buckets, overflow;
	uint64_t seed;
	uint32_t nkeys;    /* keys a record, 1 or 2 */
	uint32_t count;    /* records in use */
	uint32_t entries;  /* keys in the index */
	uint32_t nbuckets; /* 0 before the first insertion */
	uint32_t mask;     /* 2^k - 1, nbuckets in 2^k .. 2^(k+1)-1 */
	/* Numbers never used yet, and lists of those given back. */
	uint32_t record_top, record_free;
	uint32_t overflow_top, overflow_free, overflow_nfree;
};

/*
 * record_size: bytes, a multiple of 8, nkeys keys at least.  Allocates
 * nothing.
 */
void flowtable_init(
    struct flowtable *ft, uint32_t record_size, unsigned int nkeys);
/* Frees all; the table is as after flowtable_init(). */
void flowtable_fini(struct flowtable *ft);

/*
 * The number (1..) of a new record, all zero, not yet in the index; 0 when
 * there is no memory.
 */
uint32_t flowtable_new(struct flowtable *ft);
/* Gives back a record none of whose keys is in the index any more. */
void flowtable_delete(struct flowtable *ft, uint32_t record);

/*
 * Enters key number which of a record, which must not be there.  ERR_NOMEM
 * changes nothing.
 */
int flowtable_insert(struct flowtable *ft, uint32_t record, unsigned int which);
/* Takes it out of the index; false if it was not in. */
bool flowtable_remove(
    struct flowtable *ft, uint32_t record, unsigned int which);

/* The first record in use numbered record or above, 0: none.  From 1 on. */
uint32_t flowtable_next(const struct flowtable *ft, uint32_t record);

/* The same for state_item.next (click/state.h): *at is a record, or any number.
 */
uint32_t flowtable_next_at(const struct flowtable *ft, uint64_t *at);

/* Bytes that the table has allocated. */
size_t flowtable_bytes(const struct flowtable *ft);

static inline void *
flow_piece(const struct flow_pages *p, uint32_t number)
{
	return p->page[number >> FLOW_PAGE_SHIFT] +
	       (size_t)(number & (FLOW_PAGE - 1)) * p->size;
}

static inline struct flow_bucket *
flow_bucket_at(const struct flow_pages *p, uint32_t number)
{
	struct flow_bucket *page =
	    (struct flow_bucket *)(void *)p->page[number >> FLOW_PAGE_SHIFT];

	return page + (number & (FLOW_PAGE - 1));
}

static inline void *
flowtable_record(const struct flowtable *ft, uint32_t record)
{
	return flow_piece(&ft->records, record);
}

/* ---- searching ---- */

static inline uint32_t
flow_ref_record(uint32_t ref)
{
	return ref >> 1;
}

static inline unsigned int
flow_ref_which(uint32_t ref)
{
	return ref & 1;
}

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline uint64_t
flowtable_hash(const struct flowtable *ft, const struct flow_key *key)
{
	uint64_t x[2];

	memcpy(x, key, sizeof(x));
	return hash_u128(x[0], x[1], ft->seed);
}

/* The table must have buckets. */
static inline struct flow_bucket *
flowtable_bucket(const struct flowtable *ft, uint64_t hash)
{
	uint32_t b = (uint32_t)hash & (2 * ft->mask + 1);

	if (b >= ft->nbuckets)
		b &= ft->mask;
	return flow_bucket_at(&ft->buckets, b);
}

static inline uint8_t
flow_tag(uint64_t hash)
{
	uint8_t tag = (uint8_t)(hash >> 56);

	return tag == 0 ? 1 : tag;
}

/* A bit for each slot of b that has the tag: all are compared at once. */
static inline uint32_t
flow_bucket_match(const struct flow_bucket *b, uint8_t tag)
{
	__m128i tags = _mm_load_si128((const __m128i *)(const void *)b);
	__m128i same = _mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag));

	/* Beyond the tags lies the first reference. */
	return (uint32_t)_mm_movemask_epi8(same) & ((1u << FLOW_SLOTS) - 1);
}

struct flow_probe {
	struct flow_key key;
	uint64_t hash;
	const struct flow_bucket *bucket; /* NULL: the table has none yet */
	uint32_t likely; /* the reference that pass 2 came upon, or 0 */
};

/* Pass 1: fetches the bucket. */
static inline void
flowtable_probe(const struct flowtable *ft, struct flow_probe *probe)
{
	probe->hash = flowtable_hash(ft, &probe->key);
	probe->bucket = NULL;
	if (likely(ft->nbuckets > 0)) {
		probe->bucket = flowtable_bucket(ft, probe->hash);
		prefetch_read(probe->bucket);
	}
}

static inline const struct flow_key *
flow_ref_key(const struct flowtable *ft, uint32_t ref)
{
	const struct flow_key *key = flowtable_record(ft, flow_ref_record(ref));

	return key + flow_ref_which(ref);
}

/* Pass 2: fetches the record that it is likely to be. */
static inline void
flowtable_probe_record(const struct flowtable *ft, struct flow_probe *probe)
{
	const struct flow_bucket *b = probe->bucket;
	uint32_t match;

	probe->likely = 0;
	if (unlikely(b == NULL))
		return;
	match = flow_bucket_match(b, flow_tag(probe->hash));
	if (likely(match != 0)) {
		probe->likely = b->ref[__builtin_ctz(match)];
		prefetch_write(
		    flowtable_record(ft, flow_ref_record(probe->likely)));
	}
}

/* The search from scratch. */
static inline uint32_t
flowtable_search(
    const struct flowtable *ft, const struct flow_key *key, uint64_t hash)
{
	const struct flow_bucket *b;
	uint8_t tag = flow_tag(hash);

	if (unlikely(ft->nbuckets == 0))
		return 0;
	b = flowtable_bucket(ft, hash);
	for (;;) {
		uint32_t match = flow_bucket_match(b, tag);

		for (; match != 0; match &= match - 1) {
			uint32_t ref = b->ref[__builtin_ctz(match)];

			if (flow_key_equal(flow_ref_key(ft, ref), key))
				return ref;
		}
		if (b->next == 0)
			return 0;
		b = flow_bucket_at(&ft->overflow, b->next);
	}
}

/*
 * Pass 3: the reference, 0 when there is none.  The table may have changed
 * since pass 2, for a record that has that key is the one.
 */
static inline uint32_t
flowtable_probe_find(const struct flowtable *ft, const struct flow_probe *probe)
{
	if (likely(
	        probe->likely != 0 &&
	        flow_key_equal(flow_ref_key(ft, probe->likely), &probe->key)))
		return probe->likely;
	return flowtable_search(ft, &probe->key, probe->hash);
}

static inline uint32_t
flowtable_find(const struct flowtable *ft, const struct flow_key *key)
{
	return flowtable_search(ft, key, flowtable_hash(ft, key));
}

#endif
