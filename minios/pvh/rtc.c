/* SPDX-License-Identifier: BSD-3-Clause */
/* rtc.c -- see rtc.h; registers of the MC146818. */
#include "minios/pvh/rtc.h"

#include "minios/arch.h"

enum {
	INDEX = 0x70,
	DATA = 0x71,
	STATUS_A = 10,
	STATUS_B = 11,
	UPDATING = 0x80,
	BINARY = 4,
	PATIENCE = 100000,
};

static uint8_t
rtc_read(uint8_t reg)
{
	outb(INDEX, reg);
	return inb(DATA);
}

static int
rtc_field(uint8_t reg)
{
	int x = rtc_read(reg);

	if ((rtc_read(STATUS_B) & BINARY) == 0)
		x = (x >> 4) * 10 + (x & 15);
	return x;
}

/* Days since 1970-01-01 of a date; years begin in March, so that the day that
 * leap years add is their last. */
static int64_t
rtc_days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day -
	       1 - 719468;
}

int64_t
rtc_seconds(void)
{
	int64_t days;
	int i;

	if (rtc_read(STATUS_A) == 0xff)
		return 0;
	for (i = 0; i < PATIENCE && (rtc_read(STATUS_A) & UPDATING) != 0; i++)
		;
	days = rtc_days(2000 + rtc_field(9), rtc_field(8), rtc_field(7));
	return ((days * 24 + rtc_field(4)) * 60 + rtc_field(2)) * 60 +
	       rtc_field(0);
}
