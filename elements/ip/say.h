/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * say.h -- a helper of the elements in ip/: one line to the log, for what an
 * element has to tell while it runs (Click's "chatter").
 */
#ifndef ELEMENTS_IP_SAY_H
#define ELEMENTS_IP_SAY_H

#include "base/compiler.h"

/* The text and a newline.  From any thread; allocates. */
void say(const char *fmt, ...) PRINTF(1, 2);

#endif
