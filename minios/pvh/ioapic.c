/* SPDX-License-Identifier: BSD-3-Clause */
/* ioapic.c -- see ioapic.h; registers: Intel 82093AA, 3.1. */
#include "minios/pvh/ioapic.h"

#include <stdint.h>

#include "minios/pvh/pvh.h"

enum {
	VERSION = 1,
	REDIRECTION = 0x10, /* two registers a line */
	WINDOW = 0x10,
	FIRST = (int)0xfec00000,
	SECOND = (int)0xfec10000, /* QEMU's microvm */
};

static uint32_t
ioapic_read(uint32_t base, uint32_t reg)
{
	*(volatile uint32_t *)(uintptr_t)base = reg;
	return *(volatile uint32_t *)(uintptr_t)(base + WINDOW);
}

static void
ioapic_write(uint32_t base, uint32_t reg, uint32_t x)
{
	*(volatile uint32_t *)(uintptr_t)base = reg;
	*(volatile uint32_t *)(uintptr_t)(base + WINDOW) = x;
}

bool
ioapic_second(void)
{
	uint32_t version = ioapic_read((uint32_t)SECOND, VERSION);

	return version != UINT32_MAX &&
	       (version >> 16 & 0xff) == IOAPIC_LINES - 1;
}

void
ioapic_route(unsigned int line)
{
	uint32_t base = (uint32_t)(line < IOAPIC_LINES ? FIRST : SECOND);
	uint32_t reg = REDIRECTION + 2 * (line % IOAPIC_LINES);

	if (line >= 2 * IOAPIC_LINES)
		return;
	/* To the only processor; fixed, on the rising edge, not masked. */
	ioapic_write(base, reg + 1, 0);
	ioapic_write(base, reg, PVH_VECTOR_APIC);
}
