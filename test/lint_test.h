/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lint_test.h -- as lint.h, for unit tests: ok() returns what it was given,
 * which the analysers do not follow through its variable arguments.
 */
#ifndef TEST_LINT_TEST_H
#define TEST_LINT_TEST_H

#include "test/tap.h"

#define ok(passed, ...)                                                        \
	__extension__({                                                        \
		bool lint_passed = (passed);                                   \
		ok(lint_passed, __VA_ARGS__);                                  \
		lint_passed;                                                   \
	})

#endif
