/* SPDX-License-Identifier: BSD-3-Clause */
/* batch.c -- whole batches ended, and split among outputs. */
#include "click/batch.h"

#include "click/element.h"
#include "click/packet_inline.h"

void
batch_kill(struct batch *b)
{
	struct thread *t = b->thread;
	uint32_t n = b->count, odd = 0;
	struct packet **home = pool_place(t->pool, n);

	/* Most of the time all are the pool's, and nobody else's. */
	for (uint32_t i = 0; i < n; i++) {
		struct packet *p = b->packet[i];

		home[i] = p;
		odd |= (p->buffer ^ BUFFER_POOL) | (load_acquire(&p->refs) ^ 1);
	}
	if (likely(odd == 0))
		t->pool->nready += n;
	else
		for (uint32_t i = 0; i < n; i++)
			packet_kill_inline(t, b->packet[i]);
	b->count = 0;
}

/* A packet that is gone or for an output that is not there. */
static NOINLINE int16_t
distribute_nowhere(struct thread *t, struct packet *p, int16_t port)
{
	if (port != PACKET_GONE)
		packet_kill(t, p);
	return -1;
}

/* Kills what is for none of the first n outputs; such packets go nowhere. */
static void
distribute_missing(struct batch *b, int16_t *ports, int n)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (unlikely((uint16_t)ports[i] >= (uint16_t)n))
			ports[i] = distribute_nowhere(
			    b->thread, b->packet[i], ports[i]);
}

/* ---- to few outputs ---- */

enum { FEW_OUTPUTS = 4, FEW_PACKETS = 128 };

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

	/* One place more: each packet is written behind every group. */
	for (int g = 0; g < FEW_OUTPUTS; g++)
		group[g] = batch_new(b->thread, b->count + 1);
	few_fill(b, ports, group);
	for (int g = 0; g < FEW_OUTPUTS; g++)
		left += group[g]->count;
	if (unlikely(left < b->count))
		distribute_missing(b, ports, FEW_OUTPUTS);
	b->count = 0;
	if (stay >= 0) {
		b->count = group[stay]->count;
		memcpy(b->packet, group[stay]->packet,
		    b->count * sizeof(struct packet *));
	}
	few_push(e, group, ports, left, stay);
}

/* ---- to many ---- */

/*
 * The packets of each group, which is those for one output, in a chain of
 * indices: first[group], then next[] of each.  The groups need not be sorted
 * for that: the first of each is where first[] says so.
 */
struct chains {
	int16_t *group; /* by packet, in the place of its output; -1: gone */
	int16_t *port;  /* by group; NULL: a group has its output's number */
	uint16_t *first, *next;
	uint32_t ngroups;
};

enum { CHAIN_END = UINT16_MAX, GROUPS_BY_PORT = 512 };
_Static_assert((int)BATCH_MAX < (int)CHAIN_END, "an index is not the end");

/* Of many outputs those that are wanted get numbers. */
static void
chains_number(struct chains *c, struct batch *b)
{
	c->port = scratch_alloc(b->thread, b->count * sizeof(*c->port));
	c->ngroups = 0;
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t port = c->group[i];
		uint32_t g = 0;

		if (port < 0)
			continue;
		while (g < c->ngroups && c->port[g] != port)
			g++;
		if (g == c->ngroups)
			c->port[c->ngroups++] = port;
		c->group[i] = (int16_t)g;
	}
}

static void
chains_link(struct chains *c, const struct batch *b)
{
	c->first = scratch_alloc(b->thread, c->ngroups * sizeof(*c->first));
	c->next = scratch_alloc(b->thread, b->count * sizeof(*c->next));
	memset(c->first, 0xff, c->ngroups * sizeof(*c->first));
	for (uint32_t i = b->count; i-- > 0;) {
		int16_t g = c->group[i];

		if (unlikely(g < 0))
			continue;
		c->next[i] = c->first[g];
		c->first[g] = (uint16_t)i;
	}
}

/* Fills out, which may be b itself, with a group of b. */
static void
chains_take(const struct chains *c, struct batch *out, const struct batch *b,
    uint16_t first)
{
	uint32_t n = 0;

	for (uint16_t i = first; i != CHAIN_END; i = c->next[i])
		out->packet[n++] = b->packet[i];
	out->count = n;
}

static void
distribute_many(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct chains c = { .group = ports, .ngroups = e->nout };
	struct batch *out = batch_new(b->thread, b->count);
	uint16_t stays = CHAIN_END;

	distribute_missing(b, ports, (int)e->nout);
	if (e->nout > GROUPS_BY_PORT)
		chains_number(&c, b);
	chains_link(&c, b);
	for (uint32_t i = 0; i < b->count; i++) {
		int16_t g = ports[i], port;

		if (g < 0 || c.first[g] != i)
			continue;
		port = c.port == NULL ? g : c.port[g];
		if (port == stay) {
			stays = (uint16_t)i;
			continue;
		}
		chains_take(&c, out, b, (uint16_t)i);
		output_push_checked(e, (unsigned int)port, out);
	}
	chains_take(&c, b, b, stays);
}

void
batch_distribute(struct element *e, struct batch *b, int16_t *ports, int stay)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);

	if (e->nout <= FEW_OUTPUTS && b->count <= FEW_PACKETS)
		distribute_few(e, b, ports, stay);
	else
		distribute_many(e, b, ports, stay);
	scratch_release(t, m);
}
