/* SPDX-License-Identifier: BSD-3-Clause */
/* target_table.c -- see target_table.h. */
#include "vale/target_table.h"

#include "base/compiler.h"

void
target_table_port_change(
    struct vale_forward_state *state, uint32_t number, bool there)
{
	struct target_table *t =
	    container_of(state, struct target_table, state);

	(void)number;
	(void)there;
	targets_resolve(&t->targets, state);
}

int
target_table_full(const struct target_table *t, size_t n, struct diag *why)
{
	return diag(why, ERR_NOMEM, "%s: no room for more than %zu",
	    t->state.forward->name, n);
}

static int
target_table_word(struct target_table *t, struct str word, const char *form,
    target_entry_fn *add, struct diag *why)
{
	size_t eq = str_find(word, '=', 0);
	struct str key = str_sub(word, 0, eq);
	int target;

	if (eq == word.n)
		return diag(why, ERR_INVAL, "%s: '%.*s': not %s=PORT",
		    t->state.forward->name, STR_ARG(word), form);
	target =
	    targets_add(&t->targets, &t->state, str_from(word, eq + 1), why);
	if (target < 0)
		return target;
	if (!str_is(key, "default"))
		return add(t, key, (uint16_t)target, why);
	t->fallback = target;
	return 0;
}

int
target_table_read(struct target_table *t, struct str args, const char *form,
    target_entry_fn *add, struct diag *why)
{
	int err = 0;

	t->fallback = -1;
	for (struct str w = str_word(&args); w.n > 0 && err == 0;
	     w = str_word(&args))
		err = target_table_word(t, w, form, add, why);
	return err;
}
