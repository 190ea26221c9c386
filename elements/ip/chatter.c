/* SPDX-License-Identifier: BSD-3-Clause */
/* chatter.c -- lines from elements into the log. */
#include "elements/ip/chatter.h"

#include <stdarg.h>

#include "base/strbuf.h"
#include "click/element.h"
#include "os/os.h"

static void
chatter_out(struct strbuf *sb)
{
	sb_addc(sb, '\n');
	os_log(sb_str(sb));
	sb_fini(sb);
}

void
chatter(const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	chatter_out(&sb);
}

void
element_chatter(struct element *e, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	char name[256];
	va_list ap;

	sb_add(&sb, element_declaration(e, name));
	sb_adds(&sb, ": ");
	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	chatter_out(&sb);
}
