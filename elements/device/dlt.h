/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dlt.h -- link types by the numbers of capture files: their names in
 * configurations, and where their frames hold an IP packet.  Shared by
 * FromDump, ToDump and FromDevice.
 */
#ifndef ELEMENTS_DEVICE_DLT_H
#define ELEMENTS_DEVICE_DLT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

struct packet;

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

/* "ETHER", "IP", ... or "#147"; false: no such type. */
bool dlt_parse(struct str text, uint32_t *dlt);
void dlt_print(struct strbuf *sb, uint32_t dlt);

/* Whether dlt_force_ip() knows the type at all. */
bool dlt_has_ip(uint32_t dlt);

/*
 * Finds the IPv4 or IPv6 packet in a frame and sets the network header (and,
 * IPv4, the destination annotation); false and unchanged when there is none
 * with a whole header.
 */
bool dlt_force_ip(struct packet *p, uint32_t dlt);

#endif
