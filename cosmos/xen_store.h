/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_store.h -- XenStore, many requests at a time.
 *
 * A question to the daemon costs two switches of process, and a guest has some
 * fifty keys.  So what is only told (a key written, removed, made; a watch) is
 * queued here, and goes out together with the next question, or with
 * xen_store_done(); the answers come in the order of the requests. (libxenstore
 * waits for each, and has a thread of its own for watches.)
 *
 * One thread.  Where a function needs memory and there is none, the next
 * xen_store_done() says so, as of all that went wrong.
 */
#ifndef COSMOS_XEN_STORE_H
#define COSMOS_XEN_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct xen_store;

/* The daemon's socket, or else the kernel's way to it.  NULL: errno. */
struct xen_store *xen_store_open(void);
void xen_store_close(struct xen_store *s);
/* Readable when an event waits that xen_store_event() has not seen. */
int xen_store_fd(const struct xen_store *s);

/* ---- told; t is a transaction, or 0 ---- */

void xen_store_write(
    struct xen_store *s, uint32_t t, const char *path, const char *value);
void xen_store_write_bytes(struct xen_store *s, uint32_t t, const char *path,
    const char *value, uint32_t n);
void xen_store_mkdir(struct xen_store *s, uint32_t t, const char *path);
/* With all below; that there is none is no error. */
void xen_store_rm(struct xen_store *s, uint32_t t, const char *path);
/* owner's, who may do all; reader (other than owner) may read. */
void xen_store_give(struct xen_store *s, uint32_t t, const char *path,
    uint32_t owner, uint32_t reader);
void xen_store_watch(struct xen_store *s, const char *path);
void xen_store_unwatch(struct xen_store *s, const char *path);
void xen_store_introduce(
    struct xen_store *s, uint32_t domid, unsigned long frame, uint32_t port);
void xen_store_resume(struct xen_store *s, uint32_t domid);

/*
 * Sends what is queued and waits for all answers.  False: errno of the first
 * of those told since the last call that failed.
 */
bool xen_store_done(struct xen_store *s);

/* ---- asked ---- */

/* malloc'd, with a NUL behind its *n (if not NULL) bytes; NULL: errno. */
char *xen_store_read(
    struct xen_store *s, uint32_t t, const char *path, uint32_t *n);
/* The names below path, each with its NUL: as xen_store_read(). */
char *xen_store_list(struct xen_store *s, const char *path, uint32_t *n);

/* 0: errno. */
uint32_t xen_store_begin(struct xen_store *s);
/*
 * Commits t if all that was told since the last xen_store_done() succeeded.
 * False: nothing was changed; errno EAGAIN: somebody was in between.
 */
bool xen_store_commit(struct xen_store *s, uint32_t t);
void xen_store_abort(struct xen_store *s, uint32_t t);

/*
 * The path that a watch tells of, malloc'd; waits for one at most timeout_ms.
 * NULL: none came.
 */
char *xen_store_event(struct xen_store *s, int timeout_ms);
/* Forgets those that came. */
void xen_store_forget(struct xen_store *s);

#endif
