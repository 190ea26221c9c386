/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pull_signals.h -- one signal for each input of a scheduler, so that it does
 * not pull where there is nothing.  For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_PULL_SIGNALS_H
#define ELEMENTS_STANDARD_PULL_SIGNALS_H

#include "click/element.h"
#include "click/notifier.h"

struct pull_signals {
	struct signal *v; /* by input */
	unsigned int n;
};

/*
 * Finds what e's inputs depend on; wake, if not NULL, is woken with them.
 * From initialize; ERR_NOMEM.
 */
int pull_signals_init(
    struct pull_signals *s, struct element *e, struct notifier *wake);
void pull_signals_fini(struct pull_signals *s);

/* Pulls from input i if something may be there. */
static inline unsigned int
pull_signals_pull(const struct pull_signals *s, struct element *e,
    unsigned int i, struct batch *b, unsigned int max)
{
	return signal_active(&s->v[i]) ? input_pull(e, i, b, max) : 0;
}

#endif
