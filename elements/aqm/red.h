/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * red.h -- random early detection (Floyd and Jacobson, 1993) for RED and
 * AdaptiveRED; not an element.
 *
 *	chance
 *	  1 |                      /---- gentle: 1 at twice MAX_THRESH
 *	    |                  /---
 *	MAX_P|             /--         straight: 1 above MAX_THRESH
 *	    |         /---
 *	  0 +--------+------+-----------> average length
 *	         MIN_THRESH  MAX_THRESH
 *
 * Chances are of 1 << 16, the average has RED_SCALE bits of fraction.  Between
 * two drops the chance rises with the packets let through, so that drops come
 * evenly spread.
 */
#ifndef ELEMENTS_AQM_RED_H
#define ELEMENTS_AQM_RED_H

#include "click/element.h"
#include "elements/standard/storages.h"

enum { RED_SCALE = 10, RED_ONE = 0x10000 };

struct red {
	struct storages queues;
	uint32_t min, max; /* thresholds, packets */
	uint32_t kill;     /* above this all are dropped */
	uint32_t max_p;    /* chance at max */
	bool gentle;
	uint32_t stability; /* 0: the length itself, not its average */
	uint64_t average;
	/* The two slopes: chance = average * c1 - c2, average * g1 - g2. */
	uint32_t c1, c2, g1, g2;
	int32_t since;        /* packets since the last drop; -1: not between */
	int32_t random;       /* 0..0xffff, drawn after each drop */
	uint32_t empty_since; /* 1/50 s; 0: the queues were not empty */
	uint32_t drops;
	struct timer timer; /* AdaptiveRED's */
};

/* What the arguments say. */
struct red_params {
	uint32_t min, max, max_p, stability;
	bool gentle;
	struct str queues; /* names; owned */
};

/* Checks p and sets e up; frees what p owns in any case. */
int red_setup(struct element *e, struct red_params *p, struct errh *errh);
void red_set_slopes(struct red *s);
int red_initialize(struct element *e, struct errh *errh);
void red_cleanup(struct element *e, enum cleanup_stage stage);
void red_take_state(struct element *e, struct element *old, struct errh *errh);
void red_add_handlers(struct element *e);
void red_unparse_config(struct element *e, struct strbuf *out);
void red_action(struct element *e, struct batch *b);

#endif
