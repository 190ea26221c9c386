/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_save.c -- cosmos save. */
#include "cosmos/cmd_save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/cmd.h"

static const struct option save_options[] = {
	{ "keep", no_argument, NULL, 'k' },
	{ NULL, 0, NULL, 0 },
};

struct save {
	int fd;
	unsigned int flags;
};

static int
save_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const struct save *self = arg;

	(void)item;
	return cosmos_save(x->c, g, self->fd, self->flags);
}

int
cmd_save_file(
    struct cmd_context *x, char *name, const char *path, unsigned int flags)
{
	struct save self = { .flags = flags };
	int status;

	if (strchr(name, '{') != NULL)
		return cmd_usage(x, "one guest a file");
	self.fd =
	    strcmp(path, "-") == 0
	        ? dup(STDOUT_FILENO)
	        : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (self.fd < 0) {
		fprintf(stderr, "cosmos: %s: %s%s\n", path, strerror(errno),
		    errno == EEXIST ? ": it is not written over" : "");
		return errno == EEXIST ? COSMOS_E_EXISTS : COSMOS_E_SYSTEM;
	}
	status = cmd_guests(x, &name, 1, save_one, &self);
	if (close(self.fd) != 0 && status == COSMOS_OK) {
		fprintf(stderr, "cosmos: %s: %s\n", path, strerror(errno));
		status = COSMOS_E_SYSTEM;
	}
	if (status != COSMOS_OK && strcmp(path, "-") != 0)
		unlink(path);
	return status;
}

static int
save_run(struct cmd_context *x, int argc, char **argv)
{
	unsigned int flags = 0;
	int option;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option != 'k')
			return COSMOS_E_USAGE;
		flags |= COSMOS_SAVE_KEEP;
	}
	if (argc - optind != 2)
		return cmd_usage(x, "which guest, and to which file?");
	if (x->json && strcmp(argv[optind + 1], "-") == 0)
		return cmd_usage(x, "standard output is for one of two");
	return cmd_save_file(x, argv[optind], argv[optind + 1], flags);
}

const struct cmd cmd_save = {
	.name = "save",
	.arguments = "[-k] GUEST FILE",
	.summary = "put a guest into a file, and end it",
	.help = "  -k, --keep            let it go on afterwards\n",
	.about =
	    "FILE must not exist; '-' is standard output.\n\n"
	    "On xen it is the whole memory of the guest.  Of a process or kvm\n"
	    "guest it is what can be told: what it was created with, each\n"
	    "router's text, label and state, the value of every handler that\n"
	    "can be both read and written, and what elements know: the flows\n"
	    "of rewriters, CGNAT, StatefulFirewall, ARP's addresses, PPPoE\n"
	    "sessions and more (the operating guide has the list).  Other\n"
	    "counters, and packets in queues, begin anew.",
	.shorts = "k",
	.longs = save_options,
	.run = save_run,
};
