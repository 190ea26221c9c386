/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ether_offset.h -- the OFFSET argument of the elements that copy an Ethernet
 * address to or from a packet: "src", "dst" or a number.  Not an element.
 */
#ifndef ELEMENTS_ETHERNET_ETHER_OFFSET_H
#define ELEMENTS_ETHERNET_ETHER_OFFSET_H

#include "click/conf.h"
#include "click/element.h"

/* word as an offset; reports and returns ERR_INVAL when it is none. */
static inline int
ether_offset_parse(struct str word, uint32_t *offset, struct errh *errh)
{
	uint64_t n = 0;
	bool overflow = false;

	if (str_is(word, "src") || str_is(word, "SRC"))
		n = 6;
	else if (str_is(word, "dst") || str_is(word, "DST"))
		n = 0;
	else if (!conf_u64(word, 0, &n, &overflow) || overflow ||
	         n > UINT32_MAX - 6)
		return errh_error(errh, "type mismatch: bad OFFSET");
	*offset = (uint32_t)n;
	return 0;
}

static inline bool
ether_offset_fits(uint32_t offset, const struct packet *p)
{
	return p->length >= 6 && offset <= p->length - 6;
}

#endif
