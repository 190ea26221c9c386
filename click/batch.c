/* SPDX-License-Identifier: BSD-3-Clause */
/* batch.c -- whole batches ended, and split among outputs. */
#include "click/batch.h"

#include "click/element.h"

void
batch_kill(struct batch *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		packet_kill(b->thread, b->packet[i]);
	b->count = 0;
}

/*
 * Packets of one batch sorted by output, as linked lists of indices, in the
 * order in which each output first came up.
 */
struct sorting {
	struct packet **packet;
	int16_t *next;   /* by packet: the next one for the same output */
	int16_t *first;  /* by group: its first packet */
	int16_t *last;   /* by group */
	int16_t *port;   /* by group */
	uint16_t *count; /* by group */
	uint32_t ngroups;
};

static void
sorting_init(struct sorting *s, struct batch *b)
{
	struct thread *t = b->thread;
	uint32_t n = b->count;
	int16_t *v = scratch_alloc(t, 5 * n * sizeof(*v));

	s->packet = scratch_alloc(t, n * sizeof(*s->packet));
	memcpy(s->packet, b->packet, n * sizeof(*s->packet));
	s->next = v;
	s->first = v + n;
	s->last = v + 2 * n;
	s->port = v + 3 * n;
	s->count = (uint16_t *)(v + 4 * n);
	s->ngroups = 0;
}

/* Puts packet i into group g, which is new or has a last one. */
static void
sorting_add(struct sorting *s, uint32_t g, uint32_t i, int16_t port)
{
	s->next[i] = -1;
	if (g == s->ngroups) {
		s->ngroups++;
		s->first[g] = (int16_t)i;
		s->port[g] = port;
		s->count[g] = 1;
	} else {
		s->next[s->last[g]] = (int16_t)i;
		s->count[g]++;
	}
	s->last[g] = (int16_t)i;
}

/* The group of port: the last one used, or the one found from the front. */
static uint32_t
sorting_group(const struct sorting *s, int16_t port)
{
	uint32_t g = 0;

	while (g < s->ngroups && s->port[g] != port)
		g++;
	return g;
}

/* Fills b, which has the room, with group g. */
static void
sorting_fill(const struct sorting *s, uint32_t g, struct batch *b)
{
	b->count = 0;
	for (int i = s->first[g]; i >= 0; i = s->next[i])
		b->packet[b->count++] = s->packet[i];
}

enum { GROUP_MAP = 512 };

/* Sorts with a map from output to group, when there are not too many. */
static void
sorting_by_map(struct sorting *s, struct element *e, const struct batch *b,
    const int16_t *ports)
{
	struct thread *t = b->thread;
	int16_t *map = scratch_alloc(t, e->nout * sizeof(*map));

	memset(map, 0xff, e->nout * sizeof(*map));
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t port = ports[i];

		if (port == PACKET_GONE)
			continue;
		if (port < 0 || port >= e->nout) {
			packet_kill(t, s->packet[i]);
			continue;
		}
		if (map[port] < 0)
			map[port] = (int16_t)s->ngroups;
		sorting_add(s, (uint32_t)map[port], i, port);
	}
}

static void
sorting_by_search(struct sorting *s, struct element *e, const struct batch *b,
    const int16_t *ports)
{
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t port = ports[i];

		if (port == PACKET_GONE)
			continue;
		if (port < 0 || port >= e->nout)
			packet_kill(b->thread, s->packet[i]);
		else
			sorting_add(s, sorting_group(s, port), i, port);
	}
}

void
batch_distribute(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct scratch_mark m = scratch_mark(b->thread);
	struct batch *out;
	struct sorting s;
	uint32_t g, kept;

	sorting_init(&s, b);
	out = batch_new(b->thread, b->count);
	if (e->nout <= GROUP_MAP)
		sorting_by_map(&s, e, b, ports);
	else
		sorting_by_search(&s, e, b, ports);
	kept = s.ngroups;
	for (g = 0; g < s.ngroups; g++) {
		if (s.port[g] == stay) {
			kept = g;
			continue;
		}
		sorting_fill(&s, g, out);
		output_push_checked(e, (unsigned int)s.port[g], out);
	}
	b->count = 0;
	if (kept < s.ngroups)
		sorting_fill(&s, kept, b);
	scratch_release(b->thread, m);
}
