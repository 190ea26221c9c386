/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chatter.h -- what elements say while packets run: one line in the log.
 *
 * For mistakes found in packets, which have no errh to go to.
 */
#ifndef ELEMENTS_IP_CHATTER_H
#define ELEMENTS_IP_CHATTER_H

#include "base/compiler.h"

struct element;

/* Logs the text as one line.. */
void chatter(const char *fmt, ...) PRINTF(1, 2);

/* The same with "name :: Class: " in front. */
void element_chatter(struct element *e, const char *fmt, ...) PRINTF(2, 3);

#endif
