/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARPTable([keywords]) -- Ethernet addresses of IPv4 addresses, for several
 * ARPQueriers
 *
 *   CAPACITY               packets that may wait for answers, default 2048; 0:
 *                          any number
 *   ENTRY_CAPACITY         addresses it may know or ask for at a time, at most
 *                          and by default 65536
 *   ENTRY_PACKET_CAPACITY  packets that may wait for one address, default 0:
 *                          any number
 *   CAPACITY_SLIM_FACTOR   when too many packets wait, this part of CAPACITY
 *                          is dropped, the oldest first; default 2: a half
 *   TIMEOUT                how long an address stays known, default 300
 *                          seconds; 0: for ever
 *
 *   table     read: a line each, the oldest first: IP address, 1 if it is
 *             known, Ethernet address, seconds since it was confirmed
 *   count     read: entries
 *   length    read: packets that wait
 *   drops     read: packets dropped that waited, or could not wait
 *   insert    write: "IP ETH"
 *   delete    write: an IP address, which becomes unknown
 *   clear     write: forgets all
 *
 * Memory: about 90 bytes an address, and the packets that wait.
 *
 *     t :: ARPTable(TIMEOUT 1min);
 *     q :: ARPQuerier(10.0.0.1/24, 1:1:1:1:1:1, TABLE t);
 */
#include "elements/ethernet/arp_cache.h"

static int
arp_table_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_cache *c = element_state(e);
	struct arp_cache_limits limits;
	struct args a;

	arp_cache_limits_init(&limits);
	args_init(&a, conf, e, errh);
	arp_cache_read(&a, &limits);
	if (args_complete(&a) != 0 || arp_cache_check(&limits, errh) != 0)
		return ERR_INVAL;
	if (e->stage < CLEANUP_CONFIGURED)
		arp_cache_init(c);
	arp_cache_limit(c, &limits);
	return 0;
}

static int
arp_table_initialize(struct element *e, struct errh *errh)
{
	(void)errh;
	arp_cache_start(element_state(e), e);
	return 0;
}

static void
arp_table_cleanup(struct element *e, enum cleanup_stage stage)
{
	(void)stage;
	arp_cache_fini(element_state(e), e->thread);
}

static void
arp_table_take_state(struct element *e, struct element *old, struct errh *errh)
{
	(void)errh;
	arp_cache_take(element_state(e), element_state(old));
}

static void *
arp_table_cast(struct element *e, const char *name, int port)
{
	(void)port;
	return strcmp(name, "arp_cache") == 0 ? element_state(e) : NULL;
}

static int
arp_table_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	arp_cache_clear(element_state(e), call->thread);
	return 0;
}

static void
arp_table_add_handlers(struct element *e)
{
	struct arp_cache *c = element_state(e);

	arp_cache_add_handlers(e);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &c->drops);
	handler_add_write(e, "clear", arp_table_clear, 0, HANDLER_BUTTON);
}

static const struct state_item arp_table_items[] = { ARP_CACHE_ITEM(0) };
static const struct state_class arp_table_state = { 1,
	STATE_ITEMS(arp_table_items) };

const struct element_class element_arp_table = {
	.name = "ARPTable",
	.ports = "0/0",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct arp_cache),
	.configure = arp_table_configure,
	.initialize = arp_table_initialize,
	.cleanup = arp_table_cleanup,
	.take_state = arp_table_take_state,
	.state = &arp_table_state,
	.cast = arp_table_cast,
	.add_handlers = arp_table_add_handlers,
};
