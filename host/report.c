/* SPDX-License-Identifier: BSD-3-Clause */
/* report.c -- the handlers of -h and -x, called when the router has stopped. */
#include <fnmatch.h>

#include "click/args.h"
#include "click/conf.h"
#include "host/driver.h"
#include "os/os.h"

/* "element.handler", or the handler alone when it is global. */
static void
report_name(struct strbuf *sb, const struct element *e, struct str handler)
{
	if (e != NULL) {
		sb_add(sb, e->name);
		sb_addc(sb, '.');
	}
	sb_add(sb, handler);
}

/* Reads h of e into out; false when that failed (reported). */
static bool
report_read(struct driver *d, struct element *e, const struct handler *h,
    struct strbuf *out)
{
	struct handler_call call = {
		.thread = master_thread(d->master, 0),
		.errh = &d->errh,
		.out = out,
	};

	return handler_read(master_router(d->master), e, h, &call) >= 0;
}

/* Calls one handler and prints its value, under its name if named. */
static void
report_one(struct driver *d, struct element *e, struct str name, bool named)
{
	const struct handler *h =
	    handler_find(master_router(d->master), e, name);
	struct strbuf full = STRBUF_INIT, out = STRBUF_INIT;
	size_t header;

	report_name(&full, e, name);
	if (h == NULL || (h->flags & HANDLER_PRIVATE) != 0) {
		errh_error(&d->errh, "no '%s' handler", sb_cstr(&full));
	} else if (h->read == NULL) {
		errh_error(
		    &d->errh, "'%s' is a write handler", sb_cstr(&full));
	} else {
		if (named)
			sb_printf(&out, "%s:\n", sb_cstr(&full));
		header = out.n;
		(void)report_read(d, e, h, &out); /* what it said is shown */
		if (!(h->flags & HANDLER_RAW) && out.n > header &&
		    out.s[out.n - 1] != '\n')
			sb_addc(&out, '\n');
		if (named)
			sb_addc(&out, '\n');
		os_print(sb_str(&out));
	}
	sb_fini(&full);
	sb_fini(&out);
}

/* fnmatch() over strings that need not end in a NUL. */
static bool
report_matches(struct str name, struct str pattern)
{
	struct strbuf n = STRBUF_INIT, p = STRBUF_INIT;
	bool matches;

	sb_add(&n, name);
	sb_add(&p, pattern);
	matches = fnmatch(sb_cstr(&p), sb_cstr(&n), FNM_NOESCAPE) == 0;
	sb_fini(&n);
	sb_fini(&p);
	return matches;
}

static bool
report_is_pattern(struct str s)
{
	return str_find(s, '?', 0) < s.n || str_find(s, '*', 0) < s.n ||
	       str_find(s, '[', 0) < s.n;
}

/* "ELEMENT.HANDLER", where ELEMENT may be a class or a pattern. */
static void
report_elements(struct driver *d, struct str ename, struct str hname, bool named)
{
	struct router *r = master_router(d->master);
	struct element *e = router_find(r, ename, NULL);
	bool pattern = report_is_pattern(ename), any = false;
	struct strbuf text = STRBUF_INIT;

	if (e != NULL) {
		report_one(d, e, hname, named);
		return;
	}
	sb_add(&text, ename);
	for (uint32_t i = 0; (e = router_element(r, i)) != NULL; i++) {
		const struct handler *h;

		if (pattern ? !report_matches(e->name, ename)
		            : element_cast(e, sb_cstr(&text)) == NULL)
			continue;
		any = true;
		h = handler_find(r, e, hname);
		if (h != NULL && h->read != NULL)
			report_one(d, e, hname, true);
	}
	if (!any)
		errh_error(&d->errh,
		    pattern ? "no element matching '%.*s'"
		            : "no element '%.*s'",
		    STR_ARG(ename));
	sb_fini(&text);
}

bool
report_handlers(struct driver *d)
{
	const struct strs *names = &d->options->handlers;
	unsigned int before = d->errh.nerrors;

	for (size_t i = 0; i < names->n; i++) {
		struct str name = names->v[i];
		size_t dot = str_find(name, '.', 0);

		if (dot == name.n)
			report_one(d, NULL, name, names->n > 1);
		else
			report_elements(d, str_sub(name, 0, dot),
			    str_from(name, dot + 1), names->n > 1);
	}
	return d->errh.nerrors == before;
}

int
report_exit_status(struct driver *d)
{
	struct strbuf out = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	unsigned int before = d->errh.nerrors;
	const struct handler *h;
	struct element *e;
	struct str value;
	int64_t number = -1;
	bool truth, overflow = false;

	if (handler_resolve(master_router(d->master), d->options->exit_handler,
	        NULL, &e, &h, &d->errh) == 0 &&
	    h->read == NULL)
		errh_error(&d->errh, "no '%.*s' read handler",
		    STR_ARG(d->options->exit_handler));
	if (d->errh.nerrors == before)
		(void)report_read(d, e, h, &out); /* its errors are counted */
	value = conf_uncomment(sb_str(&out), &mem);
	if (d->errh.nerrors != before)
		number = -1;
	else if (conf_i64(value, 0, &number, &overflow))
		; /* an integer it is */
	else if (conf_bool(value, &truth))
		number = truth ? 0 : 1;
	else
		number = errh_error(
		    &d->errh, "exit handler value should be integer");
	arena_fini(&mem);
	sb_fini(&out);
	return number < 0 && number == ERR_INVAL ? -1 : (int)number;
}
