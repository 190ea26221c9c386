/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * console.h -- lines out, characters in.
 *
 * A writer waits a little for room, the first time half a second, for who reads
 * may come after us; then it drops what does not fit and says how much: a
 * console that nobody reads must not stop the guest.  An event handler does not
 * wait.
 */
#ifndef MINIOS_CONSOLE_H
#define MINIOS_CONSOLE_H

#include <stddef.h>

#include "base/compiler.h"

void console_write(const char *s, size_t n);
/* At most 511 bytes a call. */
void console_printf(const char *fmt, ...) PRINTF(1, 2);

/* From now on nothing sleeps: waits by turning in a loop. */
void console_panic_mode(void);

#endif
