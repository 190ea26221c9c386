/* SPDX-License-Identifier: BSD-3-Clause */
/* virtio.c -- see virtio.h. */
#include "minios/virtio/virtio.h"

#include "base/err.h"

void
virtio_start(void)
{
}

int
virtio_port_open(unsigned int number, const struct os_port_request *req,
    struct netdev **dev, struct diag *why)
{
	(void)req, (void)dev;
	return diag(why, ERR_NOTFOUND, "virtio%u: no such port", number);
}

void
virtio_selftest(void)
{
}

bool
virtio_poll(void)
{
	return false;
}
