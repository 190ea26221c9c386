/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Idle() -- kills what comes, gives nothing
 *
 *   in *       any packets (push or pull); pushed ones are killed, none is
 *              pulled
 *   out *      nothing, ever (push or pull); those who pull are told so and
 *              sleep
 *
 *     Idle -> ToDevice(0);
 */
#include "click/element.h"

#include <string.h>

#include "click/notifier.h"

struct idle {
	struct notifier empty; /* never active */
};

static int
idle_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct idle *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	notifier_init(&s->empty, NOTIFIER_STOP);
	notifier_sleep(&s->empty);
	return 0;
}

static void
idle_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct idle *s = element_state(e);

	(void)stage;
	notifier_fini(&s->empty);
}

static void *
idle_cast(struct element *e, const char *name, int port)
{
	struct idle *s = element_state(e);

	(void)port;
	return strcmp(name, "empty_notifier") == 0 ? &s->empty : NULL;
}

static void
idle_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)e;
	(void)port;
	batch_kill(b);
}

static unsigned int
idle_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)e;
	(void)port;
	(void)b;
	(void)max;
	return 0;
}

const struct element_class element_idle = {
	.name = "Idle",
	.ports = "-/-",
	.processing = "a/a",
	.flow = "x/y",
	.click_flags = "S0",
	.state_size = sizeof(struct idle),
	.flags = ELEMENT_SHAREABLE,
	.configure = idle_configure,
	.cleanup = idle_cleanup,
	.cast = idle_cast,
	.push = idle_push,
	.pull = idle_pull,
};
