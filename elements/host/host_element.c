/* SPDX-License-Identifier: BSD-3-Clause */
/* host_element.c -- see host_element.h. */
#include "elements/host/host_element.h"

#include <errno.h>
#include <unistd.h>

#include "os/os.h"

bool
fd_write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.s, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_from(text, (size_t)n);
	}
	return true;
}

void
element_say(struct element *e, const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	char buf[256];
	va_list ap;

	sb_add(&line, element_declaration(e, buf));
	sb_adds(&line, ": ");
	va_start(ap, fmt);
	sb_vprintf(&line, fmt, ap);
	va_end(ap);
	sb_addc(&line, '\n');
	os_log(sb_str(&line));
	sb_fini(&line);
}

static void
errh_log_write(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

void
errh_log_init(struct errh *errh)
{
	errh_sink_init(errh, errh_log_write, NULL);
}
