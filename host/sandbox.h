/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox.h -- what stands between a guest process and the machine.
 *
 *	sandbox_begin()    first of all: closes every descriptor that was not
 *	                   meant for us; process 1 of a pid namespace from here
 *	   ...             ports, control socket: what needs the system
 *	sandbox_enter()    network, mount, user and ipc namespaces, an empty
 *	                   root, no capabilities, limits, the filter
 *	   ...             routers run
 *
 * Both are for a program with one thread.  Afterwards all memory, every
 * descriptor that is open and the calls in docs/sandbox.md are all there is;
 * every thread that is started later is as confined.  There is no way back.
 */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

struct sock_filter;

struct sandbox {
	/*
	 * A folder with an empty network and mount namespace, "net" and "mnt",
	 * that guests may share; NULL: make our own, which costs half a
	 * millisecond and the kernel's memory for it.
	 */
	const char *empty;
	/* Whom the system takes us for, if we are root now. */
	uint32_t user;
	/* Inherited descriptors to be kept besides 0, 1 and 2; -1: none. */
	int keep[2];
};

enum {
	SANDBOX_NOBODY = 65534,
	/* Of its own bytes of log; the rest is lost. */
	SANDBOX_LOG_MAX = 1 << 20,
};

/*
 * True: go on.  False: *status is for main to return: it failed (*why), or the
 * guest was our child, as a pid namespace wants it where nobody gave us one,
 * and has ended (*why is empty).
 */
bool sandbox_begin(const struct sandbox *s, int *status, struct diag *why);
/* 0 or ERR_PERM, ERR_IO; after a failure nothing may be run. */
int sandbox_enter(const struct sandbox *s, struct diag *why);

/* ---- its parts ---- */

/* sandbox_names.c */
int sandbox_namespaces(const struct sandbox *s, struct diag *why);
/* Maps our own user and group, and no others, into the user namespace. */
int sandbox_map_ids(int proc, uint32_t user, uint32_t group, struct diag *why);
/* sandbox_limits.c */
int sandbox_limits(struct diag *why);
/* sandbox_filter.c */
int sandbox_filter(struct diag *why);
/* Its program, for who wants to look at it; how many instructions: */
enum { SANDBOX_FILTER_MAX = 259 };
unsigned int sandbox_filter_program(struct sock_filter *code);

#endif
