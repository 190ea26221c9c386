/* SPDX-License-Identifier: BSD-3-Clause */
/* agg_notifier.c -- joining those who number flows. */
#include "elements/analysis/agg_notifier.h"

#include "click/router.h"

int
agg_notifier_check(struct element *notifier, struct errh *errh)
{
	if (notifier == NULL ||
	    element_cast(notifier, "AggregateNotifier") != NULL)
		return 0;
	return errh_error(
	    errh, "%.*s is not an AggregateNotifier", STR_ARG(notifier->name));
}

int
agg_listen(
    struct element *notifier, struct agg_listener listener, struct errh *errh)
{
	struct agg_notifier *n;

	if (notifier == NULL)
		return 0;
	n = element_cast(notifier, "AggregateNotifier");
	if (n == NULL || vec_push(&n->listeners, listener) != 0)
		return errh_error(errh, "out of memory");
	return 0;
}
