/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_cache.h -- answers kept until their TTL is over, the least recently used
 * ones going when memory is short.
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
	struct dns_question q;
	uint8_t options; /* DNS_ASK_DO, DNS_ASK_CD */
};
enum { DNS_ASK_DO = 1, DNS_ASK_CD = 2 };

struct dns_cached {
	struct flow_key key;
	uint32_t newer, older; /* records by use, 0: none */
	uint32_t stored_s, expiry_s;
	uint16_t type, class, n; /* n: bytes of the message */
	uint8_t options, name_n;
	uint8_t *data; /* the name, then the message without OPT */
};

struct dns_cache {
	struct flowtable table;
	uint64_t seed, seed2;
	uint64_t bytes, max; /* of memory; 0: nothing is kept */
	uint32_t newest, oldest;
	uint64_t evicted;
};

/* max is the caller's to set. */
void dns_cache_init(struct dns_cache *c);
void dns_cache_fini(struct dns_cache *c);
/* Forgets all. */
void dns_cache_flush(struct dns_cache *c);

/* A flow key for a question; kind: from 1 on, the user's. */
struct flow_key dns_ask_key(
    const struct dns_ask *ask, uint64_t seed, uint64_t seed2);

/* The answer to ask that still holds at now_s, or NULL. */
const struct dns_cached *dns_cache_find(
    struct dns_cache *c, const struct dns_ask *ask, uint32_t now_s);

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
