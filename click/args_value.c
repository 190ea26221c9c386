/* SPDX-License-Identifier: BSD-3-Clause */
/* args_value.c -- one value by itself, and what its parser has to say. */
#include "click/args.h"

static void arg_vreport(struct arg_ctx *c, enum errh_level level,
    const char *fmt, va_list ap) PRINTF(3, 0);

static void
arg_vreport(
    struct arg_ctx *c, enum errh_level level, const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT, prefix = STRBUF_INIT;
	struct errh before;

	if (c->keyword != NULL && c->keyword[0] != '\0')
		sb_printf(&prefix, "%s: ", c->keyword);
	sb_vprintf(&text, fmt, ap);
	errh_prefix_init(&before, c->errh, sb_str(&prefix));
	errh_text(&before, level, STR(""), sb_str(&text));
	errh_fini(&before);
	sb_fini(&prefix);
	sb_fini(&text);
}

bool
arg_error(struct arg_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	arg_vreport(c, ERRH_ERROR, fmt, ap);
	va_end(ap);
	c->reported = true;
	return false;
}

void
arg_warning(struct arg_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	arg_vreport(c, ERRH_WARNING, fmt, ap);
	va_end(ap);
}

bool
arg_parse(const struct arg_type *type, struct str text, void *out,
    struct element *e, struct arena *mem, struct errh *errh)
{
	struct arg_ctx c = { .e = e, .errh = errh, .mem = mem, .keyword = "" };
	bool good = type->parse(&c, type, text, out);

	if (!good && !c.reported)
		arg_error(&c, "parse error");
	return good;
}
