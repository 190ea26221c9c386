/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowset.h -- inside the rewriters: ending flows.  See rewriter.h.
 */
#ifndef ELEMENTS_IP_FLOWSET_H
#define ELEMENTS_IP_FLOWSET_H

#include "elements/ip/rewriter.h"

/*
 * Enters a flow that has all but its place: its keys are not in the table.
 * ERR_NOMEM changes nothing.
 */
int flowset_enter(struct flowset *set, uint32_t record, uint32_t now_ms);

/* Ends a flow and all that belongs to it. */
void flowset_end(struct flowset *set, uint32_t record);

/*
 * Ends flows that have expired, looking at budget flows at most; true: there
 * may be more.
 */
bool flowset_reap(struct flowset *set, uint32_t now_ms, unsigned int budget);

/* Ends flows until no more than capacity are left, best effort ones first. */
void flowset_shrink(struct flowset *set, uint32_t now_ms, int32_t capacity);

#endif
