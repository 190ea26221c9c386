/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Null1(), Null2(), ... Null8() -- pass packets on
 *
 *   in 0       any packets (push or pull)
 *   out 0      the same packets (push or pull)
 *
 * Eight classes that do what Null does, for measuring what it costs to call
 * many different elements.  They share this file, as they share their code.
 *
 *     InfiniteSource -> Null1 -> Null2 -> Null3 -> Discard;
 */
#include "click/element.h"

static void
nulls_action(struct element *e, struct batch *b)
{
	(void)e;
	(void)b;
}

const struct element_class element_null1 = {
	.name = "Null1",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null2 = {
	.name = "Null2",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null3 = {
	.name = "Null3",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null4 = {
	.name = "Null4",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null5 = {
	.name = "Null5",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null6 = {
	.name = "Null6",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null7 = {
	.name = "Null7",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};

const struct element_class element_null8 = {
	.name = "Null8",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = nulls_action,
};
