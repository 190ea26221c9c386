/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lint.h -- as test/lint.h, for the files of cosmos: whoever notes why an
 * operation failed returns the status that it was given, or that of errno,
 * which is never COSMOS_OK.
 */
#ifndef COSMOS_LINT_H
#define COSMOS_LINT_H

#include "cosmos/internal.h"

static inline int
lint_failed(int status)
{
	if (status <= COSMOS_OK)
		__builtin_unreachable();
	return status;
}

#define cosmos_fail(c, status, ...)                                            \
	(cosmos_fail(c, status, __VA_ARGS__), lint_failed(status))
#define cosmos_fail_errno(...) lint_failed(cosmos_fail_errno(__VA_ARGS__))

#endif
