/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * saved.c -- a guest as it can be told: for platforms that cannot copy its
 * memory (a process cannot be frozen into a file without the kernel's help, and
 * its switch ports would be somebody else's).
 *
 * Records, each "KEY LENGTH\n", LENGTH bytes, "\n":
 *
 *	spec      what it was created with (spec.c), without a configuration
 *	router    "ID STATE LABEL"
 *	text      its configuration, as installed
 *	handler   ELEMENT.HANDLER, one that can be read and written
 *	value     what it said
 *	...       the next handler, the next router
 *	end
 *
 * A value is written back only where the new router says otherwise.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/internal.h"

enum { KEY_SIZE = 16, RECORD_MAX = 64 << 20 };

/* ---- writing ---- */

static void
record_put(struct strbuf *out, const char *key, struct str value)
{
	sb_printf(out, "%s %zu\n", key, value.n);
	sb_add(out, value);
	sb_addc(out, '\n');
}

/* Elements may have no such handler any more, or not want to tell. */
static void
save_handler(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *handler, struct strbuf *out)
{
	char *value;
	size_t n;

	if (cosmos_read(c, g, router, handler, "", &value, &n) != COSMOS_OK)
		return;
	record_put(out, "handler", str_of(handler));
	record_put(out, "value", str_make(value, n));
	free(value);
}

/* "NAME\trw" lines: those with both letters, but for what is the text's. */
static int
save_element(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *element, struct strbuf *out)
{
	char path[CONTROL_PATH_MAX + 1], *text, *line, *rest, *flags;
	int status;

	snprintf(path, sizeof(path), "%s.handlers", element);
	status = cosmos_read(c, g, router, path, "", &text, NULL);
	if (status != COSMOS_OK)
		return status;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		flags = strchr(line, '\t');
		if (flags == NULL || strchr(flags, 'r') == NULL ||
		    strchr(flags, 'w') == NULL)
			continue;
		*flags = '\0';
		snprintf(path, sizeof(path), "%s.%s", element, line);
		save_handler(c, g, router, path, out);
	}
	free(text);
	return COSMOS_OK;
}

/* "list" is a count and a name a line. */
static int
save_handlers(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, struct strbuf *out)
{
	char *text, *line, *rest;
	int status = cosmos_read(c, g, router, "list", "", &text, NULL);

	if (status != COSMOS_OK)
		return status;
	line = strtok_r(text, "\n", &rest);
	while (status == COSMOS_OK && line != NULL &&
	       (line = strtok_r(NULL, "\n", &rest)) != NULL)
		status = save_element(c, g, router, line, out);
	free(text);
	return status;
}

/* A line of cosmos_routers(): "ID STATE LABEL". */
static int
save_router(struct cosmos *c, const struct cosmos_guest *g, const char *line,
    struct strbuf *out)
{
	unsigned int router;
	char state[16], *text;
	size_t n;
	int status;

	if (sscanf(line, "%u %15s", &router, state) != 2)
		return COSMOS_OK;
	status = cosmos_config(c, g, router, &text, &n);
	if (status != COSMOS_OK)
		return status;
	record_put(out, "router", str_of(line));
	record_put(out, "text", str_make(text, n));
	free(text);
	return strcmp(state, "running") == 0 ? save_handlers(c, g, router, out)
	                                     : COSMOS_OK;
}

int
saved_write(struct cosmos *c, const struct cosmos_guest *g,
    const struct cosmos_spec *spec, int fd)
{
	struct cosmos_spec bare = *spec;
	struct strbuf out = STRBUF_INIT, text = STRBUF_INIT;
	char *routers, *line, *rest;
	int status = cosmos_routers(c, g, &routers, NULL);

	if (status != COSMOS_OK)
		return status;
	bare.config = NULL;
	bare.platform = g->platform;
	spec_print(&text, &bare);
	record_put(&out, "spec", sb_str(&text));
	for (line = strtok_r(routers, "\n", &rest);
	     line != NULL && status == COSMOS_OK;
	     line = strtok_r(NULL, "\n", &rest))
		status = save_router(c, g, line, &out);
	record_put(&out, "end", STR(""));
	if (status == COSMOS_OK && (out.oom || text.oom))
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	if (status == COSMOS_OK)
		status = fd_write(c, fd, sb_str(&out));
	free(routers);
	sb_fini(&text);
	sb_fini(&out);
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

static int
load_record(struct saved *s, const struct record *r)
{
	int status;

	if (strcmp(r->key, "router") == 0) {
		s->label[0] = '\0';
		if (sscanf(r->value, "%u %15s %255[^\n]", &s->router, s->state,
		        s->label) < 2 ||
		    s->router >= COSMOS_ROUTERS)
			return cosmos_fail(s->c, COSMOS_E_FAILED,
			    "'%s' is no router", r->value);
		return COSMOS_OK;
	}
	if (strcmp(r->key, "text") == 0) {
		status = router_install(
		    s->c, &s->g, s->router, s->label, r->value, r->n);
		if (status == COSMOS_OK && strcmp(s->state, "running") != 0)
			status = cosmos_stop(s->c, &s->g, s->router);
		return status;
	}
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
		if (status != COSMOS_OK || strcmp(r->key, "end") == 0)
			return status;
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
