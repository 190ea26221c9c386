/* SPDX-License-Identifier: BSD-3-Clause */
/* dlt.h -- link types by the numbers of capture files. */
#ifndef BASE_DLT_H
#define BASE_DLT_H

#include <stdint.h>

enum dlt {
	DLT_NULL = 0,
	DLT_ETHER = 1,
	DLT_PPP = 9,
	DLT_FDDI = 10,
	DLT_RAW_HOST = 12, /* raw IP as some systems' programs wrote it */
	DLT_PPP_HDLC = 50,
	DLT_ATM_RFC1483 = 100,
	DLT_RAW = 101,
	DLT_C_HDLC = 104,
	DLT_802_11 = 105,
	DLT_LINUX_SLL = 113,
	DLT_PRISM = 119,
	DLT_AIRONET = 120,
	DLT_SUNATM = 123,
	DLT_802_11_RADIO = 127,
};

/* The one number for types that have several. */
static inline uint32_t
dlt_canonical(uint32_t dlt)
{
	return dlt == DLT_RAW_HOST ? (uint32_t)DLT_RAW : dlt;
}

#endif
