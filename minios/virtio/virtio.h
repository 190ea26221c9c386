/* SPDX-License-Identifier: BSD-3-Clause */
/* virtio.h -- the devices of a machine without Xen. */
#ifndef MINIOS_VIRTIO_VIRTIO_H
#define MINIOS_VIRTIO_VIRTIO_H

#include <stdbool.h>

/* Finds and connects all devices. */
void virtio_start(void);

/* Looks at all rings; true if any had something. */
bool virtio_poll(void);

#endif
