/* SPDX-License-Identifier: BSD-3-Clause */
/* cmdline.h -- NAME=VALUE words of the kernel's command line. */
#ifndef MINIOS_CMDLINE_H
#define MINIOS_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * The next value of name.  *rest is where to go on; begin with an empty one.
 * A value that begins with a quote ends at the next one; else at white space.
 */
bool cmdline_next(const char *name, struct str *rest, struct str *value);

/* The first value of name; false if there is none. */
bool cmdline_get(const char *name, struct str *value);

/* As a decimal number; otherwise where there is no such word. */
uint64_t cmdline_number(const char *name, uint64_t otherwise);

/* The whole line. */
struct str cmdline(void);

#endif
