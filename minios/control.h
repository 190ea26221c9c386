/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control.h -- the control thread of a guest: its set of routers, and the
 * carriers over which it hears (minios/control.c's os_control_accept()).
 */
#ifndef MINIOS_CONTROL_H
#define MINIOS_CONTROL_H

/*
 * Runs the routers that came along and whatever tools ask for, on the calling
 * thread, until guest_end(); then ends the machine.  Returns only when there
 * is no memory for it.
 */
void control_main(void);

#endif
