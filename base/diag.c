/* SPDX-License-Identifier: BSD-3-Clause */
/* diag.c -- the sentence that goes with an error. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

int
diag(struct diag *why, int err, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL || why->text[0] != '\0')
		return err;
	va_start(ap, fmt);
	if (vsnprintf(why->text, sizeof(why->text), fmt, ap) < 0)
		why->text[0] = '\0';
	va_end(ap);
	return err;
}
