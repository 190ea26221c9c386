/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hcall.h -- a handler call that a configuration asks for, to be made later:
 * the "x.switch 1" of COUNT_CALL, END_CALL and the like.
 *
 *	struct hcall end;                             in the element's state
 *	hcall_set(&end, text, e, errh)                in configure
 *	hcall_bind(&end, HANDLER_WRITE, e, errh)      in initialize
 *	hcall_write(&end, thread, NULL)               whenever the time has come
 *	hcall_fini(&end)                              in cleanup
 *
 * A zeroed struct is an empty call: setting, binding and making it do nothing.
 */
#ifndef CLICK_HCALL_H
#define CLICK_HCALL_H

#include <stdbool.h>

#include "base/str.h"
#include "click/args.h"
#include "click/errh.h"
#include "click/handler.h"

struct hcall {
	struct str text;  /* as written; owned */
	struct str value; /* the part after the name; lies in text */
	struct router *router;
	struct element *e;       /* NULL: a global handler */
	const struct handler *h; /* NULL until bound */
};

/*
 * The argument of an element's configure: an owned string for hcall_set().
 * What is wrong with its name is told, then "parse error".
 */
bool args_hcall(
    struct args *a, const char *keyword, unsigned int flags, struct str *out);

static inline bool
hcall_given(const struct hcall *c)
{
	return c->text.n != 0;
}

/*
 * Takes a copy of text, "[ELEMENT.]HANDLER [VALUE]" as seen from context, in
 * the place of what c held.  The element must exist, its handlers need not
 * yet.  Reports "syntax error", "no element named 'x'" or "out of memory".  0,
 * ERR_INVAL, ERR_NOMEM; on failure c is as before.
 */
int hcall_set(struct hcall *c, struct str text, struct element *context,
    struct errh *errh);

/*
 * Finds the handler, which must be writable or readable as what
 * (HANDLER_WRITE, HANDLER_READ) says.  0, ERR_INVAL or ERR_NOTFOUND
 * (reported).
 */
int hcall_bind(struct hcall *c, unsigned int what, struct element *context,
    struct errh *errh);

/*
 * Both, for calls changed in a running router: c is replaced only if all is
 * well.
 */
int hcall_reset(struct hcall *c, struct str text, unsigned int what,
    struct element *context, struct errh *errh);

/* Make it.  errh NULL: silently.  Return what the handler did; 0 if empty. */
int hcall_write(const struct hcall *c, struct thread *t, struct errh *errh);
int hcall_read(const struct hcall *c, struct thread *t, struct strbuf *out,
    struct errh *errh);

/* Frees; c is empty then. */
void hcall_fini(struct hcall *c);

#endif
