/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * virtio.h -- the devices of a machine without Xen.
 *
 *	vring.c      a queue, shared with the device
 *	transport.h  a device and its registers: mmio.c, pci.c; device.c
 *	net.c        a port: packets go and come without a copy
 *	console.c    the console, and the port that carries control messages
 */
#ifndef MINIOS_VIRTIO_VIRTIO_H
#define MINIOS_VIRTIO_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

struct netdev;
struct os_port_request;

/* Finds and connects all devices. */
void virtio_start(void);

/* The n-th network device that was found, as os_port_open(). */
int virtio_port_open(unsigned int number, const struct os_port_request *req,
    struct netdev **dev, struct diag *why);

/* Looks at all rings; true if any had something. */
bool virtio_poll(void);

/*
 * Lets interrupts through again.  False if there is something to be polled
 * already: do not sleep.
 */
bool virtio_may_sleep(void);

#endif
