/* SPDX-License-Identifier: BSD-3-Clause */
/* arp_cache_state.c -- addresses that ARP has found, to another process. */
#include "elements/ethernet/arp_cache.h"

const struct state_field arp_known_fields[ARP_KNOWN_FIELDS] = {
	STATE_RAW(struct arp_known, ip),
	STATE_RAW(struct arp_known, mac),
	STATE_AGE_NS(struct arp_known, live_ns),
};

static struct arp_cache *
arp_cache_of(const struct state_call *c)
{
	char *state = element_state(c->e);

	return (struct arp_cache *)(void *)(state + c->item->where);
}

const void *
arp_cache_next(const struct state_call *c, uint64_t *at, void *room)
{
	return arp_cache_known(arp_cache_of(c), at, room) ? room : NULL;
}

int
arp_cache_take_known(const struct state_call *c, const void *what)
{
	return arp_cache_restore(arp_cache_of(c), c->thread, what);
}
