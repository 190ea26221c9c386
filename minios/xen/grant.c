/* SPDX-License-Identifier: BSD-3-Clause */
/* grant.c -- see grant.h. */
#include "minios/xen/grant.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "minios/xen/public.h"

enum {
	FRAMES = 64,
	REFS = PAGE_SIZE / sizeof(grant_entry_v1_t), /* in a frame */
};

static struct {
	grant_entry_v1_t *frame[FRAMES];
	uint32_t *next; /* free list: the reference after this one */
	uint32_t frames, free, used;
} grants;

static grant_entry_v1_t *
grant_entry(uint32_t ref)
{
	return &grants.frame[ref / REFS][ref % REFS];
}

/* Makes [first, end) free, lowest first. */
static void
grant_add_free(uint32_t first, uint32_t end)
{
	uint32_t ref;

	if (first == 0) /* toolstacks own the first few; 0 ends the list */
		first = GNTTAB_NR_RESERVED_ENTRIES;
	for (ref = end; ref-- > first;) {
		grants.next[ref] = grants.free;
		grants.free = ref;
	}
}

/* One more frame; its references become the free list, lowest first. */
static int
grant_grow(void)
{
	uint32_t first = grants.frames * REFS;
	uint32_t *next;
	void *page;

	if (grants.frames == FRAMES)
		return ERR_NOMEM;
	next = realloc(grants.next, (first + REFS) * sizeof(*next));
	if (next == NULL)
		return ERR_NOMEM;
	grants.next = next;
	page = pages_alloc(1);
	if (page == NULL)
		return ERR_NOMEM;
	if (machine->grant_frame(page, grants.frames) != 0) {
		pages_free(page);
		return ERR_NOMEM;
	}
	grants.frame[grants.frames++] = page;
	grant_add_free(first, grants.frames * REFS);
	return 0;
}

int
grant_page(uint16_t domid, const void *p, bool read_only, uint32_t *ref)
{
	grant_entry_v1_t *e;

	if (grants.free == 0 && grant_grow() != 0)
		return ERR_NOMEM;
	*ref = grants.free;
	grants.free = grants.next[*ref];
	grants.used++;
	e = grant_entry(*ref);
	e->domid = domid;
	e->frame = (uint32_t)machine->frame_of((uintptr_t)p >> PAGE_SHIFT);
	/* Release: domain and frame before the flag that makes them valid. */
	store_release(&e->flags,
	    (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0)));
	return 0;
}

bool
grant_end(uint32_t ref)
{
	grant_entry_v1_t *e = grant_entry(ref);
	uint16_t flags = load_relaxed(&e->flags);

	do {
		if ((flags & (GTF_reading | GTF_writing)) != 0)
			return false;
	} while (!compare_exchange(&e->flags, &flags, 0));
	grants.next[ref] = grants.free;
	grants.free = ref;
	grants.used--;
	return true;
}

uint32_t
grant_used(void)
{
	return grants.used;
}

void
grant_suspend(void)
{
	uint64_t frame;
	uint32_t i;

	for (i = 0; i < grants.frames; i++) {
		frame =
		    machine->frame_of((uintptr_t)grants.frame[i] >> PAGE_SHIFT);
		paging_map(grants.frame[i], &frame, 1);
	}
}

void
grant_resume(bool fresh)
{
	uint32_t i, had = grants.frames;

	for (i = 0; i < had; i++)
		if (machine->grant_frame(grants.frame[i], i) != 0)
			break;
	ASSERT(i == had); /* the new host allows what the old one did */
	if (!fresh)
		return;
	/* The toolstack's are those of the new host already. */
	for (i = had == 0 ? 0 : GNTTAB_NR_RESERVED_ENTRIES; i < had * REFS; i++)
		store_relaxed(&grant_entry(i)->flags, (uint16_t)0);
}
