/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SimpleIdle() -- kills what comes, gives nothing, tells nobody
 *
 *   in *       any packets (push or pull); pushed ones are killed, none is
 *              pulled
 *   out *      nothing, ever (push or pull)
 *
 * Like Idle, but those who pull keep polling.
 *
 *     SimpleIdle -> ToDevice(0);
 */
#include "click/element.h"

static void
simple_idle_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)e;
	(void)port;
	batch_kill(b);
}

static unsigned int
simple_idle_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)e;
	(void)port;
	(void)b;
	(void)max;
	return 0;
}

const struct element_class element_simple_idle = {
	.name = "SimpleIdle",
	.ports = "-/-",
	.processing = "a/a",
	.flow = "x/y",
	.flags = ELEMENT_SHAREABLE,
	.push = simple_idle_push,
	.pull = simple_idle_pull,
};
