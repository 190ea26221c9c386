/* SPDX-License-Identifier: BSD-3-Clause */
/* cgnat_blocks.c -- subscribers of CGNAT and their blocks.  See cgnat.h. */
#include "base/stamp.h"
#include "elements/tcpudp/cgnat.h"

enum { KIND_SUBSCRIBER = 1, LOOK_MAX = 256 };

/* ---- blocks ---- */

void
cgnat_event_print(const struct cg_event *v, struct strbuf *out)
{
	sb_i64(out, v->wall_s);
	sb_adds(out, v->allocate ? " allocate " : " free ");
	sb_ip4(out, v->inside);
	sb_addc(out, ' ');
	sb_ip4(out, v->external);
	sb_printf(out, " %u-%u\n", v->first, v->last);
}

/* RFC 6888, REQ-12 and RFC 7422, 4: a line a block, not a connection. */
static void
cgnat_log(struct cgnat *g, const struct cg_subscriber *s, uint32_t block,
    bool allocate)
{
	struct cg_event *v = &g->log[g->nlog++ % CG_LOG];
	struct strbuf sb = STRBUF_INIT;

	*v = (struct cg_event){ .wall_s =
		                    thread_wall_ns(g->thread) / NS_PER_SEC,
		.inside = s->key.src,
		.external = ip4_net(g->external + s->external),
		.first = (uint16_t)(g->low + block * g->block_size),
		.last = (uint16_t)(g->low + (block + 1) * g->block_size - 1),
		.allocate = allocate };
	if (!output_connected(g->e, CG_LOGS))
		return;
	cgnat_event_print(v, &sb);
	outbox_put(&g->outbox,
	    packet_new(g->thread, PACKET_HEADROOM, sb.s, (uint32_t)sb.n, 0));
	sb_fini(&sb);
}

bool
cgnat_block_taken(const struct cgnat *g, uint32_t external, uint32_t block)
{
	size_t i = (size_t)external * g->blocks + block;

	return (g->taken[i / 8] >> i % 8 & 1) != 0;
}

static void
cgnat_block_mark(struct cgnat *g, uint32_t external, uint32_t block)
{
	size_t i = (size_t)external * g->blocks + block;

	g->taken[i / 8] ^= (uint8_t)(1u << i % 8);
	if (g->taken[i / 8] >> i % 8 & 1)
		g->ntaken++;
	else
		g->ntaken--;
}

/* How many blocks from number block on are taken for sure, and looked at. */
static uint32_t
cgnat_blocks_taken(const struct cgnat *g, uint32_t external, uint32_t block)
{
	size_t i = (size_t)external * g->blocks + block;

	if (i % 8 == 0 && g->taken[i / 8] == 0xff && block + 8 <= g->blocks)
		return 8;
	return cgnat_block_taken(g, external, block) ? 1 : 0;
}

void
cgnat_block_give(struct cgnat *g, struct cg_subscriber *s, uint32_t block)
{
	cgnat_block_mark(g, s->external, block);
	s->block[s->nblocks++] = (uint16_t)block;
	if (g->ninside == 0)
		cgnat_log(g, s, block, true);
}

bool
cgnat_block_more(struct cgnat *g, struct cg_subscriber *s)
{
	uint32_t first = rand_below(&g->thread->rand, g->blocks), n;

	if (s->nblocks >= g->max_blocks)
		return false;
	for (uint32_t k = 0; k < g->blocks; k += n) {
		uint32_t block = (first + k) % g->blocks;

		n = cgnat_blocks_taken(g, s->external, block);
		if (n == 0) {
			cgnat_block_give(g, s, block);
			return true;
		}
	}
	return false;
}

/* ---- subscribers ---- */

struct cg_subscriber *
cgnat_subscriber_at(const struct cgnat *g, uint32_t record)
{
	return flowtable_record(&g->subscribers, record);
}

bool
cgnat_range(const struct cgnat *g, uint32_t addr, uint32_t *external,
    uint32_t *first, uint32_t *last)
{
	uint32_t i = ip4_host(addr) - g->inside;

	if (i >= g->ninside)
		return false;
	*external = i / g->blocks;
	*first = g->low + i % g->blocks * g->block_size;
	*last = *first + g->block_size - 1;
	return true;
}

uint32_t
cgnat_who(const struct cgnat *g, uint32_t external, uint16_t port)
{
	uint32_t e = ip4_host(external) - g->external, block, i;

	if (e >= g->nexternal || port < g->low)
		return 0;
	block = (port - g->low) / g->block_size;
	i = e * g->blocks + block;
	return block < g->blocks && i < g->ninside ? ip4_net(g->inside + i) : 0;
}

/* Its external address and first block; false: there is none. */
static bool
cgnat_subscriber_begin(struct cgnat *g, struct cg_subscriber *s)
{
	uint32_t first, last, start;

	if (g->ninside != 0) {
		if (!cgnat_range(g, s->key.src, &s->external, &first, &last))
			return false;
		cgnat_block_give(g, s, (first - g->low) / g->block_size);
		return true;
	}
	/*
	 * The same address again for most, without remembering it.  No packet
	 * looks at more than a few: where these are full, nearly all are.
	 */
	if (g->ntaken == (uint64_t)g->nexternal * g->blocks)
		return false;
	start = (uint32_t)(hash_u64(s->key.src, g->subscribers.seed) %
	                   g->nexternal);
	for (uint32_t k = 0; k < g->nexternal && k < LOOK_MAX; k++) {
		s->external = (start + k) % g->nexternal;
		if (cgnat_block_more(g, s))
			return true;
	}
	return false;
}

void
cgnat_subscriber_end(struct cgnat *g, uint32_t record)
{
	struct cg_subscriber *s = cgnat_subscriber_at(g, record);

	for (unsigned int i = 0; i < s->nblocks; i++) {
		cgnat_block_mark(g, s->external, s->block[i]);
		if (g->ninside == 0)
			cgnat_log(g, s, s->block[i], false);
	}
	if (s->link.slot != 0)
		flow_wheel_remove(&g->subscriber_wheel, record);
	flowtable_remove(&g->subscribers, record, 0);
	flowtable_delete(&g->subscribers, record);
}

uint32_t
cgnat_subscriber_known(const struct cgnat *g, uint32_t addr)
{
	struct flow_key key = { .src = addr, .kind = KIND_SUBSCRIBER };

	return flow_ref_record(flowtable_find(&g->subscribers, &key));
}

uint32_t
cgnat_subscriber(struct cgnat *g, uint32_t addr)
{
	struct flow_key key = { .src = addr, .kind = KIND_SUBSCRIBER };
	uint32_t record = cgnat_subscriber_known(g, addr);
	struct cg_subscriber *s;

	if (record != 0)
		return record;
	record = flowtable_new(&g->subscribers);
	if (record == 0)
		return 0;
	s = cgnat_subscriber_at(g, record);
	s->key = key;
	s->last_ms = g->now_ms;
	if (!cgnat_subscriber_begin(g, s)) {
		g->no_block++;
		flowtable_delete(&g->subscribers, record);
		return 0;
	}
	if (flowtable_insert(&g->subscribers, record, 0) != 0) {
		cgnat_block_mark(g, s->external, s->block[0]);
		flowtable_delete(&g->subscribers, record);
		return 0;
	}
	flow_wheel_add(&g->subscriber_wheel, record, g->now_ms + g->hold_ms);
	return record;
}

/* His blocks can be his, each once. */
static bool
cgnat_blocks_free(const struct cgnat *g, const struct cg_subscriber *s)
{
	uint32_t external, first, last;

	if (s->external >= g->nexternal || s->nblocks == 0 ||
	    s->nblocks > g->max_blocks)
		return false;
	for (unsigned int i = 0; i < s->nblocks; i++) {
		if (s->block[i] >= g->blocks ||
		    cgnat_block_taken(g, s->external, s->block[i]))
			return false;
		for (unsigned int k = 0; k < i; k++)
			if (s->block[k] == s->block[i])
				return false;
	}
	if (g->ninside == 0)
		return true;
	return cgnat_range(g, s->key.src, &external, &first, &last) &&
	       external == s->external && s->nblocks == 1 &&
	       (first - g->low) / g->block_size == s->block[0];
}

bool
cgnat_subscriber_restore(struct cgnat *g, const struct cg_subscriber *from)
{
	struct flow_key key = { .src = from->key.src, .kind = KIND_SUBSCRIBER };
	struct cg_subscriber *s;
	uint32_t record;

	if (!cgnat_blocks_free(g, from) ||
	    flowtable_find(&g->subscribers, &key) != 0)
		return false;
	record = flowtable_new(&g->subscribers);
	if (record == 0)
		return false;
	s = cgnat_subscriber_at(g, record);
	s->key = key;
	s->last_ms = from->last_ms;
	s->external = from->external;
	s->nblocks = from->nblocks;
	memcpy(s->block, from->block, sizeof(s->block));
	if (flowtable_insert(&g->subscribers, record, 0) != 0) {
		flowtable_delete(&g->subscribers, record);
		return false;
	}
	for (unsigned int i = 0; i < s->nblocks; i++)
		cgnat_block_mark(g, s->external, s->block[i]);
	flow_wheel_add(&g->subscriber_wheel, record, s->last_ms + g->hold_ms);
	return true;
}
