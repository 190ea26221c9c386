/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error(...) -- keeps a configuration from running
 *
 *   in *       any packets (push or pull)
 *   out *      nothing (push or pull)
 *
 * Its arguments mean nothing.  It fails when it is initialized, without a
 * message.  The parser puts it where a class is unknown.
 *
 *     Message("not supported", ERROR);
 *     Error;
 */
#include "click/element.h"

static int
error_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf;
	(void)errh;
	return 0;
}

static int
error_initialize(struct element *e, struct errh *errh)
{
	(void)e;
	(void)errh;
	return ERR_INVAL;
}

/* Never called: it never runs. */
static void
error_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)e;
	(void)port;
	batch_kill(b);
}

static unsigned int
error_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)e;
	(void)port;
	(void)b;
	(void)max;
	return 0;
}

const struct element_class element_error = {
	.name = "Error",
	.ports = "-/-",
	.processing = "a/a",
	.flow = "x/y",
	.configure = error_configure,
	.initialize = error_initialize,
	.push = error_push,
	.pull = error_pull,
};
