/* SPDX-License-Identifier: BSD-3-Clause */
/* lpm_node.c -- a helper of ip_lpm.c and ip6_lpm.c; see lpm_node.h. */
#include "elements/ip/lpm_node.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static int
lpm_add_chunk(struct lpm_nodes *l)
{
	struct lpm_node **chunks, *chunk;

	chunks = realloc(l->chunks, (l->nchunks + 1) * sizeof(*chunks));
	if (chunks == NULL)
		return ERR_NOMEM;
	l->chunks = chunks;
	chunk = aligned_alloc(CACHE_LINE, LPM_CHUNK * sizeof(*chunk));
	if (chunk == NULL)
		return ERR_NOMEM;
	l->chunks[l->nchunks++] = chunk;
	return 0;
}

int64_t
lpm_node_new(struct lpm_nodes *l)
{
	uint32_t *runs = calloc(1, sizeof(*runs));
	uint32_t number = l->free;
	struct lpm_node *n;

	if (runs == NULL)
		return -1;
	if (number != 0)
		l->free = lpm_node(l, number)->next_free;
	else if (l->nnodes == l->nchunks * LPM_CHUNK && lpm_add_chunk(l) != 0) {
		free(runs);
		return -1;
	} else
		number = l->nnodes++;
	n = lpm_node(l, number);
	*n = (struct lpm_node){ .map = { 1 }, .runs = runs, .nruns = 1 };
	memset(n->rank + 1, 1, 3);
	l->in_use++;
	l->run_bytes += sizeof(*runs);
	return number;
}

void
lpm_node_free(struct lpm_nodes *l, uint32_t number)
{
	struct lpm_node *n = lpm_node(l, number);

	free(n->runs);
	l->run_bytes -= n->nruns * sizeof(*n->runs);
	n->next_free = l->free;
	l->free = number;
	l->in_use--;
}

void
lpm_unpack(const struct lpm_node *n, struct lpm_slots *s)
{
	const uint32_t *run = n->runs - 1;

	for (unsigned int i = 0; i < 256; i++) {
		run += n->map[i >> 6] >> (i & 63) & 1;
		s->run[i] = *run;
	}
}

static unsigned int
lpm_count_runs(const struct lpm_slots *s)
{
	unsigned int n = 1;

	for (unsigned int i = 1; i < 256; i++)
		n += s->run[i] != s->run[i - 1];
	return n;
}

int
lpm_pack(struct lpm_nodes *l, struct lpm_node *n, const struct lpm_slots *s)
{
	unsigned int nruns = lpm_count_runs(s), k = 0;
	uint32_t *runs = malloc(nruns * sizeof(*runs));

	if (runs == NULL)
		return ERR_NOMEM;
	memset(n->map, 0, sizeof(n->map));
	for (unsigned int i = 0; i < 256; i++) {
		if (i % 64 == 0)
			n->rank[i / 64] = (uint8_t)k;
		if (i > 0 && s->run[i] == s->run[i - 1])
			continue;
		n->map[i / 64] |= 1ull << (i & 63);
		runs[k++] = s->run[i];
	}
	l->run_bytes += ((uint64_t)nruns - n->nruns) * sizeof(*runs);
	free(n->runs);
	n->runs = runs;
	n->nruns = (uint16_t)nruns;
	return 0;
}

int
lpm_put(struct lpm_nodes *l, struct lpm_node *n, uint8_t slot, uint32_t run)
{
	struct lpm_slots s;

	lpm_unpack(n, &s);
	s.run[slot] = run;
	return lpm_pack(l, n, &s);
}

int
lpm_replace(struct lpm_nodes *l, struct lpm_node *n, unsigned int first,
    unsigned int count, unsigned int least, unsigned int most, uint32_t run)
{
	struct lpm_slots s;
	int err;

	lpm_unpack(n, &s);
	for (unsigned int i = first; i < first + count; i++)
		if ((s.run[i] & lpm_child) == 0 &&
		    lpm_bits(s.run[i]) >= least && lpm_bits(s.run[i]) <= most)
			s.run[i] = run;
	err = lpm_pack(l, n, &s);
	if (err != 0)
		return err;
	for (unsigned int i = first; i < first + count; i++) {
		uint32_t *inherit;

		if ((s.run[i] & lpm_child) == 0)
			continue;
		inherit = &lpm_node(l, s.run[i] & ~lpm_child)->inherit;
		if (lpm_bits(*inherit) >= least && lpm_bits(*inherit) <= most)
			*inherit = run;
	}
	return 0;
}

void
lpm_nodes_init(struct lpm_nodes *l)
{
	*l = (struct lpm_nodes){ .chunks = NULL };
}

void
lpm_nodes_fini(struct lpm_nodes *l)
{
	uint32_t next;

	/* Nodes in use are those not on the free list: mark these. */
	for (uint32_t i = l->free; i != 0; i = next) {
		next = lpm_node(l, i)->next_free;
		lpm_node(l, i)->runs = NULL;
	}
	for (uint32_t i = 0; i < l->nnodes; i++)
		free(lpm_node(l, i)->runs);
	for (uint32_t i = 0; i < l->nchunks; i++)
		free(l->chunks[i]);
	free(l->chunks);
	lpm_nodes_init(l);
}

uint64_t
lpm_nodes_bytes(const struct lpm_nodes *l)
{
	return l->nchunks *
	           (sizeof(*l->chunks) + LPM_CHUNK * sizeof(struct lpm_node)) +
	       l->run_bytes;
}
