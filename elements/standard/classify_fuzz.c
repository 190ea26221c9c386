/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_fuzz.c -- any bytes as patterns and a packet.
 *
 * Beside the sanitizers' findings it is an error when the tables do not agree
 * with the patterns as they were given.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "elements/standard/classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_PACKET = 24 };

/* One instruction of a byte that says what and, for tests, nine more. */
static size_t
fuzz_build(struct classify *c, const uint8_t *p, size_t n)
{
	switch (p[0] % 8) {
	case 0:
		classify_open(c);
		return 1;
	case 1:
		classify_close(c, (enum classify_op)(p[0] / 8 % 3));
		return 1;
	case 2:
		classify_negate(c, p[0] / 8 % 2);
		return 1;
	case 3:
		classify_pattern(c, p[0] / 8 % 8);
		return 1;
	default:
		if (n < 10)
			return n;
		classify_test(c, p[1] % 8 * 4, get_u32(p + 2), get_u32(p + 6));
		return 10;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct classify *c = classify_new(CLASSIFY_PLAIN, 0);
	struct strbuf text = STRBUF_INIT;
	struct classify_view view;
	const uint8_t *packet = data;

	if (c == NULL || size < FUZZ_PACKET || size > 4096)
		goto done;
	for (size_t i = FUZZ_PACKET; i < size;)
		i += fuzz_build(c, data + i, size - i);
	while (size-- > FUZZ_PACKET) /* whatever is still open */
		classify_close(c, CLASSIFY_AND);
	classify_pattern(c, 9);
	if (classify_compile(c) != 0)
		goto done;
	classify_print(c, &text);
	for (int i = 0; i < 3; i++)
		view.base[i] = packet + 256 * i;
	for (view.end = 0; view.end <= FUZZ_PACKET; view.end++)
		if (classify_match_view(c, &view) != classify_slow(c, &view))
			abort();
done:
	sb_fini(&text);
	classify_free(c);
	return 0;
}
