/* SPDX-License-Identifier: BSD-3-Clause */
/* handler.c -- handlers kept, found and called. */
#include "click/handler.h"

#include <inttypes.h>
#include <stdlib.h>

#include "click/args.h"
#include "click/conf.h"
#include "click/internal.h"
#include "os/os.h"

static struct handler *
handlers_find(struct handlers *hs, struct str name)
{
	for (size_t i = 0; hs != NULL && i < hs->own.n; i++)
		if (str_eq(hs->own.v[i].name, name))
			return &hs->own.v[i];
	return NULL;
}

void
handlers_free(struct handlers *h)
{
	if (h == NULL)
		return;
	vec_fini(&h->own);
	free(h);
}

/* e's handler of that name, made if there is none; NULL: no memory. */
static struct handler *
handler_make(struct element *e, const char *name)
{
	struct handler h = { .name = str_of(name) }, *old;

	if (e->handlers == NULL)
		e->handlers = calloc(1, sizeof(*e->handlers));
	if (e->handlers == NULL)
		goto no_memory;
	old = handlers_find(e->handlers, h.name);
	if (old != NULL)
		return old;
	h.name = arena_str(&e->router->graph.mem, h.name);
	if (h.name.s == NULL || vec_push(&e->handlers->own, h) != 0)
		goto no_memory;
	return &e->handlers->own.v[e->handlers->own.n - 1];

no_memory:
	e->router->out_of_memory = true;
	return NULL;
}

void
handler_add_read(struct element *e, const char *name, handler_fn *fn,
    uintptr_t user, unsigned int flags)
{
	struct handler *h = handler_make(e, name);

	if (h == NULL)
		return;
	h->read = fn;
	h->read_user = user;
	h->flags |= flags | HANDLER_READ;
}

void
handler_add_write(struct element *e, const char *name, handler_fn *fn,
    uintptr_t user, unsigned int flags)
{
	struct handler *h = handler_make(e, name);

	if (h == NULL)
		return;
	h->write = fn;
	h->write_user = user;
	h->flags |= flags | HANDLER_WRITE;
}

void
handler_set_flags(
    struct element *e, const char *name, unsigned int set, unsigned int clear)
{
	struct handler *h = handler_make(e, name);

	if (h != NULL)
		h->flags = (h->flags & ~clear) | set;
}

int
master_add_handler(struct master *m, const struct handler *h)
{
	struct handlers *global = master_handlers(m);
	struct handler *old = handlers_find(global, h->name);

	if (old != NULL) {
		*old = *h;
		return 0;
	}
	return vec_push(&global->own, *h);
}

/* "*" is written the name that nobody has, and may then have it (proxies). */
static struct handler *
handler_find_star(struct router *r, struct element *e, struct str name)
{
	struct handler *star = handlers_find(e->handlers, STR("*"));
	struct errh silent;
	struct handler_call call = { .thread = master_thread(r->master, 0),
		.errh = &silent,
		.text = name };
	int err;

	if (star == NULL || star->write == NULL)
		return NULL;
	errh_silent_init(&silent);
	err = handler_write(r, e, star, &call);
	errh_fini(&silent);
	return err < 0 ? NULL : handlers_find(e->handlers, name);
}

const struct handler *
handler_find(struct router *r, struct element *e, struct str name)
{
	const struct handler *h;
	size_t n;

	if (e == NULL)
		return handlers_find(master_handlers(r->master), name);
	h = handlers_find(e->handlers, name);
	if (h != NULL)
		return h;
	for (h = handler_defaults(e, &n); n > 0; h++, n--)
		if (str_eq(h->name, name))
			return h;
	return handler_find_star(r, e, name);
}

void
handler_each(struct router *r, struct element *e,
    void (*f)(void *arg, const struct handler *h), void *arg)
{
	struct handlers *hs =
	    e == NULL ? master_handlers(r->master) : e->handlers;
	const struct handler *h;
	size_t n;

	for (size_t i = 0; hs != NULL && i < hs->own.n; i++)
		f(arg, &hs->own.v[i]);
	if (e == NULL)
		return;
	for (h = handler_defaults(e, &n); n > 0; h++, n--)
		if (handlers_find(hs, h->name) == NULL)
			f(arg, h);
}

/* "element.handler", or the bare name of a global one, for messages. */
struct str
handler_unparse(const struct element *e, struct str name, struct strbuf *sb)
{
	if (e != NULL) {
		sb_add(sb, e->name);
		sb_addc(sb, '.');
	}
	sb_add(sb, name);
	return sb_str(sb);
}

static int
handler_complain(const struct element *e, const struct handler *h,
    struct errh *errh, const char *before, const char *after)
{
	struct strbuf sb = STRBUF_INIT;
	struct str name = handler_unparse(e, h->name, &sb);

	errh_error(errh, "%s'%.*s'%s", before, STR_ARG(name), after);
	sb_fini(&sb);
	return ERR_PERM;
}

/*
 * Handlers may call handlers (Script), each some 1.5 kB further down the stack.
 * What one needs by itself is most where printf has a floating-point number.
 */
enum { CALLS_MAX = 1000, CALL_STACK = 14336 };

static bool
handler_fits(const struct thread *t)
{
	return t->calls < CALLS_MAX && os_stack_left() >= CALL_STACK;
}

static int
handler_call(struct router *r, struct element *e, handler_fn *fn,
    uintptr_t user, unsigned int flags, struct handler_call *call)
{
	bool exclusive = (flags & HANDLER_NONEXCLUSIVE) == 0;
	unsigned int before = call->errh->nerrors;
	int err;

	call->router = r;
	call->thread->recent_old = true;
	if (!handler_fits(call->thread))
		return errh_error(call->errh,
		    "handlers call each other too deeply: no stack for more "
		    "than %u calls, one within the other",
		    call->thread->calls);
	if (exclusive)
		master_pause(r->master, call->thread);
	call->thread->calls++;
	err = fn(e, user, call);
	call->thread->calls--;
	if (exclusive)
		master_resume(r->master, call->thread);
	if (err == ERR_NOMEM && call->errh->nerrors == before)
		errh_error(call->errh, "out of memory");
	return err;
}

/*
 * A text that was too long ends with its last whole line and one that says so:
 * a table of any size can be looked at, and none ends a guest.
 */
static void
handler_cut(struct strbuf *out, size_t from, size_t max)
{
	while (out->n > from && out->s[out->n - 1] != '\n')
		out->n--;
	sb_printf(out,
	    "... %" PRIu64 " more lines are not shown: a text has %zu bytes at "
	    "most\n",
	    out->lost, max);
}

/* Reads into call->out, which gets no more than the router's master allows. */
static int
handler_read_bound(struct router *r, struct element *e, const struct handler *h,
    struct handler_call *call)
{
	size_t max = master_text_max(r->master);
	struct strbuf *out = call->out;
	size_t from = out->n, outer = out->max;
	bool full;
	int err;

	if (max == 0 || outer != 0)
		return handler_call(
		    r, e, h->read, h->read_user, h->flags, call);
	out->max = from + max;
	out->lost = 0;
	err = handler_call(r, e, h->read, h->read_user, h->flags, call);
	full = out->full;
	out->max = 0;
	out->full = false;
	if (full)
		handler_cut(out, from, max);
	return err;
}

int
handler_read(struct router *r, struct element *e, const struct handler *h,
    struct handler_call *call)
{
	int err;

	if (h->read == NULL)
		return handler_complain(
		    e, h, call->errh, "", " not a read handler");
	if (call->text.n > 0 && (h->flags & HANDLER_PARAM) == 0)
		return handler_complain(e, h, call->errh, "read handler ",
		    " does not take parameters");
	call->writing = false;
	err = handler_read_bound(r, e, h, call);
	if (err >= 0 && call->out->oom) /* half an answer is none */
		err = errh_error(call->errh, "out of memory");
	return err;
}

int
handler_write(struct router *r, struct element *e, const struct handler *h,
    struct handler_call *call)
{
	if (h->write == NULL)
		return handler_complain(
		    e, h, call->errh, "", " not a write handler");
	call->writing = true;
	return handler_call(r, e, h->write, h->write_user, h->flags, call);
}

/* Splits name at its first dot; which element that gives, if any. */
static bool
handler_locate(struct router *r, struct str name, struct element *context,
    struct element **e, struct str *hname)
{
	size_t dot = str_find(name, '.', 0);

	*e = NULL;
	*hname = name;
	if (dot == 0) {
		*hname = str_from(name, 1);
		return true;
	}
	if (dot < name.n) {
		*e = router_find(r, str_sub(name, 0, dot), context);
		if (*e != NULL) {
			*hname = str_from(name, dot + 1);
			return true;
		}
	}
	if (context != NULL && handler_find(r, context, name) != NULL) {
		*e = context;
		return true;
	}
	return dot == name.n || handler_find(r, NULL, name) != NULL;
}

int
handler_locate_name(struct router *r, struct str text, struct element *context,
    struct element **e, struct str *hname, struct errh *errh)
{
	size_t dot = str_find(text, '.', 0);

	if (text.n == 0 || (dot > 0 && dot + 1 == text.n))
		return errh_error(errh, "syntax error");
	if (handler_locate(r, text, context, e, hname))
		return 0;
	errh_error(errh, "no element named '%.*s'", (int)dot, text.s);
	return ERR_NOTFOUND;
}

int
handler_resolve(struct router *r, struct str name, struct element *context,
    struct element **e, const struct handler **h, struct errh *errh)
{
	struct element *found;
	struct str hname;
	int err = handler_locate_name(r, name, context, &found, &hname, errh);

	if (err != 0)
		return err;
	*h = handler_find(r, found, hname);
	*e = found;
	if (*h == NULL) {
		struct strbuf sb = STRBUF_INIT;
		struct str full = handler_unparse(found, hname, &sb);

		errh_error(errh, "no '%.*s' handler", STR_ARG(full));
		sb_fini(&sb);
		return ERR_NOTFOUND;
	}
	return 0;
}
