/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * suspend.c -- a PV guest put to sleep and woken, perhaps on another host.
 *
 * The toolstack rewrites every machine frame in our page tables and in the
 * table from pages to frames, which it finds by a tree of frames that we lay
 * out; it refuses a page table that maps a frame not ours (shared info,
 * grant table), so those are unmapped first.
 */
#include "minios/arch.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "minios/pv/pv.h"
#include "minios/xen/grant.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"

enum { ENTRIES = PAGE_SIZE / sizeof(uint64_t), LISTS = 16 };

static uint64_t *pv_list_list;   /* frames of the pages below */
static uint64_t *pv_list[LISTS]; /* frames of the p2m table's pages */

/* Fills the tree anew: the frames are others after each resume. */
static void
pv_fill_lists(void)
{
	uint64_t table = pv.start_info->mfn_list >> PAGE_SHIFT;
	uint64_t pages = (pv.start_info->nr_pages + ENTRIES - 1) / ENTRIES;
	uint64_t i;

	for (i = 0; i < pages; i++)
		pv_list[i / ENTRIES][i % ENTRIES] = pv_frame_of(table + i);
	for (i = 0; i < LISTS && pv_list[i] != NULL; i++)
		pv_list_list[i] =
		    pv_frame_of((uintptr_t)pv_list[i] >> PAGE_SHIFT);
	xen.shared_info->arch.pfn_to_mfn_frame_list_list =
	    pv_frame_of((uintptr_t)pv_list_list >> PAGE_SHIFT);
	xen.shared_info->arch.max_pfn = pv.start_info->nr_pages;
}

void
pv_suspend_init(void)
{
	uint64_t covered = 0;
	unsigned int i;

	pv_list_list = pages_alloc(1);
	for (i = 0; i < LISTS && covered < pv.start_info->nr_pages; i++) {
		pv_list[i] = pages_alloc(1);
		covered += (uint64_t)ENTRIES * ENTRIES;
	}
	ASSERT(pv_list_list != NULL && pv_list[0] != NULL &&
	       covered >= pv.start_info->nr_pages);
	pv_fill_lists();
}

bool
pv_suspend(void)
{
	struct start_info *si = pv.start_info;
	struct sched_shutdown shutdown = { .reason = SHUTDOWN_suspend };
	struct start_info before = *si;
	uint64_t frame;
	long cancelled;

	frame = pv_frame_of((uintptr_t)si >> PAGE_SHIFT);
	si->store_mfn = pv_page_of(si->store_mfn);
	si->console.domU.mfn = pv_page_of(si->console.domU.mfn);
	pv_unmap_shared_info();
	cancelled = hypercall4(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
	    POINTER(&shutdown), frame, 0);
	if (cancelled != 0) {
		si->store_mfn = before.store_mfn;
		si->console.domU.mfn = before.console.domU.mfn;
	}
	pv_attach();
	pv_fill_lists();
	return cancelled == 0;
}
