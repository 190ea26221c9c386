/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vec.h -- arrays that grow.
 *
 *	VEC(struct str) args = VEC_INIT;
 *	if (vec_push(&args, s) != 0)
 *		return ERR_NOMEM;
 *	for (size_t i = 0; i < args.n; i++)
 *		use(args.v[i]);
 *	vec_fini(&args);
 *
 * Name a vector that crosses functions: struct strs { VEC_FIELDS(struct str) };
 * Elements are moved as bytes when it grows: keep no pointer into it.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#define VEC_FIELDS(type)                                                       \
	type *v;                                                               \
	size_t n, cap;
#define VEC(type)                                                              \
	struct {                                                               \
		VEC_FIELDS(type)                                               \
	}
#define VEC_INIT                                                               \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

/* Makes room for want elements of size; ERR_NOMEM leaves all as it was. */
int vec_grow(void **v, size_t *cap, size_t want, size_t size);

#define vec_reserve(vec, want)                                                 \
	((want) <= (vec)->cap ? 0                                              \
	                      : vec_grow((void **)&(vec)->v, &(vec)->cap,      \
	                            (want), sizeof(*(vec)->v)))

/* Appends a copy of x: 0 or ERR_NOMEM. */
#define vec_push(vec, x)                                                       \
	__extension__({                                                        \
		int vec_err_ = vec_reserve(vec, (vec)->n + 1);                 \
		if (vec_err_ == 0)                                             \
			(vec)->v[(vec)->n++] = (x);                            \
		vec_err_;                                                      \
	})

#define vec_fini(vec)                                                          \
	do {                                                                   \
		free((vec)->v);                                                \
		(vec)->v = NULL;                                               \
		(vec)->n = (vec)->cap = 0;                                     \
	} while (0)

#endif
