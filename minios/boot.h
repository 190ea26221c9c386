/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * boot.h -- what the kernel calls and what it is told by the program.
 */
#ifndef MINIOS_BOOT_H
#define MINIOS_BOOT_H

#include "minios/machine.h"

/* The program: what runs in the first thread once everything works. */
void guest_main(void);

/* Once, when the program is under way: the machine's listen(). */
void guest_listen(void);

/*
 * From any other thread: the routers end, then the machine as how says; soon,
 * even if they do not.
 */
void guest_end(enum machine_end how);

#endif
