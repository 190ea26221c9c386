/* SPDX-License-Identifier: BSD-3-Clause */
/* virtio.c -- see virtio.h. */
#include "minios/virtio/virtio.h"

void
virtio_start(void)
{
}

bool
virtio_poll(void)
{
	return false;
}
