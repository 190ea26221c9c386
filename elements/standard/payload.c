/* SPDX-License-Identifier: BSD-3-Clause */
/* payload.c -- see payload.h. */
#include "elements/standard/payload.h"

#include "base/strbuf.h"
#include "click/packet.h"

/* An owned string of length bytes, data again and again. */
static struct str
payload_repeat(struct str data, size_t length)
{
	struct strbuf sb = STRBUF_INIT;

	while (sb.n < length && !sb.oom)
		sb_add(&sb, str_sub(data, 0, length - sb.n));
	if (sb.oom) {
		sb_fini(&sb);
		return (struct str){ NULL, 0 };
	}
	return sb_take(&sb);
}

int
payload_set(struct payload *p, struct str data, int32_t length)
{
	size_t n = length < 0 ? data.n : (size_t)length;
	struct str copy, bytes;

	if (n > PACKET_MAX)
		return ERR_RANGE;
	if (data.n == 0)
		n = 0; /* nothing to repeat */
	bytes = n <= data.n ? str_dup(str_sub(data, 0, n))
	                    : payload_repeat(data, n);
	if (bytes.s == NULL)
		return ERR_NOMEM;
	copy = str_dup(data);
	if (copy.s == NULL) {
		str_free(&bytes);
		return ERR_NOMEM;
	}
	payload_fini(p);
	*p = (struct payload){ copy, bytes, length };
	return 0;
}

void
payload_fini(struct payload *p)
{
	str_free(&p->data);
	str_free(&p->bytes);
}
