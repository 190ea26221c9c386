/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * suppressor.h -- the ways of a Suppressor, for those that shut and open them
 * (EtherSpanTree).
 */
#ifndef ELEMENTS_STANDARD_SUPPRESSOR_H
#define ELEMENTS_STANDARD_SUPPRESSOR_H

#include "click/element.h"

/* Its state. */
struct suppressor {
	bool *shut; /* by port */
};

/* port: less than e's ports. */
static inline void
suppressor_shut(struct element *e, unsigned int port, bool shut)
{
	struct suppressor *s = element_state(e);

	store_relaxed(&s->shut[port], shut);
}

#endif
