/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_rates.h -- a helper of the elements in ip/: rates of traffic by address,
 * finer where there is more: what IPRateMonitor measures.
 *
 * Rates are kept for first bytes of addresses (18.*.*.*); where one exceeds a
 * threshold, also for the second bytes below it (18.26.*.*), and so on.  A
 * group of 256 that has become quiet is folded into its parent again.  All
 * memory is counted, and bounded.
 */
#ifndef ELEMENTS_IP_IP_RATES_H
#define ELEMENTS_IP_IP_RATES_H

#include "click/element.h"

struct ip_rate_group;

enum {
	IP_RATE_HZ = 125, /* samples a second go into the moving averages */
	IP_RATE_SCALE = 10,
	IP_RATE_STABILITY = 5,
};
/* Bytes, where no limit is given. */
static const uint64_t IP_RATES_MEMORY = 64 << 20;

struct ip_rates {
	struct ip_rate_group *base, *first, *last; /* first..last: by age */
	uint64_t memory, memory_max;               /* max 0: the default */
	int32_t threshold;                         /* a second */
	uint32_t folded;                           /* when last */
};

/* The clock of all this: 125 ticks a second. */
uint32_t ip_rates_tick(struct thread *t);

void ip_rates_fini(struct ip_rates *r);

/*
 * Counts n from (reverse: to) addr, in network order, at tick now; rates[]
 * become those a second of the finest group that has it.  sample false: rates
 * are only looked up.
 */
void ip_rates_count(struct ip_rates *r, uint32_t addr, bool reverse, uint32_t n,
    bool sample, uint32_t now, int32_t rates[static 2]);
/* Folds groups until there is room again. */
void ip_rates_limit(struct ip_rates *r, uint64_t memory_max, uint32_t now);
/* No group below the first level+1 bytes of addr until tick when. */
void ip_rates_hold(
    struct ip_rates *r, uint32_t addr, unsigned int level, uint32_t when);
/* "18<TAB>rate<TAB>rate", groups indented behind. */
void ip_rates_print(struct ip_rates *r, uint32_t now, struct strbuf *sb);

#endif
