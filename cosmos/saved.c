/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * saved.c -- a guest as it can be told: for platforms that cannot copy its
 * memory (a process cannot be frozen into a file without the kernel's help, and
 * its switch ports would be somebody else's).
 *
 * Records, each "KEY LENGTH\n", LENGTH bytes, "\n":
 *
 *	spec      what it was created with (spec.c), without a configuration
 *	router    "ID STATE LABEL": those that do not run come first
 *	text      its configuration, as installed
 *	...       the next router
 *	of        "ID": what follows is of that router, which stands still
 *	handler   ELEMENT.HANDLER, one that can be read and written
 *	value     what it said
 *	...       the next handler
 *	state     what its elements know: a part (abi/state.h)
 *	...       the next part, the next router
 *	end
 *
 * Each is written as it comes, so that the reader makes the guest while the one
 * here still runs, and nobody holds more than a part.  At the reader's, routers
 * do not begin before all of it has been taken.
 *
 * A value is written back only where the new router says otherwise.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/internal.h"

enum { KEY_SIZE = 16, RECORD_MAX = 64 << 20 };

/* ---- writing ---- */

/* What a writer is in the middle of. */
struct saving {
	struct cosmos *c;
	const struct cosmos_guest *g;
	int fd;
	unsigned int router;
};

static int
save_record(const struct saving *s, const char *key, struct str value)
{
	struct strbuf out = STRBUF_INIT;
	int status;

	sb_printf(&out, "%s %zu\n", key, value.n);
	sb_add(&out, value);
	sb_addc(&out, '\n');
	status = out.oom ? cosmos_fail(s->c, COSMOS_E_FULL, "out of memory")
	                 : fd_write(s->c, s->fd, sb_str(&out));
	sb_fini(&out);
	return status;
}

/* Elements may have no such handler any more, or not want to tell. */
static int
save_handler(const struct saving *s, const char *handler)
{
	char *value;
	size_t n;
	int status;

	if (cosmos_read(s->c, s->g, s->router, handler, "", &value, &n) !=
	    COSMOS_OK)
		return COSMOS_OK;
	status = save_record(s, "handler", str_of(handler));
	if (status == COSMOS_OK)
		status = save_record(s, "value", str_make(value, n));
	free(value);
	return status;
}

/* "NAME\trw" lines: those with both letters, but for what is the text's. */
static int
save_element(const struct saving *s, const char *element)
{
	char path[CONTROL_PATH_MAX + 1], *text, *line, *rest, *flags;
	int status;

	snprintf(path, sizeof(path), "%s.handlers", element);
	status = cosmos_read(s->c, s->g, s->router, path, "", &text, NULL);
	if (status != COSMOS_OK)
		return status;
	for (line = strtok_r(text, "\n", &rest);
	     status == COSMOS_OK && line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		flags = strchr(line, '\t');
		if (flags == NULL || strchr(flags, 'r') == NULL ||
		    strchr(flags, 'w') == NULL)
			continue;
		*flags = '\0';
		snprintf(path, sizeof(path), "%s.%s", element, line);
		status = save_handler(s, path);
	}
	free(text);
	return status;
}

/* "list" is a count and a name a line. */
static int
save_handlers(const struct saving *s)
{
	char *text, *line, *rest;
	int status =
	    cosmos_read(s->c, s->g, s->router, "list", "", &text, NULL);

	if (status != COSMOS_OK)
		return status;
	line = strtok_r(text, "\n", &rest);
	while (status == COSMOS_OK && line != NULL &&
	       (line = strtok_r(NULL, "\n", &rest)) != NULL)
		status = save_element(s, line);
	free(text);
	return status;
}

static int
save_state(const struct saving *s)
{
	struct state_place at = { .element = 0 };
	struct strbuf part = STRBUF_INIT;
	int status = COSMOS_OK;

	while (status == COSMOS_OK && at.element != STATE_END) {
		sb_clear(&part);
		status = router_state(s->c, s->g, s->router, &at, &part);
		/* One with nothing but its head says nothing. */
		if (status == COSMOS_OK && part.n > sizeof(struct state_head))
			status = save_record(s, "state", sb_str(&part));
	}
	sb_fini(&part);
	return status;
}

/* What a router knows, by now. */
static int
save_knowledge(const struct saving *s)
{
	char of[16];
	int status;

	snprintf(of, sizeof(of), "%u", s->router);
	status = save_record(s, "of", str_of(of));
	if (status == COSMOS_OK)
		status = save_handlers(s);
	return status == COSMOS_OK ? save_state(s) : status;
}

/* A router's line and its text. */
static int
save_text(const struct saving *s, const char *line)
{
	char *text;
	size_t n;
	int status = cosmos_config(s->c, s->g, s->router, &text, &n);

	if (status != COSMOS_OK)
		return status;
	status = save_record(s, "router", str_of(line));
	if (status == COSMOS_OK)
		status = save_record(s, "text", str_make(text, n));
	free(text);
	return status;
}

/* Calls each for the lines of *routers, "ID STATE LABEL", that run or not. */
static int
save_each(struct saving *s, const char *routers, bool running,
    int (*each)(const struct saving *s, const char *line))
{
	char *copy = strdup(routers), *line, *rest, state[16];
	int status = copy == NULL
	                 ? cosmos_fail(s->c, COSMOS_E_FULL, "out of memory")
	                 : COSMOS_OK;

	for (line = copy == NULL ? NULL : strtok_r(copy, "\n", &rest);
	     line != NULL && status == COSMOS_OK;
	     line = strtok_r(NULL, "\n", &rest))
		if (sscanf(line, "%u %15s", &s->router, state) == 2 &&
		    (strcmp(state, "running") == 0) == running)
			status = each(s, line);
	free(copy);
	return status;
}

static int
save_known(const struct saving *s, const char *line)
{
	(void)line;
	return save_knowledge(s);
}

static int
save_spec(const struct saving *s, const struct cosmos_spec *spec)
{
	struct cosmos_spec bare = *spec;
	struct strbuf text = STRBUF_INIT;
	int status;

	bare.config = NULL;
	bare.platform = s->g->platform;
	spec_print(&text, &bare);
	status = text.oom ? cosmos_fail(s->c, COSMOS_E_FULL, "out of memory")
	                  : save_record(s, "spec", sb_str(&text));
	sb_fini(&text);
	return status;
}

/* Of all routers, which stand still from here on. */
static int
save_all_known(struct saving *s, const char *routers)
{
	struct strbuf why = STRBUF_INIT;
	int status = routers_hold(s->c, s->g);

	if (status != COSMOS_OK)
		return status;
	s->c->still_ns = steady_ns();
	status = save_each(s, routers, true, save_known);
	if (status == COSMOS_OK)
		status = save_record(s, "end", STR(""));
	if (status != COSMOS_OK) {
		sb_adds(&why, cosmos_error(s->c));
		(void)routers_let_go(s->c, s->g);
		cosmos_fail(s->c, status, "%s", sb_cstr(&why));
		sb_fini(&why);
	}
	return status;
}

int
saved_write(struct cosmos *c, const struct cosmos_guest *g,
    const struct cosmos_spec *spec, int fd)
{
	struct saving s = { .c = c, .g = g, .fd = fd };
	char *routers;
	int status = cosmos_routers(c, g, &routers, NULL);

	if (status != COSMOS_OK)
		return status;
	status = save_spec(&s, spec);
	if (status == COSMOS_OK)
		status = save_each(&s, routers, false, save_text);
	if (status == COSMOS_OK)
		status = save_each(&s, routers, true, save_text);
	if (status == COSMOS_OK)
		status = save_all_known(&s, routers);
	free(routers);
	return status;
}

/* ---- reading ---- */

struct record {
	char key[KEY_SIZE];
	char *value; /* owned, with a NUL that n does not count */
	size_t n;
};

static int
record_get(struct cosmos *c, int fd, struct record *r)
{
	char head[KEY_SIZE + 24], newline;
	size_t n = 0;
	int status;

	free(r->value);
	r->value = NULL;
	do {
		status = fd_read(c, fd, &head[n], 1);
		if (status != COSMOS_OK)
			return status;
	} while (head[n] != '\n' && ++n < sizeof(head) - 1);
	head[n] = '\0';
	if (sscanf(head, "%15s %zu", r->key, &r->n) != 2 || r->n > RECORD_MAX)
		return cosmos_fail(c, COSMOS_E_FAILED,
		    "'%s' is no record of a saved guest", head);
	r->value = malloc(r->n + 1);
	if (r->value == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	r->value[r->n] = '\0';
	status = fd_read(c, fd, r->value, r->n);
	return status == COSMOS_OK ? fd_read(c, fd, &newline, 1) : status;
}

/* What a reader is in the middle of. */
struct saved {
	struct cosmos *c;
	struct cosmos_guest g;
	bool held;
	unsigned int router;
	char label[256], state[16], handler[CONTROL_PATH_MAX + 1];
};

static int
load_spec(
    struct saved *s, struct record *r, unsigned int platform, const char *name)
{
	struct spec_text spec;
	int status;

	spec_parse(&spec, r->value, r->n);
	r->value = NULL;
	spec.spec.platform = platform;
	spec.spec.config = NULL;
	if (name != NULL)
		spec.spec.name = name;
	status = cosmos_create(s->c, &spec.spec, &s->g);
	spec_fini(&spec);
	return status;
}

/* A handler that does not take its own words back is no reason to stop. */
static void
load_value(struct saved *s, const struct record *r)
{
	char *now;
	size_t n;

	if (cosmos_read(s->c, &s->g, s->router, s->handler, "", &now, &n) !=
	    COSMOS_OK)
		return;
	if (n != r->n || memcmp(now, r->value, n) != 0)
		(void)cosmos_write(
		    s->c, &s->g, s->router, s->handler, r->value, r->n);
	free(now);
}

/*
 * One that does not run is stopped at once, for it has its ports else; what
 * runs does not begin before all is there.  (Older files have them mixed.)
 */
static int
load_router(struct saved *s, const struct record *r)
{
	bool running = strcmp(s->state, "running") == 0;
	int status = COSMOS_OK;

	if (running && !s->held)
		status = routers_hold(s->c, &s->g);
	else if (!running && s->held)
		status = routers_let_go(s->c, &s->g);
	s->held = running;
	if (status == COSMOS_OK)
		status = router_install(
		    s->c, &s->g, s->router, s->label, r->value, r->n);
	if (status == COSMOS_OK && !running)
		status = cosmos_stop(s->c, &s->g, s->router);
	return status;
}

static int
load_router_line(struct saved *s, const struct record *r)
{
	bool whole = strcmp(r->key, "router") == 0;
	int n;

	s->label[0] = '\0';
	n = whole ? sscanf(r->value, "%u %15s %255[^\n]", &s->router, s->state,
	                s->label)
	          : sscanf(r->value, "%u", &s->router);
	if (n < (whole ? 2 : 1) || s->router >= COSMOS_ROUTERS)
		return cosmos_fail(
		    s->c, COSMOS_E_FAILED, "'%s' is no router", r->value);
	return COSMOS_OK;
}

static int
load_record(struct saved *s, const struct record *r)
{
	if (strcmp(r->key, "router") == 0 || strcmp(r->key, "of") == 0)
		return load_router_line(s, r);
	if (strcmp(r->key, "text") == 0)
		return load_router(s, r);
	if (strcmp(r->key, "state") == 0)
		return router_take_state(
		    s->c, &s->g, s->router, str_make(r->value, r->n));
	if (strcmp(r->key, "handler") == 0)
		snprintf(s->handler, sizeof(s->handler), "%s", r->value);
	else if (strcmp(r->key, "value") == 0)
		load_value(s, r);
	else
		return cosmos_fail(s->c, COSMOS_E_FAILED,
		    "'%s' is no record of a saved guest", r->key);
	return COSMOS_OK;
}

static int
load_routers(struct saved *s, int fd, struct record *r)
{
	int status;

	for (;;) {
		status = record_get(s->c, fd, r);
		if (status != COSMOS_OK)
			return status;
		if (strcmp(r->key, "end") == 0)
			return s->held ? routers_let_go(s->c, &s->g) : status;
		status = load_record(s, r);
		if (status != COSMOS_OK)
			return status;
	}
}

int
saved_read(struct cosmos *c, unsigned int platform, int fd, const char *name,
    struct cosmos_guest *g)
{
	struct saved s = { .c = c };
	struct record r = { .value = NULL };
	struct strbuf why = STRBUF_INIT;
	int status = record_get(c, fd, &r);

	if (status == COSMOS_OK && strcmp(r.key, "spec") != 0)
		status = cosmos_fail(
		    c, COSMOS_E_FAILED, "what was saved has no spec");
	if (status == COSMOS_OK)
		status = load_spec(&s, &r, platform, name);
	if (status == COSMOS_OK) {
		status = load_routers(&s, fd, &r);
		if (status != COSMOS_OK) {
			/* The reason outlives what destroying has to say. */
			sb_adds(&why, cosmos_error(c));
			(void)cosmos_destroy(c, &s.g);
			cosmos_fail(c, status, "%s", sb_cstr(&why));
			sb_fini(&why);
		}
	}
	free(r.value);
	if (status == COSMOS_OK)
		*g = s.g;
	return status;
}
