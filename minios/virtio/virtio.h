/* SPDX-License-Identifier: BSD-3-Clause */
/* virtio.h -- the devices of a machine without Xen. */
#ifndef MINIOS_VIRTIO_VIRTIO_H
#define MINIOS_VIRTIO_VIRTIO_H

#include <stdbool.h>

#include "base/diag.h"

struct netdev;
struct os_port_request;

/* Finds and connects all devices. */
void virtio_start(void);

int virtio_port_open(unsigned int number, const struct os_port_request *req,
    struct netdev **dev, struct diag *why);

/* See struct machine_ops. */
void virtio_selftest(void);

/* Looks at all rings; true if any had something. */
bool virtio_poll(void);

#endif
