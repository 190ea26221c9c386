/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stride.h -- ports that take turns in proportion to their tickets (stride
 * scheduling; Waldspurger and Weihl, 1995), for StrideSched and StrideSwitch;
 * not an element.
 *
 * Each port with tickets waits in a list ordered by pass.  The first takes its
 * turn, its pass grows by its stride (more tickets, smaller stride), and it
 * joins the list again before ports of the same pass.
 */
#ifndef ELEMENTS_STANDARD_STRIDE_H
#define ELEMENTS_STANDARD_STRIDE_H

#include "click/element.h"
#include "elements/standard/pull_signals.h"

enum { STRIDE_ONE = 1 << 16, STRIDE_TICKETS_MAX = 1 << 15 };

struct stride_port {
	struct stride_port *next; /* in the list */
	uint32_t pass, stride;
	int32_t tickets;
};

struct stride {
	struct stride_port *ports; /* by number */
	struct stride_port *first; /* of the list */
	unsigned int n;
	struct pull_signals inputs; /* StrideSched's */
};

/* One argument a port: its tickets. kind: "input" or "output". */
int stride_configure(struct element *e, unsigned int nports, const char *kind,
    const struct strs *conf, struct errh *errh);
void stride_cleanup(struct element *e, enum cleanup_stage stage);
void stride_add_handlers(struct element *e);
void stride_unparse_config(struct element *e, struct strbuf *out);

/* Puts p, which is in no list, in its place. */
static inline void
stride_insert(struct stride *s, struct stride_port *p)
{
	struct stride_port **at = &s->first;

	while (*at != NULL && (int32_t)(p->pass - (*at)->pass) > 0)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
}

#endif
