/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * console.h -- a console device (virtio 1.2, 5.3): streams of bytes.
 *
 * Its port 0, or whichever the host calls a console, is the guest's console.
 * A port by the name of VIRTIO_CONTROL_NAME carries control messages.  One
 * device with at most CONSOLE_PORTS ports is used.
 */
#ifndef MINIOS_VIRTIO_CONSOLE_H
#define MINIOS_VIRTIO_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#define VIRTIO_CONTROL_NAME "clickos.control"

enum { CONSOLE_PORTS = 4, VIRTIO_CONTROL_CHUNK = 4096 };

struct os_waiter;
struct virtio_device;

/* Connects; says on the console why not. */
void virtio_console_start(struct virtio_device *d);
/* Resets the device, if there is one, and gives back all memory. */
void virtio_console_stop(void);

/* Looks at the rings; true if something came. */
bool virtio_console_poll(void);

/* See struct machine_ops: bytes taken or given, 0 where there is none. */
uint32_t virtio_console_write(const char *s, uint32_t n);
uint32_t virtio_console_read(char *s, uint32_t n);
/* True once there is a port for the console. */
bool virtio_console_there(void);

/*
 * The same for the port that carries control messages; a read ends with what
 * the host wrote at once, at most VIRTIO_CONTROL_CHUNK bytes.
 */
uint32_t virtio_control_write(const char *s, uint32_t n);
uint32_t virtio_control_read(char *s, uint32_t n);
/*
 * Not 0 while somebody has its other end open, and another number each time.
 * Bytes that were read before this has changed are of the session before; those
 * of the read that brought the change may be of either.
 */
uint32_t virtio_control_session(void);
/* From now on w is woken by whatever happens there. */
void virtio_control_wake(struct os_waiter *w);

#endif
