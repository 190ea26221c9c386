/* SPDX-License-Identifier: BSD-3-Clause */
/* vec.c -- arrays that grow by half of themselves. */
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"

/*
 * *v is a pointer to some other type than void: it is read and written as
 * bytes, so that the caller's compiler may hold on to its aliasing rules.
 */
int
vec_grow(void **v, size_t *cap, size_t want, size_t size)
{
	size_t new_cap = *cap + *cap / 2;
	void *old, *grown;

	if (new_cap < want)
		new_cap = want;
	if (new_cap < 8)
		new_cap = 8;
	if (new_cap > SIZE_MAX / 2 / size)
		return ERR_NOMEM;
	memcpy(&old, v, sizeof(old));
	grown = realloc(old, new_cap * size);
	if (grown == NULL)
		return ERR_NOMEM;
	memcpy(v, &grown, sizeof(grown));
	*cap = new_cap;
	return 0;
}
