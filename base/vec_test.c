/* SPDX-License-Identifier: BSD-3-Clause */
/* vec_test.c -- arrays that grow. */
#include "base/vec.h"

#include <stdint.h>

#include "base/err.h"
#include "test/tap.h"

struct odd {
	char c[3];
};

int
main(void)
{
	VEC(int) v = VEC_INIT;
	VEC(struct odd) odd = VEC_INIT;
	int sum = 0, *before;

	for (int i = 0; i < 1000; i++)
		if (vec_push(&v, i) != 0)
			break;
	is_num((int64_t)v.n, 1000, "a thousand pushes");
	ok(v.cap >= v.n, "capacity covers them");
	for (size_t i = 0; i < v.n; i++)
		sum += v.v[i];
	is_num(sum, 499500, "all there");
	before = v.v;
	is_num(vec_reserve(&v, 10), 0, "reserve of less");
	ok(v.v == before, "reserve of less moves nothing");
	is_num(vec_reserve(&v, SIZE_MAX / 2), ERR_NOMEM, "reserve too much");
	ok(v.v == before && v.n == 1000, "and all as it was");
	vec_fini(&v);
	ok(v.v == NULL && v.n == 0 && v.cap == 0, "fini empties it");

	is_num(vec_reserve(&odd, 1), 0, "elements of odd size");
	vec_fini(&odd);
	return tap_done();
}
