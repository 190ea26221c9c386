/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * token_bucket.h -- a token bucket that is refilled by the millisecond.  For
 * element files; not an element.
 *
 * The bucket holds 0..UINT32_MAX parts, full whatever its capacity; one token
 * is scale parts.  Rounding thus depends on the capacity alone and is
 * Click's, for "rate" handlers print the rate that comes out of it.  A new
 * bucket was last refilled at time 0, so that its first refill fills it.
 */
#ifndef ELEMENTS_STANDARD_TOKEN_BUCKET_H
#define ELEMENTS_STANDARD_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_HZ = 1000 };

/* No passing of time will bring the tokens. */
static const uint32_t TOKEN_NEVER = UINT32_MAX;

struct token_bucket {
	uint32_t parts;          /* now */
	uint32_t scale;          /* parts a token */
	uint32_t parts_per_tick; /* 0: idle */
	uint32_t full_ticks;     /* from empty to full */
	uint32_t tick;           /* of the last refill */
};

/* rate tokens a second, at most capacity of them at a time; parts stay. */
static inline void
tokens_assign(struct token_bucket *b, uint32_t rate, uint32_t capacity)
{
	uint64_t parts;

	if (capacity == 0) {
		rate = 0;
		capacity = UINT32_MAX;
	}
	if (rate != 0 && capacity < (rate - 1) / TOKEN_HZ + 1)
		capacity = (rate - 1) / TOKEN_HZ + 1;
	b->scale = UINT32_MAX / capacity;
	parts = (uint64_t)rate * b->scale / TOKEN_HZ;
	if (rate == 0) {
		b->parts_per_tick = 0;
		b->full_ticks = TOKEN_NEVER;
		return;
	}
	b->parts_per_tick = parts != 0 ? (uint32_t)parts : 1;
	b->full_ticks = (UINT32_MAX - 1) / b->parts_per_tick + 1;
}

/* The same, and the number of tokens in it stays as it is. */
static inline void
tokens_assign_adjust(struct token_bucket *b, uint32_t rate, uint32_t capacity)
{
	uint32_t old = b->scale;
	uint64_t parts;

	tokens_assign(b, rate, capacity);
	if (old == b->scale || old == 0)
		return;
	parts = (uint64_t)b->parts * b->scale / old;
	b->parts = parts > UINT32_MAX ? UINT32_MAX : (uint32_t)parts;
}

/* As it came out of the rounding. */
static inline uint32_t
tokens_rate(const struct token_bucket *b)
{
	uint64_t rate =
	    ((uint64_t)b->parts_per_tick * TOKEN_HZ + b->parts_per_tick / 2) /
	    b->scale;

	return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

static inline void
tokens_refill(struct token_bucket *b, uint32_t jiffies)
{
	uint32_t ticks = jiffies - b->tick;
	uint64_t parts = b->parts + (uint64_t)ticks * b->parts_per_tick;

	if ((int32_t)ticks < 0 && b->tick != 0)
		parts = b->parts; /* the clock was set back */
	else if (ticks >= b->full_ticks || parts > UINT32_MAX)
		parts = UINT32_MAX;
	b->parts = (uint32_t)parts;
	b->tick = jiffies;
}

/* Sets the number of tokens, at most the capacity. */
static inline void
tokens_set(struct token_bucket *b, uint32_t n)
{
	uint64_t parts = (uint64_t)n * b->scale;

	b->parts = parts > UINT32_MAX ? UINT32_MAX : (uint32_t)parts;
}

static inline bool
tokens_contain(const struct token_bucket *b, uint32_t n)
{
	return (uint64_t)n * b->scale <= b->parts;
}

/* Whole tokens in it. */
static inline uint32_t
tokens_count(const struct token_bucket *b)
{
	return b->parts / b->scale;
}

/* Takes n, or what there is. */
static inline void
tokens_remove(struct token_bucket *b, uint32_t n)
{
	uint64_t parts = (uint64_t)n * b->scale;

	b->parts = parts > b->parts ? 0 : b->parts - (uint32_t)parts;
}

static inline bool
tokens_remove_if(struct token_bucket *b, uint32_t n)
{
	if (!tokens_contain(b, n))
		return false;
	tokens_remove(b, n);
	return true;
}

/* Milliseconds until it contains n, or TOKEN_NEVER. */
static inline uint32_t
tokens_wait(const struct token_bucket *b, uint32_t n)
{
	uint64_t parts = (uint64_t)n * b->scale;

	if (parts <= b->parts)
		return 0;
	if (parts > UINT32_MAX || b->parts_per_tick == 0)
		return TOKEN_NEVER;
	return ((uint32_t)parts - b->parts - 1) / b->parts_per_tick + 1;
}

#endif
