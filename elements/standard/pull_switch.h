/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pull_switch.h -- what PullSwitch and SimplePullSwitch share.  For these
 * elements; not an element.
 */
#ifndef ELEMENTS_STANDARD_PULL_SWITCH_H
#define ELEMENTS_STANDARD_PULL_SWITCH_H

#include "click/notifier.h"
#include "elements/standard/pull_signals.h"

struct pull_switch {
	int32_t input; /* -1: none */
	bool notifies; /* PullSwitch: the members below are in use */
	struct notifier ready;
	struct pull_signals inputs;
};

int pull_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
void pull_switch_add_handlers(struct element *e);
void pull_switch_unparse_config(struct element *e, struct strbuf *out);

#endif
