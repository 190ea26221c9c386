/* SPDX-License-Identifier: BSD-3-Clause */
/* options.c -- see options.h. */
#include "host/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "click/args.h"
#include "click/conf.h"
#include "host/cli.h"

enum option_id {
	OPT_AFFINITY,
	OPT_CHECK,
	OPT_CLICKPATH,
	OPT_EXIT_HANDLER,
	OPT_EXPRESSION,
	OPT_FILE,
	OPT_HANDLER,
	OPT_HELP,
	OPT_HELP_ELEMENT,
	OPT_LIST_ELEMENTS,
	OPT_OUTPUT,
	OPT_PORT,
	OPT_QUIT,
	OPT_RECONFIGURE,
	OPT_SIMTIME,
	OPT_SOCKET,
	OPT_THREADS,
	OPT_TIME,
	OPT_UNIX_SOCKET,
	OPT_VERSION,
	OPT_WARNINGS,
};

static const struct cli_option options_table[] = {
	{ "allow-reconfigure", 'R', OPT_RECONFIGURE, CLI_NONE, CLI_NEGATE },
	{ "clickpath", 'C', OPT_CLICKPATH, CLI_STRING, 0 },
	{ "expression", 'e', OPT_EXPRESSION, CLI_STRING, 0 },
	{ "file", 'f', OPT_FILE, CLI_STRING, 0 },
	{ "handler", 'h', OPT_HANDLER, CLI_STRING, 0 },
	{ "help", 0, OPT_HELP, CLI_NONE, 0 },
	{ "output", 'o', OPT_OUTPUT, CLI_STRING, 0 },
	{ "socket", 0, OPT_SOCKET, CLI_INT, 0 },
	{ "port", 'p', OPT_PORT, CLI_STRING, 0 },
	{ "quit", 'q', OPT_QUIT, CLI_NONE, 0 },
	{ "simtime", 0, OPT_SIMTIME, CLI_REAL, CLI_OPTIONAL },
	{ "simulation-time", 0, OPT_SIMTIME, CLI_REAL, CLI_OPTIONAL },
	{ "threads", 'j', OPT_THREADS, CLI_INT, 0 },
	{ "cpu", 0, OPT_AFFINITY, CLI_INT, CLI_OPTIONAL | CLI_NEGATE },
	{ "affinity", 'a', OPT_AFFINITY, CLI_INT, CLI_OPTIONAL | CLI_NEGATE },
	{ "time", 't', OPT_TIME, CLI_NONE, 0 },
	{ "unix-socket", 'u', OPT_UNIX_SOCKET, CLI_STRING, 0 },
	{ "version", 'v', OPT_VERSION, CLI_NONE, 0 },
	{ "warnings", 0, OPT_WARNINGS, CLI_NONE, CLI_NEGATE },
	{ "exit-handler", 'x', OPT_EXIT_HANDLER, CLI_STRING, 0 },
	{ NULL, 'w', OPT_WARNINGS, CLI_NONE, CLI_ONLY_NEGATED },
	{ "check", 0, OPT_CHECK, CLI_NONE, 0 },
	{ "list-elements", 0, OPT_LIST_ELEMENTS, CLI_NONE, 0 },
	{ "help-element", 0, OPT_HELP_ELEMENT, CLI_STRING, 0 },
};

static const char usage_text[] =
    "'%s' runs a Click router configuration as a process. It installs the\n"
    "configuration, reporting any errors to standard error, and then generally "
    "runs\n"
    "until interrupted.\n"
    "\n"
    "Usage: %s [OPTION]... [NAME=VALUE]... [ROUTERFILE]\n"
    "\n"
    "Options:\n"
    "  -f, --file FILE               Read router configuration from FILE.\n"
    "  -e, --expression EXPR         Use EXPR as router configuration.\n"
    "  -j, --threads N               Start N threads (default 1).\n"
    "  -a, --affinity[=N]            Pin threads to CPUs starting at #N "
    "(default 0).\n"
    "  -p, --port PORT               Listen for control connections on TCP "
    "port.\n"
    "      --port NAME=KIND:...      Bind the device name NAME of "
    "FromDevice and\n"
    "                                ToDevice to a port: tap:NAME,\n"
    "                                af_packet:INTERFACE, pcap:IN[,OUT],\n"
    "                                replay:FILE[,COUNT], mem:[SLOTS], or\n"
    "                                SWITCH:PORT of a switch vale...\n"
    "  -u, --unix-socket FILE        Listen for control connections on Unix "
    "socket.\n"
    "      --socket FD               Add a file descriptor control "
    "connection.\n"
    "  -R, --allow-reconfigure       Provide a writable 'hotconfig' handler.\n"
    "  -h, --handler ELEMENT.H       Call ELEMENT's read handler H after "
    "running\n"
    "                                driver and print result to standard "
    "output.\n"
    "  -x, --exit-handler ELEMENT.H  Use handler ELEMENT.H value for exit "
    "status.\n"
    "  -o, --output FILE             Write flat configuration to FILE.\n"
    "  -q, --quit                    Do not run driver.\n"
    "      --check                   Check the configuration and exit.\n"
    "  -t, --time                    Print information on how long driver "
    "took.\n"
    "  -w, --no-warnings             Do not print warnings.\n"
    "      --simtime[=SECONDS]       Run in simulation time, from SECONDS "
    "on.\n"
    "  -C, --clickpath PATH          Use PATH for CLICKPATH.\n"
    "      --list-elements           List the element classes and exit.\n"
    "      --help-element CLASS      Describe an element class and exit.\n"
    "      --help                    Print this message and exit.\n"
    "  -v, --version                 Print version number and exit.\n";

void
usage_print(const struct options *o)
{
	printf(usage_text, o->program, o->program);
	fflush(stdout);
}

void
usage_print_short(const struct options *o)
{
	fprintf(stderr,
	    "Usage: %s [OPTION]... [ROUTERFILE]\n"
	    "Try '%s --help' for more information.\n",
	    o->program, o->program);
}

/* For options that may be given once: false when this is the second time. */
static bool
options_once(
    bool *have, struct str *where, const char *value, const char *complaint)
{
	if (*have) {
		fprintf(stderr, "%s\n", complaint);
		return false;
	}
	*have = true;
	*where = str_of(value);
	return true;
}

static bool
options_config(struct options *o, const char *value, bool is_text)
{
	if (!options_once(&o->have_config, &o->config, value,
	        "router configuration specified twice"))
		return false;
	o->config_is_text = is_text;
	return true;
}

static bool
options_defined(const struct options *o, struct str name)
{
	for (size_t i = 0; i < o->defines.n; i += 2)
		if (str_eq(o->defines.v[i], name))
			return true;
	return false;
}

/* NAME=VALUE is a parameter, anything else the configuration's file. */
static bool
options_word(struct options *o, const char *word)
{
	struct str text = str_of(word), name;
	size_t n = 0;

	while (n < text.n && (char_alnum(word[n]) || word[n] == '_'))
		n++;
	if (n == 0 || word[n] != '=')
		return options_config(o, word, false);
	name = str_sub(text, 0, n);
	if (options_defined(o, name)) {
		fprintf(stderr, "parameter '%.*s' multiply defined\n",
		    STR_ARG(name));
		return true;
	}
	return vec_push(&o->defines, name) == 0 &&
	       vec_push(&o->defines, str_from(text, n + 1)) == 0;
}

/* A TCP port by number or name, or NUMBER+. */
static bool
options_tcp_port(const char *value)
{
	struct str text = str_of(value);
	struct arena mem = ARENA_INIT;
	struct errh silent;
	uint16_t port;
	int64_t number;
	bool overflow = false, good;

	errh_silent_init(&silent);
	good = arg_parse(&arg_type_tcp_port, text, &port, NULL, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	if (good || !str_ends(text, STR("+")))
		return good;
	return conf_i64(str_sub(text, 0, text.n - 1), 0, &number, &overflow) &&
	       !overflow && number > 0 && number < 65536;
}

static bool
options_port(struct options *o, const struct cli *c)
{
	struct option_socket s = { "TCP", str_of(c->value) };

	if (strchr(c->value, '=') != NULL)
		return vec_push(&o->bindings, s.where) == 0;
	if (options_tcp_port(c->value))
		return vec_push(&o->sockets, s) == 0;
	cli_complain(c, "expects a TCP port number, not '%s'", c->value);
	return false;
}

static bool
options_socket(struct options *o, const char *type, const char *where)
{
	struct option_socket s = { type, str_of(where) };

	return vec_push(&o->sockets, s) == 0;
}

/* Takes in one option that cli_next() has found. */
static bool
options_take(struct options *o, const struct cli *c, int id)
{
	switch (id) {
	case OPT_FILE:
	case OPT_EXPRESSION:
		return options_config(o, c->value, id == OPT_EXPRESSION);
	case CLI_WORD:
		return options_word(o, c->value);
	case OPT_OUTPUT:
		return options_once(&o->have_output, &o->output, c->value,
		    "output file specified twice");
	case OPT_EXIT_HANDLER:
		return options_once(&o->have_exit_handler, &o->exit_handler,
		    c->value, "--exit-handler specified twice");
	case OPT_HANDLER:
		return vec_push(&o->handlers, str_of(c->value)) == 0;
	case OPT_PORT:
		return options_port(o, c);
	case OPT_UNIX_SOCKET:
		return options_socket(o, "UNIX", c->value);
	case OPT_SOCKET:
		return options_socket(o, "SOCKET", c->value);
	case OPT_RECONFIGURE:
		o->allow_reconfigure = !c->negated;
		return true;
	case OPT_QUIT:
		o->quit = true;
		return true;
	case OPT_TIME:
		o->report_time = true;
		return true;
	case OPT_WARNINGS:
		o->no_warnings = c->negated;
		return true;
	case OPT_THREADS:
		o->nthreads = c->integer <= 1    ? 1
		              : c->integer > 256 ? 256
		                                 : (unsigned int)c->integer;
		return true;
	case OPT_AFFINITY:
		o->affinity = c->negated         ? -1
		              : c->value != NULL ? (int)c->integer
		                                 : 0;
		return true;
	case OPT_SIMTIME:
		o->simtime = true;
		o->sim_start = c->value != NULL ? c->real : 1000000000;
		return true;
	case OPT_CLICKPATH:
		o->clickpath = c->value;
		return true;
	case OPT_CHECK:
		o->mode = MODE_CHECK;
		return true;
	case OPT_LIST_ELEMENTS:
		o->mode = MODE_LIST_ELEMENTS;
		return true;
	case OPT_HELP_ELEMENT:
		o->mode = MODE_HELP_ELEMENT;
		o->help_element = str_of(c->value);
		return true;
	default:
		return false; /* CLI_BAD: told already */
	}
}

/* Control sockets go by kind: all of -p, then -u, then --socket. */
static void
options_sort_sockets(struct options *o)
{
	for (size_t i = 1; i < o->sockets.n; i++)
		for (size_t k = i; k > 0; k--) {
			struct option_socket *s = &o->sockets.v[k - 1], swap;
			static const char order[] = "TUS";

			if (strchr(order, s[0].type[0]) <=
			    strchr(order, s[1].type[0]))
				break;
			swap = s[0];
			s[0] = s[1];
			s[1] = swap;
		}
}

bool
options_parse(struct options *o, int argc, char **argv)
{
	struct cli c = { .options = options_table,
		.noptions = ARRAY_SIZE(options_table),
		.program = "click" };
	int id;

	memset(o, 0, sizeof(*o));
	o->nthreads = 1;
	o->affinity = -1;
	if (argc > 0) {
		const char *slash = strrchr(argv[0], '/');

		c.program = slash != NULL ? slash + 1 : argv[0];
		c.argc = argc - 1;
		c.argv = argv + 1;
	}
	o->program = c.program;
	while ((id = cli_next(&c)) != CLI_END) {
		if (id == OPT_HELP || id == OPT_VERSION) {
			o->mode = id == OPT_HELP ? MODE_HELP : MODE_VERSION;
			return true; /* at once: what follows is not read */
		}
		if (!options_take(o, &c, id))
			return false;
	}
	options_sort_sockets(o);
	return true;
}

void
options_fini(struct options *o)
{
	vec_fini(&o->defines);
	vec_fini(&o->bindings);
	vec_fini(&o->sockets);
	vec_fini(&o->handlers);
}
