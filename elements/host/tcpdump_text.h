/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcpdump_text.h -- inside FromTcpdump: lines of tcpdump(1), in parts.
 */
#ifndef ELEMENTS_HOST_TCPDUMP_TEXT_H
#define ELEMENTS_HOST_TCPDUMP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

struct tcpdump_line {
	int64_t stamp_ns;
	uint8_t proto; /* 0: not known */
	uint32_t src, dst;
	uint16_t sport, dport; /* host order */
	uint32_t payload;
	bool have_payload;

	/* TCP */
	uint8_t flags;
	bool have_seq;
	uint32_t seq, end_seq, ack;
	uint16_t window, urgent;
	struct strbuf options; /* bytes; SACK's numbers as in the text */

	/* IP; what is not said is 0, the time to live 2 */
	uint8_t tos, ttl;
	uint16_t id, off;
	uint32_t length; /* 0: not said */
};

/*
 * Reads a line; names of ports are looked for as seen from e.  False: it is of
 * another form.  options must be initialised; it is emptied.
 */
struct element;
bool tcpdump_parse(struct tcpdump_line *l, struct str line, struct element *e);

#endif
