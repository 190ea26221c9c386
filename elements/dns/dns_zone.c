/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_zone.c -- names and what is known of them; see dns_zone.h. */
#include "elements/dns/dns_zone.h"

#include <stdlib.h>

#include "base/err.h"
#include "os/os.h"

void
dns_zone_init(struct dns_zone *z, const struct dns_name *origin)
{
	z->origin = z->last = *origin;
	os_random(&z->seed, sizeof(z->seed));
}

void
dns_zone_fini(struct dns_zone *z)
{
	arena_fini(&z->mem);
	free(z->buckets);
	*z = (struct dns_zone){ 0 };
}

static struct dns_node **
dns_zone_bucket(const struct dns_zone *z, const struct dns_name *name)
{
	return &z->buckets[dns_name_hash(name, z->seed) & (z->nbuckets - 1)];
}

struct dns_node *
dns_zone_find(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_node *n;

	if (z->nbuckets == 0)
		return NULL;
	for (n = *dns_zone_bucket(z, name); n != NULL; n = n->next)
		if (dns_name_equal(&n->name, name))
			return n;
	return NULL;
}

/* Twice as many buckets when there is more than a name in each. */
static int
dns_zone_grow(struct dns_zone *z)
{
	uint32_t n = z->nbuckets, cap = n == 0 ? 16 : 2 * n;
	struct dns_node **old = z->buckets, **buckets;

	if (z->nnodes < n)
		return 0;
	buckets = calloc(cap, sizeof(struct dns_node *));
	if (buckets == NULL)
		return ERR_NOMEM;
	z->buckets = buckets;
	z->nbuckets = cap;
	for (uint32_t i = 0; i < n; i++)
		while (old[i] != NULL) {
			struct dns_node *node = old[i];
			struct dns_node **b = dns_zone_bucket(z, &node->name);

			old[i] = node->next;
			node->next = *b;
			*b = node;
		}
	free(old);
	return 0;
}

struct dns_node *
dns_zone_node(struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name at = *name;
	struct dns_node *first = NULL, *n, **b;

	do {
		n = dns_zone_find(z, &at);
		if (n == NULL) {
			if (dns_zone_grow(z) != 0)
				return NULL;
			n = arena_alloc(&z->mem, sizeof(*n));
			if (n == NULL)
				return NULL;
			n->name = at;
			b = dns_zone_bucket(z, &at);
			n->next = *b;
			*b = n;
			z->nnodes++;
		}
		if (first == NULL)
			first = n;
	} while (dns_name_parent(&at, &at));
	return first;
}

const struct dns_record *
dns_record_of(const struct dns_record *r, uint16_t type)
{
	while (r != NULL && type != DNS_ANY && r->type != type)
		r = r->next;
	return r;
}

int
dns_zone_check(const struct dns_zone *z, struct diag *why)
{
	for (uint32_t i = 0; i < z->nbuckets; i++)
		for (struct dns_node *n = z->buckets[i]; n != NULL;
		     n = n->next) {
			struct dns_name at = n->name;
			const struct dns_node *up = n;

			while (n->records != NULL &&
			       (up == NULL || dns_record_of(up->records,
			                          DNS_SOA) == NULL)) {
				struct strbuf sb = STRBUF_INIT;

				if (dns_name_parent(&at, &at)) {
					up = dns_zone_find(z, &at);
					continue;
				}
				sb_dns_name(&sb, &n->name);
				diag(why, ERR_SYNTAX,
				    "%s lies in no zone: no name from it "
				    "upwards has a SOA record",
				    sb_cstr(&sb));
				sb_fini(&sb);
				return ERR_SYNTAX;
			}
		}
	return 0;
}
