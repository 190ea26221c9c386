/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PushNull() -- passes pushed packets on
 *
 *   in 0       any packets (push)
 *   out 0      the same packets (push)
 *
 *     FromDevice(0) -> PushNull -> Queue -> ToDevice(1);
 */
#include "click/element.h"

static void
push_null_action(struct element *e, struct batch *b)
{
	(void)e;
	(void)b;
}

const struct element_class element_push_null = {
	.name = "PushNull",
	.ports = "1/1",
	.processing = "h",
	.flags = ELEMENT_SHAREABLE,
	.action = push_null_action,
};
