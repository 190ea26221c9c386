/* SPDX-License-Identifier: BSD-3-Clause */
/* hcall.c -- see hcall.h. */
#include "click/hcall.h"

#include "base/arena.h"
#include "base/err.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"

/* What the first word of a call names. */
struct hcall_target {
	struct element *e; /* NULL: global */
	struct str handler;
};

/* Splits text; the name is unquoted into *mem. */
static int
hcall_parse(struct str text, struct arena *mem, struct element *context,
    struct hcall_target *target, struct str *value, struct errh *errh)
{
	struct str rest = text;
	struct str name;

	if (conf_unquote(conf_shift_space(&rest), mem, &name) != 0) {
		errh_error(errh, "out of memory");
		return ERR_NOMEM;
	}
	*value = rest;
	return handler_locate_name(
	    context->router, name, context, &target->e, &target->handler, errh);
}

static bool
arg_parse_hcall(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct str prefix = arena_printf(c->mem, "%s: ", c->keyword);
	struct str kept = arena_str(c->mem, text), value;
	struct hcall_target target;
	struct errh errh;
	int err;

	(void)type;
	if (prefix.s == NULL || kept.s == NULL)
		return arg_error(c, "out of memory");
	errh_prefix_init(&errh, c->errh, prefix);
	err = hcall_parse(text, c->mem, c->e, &target, &value, &errh);
	errh_fini(&errh);
	memcpy(out, &kept, sizeof(kept));
	return err == 0;
}

bool
args_hcall(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	static const struct arg_type type = { .size = sizeof(struct str),
		.parse = arg_parse_hcall };

	return args_read_owned(a, keyword, flags, &type, out);
}

int
hcall_set(struct hcall *c, struct str text, struct element *context,
    struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct hcall_target target;
	struct str value, copy;
	int err;

	err = hcall_parse(text, &mem, context, &target, &value, errh);
	arena_fini(&mem);
	if (err != 0)
		return err;
	copy = str_dup(text);
	if (copy.s == NULL) {
		errh_error(errh, "out of memory");
		return ERR_NOMEM;
	}
	hcall_fini(c);
	c->text = copy;
	return 0;
}

static int
hcall_missing(
    const struct hcall_target *target, const char *fmt, struct errh *errh)
{
	struct strbuf sb = STRBUF_INIT;

	if (target->e != NULL) {
		sb_add(&sb, target->e->name);
		sb_addc(&sb, '.');
	}
	sb_add(&sb, target->handler);
	if (fmt != NULL)
		errh_error(errh, "no '%s' %s handler", sb_cstr(&sb), fmt);
	else
		errh_error(errh, "read handler '%s' does not take parameters",
		    sb_cstr(&sb));
	sb_fini(&sb);
	return fmt != NULL ? ERR_NOTFOUND : ERR_INVAL;
}

/* Looks the target's handler up and sees that it does what is wanted of it. */
static int
hcall_check(const struct hcall_target *target, unsigned int what,
    struct str value, struct router *r, const struct handler **h,
    struct errh *errh)
{
	*h = handler_find(r, target->e, target->handler);
	if ((what & HANDLER_WRITE) != 0 && (*h == NULL || (*h)->write == NULL))
		return hcall_missing(target, "write", errh);
	if (*h == NULL || ((what & HANDLER_READ) != 0 && (*h)->read == NULL))
		return hcall_missing(target, "read", errh);
	if ((what & HANDLER_READ) != 0 && value.n != 0 &&
	    ((*h)->flags & HANDLER_PARAM) == 0)
		return hcall_missing(target, NULL, errh);
	return 0;
}

int
hcall_bind(struct hcall *c, unsigned int what, struct element *context,
    struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct hcall_target target;
	const struct handler *h;
	struct str value;
	int err;

	if (!hcall_given(c))
		return 0;
	err = hcall_parse(c->text, &mem, context, &target, &value, errh);
	if (err == 0)
		err = hcall_check(
		    &target, what, value, context->router, &h, errh);
	arena_fini(&mem);
	if (err != 0)
		return err;
	c->router = context->router;
	c->e = target.e;
	c->h = h;
	c->value = value;
	return 0;
}

int
hcall_reset(struct hcall *c, struct str text, unsigned int what,
    struct element *context, struct errh *errh)
{
	struct hcall fresh = { .h = NULL };
	int err = hcall_set(&fresh, text, context, errh);

	if (err == 0)
		err = hcall_bind(&fresh, what, context, errh);
	if (err != 0) {
		hcall_fini(&fresh);
		return err;
	}
	hcall_fini(c);
	*c = fresh;
	return 0;
}

/* Makes the call with errh, or with a silent one in its place. */
static int
hcall_make(const struct hcall *c, struct handler_call *call, struct errh *errh)
{
	struct errh silent;
	int err;

	if (c->h == NULL)
		return 0;
	errh_silent_init(&silent);
	call->errh = errh != NULL ? errh : &silent;
	if (call->writing)
		err = handler_write(c->router, c->e, c->h, call);
	else
		err = handler_read(c->router, c->e, c->h, call);
	errh_fini(&silent);
	return err;
}

int
hcall_write(const struct hcall *c, struct thread *t, struct errh *errh)
{
	struct handler_call call = {
		.thread = t,
		.text = c->value,
		.writing = true,
	};

	return hcall_make(c, &call, errh);
}

int
hcall_read(const struct hcall *c, struct thread *t, struct strbuf *out,
    struct errh *errh)
{
	struct handler_call call = {
		.thread = t,
		.text = c->value,
		.out = out,
	};

	return hcall_make(c, &call, errh);
}

void
hcall_fini(struct hcall *c)
{
	str_free(&c->text);
	*c = (struct hcall){ .h = NULL };
}
