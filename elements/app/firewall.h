/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * firewall.h -- inside StatefulFirewall: its flows, and what becomes of a
 * packet.  See stateful_firewall.c for the ports.
 */
#ifndef ELEMENTS_APP_FIREWALL_H
#define ELEMENTS_APP_FIREWALL_H

#include "elements/ip/flowbook.h"
#include "elements/ip/tcp_track.h"

enum firewall_side { SIDE_INSIDE, SIDE_OUTSIDE };
enum { OUT_ASK = 2, OUT_BAD = 4, IN_AGREED = 2 };

enum firewall_fault {
	FAULT_HEADER,
	FAULT_STRANGER,
	FAULT_SIDE,
	FAULT_WINDOW,
	FAULT_ERROR,
	FAULT_FULL,
	FAULT_SOURCE,
	FAULTS,
};

enum firewall_time {
	TIME_TCP,
	TIME_TRANSITORY,
	TIME_RESET,
	TIME_UDP,
	TIME_ICMP,
	TIME_OTHER,
	TIMES,
};

struct firewall {
	struct flowbook book;
	struct flowbook sources; /* only with per_source */
	uint32_t time_ms[TIMES];
	uint32_t per_source;
	bool open_inside, pickup;
	uint64_t opened;
	uint64_t faults[FAULTS];
};

struct firewall_flow {
	struct flowbook_flow head;
	struct tcp_track tcp; /* user: enum firewall_side, who began */
	uint32_t source;      /* record in sources, 0: none */
};
_Static_assert(sizeof(struct firewall_flow) == 128, "two lines");

struct firewall_source {
	struct flowbook_flow head;
	uint32_t count; /* flows */
	uint32_t pad;
};

/* Inits both books; the rest of self is zero. */
void firewall_init(struct firewall *self);
/*
 * The record of who begins the flow id, 0: he has as many as he may.  With
 * per_source only.
 */
uint32_t firewall_source(struct firewall *self, const struct five_tuple *id);
/* When a flow ends unless more packets come, in ms. */
uint32_t firewall_expiry(const struct flowbook *fb, const void *flow);

/* What goes along to another process. */
extern const struct state_class firewall_state;

/* As five_tuple_packet(), echo's identifier in the place of ports. */
bool firewall_read(struct element *e, struct packet *p, struct five_packet *f);
/* The output of a packet that came in at port, whose flow is ref. */
int firewall_packet(struct element *e, const struct flowbook_packet *fp,
    uint32_t ref, unsigned int port);

#endif
