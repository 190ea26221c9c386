/* SPDX-License-Identifier: BSD-3-Clause */
/* batch.c -- whole batches ended, and split among outputs. */
#include "click/batch.h"

#include "click/element.h"
#include "click/packet_inline.h"

void
batch_kill(struct batch *b)
{
	struct thread *t = b->thread;

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

void
batch_distribute(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
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
	scratch_release(t, m);
}
