/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_switch.c -- what cosmos has to tell the switch (docs/vale.md);
 * process_internal.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/vale.h"
#include "cosmos/process_internal.h"

enum { PATIENCE_S = 5 };

int
process_switch(struct cosmos *c, int *fd)
{
	const char *path = process_switch_path();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int status;

	if (!str_copy(str_of(path), address.sun_path, sizeof(address.sun_path)))
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: too long a name", path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0 &&
	    connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return COSMOS_OK;
	status = cosmos_fail_errno(c, "%s", path);
	if (*fd >= 0)
		close(*fd);
	return status;
}

const char *
process_switch_path(void)
{
	const char *path = getenv(VALE_SOCKET_ENV);

	return path == NULL || path[0] == '\0' ? VALE_SOCKET : path;
}

bool
switch_ask(int fd, const char *line, char text[static SWITCH_TEXT])
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char answer[SWITCH_TEXT + 32];
	const char *said;
	ssize_t n = -1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	        sizeof(patience)) == 0 &&
	    send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line))
		n = recv(fd, answer, sizeof(answer) - 1, 0);
	if (n <= 0) {
		snprintf(text, SWITCH_TEXT, "the switch does not answer");
		return false;
	}
	answer[n] = '\0';
	/* "ok N" or "error N", and a sentence on the next line. */
	said = strchr(answer, '\n');
	said = said == NULL ? "" : said + 1;
	snprintf(text, SWITCH_TEXT, "%.*s", (int)strcspn(said, "\n"), said);
	return strncmp(answer, "ok ", 3) == 0;
}

bool
switch_tell(const char *line, char text[static SWITCH_TEXT])
{
	struct cosmos quiet = { .error = STRBUF_INIT };
	bool good;
	int fd;

	snprintf(text, SWITCH_TEXT,
	    "the switch at %.100s does not answer: is 'vale serve' running?",
	    process_switch_path());
	good = process_switch(&quiet, &fd) == COSMOS_OK;
	sb_fini(&quiet.error);
	if (!good)
		return false;
	good = switch_ask(fd, line, text);
	close(fd);
	return good;
}
