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
#include "vale/target.h"

enum { MAC_ENTRIES_MAX = 4096 };

struct mac_entry {
	uint8_t mac[6];
	uint16_t target;
};

struct mac_table {
	struct vale_forward_state state;
	struct targets targets;
	VEC(struct mac_entry) entries; /* sorted once all are there */
	int fallback;                  /* target, or -1 */
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
		return targets_number(&t->targets, e->target);
	return t->fallback < 0
	           ? (uint32_t)VALE_TO_NONE
	           : targets_number(&t->targets, (size_t)t->fallback);
}

static void
mac_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct mac_table *t = container_of(state, struct mac_table, state);

	(void)from;
	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = mac_find(t, f[i]->head);
}

static void
mac_port_change(struct vale_forward_state *state, uint32_t number, bool there)
{
	struct mac_table *t = container_of(state, struct mac_table, state);

	(void)number;
	(void)there;
	targets_resolve(&t->targets, state);
}

static int
mac_add(struct mac_table *t, struct str word, struct diag *why)
{
	size_t eq = str_find(word, '=', 0);
	struct str key = str_sub(word, 0, eq);
	struct mac_entry e;
	int target;

	if (eq == word.n)
		return diag(why, ERR_INVAL, "mac: '%.*s': not ADDR=PORT",
		    STR_ARG(word));
	target =
	    targets_add(&t->targets, &t->state, str_from(word, eq + 1), why);
	if (target < 0)
		return target;
	if (str_is(key, "default")) {
		t->fallback = target;
		return 0;
	}
	if (!ether_parse(key, e.mac) || (e.mac[0] & 1) != 0)
		return diag(why, ERR_INVAL,
		    "mac: '%.*s': not the address of one station",
		    STR_ARG(key));
	e.target = (uint16_t)target;
	if (t->entries.n == MAC_ENTRIES_MAX || vec_push(&t->entries, e) != 0)
		return diag(why, ERR_NOMEM, "mac: no room for more than %zu",
		    t->entries.n);
	return 0;
}

static void
mac_close(struct vale_forward_state *state)
{
	struct mac_table *t = container_of(state, struct mac_table, state);

	vec_fini(&t->targets);
	vec_fini(&t->entries);
}

static int
mac_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct mac_table *t = container_of(state, struct mac_table, state);
	int err = 0;

	t->fallback = -1;
	for (struct str w = str_word(&args); w.n > 0 && err == 0;
	     w = str_word(&args))
		err = mac_add(t, w, why);
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
	.port_change = mac_port_change,
};
