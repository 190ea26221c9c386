/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * payload.h -- the bytes that a source fills its packets with: DATA, cut or
 * repeated to LENGTH.  For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_PAYLOAD_H
#define ELEMENTS_STANDARD_PAYLOAD_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* What sources send when no DATA is given. */
#define PAYLOAD_DEFAULT                                                        \
	STR("Random bullshit in a packet, at least 64 bytes long. "            \
	    "Well, now it is.")

struct payload {
	struct str data;  /* as given; owned */
	struct str bytes; /* as sent; owned */
	int32_t length;   /* as given; negative: that of data */
};

/*
 * data, which may be p's own, is copied.  ERR_NOMEM leaves *p as it was; so
 * does ERR_RANGE, for a length that no packet can have.
 */
int payload_set(struct payload *p, struct str data, int32_t length);
void payload_fini(struct payload *p);

#endif
