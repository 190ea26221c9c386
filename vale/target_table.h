/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target_table.h -- what the forwarding functions by a fixed table share: words
 * "KEY=PORT ... [default=PORT]", of which each has its own kind of key.
 */
#ifndef VALE_TARGET_TABLE_H
#define VALE_TARGET_TABLE_H

#include "vale/target.h"

struct target_table {
	struct vale_forward_state state; /* first: it is the function's own */
	struct targets targets;
	int fallback; /* target, or -1 */
};

/* An entry: 0, ERR_INVAL or ERR_NOMEM. */
typedef int target_entry_fn(
    struct target_table *t, struct str key, uint16_t target, struct diag *why);

/* Reads args; form is what a key is called ("PREFIX"), for messages. */
int target_table_read(struct target_table *t, struct str args, const char *form,
    target_entry_fn *add, struct diag *why);
/* vale_forward.port_change */
void target_table_port_change(
    struct vale_forward_state *state, uint32_t number, bool there);
/* "no room for more than n", as target_entry_fn returns it. */
int target_table_full(const struct target_table *t, size_t n, struct diag *why);

/* Where what has no entry goes. */
static inline uint32_t
target_table_default(const struct target_table *t)
{
	return t->fallback < 0
	           ? (uint32_t)VALE_TO_NONE
	           : targets_number(&t->targets, (size_t)t->fallback);
}

#endif
