/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_mss.h -- a helper of elements that speak TCP: how long the other end's
 * segments may be, as its SYN says (RFC 9293, 3.7.1).
 */
#ifndef ELEMENTS_IP_TCP_MSS_H
#define ELEMENTS_IP_TCP_MSS_H

#include "base/bytes.h"
#include "base/proto.h"

enum {
	TCP_OPT_EOL = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,
	TCP_OPT_MSS_LENGTH = 4,
	TCP_MSS_DEFAULT = 536,
};

/* The MSS option among those before end and before the header's end. */
static inline uint32_t
tcp_mss(const struct tcp *tcp, const uint8_t *end)
{
	const uint8_t *o = (const uint8_t *)(tcp + 1);
	uint32_t mss = TCP_MSS_DEFAULT;

	if (end > (const uint8_t *)tcp + tcp_hlen(tcp))
		end = (const uint8_t *)tcp + tcp_hlen(tcp);
	while (o < end && *o != TCP_OPT_EOL) {
		if (*o == TCP_OPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			break;
		if (*o == TCP_OPT_MSS && o[1] == TCP_OPT_MSS_LENGTH)
			mss = get_be16(o + 2);
		o += o[1];
	}
	return mss;
}

/* Writes the option, TCP_OPT_MSS_LENGTH bytes, at o. */
static inline void
tcp_mss_write(uint8_t *o, uint16_t mss)
{
	o[0] = TCP_OPT_MSS;
	o[1] = TCP_OPT_MSS_LENGTH;
	put_be16(o + 2, mss);
}

#endif
