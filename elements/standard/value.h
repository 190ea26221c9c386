/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * value.h -- numbers written to handlers, read without a message of their own.
 * For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_VALUE_H
#define ELEMENTS_STANDARD_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stamp.h"
#include "base/str.h"
#include "click/conf.h"

/* False, *x untouched: not a number, or one that does not fit. */
static inline bool
value_i32(struct str s, int32_t *x)
{
	bool overflow = false;
	int64_t wide;

	if (!conf_i64(s, 0, &wide, &overflow) || overflow ||
	    wide != (int32_t)wide)
		return false;
	*x = (int32_t)wide;
	return true;
}

static inline bool
value_u64(struct str s, uint64_t *x)
{
	bool overflow = false;
	uint64_t wide;

	if (!conf_u64(s, 0, &wide, &overflow) || overflow)
		return false;
	*x = wide;
	return true;
}

static inline bool
value_u32(struct str s, uint32_t *x)
{
	uint64_t wide;

	if (!value_u64(s, &wide) || wide != (uint32_t)wide)
		return false;
	*x = (uint32_t)wide;
	return true;
}

/* A time in seconds or with a unit, in nanoseconds. */
static inline bool
value_ns(struct str s, int64_t *ns)
{
	bool overflow = false;
	int64_t x;

	if (!conf_seconds(s, 9, &x, &overflow) || overflow)
		return false;
	*ns = x;
	return true;
}

/* A span as Click prints it: "5ms", "1.5s"... */
static inline void
sb_interval(struct strbuf *sb, int64_t ns)
{
	if (ns < 0 || ns >= NS_PER_SEC) {
		sb_stamp(sb, ns);
		sb_addc(sb, 's');
	} else if (ns % NS_PER_MS == 0)
		sb_printf(sb, "%dms", (int)(ns / NS_PER_MS));
	else if (ns % NS_PER_US == 0)
		sb_printf(sb, "%dus", (int)(ns / NS_PER_US));
	else
		sb_printf(sb, "%dns", (int)ns);
}

#endif
