/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store_router.c -- routers by the original protocol's keys, and what the
 * guest tells of them (docs/control.md).
 *
 * The result of a read goes where writes come from, and the store tells us of
 * our own writes as of others'.  So a result and its "lock" are written in one
 * transaction: of all that is said of the result's key until the lock's echo
 * comes, nothing is a write: what came before the result it has overwritten,
 * and what comes after is told after the lock.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "clickos/store_internal.h"

/* A result's key with its lock and the daemon's own must stay within 2048. */
enum { RESULT_MAX = 1900, CHUNKS_MAX = 65536 };

static void
router_put(
    struct store_side *side, unsigned int id, const char *key, struct str value)
{
	side->store->ops->tell(
	    side->store, store_path(side, "%u/%s", id, key), value);
}

/* ---- starting and stopping ---- */

/* The text in its chunks, or as the one value of old. */
static int
router_text(struct store_side *side, unsigned int id, struct strbuf *text)
{
	struct store *s = side->store;
	int err = 0;
	unsigned int i;

	for (i = 0; err == 0 && i < CHUNKS_MAX; i++)
		err = s->ops->read(
		    s, store_path(side, "%u/config/%u", id, i), text);
	if (err == ERR_NOTFOUND && i == 1)
		err = s->ops->read(s, store_path(side, "%u/config", id), text);
	if (text->oom)
		return ERR_NOMEM;
	return err == ERR_NOTFOUND ? 0 : err;
}

/* What cannot even begin is told as a failure. */
static void
router_refused(struct store_side *side, unsigned int id, struct str why)
{
	router_put(side, id, "state", STR("failed"));
	router_put(side, id, "status", STR("Error"));
	router_put(side, id, "error", str_sub(why, 0, CONTROL_STORE_ERROR));
	side->router[id].told = "Error";
	side->router[id].error = true;
}

static void
router_install(struct store_side *side, unsigned int id, struct str text)
{
	const struct guest_done nobody = { NULL, NULL };
	struct strbuf label = STRBUF_INIT;
	struct diag why = { "" };

	if (store_get(side, store_path(side, "%u/config_name", id)) == 0)
		sb_add(&label, sb_str(&side->value));
	if (guest_state(side->guest, id) != GUEST_FREE)
		(void)guest_remove(side->guest, id, nobody, &why);
	side->router[id].known = true;
	side->router[id].deleted = false;
	if (guest_install(side->guest, &id, sb_str(&label), text, true, nobody,
	        &why) != 0)
		router_refused(side, id, str_of(why.text));
	sb_fini(&label);
}

/* Its state allows it: the store's text, or without one that of before. */
static void
router_start(struct store_side *side, unsigned int id)
{
	const struct guest_done nobody = { NULL, NULL };
	struct strbuf text = STRBUF_INIT;
	struct diag why = { "" };
	int err = router_text(side, id, &text);

	side->router[id].want_run = false;
	if (err != 0)
		router_refused(side, id, str_of(err_text(err)));
	else if (text.n > 0 || guest_state(side->guest, id) == GUEST_FREE)
		router_install(side, id, sb_str(&text));
	else if (guest_start(side->guest, id, nobody, &why) != 0)
		router_refused(side, id, str_of(why.text));
	sb_fini(&text);
}

static void
router_stop(struct store_side *side, unsigned int id)
{
	const struct guest_done nobody = { NULL, NULL };

	side->router[id].want_stop = false;
	/* Being swapped: what it becomes is stopped the next time. */
	if (guest_stop(side->guest, id, nobody, NULL) != 0)
		side->router[id].want_stop = true;
}

static void
router_remove(struct store_side *side, unsigned int id)
{
	const struct guest_done nobody = { NULL, NULL };

	side->router[id].want_run = side->router[id].want_stop = false;
	if (guest_state(side->guest, id) != GUEST_FREE)
		(void)guest_remove(side->guest, id, nobody, NULL);
}

/* Nothing that we told of it is in the store any more. */
static void
router_untold(struct store_router *r)
{
	r->published = r->error = false;
	r->told = NULL;
}

/* A tool has deleted all its keys: none must come back. */
static void
router_deleted(struct store_side *side, unsigned int id)
{
	struct store_router *r = &side->router[id];

	r->deleted = guest_state(side->guest, id) != GUEST_FREE;
	router_untold(r);
	router_remove(side, id);
}

/* Does what the status key says, or notes it for when it can be done. */
static void
router_obey(struct store_side *side, unsigned int id)
{
	struct store_router *r = &side->router[id];
	struct str status;

	if (store_get(side, store_path(side, "%u/status", id)) != 0)
		return;
	status = sb_str(&side->value);
	/* Our own word, of what may have changed since, is nobody's wish. */
	if (r->told != NULL && str_is(status, r->told))
		return;
	r->told = NULL;
	r->want_run = str_is(status, "Running");
	r->want_stop = str_is(status, "Halted");
	switch (guest_state(side->guest, id)) {
	case GUEST_FREE:
	case GUEST_HALTED:
	case GUEST_FAILED:
		r->want_stop = false;
		if (r->want_run)
			router_start(side, id);
		break;
	case GUEST_RUNNING:
		r->want_run = false;
		if (r->want_stop)
			router_stop(side, id);
		break;
	case GUEST_STARTING:
		r->want_run = false;
		break;
	case GUEST_STOPPING:
		r->want_stop = false;
		break;
	}
}

/* ---- handlers ---- */

/* "a/b/handler" is handler of element a/b: "a/b.handler". */
static bool
router_handler(struct str path, struct strbuf *name)
{
	size_t slash = str_rfind(path, '/');

	if (slash == path.n || slash == 0 || slash + 1 == path.n)
		return false;
	sb_add(name, str_sub(path, 0, slash));
	sb_addc(name, '.');
	sb_add(name, str_from(path, slash + 1));
	return !name->oom;
}

static struct store_echo *
router_echo(struct store_side *side, struct str path)
{
	for (size_t i = 0; i < side->echoes.n; i++)
		if (str_eq(side->echoes.v[i].path, path))
			return &side->echoes.v[i];
	return NULL;
}

static void
router_echo_end(struct store_side *side, struct store_echo *echo)
{
	str_free(&echo->path);
	*echo = side->echoes.v[--side->echoes.n];
}

/* Which key of which router: "3/c/count". */
static struct str
router_echo_path(unsigned int id, struct str path, struct strbuf *out)
{
	sb_printf(out, "%u/%.*s", id, STR_ARG(path));
	return sb_str(out);
}

/* Puts a result under router id; 0 or the store's error. */
static int
router_result(
    struct store_side *side, unsigned int id, struct str path, struct str value)
{
	struct strbuf key = STRBUF_INIT, lock = STRBUF_INIT, at = STRBUF_INIT;
	struct store_echo echo = { .path = str_dup(
		                       router_echo_path(id, path, &at)) };
	int err = ERR_NOMEM;

	sb_adds(&key, store_path(side, "%u/elements/%.*s", id, STR_ARG(path)));
	sb_printf(&lock, "%s/lock", sb_cstr(&key));
	if (echo.path.s != NULL && !key.oom && !lock.oom &&
	    vec_push(&side->echoes, echo) == 0) {
		err = side->store->ops->write_two(side->store, sb_cstr(&key),
		    value, sb_cstr(&lock), STR("0"));
		if (err != 0)
			router_echo_end(
			    side, &side->echoes.v[side->echoes.n - 1]);
	} else {
		str_free(&echo.path);
	}
	sb_fini(&key);
	sb_fini(&lock);
	sb_fini(&at);
	return err;
}

/* The same; when the store is full old results make room. */
static void
router_answer(
    struct store_side *side, unsigned int id, struct str path, struct str value)
{
	struct store *s = side->store;

	if (router_result(side, id, path, value) != ERR_NOMEM)
		return;
	s->ops->rm(s, store_path(side, "%u/elements", id));
	/* If that did not help, nobody can be told. */
	(void)router_result(side, id, path, value);
}

static void
router_failed(struct store_side *side, unsigned int id, struct strbuf *messages)
{
	if (messages->n > 0)
		router_put(side, id, "last_error",
		    str_sub(sb_str(messages), 0, CONTROL_STORE_ERROR));
}

/* A tool waits for a result that is not empty: nothing is a newline. */
static void
router_read(struct store_side *side, unsigned int id, struct str path)
{
	struct strbuf name = STRBUF_INIT, out = STRBUF_INIT;
	struct strbuf messages = STRBUF_INIT;
	struct str result;

	if (!router_handler(path, &name)) {
		sb_fini(&name);
		return;
	}
	if (guest_read(side->guest, id, sb_str(&name), STR(""), &out,
	        &messages) != CONTROL_OK) {
		router_failed(side, id, &messages);
		sb_clear(&out);
		sb_add(&out, sb_str(&messages));
	}
	result = str_sub(sb_str(&out), 0, RESULT_MAX);
	if (result.n == 0)
		result = STR("\n");
	router_answer(side, id, path, result);
	/* Tools of old look there whatever the router. */
	if (id != 0 && guest_state(side->guest, 0) == GUEST_FREE &&
	    !store_has(side, store_path(side, "0/status")))
		router_answer(side, 0, path, result);
	sb_fini(&name);
	sb_fini(&out);
	sb_fini(&messages);
}

static void
router_write(struct store_side *side, unsigned int id, struct str path)
{
	struct strbuf name = STRBUF_INIT, messages = STRBUF_INIT;
	struct strbuf at = STRBUF_INIT, value = STRBUF_INIT;
	bool echo = router_echo(side, router_echo_path(id, path, &at)) != NULL;

	if (!echo && router_handler(path, &name) &&
	    store_get(side,
	        store_path(side, "%u/elements/%.*s", id, STR_ARG(path))) == 0 &&
	    side->value.n > 0) {
		sb_add(&value, sb_str(&side->value));
		if (value.oom) {
			sb_adds(&messages, "out of memory\n");
			router_failed(side, id, &messages);
		} else if (guest_write(side->guest, id, sb_str(&name),
		               sb_str(&value), &messages) != CONTROL_OK) {
			router_failed(side, id, &messages);
		}
	}
	sb_fini(&name);
	sb_fini(&messages);
	sb_fini(&value);
	sb_fini(&at);
}

/* elements/PATH has changed: a write, or an echo of ours. */
static void
router_element(struct store_side *side, unsigned int id, struct str path)
{
	struct str lock = STR("/lock");
	struct strbuf at = STRBUF_INIT;
	struct store_echo *echo;

	if (!str_ends(path, lock)) {
		router_write(side, id, path);
		return;
	}
	path = str_sub(path, 0, path.n - lock.n);
	echo = router_echo(side, router_echo_path(id, path, &at));
	if (echo != NULL)
		router_echo_end(side, echo);
	sb_fini(&at);
}

/* ---- events ---- */

static bool
router_cut(struct str *rest, const char *prefix)
{
	if (!str_starts(*rest, str_of(prefix)))
		return false;
	*rest = str_from(*rest, strlen(prefix));
	return true;
}

void
store_router_event(struct store_side *side, unsigned int id, struct str rest)
{
	const char *path;

	if (rest.n == 0) {
		const struct store_router *r = &side->router[id];

		/* It has no keys yet: what is gone was another's. */
		if (!r->known && !r->published)
			return;
		/* Somebody may have made it anew, but without our key. */
		path = r->published ? store_path(side, "%u/state", id)
		                    : store_path(side, "%u", id);
		if (!store_has(side, path))
			router_deleted(side, id);
	} else if (str_is(rest, "status")) {
		router_obey(side, id);
	} else if (str_is(rest, "config") || str_is(rest, "config/0")) {
		/* An empty text takes the router away (the talk's way). */
		path = store_path(side, "%u/%.*s", id, STR_ARG(rest));
		if (store_get(side, path) == 0 && side->value.n == 0)
			router_remove(side, id);
	} else if (router_cut(&rest, "control/read/")) {
		path =
		    store_path(side, "%u/control/read/%.*s", id, STR_ARG(rest));
		if (store_get(side, path) == 0)
			router_read(side, id, rest);
	} else if (router_cut(&rest, "elements/")) {
		router_element(side, id, rest);
	}
}

void
store_router_scan(
    struct store_side *side, const bool has[static CONTROL_ROUTERS], bool fresh)
{
	for (unsigned int id = 0; id < CONTROL_ROUTERS; id++) {
		struct store_router *r = &side->router[id];
		bool exists = guest_state(side->guest, id) != GUEST_FREE;

		if (fresh && exists && !has[id]) {
			r->dirty = r->known = true;
			router_untold(r);
		} else if (has[id]) {
			router_obey(side, id);
		} else if (exists && r->published) {
			router_deleted(side, id);
		}
	}
}

/* ---- what we tell ---- */

static void
router_publish_error(struct store_side *side, unsigned int id)
{
	struct store_router *r = &side->router[id];
	struct str error = guest_error(side->guest, id), part;
	struct store *s = side->store;

	if (r->error)
		s->ops->rm(s, store_path(side, "%u/error", id));
	r->error = error.n > 0;
	for (unsigned int i = 0; error.n > 0 && i < CONTROL_STORE_ERRORS; i++) {
		part = str_sub(error, 0, CONTROL_STORE_ERROR);
		error = str_from(error, part.n);
		s->ops->tell(s,
		    i == 0 ? store_path(side, "%u/error", id)
		           : store_path(side, "%u/error/%u", id, i),
		    part);
	}
}

static const char *
router_status(enum guest_state state)
{
	switch (state) {
	case GUEST_FREE:
	case GUEST_STARTING:
	case GUEST_STOPPING:
		return NULL;
	case GUEST_RUNNING:
		return "Running";
	case GUEST_HALTED:
		return "Halted";
	case GUEST_FAILED:
		break;
	}
	return "Error";
}

static void
router_publish(struct store_side *side, unsigned int id, enum guest_state state)
{
	struct store_router *r = &side->router[id];
	const char *status = router_status(state);
	bool first = !r->published && !r->known;

	router_publish_error(side, id);
	router_put(side, id, "state", str_of(guest_state_name(state)));
	if (!r->published)
		router_put(
		    side, id, "config_name", guest_label(side->guest, id));
	r->published = true;
	/* Not while a tool's new wish stands there. */
	if (status == NULL || r->want_run || r->want_stop)
		return;
	if (first || store_get(side, store_path(side, "%u/status", id)) != 0 ||
	    !str_is(sb_str(&side->value), status))
		router_put(side, id, "status", str_of(status));
	r->told = status;
}

static void
router_changed(struct store_side *side, unsigned int id)
{
	struct store_router *r = &side->router[id];
	enum guest_state state = guest_state(side->guest, id);

	r->dirty = false;
	if (state == GUEST_FREE) {
		if (r->published)
			side->store->ops->rm(
			    side->store, store_path(side, "%u", id));
		router_untold(r);
		r->known = r->deleted = false;
		if (r->want_run)
			router_obey(side, id);
		return;
	}
	if (r->deleted || (side->second && !r->known))
		return;
	/* No tool's keys made it: that it runs, or not, is enough to tell. */
	if (state == GUEST_STARTING && !r->known && !r->published)
		return;
	router_publish(side, id, state);
	if (r->want_run && (state == GUEST_HALTED || state == GUEST_FAILED))
		router_start(side, id);
	else if (r->want_stop && state == GUEST_RUNNING)
		router_stop(side, id);
}

bool
store_router_news(const struct store_side *side)
{
	unsigned int id = 0;

	while (id < CONTROL_ROUTERS && !side->router[id].dirty)
		id++;
	return id < CONTROL_ROUTERS;
}

bool
store_router_publish(struct store_side *side)
{
	bool done = false;

	for (unsigned int id = 0; id < CONTROL_ROUTERS; id++)
		if (side->router[id].dirty) {
			router_changed(side, id);
			done = true;
		}
	return done;
}
