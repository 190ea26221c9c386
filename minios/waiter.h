/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * waiter.h -- how event handlers reach the thread that sleeps in os_wait().
 */
#ifndef MINIOS_WAITER_H
#define MINIOS_WAITER_H

#include "minios/list.h"

struct os_waiter;

/* What may happen to a port; run by os_wait() on the waiter's thread. */
struct waiter_source {
	struct list node;
	struct os_waiter *waiter;
	void (*run)(struct waiter_source *);
};

void waiter_source_init(struct waiter_source *s, struct os_waiter *w,
    void (*run)(struct waiter_source *));

/* Once more run() will be called; from handlers and fibers. */
void waiter_post(struct waiter_source *s);

/* No further call. */
void waiter_cancel(struct waiter_source *s);

#endif
