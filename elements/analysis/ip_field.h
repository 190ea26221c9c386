/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_field.h -- a piece of a packet's headers as configurations name it: "ip
 * src/8", "tcp dport", "ip[12:4]", "transp {0:16} & 0xff00".
 */
#ifndef ELEMENTS_ANALYSIS_IP_FIELD_H
#define ELEMENTS_ANALYSIS_IP_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "click/errh.h"

struct element;

/* Protocols of fields that are not one: beyond the byte in the header. */
enum {
	IP_FIELD_IP = 0,
	IP_FIELD_TCPUDP = 256,
	IP_FIELD_TRANSP = 258,
	IP_FIELD_PAYLOAD = 259,
};

struct ip_field {
	uint32_t proto;          /* whose header it lies in, or one of these */
	uint32_t offset, length; /* bits from there; length up to 512 */
};

/*
 * Reads a field from the beginning of *s, which is moved behind it.  ERR_INVAL
 * has been reported.  e, for names of protocols, may be NULL.
 */
int ip_field_parse(
    struct ip_field *f, struct str *s, struct element *e, struct errh *errh);
void ip_field_print(
    struct strbuf *sb, const struct ip_field *f, struct element *e);

#endif
