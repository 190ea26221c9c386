/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * link.h -- control messages over the console's control port (console.h).
 *
 * The port is one stream each way, and whoever opens its other end finds it
 * where the last one left it, perhaps within a message.  So a tool begins with
 * a HELLO, alone, and skips what comes before its answer (docs/control.md);
 * here what is written at once and is nothing but a HELLO begins the stream
 * anew, and bytes that are no message are skipped.  There is one link at a
 * time, which ends when the other end is closed.
 */
#ifndef MINIOS_VIRTIO_LINK_H
#define MINIOS_VIRTIO_LINK_H

struct control_link;
struct os_waiter;

/* As os_control_accept(). */
int virtio_link_accept(struct os_waiter *w, struct control_link **link);

#endif
