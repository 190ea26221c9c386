/* SPDX-License-Identifier: BSD-3-Clause */
/* clock.h -- Xen's clock: nanoseconds by the TSC and a shared page. */
#ifndef MINIOS_XEN_CLOCK_H
#define MINIOS_XEN_CLOCK_H

#include <stdint.h>

/* Xen's system time: since the host's boot; migrations do not step it back. */
int64_t xen_clock_steady_ns(void);
int64_t xen_clock_wall_ns(void);

/* Asks Xen to count our time for us; at the start and after a resume. */
void xen_clock_count(void);
/* Time on a processor since the start. */
int64_t xen_clock_run_ns(void);

/* After a resume on a host with another clock: keeps ours from stepping. */
void xen_clock_suspend(void);
void xen_clock_resume(void);

/* The deadline of ours in Xen's time. */
uint64_t xen_clock_deadline(int64_t deadline_ns);

#endif
