/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_mem.h -- a port whose other end is a test: frames put in by a function
 * call come out of the port, frames sent to it can be looked at.  Not among
 * the kinds that a user can attach.
 */
#ifndef VALE_PORT_MEM_H
#define VALE_PORT_MEM_H

#include "vale/port.h"

/* Arguments: "", or "private": rx gives frames that are all head. */
extern const struct vale_kind vale_kind_mem;

enum { MEM_SLOTS = 256, MEM_SLOT = 2048, MEM_PIECE = 700 };

/* From any thread.  False: no room, or longer than a slot. */
bool vale_mem_put(struct vale_port *p, const void *frame, uint32_t length);
/* The same with offload flags and fields of *like. */
bool vale_mem_put_like(struct vale_port *p, const void *frame, uint32_t length,
    const struct vale_frame *like);
/*
 * Copies the oldest frame sent to the port to out[MEM_SLOT]; its length, or -1
 * when there is none.
 */
int vale_mem_get(struct vale_port *p, uint8_t *out);
/*
 * How many frames the port has given to the switch and taken from it so far:
 * what the switch's counters must say, too, when nothing is under way.
 */
void vale_mem_moved(struct vale_port *p, uint64_t *given, uint64_t *taken);
/* Makes the next rx fail, as a peer that broke the rules would. */
void vale_mem_break(struct vale_port *p);

#endif
