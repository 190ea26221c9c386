/* SPDX-License-Identifier: BSD-3-Clause */
/* json.h -- strings as JSON has them (RFC 8259, 7); the rest is printf. */
#ifndef VALE_JSON_H
#define VALE_JSON_H

#include "base/strbuf.h"

static inline void
json_str(struct strbuf *out, struct str s)
{
	sb_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c == '"' || c == '\\')
			sb_printf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			sb_printf(out, "\\u%04x", c);
		else
			sb_addc(out, (char)c);
	}
	sb_addc(out, '"');
}

#endif
