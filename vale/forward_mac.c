/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward_mac.c -- by a fixed table of destination addresses: `mac ADDR=PORT
 * ... [default=PORT]`.
 *
 * Groups and broadcasts go to all ports.  A frame for an address that is not
 * in the table goes to the default, which may also be "flood"; without one it
 * is dropped.  Nothing is learnt.
 */
#include "base/addr.h"
#include "base/compiler.h"
#include "vale/target_table.h"

enum { MAC_ENTRIES_MAX = 4096 };

struct mac_entry {
	uint8_t mac[6];
	uint16_t target;
};

struct mac_table {
	struct target_table table;
	VEC(struct mac_entry) entries; /* sorted once all are there */
};

static int
mac_entry_cmp(const void *a, const void *b)
{
	return memcmp(a, b, 6);
}

static uint32_t
mac_find(const struct mac_table *t, const uint8_t *mac)
{
	const struct mac_entry *e;

	if ((mac[0] & 1) != 0)
		return VALE_TO_ALL;
	e = t->entries.n == 0 ? NULL
	                      : bsearch(mac, t->entries.v, t->entries.n,
	                            sizeof(*e), mac_entry_cmp);
	if (e != NULL)
		return targets_number(&t->table.targets, e->target);
	return target_table_default(&t->table);
}

static void
mac_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct mac_table *t =
	    container_of(state, struct mac_table, table.state);

	(void)from;
	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = mac_find(t, f[i]->head);
}

static int
mac_add(struct target_table *table, struct str key, uint16_t target,
    struct diag *why)
{
	struct mac_table *t = container_of(table, struct mac_table, table);
	struct mac_entry e = { .target = target };

	if (!ether_parse(key, e.mac) || (e.mac[0] & 1) != 0)
		return diag(why, ERR_INVAL,
		    "mac: '%.*s': not the address of one station",
		    STR_ARG(key));
	if (t->entries.n == MAC_ENTRIES_MAX || vec_push(&t->entries, e) != 0)
		return target_table_full(table, t->entries.n, why);
	return 0;
}

static void
mac_close(struct vale_forward_state *state)
{
	struct mac_table *t =
	    container_of(state, struct mac_table, table.state);

	vec_fini(&t->table.targets);
	vec_fini(&t->entries);
}

static int
mac_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct mac_table *t =
	    container_of(state, struct mac_table, table.state);
	int err = target_table_read(&t->table, args, "ADDR", mac_add, why);

	if (err == 0 && t->entries.n > 0)
		qsort(t->entries.v, t->entries.n, sizeof(*t->entries.v),
		    mac_entry_cmp);
	if (err != 0)
		mac_close(state);
	return err;
}

const struct vale_forward vale_forward_mac = {
	.name = "mac",
	.usage = "ADDR=PORT ... [default=PORT|flood]",
	.size = sizeof(struct mac_table),
	.open = mac_open,
	.close = mac_close,
	.look = mac_look,
	.port_change = target_table_port_change,
};
