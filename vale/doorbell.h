/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * doorbell.h -- events for peers, through eventfds that they share with us,
 * without ever waiting for a peer.
 *
 * A write to an eventfd whose counter is full waits, unless the descriptor
 * says O_NONBLOCK; but that flag belongs to the open file, which the peer has,
 * too: it can take the flag away and fill the counter whenever it likes.  What
 * the kernel signals by itself never waits.  So we ask it (io_submit(2)) to
 * read nothing out of /dev/zero, and to signal the peer's eventfd when that is
 * done, which is at once.  It takes a microsecond longer than a write.
 *
 * Where a kernel has no such call, or no context for us (fs.aio-max-nr), it is
 * a write, and a peer that means harm can hold a worker up.
 */
#ifndef VALE_DOORBELL_H
#define VALE_DOORBELL_H

#include <linux/aio_abi.h>
#include <stdbool.h>

struct doorbell {
	aio_context_t context; /* 0: none, it writes */
	int zero;
};

void doorbell_init(struct doorbell *d);
void doorbell_fini(struct doorbell *d);
/* From any thread: eventfd becomes readable, if it is not.  Never waits. */
void doorbell_ring(struct doorbell *d, int eventfd);

#endif
