/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_create.c -- cosmos create. */
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
};

static const struct option create_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "on", required_argument, NULL, 'o' },
	{ "port", required_argument, NULL, 'p' },
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
	const char *file;
	char *text;
};

static int
create_platform(struct cmd_context *x, struct create *self, const char *name)
{
	unsigned int i;

	for (i = 0; cosmos_platform_name(i) != NULL; i++)
		if (strcmp(cosmos_platform_name(i), name) == 0) {
			self->spec.platform = i;
			return COSMOS_OK;
		}
	return cmd_usage(
	    x, "'%s' is no platform: xen, kvm, process or best", name);
}

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
create_option(struct cmd_context *x, struct create *self, int option)
{
	switch (option) {
	case 'c':
		self->file = optarg;
		return COSMOS_OK;
	case 'o':
		return create_platform(x, self, optarg);
	case 'p':
		if (self->spec.nports == COSMOS_PORTS_MAX)
			return cmd_usage(
			    x, "more than %d ports", COSMOS_PORTS_MAX);
		self->ports[self->spec.nports++] = optarg;
		return COSMOS_OK;
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
create_one(
    struct cmd_context *x, struct create *self, const char *name, json_t *all)
{
	struct cosmos_guest g;
	int status;

	self->spec.name = name;
	status = cosmos_create(x->c, &self->spec, &g);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		json_array_append_new(all, cmd_guest_json(&g));
	else
		printf("%s %u\n", g.name, g.id);
	return COSMOS_OK;
}

static int
create_run(struct cmd_context *x, int argc, char **argv)
{
	struct create self = { .spec = COSMOS_SPEC_INIT };
	json_t *all = json_array();
	int option, status = COSMOS_OK, worst;

	while (
	    status == COSMOS_OK && (option = cmd_option(x, argc, argv)) != -1)
		status = create_option(x, &self, option);
	if (status == COSMOS_OK && optind >= argc)
		status = cmd_usage(x, "which name?");
	if (status == COSMOS_OK && self.file != NULL) {
		status = cmd_file(
		    x, self.file, &self.text, &self.spec.config_length);
		self.spec.config = self.text;
	}
	self.spec.ports = self.ports;
	worst = status;
	for (; status == COSMOS_OK && optind < argc; optind++) {
		int one = create_one(x, &self, argv[optind], all);

		if (one != COSMOS_OK)
			worst = one;
	}
	if (status == COSMOS_OK && x->json)
		cmd_print_json(json_incref(all));
	json_decref(all);
	free(self.text);
	return worst;
}

const struct cmd cmd_create = {
	.name = "create",
	.arguments = "[OPTION]... NAME...",
	.summary = "create guests",
	.help =
	    "  -c, --config FILE     run this configuration; '-': standard "
	    "input\n"
	    "  -o, --on PLATFORM     xen, kvm, process, or best (the default)\n"
	    "  -p, --port N=KIND:... what the configuration's port N is\n"
	    "  -m, --memory SIZE     megabytes, or with K, M, G\n"
	    "  -C, --cpu PERCENT     of one processor, at most\n"
	    "      --no-limits       create it even if nothing limits it\n"
	    "      --on-poweroff ACTION, --on-reboot ACTION, --on-crash "
	    "ACTION\n"
	    "                        destroy, restart or preserve it "
	    "('cosmos watch')\n"
	    "  -i, --image FILE      another kernel or guest program\n"
	    "  -P, --paused          it waits for 'cosmos resume'\n",
	.shorts = "c:o:p:m:i:PC:",
	.longs = create_options,
	.run = create_run,
};
