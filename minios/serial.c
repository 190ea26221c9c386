/* SPDX-License-Identifier: BSD-3-Clause */
/* serial.c -- see serial.h. */
#include "minios/serial.h"

#include "minios/arch.h"

enum {
	DATA = 0x3f8,
	FIFO = DATA + 2,
	LINE = DATA + 3,
	MODEM = DATA + 4,
	STATUS = DATA + 5,
	STATUS_IN = 1,
	STATUS_OUT = 0x20,
	STATUS_NONE = 0xff, /* what is read where there is no port */
	EIGHT_BITS = 3,
	PATIENCE = 100000,
};

void
serial_init(void)
{
	outb(LINE, EIGHT_BITS);
	outb(FIFO, 7); /* enabled, emptied */
	outb(MODEM, 3);
}

static int
serial_ready(void)
{
	int i;

	for (i = 0; i < PATIENCE; i++)
		if ((inb(STATUS) & STATUS_OUT) != 0)
			return 1;
	return 0;
}

uint32_t
serial_write(const char *s, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && serial_ready(); i++)
		outb(DATA, (uint8_t)s[i]);
	return i;
}

uint32_t
serial_read(char *s, uint32_t n)
{
	uint32_t i;

	if (inb(STATUS) == STATUS_NONE)
		return 0;
	for (i = 0; i < n && (inb(STATUS) & STATUS_IN) != 0; i++)
		s[i] = (char)inb(DATA);
	return i;
}
