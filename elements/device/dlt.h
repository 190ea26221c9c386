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

#include "base/dlt.h"
#include "base/str.h"
#include "base/strbuf.h"

struct packet;

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
