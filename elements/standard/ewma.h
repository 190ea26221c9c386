/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ewma.h -- moving averages in fixed point: of a value (queue lengths) and of
 * a rate (packets or bytes a second).  For element files; not an element.
 *
 *	average += (sample - average) / 2^stability
 *
 * A rate takes one sample each millisecond: what was counted in it.  Values
 * carry scale bits of fraction; the arithmetic is Click's, to the last bit, for
 * "rate" handlers print it.
 */
#ifndef ELEMENTS_STANDARD_EWMA_H
#define ELEMENTS_STANDARD_EWMA_H

#include <stdint.h>

#include "click/conf.h"
#include "click/thread.h"

enum { RATE_STABILITY = 4, RATE_HZ = 1000 };

/* Milliseconds, as they were when the task began: Click's jiffies. */
static inline uint32_t
thread_jiffies(struct thread *t)
{
	return thread_recent_ms(t);
}

/* One step of an average with scale bits of fraction towards value. */
static inline uint64_t
ewma_step(uint64_t average, uint64_t value, unsigned int scale,
    unsigned int stability)
{
	uint64_t target = value << scale;

	if (stability > 0)
		target += (uint64_t)1 << (stability - 1); /* rounds */
	return average + (uint64_t)((int64_t)(target - average) >> stability);
}

/* n steps; after a hundred the past is forgotten. */
static inline uint64_t
ewma_steps(uint64_t average, uint64_t value, unsigned int scale,
    unsigned int stability, uint32_t n)
{
	if (n >= 100)
		return value << scale;
	for (; n > 0; n--)
		average = ewma_step(average, value, scale, stability);
	return average;
}

struct rate_ewma {
	uint64_t average; /* a millisecond, scaled */
	uint64_t current; /* counted in this millisecond */
	uint32_t epoch;   /* this millisecond */
	uint8_t scale;
};

static inline void
rate_init(struct rate_ewma *r, unsigned int scale, uint32_t jiffies)
{
	*r = (struct rate_ewma){ .epoch = jiffies, .scale = (uint8_t)scale };
}

/* Counts n at the time jiffies; n 0 lets the average fall. */
static inline void
rate_update(struct rate_ewma *r, uint32_t jiffies, uint64_t n)
{
	if (jiffies != r->epoch) {
		r->average =
		    ewma_step(r->average, r->current, r->scale, RATE_STABILITY);
		r->average = ewma_steps(r->average, 0, r->scale, RATE_STABILITY,
		    jiffies - r->epoch - 1);
		r->current = 0;
		r->epoch = jiffies;
	}
	r->current += n;
}

/* Its text, a second: "12.5". */
static inline void
rate_print(const struct rate_ewma *r, struct strbuf *out)
{
	sb_fixed2(out, (int64_t)(r->average * RATE_HZ), r->scale);
}

#endif
