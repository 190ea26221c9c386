/* SPDX-License-Identifier: BSD-3-Clause */
/* strbuf.c -- a string that grows by half of itself. */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"

enum { STRBUF_MIN = 64 };

void
sb_fini(struct strbuf *sb)
{
	free(sb->s);
	*sb = (struct strbuf)STRBUF_INIT;
}

char *
sb_reserve(struct strbuf *sb, size_t n)
{
	size_t cap = sb->cap + sb->cap / 2;
	char *s;

	if (sb->oom || sb->full)
		return NULL;
	if (sb->max != 0 && n > sb->max - sb->n) {
		sb->full = true;
		return NULL;
	}
	if (sb->s != NULL && n <= sb->cap - sb->n)
		return sb->s + sb->n;
	if (n > SIZE_MAX / 4 - sb->n) {
		sb->oom = true;
		return NULL;
	}
	if (cap < sb->n + n)
		cap = sb->n + n;
	if (cap < STRBUF_MIN)
		cap = STRBUF_MIN;
	if (sb->max != 0 && cap > sb->max)
		cap = sb->max;
	s = realloc(sb->s, cap);
	if (s == NULL) {
		sb->oom = true;
		return NULL;
	}
	sb->s = s;
	sb->cap = cap;
	return s + sb->n;
}

/* There was no room for s. */
static void
sb_lose(struct strbuf *sb, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		sb->lost += s.s[i] == '\n';
}

void
sb_add(struct strbuf *sb, struct str s)
{
	char *to;

	if (s.n == 0)
		return;
	to = sb_reserve(sb, s.n);
	if (to == NULL) {
		sb_lose(sb, s);
		return;
	}
	memcpy(to, s.s, s.n);
	sb->n += s.n;
}

void
sb_addc(struct strbuf *sb, char c)
{
	char *to = sb_reserve(sb, 1);

	if (to == NULL) {
		sb_lose(sb, str_make(&c, 1));
		return;
	}
	*to = c;
	sb->n++;
}

void
sb_adds(struct strbuf *sb, const char *cstr)
{
	sb_add(sb, str_of(cstr));
}

void
sb_fill(struct strbuf *sb, char c, size_t count)
{
	char *to = count == 0 ? NULL : sb_reserve(sb, count);

	if (to == NULL)
		return;
	memset(to, c, count);
	sb->n += count;
}

void
sb_printf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(sb, fmt, ap);
	va_end(ap);
}

/* Once into the room that is there; if that was too little, once more. */
void
sb_vprintf(struct strbuf *sb, const char *fmt, va_list ap)
{
	char *to = sb_reserve(sb, STRBUF_MIN);
	size_t room = sb->cap - sb->n;
	va_list again;
	int n;

	if (to == NULL) {
		sb_lose(sb, str_of(fmt));
		return;
	}
	va_copy(again, ap);
	n = vsnprintf(to, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room) {
		to = sb_reserve(sb, (size_t)n + 1);
		if (to != NULL)
			n = vsnprintf(to, (size_t)n + 1, fmt, again);
		else
			sb_lose(sb, str_of(fmt));
	}
	va_end(again);
	if (to != NULL && n > 0)
		sb->n += (size_t)n;
}

void
sb_u64(struct strbuf *sb, uint64_t x)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + x % 10);
	while ((x /= 10) != 0);
	sb_add(sb, str_make(digits + at, sizeof(digits) - at));
}

void
sb_i64(struct strbuf *sb, int64_t x)
{
	if (x < 0)
		sb_addc(sb, '-');
	sb_u64(sb, x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

const char *
sb_cstr(struct strbuf *sb)
{
	char *end = sb_reserve(sb, 1);

	if (end == NULL)
		return "";
	*end = '\0';
	return sb->s;
}

struct str
sb_take(struct strbuf *sb)
{
	struct str s;

	sb_cstr(sb);
	if (sb->oom) {
		sb_fini(sb);
		return str_make(NULL, 0);
	}
	s = str_make(sb->s, sb->n);
	*sb = (struct strbuf)STRBUF_INIT;
	return s;
}

int
sb_keep(struct strbuf *sb, struct arena *mem, struct str *kept)
{
	struct str copy = { NULL, 0 };

	if (!sb->oom)
		copy = arena_str(mem, sb_str(sb));
	sb_fini(sb);
	if (copy.s == NULL)
		return ERR_NOMEM;
	*kept = copy;
	return 0;
}
