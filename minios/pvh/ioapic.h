/* SPDX-License-Identifier: BSD-3-Clause */
/* ioapic.h -- the interrupt lines of a machine without Xen. */
#ifndef MINIOS_PVH_IOAPIC_H
#define MINIOS_PVH_IOAPIC_H

#include <stdbool.h>

enum { IOAPIC_LINES = 24 }; /* of each */

/* Lets the rise of a line (from 0; from 24 on the second's) end a sleep. */
void ioapic_route(unsigned int line);

/* True if the machine has two. */
bool ioapic_second(void);

#endif
