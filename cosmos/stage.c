/* SPDX-License-Identifier: BSD-3-Clause */
/* stage.c -- where the time of a create goes; see internal.h. */
#include <string.h>
#include <time.h>

#include "cosmos/internal.h"

static int64_t
stage_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
stage_begin(struct cosmos *c)
{
	c->stages.n = 0;
	c->stages.mark = stage_now();
}

void
stage_end(struct cosmos *c, const char *name)
{
	struct stages *s = &c->stages;
	int64_t now = stage_now();
	unsigned int i = 0;

	while (i < s->n && strcmp(s->name[i], name) != 0)
		i++;
	if (i < STAGES_MAX) {
		if (i == s->n) {
			s->name[s->n++] = name;
			s->ns[i] = 0;
		}
		s->ns[i] += now - s->mark;
	}
	s->mark = now;
}

unsigned int
cosmos_stage(struct cosmos *c, unsigned int i, const char **name, int64_t *ns)
{
	if (i < c->stages.n) {
		*name = c->stages.name[i];
		*ns = c->stages.ns[i];
	}
	return c->stages.n;
}
