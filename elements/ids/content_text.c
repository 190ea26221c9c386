/* SPDX-License-Identifier: BSD-3-Clause */
/* content_text.c -- byte strings as Snort writes them; see content_text.h. */
#include "elements/ids/content_text.h"

/* The bytes between two bars, from s[*i] on; *i is then at the second. */
static const char *
content_text_hex(struct str s, size_t *i, struct strbuf *out)
{
	int high = -1;

	for (; *i < s.n && s.s[*i] != '|'; (*i)++) {
		int x = char_hex(s.s[*i]);

		if (char_space(s.s[*i]) && high < 0)
			continue;
		if (x < 0)
			return "has something else than pairs of hexadecimal "
			       "digits between bars";
		if (high >= 0)
			sb_addc(out, (char)(high << 4 | x));
		high = high >= 0 ? -1 : x;
	}
	if (*i == s.n)
		return "has no closing bar";
	return high < 0 ? NULL : "has half a byte between bars";
}

const char *
content_text_parse(struct str s, struct strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *wrong = NULL;

		if (s.s[i] == '\\') {
			if (++i == s.n)
				return "ends in a backslash";
			sb_addc(out, s.s[i]);
		} else if (s.s[i] == '|') {
			i++;
			wrong = content_text_hex(s, &i, out);
		} else {
			sb_addc(out, s.s[i]);
		}
		if (wrong != NULL)
			return wrong;
	}
	return out->oom ? "does not fit into memory" : NULL;
}
