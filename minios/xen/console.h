/* SPDX-License-Identifier: BSD-3-Clause */
/* console.h -- the console ring; see struct machine_ops. */
#ifndef MINIOS_XEN_CONSOLE_H
#define MINIOS_XEN_CONSOLE_H

#include <stdint.h>

/* Writing works before this; reading and waiting for room want events. */
void xen_console_init(void);

uint32_t xen_console_write(const char *s, uint32_t n);
uint32_t xen_console_read(char *s, uint32_t n);

/* Waits a while until the other side has taken everything. */
void xen_console_flush(void);

#endif
