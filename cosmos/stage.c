/* SPDX-License-Identifier: BSD-3-Clause */
/* stage.c -- where the time of a create goes; see internal.h. */
#include <string.h>

#include "base/steady.h"
#include "cosmos/internal.h"

void
stage_begin(struct cosmos *c)
{
	c->stages.n = 0;
	c->stages.mark = steady_ns();
}

void
stage_end(struct cosmos *c, const char *name)
{
	struct stages *s = &c->stages;
	int64_t now = steady_ns();
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
