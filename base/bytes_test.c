/* SPDX-License-Identifier: BSD-3-Clause */
/* bytes_test.c -- short copies: all of the bytes, and none beside them. */
#include "base/bytes.h"
#include "test/tap.h"

enum { LENGTHS = 130, GUARD = 32, ROOM = LENGTHS + 2 * GUARD };

/* Whether n bytes are copied and what is around them stays 0xee. */
static bool
copies_exactly(size_t n)
{
	uint8_t from[ROOM], to[ROOM];

	for (size_t i = 0; i < ROOM; i++)
		from[i] = (uint8_t)(i * 7 + n);
	memset(to, 0xee, sizeof(to));
	bytes_copy(to + GUARD, from + GUARD, n);
	for (size_t i = 0; i < ROOM; i++) {
		bool in = i >= GUARD && i < GUARD + n;

		if (to[i] != (in ? from[i] : 0xee))
			return false;
	}
	return true;
}

int
main(void)
{
	size_t wrong = 0;

	for (size_t n = 0; n <= LENGTHS; n++)
		if (!copies_exactly(n))
			wrong++;
	is_num((long long)wrong, 0, "0 to %d bytes", LENGTHS);
	return tap_done();
}
