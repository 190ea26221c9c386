/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow.h -- how packets flow from the inputs to the outputs inside an element:
 * what its class says, unless the configuration knows better (FlowInfo).
 */
#ifndef CLICK_FLOW_H
#define CLICK_FLOW_H

#include "base/str.h"

struct element;

/* The flow code ("x/x", "xy/[xy]x", ...) of e. */
const char *element_flow(const struct element *e);
/*
 * Gives e another one, for whoever looks along connections from now on; code
 * is copied.  The last one counts.  ERR_NOMEM.
 */
int element_set_flow(struct element *e, struct str code);

#endif
