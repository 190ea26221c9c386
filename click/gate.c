/* SPDX-License-Identifier: BSD-3-Clause */
/* gate.c -- see gate.h. */
#include "click/gate.h"

#include "click/handler.h"
#include "click/router.h"

bool
gate_ask(struct router *r, struct str name, bool writing, struct errh *errh)
{
	return r->gate == NULL || r->gate->ask(r->gate, name, writing, errh);
}

void
gate_told(struct router *r, bool writing, bool failed, struct str messages)
{
	if (r->gate != NULL)
		r->gate->told(r->gate, writing, failed, messages);
}

/* A handler that the outside may know of and that works this way. */
static bool
gate_find(struct router *r, struct str name, bool writing, struct element **e,
    const struct handler **h, struct errh *errh)
{
	if (handler_resolve(r, name, NULL, e, h, errh) != 0)
		return false;
	if (((*h)->flags & HANDLER_PRIVATE) != 0) {
		errh_error(errh, "no '%.*s' handler", STR_ARG(name));
		return false;
	}
	if ((writing ? (*h)->write : (*h)->read) == NULL) {
		errh_error(errh, "'%.*s' not a %s handler", STR_ARG(name),
		    writing ? "write" : "read");
		return false;
	}
	return true;
}

static enum gate_result
gate_call(struct router *r, struct str name, bool writing,
    struct handler_call *call, struct strbuf *messages)
{
	const struct handler *h;
	struct element *e;
	size_t before = messages->n;
	bool failed;
	int err;

	if (!gate_find(r, name, writing, &e, &h, call->errh))
		return GATE_NO_HANDLER;
	if (!gate_ask(r, name, writing, call->errh))
		return GATE_DENIED;
	if (!writing && (h->flags & HANDLER_PARAM) == 0)
		call->text = STR("");
	err = writing ? handler_write(r, e, h, call)
	              : handler_read(r, e, h, call);
	failed = err < 0 || call->errh->nerrors > 0;
	gate_told(r, writing, failed, str_from(sb_str(messages), before));
	return failed ? GATE_FAILED : GATE_OK;
}

enum gate_result
gate_read(struct router *r, struct str name, struct str text,
    struct strbuf *out, struct strbuf *messages)
{
	enum gate_result result;
	struct errh errh;
	struct handler_call call = { .thread = master_thread(r->master, 0),
		.errh = &errh,
		.text = text,
		.out = out };

	errh_strbuf_init(&errh, messages);
	result = gate_call(r, name, false, &call, messages);
	errh_fini(&errh);
	return result;
}

enum gate_result
gate_write(
    struct router *r, struct str name, struct str text, struct strbuf *messages)
{
	enum gate_result result;
	struct errh errh;
	struct handler_call call = { .thread = master_thread(r->master, 0),
		.errh = &errh,
		.text = text };

	errh_strbuf_init(&errh, messages);
	result = gate_call(r, name, true, &call, messages);
	errh_fini(&errh);
	return result;
}
