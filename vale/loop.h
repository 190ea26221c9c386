/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * loop.h -- what the control thread waits for: descriptors and timers.
 */
#ifndef VALE_LOOP_H
#define VALE_LOOP_H

#include <stdint.h>

#include "base/diag.h"

struct vale_loop;
struct vale_timer;

/* NULL when out of memory or descriptors. */
struct vale_loop *loop_new(void);
void loop_free(struct vale_loop *l);

/* As vale_watch() (port.h). */
int loop_watch(struct vale_loop *l, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg);

/* As vale_later() and vale_never() (port.h). */
void loop_later(struct vale_loop *l, struct vale_timer *t, int64_t ns);
void loop_never(struct vale_timer *t);

/*
 * Waits for events, for at most timeout_ms (-1: for ever), and delivers them.
 */
void loop_wait(struct vale_loop *l, int timeout_ms);

/* Ends the present or next wait; from any thread or a signal handler. */
void loop_wake(struct vale_loop *l);

#endif
