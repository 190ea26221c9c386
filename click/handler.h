/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * handler.h -- named values and actions of an element (or of the router) that
 * can be read and written while it runs.
 *
 * One function type for both: a read appends its text to call->out, a write
 * takes call->text.  call->text of a read is its parameter (only handlers
 * with HANDLER_PARAM get one).  Both run on a router thread while no other
 * runs elements of this router, unless HANDLER_NONEXCLUSIVE is set.
 */
#ifndef CLICK_HANDLER_H
#define CLICK_HANDLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "click/errh.h"

struct element;
struct router;
struct thread;

enum handler_flag {
	HANDLER_READ = 1,
	HANDLER_WRITE = 2,
	HANDLER_PARAM = 4,        /* a read takes parameters */
	HANDLER_NONEXCLUSIVE = 8, /* safe while other threads run */
	HANDLER_RAW = 16,         /* value is bytes: no newline is added */
	HANDLER_CALM = 32,        /* reading often is cheap and harmless */
	HANDLER_EXPENSIVE = 64,   /* reading is not cheap */
	HANDLER_BUTTON = 128,     /* a write without value */
	HANDLER_CHECKBOX = 256,   /* a boolean */
	HANDLER_UNCOMMON = 512,   /* not of interest to most */
	HANDLER_DEPRECATED = 1024,
	HANDLER_PRIVATE = 2048, /* not listed */
};

struct handler_call {
	struct thread *thread;
	struct router *router; /* set by handler_read() and handler_write() */
	struct errh *errh;
	struct str text;    /* a write's value or a read's parameter */
	struct strbuf *out; /* a read's result */
	bool writing;
};

/*
 * 0, or a negative error after having told call->errh why; ERR_NOMEM need not
 * be told.  user is what was given when the handler was added.
 */
typedef int handler_fn(
    struct element *e, uintptr_t user, struct handler_call *call);

struct handler {
	struct str name;
	handler_fn *read, *write; /* NULL: cannot */
	uintptr_t read_user, write_user;
	unsigned int flags;
};

/*
 * Adds to what e already has (a read and a write of one name are one
 * handler); later ones replace earlier ones.  From add_handlers only.
 */
void handler_add_read(struct element *e, const char *name, handler_fn *fn,
    uintptr_t user, unsigned int flags);
void handler_add_write(struct element *e, const char *name, handler_fn *fn,
    uintptr_t user, unsigned int flags);
void handler_set_flags(
    struct element *e, const char *name, unsigned int set, unsigned int clear);

/*
 * Handlers straight onto a field of e's state; what: HANDLER_READ, WRITE or
 * both.  The field must live as long as e.
 */
enum data_handler {
	DATA_BOOL,
	DATA_U8,
	DATA_U16,
	DATA_I32,
	DATA_U32,
	DATA_I64,
	DATA_U64,
	DATA_DOUBLE,
	DATA_STR /* owned */,
	DATA_IP4,
	DATA_ETHER,
	DATA_STAMP,
	DATA_BE16 /* uint16_t in network order */,
};
void handler_add_data(struct element *e, const char *name, unsigned int what,
    enum data_handler type, void *field);
/* Reads argument number (from 0) or KEYWORD of the configuration text. */
void handler_add_arg(
    struct element *e, const char *name, int position, const char *keyword);
/* Writes that only change keyword's argument and reconfigure. */
void handler_add_rewrite_arg(
    struct element *e, const char *name, int position, const char *keyword);

/*
 * The handlers of a task: scheduled (writable only when asked for), tickets,
 * and home_thread where there are several threads.
 */
struct task;
void handler_add_task(
    struct element *e, struct task *task, bool write_scheduled);

/* ---- calling ---- */

/* e's handler of that name, or NULL; e NULL: the router's global ones. */
const struct handler *handler_find(
    struct router *r, struct element *e, struct str name);

/*
 * Calls it.  Errors (no such direction, the handler's own) are told to
 * call->errh.  Returns what the handler did.
 */
int handler_read(struct router *r, struct element *e, const struct handler *h,
    struct handler_call *call);
int handler_write(struct router *r, struct element *e, const struct handler *h,
    struct handler_call *call);

/*
 * "element.handler" or "handler" (global, or context's own scope: names are
 * looked for as Click does from inside compound elements).  *e is NULL for a
 * global one.  Reports "no element named 'x'" or "no 'x.y' handler" in
 * Click's words and returns ERR_NOTFOUND.
 */
int handler_resolve(struct router *r, struct str name, struct element *context,
    struct element **e, const struct handler **h, struct errh *errh);

/*
 * The first half of that: which element a name means (NULL: none, a global
 * handler) and the handler's name within it, whether or not it exists.
 */
int handler_locate_name(struct router *r, struct str text,
    struct element *context, struct element **e, struct str *hname,
    struct errh *errh);

/* "count", "config"...: called by f for each, own ones first. */
void handler_each(struct router *r, struct element *e,
    void (*f)(void *arg, const struct handler *h), void *arg);

#endif
