/* SPDX-License-Identifier: BSD-3-Clause */
/* control.c -- see control.h. */
#include "minios/control.h"

#include <stdlib.h>

#include "base/err.h"
#include "click/packet.h"
#include "clickos/control.h"
#include "clickos/store.h"
#include "minios/boot.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/heap.h"
#include "minios/pages.h"
#include "os/control.h"
#include "os/os.h"

enum {
	/*
	 * A push takes up to 280 bytes of a stack (gcc -fstack-usage), and
	 * three times as many as here may nest; the rest is for what they call.
	 */
	ROUTER_STACK = 65536,
	PUSH_DEPTH = 64,
	SLICE_NS = 200000,
	TICK_NS = 1000000000,
	OLD_PLACE_NS = 500000000,
	END_NS = 2000000000,
	PACKET_BYTES = POOL_BUFFER + sizeof(struct packet),
	PACKETS_LEAST = 64,
};

static struct {
	struct os_waiter *waiter; /* NULL: there is no control thread */
	struct guest *guest;
	struct control *links;
	struct store_side *store;  /* data/clickos; NULL: no XenStore */
	struct store_side *second; /* clickos, where tools once looked */
	bool empty;                /* nothing came with the image */
	bool booted;               /* what came runs, or has failed */
	bool ending;
	enum machine_end end;
} control;

int
os_control_accept(struct os_waiter *w, struct control_link **link)
{
	if (control.store != NULL)
		return store_side_accept(control.store, link);
	if (machine->control_accept != NULL)
		return machine->control_accept(w, link);
	return ERR_NOTSUP;
}

void
guest_end(enum machine_end how)
{
	if (control.waiter != NULL) {
		control.end = how;
		control.ending = true;
		os_wake(control.waiter);
		fiber_sleep_until(machine->steady_ns() + END_NS);
	}
	machine->end(how);
}

/* ---- what the set of routers asks of us ---- */

static int
control_spawn(const char *name, void (*fn)(void *arg), void *arg, void **handle)
{
	*handle = fiber_new(name, ROUTER_STACK, fn, arg);
	return *handle == NULL ? ERR_NOMEM : 0;
}

/* A thread frees itself once it has ended. */
static void
control_join(void *handle)
{
	(void)handle;
}

static void
control_shutdown(void *arg, struct str what)
{
	(void)arg;
	control.end =
	    str_is(what, "reboot") ? MACHINE_REBOOT : MACHINE_POWEROFF;
	control.ending = true;
}

static void
control_stats(void *arg, struct strbuf *out)
{
	struct fiber_stats f;
	struct heap_stats h;

	(void)arg;
	fiber_stats(&f);
	heap_stats(&h);
	sb_printf(out,
	    "heap_used %llu\nheap_failures %llu\nthreads %u\n"
	    "thread_switches %llu\nlongest_turn_us %lld\n"
	    "longest_run_us %lld\ncontrol_waits %llu\n"
	    "control_late %llu\ncontrol_wait_us %lld\n",
	    (unsigned long long)h.used, (unsigned long long)h.failures,
	    f.fibers, (unsigned long long)f.switches,
	    (long long)f.longest_ns / 1000, (long long)f.longest_run_ns / 1000,
	    (unsigned long long)f.waits, (unsigned long long)f.late_waits,
	    (long long)f.longest_wait_ns / 1000);
}

static bool
control_taken(void *arg, unsigned int id)
{
	(void)arg;
	return control.store != NULL && store_side_taken(control.store, id);
}

static void
control_changed(void *arg, unsigned int id)
{
	(void)arg;
	if (control.store != NULL)
		store_side_changed(control.store, id);
	if (control.second != NULL)
		store_side_changed(control.second, id);
}

/* ---- the beginning ---- */

/* Three quarters of what is free, unless the command line says. */
static uint32_t
control_packets(void)
{
	struct pages_stats p;
	uint64_t n;

	pages_stats(&p);
	n = p.free * 4096 / 4 * 3 / PACKET_BYTES;
	return (uint32_t)cmdline_number(
	    "packets", n < PACKETS_LEAST ? PACKETS_LEAST : n);
}

static bool
control_make(void)
{
	struct guest_options options = { .spawn = control_spawn,
		.join = control_join,
		.cooperative = true,
		.push_depth = PUSH_DEPTH,
		.slice_ns = SLICE_NS,
		.packets = control_packets(),
		.shutdowns = STR("poweroff reboot"),
		.shutdown = control_shutdown,
		.taken = control_taken,
		.stats = control_stats };
	struct store *s;

	options.router_packets =
	    (uint32_t)cmdline_number("router_packets", options.packets);
	options.waiter = os_waiter_new();
	if (options.waiter == NULL)
		return false;
	control.guest = guest_new(&options);
	if (control.guest == NULL)
		return false;
	control.links = control_new(control.guest, options.waiter);
	guest_watch(control.guest, control_changed, NULL);
	control.waiter = options.waiter;
	s = machine->store == NULL ? NULL : machine->store(options.waiter);
	if (s != NULL) {
		control.store =
		    store_side_new(s, control.guest, "data/clickos", false);
		control.second =
		    store_side_new(s, control.guest, "clickos", true);
	}
	return control.links != NULL &&
	       (s == NULL || (control.store != NULL && control.second != NULL));
}

static void
control_booted(void *arg, unsigned int id, int status, struct str text)
{
	(void)arg;
	(void)id;
	(void)status;
	control.booted = true;
	if (text.n > 0)
		os_log(text);
}

/* The router that came on the command line, or as the ramdisk. */
static void
control_install(void)
{
	const struct guest_done done = { control_booted, NULL };
	unsigned int id = 0; /* nobody else is there yet */
	struct diag why = { "" };
	struct str text;

	if (!cmdline_get("config", &text))
		text = boot.module;
	control.empty = control.booted = text.n == 0;
	if (text.n > 0 && guest_install(control.guest, &id, STR("boot"), text,
	                      true, done, &why) != 0) {
		console_printf("boot configuration: %s\n", why.text);
		control.booted = true;
	}
}

/* ---- the loop ---- */

/* When we began to look at what others want; 0: not yet. */
static int64_t
control_listen(void)
{
	static int64_t since;

	if (since == 0) {
		guest_listen();
		since = machine->steady_ns();
	}
	return since;
}

/*
 * Each look into the store takes time.  Whoever gave us a router waits for
 * that, and who looks at the second place is in no hurry; whoever gave us none
 * waits for us, and finds all that done, as the pool from which we are taken
 * later.
 */
static bool
control_stores(void)
{
	bool done = false;
	int64_t since;

	if (!control.empty)
		done = store_side_step(control.store);
	since = control_listen();
	if (control.empty || machine->steady_ns() - since >= OLD_PLACE_NS)
		done |= store_side_step(control.second);
	if (control.empty)
		done |= store_side_step(control.store);
	return done;
}

static bool
control_work(void)
{
	bool done = control_step(control.links);

	if (control.booted && control.store != NULL)
		done |= control_stores();
	return done;
}

void
control_main(void)
{
	if (!control_make()) {
		console_printf("no memory for the control thread\n");
		return;
	}
	fiber_set_urgent(fiber_self());
	os_stage(OS_STAGE_CONTROL);
	control_install();
	while (!control.ending)
		if (!control_work())
			(void)os_wait(
			    control.waiter, machine->steady_ns() + TICK_NS);
	guest_free(control.guest);
	machine->end(control.end);
}
