/* SPDX-License-Identifier: BSD-3-Clause */
/* xlat.c -- what both directions of translation share; see xlat.h. */
#include "elements/ip6/xlat.h"

uint32_t
xlat_quoted(uint32_t n, uint32_t declared)
{
	return declared != 0 && declared < n ? declared : n;
}

struct packet *
xlat_replace(struct thread *t, struct packet *p, const struct xlat_head *h)
{
	packet_pull(p, h->skip);
	if (packet_push(t, &p, h->length) == NULL)
		return NULL;
	memcpy(p->data, h->b, h->length);
	return p;
}
