/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward_ip.c -- by a fixed table of destination IP prefixes: `ip PREFIX=PORT
 * ... [default=PORT]`.
 *
 * The longest prefix wins.  ARP goes where the address that it asks for lies,
 * IPv6 neighbour solicitation likewise by its target, so that guests find each
 * other without any flooding.  All else, and what no prefix holds, goes to the
 * default, which may be "flood"; without one it is dropped.
 */
#include "base/bytes.h"
#include "base/compiler.h"
#include "base/proto.h"
#include "vale/target.h"

enum {
	IP_ENTRIES_MAX = 1024,
	ETHER = 14,
	ARP_TARGET = ETHER + 24,
	IP4_DST = ETHER + 16,
	IP6_NEXT = ETHER + 6,
	IP6_DST = ETHER + 24,
	ND_TYPE = ETHER + 40,
	ND_TARGET = ND_TYPE + 8,
	ND_SOLICIT = 135,
};

struct ip_entry {
	struct vale_prefix prefix;
	uint16_t target;
};

struct ip_table {
	struct vale_forward_state state;
	struct targets targets;
	VEC(struct ip_entry) entries; /* longest prefix first */
	int fallback;
};

/* The destination that f is about, or NULL. */
static const uint8_t *
ip_destination(const struct vale_frame *f, bool *six)
{
	const uint8_t *p = f->head;
	uint32_t n = f->head_length;

	*six = false;
	switch (get_be16(p + 12)) {
	case ETHERTYPE_IP4:
		return n >= IP4_DST + 4 ? p + IP4_DST : NULL;
	case ETHERTYPE_ARP:
		return n >= ARP_TARGET + 4 ? p + ARP_TARGET : NULL;
	case ETHERTYPE_IP6:
		*six = true;
		if (n >= ND_TARGET + 16 && p[IP6_NEXT] == IPPROTO6_ICMP &&
		    p[ND_TYPE] == ND_SOLICIT)
			return p + ND_TARGET;
		return n >= IP6_DST + 16 ? p + IP6_DST : NULL;
	default:
		return NULL;
	}
}

static uint32_t
ip_find(const struct ip_table *t, const struct vale_frame *f)
{
	bool six;
	const uint8_t *addr = ip_destination(f, &six);

	for (size_t i = 0; addr != NULL && i < t->entries.n; i++)
		if (prefix_match(&t->entries.v[i].prefix, six, addr))
			return targets_number(
			    &t->targets, t->entries.v[i].target);
	return t->fallback < 0
	           ? (uint32_t)VALE_TO_NONE
	           : targets_number(&t->targets, (size_t)t->fallback);
}

static void
ip_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct ip_table *t = container_of(state, struct ip_table, state);

	(void)from;
	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = ip_find(t, f[i]);
}

static void
ip_port_change(struct vale_forward_state *state, uint32_t number, bool there)
{
	struct ip_table *t = container_of(state, struct ip_table, state);

	(void)number;
	(void)there;
	targets_resolve(&t->targets, state);
}

static int
ip_add(struct ip_table *t, struct str word, struct diag *why)
{
	size_t eq = str_find(word, '=', 0);
	struct str key = str_sub(word, 0, eq);
	struct ip_entry e;
	int target;

	if (eq == word.n)
		return diag(why, ERR_INVAL, "ip: '%.*s': not PREFIX=PORT",
		    STR_ARG(word));
	target =
	    targets_add(&t->targets, &t->state, str_from(word, eq + 1), why);
	if (target < 0)
		return target;
	if (str_is(key, "default")) {
		t->fallback = target;
		return 0;
	}
	if (!prefix_parse(key, &e.prefix))
		return diag(
		    why, ERR_INVAL, "ip: '%.*s': not a prefix", STR_ARG(key));
	e.target = (uint16_t)target;
	if (t->entries.n == IP_ENTRIES_MAX || vec_push(&t->entries, e) != 0)
		return diag(why, ERR_NOMEM, "ip: no room for more than %zu",
		    t->entries.n);
	return 0;
}

static int
ip_entry_cmp(const void *a, const void *b)
{
	const struct ip_entry *x = a, *y = b;

	return (int)y->prefix.length - (int)x->prefix.length;
}

static void
ip_close(struct vale_forward_state *state)
{
	struct ip_table *t = container_of(state, struct ip_table, state);

	vec_fini(&t->targets);
	vec_fini(&t->entries);
}

static int
ip_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct ip_table *t = container_of(state, struct ip_table, state);
	int err = 0;

	t->fallback = -1;
	for (struct str w = str_word(&args); w.n > 0 && err == 0;
	     w = str_word(&args))
		err = ip_add(t, w, why);
	if (err == 0 && t->entries.n > 0)
		qsort(t->entries.v, t->entries.n, sizeof(*t->entries.v),
		    ip_entry_cmp);
	if (err != 0)
		ip_close(state);
	return err;
}

const struct vale_forward vale_forward_ip = {
	.name = "ip",
	.usage = "PREFIX=PORT ... [default=PORT|flood]",
	.size = sizeof(struct ip_table),
	.open = ip_open,
	.close = ip_close,
	.deep = true,
	.look = ip_look,
	.port_change = ip_port_change,
};
