/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * move.c -- guests in files and on their way to other hosts.
 *
 * What is written begins with a line, "clickos-saved 1 PLATFORM"; the rest is
 * the platform's.  In a migration the receiver answers with a line: "ok", or
 * "no WHY"; until it has come the guest stands still here, and no other answer
 * makes it go.  A receiver that knows early does not wait for the rest: what is
 * still sent fails, and the line that says why has come before that.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/internal.h"

#define MAGIC "clickos-saved 1 "

enum { LINE_MAX_SIZE = 512, ANSWER_MS = 60000, DRAIN_MS = 5000 };

/* A line and not a byte more: others read on.  Without its end. */
static int
line_get(struct cosmos *c, int fd, char line[static LINE_MAX_SIZE])
{
	size_t n = 0;
	ssize_t got;

	for (;;) {
		got = read(fd, &line[n], 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return cosmos_fail_errno(c, "reading the guest");
		if (got == 0 || n == LINE_MAX_SIZE - 1)
			return cosmos_fail(c, COSMOS_E_FAILED,
			    "what was saved has no first line");
		if (line[n] == '\n') {
			line[n] = '\0';
			return COSMOS_OK;
		}
		n++;
	}
}

/* Writes it; then it stands still.  *from_ns: since when. */
static int
move_out(
    struct cosmos *c, const struct cosmos_guest *g, int fd, int64_t *from_ns)
{
	const struct platform *p;
	struct strbuf head = STRBUF_INIT;
	int status = guest_platform(c, g, &p);

	if (status != COSMOS_OK)
		return status;
	if (g->state != COSMOS_STATE_RUNNING)
		return cosmos_fail(c, COSMOS_E_STATE,
		    "%s: it is %s: only one that runs can be moved", g->name,
		    cosmos_state_name(g->state));
	sb_printf(&head, MAGIC "%s\n", cosmos_platform_name(g->platform));
	status = head.oom ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
	                  : fd_write(c, fd, sb_str(&head));
	sb_fini(&head);
	c->still_ns = steady_ns(); /* what is told, not copied, later */
	if (status == COSMOS_OK)
		status = p->save(c, g, fd);
	*from_ns = c->still_ns;
	return status;
}

static int
move_in(struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	const struct platform *p;
	char line[LINE_MAX_SIZE];
	unsigned int i;
	int status = line_get(c, fd, line);

	if (status != COSMOS_OK)
		return status;
	if (strncmp(line, MAGIC, strlen(MAGIC)) != 0)
		return cosmos_fail(c, COSMOS_E_FAILED,
		    "that is no guest that cosmos save has written");
	for (i = 1; cosmos_platform_name(i) != NULL; i++)
		if (strcmp(line + strlen(MAGIC), cosmos_platform_name(i)) == 0)
			break;
	p = platform_of(i);
	if (p == NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "a guest of platform %s cannot run here",
		    line + strlen(MAGIC));
	status = p->check(c);
	return status == COSMOS_OK ? p->restore(c, fd, name, g) : status;
}

/* It goes on here; the error that was noted stays. */
static int
move_back(struct cosmos *c, const struct cosmos_guest *g, int status)
{
	const struct platform *p = platform_of(g->platform);
	struct strbuf why = STRBUF_INIT;

	sb_adds(&why, cosmos_error(c));
	if (p != NULL)
		(void)p->go_on(c, g);
	cosmos_fail(c, status, "%s", sb_cstr(&why));
	sb_fini(&why);
	return status;
}

int
cosmos_save(
    struct cosmos *c, const struct cosmos_guest *g, int fd, unsigned int flags)
{
	int64_t from;
	int status = move_out(c, g, fd, &from);

	if (status != COSMOS_OK)
		return status == COSMOS_E_STATE ? status
		                                : move_back(c, g, status);
	return (flags & COSMOS_SAVE_KEEP) != 0
	           ? platform_of(g->platform)->go_on(c, g)
	           : cosmos_destroy(c, g);
}

int
cosmos_restore(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	return move_in(c, fd, name, g);
}

/* What the other side said before it hung up, if it did. */
static int
move_lost(struct cosmos *c, const struct cosmos_guest *g, int fd, int status)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct strbuf why = STRBUF_INIT;
	char line[LINE_MAX_SIZE];

	sb_adds(&why, cosmos_error(c));
	if (poll(&p, 1, 0) != 1)
		cosmos_fail(c, status, "%s", sb_cstr(&why));
	else if (line_get(c, fd, line) == COSMOS_OK &&
	         strncmp(line, "no ", 3) == 0)
		status = cosmos_fail(c, COSMOS_E_FAILED,
		    "%s: the other side: %s", g->name, line + 3);
	else
		status = cosmos_fail(c, COSMOS_E_FAILED,
		    "%s: the other side has gone: %s", g->name, sb_cstr(&why));
	sb_fini(&why);
	return status;
}

int
cosmos_migrate(struct cosmos *c, const struct cosmos_guest *g, int fd,
    int64_t *downtime_ns)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char line[LINE_MAX_SIZE];
	int64_t from;
	int status = move_out(c, g, fd, &from);

	if (status == COSMOS_E_STATE)
		return status;
	if (status != COSMOS_OK)
		return move_back(c, g, move_lost(c, g, fd, status));
	if (poll(&p, 1, ANSWER_MS) == 0)
		status = cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "%s: the other side has not answered for %d s", g->name,
		    ANSWER_MS / 1000);
	if (status == COSMOS_OK && line_get(c, fd, line) != COSMOS_OK)
		status = cosmos_fail(c, COSMOS_E_FAILED,
		    "%s: the other side has ended without an answer", g->name);
	if (status == COSMOS_OK && strcmp(line, "ok") != 0)
		status = cosmos_fail(c, COSMOS_E_FAILED,
		    "%s: the other side: %s", g->name,
		    strncmp(line, "no ", 3) == 0 ? line + 3 : line);
	if (status != COSMOS_OK)
		return move_back(c, g, status);
	if (downtime_ns != NULL)
		*downtime_ns = steady_ns() - from;
	return cosmos_destroy(c, g);
}

/*
 * Takes the rest of what is not wanted: whoever sends it reads the answer after
 * it, and a connection that ends with bytes unread may take the answer along.
 */
static void
move_drain(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4096];

	while (poll(&p, 1, DRAIN_MS) > 0 && read(fd, bytes, sizeof(bytes)) > 0)
		;
}

int
cosmos_receive(struct cosmos *c, int fd, struct cosmos_guest *g)
{
	return cosmos_receive_as(c, fd, NULL, g);
}

int
cosmos_receive_as(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	struct strbuf answer = STRBUF_INIT, why = STRBUF_INIT;
	int status = move_in(c, fd, name, g), told;

	if (status == COSMOS_OK) {
		sb_adds(&answer, "ok\n");
	} else {
		sb_printf(&answer, "no %.*s\n",
		    (int)strcspn(cosmos_error(c), "\n"), cosmos_error(c));
	}
	sb_adds(&why, cosmos_error(c));
	told = answer.oom ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
	                  : fd_write(c, fd, sb_str(&answer));
	if (status != COSMOS_OK) {
		move_drain(fd);
		cosmos_fail(c, status, "%s", sb_cstr(&why));
	} else if (told != COSMOS_OK) {
		/* Nobody has heard that it runs here: it goes on there. */
		(void)cosmos_destroy(c, g);
		status = told;
	}
	sb_fini(&answer);
	sb_fini(&why);
	return status;
}
