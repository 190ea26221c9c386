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
#include "vale/target_table.h"

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
	struct target_table table;
	VEC(struct ip_entry) entries; /* longest prefix first */
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
			    &t->table.targets, t->entries.v[i].target);
	return target_table_default(&t->table);
}

static void
ip_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct ip_table *t = container_of(state, struct ip_table, table.state);

	(void)from;
	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = ip_find(t, f[i]);
}

static int
ip_add(struct target_table *table, struct str key, uint16_t target,
    struct diag *why)
{
	struct ip_table *t = container_of(table, struct ip_table, table);
	struct ip_entry e = { .target = target };

	if (!prefix_parse(key, &e.prefix))
		return diag(
		    why, ERR_INVAL, "ip: '%.*s': not a prefix", STR_ARG(key));
	if (t->entries.n == IP_ENTRIES_MAX || vec_push(&t->entries, e) != 0)
		return target_table_full(table, t->entries.n, why);
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
	struct ip_table *t = container_of(state, struct ip_table, table.state);

	vec_fini(&t->table.targets);
	vec_fini(&t->entries);
}

static int
ip_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct ip_table *t = container_of(state, struct ip_table, table.state);
	int err = target_table_read(&t->table, args, "PREFIX", ip_add, why);

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
	.port_change = target_table_port_change,
};
