/* SPDX-License-Identifier: BSD-3-Clause */
/* frame.c -- frames in several pieces. */
#include "vale/ingress.h"

void
vale_frame_copy_part(const struct vale_port *p, uint8_t *to,
    const struct vale_frame *f, uint32_t from, uint32_t n)
{
	for (int i = -2; i < (int)f->nrest && n > 0; i++) {
		const uint8_t *data = i == -2   ? f->head
		                      : i == -1 ? f->data
		                                : f->rest[i].data;
		uint32_t length = i == -2   ? f->head_length
		                  : i == -1 ? f->length
		                            : f->rest[i].length;
		uint32_t k = length > from ? length - from : 0;

		if (k > n)
			k = n;
		if (k > 0)
			p->copy(to, data + from, k);
		from -= length < from ? length : from;
		to += k;
		n -= k;
	}
}

void
frame_gather_head(
    const struct vale_port *p, struct vale_frame *f, uint8_t *to, uint32_t n)
{
	uint32_t left = n;

	vale_frame_copy_part(p, to, f, 0, n);
	while (left >= f->length && f->nrest > 0) {
		left -= f->length;
		f->data = f->rest->data;
		f->length = f->rest->length;
		f->rest++;
		f->nrest--;
	}
	f->data += left;
	f->length -= left;
}
