/* SPDX-License-Identifier: BSD-3-Clause */
/* selftest_ok.h -- one line of a self test's result, and its parts. */
#ifndef MINIOS_SELFTEST_OK_H
#define MINIOS_SELFTEST_OK_H

#include <stdbool.h>

void selftest_ok(bool passed, const char *what);

/* Page tables and forbidden accesses (selftest_memory.c). */
void selftest_memory(void);

#endif
