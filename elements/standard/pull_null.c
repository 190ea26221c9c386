/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PullNull() -- passes pulled packets on
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (pull)
 *
 *     FromDevice(0) -> Queue -> PullNull -> ToDevice(1);
 */
#include "click/element.h"

static void
pull_null_action(struct element *e, struct batch *b)
{
	(void)e;
	(void)b;
}

const struct element_class element_pull_null = {
	.name = "PullNull",
	.ports = "1/1",
	.processing = "l",
	.flags = ELEMENT_SHAREABLE,
	.action = pull_null_action,
};
