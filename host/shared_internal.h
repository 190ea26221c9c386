/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shared_internal.h -- between shared.c, which makes the region and its ports,
 * and shared_switch.c, which follows the switch: events, its end, the next one.
 *
 * Ports are opened, closed and followed by several threads; each exported
 * function and each callback holds shared.life for as long as it runs.  Whoever
 * uses the link from within a port's functions holds that port's own locks
 * (shared_port.lock), which are all taken before the link is closed.
 */
#ifndef HOST_SHARED_INTERNAL_H
#define HOST_SHARED_INTERNAL_H

#include <pthread.h>

#include "base/atomic.h"
#include "host/shared.h"

enum { SHARED_PORTS = 16 };

struct shared {
	pthread_mutex_t life;
	struct spinlock lock; /* of buffers: pools grow on any thread */
	struct vale_link link;
	struct netring_guest guest; /* base NULL: there is no region */
	int memfd, timer;
	uint32_t next;   /* buffers from here on were never used */
	uint32_t nspare; /* those that came back: */
	uint32_t *spare; /* [layout.buffers] */
	struct shared_port *port[SHARED_PORTS];
	unsigned int nports;
	bool kept;                /* connected for ports that may come later */
	struct os_waiter *waiter; /* that watches the link; NULL: nobody */
	int64_t gone_ns;          /* when the switch was found to have gone */
};

extern struct shared shared;

/* n buffers' numbers, to out and back; ERR_NOMEM: there are not so many. */
int shared_take(uint32_t *out, uint32_t n);
void shared_spare(const uint32_t *buffers, uint32_t n);

/* The switch serves p, whose MTU is set. */
void shared_opened(struct shared_port *p);

/* Watches the link's descriptors on the waiter of some port; ERR_NOMEM. */
int shared_watch(void);
void shared_unwatch(void);
/* fd, which becomes ours, for the switch that has gone, if it has. */
int shared_given(int fd, struct diag *why);
/* The callback of shared_port.told. */
void shared_told(void *arg, unsigned int events);
/* Does not look for the next switch any more. */
void shared_look_no_more(void);

#endif
