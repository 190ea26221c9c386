/* SPDX-License-Identifier: BSD-3-Clause */
/* pvh.h -- what the files of this folder share. */
#ifndef MINIOS_PVH_PVH_H
#define MINIOS_PVH_PVH_H

#include <stdint.h>

#include "minios/machine.h"

enum {
	PVH_VECTOR = 0xf0,
	PVH_VECTOR_APIC = 0xf1,
	PVH_VECTOR_CONFIG = 0xf2,
	PVH_VECTOR_SPURIOUS = 0xff,
};

/* Page tables as the processor has them; see struct machine_ops. */
uint64_t *pvh_root(void);
uint64_t pvh_same(uint64_t number);
void pvh_table(void *page);
void pvh_write(uint64_t *entry, uint64_t value);
void pvh_sync(void);
uint64_t pvh_fault_address(void);
void pvh_set_fs(void *block);

/* Interrupt and task tables (traps.c). */
void pvh_traps_init(void);

/* entry.S */
extern uint32_t pvh_config_interrupts; /* PVH_VECTOR_CONFIG's so far */
void pvh_sleep(void); /* until an interrupt; one that waits ends it at once */

/* machine_ops.selftest (selftest.c): without Xen, and on it. */
void pvh_selftest(void);
void pvh_xen_selftest(void);

/* On Xen (xen.c): the cpuid leaf of its interface is known to be there. */
void pvh_xen_init(uint32_t leaf);
extern const struct machine_ops machine_pvh_xen;

/* Anywhere else (bare.c). */
void pvh_bare_init(void);
extern const struct machine_ops machine_pvh_bare;

#endif
