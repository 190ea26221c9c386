/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gap_rate.h -- a rate kept by counting against the clock: in the second that
 * runs, an event is due when fewer have happened than its microseconds times
 * the rate.  For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_GAP_RATE_H
#define ELEMENTS_STANDARD_GAP_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stamp.h"

enum { GAP_SHIFT = 12 };
static const uint32_t GAP_RATE_MAX = 1000000u << GAP_SHIFT;

struct gap_rate {
	uint32_t gap;  /* microseconds << GAP_SHIFT between two events */
	int32_t count; /* events in this second, less those of the past */
	int64_t second;
	uint32_t rate; /* events a second */
	bool running;  /* second and count mean something */
};

static inline void
gap_rate_set(struct gap_rate *g, uint32_t rate, int64_t now_ns)
{
	uint32_t us = (uint32_t)(now_ns % NS_PER_SEC / NS_PER_US);

	if (rate > GAP_RATE_MAX)
		rate = GAP_RATE_MAX;
	if (rate == g->rate && g->gap != 0)
		return;
	g->rate = rate;
	g->gap = rate == 0 ? GAP_RATE_MAX + 1 : GAP_RATE_MAX / rate;
	if (g->running && rate != 0)
		g->count = (int32_t)((us << GAP_SHIFT) / g->gap);
}

/* Starts anew with the next look. */
static inline void
gap_rate_reset(struct gap_rate *g)
{
	g->running = false;
}

/* How many events are due; <= 0: none. */
static inline int32_t
gap_rate_due(struct gap_rate *g, int64_t now_ns)
{
	uint32_t us = (uint32_t)(now_ns % NS_PER_SEC / NS_PER_US) << GAP_SHIFT;
	uint32_t need = us / g->gap;
	int64_t second = now_ns / NS_PER_SEC;

	if (!g->running) {
		g->running = true;
		g->second = second;
		/* The first one at once, unless it is nearer to the second. */
		g->count = (int32_t)(need + (us - need * g->gap > g->gap / 2));
	} else if (second > g->second) {
		g->second = second;
		if (g->count > 0)
			g->count -= (int32_t)g->rate;
	}
	return (int32_t)need - g->count + 1;
}

/* n events happened. */
static inline void
gap_rate_count(struct gap_rate *g, uint32_t n)
{
	g->count += (int32_t)n;
}

#endif
