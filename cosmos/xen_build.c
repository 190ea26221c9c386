/* SPDX-License-Identifier: BSD-3-Clause */
/* xen_build.c -- a domain made by libxenctrl and filled by libxenguest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/xen.h"

#include <xen/hvm/params.h>
#include <xenguest.h>

enum {
	SLACK_KB = 1024, /* beyond the guest's own memory, as libxl allows */
	GRANT_FRAMES = 32,
	EVENT_PORTS = 1023,
	/* Xen's bookkeeping of a PVH guest: 1 MB and 4 kB a megabyte. */
	HAP_BASE_MB = 1,
	HAP_MB_PER_MB = 256,
	TSC_NATIVE = 2, /* xen's docs/man/xen-tscmode(7) */
};

#define GB_4 (UINT64_C(1) << 32)
/* Where a PVH guest's special pages lie (xen's hvm/e820.h). */
#define MMIO_SIZE UINT64_C(0x10000000)

static int
build_empty(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	struct xen_domctl_createdomain config = {
		.flags = g->pvh ? XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap : 0,
		.max_vcpus = 1,
		.max_evtchn_port = EVENT_PORTS,
		.max_grant_frames = GRANT_FRAMES,
		.max_maptrack_frames = 0,
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
		.arch.emulation_flags = g->pvh ? XEN_X86_EMU_LAPIC : 0,
	};
	unsigned int hap_mb =
	    HAP_BASE_MB + (unsigned int)(g->memory_kb / 1024 / HAP_MB_PER_MB);

	memcpy(config.handle, g->handle, sizeof(config.handle));
	g->domid = 0;
	if (xc_domain_create(h->xch, &g->domid, &config) != 0) {
		g->domid = 0;
		return xen_fail(c, h, "%s: creating the domain", g->spec->name);
	}
	if (xc_domain_max_vcpus(h->xch, g->domid, 1) != 0 ||
	    xc_domain_setmaxmem(h->xch, g->domid, g->memory_kb + SLACK_KB) != 0)
		return xen_fail(c, h, "%s: its limits", g->spec->name);
	/*
	 * Its clock is Xen's, who says how the counter runs here: by default
	 * Xen would emulate each look at it, thousands of cycles, for a guest
	 * that has come from a processor of another speed, or on one whose
	 * counter is not steady.
	 */
	if (xc_domain_set_tsc_info(h->xch, g->domid, TSC_NATIVE, 0, 0, 0) != 0)
		return xen_fail(c, h, "%s: its clock", g->spec->name);
	if (g->pvh && xc_shadow_control(h->xch, g->domid,
	                  XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION, &hap_mb, 0) < 0)
		return xen_fail(
		    c, h, "%s: memory for Xen's tables of it", g->spec->name);
	return COSMOS_OK;
}

static int
build_events(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	int store = xc_evtchn_alloc_unbound(h->xch, g->domid, 0);
	int console = xc_evtchn_alloc_unbound(h->xch, g->domid, 0);

	if (store < 0 || console < 0)
		return xen_fail(c, h, "%s: its event channels", g->spec->name);
	g->store_port = (unsigned int)store;
	g->console_port = (unsigned int)console;
	return COSMOS_OK;
}

/* The memory map that a PVH guest finds in its start info. */
static int
build_map(struct cosmos *c, struct xen_host *h, const struct xen_guest *g,
    struct xc_dom_image *d)
{
	const struct e820entry map[] = {
		{ .addr = 0, .size = g->memory_kb << 10, .type = E820_RAM },
		/* The pages of store and console, and the local APIC. */
		{ .addr = GB_4 - MMIO_SIZE,
		    .size = MMIO_SIZE,
		    .type = E820_RESERVED },
	};

	d->e820 = malloc(sizeof(map));
	if (d->e820 == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	memcpy(d->e820, map, sizeof(map));
	d->e820_entries = ARRAY_SIZE(map);
	if (xc_domain_set_memory_map(
	        h->xch, g->domid, d->e820, d->e820_entries) != 0)
		return xen_fail(c, h, "%s: its memory map", g->spec->name);
	return COSMOS_OK;
}

static void
build_prepare(struct xen_guest *g, struct xc_dom_image *d)
{
	d->container_type = g->pvh ? XC_DOM_HVM_CONTAINER : XC_DOM_PV_CONTAINER;
	d->console_evtchn = g->console_port;
	d->xenstore_evtchn = g->store_port;
	d->max_vcpus = 1;
	if (!g->pvh)
		return;
	d->target_pages = (xen_pfn_t)(g->memory_kb >> 2);
	d->lowmem_end = g->memory_kb << 10;
	d->mmio_size = MMIO_SIZE;
	d->mmio_start = GB_4 - MMIO_SIZE;
}

static int
build_image(struct cosmos *c, struct xen_host *h, struct xen_guest *g,
    struct xc_dom_image *d)
{
	int status = COSMOS_OK;

	build_prepare(g, d);
	if (xc_dom_kernel_file(d, g->image) != 0)
		return xen_fail(c, h, "%s: kernel %s", g->spec->name, g->image);
	/*
	 * The configuration comes as the ramdisk: it runs before anybody has
	 * spoken to the store, and the store does not carry it.
	 */
	if (g->spec->config != NULL && xc_dom_module_mem(d, g->spec->config,
	                                   g->spec->config_length, NULL) != 0)
		return xen_fail(c, h, "%s: its configuration", g->spec->name);
	if (xc_dom_boot_xen_init(d, h->xch, g->domid) != 0 ||
	    xc_dom_parse_image(d) != 0)
		return xen_fail(c, h, "%s: kernel %s is none for %s",
		    g->spec->name, g->image, g->pvh ? "PVH" : "PV");
	if (xc_dom_mem_init(d, (unsigned int)(g->memory_kb / 1024)) != 0 ||
	    xc_dom_boot_mem_init(d) != 0)
		return xen_fail(c, h, "%s: %llu kB of memory", g->spec->name,
		    (unsigned long long)g->memory_kb);
	if (g->pvh)
		status = build_map(c, h, g, d);
	if (status != COSMOS_OK)
		return status;
	if (xc_dom_build_image(d) != 0 || xc_dom_boot_image(d) != 0 ||
	    xc_dom_gnttab_init(d) != 0)
		return xen_fail(c, h, "%s: its image", g->spec->name);
	return COSMOS_OK;
}

/* What PVH guests find by parameters, PV guests by their start info. */
static int
build_parameters(struct cosmos *c, struct xen_host *h, struct xen_guest *g,
    const struct xc_dom_image *d)
{
	if (!g->pvh) {
		g->console_frame = d->pv_p2m[d->console_pfn];
		g->store_frame = d->pv_p2m[d->xenstore_pfn];
		return COSMOS_OK;
	}
	g->console_frame = d->console_pfn;
	g->store_frame = d->xenstore_pfn;
	if (xc_hvm_param_set(
	        h->xch, g->domid, HVM_PARAM_STORE_EVTCHN, g->store_port) != 0 ||
	    xc_hvm_param_set(h->xch, g->domid, HVM_PARAM_CONSOLE_EVTCHN,
	        g->console_port) != 0)
		return xen_fail(c, h, "%s: its parameters", g->spec->name);
	return COSMOS_OK;
}

static int
build_affinity(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	uint8_t cpus[CPUS_BYTES] = { 0 };
	int status;

	if (g->spec->cpus == NULL)
		return COSMOS_OK;
	status = cpus_parse(c, g->spec->name, g->spec->cpus, cpus);
	if (status == COSMOS_OK && xc_vcpu_setaffinity(h->xch, g->domid, 0,
	                               cpus, NULL, XEN_VCPUAFFINITY_HARD) != 0)
		return xen_fail(c, h, "%s: its processors", g->spec->name);
	return status;
}

/* Said before anything is made; Xen itself only says that it cannot. */
static int
build_room(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	xc_physinfo_t info;

	memset(&info, 0, sizeof(info));
	if (xc_physinfo(h->xch, &info) != 0)
		return xen_fail(c, h, "the machine's memory");
	if (info.free_pages * 4 >= g->memory_kb)
		return COSMOS_OK;
	return cosmos_fail(c, COSMOS_E_FULL,
	    "%s: %llu kB of memory: Xen has %llu kB free", g->spec->name,
	    (unsigned long long)g->memory_kb,
	    (unsigned long long)info.free_pages * 4);
}

int
xen_build_domain(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	int status = build_room(c, h, g);

	g->domid = 0;
	if (status == COSMOS_OK)
		status = build_empty(c, h, g);
	g->making = g->domid != 0 ? xen_making(g->domid) : -1;
	if (status == COSMOS_OK)
		status = build_affinity(c, h, g);
	return status == COSMOS_OK ? build_events(c, h, g) : status;
}

int
xen_build(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	struct xc_dom_image *d;
	int status;

	d = xc_dom_allocate(
	    h->xch, g->spec->cmdline != NULL ? g->spec->cmdline : "", NULL);
	if (d == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	status = build_image(c, h, g, d);
	if (status == COSMOS_OK)
		status = build_parameters(c, h, g, d);
	free(d->e820);
	d->e820 = NULL;
	g->dom = d;
	return status;
}

void
xen_built(struct xen_guest *g)
{
	if (g->dom != NULL)
		xc_dom_release(g->dom);
	g->dom = NULL;
}
