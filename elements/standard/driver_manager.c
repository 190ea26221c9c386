/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DriverManager(INSTRUCTION, ...) -- a Script of TYPE DRIVER: decides when the
 * router stops.
 *
 *   ports     none; at most one in a router
 *
 * When an element asks the router to stop, the script does its next step
 * instead; the router stops when the script reaches "stop", which stands at
 * its end.  "pause" (wait_stop) waits for one such request, "wait 2s" for a
 * time.  Without instructions the router stops at the first request.
 * Instructions and handlers are those of Script.
 *
 *	FromDump(in.pcap, STOP true) -> c :: Counter -> Discard;
 *	DriverManager(pause, wait 0.1s, print c.count, stop);
 */
#include "elements/standard/script.h"

static int
driver_manager_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct script *s = element_state(e);

	s->type = SCRIPT_DRIVER;
	return script_configure(e, conf, errh);
}

const struct element_class element_driver_manager = {
	.name = "DriverManager",
	.ports = "0/0",
	.state_size = sizeof(struct script),
	.configure = driver_manager_configure,
	.initialize = script_initialize,
	.cleanup = script_cleanup,
	.add_handlers = script_add_handlers,
};
