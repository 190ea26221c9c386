/* SPDX-License-Identifier: BSD-3-Clause */
/* serial.h -- the first serial port (16550), polled; see struct machine_ops. */
#ifndef MINIOS_SERIAL_H
#define MINIOS_SERIAL_H

#include <stdint.h>

void serial_init(void);
uint32_t serial_write(const char *s, uint32_t n);
uint32_t serial_read(char *s, uint32_t n);

#endif
