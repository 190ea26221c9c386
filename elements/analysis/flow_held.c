/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_held.c -- packets that wait for the ports of a fragment. */
#include "elements/analysis/flow_held.h"

#include "click/anno.h"
#include "elements/analysis/agg_key.h"
#include "elements/ip/ip_header.h"

void
flow_held_init(struct flow_held *h, struct element *e)
{
	flowtable_init(&h->pairs, sizeof(struct held_pair), 1);
	h->e = e;
}

static struct held_pair *
held_pair_at(const struct flow_held *h, uint32_t n)
{
	return flowtable_record(&h->pairs, n);
}

static void
held_unlink(struct flow_held *h, uint32_t n)
{
	struct held_pair *pair = held_pair_at(h, n);

	if (pair->older != 0)
		held_pair_at(h, pair->older)->newer = pair->newer;
	else
		h->oldest = pair->newer;
	if (pair->newer != 0)
		held_pair_at(h, pair->newer)->older = pair->older;
	else
		h->newest = pair->older;
}

static void
held_link(struct flow_held *h, uint32_t n)
{
	struct held_pair *pair = held_pair_at(h, n);

	pair->older = h->newest;
	pair->newer = 0;
	if (h->newest != 0)
		held_pair_at(h, h->newest)->newer = n;
	else
		h->oldest = n;
	h->newest = n;
}

static void
held_drop_pair(struct flow_held *h, uint32_t n)
{
	held_unlink(h, n);
	agg_remove(&h->pairs, n);
}

void
flow_held_fini(struct flow_held *h, struct thread *t)
{
	for (uint32_t n = h->oldest; n != 0; n = held_pair_at(h, n)->newer)
		for (struct packet *p = held_pair_at(h, n)->head; p != NULL;) {
			struct packet *next = p->next;

			packet_kill(t, p);
			p = next;
		}
	flowtable_fini(&h->pairs);
}

bool
flow_held_add(struct flow_held *h, const struct flow_key *key, struct packet *p)
{
	uint32_t n = flow_held_find(h, key);
	struct held_pair *pair;

	if (h->count >= HELD_MAX)
		return false;
	if (n == 0) {
		n = agg_insert(&h->pairs, key);
		if (n == 0)
			return false;
		held_link(h, n);
	}
	pair = held_pair_at(h, n);
	p->next = NULL;
	if (pair->head == NULL)
		pair->head = p;
	else
		pair->tail->next = p;
	pair->tail = p;
	h->count++;
	return true;
}

/* Both are of one datagram (RFC 791: source, destination, id, protocol). */
static bool
held_same(const struct packet *p, const struct packet *q)
{
	const struct ip4 *a = packet_ip4(p), *b = packet_ip4(q);

	return memcmp(a->src, b->src, 8) == 0 &&
	       memcmp(a->id, b->id, sizeof(a->id)) == 0 && a->proto == b->proto;
}

/* Gives what p knows to those of its datagram behind it, or takes it there. */
static void
held_match(struct flow_held *h, struct packet *p)
{
	bool marked = anno_u32(p, ANNO_AGGREGATE) != 0;

	for (struct packet *q = p->next; q != NULL; q = q->next) {
		bool other = anno_u32(q, ANNO_AGGREGATE) != 0;

		if (marked == other || !held_same(p, q))
			continue;
		if (marked) {
			h->mark(h->e, q, p);
		} else {
			h->mark(h->e, p, q);
			return;
		}
	}
}

/* Whether p is one; what is held has the header that its flow was read of. */
static bool
held_fragment(const struct packet *p)
{
	const struct ip4 *ip = ip_header(p);

	CHECK_HOT(ip != NULL);
	return ip_header_fragment(ip);
}

static void
held_emit(struct flow_held *h, struct thread *t, struct held_pair *pair)
{
	struct packet *p = pair->head;

	if (held_fragment(p))
		held_match(h, p);
	pair->head = p->next;
	p->next = NULL;
	h->count--;
	h->emit(h->e, t, p);
}

/* Whether the pair's first packet need not wait. */
static bool
held_due(const struct flow_held *h, const struct held_pair *pair, int64_t now)
{
	return !held_fragment(pair->head) ||
	       pair->head->timestamp_ns < now - h->timeout_ns;
}

void
flow_held_release(
    struct flow_held *h, struct thread *t, int64_t now_ns, bool all)
{
	while (h->oldest != 0) {
		uint32_t n = h->oldest;
		struct held_pair *pair = held_pair_at(h, n);

		if (!all && h->count < HELD_MAX && !held_due(h, pair, now_ns))
			return;
		do
			held_emit(h, t, pair);
		while (
		    pair->head != NULL && (all || held_due(h, pair, now_ns)));
		if (pair->head == NULL) {
			held_drop_pair(h, n);
			continue;
		}
		/* Its next one is younger: it goes behind the others. */
		held_unlink(h, n);
		held_link(h, n);
	}
}
