/* SPDX-License-Identifier: BSD-3-Clause */
/* cpus.c -- lists of processors: "0-1,3". */
#include <stdlib.h>

#include "cosmos/internal.h"

int
cpus_parse(struct cosmos *c, const char *name, const char *text,
    uint8_t bits[static CPUS_BYTES])
{
	const char *at = text;
	unsigned long first, last;
	char *end;

	for (;;) {
		first = last = strtoul(at, &end, 10);
		if (end != at && *end == '-') {
			at = end + 1;
			last = strtoul(at, &end, 10);
		}
		if (end == at || !char_digit(at[0]) || first > last ||
		    last >= CPUS_MAX || (*end != ',' && *end != '\0'))
			return cosmos_fail(c, COSMOS_E_USAGE,
			    "%s: '%s' is no list of processors: 0-1,3", name,
			    text);
		for (; first <= last; first++)
			bits[first / 8] |= (uint8_t)(1u << first % 8);
		if (*end == '\0')
			return COSMOS_OK;
		at = end + 1;
	}
}
