/* SPDX-License-Identifier: BSD-3-Clause */
/* pv.h -- what the files of this folder share. */
#ifndef MINIOS_PV_PV_H
#define MINIOS_PV_PV_H

#include <stdint.h>

#include "minios/machine.h"
#include "minios/xen/public.h"

struct pv {
	struct start_info *start_info;
	uint64_t
	    mapped_end;  /* all pages below are mapped, first by the builder */
	uint64_t *table; /* a page for the next table, or NULL */
};

extern struct pv pv;

/* Page tables through hypercalls (paging.c); see struct machine_ops. */
uint64_t *pv_root(void);
uint64_t pv_frame_of(uint64_t page);
uint64_t pv_page_of(uint64_t frame);
void pv_table(void *page);
void pv_write(uint64_t *entry, uint64_t value);
void pv_sync(void);
uint64_t pv_unmapped(void);
bool pv_map_more(void);
/* What the builder has mapped. */
uint64_t pv_mapped_end(void);
/* Maps the page at this machine address; returns where. */
struct shared_info *pv_map_shared_info(uint64_t machine_address);

void pv_unmap_shared_info(void);
int pv_grant_frame(void *page, unsigned int index);

/* Takes shared info, console and store from the start info (pv.c). */
void pv_attach(void);

/* The tree by which a toolstack finds the p2m table (suspend.c). */
void pv_suspend_init(void);
/* See struct machine_ops. */
bool pv_suspend(void);

/* Trap table and event callback (traps.c). */
void pv_traps_init(void);

#endif
