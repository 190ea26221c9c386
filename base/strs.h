/* SPDX-License-Identifier: BSD-3-Clause */
/* strs.h -- a vector of borrowed strings, as argument lists are. */
#ifndef BASE_STRS_H
#define BASE_STRS_H

#include "base/str.h"
#include "base/vec.h"

struct strs {
	VEC_FIELDS(struct str)
};

#endif
