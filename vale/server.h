/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * server.h -- the control socket: requests of tools, and guests that come.
 *
 * One request a line, words separated by spaces; each answer is a line "ok N"
 * or "error N" and then N bytes of text.  docs/vale.md lists the requests.
 */
#ifndef VALE_SERVER_H
#define VALE_SERVER_H

#include "vale/policy.h"
#include "vale/vale.h"

struct server;

struct server_options {
	const char *path;      /* of the socket; what lies there is replaced */
	struct policy *policy; /* becomes the server's */
	uint64_t guest_memory; /* bytes of a guest's region, at most */
	void (*log)(void *arg, const char *line); /* may be NULL */
	void *log_arg;
};

/* NULL with *why when the socket cannot be had; policy is freed then, too. */
struct server *server_new(
    struct vale *v, const struct server_options *o, struct diag *why);
/* Disconnects all. */
void server_free(struct server *s);

/*
 * Executes one request as the switch's own user would, e.g. of a file read at
 * start; the answer's text is appended to *out.
 */
int server_execute(
    struct server *s, struct str request, struct strbuf *out, struct diag *why);

#endif
