/* SPDX-License-Identifier: BSD-3-Clause */
/* pvh.c -- the machine as a PVH loader leaves it: memory, tables, who we are
 * on. */
#include "minios/pvh/pvh.h"

#include <string.h>

#include "minios/xen/public.h"
#include <xen/arch-x86/hvm/start_info.h>

#include "base/compiler.h"
#include "minios/arch.h"
#include "minios/image.h"

enum { RAM = 1, LEAF_FIRST = 0x40000000, LEAF_LAST = 0x40010000 };

#define ADDRESSABLE (UINT64_C(1) << 32) /* what entry.S has mapped */

extern uint64_t pvh_root_table[];

uint64_t *
pvh_root(void)
{
	return pvh_root_table;
}

uint64_t
pvh_same(uint64_t number)
{
	return number;
}

void
pvh_table(void *page)
{
	(void)page; /* any page will do */
}

void
pvh_write(uint64_t *entry, uint64_t value)
{
	*entry = value;
}

void
pvh_sync(void)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(pvh_root_table) : "memory");
}

uint64_t
pvh_fault_address(void)
{
	return read_cr2();
}

void
pvh_set_fs(void *block)
{
	wrmsr((uint32_t)MSR_FS_BASE, (uintptr_t)block);
}

static struct page_range
pvh_pages(uint64_t address, uint64_t size, bool inwards)
{
	uint64_t mask = PAGE_SIZE - 1;
	uint64_t end = address + size;

	if (end > ADDRESSABLE)
		end = ADDRESSABLE;
	if (inwards)
		return (struct page_range){ (address + mask) >> PAGE_SHIFT,
			end >> PAGE_SHIFT };
	return (struct page_range){ address >> PAGE_SHIFT,
		(end + mask) >> PAGE_SHIFT };
}

/* The first module becomes ours; loaders of our image know no second. */
static struct page_range
pvh_module(const struct hvm_start_info *si)
{
	const struct hvm_modlist_entry *m;

	if (si->nr_modules == 0)
		return (struct page_range){ 0, 0 };
	m = (const struct hvm_modlist_entry *)si->modlist_paddr;
	boot.module = (struct str){ (const char *)m->paddr, m->size };
	return pvh_pages(m->paddr, m->size, false);
}

/* All RAM but page 0, the image and the module. */
static void
pvh_find_memory(const struct hvm_start_info *si)
{
	const struct hvm_memmap_table_entry *map =
	    (const struct hvm_memmap_table_entry *)si->memmap_paddr;
	struct page_range range;
	struct page_range hole[] = {
		{ 0, 1 },
		{ (uintptr_t)image_text >> PAGE_SHIFT,
		    (uintptr_t)image_end >> PAGE_SHIFT },
		pvh_module(si),
	};
	uint32_t i;

	for (i = 0; i < si->memmap_entries; i++) {
		if (map[i].type != RAM || map[i].addr >= ADDRESSABLE)
			continue;
		range = pvh_pages(map[i].addr, map[i].size, true);
		if (range.end > boot.page_end)
			boot.page_end = range.end;
		boot_add(range, hole, ARRAY_SIZE(hole));
	}
}

/* The leaf where Xen's interface begins, or 0. */
static uint32_t
pvh_find_xen(void)
{
	struct cpuid c;
	uint32_t leaf;

	for (leaf = LEAF_FIRST; leaf < LEAF_LAST; leaf += 0x100) {
		c = cpuid(leaf, 0);
		if (c.ebx == 0x566e6558 && c.ecx == 0x65584d4d &&
		    c.edx == 0x4d4d566e) /* "XenVMMXenVMM" */
			return leaf;
	}
	return 0;
}

void pvh_start(const struct hvm_start_info *si);

void
pvh_start(const struct hvm_start_info *si)
{
	uint32_t xen_leaf;

	boot.entered_tsc = rdtsc();
	xen_leaf = pvh_find_xen();
	machine = xen_leaf != 0 ? &machine_pvh_xen : &machine_pvh_bare;
	pvh_traps_init();
	if (si->cmdline_paddr != 0)
		strncpy(boot.cmdline, (const char *)si->cmdline_paddr,
		    sizeof(boot.cmdline) - 1);
	pvh_find_memory(si);
	if (xen_leaf != 0)
		pvh_xen_init(xen_leaf);
	else
		pvh_bare_init();
	kernel_main();
}
