/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copies.h -- the same packets again, for elements that send them several
 * ways.  For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_COPIES_H
#define ELEMENTS_STANDARD_COPIES_H

#include "click/element.h"

/*
 * Pushes clones of b's packets from the first on out of port; what there is no
 * memory for is missing (the pool counts it).
 */
static inline void
copies_push(
    struct element *e, unsigned int port, const struct batch *b, uint32_t first)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *copies = batch_new(t, b->count - first);

	for (uint32_t i = first; i < b->count; i++) {
		struct packet *p = packet_clone(t, b->packet[i]);

		if (p != NULL)
			batch_add(copies, p);
	}
	if (copies->count > 0)
		output_push(e, port, copies);
	scratch_release(t, m);
}

/* The argument N of Tee and PullTee: must be the number of outputs. */
static inline int
copies_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	uint32_t n = e->nout;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "N", ARG_POS, &n);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (n != e->nout)
		return errh_error(errh, "%d outputs implies %d arms",
		    (int)e->nout, (int)e->nout);
	return 0;
}

#endif
