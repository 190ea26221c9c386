/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pci.c -- virtio over PCI (virtio 1.2, 4.1), as firmware has left the bus:
 * bridges numbered, addresses given.  Interrupts by MSI-X, those of a device's
 * queues through its vector 0, of its configuration through vector 1.
 */
#include "base/atomic.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/paging.h"
#include "minios/pvh/pvh.h"
#include "minios/virtio/transport.h"

enum {
	ADDRESS = 0xcf8, /* PCI 3.0, 3.2.2.3.2 */
	DATA = 0xcfc,

	PCI_ID = 0x00,
	PCI_COMMAND = 0x04,
	COMMAND_MEMORY = 2,
	COMMAND_MASTER = 4,
	COMMAND_NO_INTX = 0x400,
	STATUS_CAPABILITIES = 0x100000,
	PCI_HEADER = 0x0c,
	HEADER_SEVERAL = 0x800000,
	HEADER_BRIDGE = 1,
	PCI_BARS = 0x10,
	BAR_IO = 1,
	BAR_64 = 4,
	PCI_BUSES = 0x18,
	PCI_CAPABILITIES = 0x34,
	CAPABILITY_VENDOR = 9,
	CAPABILITY_MSIX = 0x11,
	MSIX_ENABLE = 1 << 15,
	MSIX_LAST = 0x7ff,     /* number of the table's last entry */
	CAPABILITIES_MAX = 48, /* that fit: a longer list is a ring */
	BUSES = 256,

	VENDOR = 0x1af4,
	MODERN = 0x1040,
	TRANSITIONAL_NET = 0x1000,
	TRANSITIONAL_CONSOLE = 0x1003,

	/* cfg_type of a capability (4.1.4) */
	COMMON = 1,
	NOTIFY = 2,
	DEVICE = 4,

	/* struct virtio_pci_common_cfg (4.1.4.3) */
	FEATURES_SELECT = 0,
	FEATURES = 4,
	ACCEPT_SELECT = 8,
	ACCEPT = 12,
	CONFIG_VECTOR = 16,
	STATUS = 20,
	QUEUE_SELECT = 22,
	QUEUE_SIZE = 24,
	QUEUE_VECTOR = 26,
	QUEUE_ENABLE = 28,
	QUEUE_NOTIFY = 30,
	QUEUE_DESC = 32,
	QUEUE_AVAIL = 40,
	QUEUE_USED = 48,
	NO_VECTOR = 0xffff,

	LAPIC = (int)0xfee00000, /* where messages go (SDM 3A, 11.11) */
};

/* bus << 16 | device << 11 | function << 8 */
struct pci_function {
	uint32_t address;
};

static uint32_t
pci_read(struct pci_function f, uint32_t offset)
{
	outl(ADDRESS, UINT32_C(1) << 31 | f.address | (offset & 0xfc));
	return inl(DATA);
}

static void
pci_write(struct pci_function f, uint32_t offset, uint32_t x)
{
	outl(ADDRESS, UINT32_C(1) << 31 | f.address | (offset & 0xfc));
	outl(DATA, x);
}

static uint8_t
pci_read8(struct pci_function f, uint32_t offset)
{
	return (uint8_t)(pci_read(f, offset) >> (offset & 3) * 8);
}

/* Makes n bytes at address, beyond what the entry has mapped, reachable. */
static bool
pci_map(uint64_t address, uint32_t n)
{
	uint64_t page = address >> PAGE_SHIFT,
	         end = (address + n) >> PAGE_SHIFT;

	if (end < UINT64_C(1) << (32 - PAGE_SHIFT))
		return true;
	for (; page <= end; page++)
		if (paging_map((void *)(page << PAGE_SHIFT), &page, 1) != 0)
			return false;
	return true;
}

/* n bytes from offset on in BAR number bar; NULL if firmware gave it no place.
 */
static volatile uint8_t *
pci_bar(struct pci_function f, unsigned int bar, uint32_t offset, uint32_t n)
{
	uint64_t address;
	uint32_t low;

	if (bar > 5)
		return NULL;
	low = pci_read(f, PCI_BARS + 4 * bar);
	if ((low & BAR_IO) != 0)
		return NULL;
	address = low & ~UINT32_C(15);
	if ((low & BAR_64) != 0 && bar < 5)
		address |= (uint64_t)pci_read(f, PCI_BARS + 4 * bar + 4) << 32;
	if (address == 0 || !pci_map(address + offset, n))
		return NULL;
	return (volatile uint8_t *)(uintptr_t)(address + offset);
}

/* ---- struct virtio_transport ---- */

static volatile uint8_t *
pci_field8(const struct virtio_device *d, uint32_t offset)
{
	return d->base + offset;
}

static volatile uint16_t *
pci_field16(const struct virtio_device *d, uint32_t offset)
{
	return (volatile uint16_t *)(volatile void *)(d->base + offset);
}

static volatile uint32_t *
pci_field32(const struct virtio_device *d, uint32_t offset)
{
	return (volatile uint32_t *)(volatile void *)(d->base + offset);
}

static uint64_t
pci_features(struct virtio_device *d)
{
	uint64_t low;

	*pci_field32(d, FEATURES_SELECT) = 0;
	low = *pci_field32(d, FEATURES);
	*pci_field32(d, FEATURES_SELECT) = 1;
	return low | (uint64_t)*pci_field32(d, FEATURES) << 32;
}

static void
pci_accept(struct virtio_device *d, uint64_t features)
{
	/* After the reset, which has forgotten it (4.1.4.3.1). */
	*pci_field16(d, CONFIG_VECTOR) = d->config_vector;
	*pci_field32(d, ACCEPT_SELECT) = 0;
	*pci_field32(d, ACCEPT) = (uint32_t)features;
	*pci_field32(d, ACCEPT_SELECT) = 1;
	*pci_field32(d, ACCEPT) = (uint32_t)(features >> 32);
}

static uint8_t
pci_status(struct virtio_device *d)
{
	return *pci_field8(d, STATUS);
}

/* A reset is over when the status reads 0 (4.1.4.3.2). */
static void
pci_set_status(struct virtio_device *d, uint8_t status)
{
	unsigned int patience = 1000000;

	*pci_field8(d, STATUS) = status;
	while (status == 0 && *pci_field8(d, STATUS) != 0 && --patience > 0)
		;
}

static uint16_t
pci_queue_max(struct virtio_device *d, uint16_t q)
{
	*pci_field16(d, QUEUE_SELECT) = q;
	return *pci_field16(d, QUEUE_SIZE);
}

static void
pci_field64(const struct virtio_device *d, uint32_t offset, const void *p)
{
	*pci_field32(d, offset) = (uint32_t)(uintptr_t)p;
	*pci_field32(d, offset + 4) = (uint32_t)((uintptr_t)p >> 32);
}

static void
pci_queue_set(struct virtio_device *d, uint16_t q, const struct vring *r)
{
	*pci_field16(d, QUEUE_SELECT) = q;
	*pci_field16(d, QUEUE_SIZE) = r->size;
	*pci_field16(d, QUEUE_VECTOR) = 0;
	pci_field64(d, QUEUE_DESC, r->desc);
	pci_field64(d, QUEUE_AVAIL, r->avail);
	pci_field64(d, QUEUE_USED, r->used);
	if (q < VIRTIO_QUEUES)
		d->doorbell_of[q] = *pci_field16(d, QUEUE_NOTIFY);
	*pci_field16(d, QUEUE_ENABLE) = 1;
}

static void
pci_notify(struct virtio_device *d, uint16_t q)
{
	volatile void *bell =
	    d->doorbell + d->doorbell_of[q] * d->doorbell_step;

	*(volatile uint16_t *)bell = q;
}

static uint32_t
pci_config(struct virtio_device *d, uint32_t offset, unsigned int width)
{
	volatile void *p = d->device_config + offset;

	return width == 1   ? *(volatile uint8_t *)p
	       : width == 2 ? *(volatile uint16_t *)p
	                    : *(volatile uint32_t *)p;
}

/* Messages need none; which device sent the last one is not known. */
static bool
pci_acknowledge(struct virtio_device *d)
{
	uint32_t now = load_relaxed(&pvh_config_interrupts);
	bool changed = now != d->config_interrupts;

	d->config_interrupts = now;
	return changed;
}

static const struct virtio_transport pci_transport = {
	.features = pci_features,
	.accept = pci_accept,
	.status = pci_status,
	.set_status = pci_set_status,
	.queue_max = pci_queue_max,
	.queue_set = pci_queue_set,
	.notify = pci_notify,
	.config = pci_config,
	.acknowledge = pci_acknowledge,
};

/* ---- finding ---- */

/* A virtio capability (4.1.4): type, BAR, offset and length of a structure. */
static void
pci_virtio_capability(
    struct pci_function f, uint32_t at, struct virtio_device *d)
{
	uint32_t bar = pci_read8(f, at + 4);
	uint32_t offset = pci_read(f, at + 8), n = pci_read(f, at + 12);

	switch (pci_read8(f, at + 3)) {
	case COMMON:
		if (d->base == NULL)
			d->base = pci_bar(f, bar, offset, n);
		break;
	case NOTIFY:
		if (d->doorbell != NULL)
			break;
		d->doorbell = pci_bar(f, bar, offset, n);
		d->doorbell_step = pci_read(f, at + 16);
		break;
	case DEVICE:
		if (d->device_config == NULL)
			d->device_config = pci_bar(f, bar, offset, n);
		break;
	default:
		break;
	}
}

static void
pci_msix_entry(volatile uint32_t *entry, uint32_t vector)
{
	entry[0] = (uint32_t)LAPIC;
	entry[1] = 0;
	entry[2] = vector;
	entry[3] = 0; /* not masked */
}

/*
 * Vector 0 sends the message that ends our sleep, vector 1, if there is one,
 * another that is counted; false: it cannot be.
 */
static bool
pci_msix(struct pci_function f, uint32_t at, struct virtio_device *d)
{
	uint32_t table = pci_read(f, at + 4);
	bool several = (pci_read(f, at) >> 16 & MSIX_LAST) > 0;
	volatile uint8_t *p =
	    pci_bar(f, table & 7, table & ~UINT32_C(7), several ? 32 : 16);
	volatile uint32_t *entry = (volatile uint32_t *)(volatile void *)p;

	if (entry == NULL)
		return false;
	pci_msix_entry(entry, PVH_VECTOR_APIC);
	if (several)
		pci_msix_entry(entry + 4, PVH_VECTOR_CONFIG);
	d->config_vector = several ? 1 : NO_VECTOR;
	pci_write(f, at, pci_read(f, at) | (uint32_t)MSIX_ENABLE << 16);
	return true;
}

static void
pci_virtio(struct pci_function f, enum virtio_id id)
{
	struct virtio_device d = { .transport = &pci_transport, .id = id };
	uint32_t command = pci_read(f, PCI_COMMAND), at;
	unsigned int left = CAPABILITIES_MAX;
	bool interrupts = false;

	if ((command & STATUS_CAPABILITIES) == 0)
		return;
	pci_write(f, PCI_COMMAND,
	    (command & 0xffff) | COMMAND_MEMORY | COMMAND_MASTER |
	        COMMAND_NO_INTX);
	for (at = pci_read8(f, PCI_CAPABILITIES) & 0xfc; at != 0 && left > 0;
	     at = pci_read8(f, at + 1) & 0xfc, left--) {
		if (pci_read8(f, at) == CAPABILITY_VENDOR)
			pci_virtio_capability(f, at, &d);
		else if (pci_read8(f, at) == CAPABILITY_MSIX)
			interrupts = pci_msix(f, at, &d);
	}
	if (d.base == NULL || d.doorbell == NULL || d.device_config == NULL ||
	    !interrupts) {
		console_printf("pci %x: a virtio device without %s\n",
		    f.address >> 8, interrupts ? "virtio 1.0" : "MSI-X");
		return;
	}
	virtio_found(&d);
}

static void
pci_function(struct pci_function f)
{
	uint32_t id = pci_read(f, PCI_ID);

	if ((id & 0xffff) != VENDOR)
		return;
	switch (id >> 16) {
	case TRANSITIONAL_NET:
	case MODERN + VIRTIO_NET:
		pci_virtio(f, VIRTIO_NET);
		break;
	case TRANSITIONAL_CONSOLE:
	case MODERN + VIRTIO_CONSOLE:
		pci_virtio(f, VIRTIO_CONSOLE);
		break;
	default:
		break;
	}
}

/* Notes the buses behind bridges; bit n of next: bus n is to be looked at. */
static void
pci_bus(unsigned int bus, uint8_t *next)
{
	unsigned int device, function, several;
	uint32_t header, behind;

	for (device = 0; device < 32; device++) {
		several = 1;
		for (function = 0; function < several; function++) {
			struct pci_function f = { bus << 16 | device << 11 |
				                  function << 8 };

			if (pci_read(f, PCI_ID) == UINT32_MAX)
				continue;
			header = pci_read(f, PCI_HEADER);
			if (function == 0 && (header & HEADER_SEVERAL) != 0)
				several = 8;
			behind = pci_read(f, PCI_BUSES) >> 8 & 0xff;
			if ((header >> 16 & 0x7f) == HEADER_BRIDGE &&
			    behind > bus)
				next[behind / 8] |= (uint8_t)(1 << behind % 8);
			pci_function(f);
		}
	}
}

void
pci_probe(void)
{
	uint8_t next[BUSES / 8] = { 1 };
	unsigned int bus;

	for (bus = 0; bus < BUSES; bus++)
		if ((next[bus / 8] >> bus % 8 & 1) != 0)
			pci_bus(bus, next);
}
