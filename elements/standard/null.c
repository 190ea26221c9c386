/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Null() -- passes packets on
 *
 *   in 0       any packets (push or pull)
 *   out 0      the same packets (push or pull)
 *
 *     FromDevice(0) -> Null -> Discard;
 */
#include "click/element.h"

static void
null_action(struct element *e, struct batch *b)
{
	(void)e;
	(void)b;
}

const struct element_class element_null = {
	.name = "Null",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = null_action,
};
