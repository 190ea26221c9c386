/* SPDX-License-Identifier: BSD-3-Clause */
/* pull_signals.c -- see pull_signals.h. */
#include "elements/standard/pull_signals.h"

#include <stdlib.h>

int
pull_signals_init(
    struct pull_signals *s, struct element *e, struct notifier *wake)
{
	s->v = calloc((size_t)e->nin + 1, sizeof(*s->v));
	if (s->v == NULL)
		return ERR_NOMEM;
	s->n = e->nin;
	for (unsigned int i = 0; i < s->n; i++)
		if (wake != NULL)
			signal_upstream_empty_to(&s->v[i], e, i, wake);
		else
			signal_upstream_empty(&s->v[i], e, i, NULL);
	return 0;
}

void
pull_signals_fini(struct pull_signals *s)
{
	for (unsigned int i = 0; i < s->n; i++)
		signal_fini(&s->v[i]);
	free(s->v);
	*s = (struct pull_signals){ NULL, 0 };
}
