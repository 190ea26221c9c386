/* SPDX-License-Identifier: BSD-3-Clause */
/* virtio.c -- see virtio.h. */
#include "minios/virtio/virtio.h"

#include <stdio.h>

#include "base/err.h"
#include "minios/console.h"
#include "minios/machine.h"
#include "minios/virtio/console.h"
#include "minios/virtio/net.h"
#include "minios/virtio/transport.h"

enum { LOOK_NS = 100000000 };

static struct {
	int64_t look_ns;
	struct virtio_device device[VIRTIO_DEVICES];
	unsigned int count;
} virtio;

void
virtio_found(const struct virtio_device *d)
{
	struct virtio_device *mine;

	if (virtio.count == VIRTIO_DEVICES) {
		console_printf(
		    "virtio: more than %d devices\n", VIRTIO_DEVICES);
		return;
	}
	mine = &virtio.device[virtio.count];
	*mine = *d;
	snprintf(mine->name, sizeof(mine->name), "virtio%u", virtio.count);
	virtio.count++;
}

void
virtio_start(void)
{
	unsigned int i;

	mmio_probe();
	pci_probe();
	for (i = 0; i < virtio.count; i++)
		if (virtio.device[i].id == VIRTIO_CONSOLE)
			virtio_console_start(&virtio.device[i]);
}

int
virtio_port_open(unsigned int number, const struct os_port_request *req,
    struct netdev **dev, struct diag *why)
{
	unsigned int i, n = 0;

	for (i = 0; i < virtio.count; i++)
		if (virtio.device[i].id == VIRTIO_NET && n++ == number)
			return virtio_net_open(
			    &virtio.device[i], number, req, dev, why);
	return diag(why, ERR_NOTFOUND,
	    "%u: no such port: this machine has %u network device%s", number, n,
	    n == 1 ? "" : "s");
}

/* Takes note of the interrupts that have come. */
static void
virtio_acknowledge(void)
{
	struct virtio_device *d;
	unsigned int i;

	virtio.look_ns = machine->steady_ns() + LOOK_NS;
	for (i = 0; i < virtio.count; i++) {
		d = &virtio.device[i];
		if (d->transport->acknowledge(d) && d->id == VIRTIO_NET)
			virtio_net_changed(d);
	}
}

static bool
virtio_rings(void)
{
	bool net = virtio_net_poll();

	return virtio_console_poll() || net;
}

bool
virtio_poll(void)
{
	/* Where it never sleeps, it looks now and then. */
	if (machine->steady_ns() >= virtio.look_ns)
		virtio_acknowledge();
	return virtio_rings();
}

bool
virtio_may_sleep(void)
{
	virtio_acknowledge();
	return !virtio_rings();
}
