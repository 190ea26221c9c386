/* SPDX-License-Identifier: BSD-3-Clause */
/* target.c -- see target.h. */
#include "vale/target.h"

static uint32_t
target_find(const struct vale_forward_state *state, const char *name)
{
	int number;

	if (strcmp(name, "flood") == 0)
		return VALE_TO_ALL;
	number = state->find(state->find_arg, str_of(name));
	return number < 0 ? (uint32_t)VALE_TO_NONE : (uint32_t)number;
}

int
targets_add(struct targets *t, const struct vale_forward_state *state,
    struct str name, struct diag *why)
{
	struct target new;

	if (name.n == 0 || !str_copy(name, new.name, sizeof(new.name)))
		return diag(why, ERR_INVAL, "%s: '%.*s': not a port's name",
		    state->forward->name, STR_ARG(name));
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i].name, new.name) == 0)
			return (int)i;
	new.number = target_find(state, new.name);
	if (vec_push(t, new) != 0)
		return diag(why, ERR_NOMEM, "out of memory");
	return (int)t->n - 1;
}

void
targets_resolve(struct targets *t, const struct vale_forward_state *state)
{
	for (size_t i = 0; i < t->n; i++)
		store_relaxed(
		    &t->v[i].number, target_find(state, t->v[i].name));
}
