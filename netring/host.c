/* SPDX-License-Identifier: BSD-3-Clause */
/* host.c -- see host.h. */
#include "netring/host.h"

int
netring_host_rx_fill(
    struct netring_host_rx *r, const struct netring_memory *m, uint32_t n)
{
	int have;

	if (r->nempty >= n)
		return (int)r->nempty;
	have = netring_look(&r->end);
	if (have < 0)
		return have;
	/* All at once, and to be written: frames will be put there. */
	netring_want_slots_at(&r->end, r->taken, r->end.seen - r->taken);
	/* Slots from the end's index on to taken are ours to write already. */
	for (; r->taken != r->end.seen; r->taken++) {
		netring_slot s =
		    load_relaxed(&r->end.slot[r->taken & r->end.mask]);

		s = slot_make(slot_buffer(s), 0, slot_offset(s), 0);
		if (unlikely(!slot_valid(s, m->count)) ||
		    slot_offset(s) < NETRING_META ||
		    slot_offset(s) > NETRING_BUFFER / 2)
			return ERR_PEER;
		r->empty[r->nempty++] = s;
	}
	return (int)r->nempty;
}
