/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * agg_notifier.h -- elements that number flows (AggregateIPFlows,
 * AggregateIPAddrPair) tell others when a number begins and ends to be used.
 *
 * A notifier answers to "AggregateNotifier" in its cast; listeners join in
 * initialize.  Told within the packet path, before the packet goes on.
 */
#ifndef ELEMENTS_ANALYSIS_AGG_NOTIFIER_H
#define ELEMENTS_ANALYSIS_AGG_NOTIFIER_H

#include "base/vec.h"
#include "click/element.h"

enum agg_event { AGG_NEW, AGG_DELETE };

struct agg_listener {
	struct element *e;
	void (*told)(struct element *e, struct thread *t, uint32_t aggregate,
	    enum agg_event event);
};

struct agg_notifier {
	VEC(struct agg_listener) listeners;
};

static inline void
agg_notify(struct agg_notifier *n, struct thread *t, uint32_t aggregate,
    enum agg_event event)
{
	for (size_t i = 0; i < n->listeners.n; i++)
		n->listeners.v[i].told(
		    n->listeners.v[i].e, t, aggregate, event);
}

/* Reads NOTIFIER, an element; agg_listen() of none does nothing. */
static inline void
args_agg_notifier(struct args *a, struct element **out)
{
	args_element(a, "NOTIFIER", 0, NULL, out);
}

/* 0, or an error that has been reported. */
int agg_listen(
    struct element *notifier, struct agg_listener listener, struct errh *errh);
/* Whether it is a notifier at all: 0 or reported. */
int agg_notifier_check(struct element *notifier, struct errh *errh);

#endif
