/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * timed_unqueue.h -- what TimedUnqueue and Burster share.  For these elements;
 * not an element.
 */
#ifndef ELEMENTS_STANDARD_TIMED_UNQUEUE_H
#define ELEMENTS_STANDARD_TIMED_UNQUEUE_H

#include "click/element.h"
#include "click/notifier.h"

struct timed_unqueue {
	int32_t burst;
	uint32_t interval_ms;
	bool beating; /* the timer's last expiry is what the next counts from */
	struct task task;
	struct timer timer;
	struct signal nonempty;
};

int timed_unqueue_setup(struct element *e, const struct strs *conf,
    int32_t burst, struct errh *errh);
int timed_unqueue_initialize(struct element *e, struct errh *errh);
void timed_unqueue_cleanup(struct element *e, enum cleanup_stage stage);
void *timed_unqueue_cast(struct element *e, const char *name, int port);

#endif
