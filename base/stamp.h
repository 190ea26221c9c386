/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stamp.h -- points in time and spans as int64_t nanoseconds, and their texts.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

static const int64_t NS_PER_SEC = 1000000000;
static const int64_t NS_PER_MS = 1000000;
static const int64_t NS_PER_US = 1000;

/* "12.345678", or nine digits when the nanoseconds need them. */
void sb_stamp(struct strbuf *sb, int64_t ns);
/* "12.345678900": always nine digits. */
void sb_stamp_ns(struct strbuf *sb, int64_t ns);
/* "12.345678": always six digits, truncated. */
void sb_stamp_us(struct strbuf *sb, int64_t ns);
/* A decimal number of seconds, up to nine digits after the point. */
bool stamp_parse(struct str s, int64_t *ns);

#endif
