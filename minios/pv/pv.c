/* SPDX-License-Identifier: BSD-3-Clause */
/* pv.c -- the machine of a Xen PV guest: its entry and its operations. */
#include "minios/pv/pv.h"

#include <string.h>

#include "minios/arch.h"
#include "minios/console.h"
#include "minios/image.h"
#include "minios/xen/clock.h"
#include "minios/xen/console.h"
#include "minios/xen/event.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/netfront.h"
#include "minios/xen/xen.h"

struct pv pv;

/* Page tables lie behind whatever else the builder made; then all is free. */
static void
pv_find_memory(const struct start_info *si)
{
	uint64_t made = (si->pt_base >> PAGE_SHIFT) + si->nr_pt_frames;
	struct page_range image = {
		.first = (uintptr_t)image_text >> PAGE_SHIFT,
		.end = made,
	};

	boot.page_end = si->nr_pages;
	pv.mapped_end = pv_mapped_end();
	boot_add((struct page_range){ 1, pv.mapped_end }, &image, 1);
	boot.module = (struct str){ (const char *)si->mod_start, si->mod_len };
}

static void
pv_set_fs(void *block)
{
	hypercall4(
	    __HYPERVISOR_set_segment_base, SEGBASE_FS, POINTER(block), 0, 0);
}

static uint64_t
pv_fault_address(void)
{
	return xen_vcpu_info()->arch.cr2;
}

static void
pv_idle(int64_t deadline_ns)
{
	uint64_t deadline = xen_clock_deadline(deadline_ns);

	if (event_wait(deadline))
		return;
	xen_set_timer(deadline);
	/* Opens events and sleeps, in one: none can slip in between. */
	xen_sched_op(SCHEDOP_block, NULL);
	xen_vcpu_info()->evtchn_upcall_mask = 1;
}

static void
pv_begin(void)
{
	pv_suspend_init();
	xen_start();
}

static const struct machine_ops machine_pv = {
	.name = "xen-pv",
	.root = pv_root,
	.frame_of = pv_frame_of,
	.page_of = pv_page_of,
	.table = pv_table,
	.write = pv_write,
	.sync = pv_sync,
	.unmapped = pv_unmapped,
	.map_more = pv_map_more,
	.grant_frame = pv_grant_frame,
	.fault_address = pv_fault_address,
	.set_fs = pv_set_fs,
	.start = pv_begin,
	.selftest = xen_selftest,
	.suspend = pv_suspend,
	.steady_ns = xen_clock_steady_ns,
	.wall_ns = xen_clock_wall_ns,
	.run_ns = xen_clock_run_ns,
	.poll = event_poll,
	.idle = pv_idle,
	.port_open = netfront_open,
	.store = xen_store,
	.console_write = xen_console_write,
	.console_read = xen_console_read,
	.listen = shutdown_init,
	.end = xen_end,
};

void
pv_attach(void)
{
	const struct start_info *si = pv.start_info;

	xen.shared_info = pv_map_shared_info(si->shared_info);
	xen_vcpu_info()->evtchn_upcall_mask = 1;
	xen.console_page = pv_page_of(si->console.domU.mfn) << PAGE_SHIFT;
	xen.console_port = si->console.domU.evtchn;
	xen.store_page = pv_page_of(si->store_mfn) << PAGE_SHIFT;
	xen.store_port = si->store_evtchn;
}

void pv_start(struct start_info *si);

void
pv_start(struct start_info *si)
{
	uint64_t tsc = rdtsc();

	machine = &machine_pv;
	boot.entered_tsc = tsc;
	pv.start_info = si;
	pv_attach();
	pv_traps_init();
	strncpy(
	    boot.cmdline, (const char *)si->cmd_line, sizeof(boot.cmdline) - 1);
	pv_find_memory(si);
	kernel_main();
}
