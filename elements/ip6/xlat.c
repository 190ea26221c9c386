/* SPDX-License-Identifier: BSD-3-Clause */
/* xlat.c -- what both directions of translation share; see xlat.h. */
#include "elements/ip6/xlat.h"

bool
xlat_l4(const struct xlat_head *h, uint8_t *l4, uint32_t n)
{
	uint32_t at = h->proto == IPPROTO4_TCP ? offsetof(struct tcp, sum)
	                                       : offsetof(struct udp, sum);
	uint16_t sum;

	if ((h->proto != IPPROTO4_TCP && h->proto != IPPROTO4_UDP) || !h->first)
		return true;
	if (n < at + 2)
		return false;
	sum = get_u16(l4 + at);
	if (h->proto == IPPROTO4_UDP && sum == 0)
		return true;
	sum = xlat_sum(sum, h->removed, h->added);
	if (h->proto == IPPROTO4_UDP && sum == 0)
		sum = 0xffff;
	put_u16(l4 + at, sum);
	return true;
}

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
