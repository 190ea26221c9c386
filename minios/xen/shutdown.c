/* SPDX-License-Identifier: BSD-3-Clause */
/* shutdown.c -- what the toolstack wants, by the key control/shutdown. */
#include <stdlib.h>

#include "base/err.h"
#include "minios/boot.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/xen/clock.h"
#include "minios/xen/console.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/netfront.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"

enum { STACK = 16384 };

static const char shutdown_key[] = "control/shutdown";

static void
shutdown_wake(void *arg)
{
	waitq_wake(arg);
}

/*
 * Everything shared is let go of, in the order of who needs whom.  No other
 * thread runs between the store's suspend and its resume.
 */
static void
shutdown_suspend(void)
{
	bool resumed;

	if (machine->suspend == NULL) {
		console_printf("suspend: not on this machine\n");
		return;
	}
	xenbus_suspend();
	xen_console_flush();
	xen_clock_suspend();
	grant_suspend();
	resumed = machine->suspend();
	grant_resume(resumed);
	xen_clock_resume();
	if (resumed) {
		event_resume();
		xen_console_init();
		netfront_lose();
	}
	xenbus_resume(resumed);
	if (resumed)
		netfront_resume();
	console_printf("%s\n", resumed ? "resumed" : "suspend called off");
}

static void
shutdown_obey(struct str what)
{
	if (str_is(what, "poweroff") || str_is(what, "halt"))
		guest_end(MACHINE_POWEROFF);
	else if (str_is(what, "reboot"))
		guest_end(MACHINE_REBOOT);
	else if (str_is(what, "suspend"))
		shutdown_suspend();
	else
		console_printf("shutdown: '%.*s': unknown\n", STR_ARG(what));
}

/* Reads the wish; an empty answer says that it was heard. */
static int
shutdown_take(uint32_t tx, void *arg)
{
	struct strbuf *what = arg;
	int err;

	sb_clear(what);
	err = xenbus_read(tx, shutdown_key, what);
	if (err != 0 || what->n == 0)
		return err;
	return xenbus_write(tx, shutdown_key, STR(""));
}

/*
 * Says what it obeys, to toolstacks that look: those that let nobody write here
 * do not, and the first refusal is the last.
 */
static void
shutdown_features(void)
{
	static const char *const features[] = {
		"control/feature-poweroff",
		"control/feature-reboot",
		"control/feature-suspend",
	};
	unsigned int i = 0;

	while (i < ARRAY_SIZE(features) &&
	       xenbus_write(0, features[i], STR("1")) == 0)
		i++;
}

static void
shutdown_fiber(void *arg)
{
	struct strbuf what = STRBUF_INIT;
	struct xenbus_watch *watch;
	struct waitq changed;
	char *path;

	(void)arg;
	waitq_init(&changed);
	if (xenbus_watch(shutdown_key, shutdown_wake, &changed, &watch) != 0) {
		console_printf("shutdown: no watch\n");
		return;
	}
	shutdown_features();
	for (;;) {
		path = xenbus_watch_next(watch);
		if (path == NULL) {
			waitq_sleep(&changed, INT64_MAX);
			continue;
		}
		free(path);
		/* Most often there is nothing: at the start, and our own. */
		sb_clear(&what);
		if (xenbus_read(0, shutdown_key, &what) != 0 || what.n == 0)
			continue;
		if (xenbus_transact(shutdown_take, &what) == 0 && what.n > 0)
			shutdown_obey(sb_str(&what));
	}
}

void
shutdown_init(void)
{
	if (fiber_new("shutdown", STACK, shutdown_fiber, NULL) == NULL)
		console_printf("shutdown: no memory\n");
}
