/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * event.h -- event channels: what Xen and other domains signal us by.
 *
 * An event only sets its bit; event_poll(), run whenever a thread gives up the
 * processor, clears the bits and calls the handlers.  They must not sleep.
 */
#ifndef MINIOS_XEN_EVENT_H
#define MINIOS_XEN_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* The timer's virtual interrupt, which only has to end an idle(). */
void event_init(void);

/* After a resume: every port of before is gone. */
void event_resume(void);

/* Handler of a port that exists already; NULL takes it away.  ERR_NOMEM. */
int event_handle(uint32_t port, void (*fn)(void *arg), void *arg);

/* A new port that domain domid may bind to; ERR_IO, ERR_NOMEM. */
int event_open(
    uint16_t domid, void (*fn)(void *arg), void *arg, uint32_t *port);
void event_close(uint32_t port);

void event_send(uint32_t port);

/*
 * Sleeps until a port that has a handler is signalled or Xen's clock shows
 * deadline_ns (0: never); for machines whose events are masked all the time.
 * One hypercall, where a timer, a sleep and an interrupt's return would be
 * three.  False: it cannot be, there are too many ports.
 */
bool event_wait(uint64_t deadline_ns);

/* Calls the handlers of what has been signalled.  True if any was. */
bool event_poll(void);

#endif
