/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * boot.h -- when the guest reached what, by the TSC since its entry.
 */
#ifndef MINIOS_BOOT_H
#define MINIOS_BOOT_H

#include <stdint.h>

enum boot_stage {
	BOOT_MEMORY,  /* pages, tables and heap are in place */
	BOOT_DRIVERS, /* the store answers, console and timers work */
	BOOT_CONTROL, /* the control thread runs */
	BOOT_ROUTER,  /* the first router has started */
	BOOT_FRAME,   /* the first frame was sent */
	BOOT_STAGES,
};

/* Notes the first time of each stage. */
void boot_stage(enum boot_stage stage);
/* Ticks from the entry to the stage; 0: not reached. */
uint64_t boot_stage_tsc(enum boot_stage stage);

/* The program: what runs in the first thread once everything works. */
void guest_main(void);

#endif
