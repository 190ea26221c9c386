/* SPDX-License-Identifier: BSD-3-Clause */
/* opener.c -- see opener.h; here is the switch's side, open_*.c opens. */
#define _GNU_SOURCE
#include "vale/opener.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vale/internal.h"
#include "vale/opener_wire.h"

static const struct vale_open *const openers[] = {
	&vale_open_tap,
	&vale_open_evtchn,
	&vale_open_packet,
	&vale_open_xdp,
	&vale_open_capture,
	&vale_open_dump,
	&vale_open_listen,
	&vale_open_connect,
};

const struct vale_open *
vale_open_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(openers); i++)
		if (str_is(name, openers[i]->name))
			return openers[i];
	return NULL;
}

static void
opened_init(struct vale_opened *o)
{
	memset(o, 0, sizeof(*o));
	for (int i = 0; i < OPENED_FDS; i++)
		o->fd[i] = -1;
}

/* ---- without a helper ---- */

static int
acquire_here(
    const char *name, struct str args, struct vale_opened *o, struct diag *why)
{
	const struct vale_open *how = vale_open_find(str_of(name));

	opened_init(o);
	if (how == NULL)
		return diag(why, ERR_NOTFOUND, "%s: cannot be opened", name);
	return how->open(args, o, why);
}

/* ---- the switch asks ---- */

int
vale_acquire(struct vale *v, const char *name, struct str args,
    struct vale_opened *o, struct diag *why)
{
	struct vale_opener *opener = v->options.opener;
	struct opener_request q = { .what = OPENER_OPEN };
	struct opener_answer a;

	if (opener == NULL)
		return acquire_here(name, args, o, why);
	if (!str_copy(str_of(name), q.name, sizeof(q.name)) ||
	    !str_copy(args, q.args, sizeof(q.args)))
		return diag(
		    why, ERR_INVAL, "%s:%.*s: too long", name, STR_ARG(args));
	opened_init(o);
	if (opener_send(opener->socket, &q, sizeof(q), NULL) != 0 ||
	    opener_receive(opener->socket, &a, sizeof(a), o->fd) != 0)
		return diag(why, ERR_IO, "the opening helper is gone");
	a.why[sizeof(a.why) - 1] = a.text[sizeof(a.text) - 1] = '\0';
	if (a.err != 0)
		return diag(why, a.err, "%s", a.why);
	memcpy(o->text, a.text, sizeof(o->text));
	o->number = a.number;
	return 0;
}

void
vale_release(struct vale *v, const char *name, struct vale_opened *o)
{
	const struct vale_open *how = vale_open_find(str_of(name));
	struct opener_request q = { .what = OPENER_RELEASE,
		.number = o->number };

	if (v->options.opener == NULL) {
		if (how->release != NULL)
			how->release(o);
	} else if (how->release != NULL) {
		/* A helper that is gone has released all. */
		(void)opener_send(
		    v->options.opener->socket, &q, sizeof(q), NULL);
	}
	opened_init(o);
}

/* ---- life ---- */

int
opener_start(struct vale_opener **out, struct diag *why)
{
	struct vale_opener *o = malloc(sizeof(*o));
	int s[2];

	if (o == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) != 0) {
		free(o);
		return diag(why, ERR_IO, "socketpair: %s", strerror(errno));
	}
	o->child = fork();
	if (o->child == 0) {
		close(s[0]);
		opener_serve(s[1]);
	}
	close(s[1]);
	if (o->child < 0) {
		close(s[0]);
		free(o);
		return diag(why, ERR_IO, "fork: %s", strerror(errno));
	}
	o->socket = s[0];
	*out = o;
	return 0;
}

void
opener_stop(struct vale_opener *o)
{
	/* It sees the end of the socket; init reaps it after us. */
	close(o->socket);
	free(o);
}
