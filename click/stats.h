/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stats.h -- what each element costs: calls, packets and cycles, counted in a
 * running router when somebody asks for it.
 *
 * While it is off nothing is counted and nothing is tested: turning it on
 * puts counting functions in the place of those that ports and tasks call.
 */
#ifndef CLICK_STATS_H
#define CLICK_STATS_H

#include <stdint.h>

/* Cycles are the element's own: what it calls is subtracted. */
struct element_stats {
	uint64_t task_calls, task_cycles;
	uint64_t xfer_calls, xfer_packets, xfer_cycles;
};

#endif
