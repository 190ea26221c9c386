/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * options.h -- the command line of click, read.
 *
 * The syntax is that of Click's own parser: long options may be cut short to
 * what is unambiguous and take "=VALUE" or the next argument, short ones may
 * be joined, "--no-" denies where denying makes sense, "--" ends the options.
 */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strs.h"

enum option_mode {
	MODE_RUN,
	MODE_CHECK, /* parse, configure, report, exit */
	MODE_HELP,
	MODE_VERSION,
	MODE_LIST_ELEMENTS,
	MODE_HELP_ELEMENT,
};

/* A control socket asked for by -p, -u or --socket. */
struct option_socket {
	const char *type; /* "TCP", "UNIX" or "SOCKET" */
	struct str where;
};

/* Strings are borrowed from argv. */
struct options {
	const char *program; /* argv[0] without its folder */
	enum option_mode mode;
	struct str help_element;

	bool have_config, config_is_text;
	struct str config;    /* file name ("": standard input) or text */
	struct strs defines;  /* name, value, name, value... */
	struct strs bindings; /* "N=KIND:..." of --port */
	VEC(struct option_socket) sockets; /* TCP first, then UNIX, then FD */
	struct strs handlers;
	bool have_output, have_exit_handler;
	struct str output, exit_handler;
	const char *clickpath; /* NULL: as the environment says */

	bool quit, report_time, allow_reconfigure, no_warnings;
	unsigned int nthreads;
	int affinity; /* first CPU, -1: any */
	bool simtime;
	double sim_start; /* seconds */
};

/*
 * Reads the command line into *o, telling standard error what is wrong with
 * it.  False: the caller shows the short usage and exits with 1.
 */
bool options_parse(struct options *o, int argc, char **argv);
void options_fini(struct options *o);

/* The whole usage on standard output, two lines of it on standard error. */
void usage_print(const struct options *o);
void usage_print_short(const struct options *o);

#endif
