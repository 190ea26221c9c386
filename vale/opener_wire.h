/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * opener_wire.h -- the messages between the switch and its opening helper,
 * which are one program and one build; for opener*.c.
 */
#ifndef VALE_OPENER_WIRE_H
#define VALE_OPENER_WIRE_H

#include <stddef.h>
#include <sys/types.h>

#include "vale/opener.h"

enum { OPENER_OPEN, OPENER_RELEASE /* is not answered */ };

struct opener_request {
	int what;
	uint32_t number; /* to be released */
	char name[16], args[OPEN_ARGS_MAX];
};

struct opener_answer {
	int err;
	uint32_t number;
	char text[OPENED_TEXT];
	char why[sizeof(struct diag)];
};

struct vale_opener {
	int socket;
	pid_t child;
};

/*
 * One message and, if fds is not NULL, those of fds[OPENED_FDS] that are not
 * -1.  0, or ERR_IO.
 */
int opener_send(int socket, const void *message, size_t n, const int *fds);
/* Waits for one of exactly n bytes; fds that came with it, else -1. */
int opener_receive(int socket, void *message, size_t n, int *fds);

/* The helper: answers until the socket ends, and exits. */
NORETURN void opener_serve(int socket);

#endif
