/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_migrate.c -- cosmos migrate: a guest to another host, over TCP or over a
 * socket that somebody else has connected (by ssh, by a test).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cosmos/cmd.h"

enum { GONE_S = 10 };

static const struct option migrate_options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "receive", no_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static int
peer_fail(struct cmd_context *x, const char *where, const char *what)
{
	snprintf(x->error, sizeof(x->error), "%s: %s", where, what);
	return -1;
}

/* "fd:N": true, and the descriptor. */
static bool
peer_descriptor(const char *where, int *fd)
{
	char *end;

	if (strncmp(where, "fd:", 3) != 0)
		return false;
	*fd = (int)strtol(where + 3, &end, 10);
	if (end == where + 3 || *end != '\0')
		*fd = -1;
	return true;
}

/* getaddrinfo() takes any number, and the lower half of it. */
static bool
peer_port(const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && port > 0 &&
	       port < 65536;
}

/* "HOST:PORT", "[ADDRESS]:PORT" or, to listen at, "PORT". */
static struct addrinfo *
peer_addresses(struct cmd_context *x, const char *where, bool listening)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = listening ? AI_PASSIVE : 0 };
	struct addrinfo *found = NULL;
	const char *colon = strrchr(where, ':');
	const char *port = colon != NULL ? colon + 1 : where;
	char host[256];
	int n = colon != NULL ? (int)(colon - where) : 0, err;

	if (n > 1 && where[0] == '[' && where[n - 1] == ']') {
		where++;
		n -= 2;
	}
	if (!peer_port(port) || (colon == NULL && !listening)) {
		peer_fail(x, where,
		    "not HOST:PORT, with a port of 1 to 65535, "
		    "or fd:N");
		return NULL;
	}
	snprintf(host, sizeof(host), "%.*s", n, where);
	err = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
	if (err != 0)
		peer_fail(x, where, gai_strerror(err));
	return err == 0 ? found : NULL;
}

/*
 * A guest stands still meanwhile: a host that has gone without a word is seen
 * in GONE_S, not by TCP's own patience of a quarter of an hour (tcp(7)).
 */
static void
peer_impatient(int fd)
{
	const int on = 1, seconds = GONE_S / 2, probe = 1, probes = GONE_S / 2;
	const unsigned int unheard_ms = GONE_S * 1000;

	/* Where it cannot be had it is TCP's patience. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &probe, sizeof(probe));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard_ms, sizeof(unheard_ms));
}

/* Each address in turn: connected, or the one connection to a listener. */
static int
peer_try(const struct addrinfo *a, bool listening)
{
	const int on = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one;

	if (fd < 0)
		return -1;
	peer_impatient(fd); /* an accepted one is as its listener */
	if (listening) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
		    listen(fd, 1) == 0) {
			one = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
			close(fd);
			return one;
		}
	} else if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
		return fd;
	}
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

static int
peer_open(struct cmd_context *x, const char *where, bool listening)
{
	struct addrinfo *all, *a;
	int fd = -1;

	if (peer_descriptor(where, &fd)) {
		if (fd < 0)
			peer_fail(x, where, "fd:N is a descriptor");
		return fd;
	}
	all = peer_addresses(x, where, listening);
	if (all == NULL)
		return -1;
	for (a = all; a != NULL && fd < 0; a = a->ai_next)
		fd = peer_try(a, listening);
	if (fd < 0)
		peer_fail(x, where, strerror(errno));
	freeaddrinfo(all);
	return fd;
}

static int
migrate_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const char *where = arg;
	int64_t downtime;
	int status, fd = peer_open(x, where, false);

	if (fd < 0)
		return COSMOS_E_SYSTEM;
	status = cosmos_migrate(x->c, g, fd, &downtime);
	close(fd);
	if (status != COSMOS_OK)
		return status;
	json_object_set_new(
	    item, "downtime_seconds", json_real((double)downtime / 1e9));
	if (!x->json)
		printf("%s: stood still for %.1f ms\n", g->name,
		    (double)downtime / 1e6);
	return COSMOS_OK;
}

static int
migrate_receive(struct cmd_context *x, const char *where, const char *name)
{
	struct cosmos_guest g;
	int status, fd = peer_open(x, where, true);

	if (fd < 0)
		return cmd_fail(x, COSMOS_E_SYSTEM);
	status = cosmos_receive_as(x->c, fd, name, &g);
	close(fd);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	cmd_print_made(x, &g);
	return COSMOS_OK;
}

static int
migrate_run(struct cmd_context *x, int argc, char **argv)
{
	const char *name = NULL;
	bool receive = false;
	int option;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == 'r')
			receive = true;
		else if (option == 'n')
			name = optarg;
		else
			return COSMOS_E_USAGE;
	}
	if (receive)
		return argc - optind == 1
		           ? migrate_receive(x, argv[optind], name)
		           : cmd_usage(x, "where does it come from?");
	if (name != NULL)
		return cmd_usage(x, "--name: who receives it names it");
	if (argc - optind != 2)
		return cmd_usage(x, "which guest, and where to?");
	return cmd_guests(x, argv + optind, 1, migrate_one, argv[optind + 1]);
}

const struct cmd cmd_migrate = {
	.name = "migrate",
	.arguments =
	    "GUEST HOST:PORT | GUEST fd:N | --receive [HOST:]PORT|fd:N",
	.summary = "move a guest to another host",
	.help = "  -n, --name NAME       receive it under another name\n"
	        "  -r, --receive         take one that comes, and say which\n",
	.about =
	    "At the other host 'cosmos migrate --receive PORT' waits for one\n"
	    "guest.  What is moved is what save writes.  The guest ends here\n"
	    "when it runs there, and goes on here if that fails; how long it\n"
	    "ran nowhere is printed.  Who does not hear of the other host for\n"
	    "10 s gives up.  Nothing on the way is encrypted: fd:N "
	    "is\n"
	    "a connected socket that somebody else has made.",
	.shorts = "n:r",
	.longs = migrate_options,
	.run = migrate_run,
};
