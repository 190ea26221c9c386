/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * limit.h -- a token bucket: so many units a second on average, a tenth of a
 * second's worth at once.
 */
#ifndef VALE_LIMIT_H
#define VALE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

static const uint64_t LIMIT_NS = 1000000000, LIMIT_RATE_MAX = 1ull << 33;

/* At once, whatever the rate. */
enum { LIMIT_FRAMES = 32 };

struct vale_limit {
	uint64_t credit; /* in units times LIMIT_NS */
	int64_t last_ns; /* 0: never asked */
};

/*
 * Takes n units if they are there, at rate (1 to LIMIT_RATE_MAX) units a
 * second; least is what must fit in whatever the rate (a frame's bytes).
 */
static inline bool
limit_take(struct vale_limit *l, uint64_t rate, uint64_t least, uint64_t n,
    int64_t now_ns)
{
	uint64_t burst = rate / 10 > least ? rate / 10 : least;
	uint64_t full = burst * LIMIT_NS;
	unsigned __int128 credit = l->credit;

	if (l->last_ns == 0)
		credit = full;
	else if (now_ns > l->last_ns)
		credit += (unsigned __int128)(now_ns - l->last_ns) * rate;
	l->last_ns = now_ns;
	l->credit = credit > full ? full : (uint64_t)credit;
	if (l->credit < n * LIMIT_NS)
		return false;
	l->credit -= n * LIMIT_NS;
	return true;
}

#endif
