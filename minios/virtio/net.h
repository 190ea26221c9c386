/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * net.h -- a network device (virtio 1.2, 5.1) as a port.
 *
 * Nothing is copied: empty packets of the pool are posted and come back full;
 * packets that are sent lie in the ring until the device has answered.  A
 * frame that comes when the pool is empty is dropped, and its packet posted
 * again, so that the device never runs dry.
 *
 * No offload is agreed upon: the host completes checksums and cuts segments
 * before the ring.  A device that breaks the protocol is reset (so that it
 * touches no memory of ours), and its port closed for ever.
 */
#ifndef MINIOS_VIRTIO_NET_H
#define MINIOS_VIRTIO_NET_H

#include <stdbool.h>

#include "base/diag.h"
#include "os/netdev.h"
#include "os/os.h"

struct virtio_device;

/*
 * Opens the device, known to users as port `number`, or shares it with who has
 * it open by the same waiter.  As os_port_open().
 */
int virtio_net_open(struct virtio_device *d, unsigned int number,
    const struct os_port_request *req, struct netdev **dev, struct diag *why);

/* Looks at the rings of all open ports; true if a wish came true. */
bool virtio_net_poll(void);

/* Looks at the link of the port that d is, if it is open. */
void virtio_net_changed(struct virtio_device *d);

#endif
