/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_stream_fuzz.c -- any segments and acknowledgements of one stream, held
 * against a map of the bytes.
 *
 * Input: a byte of policy, then for each segment where it begins (two bytes),
 * its length or, with the top bit, that it is an acknowledgement, and the
 * value of all its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "elements/ids/tcp_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LENGTH = 4096, START = 0xfffff800 };

struct model {
	uint8_t byte[LENGTH + 256], have[LENGTH + 256];
	uint32_t next;
};

static void
fuzz_segment(struct tcp_stream *s, const struct tcp_stream_limits *limits,
    struct model *m, uint32_t at, const uint8_t *p)
{
	uint8_t bytes[128];
	uint32_t n = p[2] & 127, old = s->next;
	unsigned int result;

	memset(bytes, p[3], sizeof(bytes));
	result = tcp_stream_add(s, limits, START + at, bytes, n, &old);
	if ((result & TCP_STREAM_FULL) == 0)
		for (uint32_t i = at; i < at + n; i++) {
			if (i < m->next)
				continue;
			if (!m->have[i] || limits->policy == TCP_STREAM_LAST)
				m->byte[i] = p[3];
			m->have[i] = 1;
		}
	while (m->have[m->next])
		m->next++;
	/* The window is wider than the model. */
	if ((result & TCP_STREAM_BEYOND) != 0 || s->next != START + m->next)
		abort();
	for (uint32_t i = old; i != s->next; i++)
		if (*tcp_stream_at(s, i) != m->byte[i - START])
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_stream_limits limits = { 100, 2 * LENGTH, TCP_STREAM_FIRST };
	struct tcp_stream s = { 0 };
	struct model *m = calloc(1, sizeof(*m));
	uint32_t old;

	if (m == NULL || size == 0)
		goto done;
	limits.policy = data[0] & 1 ? TCP_STREAM_LAST : TCP_STREAM_FIRST;
	tcp_stream_start(&s, START);
	for (size_t i = 1; i + 4 <= size; i += 4) {
		uint32_t at = (data[i] | data[i + 1] << 8u) % LENGTH;

		if ((data[i + 2] & 128) == 0) {
			fuzz_segment(&s, &limits, m, at, data + i);
		} else if (tcp_stream_skip(&s, START + at, &old)) {
			for (; m->next < old - START; m->next++)
				m->have[m->next] = 1;
			while (m->have[m->next])
				m->next++;
			if (s.next != START + m->next)
				abort();
		}
	}
done:
	tcp_stream_fini(&s);
	free(m);
	return 0;
}
