/* SPDX-License-Identifier: BSD-3-Clause */
/* host_element.c -- see host_element.h. */
#include "elements/host/host_element.h"

#include <errno.h>
#include <unistd.h>

#include "base/atomic.h"
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

bool
str_is_nocase(struct str s, const char *cstr)
{
	size_t i;

	for (i = 0; i < s.n && cstr[i] != '\0'; i++) {
		char c = s.s[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != cstr[i])
			return false;
	}
	return i == s.n && cstr[i] == '\0';
}

/* There is one log. */
static struct {
	struct spinlock lock;
	struct log_listener {
		void (*tell)(void *arg, struct str text);
		void *arg;
	} listeners[LOG_LISTENERS];
	uint32_t n;
} log_state;

int
log_listen(void (*tell)(void *arg, struct str text), void *arg)
{
	int err = ERR_NOMEM;

	spin_lock(&log_state.lock);
	for (size_t i = 0; err != 0 && i < LOG_LISTENERS; i++) {
		struct log_listener *l = &log_state.listeners[i];

		if (l->tell != NULL)
			continue;
		*l = (struct log_listener){ tell, arg };
		store_relaxed(&log_state.n, log_state.n + 1);
		err = 0;
	}
	spin_unlock(&log_state.lock);
	return err;
}

void
log_unlisten(void *arg)
{
	spin_lock(&log_state.lock);
	for (size_t i = 0; i < LOG_LISTENERS; i++) {
		struct log_listener *l = &log_state.listeners[i];

		if (l->tell == NULL || l->arg != arg)
			continue;
		*l = (struct log_listener){ NULL, NULL };
		store_relaxed(&log_state.n, log_state.n - 1);
	}
	spin_unlock(&log_state.lock);
}

void
log_tell(struct str text)
{
	if (load_relaxed(&log_state.n) == 0)
		return;
	spin_lock(&log_state.lock);
	for (size_t i = 0; i < LOG_LISTENERS; i++)
		if (log_state.listeners[i].tell != NULL)
			log_state.listeners[i].tell(
			    log_state.listeners[i].arg, text);
	spin_unlock(&log_state.lock);
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
