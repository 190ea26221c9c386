/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control.h -- version 2 of the control protocol, the guest's end: requests
 * come over any number of links (os/control.h), are carried out on the set of
 * routers, and are answered.
 *
 *	link --recv--> check --> parts put together --> guest.h --> answer in
 *	parts --send--> link
 *
 * Whatever a link brings harms nobody but that link.  A link that does not
 * take its answers is not listened to any more until it does.
 */
#ifndef CLICKOS_CONTROL_H
#define CLICKOS_CONTROL_H

#include "clickos/guest.h"
#include "os/control.h"

struct control;

enum {
	CONTROL_LINKS = 64,       /* open at once */
	CONTROL_QUEUE = 32,       /* answers that wait on one link */
	CONTROL_QUEUED = 1 << 20, /* bytes of those, before more is heard */
};

/* NULL: no memory. */
struct control *control_new(struct guest *g, struct os_waiter *w);
/* Closes all links; after guest_free(), whose operations end here. */
void control_free(struct control *c);

/* A link that did not come by os_control_accept(); c closes it. */
int control_add(struct control *c, struct control_link *link);

/*
 * Does all that can be done now: guest_poll(), new links, requests, answers.
 * Returns true if something was done.
 */
bool control_step(struct control *c);
/*
 * When control_step() must be called again even if nothing happens: by the
 * clock of os_steady_ns(), or INT64_MAX.
 */
int64_t control_deadline(const struct control *c);

#endif
