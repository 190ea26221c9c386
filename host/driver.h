/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * driver.h -- the click program between its command line and its router: reads
 * the configuration, makes routers of texts, swaps them while they run.
 */
#ifndef HOST_DRIVER_H
#define HOST_DRIVER_H

#include "base/strbuf.h"
#include "click/errh.h"
#include "click/router.h"
#include "host/options.h"

struct driver {
	const struct options *options;
	struct master *master;
	struct errh errh;      /* standard error */
	struct strbuf library; /* name of the library read last */
	bool running;          /* a signal stops the router, not us */
};

/* Messages go to standard error from here on. */
void driver_init(struct driver *d, const struct options *o);
/* Frees the master, its routers too. */
void driver_fini(struct driver *d);

/* Makes the master: clock, threads, global handlers.  0 or ERR_NOMEM. */
int driver_start(struct driver *d);

/* How messages call the configuration: its file, "<stdin>" or "config". */
struct str driver_config_name(const struct driver *d);

/*
 * Reads the configuration that the options name and makes a router of it.
 * 0, or an error that has been reported.
 */
int driver_router(struct driver *d, struct router **r);

/* For -j: a thread of the system, pinned if the options say so. */
int driver_spawn(void (*fn)(void *arg), void *arg, void **handle);
void driver_join(void *handle);
/* Pins the calling thread to the first CPU of -a. */
void driver_pin(int first_cpu);

/*
 * Calls the read handlers of -h and prints what they say; false when one could
 * not be called (reported).
 */
bool report_handlers(struct driver *d);
/* The exit status that -x's handler gives; reports what is wrong with it. */
int report_exit_status(struct driver *d);

/* --list-elements and --help-element. */
void elements_list(void);
bool elements_help(struct str name);

#endif
