/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_cache.c -- answers kept; see dns_cache.h. */
#include "elements/dns/dns_cache.h"

#include <stdlib.h>

#include "elements/dns/dns_reply.h"
#include "os/os.h"

void
dns_cache_init(struct dns_cache *c)
{
	flowtable_init(&c->table, sizeof(struct dns_cached), 1);
	os_random(&c->seed, sizeof(c->seed));
}

void
dns_cache_fini(struct dns_cache *c)
{
	dns_cache_flush(c);
	flowtable_fini(&c->table);
}

struct flow_key
dns_ask_key(const struct dns_ask *ask, uint64_t seed)
{
	uint64_t hash = dns_bytes_hash(ask->name, ask->name_n, seed);

	return (struct flow_key){ .src = (uint32_t)hash,
		.dst = (uint32_t)(hash >> 32),
		.sport = ask->type,
		.dport = ask->class,
		.kind = 1u + ask->options };
}

static struct dns_cached *
cache_record(const struct dns_cache *c, uint32_t n)
{
	return flowtable_record(&c->table, n);
}

static void
cache_unlink(struct dns_cache *c, uint32_t n)
{
	struct dns_cached *r = cache_record(c, n);

	if (r->newer != 0)
		cache_record(c, r->newer)->older = r->older;
	else
		c->newest = r->older;
	if (r->older != 0)
		cache_record(c, r->older)->newer = r->newer;
	else
		c->oldest = r->newer;
}

static void
cache_link(struct dns_cache *c, uint32_t n)
{
	struct dns_cached *r = cache_record(c, n);

	r->newer = 0;
	r->older = c->newest;
	if (c->newest != 0)
		cache_record(c, c->newest)->newer = n;
	else
		c->oldest = n;
	c->newest = n;
	r->moved = ++c->moves;
}

static void
cache_end(struct dns_cache *c, uint32_t n)
{
	struct dns_cached *r = cache_record(c, n);

	cache_unlink(c, n);
	c->bytes -= (uint64_t)r->name_n + r->n;
	free(r->data);
	flowtable_remove(&c->table, n, 0);
	flowtable_delete(&c->table, n);
}

void
dns_cache_flush(struct dns_cache *c)
{
	while (c->oldest != 0)
		cache_end(c, c->oldest);
}

static bool
cache_is(const struct dns_cached *r, const struct dns_ask *ask)
{
	return r->type == ask->type && r->class == ask->class &&
	       r->options == ask->options && r->name_n == ask->name_n &&
	       dns_bytes_equal(r->data, ask->name, ask->name_n);
}

/* The record for ask, 0: none. */
static uint32_t
cache_search(const struct dns_cache *c, const struct dns_ask *ask)
{
	struct flow_key key = dns_ask_key(ask, c->seed);

	return flow_ref_record(flowtable_find(&c->table, &key));
}

/* Record n (0: none) if it is the answer to ask and holds. */
static const struct dns_cached *
cache_use(
    struct dns_cache *c, uint32_t n, const struct dns_ask *ask, uint32_t now_s)
{
	struct dns_cached *r;

	if (n == 0)
		return NULL;
	r = cache_record(c, n);
	if (!cache_is(r, ask))
		return NULL;
	if (unlikely((int32_t)(r->expiry_s - now_s) <= 0)) {
		cache_end(c, n);
		return NULL;
	}
	if (unlikely(r->as_of_s != now_s)) {
		dns_reply_age(r->data + r->name_n, r->n, now_s - r->as_of_s);
		r->sum = dns_reply_sum(r->data + r->name_n, r->n, r->name_n);
		r->as_of_s = now_s;
	}
	if (unlikely(
	        c->half_full && c->moves - r->moved > c->table.count / 4)) {
		cache_unlink(c, n);
		cache_link(c, n);
	}
	return r;
}

const struct dns_cached *
dns_cache_find(struct dns_cache *c, const struct dns_ask *ask, uint32_t now_s)
{
	return cache_use(c, cache_search(c, ask), ask, now_s);
}

const struct dns_cached *
dns_cache_probe_find(struct dns_cache *c, const struct flow_probe *probe,
    const struct dns_ask *ask, uint32_t now_s)
{
	uint32_t ref = flowtable_probe_find(&c->table, probe);

	return cache_use(c, flow_ref_record(ref), ask, now_s);
}

/* Makes room for more bytes; false: there cannot be. */
static bool
cache_make_room(struct dns_cache *c, uint64_t bytes)
{
	while (dns_cache_memory(c) + bytes > c->max && c->oldest != 0) {
		cache_end(c, c->oldest);
		c->evicted++;
	}
	return dns_cache_memory(c) + bytes <= c->max;
}

void
dns_cache_take(struct dns_cache *to, struct dns_cache *from)
{
	uint64_t max = to->max;

	flowtable_fini(&to->table);
	*to = *from;
	to->max = max;
	flowtable_init(&from->table, sizeof(struct dns_cached), 1);
	from->newest = from->oldest = 0;
	(void)cache_make_room(to, 0); /* or nothing is left in it */
}

void
dns_cache_put(struct dns_cache *c, const struct dns_ask *ask,
    const uint8_t *message, uint32_t n, uint32_t now_s, uint32_t ttl_s)
{
	uint32_t record = cache_search(c, ask), name_n = ask->name_n;
	struct dns_cached *r;
	uint8_t *data;

	if (record != 0)
		cache_end(c, record);
	/* A page of records and one of buckets may be added. */
	if (ttl_s == 0 || n > UINT16_MAX || c->max == 0 ||
	    !cache_make_room(c, n + name_n + FLOW_PAGE * sizeof(*r) +
	                            FLOW_PAGE * sizeof(struct flow_bucket)))
		return;
	data = malloc(name_n + n);
	record = flowtable_new(&c->table);
	if (data == NULL || record == 0)
		goto free_all;
	r = cache_record(c, record);
	r->key = dns_ask_key(ask, c->seed);
	if (flowtable_insert(&c->table, record, 0) != 0)
		goto free_all;
	memcpy(data, ask->name, name_n);
	memcpy(data + name_n, message, n);
	r->type = ask->type;
	r->class = ask->class;
	r->options = ask->options;
	r->name_n = (uint8_t)name_n;
	r->n = (uint16_t)n;
	r->data = data;
	r->sum = dns_reply_sum(message, n, name_n);
	r->as_of_s = now_s;
	r->expiry_s = now_s + ttl_s;
	c->bytes += (uint64_t)name_n + n;
	c->half_full = dns_cache_memory(c) > c->max / 2;
	cache_link(c, record);
	return;

free_all:
	if (record != 0)
		flowtable_delete(&c->table, record);
	free(data);
}
