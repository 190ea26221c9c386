/* SPDX-License-Identifier: BSD-3-Clause */
/* number.h -- numbers as people write them: 10, 10k, 2M, 1G (powers of 1000).
 */
#ifndef VALE_NUMBER_H
#define VALE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* The whole of s, at most max; false: it is none. */
static inline bool
number_parse(struct str s, uint64_t max, uint64_t *out)
{
	static const char units[] = "kMG";
	const char *unit = s.n > 0 ? strchr(units, s.s[s.n - 1]) : NULL;
	uint64_t x = 0;

	if (unit != NULL && s.s[s.n - 1] != '\0')
		s.n--;
	else
		unit = NULL;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]))
			return false;
		x = x * 10 + (uint64_t)(s.s[i] - '0');
		if (x > max)
			return false;
	}
	for (long i = unit != NULL ? unit - units : -1; i >= 0; i--) {
		x *= 1000;
		if (x > max)
			return false;
	}
	*out = x;
	return true;
}

#endif
