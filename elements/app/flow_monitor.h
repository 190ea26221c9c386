/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_monitor.h -- inside FlowMonitor: its flows.  See flow_monitor.c. */
#ifndef ELEMENTS_APP_FLOW_MONITOR_H
#define ELEMENTS_APP_FLOW_MONITOR_H

#include "elements/app/flow_export.h"
#include "elements/ip/flowbook.h"
#include "elements/ip/tcp_track.h"

struct flow_monitor {
	struct flowbook book;
	struct flow_export export;
	struct timer timer; /* sends what waits */
	bool exports;
	uint32_t active_ms, inactive_ms;
	uint64_t packets, bytes, ignored;
};

/* By direction: 0 is that of the first packet. */
struct monitor_flow {
	struct flowbook_flow head;
	uint64_t packets[2], bytes[2];
	uint32_t first_ms[2], last_ms[2];
	uint8_t flags[2], tos[2];
	uint8_t state; /* enum tcp_track_state */
	uint8_t pad[3];
};

/* flow_monitor_state.c: what goes along to another process. */
extern const struct state_class flow_monitor_state_class;
/* flow_top.c: the handlers. */
void flow_monitor_add_handlers(struct element *e);

#endif
