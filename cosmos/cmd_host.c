/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_host.c -- cosmos doctor, pool, watch: what is not of one guest. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/cmd.h"

/* A signal handler has nothing else to write to. */
static volatile int host_stop;

static const struct option doctor_options[] = {
	{ "look", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static json_t *
doctor_json(char *text, int cleared)
{
	json_t *all = json_array();
	char *line, *rest, *space, *colon;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		space = strchr(line, ' ');
		colon = space != NULL ? strstr(space, ": ") : NULL;
		if (colon == NULL)
			continue;
		*space = *colon = '\0';
		json_array_append_new(
		    all, json_pack("{s:s, s:s, s:s, s:b}", "kind", line, "name",
		             space + 1, "what", colon + 2, "cleared", cleared));
	}
	return all;
}

static int
doctor_run(struct cmd_context *x, int argc, char **argv)
{
	int option, status, clear = 1;
	char *text;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == '?')
			return COSMOS_E_USAGE;
		clear = 0;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	status = cosmos_doctor(x->c, clear, &text, NULL);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		cmd_print_json(doctor_json(text, clear));
	else
		fputs(text, stdout);
	free(text);
	return COSMOS_OK;
}

static int
pool_run(struct cmd_context *x, int argc, char **argv)
{
	uint32_t n = UINT32_MAX;
	char *end;
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (optind < argc) {
		unsigned long wanted = strtoul(argv[optind], &end, 10);

		if (argv[optind][0] < '0' || argv[optind][0] > '9' ||
		    *end != '\0' || wanted > 100000)
			return cmd_usage(
			    x, "'%s' is no number up to 100000", argv[optind]);
		n = (uint32_t)wanted;
		optind++;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s': one number", argv[optind]);
	status = cosmos_pool(x->c, &n);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		cmd_print_json(json_pack("{s:I}", "prepared", (json_int_t)n));
	else
		printf("%u\n", n);
	return COSMOS_OK;
}

static void
watch_end(int signo)
{
	(void)signo;
	host_stop = 1;
}

static void
watch_say(void *arg, const char *line)
{
	const struct cmd_context *x = arg;

	if (x->json)
		cmd_print_json(json_string(line));
	else
		printf("%s\n", line);
	fflush(stdout);
}

static int
watch_run(struct cmd_context *x, int argc, char **argv)
{
	struct sigaction end = { .sa_handler = watch_end };
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	status = cosmos_watch(x->c, &host_stop, watch_say, x);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.arguments = "[-n]",
	.summary = "clear what ended guests and killed programs have left",
	.help = "  -n, --look            only say what there is\n",
	.shorts = "n",
	.longs = doctor_options,
	.run = doctor_run,
};

const struct cmd cmd_pool = {
	.name = "pool",
	.arguments = "[NUMBER]",
	.summary = "have so many guests prepared, or say how many are",
	.help = "",
	.shorts = "",
	.run = pool_run,
};

const struct cmd cmd_watch = {
	.name = "watch",
	.arguments = "",
	.summary = "see to guests that end: clear, restart or keep them",
	.help = "",
	.shorts = "",
	.run = watch_run,
};
