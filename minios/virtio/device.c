/* SPDX-License-Identifier: BSD-3-Clause */
/* device.c -- what is alike for all devices; see transport.h. */
#include "base/err.h"
#include "minios/virtio/transport.h"

int
virtio_negotiate(struct virtio_device *d, uint64_t wanted, struct diag *why)
{
	const struct virtio_transport *t = d->transport;
	uint8_t status = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER;

	t->set_status(d, 0);
	t->set_status(d, VIRTIO_ACKNOWLEDGE);
	t->set_status(d, status);
	wanted |= VIRTIO_F_EVENT_IDX | VIRTIO_F_VERSION_1;
	d->features = t->features(d) & wanted;
	t->accept(d, d->features);
	if (d->legacy)
		return 0; /* it has no say in this */
	status |= VIRTIO_FEATURES_OK;
	t->set_status(d, status);
	if ((t->status(d) & VIRTIO_FEATURES_OK) == 0)
		return diag(why, ERR_NOTSUP, "%s: refuses our features %#llx",
		    d->name, (unsigned long long)d->features);
	return 0;
}

int
virtio_queue(struct virtio_device *d, uint16_t q, uint16_t most,
    struct vring *r, struct diag *why)
{
	uint16_t size = d->transport->queue_max(d, q);

	if (size == 0)
		return diag(
		    why, ERR_NOTFOUND, "%s: there is no queue %u", d->name, q);
	if (size > most)
		size = most;
	if ((size & (size - 1)) != 0)
		return diag(why, ERR_NOTSUP,
		    "%s: queue %u of %u descriptors: no power of two", d->name,
		    q, size);
	if (vring_init(r, size, (d->features & VIRTIO_F_EVENT_IDX) != 0) != 0)
		return diag(
		    why, ERR_NOMEM, "%s: no memory for queue %u", d->name, q);
	d->transport->queue_set(d, q, r);
	return 0;
}

void
virtio_ready(struct virtio_device *d)
{
	d->transport->set_status(d, d->transport->status(d) | VIRTIO_DRIVER_OK);
}

void
virtio_reset(struct virtio_device *d)
{
	d->transport->set_status(d, 0);
}
