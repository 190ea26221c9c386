/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xenbus.h -- the client of XenStore (docs/misc/xenstore.txt in Xen).
 *
 * Any thread may ask; it sleeps until its answer comes.  tx is 0 or a running
 * transaction.  Errors are the store's: ERR_NOTFOUND, ERR_PERM, ERR_EXIST,
 * ERR_AGAIN (a transaction met another), ERR_NOMEM (a quota, or ours), ERR_IO
 * (any other), ERR_CLOSED once the store broke the protocol, ERR_TIMEDOUT when
 * it took no request or gave no answer for 30 s; it may do so later.
 *
 * Paths are absolute or relative to the domain's own, /local/domain/<domid>.
 */
#ifndef MINIOS_XEN_XENBUS_H
#define MINIOS_XEN_XENBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

void xenbus_init(void);

/* Appends the value to *out. */
int xenbus_read(uint32_t tx, const char *path, struct strbuf *out);
/* The value as a decimal number; ERR_SYNTAX. */
int xenbus_read_u32(uint32_t tx, const char *path, uint32_t *x);
/* Appends the names of the entries, a NUL after each. */
int xenbus_list(uint32_t tx, const char *path, struct strbuf *out);
int xenbus_write(uint32_t tx, const char *path, struct str value);
int xenbus_write_u32(uint32_t tx, const char *path, uint32_t x);
int xenbus_mkdir(uint32_t tx, const char *path);
int xenbus_rm(uint32_t tx, const char *path);
/*
 * The same without waiting for the answer, and in the order of the calls: for
 * what would not be done otherwise if it failed.  A refusal is on the console.
 */
void xenbus_tell(const char *path, struct str value);
void xenbus_tell_rm(const char *path);
/*
 * Tells on the console, once a second at most, that path was not "read" or
 * "written"; nothing if it is but not there, or the store has ended.
 */
void xenbus_refused(const char *path, const char *what, int err);

/*
 * Runs body(tx, arg) in transactions until one of them is accepted.  What body
 * returns ends it: 0 commits, anything else takes everything back.  Writes
 * within it are answered at its end: the first that failed is what this
 * returns.
 */
int xenbus_transact(int (*body)(uint32_t tx, void *arg), void *arg);

/*
 * A watch on path and all below.  It fires once at the start.  notify, if not
 * NULL, runs as an event handler (it must not sleep) when something has fired.
 */
struct xenbus_watch;
int xenbus_watch(const char *path, void (*notify)(void *arg), void *arg,
    struct xenbus_watch **watch);
void xenbus_unwatch(struct xenbus_watch *watch);
/*
 * The next path that fired, owned by the caller (free), or NULL.  When too
 * many came at once the watch's own path stands for the lost ones.
 */
char *xenbus_watch_next(struct xenbus_watch *watch);

/*
 * Around a suspend: waits until no transaction and no request is under way, or
 * those that are have had their time, and holds back new ones; then, on a fresh
 * connection, sets all watches anew.
 */
void xenbus_suspend(void);
void xenbus_resume(bool fresh);

#endif
