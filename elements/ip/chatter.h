/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chatter.h -- a line to the log that says which element it is from; see also
 * say.h.
 */
#ifndef ELEMENTS_IP_CHATTER_H
#define ELEMENTS_IP_CHATTER_H

#include "base/compiler.h"

struct element;

/* "name :: Class: text".  From any thread; allocates. */
void element_chatter(struct element *e, const char *fmt, ...) PRINTF(2, 3);

#endif
