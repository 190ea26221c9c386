/* SPDX-License-Identifier: BSD-3-Clause */
/* arp_cache_handlers.c -- see arp_cache.h.  Not an element. */
#include "base/addr.h"
#include "base/stamp.h"
#include "click/conf.h"
#include "click/router.h"
#include "elements/ethernet/arp_cache.h"

static int
arp_cache_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	arp_cache_print(element_cast(e, "arp_cache"), call->thread, call->out);
	return 0;
}

enum { ARP_CACHE_COUNT, ARP_CACHE_LENGTH };

static int
arp_cache_number(struct element *e, uintptr_t what, struct handler_call *call)
{
	const struct arp_cache *c = element_cast(e, "arp_cache");

	sb_printf(call->out, "%u",
	    what == ARP_CACHE_COUNT ? c->age.count : c->packets);
	return 0;
}

/* "IP ETH" to insert, "IP" to make it unknown. */
static int
arp_cache_write(
    struct element *e, uintptr_t inserting, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	uint8_t mac[6];
	struct args a;
	uint32_t ip = 0;
	int err = conf_split_space(call->text, &mem, &words);

	memset(mac, 0xff, sizeof(mac));
	if (err == 0) {
		args_init(&a, &words, e, call->errh);
		args_ip4(&a, "IP", ARG_POS | ARG_MAND, &ip);
		if (inserting)
			args_ether(&a, "ETH", ARG_POS | ARG_MAND, mac);
		err = args_complete(&a);
	}
	if (err == 0)
		err = arp_cache_insert(
		    element_cast(e, "arp_cache"), call->thread, ip, mac, NULL);
	if (err == ERR_NOMEM)
		(void)errh_error(call->errh, "out of memory"); /* err it is */
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

void
arp_cache_add_handlers(struct element *e)
{
	handler_add_read(e, "table", arp_cache_table, 0, HANDLER_EXPENSIVE);
	handler_add_read(
	    e, "count", arp_cache_number, ARP_CACHE_COUNT, HANDLER_CALM);
	handler_add_read(
	    e, "length", arp_cache_number, ARP_CACHE_LENGTH, HANDLER_CALM);
	handler_add_write(e, "insert", arp_cache_write, true, 0);
	handler_add_write(e, "delete", arp_cache_write, false, 0);
}
