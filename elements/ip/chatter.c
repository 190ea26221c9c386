/* SPDX-License-Identifier: BSD-3-Clause */
/* chatter.c -- lines from elements to the log. */
#include "elements/ip/chatter.h"

#include <stdarg.h>

#include "base/strbuf.h"
#include "click/element.h"
#include "elements/ip/say.h"

void
element_chatter(struct element *e, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	char name[256];
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	say("%.*s: %s", STR_ARG(element_declaration(e, name)), sb_cstr(&sb));
	sb_fini(&sb);
}
