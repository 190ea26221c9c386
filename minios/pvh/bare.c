/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bare.c -- a PVH guest of a hypervisor other than Xen (QEMU's microvm or q35,
 * with KVM or without): the PC's own devices.
 */
#include <string.h>

#include "minios/arch.h"
#include "minios/pvh/apic.h"
#include "minios/pvh/clock.h"
#include "minios/pvh/pvh.h"
#include "minios/serial.h"
#include "minios/virtio/console.h"
#include "minios/virtio/link.h"
#include "minios/virtio/virtio.h"

enum {
	PIC_MASTER = 0x21,
	PIC_SLAVE = 0xa1,
	PM1_CONTROL = 0x604, /* q35: where its firmware puts it */
	SLEEP_S5 = 0x2000,
	KEYBOARD = 0x64,
	PULSE_RESET = 0xfe,
	END_NS = 100000000,
};

/* microvm's hardware-reduced ACPI registers (QEMU's generic event device). */
#define GED_SLEEP ((volatile uint8_t *)0xfea00200)
#define GED_RESET ((volatile uint8_t *)0xfea00202)

void
pvh_bare_init(void)
{
	serial_init();
	outb(PIC_MASTER, 0xff);
	outb(PIC_SLAVE, 0xff);
	apic_init();
	clock_init();
}

static void
pvh_bare_idle(int64_t deadline_ns)
{
	int64_t now = clock_steady_ns();

	if (deadline_ns <= now || !virtio_may_sleep())
		return;
	apic_timer(deadline_ns - now);
	pvh_sleep();
}

/* The serial line, until there is a better console. */
static uint32_t
pvh_bare_write(const char *s, uint32_t n)
{
	return virtio_console_there() ? virtio_console_write(s, n)
	                              : serial_write(s, n);
}

static uint32_t
pvh_bare_read(char *s, uint32_t n)
{
	return virtio_console_there() ? virtio_console_read(s, n)
	                              : serial_read(s, n);
}

static void
outw(uint16_t port, uint16_t x)
{
	__asm__ volatile("outw %0, %1" : : "a"(x), "Nd"(port));
}

/* Tries what one machine or another has; the last is a triple fault. */
NORETURN static void
pvh_bare_end(enum machine_end how)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };
	int64_t end = clock_steady_ns() + END_NS;

	if (how == MACHINE_REBOOT) {
		*GED_RESET = 0x42;
		outb(KEYBOARD, PULSE_RESET);
	} else {
		outw(PM1_CONTROL, SLEEP_S5);
		*GED_SLEEP = 5 << 2 | 1 << 5;
	}
	/* It is obeyed a moment later, unless a triple fault comes before. */
	while (clock_steady_ns() < end)
		__asm__ volatile("pause");
	for (;;)
		__asm__ volatile("lidt %0; ud2" : : "m"(nothing));
}

const struct machine_ops machine_pvh_bare = {
	.name = "pvh",
	.root = pvh_root,
	.frame_of = pvh_same,
	.page_of = pvh_same,
	.table = pvh_table,
	.write = pvh_write,
	.sync = pvh_sync,
	.fault_address = pvh_fault_address,
	.set_fs = pvh_set_fs,
	.start = virtio_start,
	.selftest = pvh_selftest,
	.steady_ns = clock_steady_ns,
	.wall_ns = clock_wall_ns,
	.run_ns = clock_steady_ns,
	.poll = virtio_poll,
	.idle = pvh_bare_idle,
	.port_open = virtio_port_open,
	.control_accept = virtio_link_accept,
	.console_write = pvh_bare_write,
	.console_read = pvh_bare_read,
	.end = pvh_bare_end,
};
