/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_each.c -- a command's turn at each of its guests; see cmd.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/cmd.h"

void
cmd_progress(struct cmd_progress *p, const char *what, size_t done, size_t of)
{
	const int64_t second = 1000000000, often = second / 5;
	int64_t now = steady_ns();

	if (p->begun_ns == 0)
		p->begun_ns = now;
	if (now - p->begun_ns < second || now - p->said_ns < often ||
	    !isatty(STDERR_FILENO))
		return;
	p->said_ns = now;
	fprintf(stderr, "\r%s %zu of %zu ", what, done, of);
}

void
cmd_progress_end(struct cmd_progress *p)
{
	if (p->said_ns != 0)
		fprintf(stderr, "\r\033[K");
}

void
cmd_item_failed(
    struct cmd_context *x, json_t *all, const char *name, int status)
{
	json_array_append_new(
	    all, json_pack("{s:s, s:i, s:s}", "name", name, "status", status,
	             "error", cmd_error(x)));
}

static int
each_one(struct cmd_context *x, const char *name, cmd_guest_fn *one, void *arg,
    json_t *all)
{
	struct cosmos_guest g;
	json_t *item;
	int status;

	x->error[0] = '\0'; /* the one before's */
	status = cosmos_find(x->c, name, &g);

	if (status == COSMOS_OK) {
		name = g.name; /* also where it was called by its id */
		item = json_pack(
		    "{s:s, s:I}", "name", g.name, "id", (json_int_t)g.id);
		status = one(x, &g, item, arg);
		if (status == COSMOS_OK) {
			json_array_append(all, item);
			if (x->verbose)
				fprintf(stderr, "cosmos: %s: %s: done\n",
				    g.name, x->cmd->name);
		}
		json_decref(item);
	}
	if (status != COSMOS_OK) {
		cmd_fail(x, status);
		cmd_item_failed(x, all, name, status);
	}
	return status;
}

int
cmd_guests(struct cmd_context *x, char *const *patterns, size_t n,
    cmd_guest_fn *one, void *arg)
{
	struct cmd_names names = { NULL, 0, 0 };
	struct cmd_progress progress = { 0, 0 };
	json_t *all = json_array();
	int status = COSMOS_OK, turn;
	size_t i;

	for (i = 0; status == COSMOS_OK && i < n; i++)
		status = cmd_expand(x, patterns[i], &names);
	if (status == COSMOS_OK) {
		for (i = 0; i < names.n; i++) {
			cmd_progress(&progress, x->cmd->name, i, names.n);
			turn = each_one(x, names.v[i], one, arg, all);
			status = turn != COSMOS_OK ? turn : status;
		}
		cmd_progress_end(&progress);
		if (x->json)
			cmd_print_json(json_incref(all));
	}
	json_decref(all);
	cmd_names_free(&names);
	return status;
}

int
cmd_each_guest(struct cmd_context *x, int argc, char **argv, cmd_guest_fn *one)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	return cmd_guests(x, argv + optind, (size_t)(argc - optind), one, NULL);
}
