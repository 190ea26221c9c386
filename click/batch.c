/* SPDX-License-Identifier: BSD-3-Clause */
/* batch.c -- whole batches ended, and split among outputs. */
#include "click/batch.h"

#include "click/element.h"
#include "click/packet_inline.h"

void
batch_kill(struct batch *b)
{
	struct thread *t = b->thread;
	uint32_t odd = 0;

	/* Most of the time all are the pool's, and nobody else's. */
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = b->packet[i];

		odd |= (p->buffer ^ BUFFER_POOL) | (load_acquire(&p->refs) ^ 1);
	}
	if (likely(odd == 0))
		pool_put_many(t->pool, b->packet, b->count);
	else
		for (uint32_t i = 0; i < b->count; i++)
			packet_kill_inline(t, b->packet[i]);
	b->count = 0;
}

/*
 * A batch's packets sorted by output: groups one behind the other, in the order
 * in which their outputs first came up.
 */
struct sorting {
	int16_t *group; /* by packet, in the place of its output; -1: gone */
	int16_t *port;  /* by group */
	uint16_t *next; /* by group: its packets, then where they end */
	uint32_t ngroups;
};

static inline int16_t
sorting_new_group(struct sorting *s, int16_t port)
{
	s->port[s->ngroups] = port;
	s->next[s->ngroups] = 0;
	return (int16_t)s->ngroups++;
}

/* A packet that is gone or for an output that is not there. */
static NOINLINE int16_t
sorting_no_group(struct thread *t, struct packet *p, int16_t port)
{
	if (port != PACKET_GONE)
		packet_kill(t, p);
	return -1;
}

enum { GROUP_MAP = 512 };

/* Finds groups with a map from output to group, when there are not too many. */
static void
sorting_by_map(struct sorting *s, const struct element *e, struct batch *b)
{
	int16_t *map = scratch_alloc(b->thread, e->nout * sizeof(*map));
	uint16_t nout = (uint16_t)e->nout;

	memset(map, 0xff, nout * sizeof(*map));
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t port = s->group[i], g;

		if (unlikely((uint16_t)port >= nout)) {
			s->group[i] =
			    sorting_no_group(b->thread, b->packet[i], port);
			continue;
		}
		g = map[port];
		if (g < 0)
			g = map[port] = sorting_new_group(s, port);
		s->group[i] = g;
		s->next[g]++;
	}
}

static void
sorting_by_search(struct sorting *s, const struct element *e, struct batch *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t port = s->group[i];
		uint32_t g = 0;

		if (port < 0 || port >= e->nout) {
			s->group[i] =
			    sorting_no_group(b->thread, b->packet[i], port);
			continue;
		}
		while (g < s->ngroups && s->port[g] != port)
			g++;
		if (g == s->ngroups)
			(void)sorting_new_group(s, port);
		s->group[i] = (int16_t)g;
		s->next[g]++;
	}
}

/*
 * The packets of b, sorted; next[g] becomes where group g ends.  Each group can
 * become a batch where it lies, in its turn: the head of the batch takes the
 * place of packets that have gone before, that of the first one a place left
 * free.
 */
enum { HEAD = sizeof(struct batch) / sizeof(struct packet *) };
_Static_assert(
    sizeof(struct batch) % sizeof(struct packet *) == 0, "whole places");

static struct packet **
sorting_fill(struct sorting *s, const struct batch *b)
{
	struct packet **sorted =
	    scratch_alloc(b->thread, (HEAD + b->count) * sizeof(*sorted));
	uint16_t from = 0;

	for (uint32_t g = 0; g < s->ngroups; g++) {
		uint16_t count = s->next[g];

		s->next[g] = from;
		from = (uint16_t)(from + count);
	}
	for (uint32_t i = 0; i < b->count; i++)
		if (likely(s->group[i] >= 0))
			sorted[HEAD + s->next[s->group[i]]++] = b->packet[i];
	return sorted;
}

static struct batch *
sorting_batch(struct packet **head, struct thread *t, uint32_t n)
{
	struct batch *b = (struct batch *)(void *)head;

	b->thread = t;
	b->count = b->capacity = n;
	return b;
}

/* ---- to few outputs ---- */

enum { FEW_OUTPUTS = 4, FEW_PACKETS = 128 };

/* Kills what is for an output that is not there; such packets go nowhere. */
static void
few_missing(struct element *e, struct batch *b, int16_t *ports)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (unlikely((uint16_t)ports[i] >= (uint16_t)e->nout))
			ports[i] =
			    sorting_no_group(b->thread, b->packet[i], ports[i]);
}

/*
 * Each packet is written behind all groups and counted by its own: which one
 * that is is as good as random, and so neither a branch nor an address waits
 * for it.
 */
static void
few_fill(const struct batch *b, const int16_t *ports,
    struct batch *group[FEW_OUTPUTS])
{
	uint32_t n0 = 0, n1 = 0, n2 = 0, n3 = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];
		int port = ports[i];

		group[0]->packet[n0] = p;
		group[1]->packet[n1] = p;
		group[2]->packet[n2] = p;
		group[3]->packet[n3] = p;
		n0 += port == 0;
		n1 += port == 1;
		n2 += port == 2;
		n3 += port == 3;
	}
	group[0]->count = n0;
	group[1]->count = n1;
	group[2]->count = n2;
	group[3]->count = n3;
}

/* Pushes the groups in the order in which their outputs first came up. */
static void
few_push(struct element *e, struct batch *group[FEW_OUTPUTS],
    const int16_t *ports, uint32_t left, int stay)
{
	unsigned int done = stay < 0 ? 0 : 1u << stay;

	if (stay >= 0)
		left -= group[stay]->count;
	for (uint32_t i = 0; left > 0; i++) {
		int port = ports[i];

		if (port < 0 || (done >> port & 1) != 0)
			continue;
		done |= 1u << port;
		left -= group[port]->count;
		output_push_checked(e, (unsigned int)port, group[port]);
	}
}

static void
distribute_few(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct batch *group[FEW_OUTPUTS];
	uint32_t left = 0;

	few_missing(e, b, ports);
	/* One place more: each packet is written behind every group. */
	for (int g = 0; g < FEW_OUTPUTS; g++)
		group[g] = batch_new(b->thread, b->count + 1);
	few_fill(b, ports, group);
	for (int g = 0; g < FEW_OUTPUTS; g++)
		left += group[g]->count;
	b->count = 0;
	if (stay >= 0) {
		b->count = group[stay]->count;
		memcpy(b->packet, group[stay]->packet,
		    b->count * sizeof(struct packet *));
	}
	few_push(e, group, ports, left, stay);
}

static void
distribute_sorted(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct thread *t = b->thread;
	uint32_t from = 0, count = b->count;
	struct sorting s = { .group = ports };
	struct packet **sorted;

	s.port = scratch_alloc(t, count * sizeof(*s.port));
	s.next = scratch_alloc(t, count * sizeof(*s.next));
	if (e->nout <= GROUP_MAP)
		sorting_by_map(&s, e, b);
	else
		sorting_by_search(&s, e, b);
	sorted = sorting_fill(&s, b);
	b->count = 0;
	for (uint32_t g = 0; g < s.ngroups; from = s.next[g++]) {
		struct batch *out =
		    sorting_batch(&sorted[from], t, s.next[g] - from);

		if (s.port[g] != stay) {
			output_push_checked(e, (unsigned int)s.port[g], out);
			continue;
		}
		b->count = out->count;
		memcpy(b->packet, out->packet,
		    out->count * sizeof(struct packet *));
	}
}

void
batch_distribute(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);

	if (e->nout <= FEW_OUTPUTS && b->count <= FEW_PACKETS)
		distribute_few(e, b, ports, stay);
	else
		distribute_sorted(e, b, ports, stay);
	scratch_release(t, m);
}
