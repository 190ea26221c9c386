/* SPDX-License-Identifier: BSD-3-Clause */
/* control_ops.c -- what each operation of the control protocol does. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "clickos/control_internal.h"
#include "os/os.h"

enum { SHUTDOWN_NS = 500000000 };

/* An answer now, to the request in c->in. */
static void
ops_answer(struct conn *c, unsigned int router, int status, struct str payload)
{
	control_answer(
	    c, c->in.first.id, c->in.first.op, router, status, payload);
}

static void
ops_text(struct conn *c, int status, struct strbuf *text)
{
	if (text->oom) {
		sb_fini(text);
		status = CONTROL_E_FULL;
	}
	ops_answer(c, c->in.first.router, status, sb_take(text));
}

static void
ops_say(struct conn *c, int status, const char *text)
{
	ops_answer(c, c->in.first.router, status, str_dup(str_of(text)));
}

/* ---- operations that end later ---- */

static void
request_forget(struct request *r)
{
	struct request **link = &r->control->requests;

	while (*link != r)
		link = &(*link)->next;
	*link = r->next;
	free(r);
}

static void
request_done(void *arg, unsigned int id, int status, struct str text)
{
	struct request *r = arg;

	if (r->conn != NULL)
		control_answer(
		    r->conn, r->id, r->op, id, status, str_dup(text));
	request_forget(r);
}

static struct request *
request_new(struct conn *c)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->control = c->control;
	r->conn = c;
	r->id = c->in.first.id;
	r->op = c->in.first.op;
	r->next = c->control->requests;
	c->control->requests = r;
	return r;
}

static int
ops_begin(struct guest *g, const struct assembly *in, struct guest_done done,
    struct diag *why)
{
	unsigned int id = in->first.router;

	switch (in->first.op) {
	case CONTROL_INSTALL:
		return guest_install(g, &id, in->first.path,
		    sb_str(&in->payload), false, done, why);
	case CONTROL_SWAP:
		return guest_swap(g, id, sb_str(&in->payload), done, why);
	case CONTROL_START:
		return guest_start(g, id, done, why);
	case CONTROL_STOP:
		return guest_stop(g, id, done, why);
	default:
		return guest_remove(g, id, done, why);
	}
}

static void
ops_later(struct conn *c)
{
	struct request *r = request_new(c);
	struct guest_done done = { request_done, r };
	struct diag why = { "" };
	int status;

	if (r == NULL) {
		ops_say(c, CONTROL_E_FULL, "out of memory");
		return;
	}
	status = ops_begin(c->control->guest, &c->in, done, &why);
	if (status == 0)
		return;
	request_forget(r);
	ops_say(c, status, why.text);
}

/* ---- operations that end at once ---- */

static void
ops_read(struct conn *c)
{
	struct strbuf out = STRBUF_INIT, messages = STRBUF_INIT;
	int status = guest_read(c->control->guest, c->in.first.router,
	    c->in.first.path, sb_str(&c->in.payload), &out, &messages);

	ops_text(c, status, status == CONTROL_OK ? &out : &messages);
	sb_fini(&out);
	sb_fini(&messages);
}

static void
ops_write(struct conn *c)
{
	struct strbuf messages = STRBUF_INIT;
	int status = guest_write(c->control->guest, c->in.first.router,
	    c->in.first.path, sb_str(&c->in.payload), &messages);

	ops_text(c, status, &messages);
}

/* HOLD: a number of seconds, and no more than digits. */
static void
ops_hold(struct conn *c)
{
	struct str text = sb_str(&c->in.payload);
	struct diag why = { "" };
	unsigned int seconds = 0;
	int status = CONTROL_OK;

	for (size_t i = 0; i < text.n; i++)
		seconds = text.s[i] < '0' || text.s[i] > '9' ||
		                  seconds > GUEST_HOLD_MAX_S
		              ? GUEST_HOLD_MAX_S + 1
		              : seconds * 10 + (unsigned int)(text.s[i] - '0');
	if (text.n == 0 || seconds > GUEST_HOLD_MAX_S) {
		ops_say(c, CONTROL_E_PROTO, "hold: for 0 to 600 seconds");
		return;
	}
	if (seconds > 0)
		status = guest_hold(c->control->guest, seconds, &why);
	else if (!guest_let_go(c->control->guest))
		status = CONTROL_E_ROUTER;
	ops_say(c, status,
	    status == CONTROL_E_ROUTER && seconds == 0
	        ? "it is not held any more"
	        : why.text);
}

static void
ops_save(struct conn *c)
{
	struct strbuf out = STRBUF_INIT, messages = STRBUF_INIT;
	int status = guest_save(c->control->guest, c->in.first.router,
	    sb_str(&c->in.payload), &out, &messages);

	ops_text(c, status, status == CONTROL_OK ? &out : &messages);
	sb_fini(&out);
	sb_fini(&messages);
}

static void
ops_load(struct conn *c)
{
	struct strbuf messages = STRBUF_INIT;
	int status = guest_load(c->control->guest, c->in.first.router,
	    sb_str(&c->in.payload), &messages);

	ops_text(c, status, &messages);
}

static bool
ops_exists(struct conn *c)
{
	if (guest_state(c->control->guest, c->in.first.router) != GUEST_FREE)
		return true;
	ops_say(c, CONTROL_E_ROUTER, "no such router");
	return false;
}

/* LIST, STATUS, STATS and CONFIG. */
static void
ops_look(struct conn *c)
{
	struct guest *g = c->control->guest;
	struct strbuf out = STRBUF_INIT;
	unsigned int id = c->in.first.router;

	switch (c->in.first.op) {
	case CONTROL_LIST:
		guest_list(g, &out);
		break;
	case CONTROL_STATS:
		guest_stats(g, &out);
		break;
	case CONTROL_STATUS:
		if (!ops_exists(c))
			return;
		guest_status(g, id, &out);
		break;
	default:
		if (!ops_exists(c))
			return;
		sb_add(&out, guest_text(g, id));
	}
	ops_text(c, CONTROL_OK, &out);
}

static void
ops_shutdown(struct conn *c)
{
	struct control *control = c->control;
	struct str what = sb_str(&c->in.payload);

	if (!guest_can_shutdown(control->guest, what)) {
		ops_say(c, CONTROL_E_FAILED, "not in these surroundings");
	} else if (str_set(&control->shutdown, what) != 0) {
		ops_say(c, CONTROL_E_FULL, "out of memory");
	} else {
		control->shutdown_ns = os_steady_ns() + SHUTDOWN_NS;
		ops_say(c, CONTROL_OK, "");
	}
}

static void
ops_connect(struct conn *c)
{
	struct diag why = { "" };

	if (c->link->ops->connect == NULL)
		ops_say(c, CONTROL_E_PROTO,
		    "connect: no descriptor can come over this link");
	else if (c->link->ops->connect(c->link, &why) != 0)
		ops_say(c, CONTROL_E_FAILED, why.text);
	else
		ops_say(c, CONTROL_OK, "");
}

static int
ops_port_status(int err)
{
	return err == 0           ? CONTROL_OK
	       : err == ERR_BUSY  ? CONTROL_E_BUSY
	       : err == ERR_NOMEM ? CONTROL_E_FULL
	                          : CONTROL_E_FAILED;
}

/* ATTACH and DETACH. */
static void
ops_port(struct conn *c)
{
	const struct control_link_ops *ops = c->link->ops;
	struct str path = c->in.first.path;
	struct diag why = { "" };
	int err;

	if (ops->attach == NULL) {
		ops_say(c, CONTROL_E_PROTO,
		    "ports do not come and go over this link");
		return;
	}
	err = c->in.first.op == CONTROL_ATTACH
	          ? ops->attach(c->link, path, sb_str(&c->in.payload), &why)
	          : ops->detach(c->link, path, &why);
	ops_say(c, ops_port_status(err), why.text);
}

void
control_run(struct conn *c)
{
	switch ((enum control_op)c->in.first.op) {
	case CONTROL_HELLO:
		ops_say(c, CONTROL_OK,
		    "clickos 2 install swap start stop remove read write list "
		    "status stats config shutdown connect attach detach hold "
		    "save load");
		break;
	case CONTROL_INSTALL:
	case CONTROL_SWAP:
	case CONTROL_START:
	case CONTROL_STOP:
	case CONTROL_REMOVE:
		ops_later(c);
		break;
	case CONTROL_READ:
		ops_read(c);
		break;
	case CONTROL_WRITE:
		ops_write(c);
		break;
	case CONTROL_LIST:
	case CONTROL_STATUS:
	case CONTROL_STATS:
	case CONTROL_CONFIG:
		ops_look(c);
		break;
	case CONTROL_SHUTDOWN:
		ops_shutdown(c);
		break;
	case CONTROL_CONNECT:
		ops_connect(c);
		break;
	case CONTROL_ATTACH:
	case CONTROL_DETACH:
		ops_port(c);
		break;
	case CONTROL_HOLD:
		ops_hold(c);
		break;
	case CONTROL_SAVE:
		ops_save(c);
		break;
	case CONTROL_LOAD:
		ops_load(c);
		break;
	case CONTROL_REPLY:
		break; /* control_check() lets none through */
	}
}
