/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host.h -- what the files of host/ share: descriptors, signals and the
 * bindings of ports.  For host/ and elements/host/ only.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/str.h"

struct os_waiter;

/* ---- libc_gnu.c, or musl/libc.c: what depends on the C library ---- */

/* MADV_POPULATE_WRITE (madvise(2)), for which not every one has a name. */
enum { MADVISE_POPULATE = 23 };

/* The caller's stack, on standard error, if that can be known. */
void backtrace_print(void);
/* One heap for all threads: a router allocates little once it runs. */
void heap_is_one(void);

/* ---- any ---- */

/*
 * Before a sandbox: os_memory() says limit (bytes; 0: what the machine has),
 * and does not need the file system any more.
 */
void memory_is(uint64_t limit);

/* For waiter.c: calls the signal watchers of w that have something to hear. */
void signals_deliver(struct os_waiter *w);
/* For waiter.c: w is about to go, and its signal watches with it. */
void signals_forget(struct os_waiter *w);

/* Remembers "N=KIND:..." for os_port_open(); ERR_INVAL, ERR_EXIST, ERR_NOMEM.
 */
int port_bind(struct str binding, struct diag *why);

/*
 * A binding that comes from outside while routers run, with a descriptor that
 * becomes ours (-1: none) and words for its kind.  ERR_NOTSUP as well.
 */
int port_attach(struct str binding, int fd, struct str words, struct diag *why);
/* Forgets the binding of that name; ERR_BUSY while a router has it open. */
int port_detach(struct str name, struct diag *why);

/* Gets what the ports that are bound need of the system, before a sandbox. */
int ports_prepare(struct diag *why);

#endif
