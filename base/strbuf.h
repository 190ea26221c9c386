/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strbuf.h -- a string that grows.
 *
 *	struct strbuf sb = STRBUF_INIT;
 *	sb_printf(&sb, "%d packets", n);
 *	use(sb_str(&sb));
 *	sb_fini(&sb);
 *
 * When memory runs out the buffer keeps what it has, ignores what follows and
 * sb.oom stays set: one test at the end is enough.  The same with sb.full when
 * it would have more than sb.max bytes; the lines that are ignored are counted.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct arena;

struct strbuf {
	char *s; /* NULL or cap bytes */
	size_t n, cap;
	bool oom, full;
	size_t max;    /* the caller's to set; 0: none */
	uint64_t lost; /* lines, while it is full */
};

#define STRBUF_INIT                                                            \
	{                                                                      \
		NULL, 0, 0, false, false, 0, 0                                 \
	}

/* Frees the bytes; the buffer is empty and usable again. */
void sb_fini(struct strbuf *sb);

/* Room for n more bytes at sb->s + sb->n, or NULL (oom set). */
char *sb_reserve(struct strbuf *sb, size_t n);

void sb_add(struct strbuf *sb, struct str s);
void sb_addc(struct strbuf *sb, char c);
void sb_adds(struct strbuf *sb, const char *cstr);
void sb_fill(struct strbuf *sb, char c, size_t count);
void sb_printf(struct strbuf *sb, const char *fmt, ...) PRINTF(2, 3);
void sb_vprintf(struct strbuf *sb, const char *fmt, va_list ap) PRINTF(2, 0);

/* Decimal, without printf's price. */
void sb_u64(struct strbuf *sb, uint64_t x);
void sb_i64(struct strbuf *sb, int64_t x);

/* What it holds, borrowed until the next change. */
static inline struct str
sb_str(const struct strbuf *sb)
{
	return (struct str){ sb->s, sb->n };
}

/* NUL-terminated, borrowed until the next change; "" when out of memory. */
const char *sb_cstr(struct strbuf *sb);

/* Hands the bytes over as an owned string and empties the buffer. */
struct str sb_take(struct strbuf *sb);
/*
 * The same into *mem: 0, or ERR_NOMEM with *kept untouched, also when there
 * was not enough for all that sb was given.
 */
MUST_CHECK int sb_keep(struct strbuf *sb, struct arena *mem, struct str *kept);

static inline void
sb_clear(struct strbuf *sb)
{
	sb->n = 0;
}

/* The same for what begins anew: what was lost before is no matter any more. */
static inline void
sb_restart(struct strbuf *sb)
{
	sb->n = 0;
	sb->oom = false;
}

#endif
