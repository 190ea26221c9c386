/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PullSwitch([INPUT]) -- lets one of its inputs be pulled
 *
 *   in *       any packets (pull)
 *   out 0      packets of the input chosen (pull)
 *
 *   INPUT      the input, default 0; negative: none
 *
 *   switch     read/write: INPUT
 *
 * Those who pull are told whether the chosen input has packets.
 *
 *     a :: Queue -> [0] s :: PullSwitch(1) -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include "elements/standard/pull_switch.h"

#include <string.h>

static int
pull_switch_initialize(struct element *e, struct errh *errh)
{
	struct pull_switch *s = element_state(e);

	(void)errh;
	notifier_init(&s->ready, NOTIFIER_STOP);
	if (s->input < 0)
		notifier_sleep(&s->ready);
	s->notifies = true;
	return pull_signals_init(&s->inputs, e, &s->ready);
}

static void
pull_switch_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct pull_switch *s = element_state(e);

	(void)stage;
	pull_signals_fini(&s->inputs);
	notifier_fini(&s->ready);
}

static void *
pull_switch_cast(struct element *e, const char *name, int port)
{
	struct pull_switch *s = element_state(e);

	(void)port;
	if (strcmp(name, "empty_notifier") == 0)
		return &s->ready;
	return strcmp(name, "SimplePullSwitch") == 0 ? s : NULL;
}

/*
 * Any input wakes whoever sleeps here; if it was not the one chosen, the next
 * pull sends him to sleep again.
 */
static unsigned int
pull_switch_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct pull_switch *s = element_state(e);
	unsigned int n = 0;

	(void)port;
	if (s->input >= 0)
		n = input_pull(e, (unsigned int)s->input, b, max);
	if (n == 0 && (s->input < 0 || !signal_active(&s->inputs.v[s->input])))
		notifier_sleep(&s->ready);
	return n;
}

const struct element_class element_pull_switch = {
	.name = "PullSwitch",
	.ports = "-/1",
	.processing = "l",
	.state_size = sizeof(struct pull_switch),
	.flags = ELEMENT_LIVE,
	.configure = pull_switch_configure,
	.initialize = pull_switch_initialize,
	.cleanup = pull_switch_cleanup,
	.add_handlers = pull_switch_add_handlers,
	.unparse_config = pull_switch_unparse_config,
	.cast = pull_switch_cast,
	.pull = pull_switch_pull,
};
