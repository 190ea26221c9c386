/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_create.c -- cosmos create.  An argument that is a file (cmd_is_file()) is
 * one of xl's configuration files, as the original had them; options go before
 * what it says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/cmd.h"

enum create_option {
	OPTION_NO_LIMITS = 256,
	OPTION_ON_POWEROFF,
	OPTION_ON_REBOOT,
	OPTION_ON_CRASH,
	OPTION_TYPE,
	OPTION_CPUS,
	OPTION_EXTRA,
	OPTION_PORT,
};

static const struct option create_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "on", required_argument, NULL, 'o' },
	{ "platform", required_argument, NULL, 'o' },
	{ "file", required_argument, NULL, 'f' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "extra", required_argument, NULL, OPTION_EXTRA },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "memory", required_argument, NULL, 'm' },
	{ "image", required_argument, NULL, 'i' },
	{ "paused", no_argument, NULL, 'P' },
	{ "cpu", required_argument, NULL, 'C' },
	{ "no-limits", no_argument, NULL, OPTION_NO_LIMITS },
	{ "on-poweroff", required_argument, NULL, OPTION_ON_POWEROFF },
	{ "on-reboot", required_argument, NULL, OPTION_ON_REBOOT },
	{ "on-crash", required_argument, NULL, OPTION_ON_CRASH },
	{ NULL, 0, NULL, 0 },
};

struct create {
	struct cosmos_spec spec;
	const char *ports[COSMOS_PORTS_MAX];
	const char *file; /* the configuration */
	char *text;
	struct cmd_names files; /* xl's */
	bool quiet;
	json_t *all;
};

/* "5", "5M", "8192K", "1G"; a bare number is of megabytes. */
static int
create_memory(struct cmd_context *x, struct create *self, const char *text)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	unsigned int shift = 20;

	unit = *end != '\0' ? strchr(units, *end & ~0x20) : NULL;
	if (unit != NULL) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n > UINT64_MAX >> 31)
		return cmd_usage(x, "'%s' is no size: 5, 5M, 8192K", text);
	self->spec.memory = (uint64_t)n << shift;
	return COSMOS_OK;
}

/* "50" or "50%" of one processor. */
static int
create_cpu(struct cmd_context *x, struct create *self, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || n < 1 || n > 100000 ||
	    (*end != '\0' && strcmp(end, "%") != 0))
		return cmd_usage(
		    x, "'%s' is no share of a processor: 50, 150%%", text);
	self->spec.cpu_percent = (uint32_t)n;
	return COSMOS_OK;
}

static int
create_action(struct cmd_context *x, uint32_t *action, const char *text)
{
	uint32_t i;

	for (i = 1; cosmos_action_name(i) != NULL; i++)
		if (strcmp(text, cosmos_action_name(i)) == 0) {
			*action = i;
			return COSMOS_OK;
		}
	return cmd_usage(x, "'%s': not destroy, restart or preserve", text);
}

static int
create_port(struct cmd_context *x, struct create *self, const char *text)
{
	if (text[0] == '=' || strchr(text, '=') == NULL)
		return cmd_usage(x, "'%s' is no port: 0=vale0:NAME", text);
	if (self->spec.nports == COSMOS_PORTS_MAX)
		return cmd_usage(x, "more than %d ports", COSMOS_PORTS_MAX);
	self->ports[self->spec.nports++] = text;
	return COSMOS_OK;
}

static int
create_option(struct cmd_context *x, struct create *self, int option)
{
	switch (option) {
	case 'c':
		self->file = optarg;
		return COSMOS_OK;
	case 'o':
		return cmd_platform(x, optarg, &self->spec.platform);
	case 'f':
		return cmd_expand(x, optarg, &self->files);
	case 'q':
		self->quiet = true;
		return COSMOS_OK;
	case OPTION_TYPE:
		self->spec.type = optarg;
		return COSMOS_OK;
	case OPTION_CPUS:
		self->spec.cpus = optarg;
		return COSMOS_OK;
	case OPTION_EXTRA:
		self->spec.cmdline = optarg;
		return COSMOS_OK;
	case 'p':
		/* The original's -p had no argument: that was paused. */
		if (strchr(optarg, '=') == NULL) {
			self->spec.paused = 1;
			optind--;
			return COSMOS_OK;
		}
		return create_port(x, self, optarg);
	case OPTION_PORT:
		return create_port(x, self, optarg);
	case 'm':
		return create_memory(x, self, optarg);
	case 'i':
		self->spec.image = optarg;
		return COSMOS_OK;
	case 'P':
		self->spec.paused = 1;
		return COSMOS_OK;
	case 'C':
		return create_cpu(x, self, optarg);
	case OPTION_NO_LIMITS:
		self->spec.no_limits = 1;
		return COSMOS_OK;
	case OPTION_ON_POWEROFF:
		return create_action(x, &self->spec.on_poweroff, optarg);
	case OPTION_ON_REBOOT:
		return create_action(x, &self->spec.on_reboot, optarg);
	case OPTION_ON_CRASH:
		return create_action(x, &self->spec.on_crash, optarg);
	default:
		return COSMOS_E_USAGE;
	}
}

static int
create_spec(
    struct cmd_context *x, struct create *self, const struct cosmos_spec *spec)
{
	struct cosmos_guest g;
	int status = cosmos_create(x->c, spec, &g);

	if (status != COSMOS_OK) {
		cmd_fail(x, status);
		cmd_item_failed(x, self->all, spec->name, status);
		return status;
	}
	json_array_append_new(self->all, cmd_guest_json(&g));
	if (!x->json && !self->quiet)
		printf("%s %u\n", g.name, g.id);
	return COSMOS_OK;
}

/* What was said on the command line goes before what the file says. */
static void
create_merge(struct cosmos_spec *spec, const struct cosmos_spec *said)
{
	struct cosmos_spec file = *spec;

	*spec = *said;
	spec->name = file.name;
	if (said->image == NULL)
		spec->image = file.image;
	if (said->config == NULL) {
		spec->config = file.config;
		spec->config_length = file.config_length;
		spec->label = file.label;
	}
	if (said->memory == 0)
		spec->memory = file.memory;
	if (said->nports == 0) {
		spec->ports = file.ports;
		spec->nports = file.nports;
	}
	if (said->on_poweroff == 0)
		spec->on_poweroff = file.on_poweroff;
	if (said->on_reboot == 0)
		spec->on_reboot = file.on_reboot;
	if (said->on_crash == 0)
		spec->on_crash = file.on_crash;
	if (said->type == NULL)
		spec->type = file.type;
	if (said->cmdline == NULL)
		spec->cmdline = file.cmdline;
	if (said->cpus == NULL)
		spec->cpus = file.cpus;
}

static int
create_file(struct cmd_context *x, struct create *self, const char *path)
{
	struct cosmos_spec *loaded, spec;
	char *warnings;
	int status = cosmos_spec_load(x->c, path, &loaded, &warnings);

	if (status != COSMOS_OK) {
		cmd_fail(x, status);
		cmd_item_failed(x, self->all, path, status);
		return status;
	}
	if (!self->quiet)
		fputs(warnings, stderr);
	free(warnings);
	spec = *loaded;
	create_merge(&spec, &self->spec);
	/* A file is for every platform; what is said here is for this one. */
	if (spec.platform == COSMOS_PROCESS) {
		spec.type = self->spec.type;
		spec.cmdline = self->spec.cmdline;
	}
	status = create_spec(x, self, &spec);
	cosmos_spec_free(loaded);
	return status;
}

static int
create_all(
    struct cmd_context *x, struct create *self, const struct cmd_names *names)
{
	struct cmd_progress progress = { 0, 0 };
	size_t i, of = names->n + self->files.n;
	int one, status = COSMOS_OK;

	for (i = 0; i < of; i++) {
		const char *name =
		    i < names->n ? names->v[i] : self->files.v[i - names->n];

		cmd_progress(&progress, "created", i, of);
		if (i >= names->n || cmd_is_file(name)) {
			one = create_file(x, self, name);
		} else {
			self->spec.name = name;
			one = create_spec(x, self, &self->spec);
		}
		status = one != COSMOS_OK ? one : status;
	}
	cmd_progress_end(&progress);
	if (x->json)
		cmd_print_json(json_incref(self->all));
	return status;
}

static int
create_arguments(struct cmd_context *x, struct create *self, int argc,
    char **argv, struct cmd_names *names)
{
	int option, status = COSMOS_OK;

	while (
	    status == COSMOS_OK && (option = cmd_option(x, argc, argv)) != -1)
		status = create_option(x, self, option);
	for (; status == COSMOS_OK && optind < argc; optind++)
		status = cmd_expand(x, argv[optind], names);
	if (status == COSMOS_OK && names->n + self->files.n == 0)
		status = cmd_usage(x, "which name?");
	if (status == COSMOS_OK && self->file != NULL) {
		status = cmd_file(
		    x, self->file, &self->text, &self->spec.config_length);
		self->spec.config = self->text;
	}
	return status;
}

static int
create_run(struct cmd_context *x, int argc, char **argv)
{
	struct create self = { .spec = COSMOS_SPEC_INIT };
	struct cmd_names names = { NULL, 0, 0 };
	int status;

	self.all = json_array();
	self.spec.ports = self.ports;
	status = create_arguments(x, &self, argc, argv, &names);
	if (status == COSMOS_OK)
		status = create_all(x, &self, &names);
	json_decref(self.all);
	free(self.text);
	cmd_names_free(&names);
	cmd_names_free(&self.files);
	return status;
}

const struct cmd cmd_create = {
	.name = "create",
	.arguments = "[OPTION]... NAME|FILE...",
	.summary = "create guests",
	.help = "  -c, --config FILE     run this configuration; '-': standard "
	        "input\n"
	        "  -o, --on PLATFORM     one of xen, kvm, process, or best "
	        "(the default)\n"
	        "      --platform PLATFORM  the same\n"
	        "  -p, --port N=KIND:... what the configuration's port N is\n"
	        "  -m, --memory SIZE     megabytes, or with K, M, G\n"
	        "  -C, --cpu PERCENT     of one processor, at most\n"
	        "      --cpus LIST       processors it may run on: 0-1,3\n"
	        "      --no-limits       create it even if nothing limits it\n"
	        "      --on-poweroff ACTION\n"
	        "      --on-reboot ACTION\n"
	        "      --on-crash ACTION destroy, restart or preserve it "
	        "('cosmos watch')\n"
	        "  -i, --image FILE      another kernel or guest program\n"
	        "      --type TYPE       pv or pvh, under xen\n"
	        "      --extra TEXT      more for the kernel's command line\n"
	        "  -P, --paused          it waits for 'cosmos resume'\n"
	        "  -f, --file FILE       a configuration file of xl's\n"
	        "  -q, --quiet           do not say which were created\n",
	.about =
	    "NAME may stand for many: fw{1..100}.  An argument with a '/', or\n"
	    "that ends in .cfg or .xl, is a configuration file of xl's, as "
	    "the\n"
	    "original had them, with click=\"FILE\" for the configuration; "
	    "what\n"
	    "options say goes before what the file says.  -p without a '=' in\n"
	    "its argument is the original's -p: paused.\n\n"
	    "A port is tap:NAME, vale0:NAME (a port of the switch) and, under "
	    "kvm\n"
	    "and xen, bridge:NAME, where ,mac=ADDRESS may follow; xen has no "
	    "tap.\n\n"
	    "What is not said is the platform's least: 64 MB at most for a\n"
	    "process, 8 MB for a virtual machine.",
	.shorts = "c:o:p:m:i:PC:f:q",
	.longs = create_options,
	.run = create_run,
};
