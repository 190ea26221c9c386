/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_arg.h -- a helper of the elements in ip/: values in configurations that
 * are lists of addresses or stand outside of argument lists.
 */
#ifndef ELEMENTS_IP_IP_ARG_H
#define ELEMENTS_IP_IP_ARG_H

#include "click/element.h"

/* One address, prefix or number, as seen from e; false: it is none. */
bool ip_arg_ip4(struct element *e, struct str text, uint32_t *addr);
bool ip_arg_prefix(
    struct element *e, struct str text, bool bare, struct ip4_prefix *out);
bool ip_arg_int(struct str text, int32_t *x);

/* A list of addresses in network order, empty when zeroed. */
struct ip4_list {
	VEC_FIELDS(uint32_t)
	struct arg_type type; /* how it is read */
};

static inline bool
ip4_list_has(const struct ip4_list *l, uint32_t addr)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == addr)
			return true;
	return false;
}

/*
 * args_read() for a space separated list.  Unlike other results the addresses
 * go into *out at once, in the place of what was there; end it with
 * vec_fini().
 */
bool args_ip4_list(struct args *a, const char *keyword, unsigned int flags,
    struct ip4_list *out);
#endif
