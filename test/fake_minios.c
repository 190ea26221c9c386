/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_minios.c -- see fake_minios.h. */
#include "test/fake_minios.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "minios/console.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/waiter.h"

static struct {
	uint64_t used, limit;
	char console[4096];
	size_t console_length;
	struct list posted;
} fake = { .limit = 1 << 20, .posted = LIST_INIT(fake.posted) };

struct boot_info boot;

void
fake_cmdline(const char *text)
{
	snprintf(boot.cmdline, sizeof(boot.cmdline), "%s", text);
}

void
fake_pages_limit(uint64_t pages)
{
	fake.limit = fake.used + pages;
}

uint64_t
fake_pages_used(void)
{
	return fake.used;
}

/* A page in front remembers the length, and catches what runs below. */
void *
pages_alloc(size_t count)
{
	char *p;

	if (count > fake.limit - fake.used)
		return NULL;
	p = aligned_alloc(PAGE_SIZE, (count + 1) * PAGE_SIZE);
	if (p == NULL)
		return NULL;
	memset(p, 0xa5, (count + 1) * PAGE_SIZE);
	memcpy(p, &count, sizeof(count));
	fake.used += count;
	return p + PAGE_SIZE;
}

void
pages_free(void *p)
{
	char *front = (char *)p - PAGE_SIZE;
	size_t count;

	memcpy(&count, front, sizeof(count));
	fake.used -= count;
	free(front);
}

void
pages_stats(struct pages_stats *s)
{
	*s = (struct pages_stats){
		.total = fake.limit,
		.free = fake.limit - fake.used,
	};
}

void
console_printf(const char *fmt, ...)
{
	size_t room = sizeof(fake.console) - fake.console_length;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(fake.console + fake.console_length, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		fake.console_length += (size_t)n < room ? (size_t)n : room - 1;
}

const char *
fake_console(void)
{
	return fake.console;
}

void
fake_console_clear(void)
{
	fake.console_length = 0;
	fake.console[0] = '\0';
}

void
waiter_source_init(struct waiter_source *s, struct os_waiter *w,
    void (*run)(struct waiter_source *))
{
	list_init(&s->node);
	s->waiter = w;
	s->run = run;
}

void
waiter_post(struct waiter_source *s)
{
	if (list_empty(&s->node))
		list_append(&fake.posted, &s->node);
}

void
waiter_cancel(struct waiter_source *s)
{
	list_remove(&s->node);
}

unsigned int
fake_deliver(void)
{
	struct list *node;
	unsigned int n = 0;

	while ((node = list_pop(&fake.posted)) != NULL) {
		struct waiter_source *s =
		    container_of(node, struct waiter_source, node);

		s->run(s);
		n++;
	}
	return n;
}
