/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.h -- ports that a forwarding function was given by name: they may
 * come and go, and are looked up again each time.
 */
#ifndef VALE_TARGET_H
#define VALE_TARGET_H

#include "base/atomic.h"
#include "base/err.h"
#include "base/vec.h"
#include "vale/forward.h"
#include "vale/settings.h"

struct target {
	char name[VALE_NAME_MAX];
	uint32_t number; /* atomic: the port's, or VALE_TO_NONE */
};

struct targets {
	VEC_FIELDS(struct target)
};

/*
 * The index of the target of that name, made if need be ("flood" and "drop"
 * are VALE_TO_ALL and VALE_TO_NONE for ever); ERR_INVAL, ERR_NOMEM.
 */
int targets_add(struct targets *t, const struct vale_forward_state *state,
    struct str name, struct diag *why);
/* Looks all names up again. */
void targets_resolve(struct targets *t, const struct vale_forward_state *state);

static inline uint32_t
targets_number(const struct targets *t, size_t i)
{
	return load_relaxed(&t->v[i].number);
}

#endif
