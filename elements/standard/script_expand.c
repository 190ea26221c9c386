/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_expand.c -- part of Script: $variables in a text (click/vars.h).
 *
 *	$name ${name} $? $# $$   a variable
 *	$(handler parameters)    what a read handler says
 */
#include "click/conf.h"
#include "click/hcall.h"
#include "click/vars.h"
#include "elements/standard/script.h"
#include "os/os.h"

struct script_expander {
	struct vars vars; /* first: lookups get it */
	struct element *e;
	struct thread *t;
	struct errh *errh;
};

int32_t
script_find_var(struct script *s, struct str name, bool add)
{
	struct script_var var;

	for (size_t i = 0; i < s->vars.n; i++)
		if (str_eq(s->vars.v[i].name, name))
			return (int32_t)i;
	if (!add)
		return (int32_t)s->vars.n;
	var.name = str_dup(name);
	var.value = str_dup(STR(""));
	if (var.name.s == NULL || var.value.s == NULL ||
	    vec_push(&s->vars, var) != 0) {
		str_free(&var.name);
		str_free(&var.value);
		return -1;
	}
	return (int32_t)s->vars.n - 1;
}

struct str
script_argument(const struct script *s, uint32_t n)
{
	struct str rest = s->run_args, arg = STR("");

	for (; n > 0 && rest.n > 0; n--)
		arg = conf_shift_space(&rest);
	return n > 0 ? STR("") : arg;
}

static uint32_t
script_argument_count(const struct script *s)
{
	struct str rest = s->run_args;
	uint32_t n = 0;

	while (conf_shift_space(&rest).n > 0)
		n++;
	return n;
}

/* Variables that the script itself has; false when name is none. */
static bool
script_special(struct script *s, struct str name, struct strbuf *out)
{
	uint64_t n;
	bool overflow = false;

	if (str_is(name, "?"))
		sb_i64(out, s->write_status);
	else if (str_is(name, "args"))
		sb_add(out, s->run_args);
	else if (str_is(name, "$"))
		sb_i64(out, os_process_id());
	else if (str_is(name, "0"))
		sb_add(out, s->run_name);
	else if (str_is(name, "#"))
		sb_u64(out, script_argument_count(s));
	else if (str_is(name, "write"))
		sb_adds(out, s->run_write ? "true" : "false");
	else if (name.n > 0 && char_digit(name.s[0]) && name.s[0] != '0' &&
	         conf_u64(name, 0, &n, &overflow) && n <= INT32_MAX)
		sb_add(out, script_argument(s, (uint32_t)n));
	else
		return false;
	return true;
}

static bool
script_call(
    const struct script_expander *x, struct str text, struct strbuf *out)
{
	struct hcall call = { .h = NULL };
	size_t before = out->n;

	if (hcall_reset(&call, text, HANDLER_READ, x->e, x->errh) != 0)
		return false;
	if (hcall_read(&call, x->t, out, x->errh) < 0)
		out->n = before;
	hcall_fini(&call);
	return true;
}

/* The lookup of a script_expander. */
static bool
script_value(const struct vars *v, struct str name, enum var_form form,
    struct vars_limit *limit, struct strbuf *out)
{
	const struct script_expander *x = (const void *)v;
	struct script *s = element_state(x->e);
	int32_t var;

	if (form == VAR_PARENS)
		return script_call(x, name, out);
	var = script_find_var(s, name, false);
	if (var >= (int32_t)s->vars.n)
		return script_special(s, name, out);
	if (s->vars.v[var].value.n > SCRIPT_TEXT_MAX) {
		errh_error(
		    x->errh, "text too long, '$%.*s' left out", STR_ARG(name));
		limit->left = 0;
		return false;
	}
	sb_add(out, s->vars.v[var].value);
	return true;
}

bool
script_expand(struct element *e, struct thread *t, struct str text, bool quote,
    struct strbuf *out, struct errh *errh)
{
	struct script_expander x = {
		.vars = { script_value }, .e = e, .t = t, .errh = errh
	};

	vars_expand(&x.vars, text, quote, out);
	if (out->oom)
		errh_error(errh, "out of memory!");
	return !out->oom;
}

bool
script_unquoted(struct str *text, struct arena *mem, struct errh *errh)
{
	if (conf_unquote(*text, mem, text) == 0)
		return true;
	errh_error(errh, "out of memory!");
	return false;
}
