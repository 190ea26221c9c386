/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_console.c -- cosmos console: a guest's console, until it or we end. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/cmd.h"

enum { CHUNK = 4096, LOOK_MS = 200 };

/* Copies what has come; -1: from has ended, 0: nothing now. */
static ssize_t
console_copy(int from, int to, bool json)
{
	char bytes[CHUNK];
	ssize_t n = read(from, bytes, sizeof(bytes)), done = 0, part;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (json && n > 0) {
		cmd_print_json(cmd_text_json(bytes, (size_t)n));
		fflush(stdout);
		return n;
	}
	while (done < n) {
		part = write(to, bytes + done, (size_t)(n - done));
		if (part < 0 && errno != EINTR)
			return -1;
		done += part > 0 ? part : 0;
	}
	return n;
}

/* A log file has no end while its guest lives. */
static bool
console_over(struct cmd_context *x, const struct cosmos_guest *g)
{
	struct cosmos_guest now;

	return cosmos_find(x->c, g->name, &now) != COSMOS_OK ||
	       now.state == COSMOS_STATE_DYING;
}

static void
console_follow(struct cmd_context *x, const struct cosmos_guest *g,
    const volatile int *stop, int in, int out)
{
	struct pollfd p = { .fd = in >= 0 ? STDIN_FILENO : -1,
		.events = POLLIN };
	ssize_t n;
	bool over;

	for (;;) {
		over = console_over(x, g) || (stop != NULL && *stop != 0);
		while ((n = console_copy(out, STDOUT_FILENO, x->json)) > 0)
			;
		if (n < 0 || over)
			return;
		if (poll(&p, 1, LOOK_MS) > 0 &&
		    console_copy(STDIN_FILENO, in, false) <= 0)
			p.fd = -1;
	}
}

int
cmd_console_show(struct cmd_context *x, const struct cosmos_guest *g,
    const volatile int *stop)
{
	int in, out, status = cosmos_console(x->c, g, &in, &out);

	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	console_follow(x, g, stop, in, out);
	if (in >= 0 && in != out)
		close(in);
	close(out);
	return COSMOS_OK;
}

static int
console_run(struct cmd_context *x, int argc, char **argv)
{
	struct cosmos_guest g;
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (argc - optind != 1)
		return cmd_usage(x, "which guest?");
	status = cosmos_find(x->c, argv[optind], &g);
	return status == COSMOS_OK ? cmd_console_show(x, &g, NULL)
	                           : cmd_fail(x, status);
}

const struct cmd cmd_console = {
	.name = "console",
	.arguments = "GUEST",
	.summary = "show a guest's console, until the guest ends",
	.help = "",
	.about = "What is typed goes to the guest, where its console listens "
	         "(xen);\n"
	         "the end of input does not end the command.  With --json each "
	         "piece of\n"
	         "output is a JSON string.",
	.shorts = "",
	.run = console_run,
};
