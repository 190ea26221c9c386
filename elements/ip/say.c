/* SPDX-License-Identifier: BSD-3-Clause */
/* say.c -- a helper of the elements in ip/; see say.h. */
#include "elements/ip/say.h"

#include "base/strbuf.h"
#include "os/os.h"

void
say(const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	sb_addc(&sb, '\n');
	os_log(sb_str(&sb));
	sb_fini(&sb);
}
