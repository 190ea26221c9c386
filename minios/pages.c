/* SPDX-License-Identifier: BSD-3-Clause */
/* pages.c -- see pages.h. */
#include "minios/pages.h"

#include <string.h>

#include "base/compiler.h"
#include "minios/arch.h"

static struct {
	uint64_t *taken; /* a bit a page, 1: taken or not there */
	uint32_t *run;   /* pages of the run that begins here, else 0 */
	uint64_t end;    /* pages covered, a multiple of 64 */
	uint64_t hint;   /* no free page below */
	uint64_t later;  /* pages that have not arrived yet */
	bool growing;
	struct pages_stats stats;
} pages;

static bool
pages_taken(uint64_t page)
{
	return (pages.taken[page / 64] >> (page % 64) & 1) != 0;
}

static void
pages_mark(uint64_t first, size_t count, bool taken)
{
	uint64_t page;

	for (page = first; page < first + count; page++) {
		if (taken)
			pages.taken[page / 64] |= UINT64_C(1) << (page % 64);
		else
			pages.taken[page / 64] &= ~(UINT64_C(1) << (page % 64));
	}
}

/* The next page at or after page that is free; pages.end if none. */
static uint64_t
pages_next_free(uint64_t page)
{
	uint64_t word;

	while (page < pages.end) {
		word = ~pages.taken[page / 64] >> (page % 64);
		if (word != 0)
			return page + (uint64_t)__builtin_ctzll(word);
		page = (page / 64 + 1) * 64;
	}
	return pages.end;
}

static uint64_t
pages_find(size_t count)
{
	uint64_t first = pages_next_free(pages.hint);
	uint64_t page;

	pages.hint = first;
	while (first + count <= pages.end) {
		for (page = first; page < first + count; page++)
			if (pages_taken(page))
				break;
		if (page == first + count)
			return first;
		first = pages_next_free(page);
	}
	return pages.end;
}

static void
pages_add(struct page_range range)
{
	ASSERT(range.first <= range.end && range.end <= pages.end);
	pages_mark(range.first, range.end - range.first, false);
	if (range.first < pages.hint)
		pages.hint = range.first;
}

/* They count as free from when they are known of. */
static void
pages_count(uint64_t n)
{
	pages.stats.total += n;
	pages.stats.free += n;
	pages.stats.lowest_free = pages.stats.free;
}

void
pages_init(void)
{
	struct page_range *best = &boot.usable[0];
	uint64_t bytes, end = (boot.page_end + 63) / 64 * 64;
	unsigned int i;
	char *base;

	bytes = end / 8 + end * sizeof(*pages.run);
	for (i = 0; i < boot.usable_count; i++)
		if (boot.usable[i].end - boot.usable[i].first >
		    best->end - best->first)
			best = &boot.usable[i];
	base = (char *)(best->first << PAGE_SHIFT);
	best->first += (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
	ASSERT(best->first < best->end);
	pages.end = end;
	pages.taken = (uint64_t *)(void *)base;
	pages.run = (uint32_t *)(void *)(base + end / 8);
	memset(base, 0xff, end / 8);
	memset(pages.run, 0, end * sizeof(*pages.run));
	for (i = 0; i < boot.usable_count; i++) {
		pages_add(boot.usable[i]);
		pages_count(boot.usable[i].end - boot.usable[i].first);
	}
}

void
pages_expect(uint64_t count)
{
	pages.later = count;
	pages_count(count);
}

void
pages_arrive(struct page_range range)
{
	ASSERT(range.end - range.first <= pages.later);
	pages.later -= range.end - range.first;
	pages_add(range);
}

/* Mapping them may need a page of what is there: not in turn. */
static bool
pages_grow(void)
{
	bool grown;

	if (pages.later == 0 || pages.growing)
		return false;
	pages.growing = true;
	grown = machine->map_more();
	pages.growing = false;
	return grown;
}

void *
pages_alloc(size_t count)
{
	uint64_t first;

	ASSERT(count > 0);
	while ((first = pages_find(count)) == pages.end && pages_grow())
		;
	if (first == pages.end) {
		pages.stats.failures++;
		return NULL;
	}
	pages_mark(first, count, true);
	pages.run[first] = (uint32_t)count;
	pages.stats.free -= count;
	if (pages.stats.free < pages.stats.lowest_free)
		pages.stats.lowest_free = pages.stats.free;
	return (void *)(first << PAGE_SHIFT);
}

size_t
pages_run(const void *p)
{
	uint64_t page = (uintptr_t)p >> PAGE_SHIFT;

	ASSERT((uintptr_t)p % PAGE_SIZE == 0 && page < pages.end);
	ASSERT(pages.run[page] != 0);
	return pages.run[page];
}

void
pages_free(void *p)
{
	uint64_t page = (uintptr_t)p >> PAGE_SHIFT;
	size_t count = pages_run(p);

	pages_mark(page, count, false);
	pages.run[page] = 0;
	pages.stats.free += count;
	if (page < pages.hint)
		pages.hint = page;
}

void
pages_stats(struct pages_stats *s)
{
	*s = pages.stats;
}
