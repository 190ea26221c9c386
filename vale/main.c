/* SPDX-License-Identifier: BSD-3-Clause */
/* main.c -- vale: the switch and the tool that tells it what to do. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/vale.h"
#include "vale/main.h"

static void
usage(FILE *to)
{
	fputs("Usage: vale [--socket PATH] COMMAND ...\n"
	      "\n"
	      "  serve [OPTIONS] [SWITCH[=FUNCTION] ...]   run the switch\n"
	      "  switch add NAME [FUNCTION ...]            another switch\n"
	      "  switch function NAME FUNCTION ...         another way to "
	      "forward\n"
	      "  switch remove NAME\n"
	      "  attach SWITCH[:PORT] KIND:... [KEY=VALUE ...]\n"
	      "  detach SWITCH:PORT\n"
	      "  set SWITCH:PORT KEY=VALUE ...\n"
	      "  list [--json] [SWITCH[:PORT]]             what there is\n"
	      "  stats [--json] [SWITCH[:PORT]]            what was counted\n"
	      "\n"
	      "Options of serve:\n"
	      "  --workers N      threads that move frames (1)\n"
	      "  --cpus A,B,...   processors they are pinned to\n"
	      "  --poll US        how long an idle port is polled (20); 0: "
	      "never\n"
	      "  --policy FILE    who may attach where (policy: vale(1))\n"
	      "  --user NAME      who root becomes (vale, else nobody); "
	      "root: stays\n"
	      "  --run FILE       commands to begin with, one a line\n"
	      "  --guest-memory N bytes a guest may share, at most (256M)\n"
	      "  --xen auto|on|off        serve the guests of this Xen host\n"
	      "  --xen-ring on|off, --xen-split on|off, --xen-copy N,\n"
	      "  --xen-events batch|frame steps of the way (vale-xen.md)\n"
	      "\n"
	      "The socket is " VALE_SOCKET " or what $" VALE_SOCKET_ENV
	      " names.\n"
	      "--json may stand anywhere.  vale(1) says more.\n",
	    to);
}

static const char *
option_value(int argc, char **argv, int i)
{
	if (i + 1 < argc)
		return argv[i + 1];
	fprintf(stderr, "vale: %s wants a value\n", argv[i]);
	exit(2);
}

/* Wherever it stands: who asks for help has no other wish. */
static bool
wants_help(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "help") == 0)
		return true;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	int i = 1;

	if (wants_help(argc, argv)) {
		usage(stdout);
		return 0;
	}

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--socket") == 0) {
			if (setenv(VALE_SOCKET_ENV, option_value(argc, argv, i),
			        1) != 0)
				return 1;
			i++;
		} else if (strcmp(argv[i], "--json") == 0) {
			break; /* of the request */
		} else {
			fprintf(
			    stderr, "vale: '%s': no such option\n", argv[i]);
			return 2;
		}
	}
	if (i == argc) {
		usage(stderr);
		return 2;
	}
	if (strcmp(argv[i], "serve") == 0)
		return main_serve(argc - i, argv + i);
	return main_request(argc - i, argv + i);
}
