/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main_click.c -- the click command: runs a Click configuration as a Linux
 * process.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "click/conf.h"
#include "host/driver.h"
#include "host/host.h"
#include "os/os.h"

/* What signal handlers must reach. */
static struct {
	struct driver *driver;
} the;

/* The first signal ends the run, the next one the process. */
static void
stop_handler(int signo)
{
	if (the.driver->running)
		master_stop(the.driver->master);
	else
		kill(getpid(), signo);
}

static void
crash_handler(int signo)
{
	(void)signo;
	backtrace_print();
	abort();
}

static void catch (int signo, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler,
		.sa_flags = SA_RESETHAND };

	(void)sigaction(signo, &sa, NULL); /* these can all be caught */
}

static void
catch_signals(struct driver *d)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGABRT,
		SIGFPE };
	struct str wish = os_env("CLICK_BACKTRACE");
	bool backtraces = wish.s != NULL;

	the.driver = d;
	catch (SIGINT, stop_handler);
	catch (SIGTERM, stop_handler);
	signal(SIGPIPE, SIG_IGN);
	if (backtraces)
		(void)conf_bool(wish, &backtraces); /* else: it is there */
	for (size_t i = 0; backtraces && i < ARRAY_SIZE(crashes); i++)
		catch (crashes[i], crash_handler);
}

/* -o: the flat configuration.  False: reported. */
static bool
write_flat(struct driver *d, struct router *r)
{
	struct strbuf text = STRBUF_INIT;
	struct diag why = { "" };
	int err;

	router_print(r, &text);
	err = text.oom ? diag(&why, ERR_NOMEM, "out of memory")
	               : os_file_write(
	                     d->options->output, sb_str(&text), false, &why);
	if (err != 0)
		errh_error(&d->errh, "%.*s: %s", STR_ARG(d->options->output),
		    why.text);
	sb_fini(&text);
	return err == 0;
}

static int64_t
ms_of(const struct timeval *tv)
{
	return (int64_t)tv->tv_sec * 1000 + (tv->tv_usec + 500) / 1000;
}

/* -t: user, system and elapsed time between the two, as time(1) has it. */
static void
print_times(
    const struct rusage *from, const struct rusage *to, int64_t elapsed_ns)
{
	int64_t user = ms_of(&to->ru_utime) - ms_of(&from->ru_utime);
	int64_t system = ms_of(&to->ru_stime) - ms_of(&from->ru_stime);
	int64_t cs = (elapsed_ns + 5000000) / 10000000;

	printf("%ld.%03ldu %ld.%03lds %ld:%02ld.%02ld\n", (long)(user / 1000),
	    (long)(user % 1000), (long)(system / 1000), (long)(system % 1000),
	    (long)(cs / 6000), (long)(cs / 100 % 60), (long)(cs % 100));
	fflush(stdout);
}

static void
run(struct driver *d, struct router *r)
{
	struct rusage before, after;
	int64_t start = os_steady_ns();

	getrusage(RUSAGE_SELF, &before);
	if (!d->options->quit && r->nelements > 0) {
		driver_pin(d->options->affinity);
		router_activate(r);
		d->running = true;
		master_run(d->master);
		d->running = false;
	} else {
		if (!d->options->quit && !d->options->no_warnings)
			errh_warning(&d->errh,
			    "%.*s: configuration has no elements, exiting",
			    STR_ARG(driver_config_name(d)));
		router_activate(r);
	}
	getrusage(RUSAGE_SELF, &after);
	if (d->options->report_time)
		print_times(&before, &after, os_steady_ns() - start);
}

/* Everything from the configuration to the exit status. */
static int
run_router(struct driver *d)
{
	const struct options *o = d->options;
	struct router *r;
	int status = 0;

	if (driver_router(d, &r) != 0)
		return 1;
	if (o->mode == MODE_CHECK) {
		router_free(r);
		return 0;
	}
	if (o->have_output && !write_flat(d, r))
		status = 1;
	run(d, r);
	if (!report_handlers(d))
		status = 1;
	if (o->have_exit_handler)
		status = report_exit_status(d);
	return status;
}

static int
run_driver(const struct options *o)
{
	struct driver d;
	int status = 1;

	driver_init(&d, o);
	catch_signals(&d);
	if (driver_start(&d) == 0)
		status = run_router(&d);
	driver_fini(&d);
	return status;
}

static void
print_version(void)
{
	printf("click (ClickOS) %s\n"
	       "This is free software under the BSD 3-clause licence; there "
	       "is NO warranty.\n",
	    CLICK_VERSION);
}

int
main(int argc, char **argv)
{
	struct options o;
	int status = 0;

	if (!options_parse(&o, argc, argv)) {
		usage_print_short(&o);
		options_fini(&o);
		return 1;
	}
	switch (o.mode) {
	case MODE_HELP:
		usage_print(&o);
		break;
	case MODE_VERSION:
		print_version();
		break;
	case MODE_LIST_ELEMENTS:
		elements_list();
		break;
	case MODE_HELP_ELEMENT:
		status = elements_help(o.help_element) ? 0 : 1;
		break;
	case MODE_RUN:
	case MODE_CHECK:
		status = run_driver(&o);
		break;
	}
	options_fini(&o);
	return status;
}
