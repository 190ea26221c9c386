/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_cache.h -- answers kept until their TTL is over, the least recently used
 * ones going when memory is short.  One in use is moved to the front of their
 * list when half of the memory is used and a quarter of them has got before it.
 *
 * A question's place in the table comes from a hash with a random key of the
 * table's own, so that no asker can choose collisions; the name is compared
 * besides.
 *
 * Memory: 80 bytes an answer and 10 to find it, its name and its message.
 */
#ifndef ELEMENTS_DNS_DNS_CACHE_H
#define ELEMENTS_DNS_DNS_CACHE_H

#include "elements/dns/dns_message.h"
#include "elements/ip/flowtable.h"

/* What is asked; answers differ by DO and CD (RFC 4035, 3.2.2). */
struct dns_ask {
	const uint8_t *name; /* uncompressed, name_n bytes */
	uint8_t name_n;
	uint8_t options; /* DNS_ASK_DO, DNS_ASK_CD */
	uint16_t type, class;
};
enum { DNS_ASK_DO = 1, DNS_ASK_CD = 2 };

static inline struct dns_ask
dns_ask_of(const struct dns_question *q, uint8_t options)
{
	return (
	    struct dns_ask){ q->name.b, q->name.n, options, q->type, q->class };
}

/* Of a client's header and OPT record. */
static inline uint8_t
dns_ask_options(const struct dns_header *h, const struct dns_edns *e)
{
	return (uint8_t)((e->dnssec_ok ? DNS_ASK_DO : 0) |
	                 ((h->flags & DNS_CD) != 0 ? DNS_ASK_CD : 0));
}

struct dns_cached {
	struct flow_key key;
	uint32_t newer, older; /* records by use, 0: none */
	uint32_t moved;        /* to the front: the cache's moves then */
	uint32_t as_of_s;      /* what the TTLs are counted from */
	uint32_t expiry_s;
	uint16_t type, class, n; /* n: bytes of the message */
	uint16_t sum;            /* dns_reply_sum() of it */
	uint8_t options, name_n;
	uint8_t *data; /* the name, then the message without OPT */
} CACHE_ALIGNED;

struct dns_cache {
	struct flowtable table;
	uint64_t seed;
	uint64_t bytes, max; /* of memory; 0: nothing is kept */
	uint32_t newest, oldest;
	uint32_t moves; /* to the front of that list, so far */
	bool half_full; /* while it is not that list stands still */
	uint64_t evicted;
};

/* max is the caller's to set. */
void dns_cache_init(struct dns_cache *c);
void dns_cache_fini(struct dns_cache *c);
/* Forgets all. */
void dns_cache_flush(struct dns_cache *c);
/* A hot swap: to, which is empty, gets what from has and to has room for. */
void dns_cache_take(struct dns_cache *to, struct dns_cache *from);

/* A flow key for a question. */
struct flow_key dns_ask_key(const struct dns_ask *ask, uint64_t seed);

/*
 * The answer to ask that still holds at now_s, its TTLs as they are then, or
 * NULL.
 */
const struct dns_cached *dns_cache_find(
    struct dns_cache *c, const struct dns_ask *ask, uint32_t now_s);

/*
 * The same for a batch, in three passes (flowtable.h); others' records may come
 * and go between them.
 */
static inline void
dns_cache_probe(const struct dns_cache *c, const struct dns_ask *ask,
    struct flow_probe *probe)
{
	probe->key = dns_ask_key(ask, c->seed);
	flowtable_probe(&c->table, probe);
}

static inline void
dns_cache_probe_record(const struct dns_cache *c, struct flow_probe *probe)
{
	flowtable_probe_record(&c->table, probe);
}

const struct dns_cached *dns_cache_probe_find(struct dns_cache *c,
    const struct flow_probe *probe, const struct dns_ask *ask, uint32_t now_s);

/* The message of an answer. */
static inline const uint8_t *
dns_cached_message(const struct dns_cached *r)
{
	return r->data + r->name_n;
}

/* Keeps n bytes of message for ttl_s seconds, if there is memory. */
void dns_cache_put(struct dns_cache *c, const struct dns_ask *ask,
    const uint8_t *message, uint32_t n, uint32_t now_s, uint32_t ttl_s);

static inline uint64_t
dns_cache_memory(const struct dns_cache *c)
{
	return c->bytes + flowtable_bytes(&c->table);
}

#endif
