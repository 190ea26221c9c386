/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowtable.c -- growing and shrinking of flow tables.
 *
 * Linear hashing (Litwin, 1980): with nbuckets in 2^k .. 2^(k+1)-1, the
 * buckets below nbuckets - 2^k are split already and go by k+1 bits of the
 * hash, the others by k.  Adding one bucket splits one other.
 */
#include "elements/ip/flowtable.h"

#include <stdlib.h>

#include "base/err.h"
#include "os/os.h"

/* ---- pages ---- */

/* n zeroed bytes at the start of a cache line, the allocation just before. */
static void *
flow_page_new(size_t n)
{
	char *raw = malloc(n + CACHE_LINE + sizeof(raw));
	char *line;

	if (raw == NULL)
		return NULL;
	line = raw + sizeof(raw);
	line += -(uintptr_t)line & (CACHE_LINE - 1);
	memcpy(line - sizeof(raw), &raw, sizeof(raw));
	memset(line, 0, n);
	return line;
}

static void
flow_page_free(char *line)
{
	char *raw;

	memcpy(&raw, line - sizeof(raw), sizeof(raw));
	free(raw);
}

/* Makes sure that piece number, at most one beyond the last page, exists. */
static int
flow_pages_reach(struct flow_pages *p, uint32_t number)
{
	void *page;

	if (number >> FLOW_PAGE_SHIFT < p->npages)
		return 0;
	if (p->npages == p->cap) {
		uint32_t cap = p->cap == 0 ? 8 : p->cap * 2;
		char **grown = realloc(p->page, cap * sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		p->page = grown;
		p->cap = cap;
	}
	page = flow_page_new((size_t)p->size << FLOW_PAGE_SHIFT);
	if (page == NULL)
		return ERR_NOMEM;
	p->page[p->npages++] = page;
	return 0;
}

static void
flow_pages_fini(struct flow_pages *p)
{
	for (uint32_t i = 0; i < p->npages; i++)
		flow_page_free(p->page[i]);
	free(p->page);
	p->page = NULL;
	p->npages = p->cap = 0;
}

static size_t
flow_pages_bytes(const struct flow_pages *p)
{
	size_t page = ((size_t)p->size << FLOW_PAGE_SHIFT) + CACHE_LINE;

	return p->npages * page + p->cap * sizeof(*p->page);
}

/* ---- the table ---- */

void
flowtable_init(struct flowtable *ft, uint32_t record_size, unsigned int nkeys)
{
	memset(ft, 0, sizeof(*ft));
	ASSERT(nkeys >= 1 && nkeys <= 2 && record_size % 8 == 0 &&
	       record_size >= nkeys * sizeof(struct flow_key));
	ft->records.size = record_size;
	ft->buckets.size = ft->overflow.size = sizeof(struct flow_bucket);
	ft->nkeys = nkeys;
	ft->record_top = ft->overflow_top = 1;
	os_random(&ft->seed, sizeof(ft->seed));
}

void
flowtable_fini(struct flowtable *ft)
{
	uint32_t record_size = ft->records.size;
	unsigned int nkeys = ft->nkeys;

	flow_pages_fini(&ft->records);
	flow_pages_fini(&ft->buckets);
	flow_pages_fini(&ft->overflow);
	if (record_size != 0)
		flowtable_init(ft, record_size, nkeys);
}

uint32_t
flowtable_next_at(const struct flowtable *ft, uint64_t *at)
{
	uint32_t from =
	    *at > FLOW_RECORDS_MAX ? FLOW_RECORDS_MAX : (uint32_t)*at;
	uint32_t n = flowtable_next(ft, from == 0 ? 1 : from);

	*at = n;
	return n;
}

size_t
flowtable_bytes(const struct flowtable *ft)
{
	return flow_pages_bytes(&ft->records) + flow_pages_bytes(&ft->buckets) +
	       flow_pages_bytes(&ft->overflow);
}

/* ---- records ---- */

/* A free record's first word is the next free one; its kind is 0. */
uint32_t
flowtable_new(struct flowtable *ft)
{
	uint32_t n = ft->record_free;
	struct flow_key *key;

	if (n != 0) {
		key = flowtable_record(ft, n);
		ft->record_free = key->src;
		memset(key, 0, ft->records.size);
	} else {
		n = ft->record_top;
		if (n >= FLOW_RECORDS_MAX ||
		    flow_pages_reach(&ft->records, n) != 0)
			return 0;
		ft->record_top++;
	}
	ft->count++;
	return n;
}

void
flowtable_delete(struct flowtable *ft, uint32_t record)
{
	struct flow_key *key = flowtable_record(ft, record);

	memset(key, 0, ft->nkeys * sizeof(*key));
	key->src = ft->record_free;
	ft->record_free = record;
	ft->count--;
}

uint32_t
flowtable_next(const struct flowtable *ft, uint32_t record)
{
	for (; record < ft->record_top; record++) {
		const struct flow_key *key = flowtable_record(ft, record);

		if (key->kind != 0)
			return record;
	}
	return 0;
}

/* ---- overflow buckets ---- */

static struct flow_bucket *
flow_overflow(const struct flowtable *ft, uint32_t n)
{
	return flow_bucket_at(&ft->overflow, n);
}

/* Makes sure that so many overflow buckets are free. */
static int
flow_overflow_reserve(struct flowtable *ft, uint32_t n)
{
	while (ft->overflow_nfree < n) {
		struct flow_bucket *b;

		if (flow_pages_reach(&ft->overflow, ft->overflow_top) != 0)
			return ERR_NOMEM;
		b = flow_overflow(ft, ft->overflow_top);
		b->next = ft->overflow_free;
		ft->overflow_free = ft->overflow_top++;
		ft->overflow_nfree++;
	}
	return 0;
}

static void
flow_overflow_put(struct flowtable *ft, uint32_t n)
{
	struct flow_bucket *b = flow_overflow(ft, n);

	memset(b, 0, sizeof(*b));
	b->next = ft->overflow_free;
	ft->overflow_free = n;
	ft->overflow_nfree++;
}

/* The last bucket of b's chain. */
static struct flow_bucket *
flow_chain_last(const struct flowtable *ft, struct flow_bucket *b)
{
	while (b->next != 0)
		b = flow_overflow(ft, b->next);
	return b;
}

static unsigned int
flow_bucket_used(const struct flow_bucket *b)
{
	uint32_t unused = flow_bucket_match(b, 0);

	return unused == 0 ? FLOW_SLOTS : (unsigned)__builtin_ctz(unused);
}

/* Appends to b's chain, taking an overflow bucket when it is full. */
static int
flow_chain_add(
    struct flowtable *ft, struct flow_bucket *b, uint8_t tag, uint32_t ref)
{
	unsigned int used;

	b = flow_chain_last(ft, b);
	used = flow_bucket_used(b);
	if (used == FLOW_SLOTS) {
		uint32_t n;

		if (flow_overflow_reserve(ft, 1) != 0)
			return ERR_NOMEM;
		n = ft->overflow_free;
		b->next = n;
		b = flow_overflow(ft, n);
		ft->overflow_free = b->next;
		ft->overflow_nfree--;
		b->next = 0;
		used = 0;
	}
	b->tag[used] = tag;
	b->ref[used] = ref;
	return 0;
}

/* Takes slot i of b, which is in first's chain, away; the last fills it. */
static void
flow_chain_take(struct flowtable *ft, struct flow_bucket *first,
    struct flow_bucket *b, unsigned int i)
{
	struct flow_bucket *last = first, *before = NULL;
	unsigned int used;

	while (last->next != 0) {
		before = last;
		last = flow_overflow(ft, last->next);
	}
	used = flow_bucket_used(last) - 1;
	b->tag[i] = last->tag[used];
	b->ref[i] = last->ref[used];
	last->tag[used] = 0;
	last->ref[used] = 0;
	if (used == 0 && before != NULL) {
		flow_overflow_put(ft, before->next);
		before->next = 0;
	}
}

/* ---- the index ---- */

static uint64_t
flow_ref_hash(const struct flowtable *ft, uint32_t ref)
{
	return flowtable_hash(ft, flow_ref_key(ft, ref));
}

/*
 * Adds a bucket and moves to it what now belongs there.  Without memory the
 * table stays as it is: chains get longer, nothing is lost.
 */
static void
flowtable_grow(struct flowtable *ft)
{
	uint32_t from = ft->nbuckets - (ft->mask + 1), n, chain = 0;
	struct flow_bucket *first = flow_bucket_at(&ft->buckets, from);
	struct flow_bucket *to, *b;

	for (b = first; b->next != 0; b = flow_overflow(ft, b->next))
		chain++;
	if (flow_overflow_reserve(ft, chain) != 0 ||
	    flow_pages_reach(&ft->buckets, ft->nbuckets) != 0)
		return;
	to = flow_bucket_at(&ft->buckets, ft->nbuckets);
	ft->nbuckets++;
	if (ft->nbuckets == 2 * (ft->mask + 1))
		ft->mask = 2 * ft->mask + 1;
	for (b = first, n = 0;;) {
		if (n == FLOW_SLOTS && b->next != 0) {
			b = flow_overflow(ft, b->next);
			n = 0;
		} else if (n == FLOW_SLOTS || b->tag[n] == 0) {
			break;
		} else if (flowtable_bucket(ft, flow_ref_hash(ft, b->ref[n])) !=
		           to) {
			n++;
		} else {
			/* Reserved above: cannot fail. */
			(void)flow_chain_add(ft, to, b->tag[n], b->ref[n]);
			if (flow_chain_last(ft, first) == b &&
			    flow_bucket_used(b) == 1 && b != first) {
				flow_chain_take(ft, first, b, n);
				break;
			}
			flow_chain_take(ft, first, b, n);
		}
	}
}

int
flowtable_insert(struct flowtable *ft, uint32_t record, unsigned int which)
{
	uint32_t ref = record << 1 | which;
	uint64_t hash = flow_ref_hash(ft, ref);
	int err;

	if (ft->nbuckets == 0) {
		if (flow_pages_reach(&ft->buckets, 0) != 0)
			return ERR_NOMEM;
		ft->nbuckets = 1;
	}
	err =
	    flow_chain_add(ft, flowtable_bucket(ft, hash), flow_tag(hash), ref);
	if (err != 0)
		return err;
	ft->entries++;
	if (ft->entries > ft->nbuckets * FLOW_FILL)
		flowtable_grow(ft);
	return 0;
}

bool
flowtable_remove(struct flowtable *ft, uint32_t record, unsigned int which)
{
	uint32_t ref = record << 1 | which;
	struct flow_bucket *first, *b;

	if (ft->nbuckets == 0)
		return false;
	first = b = flowtable_bucket(ft, flow_ref_hash(ft, ref));
	for (;;) {
		for (unsigned int i = 0; i < FLOW_SLOTS; i++) {
			if (b->ref[i] != ref)
				continue;
			flow_chain_take(ft, first, b, i);
			ft->entries--;
			return true;
		}
		if (b->next == 0)
			return false;
		b = flow_overflow(ft, b->next);
	}
}
