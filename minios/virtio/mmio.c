/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mmio.c -- virtio over memory-mapped registers (virtio 1.2, 4.2).
 *
 * Where they lie: words of the command line tell, as Linux reads them
 * (virtio_mmio.device=512@0xfeb00000:5), or else QEMU's microvm has them at
 * its fixed place, where empty slots answer with device number 0.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/pvh/ioapic.h"
#include "minios/virtio/transport.h"

enum {
	MAGIC_VALUE = 0x74726976, /* "virt" */
	MAGIC = 0x000,
	VERSION = 0x004,
	DEVICE_ID = 0x008,
	FEATURES = 0x010,
	FEATURES_SELECT = 0x014,
	ACCEPT = 0x020,
	ACCEPT_SELECT = 0x024,
	LEGACY_PAGE_SIZE = 0x028,
	QUEUE_SELECT = 0x030,
	QUEUE_MAX = 0x034,
	QUEUE_SIZE = 0x038,
	LEGACY_QUEUE_ALIGN = 0x03c,
	LEGACY_QUEUE_PAGE = 0x040,
	QUEUE_READY = 0x044,
	NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_CONFIG = 2,
	INTERRUPT_ACK = 0x064,
	STATUS = 0x070,
	QUEUE_DESC = 0x080,
	QUEUE_AVAIL = 0x090,
	QUEUE_USED = 0x0a0,
	CONFIG = 0x100,

	PAGE = 4096,
	MICROVM_SLOTS = 24,
	MICROVM_STEP = 512,
};

#define MICROVM_BASE UINT64_C(0xfeb00000)

static volatile uint32_t *
mmio_register(const struct virtio_device *d, uint32_t offset)
{
	return (volatile uint32_t *)(volatile void *)(d->base + offset);
}

static uint32_t
mmio_read(const struct virtio_device *d, uint32_t offset)
{
	return *mmio_register(d, offset);
}

static void
mmio_write(const struct virtio_device *d, uint32_t offset, uint32_t x)
{
	*mmio_register(d, offset) = x;
}

static uint64_t
mmio_features(struct virtio_device *d)
{
	uint64_t low;

	mmio_write(d, FEATURES_SELECT, 0);
	low = mmio_read(d, FEATURES);
	mmio_write(d, FEATURES_SELECT, 1);
	return low | (uint64_t)mmio_read(d, FEATURES) << 32;
}

static void
mmio_accept(struct virtio_device *d, uint64_t features)
{
	mmio_write(d, ACCEPT_SELECT, 0);
	mmio_write(d, ACCEPT, (uint32_t)features);
	mmio_write(d, ACCEPT_SELECT, 1);
	mmio_write(d, ACCEPT, (uint32_t)(features >> 32));
	if (d->legacy)
		mmio_write(d, LEGACY_PAGE_SIZE, PAGE);
}

static uint8_t
mmio_status(struct virtio_device *d)
{
	return (uint8_t)mmio_read(d, STATUS);
}

static void
mmio_set_status(struct virtio_device *d, uint8_t status)
{
	mmio_write(d, STATUS, status);
	if (status == 0)
		mmio_read(d, STATUS); /* it answers when it is done */
}

static uint16_t
mmio_queue_max(struct virtio_device *d, uint16_t q)
{
	uint32_t max;

	mmio_write(d, QUEUE_SELECT, q);
	max = mmio_read(d, QUEUE_MAX);
	return max > UINT16_MAX / 2 + 1 ? UINT16_MAX / 2 + 1 : (uint16_t)max;
}

static void
mmio_write64(const struct virtio_device *d, uint32_t offset, const void *p)
{
	mmio_write(d, offset, (uint32_t)(uintptr_t)p);
	mmio_write(d, offset + 4, (uint32_t)((uintptr_t)p >> 32));
}

static void
mmio_queue_set(struct virtio_device *d, uint16_t q, const struct vring *r)
{
	mmio_write(d, QUEUE_SELECT, q);
	mmio_write(d, QUEUE_SIZE, r->size);
	if (d->legacy) {
		mmio_write(d, LEGACY_QUEUE_ALIGN, PAGE);
		mmio_write(d, LEGACY_QUEUE_PAGE,
		    (uint32_t)((uintptr_t)r->desc / PAGE));
		return;
	}
	mmio_write64(d, QUEUE_DESC, r->desc);
	mmio_write64(d, QUEUE_AVAIL, r->avail);
	mmio_write64(d, QUEUE_USED, r->used);
	mmio_write(d, QUEUE_READY, 1);
}

static void
mmio_notify(struct virtio_device *d, uint16_t q)
{
	mmio_write(d, NOTIFY, q);
}

static uint32_t
mmio_config(struct virtio_device *d, uint32_t offset, unsigned int width)
{
	volatile void *p = d->base + CONFIG + offset;

	return width == 1   ? *(volatile uint8_t *)p
	       : width == 2 ? *(volatile uint16_t *)p
	                    : *(volatile uint32_t *)p;
}

/* The line is up until then, and only its rise interrupts. */
static bool
mmio_acknowledge(struct virtio_device *d)
{
	uint32_t status = mmio_read(d, INTERRUPT_STATUS);

	if (status != 0)
		mmio_write(d, INTERRUPT_ACK, status);
	return (status & INTERRUPT_CONFIG) != 0;
}

static const struct virtio_transport mmio_transport = {
	.features = mmio_features,
	.accept = mmio_accept,
	.status = mmio_status,
	.set_status = mmio_set_status,
	.queue_max = mmio_queue_max,
	.queue_set = mmio_queue_set,
	.notify = mmio_notify,
	.config = mmio_config,
	.acknowledge = mmio_acknowledge,
};

static void
mmio_try(uint64_t base, unsigned int line)
{
	struct virtio_device d = {
		.transport = &mmio_transport,
		.base = (volatile uint8_t *)(uintptr_t)base,
	};
	uint32_t version;

	if (mmio_read(&d, MAGIC) != MAGIC_VALUE)
		return;
	d.id = mmio_read(&d, DEVICE_ID);
	if (d.id == 0)
		return;
	version = mmio_read(&d, VERSION);
	if (version != 1 && version != 2) {
		console_printf("virtio at %#llx: unknown version %u\n",
		    (unsigned long long)base, version);
		return;
	}
	d.legacy = version == 1;
	ioapic_route(line);
	virtio_found(&d);
}

/* SIZE@BASE:LINE, as Linux' virtio_mmio.device. */
static void
mmio_word(struct str word)
{
	char text[64], *at, *colon;
	uint64_t base;

	if (!str_copy(word, text, sizeof(text)))
		goto bad;
	at = strchr(text, '@');
	colon = at != NULL ? strchr(at, ':') : NULL;
	if (colon == NULL)
		goto bad;
	base = strtoull(at + 1, NULL, 0);
	if (base == 0 || base % 4 != 0 || base > UINT32_MAX - PAGE)
		goto bad;
	mmio_try(base, (unsigned int)strtoul(colon + 1, NULL, 0));
	return;
bad:
	console_printf(
	    "virtio_mmio.device=%.*s: not SIZE@BASE:LINE\n", STR_ARG(word));
}

void
mmio_probe(void)
{
	struct str word, rest = { NULL, 0 };
	unsigned int slot, line;
	bool told = false;

	while (cmdline_next("virtio_mmio.device", &rest, &word)) {
		mmio_word(word);
		told = true;
	}
	if (told)
		return;
	/*
	 * With a second I/O APIC the devices hang on that, else from line 16
	 * on (QEMU's hw/i386/microvm.c, where ACPI is on).  QEMU gives the
	 * last slot to the first device of its command line.
	 */
	line = ioapic_second() ? IOAPIC_LINES : 16;
	for (slot = MICROVM_SLOTS; slot-- > 0;)
		mmio_try(MICROVM_BASE + slot * MICROVM_STEP, line + slot);
}
