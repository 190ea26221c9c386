/* SPDX-License-Identifier: BSD-3-Clause */
/* xen.c -- a PVH guest of Xen: hypercalls, events by an interrupt vector. */
#include "minios/xen/xen.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/pvh/pvh.h"
#include "minios/xen/clock.h"
#include "minios/xen/console.h"
#include "minios/xen/event.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/netfront.h"
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

extern char hypercall_page[];

static char shared_info_place[PAGE_SIZE] __attribute__((aligned(4096)));

static uint64_t
pvh_xen_param(uint32_t index)
{
	struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };

	return xen_hvm_op(HVMOP_get_param, &param) == 0 ? param.value : 0;
}

static void
pvh_xen_map_shared_info(void)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_shared_info,
		.gpfn = POINTER(shared_info_place) >> PAGE_SHIFT,
	};
	long err = xen_memory_op(XENMEM_add_to_physmap, &map);

	ASSERT(err == 0);
	xen.shared_info = (struct shared_info *)(void *)shared_info_place;
}

static void
pvh_xen_set_callback(void)
{
	struct xen_hvm_param param = {
		.domid = DOMID_SELF,
		.index = HVM_PARAM_CALLBACK_IRQ,
		.value =
		    (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | PVH_VECTOR,
	};
	long err = xen_hvm_op(HVMOP_set_param, &param);

	ASSERT(err == 0);
}

/* Takes what Xen shares with us; again after each resume. */
static void
pvh_xen_attach(void)
{
	pvh_xen_map_shared_info();
	pvh_xen_set_callback();
	xen.console_page = pvh_xen_param(HVM_PARAM_CONSOLE_PFN) << PAGE_SHIFT;
	xen.console_port = (uint32_t)pvh_xen_param(HVM_PARAM_CONSOLE_EVTCHN);
	xen.store_page = pvh_xen_param(HVM_PARAM_STORE_PFN) << PAGE_SHIFT;
	xen.store_port = (uint32_t)pvh_xen_param(HVM_PARAM_STORE_EVTCHN);
}

void
pvh_xen_init(uint32_t leaf)
{
	wrmsr(cpuid(leaf + 2, 0).ebx, POINTER(hypercall_page));
	pvh_xen_attach();
}

static bool
pvh_xen_suspend(void)
{
	struct sched_shutdown shutdown = { .reason = SHUTDOWN_suspend };
	long cancelled = xen_sched_op(SCHEDOP_shutdown, &shutdown);

	if (cancelled == 0)
		pvh_xen_attach();
	return cancelled == 0;
}

static int
pvh_xen_grant_frame(void *page, unsigned int index)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_grant_table,
		.idx = index,
		.gpfn = POINTER(page) >> PAGE_SHIFT,
	};

	return xen_memory_op(XENMEM_add_to_physmap, &map) == 0 ? 0 : ERR_NOMEM;
}

static void
pvh_xen_idle(int64_t deadline_ns)
{
	xen_set_timer(xen_clock_deadline(deadline_ns));
	pvh_sleep();
}

const struct machine_ops machine_pvh_xen = {
	.name = "xen-pvh",
	.root = pvh_root,
	.frame_of = pvh_same,
	.page_of = pvh_same,
	.table = pvh_table,
	.write = pvh_write,
	.sync = pvh_sync,
	.grant_frame = pvh_xen_grant_frame,
	.fault_address = pvh_fault_address,
	.set_fs = pvh_set_fs,
	.start = xen_start,
	.selftest = pvh_xen_selftest,
	.suspend = pvh_xen_suspend,
	.steady_ns = xen_clock_steady_ns,
	.wall_ns = xen_clock_wall_ns,
	.run_ns = xen_clock_run_ns,
	.poll = event_poll,
	.idle = pvh_xen_idle,
	.port_open = netfront_open,
	.store = xen_store,
	.console_write = xen_console_write,
	.console_read = xen_console_read,
	.listen = shutdown_init,
	.end = xen_end,
};
