/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcm.h -- meters that colour packets: a token bucket, or two as RFC 2697
 * (single rate, three colours) or RFC 2698 (two rates) have it.  For Policer
 * and elements that police subscribers of their own.
 *
 * Buckets are exact: a token is 10^9 parts, so that a nanosecond brings as many
 * parts as the rate has tokens a second.
 */
#ifndef ELEMENTS_APP_TCM_H
#define ELEMENTS_APP_TCM_H

#include <stdbool.h>
#include <stdint.h>

enum tcm_color { TCM_GREEN, TCM_YELLOW, TCM_RED, TCM_COLORS };

/* A token's parts.  Bursts are below 2^32 tokens: no sum overflows. */
static const uint64_t TCM_PARTS = 1000000000;

enum tcm_kind {
	TCM_ONE,         /* green or red */
	TCM_SINGLE_RATE, /* RFC 2697: burst[1] is the excess burst */
	TCM_TWO_RATES,   /* RFC 2698: rate[1], burst[1] are the peak's */
};

/* What is allowed; tokens and tokens a second. */
struct tcm_terms {
	enum tcm_kind kind;
	uint32_t rate[2], burst[2];
};

struct tcm {
	int64_t last_ns; /* when it was filled last */
	uint64_t parts[2];
};

static inline void
tcm_init(struct tcm *m, const struct tcm_terms *terms, int64_t now_ns)
{
	m->last_ns = now_ns;
	for (unsigned int i = 0; i < 2; i++)
		m->parts[i] = terms->burst[i] * TCM_PARTS;
}

/* Adds what ns bring at that rate; what is too much for the bucket. */
static inline uint64_t
tcm_fill_one(uint64_t *parts, uint32_t burst, uint64_t ns, uint32_t rate)
{
	uint64_t full = burst * TCM_PARTS, room = full - *parts;

	if (*parts > full) { /* the burst has become smaller */
		*parts = full;
		room = 0;
	}
	if (rate == 0)
		return 0;
	if (ns > room / rate) {
		*parts = full;
		ns -= room / rate;
		/* No more than the other bucket can hold. */
		return ns > UINT64_MAX / 2 / rate ? UINT64_MAX / 2 : ns * rate;
	}
	*parts += ns * rate;
	return 0;
}

static inline void
tcm_fill(struct tcm *m, const struct tcm_terms *terms, int64_t now_ns)
{
	uint64_t ns = (uint64_t)(now_ns - m->last_ns), more, room;

	if (now_ns <= m->last_ns)
		return;
	m->last_ns = now_ns;
	more = tcm_fill_one(&m->parts[0], terms->burst[0], ns, terms->rate[0]);
	if (terms->kind == TCM_TWO_RATES) {
		tcm_fill_one(&m->parts[1], terms->burst[1], ns, terms->rate[1]);
	} else if (terms->kind == TCM_SINGLE_RATE) {
		room = terms->burst[1] * TCM_PARTS;
		room = m->parts[1] < room ? room - m->parts[1] : 0;
		m->parts[1] += more < room ? more : room;
	}
}

/*
 * The colour of a packet of n tokens that has colour before (TCM_GREEN for a
 * meter that is blind to colours); tokens are taken as that colour says.
 */
static inline enum tcm_color
tcm_meter(struct tcm *m, const struct tcm_terms *terms, int64_t now_ns,
    uint32_t n, enum tcm_color before)
{
	uint64_t parts = n * TCM_PARTS;
	bool first, second;

	tcm_fill(m, terms, now_ns);
	first = m->parts[0] >= parts;
	second = m->parts[1] >= parts;
	switch (terms->kind) {
	case TCM_TWO_RATES:
		if (before == TCM_RED || !second)
			return TCM_RED;
		m->parts[1] -= parts;
		if (before == TCM_YELLOW || !first)
			return TCM_YELLOW;
		m->parts[0] -= parts;
		return TCM_GREEN;
	case TCM_SINGLE_RATE:
		if (before == TCM_GREEN && first) {
			m->parts[0] -= parts;
			return TCM_GREEN;
		}
		if (before == TCM_RED || !second)
			return TCM_RED;
		m->parts[1] -= parts;
		return TCM_YELLOW;
	default:
		if (before != TCM_GREEN || !first)
			return TCM_RED;
		m->parts[0] -= parts;
		return TCM_GREEN;
	}
}

/* Nanoseconds from empty to full, at most an hour. */
static inline uint64_t
tcm_full_ns(const struct tcm_terms *terms)
{
	const uint64_t hour = 3600 * TCM_PARTS;
	uint64_t most = 0;

	for (unsigned int i = 0; i < 2; i++) {
		uint32_t rate =
		    terms->rate[terms->kind == TCM_TWO_RATES ? i : 0];
		uint64_t ns = hour;

		if (rate != 0)
			ns = terms->burst[i] * TCM_PARTS / rate;
		most += ns;
	}
	return most < hour ? most : hour;
}

#endif
