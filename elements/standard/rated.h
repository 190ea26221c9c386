/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rated.h -- RATE and burst arguments of RatedUnqueue, RatedSplitter and their
 * siblings that count bytes, and their rate handlers.  For these elements; not
 * an element.
 */
#ifndef ELEMENTS_STANDARD_RATED_H
#define ELEMENTS_STANDARD_RATED_H

#include "click/element.h"
#include "elements/standard/token_bucket.h"

/*
 * Bytes that must be in a bucket before a packet may take its length out of it:
 * no packet is longer.
 */
enum { RATED_THRESHOLD = 131072 };

/* Sets b up by conf; bytes: it counts bytes, not packets. */
int rated_configure(struct element *e, const struct strs *conf, bool bytes,
    struct token_bucket *b, struct errh *errh);

/* Appends the rate as "rate" and "config" have it. */
void rated_print(const struct token_bucket *b, bool bytes, struct strbuf *out);

#endif
