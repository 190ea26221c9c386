/* SPDX-License-Identifier: BSD-3-Clause */
/* snort_list.c -- lists of addresses and ports in rules; see snort_rule.h. */
#include "base/addr.h"
#include "base/diag.h"
#include "elements/ids/snort_rule.h"

/* A list in the making, of either kind. */
struct snort_list {
	struct snort_parse *p;
	bool ports;
	bool any;      /* given, not negated */
	bool positive; /* some item is not negated */
	uint32_t n;
	struct snort_addr addrs[SNORT_ITEMS];
	struct snort_range ranges[SNORT_ITEMS];
};

static bool
snort_number(struct str s, uint32_t max, uint32_t *x)
{
	uint32_t n = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]))
			return false;
		n = n * 10 + (uint32_t)(s.s[i] - '0');
		if (n > max)
			return false;
	}
	*x = n;
	return true;
}

static int
snort_port_item(struct snort_list *l, struct str s, bool negated)
{
	size_t colon = str_find(s, ':', 0);
	uint32_t lo = 0, hi = 65535;
	struct str first = str_sub(s, 0, colon);
	struct str second = str_from(s, colon + 1);
	bool good;

	if (colon == s.n) {
		good = snort_number(s, 65535, &lo);
		hi = lo;
	} else {
		good = s.n > 1 &&
		       (first.n == 0 || snort_number(first, 65535, &lo)) &&
		       (second.n == 0 || snort_number(second, 65535, &hi)) &&
		       lo <= hi;
	}
	if (!good)
		return diag(l->p->why, ERR_SYNTAX,
		    "'%.*s' is no port and no range of ports", STR_ARG(s));
	l->ranges[l->n++] =
	    (struct snort_range){ (uint16_t)lo, (uint16_t)hi, negated };
	return 0;
}

static int
snort_addr_item(struct snort_list *l, struct str s, bool negated)
{
	size_t slash = str_find(s, '/', 0);
	uint32_t addr, mask = UINT32_MAX, prefix;
	struct str length = str_from(s, slash + 1);
	bool good = ip4_parse(str_sub(s, 0, slash), &addr);

	if (slash < s.n && snort_number(length, 32, &prefix))
		mask = ip4_mask(prefix);
	else if (slash < s.n && !ip4_parse(length, &mask))
		good = false;
	if (!good)
		return diag(l->p->why, ERR_SYNTAX,
		    "'%.*s' is no IPv4 address and no network", STR_ARG(s));
	l->addrs[l->n++] = (struct snort_addr){ addr & mask, mask, negated };
	return 0;
}

static int snort_list_add(
    struct snort_list *l, struct str s, bool negated, int depth);

/* The items between brackets. */
static int
snort_list_items(struct snort_list *l, struct str s, bool negated, int depth)
{
	size_t from = 0;
	int level = 0, err = 0;

	for (size_t i = 0; i <= s.n && err == 0; i++) {
		if (i == s.n || (s.s[i] == ',' && level == 0)) {
			err = snort_list_add(
			    l, str_sub(s, from, i), negated, depth + 1);
			from = i + 1;
		} else if (s.s[i] == '[') {
			level++;
		} else if (s.s[i] == ']') {
			level--;
		}
	}
	return err;
}

static int
snort_list_add(struct snort_list *l, struct str s, bool negated, int depth)
{
	struct snort_parse *p = l->p;
	struct str value;

	s = str_trim(s);
	if (depth > SNORT_NESTING)
		return diag(p->why, ERR_SYNTAX,
		    "lists and variables nest more than %d deep",
		    SNORT_NESTING);
	if (s.n > 0 && s.s[0] == '!')
		return snort_list_add(l, str_from(s, 1), !negated, depth + 1);
	if (s.n > 1 && s.s[0] == '[' && s.s[s.n - 1] == ']')
		return snort_list_items(
		    l, str_sub(s, 1, s.n - 1), negated, depth);
	if (s.n > 1 && s.s[0] == '$') {
		struct str name = str_from(s, 1);

		if (name.s[0] == '(' && name.s[name.n - 1] == ')')
			name = str_sub(name, 1, name.n - 1);
		if (!snort_var_find(p->rs, name, &value))
			return diag(p->why, ERR_SYNTAX, "no variable '%.*s'",
			    STR_ARG(name));
		return snort_list_add(l, value, negated, depth + 1);
	}
	if (l->n == SNORT_ITEMS)
		return diag(p->why, ERR_SYNTAX, "more than %d items in a list",
		    SNORT_ITEMS);
	l->positive |= !negated;
	if (str_is(s, "any")) {
		l->any |= !negated;
		return negated
		           ? diag(p->why, ERR_SYNTAX, "'!any' matches nothing")
		           : 0;
	}
	return l->ports ? snort_port_item(l, s, negated)
	                : snort_addr_item(l, s, negated);
}

/* Reads a list; its items, copied, into *items, *n and *any. */
static int
snort_list_parse(struct snort_parse *p, struct str text, bool ports,
    void **items, uint32_t *n, bool *any)
{
	struct snort_list *l = calloc(1, sizeof(*l));
	size_t bytes;
	int err = ERR_NOMEM;

	if (l == NULL)
		return err;
	l->p = p;
	l->ports = ports;
	err = snort_list_add(l, text, false, 0);
	bytes = l->n * (ports ? sizeof(l->ranges[0]) : sizeof(l->addrs[0]));
	*items = arena_alloc(&p->rs->mem, bytes + 1);
	if (*items == NULL)
		err = ERR_NOMEM;
	else if (ports)
		memcpy(*items, l->ranges, bytes);
	else
		memcpy(*items, l->addrs, bytes);
	*n = l->n;
	*any = l->any || !l->positive;
	free(l);
	return err;
}

int
snort_addrs_parse(
    struct snort_parse *p, struct str text, struct snort_addrs *out)
{
	void *items = NULL;
	int err = snort_list_parse(p, text, false, &items, &out->n, &out->any);

	out->v = items;
	return err;
}

int
snort_ports_parse(
    struct snort_parse *p, struct str text, struct snort_ports *out)
{
	void *items = NULL;
	int err = snort_list_parse(p, text, true, &items, &out->n, &out->any);

	out->v = items;
	return err;
}

bool
snort_addrs_have(const struct snort_addrs *a, uint32_t addr)
{
	bool have = a->any;

	for (uint32_t i = 0; i < a->n; i++) {
		if ((addr & a->v[i].mask) != a->v[i].addr)
			continue;
		if (a->v[i].negated)
			return false;
		have = true;
	}
	return have;
}

bool
snort_ports_have(const struct snort_ports *p, uint16_t port)
{
	bool have = p->any;

	for (uint32_t i = 0; i < p->n; i++) {
		if (port < p->v[i].lo || port > p->v[i].hi)
			continue;
		if (p->v[i].negated)
			return false;
		have = true;
	}
	return have;
}
