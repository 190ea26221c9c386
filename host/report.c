/* SPDX-License-Identifier: BSD-3-Clause */
/* report.c -- the handlers of -h and -x, called when the router has stopped. */
#include "click/args.h"
#include "click/conf.h"
#include "host/driver.h"
#include "host/glob.h"
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

/* Reads h of e into out; what goes wrong is told to errh. */
static void
report_read(struct driver *d, struct element *e, const struct handler *h,
    struct strbuf *out, struct errh *errh)
{
	struct handler_call call = {
		.thread = master_thread(d->master, 0),
		.errh = errh,
		.out = out,
	};

	(void)handler_read(master_router(d->master), e, h, &call);
}

/* Calls one handler and prints its value, under its name if named. */
static void
report_one(struct driver *d, struct element *e, struct str name, bool named)
{
	const struct handler *h =
	    handler_find(master_router(d->master), e, name);
	struct strbuf full = STRBUF_INIT, out = STRBUF_INIT;
	struct errh silent;
	size_t header;

	errh_silent_init(&silent); /* as in Click: the value says it all */

	report_name(&full, e, name);
	if (h == NULL || (h->flags & HANDLER_PRIVATE) != 0) {
		errh_error(&d->errh, "no '%s' handler", sb_cstr(&full));
	} else if (h->read == NULL) {
		errh_error(&d->errh, "'%s' is a write handler", sb_cstr(&full));
	} else {
		if (named)
			sb_printf(&out, "%s:\n", sb_cstr(&full));
		header = out.n;
		report_read(d, e, h, &out, &silent);
		if (!(h->flags & HANDLER_RAW) && out.n > header &&
		    out.s[out.n - 1] != '\n')
			sb_addc(&out, '\n');
		if (named)
			sb_addc(&out, '\n');
		os_print(sb_str(&out));
	}
	errh_fini(&silent);
	sb_fini(&full);
	sb_fini(&out);
}

/* "ELEMENT.HANDLER", where ELEMENT may be a class or a pattern. */
static void
report_elements(
    struct driver *d, struct str ename, struct str hname, bool named)
{
	struct router *r = master_router(d->master);
	struct element *e = router_find(r, ename, NULL);
	bool pattern = glob_is_pattern(ename), any = false;
	struct strbuf text = STRBUF_INIT;

	if (e != NULL) {
		report_one(d, e, hname, named);
		return;
	}
	sb_add(&text, ename);
	for (uint32_t i = 0; (e = router_element(r, i)) != NULL; i++) {
		const struct handler *h;

		if (pattern ? !glob_match(e->name, ename)
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
	struct router *r = master_router(d->master);
	unsigned int before = d->errh.nerrors;

	for (size_t i = 0; i < names->n; i++) {
		struct str name = names->v[i];
		size_t dot = str_find(name, '.', 0);

		/* Global ones may have a dot, too: element_cycles.csv. */
		if (dot == name.n ||
		    (router_find(r, str_sub(name, 0, dot), NULL) == NULL &&
		        handler_find(r, NULL, name) != NULL))
			report_one(d, NULL, name, names->n > 1);
		else
			report_elements(d, str_sub(name, 0, dot),
			    str_from(name, dot + 1), names->n > 1);
	}
	return d->errh.nerrors == before;
}

/* Reads the handler of -x into out; false: reported. */
static bool
report_read_exit(struct driver *d, struct strbuf *out)
{
	struct str name = d->options->exit_handler, hname;
	struct router *r = master_router(d->master);
	unsigned int before = d->errh.nerrors;
	const struct handler *h = NULL;
	struct element *e = NULL;

	if (handler_locate_name(r, name, NULL, &e, &hname, &d->errh) != 0)
		return false;
	h = handler_find(r, e, hname);
	if (h == NULL || h->read == NULL) {
		errh_error(&d->errh, "no '%.*s' read handler", STR_ARG(name));
		return false;
	}
	report_read(d, e, h, out, &d->errh);
	return d->errh.nerrors == before;
}

int
report_exit_status(struct driver *d)
{
	struct strbuf out = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	bool truth, overflow = false;
	int64_t number = -1;
	struct str value;

	if (report_read_exit(d, &out)) {
		if (conf_uncomment(sb_str(&out), &mem, &value) != 0)
			errh_error(&d->errh, "exit handler: out of memory");
		else if (conf_i64(value, 0, &number, &overflow) && !overflow &&
		         number == (int)number)
			; /* an integer it is */
		else if (conf_bool(value, &truth))
			number = truth ? 0 : 1;
		else
			errh_error(
			    &d->errh, "exit handler value should be integer");
	}
	arena_fini(&mem);
	sb_fini(&out);
	return (int)number;
}
