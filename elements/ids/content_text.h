/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content_text.h -- byte strings as Snort writes them: text, with bytes in
 * hexadecimal between bars, "GET |20 2f|" (Snort Users Manual 2.9, 3.5.1).
 *
 * A backslash takes away the meaning of the character after it.
 */
#ifndef ELEMENTS_IDS_CONTENT_TEXT_H
#define ELEMENTS_IDS_CONTENT_TEXT_H

#include "base/strbuf.h"

/*
 * Appends the bytes that text stands for.  NULL, or what is wrong with it, as
 * the end of a sentence.
 */
const char *content_text_parse(struct str text, struct strbuf *out);

#endif
