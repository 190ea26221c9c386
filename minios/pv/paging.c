/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * paging.c -- page tables of a PV guest.  They hold machine frames, Xen alone
 * writes them, and a page that serves as one must not be writable to us.
 *
 * Xen keeps a table from frames to our pages at the start of its part of the
 * address space; the builder gave us the one from pages to frames.
 */
#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "minios/pv/pv.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"

enum { BATCH = 64, ENTRIES = 512, GRANT_FRAMES = 64 };

static struct {
	struct mmu_update update[BATCH];
	unsigned int count;
} queue;

static char shared_info_place[PAGE_SIZE] __attribute__((aligned(4096)));

uint64_t *
pv_root(void)
{
	return (uint64_t *)pv.start_info->pt_base;
}

uint64_t
pv_frame_of(uint64_t page)
{
	return ((const uint64_t *)pv.start_info->mfn_list)[page];
}

uint64_t
pv_page_of(uint64_t frame)
{
	return ((const uint64_t *)HYPERVISOR_VIRT_START)[frame];
}

static void
pv_flush_queue(void)
{
	long done = 0;

	if (queue.count == 0)
		return;
	done = hypercall4(__HYPERVISOR_mmu_update, POINTER(queue.update),
	    queue.count, 0, DOMID_SELF);
	ASSERT(done == 0);
	queue.count = 0;
}

void
pv_write(uint64_t *entry, uint64_t value)
{
	uint64_t va = (uintptr_t)entry;
	struct mmu_update *update;

	if (queue.count == BATCH)
		pv_flush_queue();
	update = &queue.update[queue.count++];
	update->ptr = pv_frame_of(va >> PAGE_SHIFT) << PAGE_SHIFT |
	              (va & (PAGE_SIZE - 1)) | MMU_NORMAL_PT_UPDATE;
	update->val = value;
}

void
pv_sync(void)
{
	struct mmuext_op op = { .cmd = MMUEXT_TLB_FLUSH_LOCAL };

	pv_flush_queue();
	hypercall4(__HYPERVISOR_mmuext_op, POINTER(&op), 1, 0, DOMID_SELF);
}

void
pv_table(void *page)
{
	uint64_t frame = pv_frame_of((uintptr_t)page >> PAGE_SHIFT);
	long err = hypercall4(__HYPERVISOR_update_va_mapping, POINTER(page),
	    frame << PAGE_SHIFT | PTE_PRESENT | PTE_NX, UVMF_INVLPG, 0);

	ASSERT(err == 0);
}

uint64_t
pv_mapped_end(void)
{
	uint64_t page = pv.start_info->pt_base >> PAGE_SHIFT;
	uint64_t *entry;

	for (; page < pv.start_info->nr_pages; page++) {
		entry = paging_entry(page << PAGE_SHIFT, false);
		if (entry == NULL || (*entry & PTE_PRESENT) == 0)
			break;
	}
	return page;
}

/*
 * A page for the table of what is mapped next, and the way to it: when they are
 * needed none may be free.
 */
static void
pv_prepare_table(void)
{
	uint64_t next = (pv.mapped_end + ENTRIES - 1) / ENTRIES * ENTRIES;

	pv.table = pages_alloc(1);
	if (pv.table != NULL &&
	    paging_directory_entry(next << PAGE_SHIFT) == NULL) {
		pages_free(pv.table);
		pv.table = NULL;
	}
}

uint64_t
pv_unmapped(void)
{
	uint64_t count = pv.start_info->nr_pages - pv.mapped_end;

	if (count > 0)
		pv_prepare_table();
	return pv.table != NULL ? count : 0;
}

/* Fills the table of [first, end), which it covers alone, and hooks it in. */
static void
pv_map_table(uint64_t first, uint64_t end)
{
	uint64_t page, *entry = paging_directory_entry(first << PAGE_SHIFT);

	memset(pv.table, 0, PAGE_SIZE);
	for (page = first; page < end; page++)
		pv.table[page % ENTRIES] = pv_frame_of(page) << PAGE_SHIFT |
		                           PTE_PRESENT | PTE_WRITE | PTE_NX;
	pv_table(pv.table);
	pv_write(entry, pv_frame_of((uintptr_t)pv.table >> PAGE_SHIFT)
	                        << PAGE_SHIFT |
	                    PTE_PRESENT | PTE_WRITE);
	pv.table = NULL;
}

/* The pages of a table that the builder has begun. */
static void
pv_map_pages(uint64_t first, uint64_t end)
{
	uint64_t page, frame;

	for (page = first; page < end; page++) {
		frame = pv_frame_of(page);
		(void)paging_map((void *)(page << PAGE_SHIFT), &frame, 1);
	}
}

/* Xen looks at each page that is mapped: a table's worth at a time. */
bool
pv_map_more(void)
{
	uint64_t first = pv.mapped_end, total = pv.start_info->nr_pages;
	uint64_t end = (first / ENTRIES + 1) * ENTRIES;

	if (end > total)
		end = total;
	if (first == end || pv.table == NULL)
		return false;
	if (first % ENTRIES == 0)
		pv_map_table(first, end);
	else
		pv_map_pages(first, end);
	pv_sync();
	pv.mapped_end = end;
	pages_arrive((struct page_range){ first, end });
	if (end < total && pv.table == NULL)
		pv_prepare_table();
	return true;
}

struct shared_info *
pv_map_shared_info(uint64_t machine_address)
{
	long err = hypercall4(__HYPERVISOR_update_va_mapping,
	    POINTER(shared_info_place),
	    machine_address | PTE_PRESENT | PTE_WRITE, UVMF_INVLPG, 0);

	ASSERT(err == 0);
	return (struct shared_info *)(void *)shared_info_place;
}

/* Puts the page's own memory back in its place. */
void
pv_unmap_shared_info(void)
{
	uint64_t frame =
	    pv_frame_of((uintptr_t)shared_info_place >> PAGE_SHIFT);

	paging_map(shared_info_place, &frame, 1);
	xen.shared_info = NULL;
}

/* Xen gives the frames of the whole table, of which we need the last. */
int
pv_grant_frame(void *page, unsigned int index)
{
	xen_pfn_t frames[GRANT_FRAMES];
	struct gnttab_setup_table setup = {
		.dom = DOMID_SELF,
		.nr_frames = index + 1,
	};
	uint64_t frame;

	if (index >= GRANT_FRAMES)
		return ERR_NOMEM;
	set_xen_guest_handle(setup.frame_list, frames);
	if (xen_grant_op(GNTTABOP_setup_table, &setup, 1) != 0 ||
	    setup.status != GNTST_okay)
		return ERR_NOMEM;
	frame = frames[index];
	return paging_map(page, &frame, 1);
}
