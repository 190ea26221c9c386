/* SPDX-License-Identifier: BSD-3-Clause */
/* rtc.h -- the battery clock, read once. */
#ifndef MINIOS_PVH_RTC_H
#define MINIOS_PVH_RTC_H

#include <stdint.h>

/* Seconds since 1970, taken for UTC; 0 where there is no such clock. */
int64_t rtc_seconds(void);

#endif
