/* SPDX-License-Identifier: BSD-3-Clause */
/* cgnat_map.c -- mappings of CGNAT.  See cgnat.h. */
#include <stdlib.h>

#include "base/bytes.h"
#include "elements/tcpudp/cgnat.h"

enum { KIND_INSIDE = 1 << 8, KIND_EXTERNAL = 2 << 8 };

int
cgnat_init(struct cgnat *g)
{
	size_t bits = (size_t)g->nexternal * g->blocks;

	flowtable_init(&g->mappings, sizeof(struct cg_mapping), 2);
	flowtable_init(&g->subscribers, sizeof(struct cg_subscriber), 1);
	g->taken = calloc(bits / 8 + 1, 1);
	g->log = calloc(CG_LOG, sizeof(*g->log));
	return g->taken == NULL || g->log == NULL ? ERR_NOMEM : 0;
}

void
cgnat_fini(struct cgnat *g)
{
	if (g->mappings.nkeys != 0) {
		flowtable_fini(&g->mappings);
		flowtable_fini(&g->subscribers);
	}
	free(g->taken);
	free(g->log);
	g->taken = NULL;
	g->log = NULL;
}

/* Exchanges tables that are of two elements. */
static void
cgnat_swap(struct flowtable *a, struct flow_wheel *wa, struct flowtable *b,
    struct flow_wheel *wb)
{
	struct flowtable table = *a;
	struct flow_wheel wheel = *wa;

	*a = *b;
	*wa = *wb;
	*b = table;
	*wb = wheel;
	wa->table = a;
	wb->table = b;
}

void
cgnat_take(struct cgnat *g, struct cgnat *from)
{
	uint8_t *taken = g->taken;
	struct cg_event *log = g->log;

	if (g->external != from->external || g->nexternal != from->nexternal ||
	    g->inside != from->inside || g->ninside != from->ninside ||
	    g->low != from->low || g->block_size != from->block_size ||
	    g->blocks != from->blocks)
		return;
	cgnat_swap(&g->mappings, &g->mapping_wheel, &from->mappings,
	    &from->mapping_wheel);
	cgnat_swap(&g->subscribers, &g->subscriber_wheel, &from->subscribers,
	    &from->subscriber_wheel);
	g->taken = from->taken;
	g->ntaken = from->ntaken;
	g->log = from->log;
	g->nlog = from->nlog;
	from->taken = taken;
	from->log = log;
}

void
cgnat_enter(struct cgnat *g, struct thread *t)
{
	g->thread = t;
	g->now_ms = (uint32_t)(thread_recent_ns(t) / 1000000);
}

/* ---- mappings ---- */

static struct flow_key
cgnat_key(uint32_t addr, uint16_t port, uint32_t kind)
{
	return (struct flow_key){ .src = addr, .sport = port, .kind = kind };
}

static unsigned int
cgnat_class(uint8_t proto)
{
	return proto == IPPROTO4_TCP ? 0 : proto == IPPROTO4_UDP ? 1 : 2;
}

static uint32_t
cgnat_expiry(const struct cgnat *g, const struct cg_mapping *m)
{
	enum cg_time time = CG_ICMP;
	const uint8_t acks = CG_ACK_OUT | CG_ACK_IN;
	const uint8_t fins = CG_FIN_OUT | CG_FIN_IN;

	if (m->flags & CG_STATIC)
		return g->now_ms + 3600 * 1000;
	if (m->proto == IPPROTO4_UDP)
		time = CG_UDP;
	else if (m->proto == IPPROTO4_TCP)
		time = (m->flags & acks) == acks && (m->flags & fins) == 0 &&
		               !(m->flags & CG_RESET)
		           ? CG_TCP
		           : CG_TRANSITORY;
	return m->last_ms + g->time_ms[time];
}

static uint32_t
cgnat_record(const struct cgnat *g, const struct cg_mapping *m)
{
	return flow_ref_record(flowtable_find(&g->mappings, &m->key[1]));
}

static void
cgnat_end(struct cgnat *g, uint32_t record)
{
	struct cg_mapping *m = flowtable_record(&g->mappings, record);
	struct cg_subscriber *s = cgnat_subscriber_at(g, m->subscriber);

	s->used[m->block][cgnat_class(m->proto)]--;
	s->count--;
	s->last_ms = g->now_ms;
	flow_wheel_remove(&g->mapping_wheel, record);
	flowtable_remove(&g->mappings, record, 0);
	flowtable_remove(&g->mappings, record, 1);
	flowtable_delete(&g->mappings, record);
}

void
cgnat_unmap(struct cgnat *g, struct cg_mapping *m)
{
	cgnat_end(g, cgnat_record(g, m));
}

/* A mapping between two ends, both free; NULL: no room. */
static struct cg_mapping *
cgnat_join(struct cgnat *g, uint32_t subscriber, unsigned int block,
    const struct flow_key *in, const struct flow_key *out, uint8_t proto)
{
	struct cg_subscriber *s = cgnat_subscriber_at(g, subscriber);
	struct cg_mapping *m;
	uint32_t record;

	record = flowtable_new(&g->mappings);
	if (record == 0)
		return NULL;
	m = flowtable_record(&g->mappings, record);
	m->key[0] = *in;
	m->key[1] = *out;
	m->proto = proto;
	m->subscriber = subscriber;
	m->block = (uint8_t)block;
	m->last_ms = g->now_ms;
	if (flowtable_insert(&g->mappings, record, 0) != 0)
		goto delete_record;
	if (flowtable_insert(&g->mappings, record, 1) != 0)
		goto remove_key;
	flow_wheel_add(&g->mapping_wheel, record, cgnat_expiry(g, m));
	s->used[block][cgnat_class(proto)]++;
	s->count++;
	g->made++;
	return m;
remove_key:
	flowtable_remove(&g->mappings, record, 0);
delete_record:
	flowtable_delete(&g->mappings, record);
	return NULL;
}

/*
 * A free port of one block for that protocol: one of the same parity as port
 * (RFC 4787, REQ-4), else any; 0: none.  Where the search begins is random
 * (RFC 6056).
 */
static uint16_t
cgnat_block_port(struct cgnat *g, const struct cg_subscriber *s,
    unsigned int block, uint16_t port, uint8_t proto)
{
	uint32_t base = g->low + s->block[block] * g->block_size;
	uint32_t start = rand_below(&g->thread->rand, g->block_size);
	uint32_t external = ip4_net(g->external + s->external);

	if (s->used[block][cgnat_class(proto)] >= g->block_size)
		return 0;
	for (unsigned int pass = 0; pass < 2; pass++)
		for (uint32_t k = 0; k < g->block_size; k++) {
			uint32_t at = base + (start + k) % g->block_size;
			struct flow_key key;

			if (pass == 0 && ((at ^ get_be16(&port)) & 1) != 0)
				continue;
			key =
			    cgnat_key(external, __builtin_bswap16((uint16_t)at),
			        KIND_EXTERNAL | proto);
			if (flowtable_find(&g->mappings, &key) == 0)
				return key.sport;
		}
	return 0;
}

static struct cg_mapping *
cgnat_make(struct cgnat *g, const struct flow_key *in, uint8_t proto)
{
	uint32_t record;
	struct cg_subscriber *s;
	struct flow_key out;
	uint16_t port = 0;
	unsigned int block;

	if (g->mappings.count >= g->capacity) {
		g->full++;
		return NULL;
	}
	record = cgnat_subscriber(g, in->src);
	if (record == 0)
		return NULL;
	s = cgnat_subscriber_at(g, record);
	for (block = 0;; block++) {
		if (block == s->nblocks && !cgnat_block_more(g, s)) {
			g->no_ports++;
			return NULL;
		}
		port = cgnat_block_port(g, s, block, in->sport, proto);
		if (port != 0)
			break;
	}
	out = cgnat_key(
	    ip4_net(g->external + s->external), port, KIND_EXTERNAL | proto);
	return cgnat_join(g, record, block, in, &out, proto);
}

/* The mapping of a key if it is alive. */
static struct cg_mapping *
cgnat_alive(struct cgnat *g, const struct flow_key *key)
{
	uint32_t ref = flowtable_find(&g->mappings, key);
	struct cg_mapping *m;

	if (ref == 0)
		return NULL;
	m = flowtable_record(&g->mappings, flow_ref_record(ref));
	if ((int32_t)(g->now_ms - cgnat_expiry(g, m)) >= 0) {
		cgnat_end(g, flow_ref_record(ref));
		return NULL;
	}
	return m;
}

struct cg_mapping *
cgnat_out(
    struct cgnat *g, uint32_t addr, uint16_t port, uint8_t proto, bool make)
{
	struct flow_key key = cgnat_key(addr, port, KIND_INSIDE | proto);
	struct cg_mapping *m = cgnat_alive(g, &key);

	if (m == NULL && make)
		m = cgnat_make(g, &key, proto);
	return m;
}

struct cg_mapping *
cgnat_in(struct cgnat *g, uint32_t addr, uint16_t port, uint8_t proto)
{
	struct flow_key key = cgnat_key(addr, port, KIND_EXTERNAL | proto);

	return cgnat_alive(g, &key);
}

/* The place of port in the blocks that s has; nblocks: it is in none. */
static unsigned int
cgnat_block_of(
    const struct cgnat *g, const struct cg_subscriber *s, uint16_t port)
{
	uint32_t number = get_be16(&port), block;
	unsigned int i = 0;

	if (number < g->low)
		return s->nblocks;
	block = (number - g->low) / g->block_size;
	while (i < s->nblocks && s->block[i] != block)
		i++;
	return i;
}

bool
cgnat_restore(struct cgnat *g, const struct cg_mapping *from)
{
	const uint8_t proto = from->proto;
	struct flow_key in = cgnat_key(
	    from->key[0].src, from->key[0].sport, KIND_INSIDE | proto);
	struct flow_key out = cgnat_key(
	    from->key[1].src, from->key[1].sport, KIND_EXTERNAL | proto);
	struct cg_subscriber *s;
	struct cg_mapping *m;
	uint32_t record = cgnat_subscriber_known(g, in.src);
	unsigned int block;

	if (record == 0 || g->mappings.count >= g->capacity)
		return false;
	s = cgnat_subscriber_at(g, record);
	block = cgnat_block_of(g, s, out.sport);
	if (block == s->nblocks ||
	    out.src != ip4_net(g->external + s->external) ||
	    flowtable_find(&g->mappings, &in) != 0 ||
	    flowtable_find(&g->mappings, &out) != 0)
		return false;
	m = cgnat_join(g, record, block, &in, &out, proto);
	if (m == NULL)
		return false;
	m->flags = from->flags;
	m->last_ms = from->last_ms;
	(void)flow_wheel_move(
	    &g->mapping_wheel, cgnat_record(g, m), cgnat_expiry(g, m));
	return true;
}

bool
cgnat_map_static(struct cgnat *g, uint32_t addr, uint16_t port, uint8_t proto,
    uint32_t external, uint16_t eport)
{
	struct flow_key in = cgnat_key(addr, port, KIND_INSIDE | proto);
	struct flow_key out = cgnat_key(external, eport, KIND_EXTERNAL | proto);
	uint32_t e = ip4_host(external) - g->external, block, record;
	uint32_t number = get_be16(&eport);
	struct cg_subscriber *s;
	struct cg_mapping *m;
	unsigned int i;

	block = number < g->low ? g->blocks : (number - g->low) / g->block_size;
	if (block >= g->blocks || cgnat_alive(g, &in) != NULL ||
	    cgnat_alive(g, &out) != NULL)
		return false;
	record = cgnat_subscriber(g, addr);
	if (record == 0)
		return false;
	s = cgnat_subscriber_at(g, record);
	if (s->external != e)
		return false;
	i = cgnat_block_of(g, s, eport);
	if (i == s->nblocks) {
		if (i >= g->max_blocks || cgnat_block_taken(g, e, block))
			return false;
		cgnat_block_give(g, s, block);
	}
	m = cgnat_join(g, record, i, &in, &out, proto);
	if (m != NULL)
		m->flags = CG_STATIC;
	return m != NULL;
}

void
cgnat_tcp(struct cgnat *g, struct cg_mapping *m, uint8_t flags, bool out)
{
	uint8_t before = m->flags;

	if (flags & TCP_RST)
		m->flags |= CG_RESET;
	else if (flags & TCP_FIN)
		m->flags |= out ? CG_FIN_OUT : CG_FIN_IN;
	else if (flags & TCP_SYN)
		m->flags &= (uint8_t)CG_STATIC; /* another connection */
	if ((flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK)
		m->flags |= out ? CG_ACK_OUT : CG_ACK_IN;
	if (before != m->flags)
		(void)flow_wheel_move(
		    &g->mapping_wheel, cgnat_record(g, m), cgnat_expiry(g, m));
}

/* ---- ages ---- */

void
cgnat_reap(struct cgnat *g, unsigned int budget)
{
	uint32_t n;

	for (; budget > 0; budget--) {
		const struct cg_mapping *m;

		n = flow_wheel_due(&g->mapping_wheel, g->now_ms);
		if (n == 0)
			break;
		m = flowtable_record(&g->mappings, n);
		if ((int32_t)(cgnat_expiry(g, m) - g->now_ms) > 0)
			(void)flow_wheel_move(
			    &g->mapping_wheel, n, cgnat_expiry(g, m));
		else
			cgnat_end(g, n);
	}
	for (; budget > 0; budget--) {
		const struct cg_subscriber *s;
		uint32_t due_ms;

		n = flow_wheel_due(&g->subscriber_wheel, g->now_ms);
		if (n == 0)
			break;
		s = cgnat_subscriber_at(g, n);
		due_ms = (s->count > 0 ? g->now_ms : s->last_ms) + g->hold_ms;
		if ((int32_t)(due_ms - g->now_ms) > 0)
			(void)flow_wheel_move(&g->subscriber_wheel, n, due_ms);
		else
			cgnat_subscriber_end(g, n);
	}
}

void
cgnat_clear(struct cgnat *g)
{
	uint32_t n = 0;

	while ((n = flowtable_next(&g->mappings, n + 1)) != 0) {
		const struct cg_mapping *m = flowtable_record(&g->mappings, n);

		if (!(m->flags & CG_STATIC))
			cgnat_end(g, n);
	}
	n = 0;
	while ((n = flowtable_next(&g->subscribers, n + 1)) != 0)
		if (cgnat_subscriber_at(g, n)->count == 0)
			cgnat_subscriber_end(g, n);
}
