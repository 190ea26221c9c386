/* SPDX-License-Identifier: BSD-3-Clause */
/* rwmapper.c -- lists of patterns for mappers. */
#include "elements/ip/rwmapper.h"

int
rw_targets_add(
    struct rw_targets *v, struct str text, struct element *e, struct errh *errh)
{
	struct rw_target target;
	int err =
	    rw_pattern_parse_ports(text, e, &target.pattern, target.out, errh);

	if (err != 0)
		return err;
	err = vec_push(v, target);
	if (err != 0) {
		rw_pattern_put(target.pattern);
		errh_error(errh, "out of memory");
	}
	return err;
}

void
rw_targets_fini(struct rw_targets *v)
{
	for (size_t i = 0; i < v->n; i++)
		rw_pattern_put(v->v[i].pattern);
	vec_fini(v);
}

void
rw_targets_check(const struct rw_targets *v, struct element *mapper,
    const struct rewriter *user, struct errh *errh)
{
	char name[256];

	for (size_t i = 0; i < v->n; i++) {
		const int32_t *out = v->v[i].out;

		if (out[0] >= user->e->nout || out[1] >= user->e->nout)
			errh_error(errh,
			    "output port out of range in %.*s pattern %zu",
			    STR_ARG(element_declaration(mapper, name)), i);
	}
}
