/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pages.h -- memory by pages: what is mapped and free, in runs.
 *
 * A bitmap says which pages are taken, a number a page how long the run is
 * that begins there.  First fit, so that low memory fills first and long runs
 * stay whole at the top.
 */
#ifndef MINIOS_PAGES_H
#define MINIOS_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "minios/machine.h"

struct pages_stats {
	uint64_t total, free, lowest_free; /* pages, mapped or not yet */
	uint64_t failures;                 /* requests that got NULL */
};

/* Takes its own tables from the largest range of boot.usable. */
void pages_init(void);
/* So many pages will arrive, when there is no room in those that are there. */
void pages_expect(uint64_t count);
/* [first, end), of those expected, is mapped; below boot.page_end. */
void pages_arrive(struct page_range range);

/* count pages in a row, not zeroed, or NULL. */
void *pages_alloc(size_t count);
/* Gives back a whole run. */
void pages_free(void *p);
/* Pages of the run that begins at p. */
size_t pages_run(const void *p);

void pages_stats(struct pages_stats *s);

#endif
