/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * opener.h -- what needs privileges to be opened, and by whom it is.
 *
 * The process that moves frames has no privileges (sandbox.h).  What it cannot
 * open itself (interfaces, sockets, files of the administrator's) a small
 * helper opens for it, forked before the privileges went, and passes the
 * descriptors over a socket pair:
 *
 *	helper, root                       the switch, nobody, under seccomp
 *	                <- "tap", "t0"
 *	opens           descriptors, text ->
 *	...
 *	                <- released: 7
 *	closes what it keeps for 7
 *
 * The helper believes the switch nothing: it opens only what the functions
 * below open, each of which says what it refuses.  It ends, and undoes all it
 * has done, when the switch does.
 *
 * A switch without helper (unprivileged, a library, a test) calls the same
 * functions in its own process.
 */
#ifndef VALE_OPENER_H
#define VALE_OPENER_H

#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"

struct vale;
struct vale_opener;

enum { OPENED_FDS = 3, OPENED_TEXT = 128, OPEN_ARGS_MAX = 512 };

struct vale_opened {
	int fd[OPENED_FDS]; /* -1 where there is none; the caller's */
	/* What there is to know about it, by the kind: "mtu=1500 mac=..." */
	char text[OPENED_TEXT];
	void *keep;      /* the opener's own, until released */
	uint32_t number; /* for vale_release() */
};

/* A way to open something. */
struct vale_open {
	const char *name;
	/*
	 * Fills o as args ask.  On failure *why says more, and nothing is
	 * left.  Runs in the helper, or on the control thread.
	 */
	int (*open)(struct str args, struct vale_opened *o, struct diag *why);
	/* Undoes what is in o->keep; NULL: closing the descriptors does. */
	void (*release)(struct vale_opened *o);
};

/* "tap", "packet", ...: NULL, no such. */
const struct vale_open *vale_open_find(struct str name);

/*
 * Starts the helper, before there are threads and while there are privileges.
 * ERR_IO.
 */
int opener_start(struct vale_opener **o, struct diag *why);
/* Ends it. */
void opener_stop(struct vale_opener *o);

/*
 * Opens by that name, in the helper if v has one.  On success the caller owns
 * the descriptors and says vale_release() when it has closed them.  Errors as
 * of the function, ERR_IO when the helper is gone.
 */
int vale_acquire(struct vale *v, const char *name, struct str args,
    struct vale_opened *o, struct diag *why);
void vale_release(struct vale *v, const char *name, struct vale_opened *o);

/* ---- for those functions ---- */

/*
 * Enters the network namespace /run/netns/NAME (ip-netns(8)) or, /PATH, of
 * that file; "": stays.  *back is for namespace_leave().  ERR_NOTFOUND,
 * ERR_PERM.
 */
int namespace_enter(struct str name, int *back, struct diag *why);
/* Back to where one was; a process that cannot return ends. */
void namespace_leave(int back);
/* Splits "A,netns=NAME,B" and so on: the value of key, cut out, or empty. */
struct str vale_option(struct str args, const char *key);
/* Errno as one of ours. */
int errno_error(int e);

extern const struct vale_open vale_open_tap, vale_open_packet, vale_open_xdp,
    vale_open_capture, vale_open_dump, vale_open_listen, vale_open_connect,
    vale_open_evtchn;

#endif
