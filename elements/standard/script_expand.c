/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_expand.c -- part of Script: $variables in a text.
 *
 *	$name ${name} $? $# $$   a variable
 *	$(handler parameters)    what a read handler says
 *
 * What has no value stays as it is written.  Nothing is replaced in '...' and
 * in comments; inside "..." a value is escaped so that it ends up the same.
 */
#include "click/conf.h"
#include "click/hcall.h"
#include "elements/standard/script.h"
#include "os/os.h"

enum { SCRIPT_EXPAND_DEPTH = 10 };

struct script_expander {
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

/* Appends the value of name; false: it has none. */
static bool
script_value(const struct script_expander *x, struct str name, bool call,
    struct strbuf *out)
{
	struct script *s = element_state(x->e);
	int32_t var;

	if (call)
		return script_call(x, name, out);
	var = script_find_var(s, name, false);
	if (var < (int32_t)s->vars.n) {
		sb_add(out, s->vars.v[var].value);
		return true;
	}
	return script_special(s, name, out);
}

/* A reference in a text: "${name}" has opening '{' and name "name". */
struct script_reference {
	struct str name;
	char kind;   /* '{' '(' or 'a' */
	bool nested; /* name holds references */
	size_t end;  /* where the text goes on */
};

/* The end of "(...)" from after its parenthesis; text.n when it has none. */
static size_t
script_close_call(struct str text, size_t i, bool *nested)
{
	int level = 1;
	char quote = 0;

	for (; i < text.n; i++) {
		char c = text.s[i];

		if (c == '(' && quote == 0)
			level++;
		else if (c == ')' && quote == 0 && --level == 0)
			return i;
		else if (c == '"' || c == '\'')
			quote = quote == 0 ? c : quote == c ? 0 : quote;
		else if (c == '\\' && i + 1 < text.n && quote != '\'')
			i++;
		else if (c == '$' && quote != '\'')
			*nested = true;
	}
	return text.n;
}

/*
 * Reads the reference at text[i], which is a '$'.  1, 0 when it is none, -1
 * when it does not end.
 */
static int
script_read_reference(struct str text, size_t i, struct script_reference *ref)
{
	size_t start = i + 2, end;
	char c = i + 1 < text.n ? text.s[i + 1] : 0;

	ref->nested = false;
	ref->kind = c;
	if (c == '{') {
		end = str_find(text, '}', start);
		for (size_t k = start; k < end; k++)
			ref->nested |= text.s[k] == '$';
	} else if (c == '(') {
		end = script_close_call(text, start, &ref->nested);
	} else {
		ref->kind = 'a';
		end = start = i + 1;
		while (end < text.n &&
		       (char_alnum(text.s[end]) || text.s[end] == '_'))
			end++;
		if (end == start && (c == '?' || c == '#' || c == '$'))
			end++;
		ref->name = str_sub(text, start, end);
		ref->end = end;
		return end > start;
	}
	ref->name = str_sub(text, start, end);
	ref->end = end + 1;
	return end < text.n ? 1 : -1;
}

static void script_expand_text(const struct script_expander *x, struct str text,
    bool quote, unsigned int depth, struct strbuf *out);

/* Appends value in the form that its place asks for. */
static void
script_add_value(
    struct strbuf *out, struct str value, char quote, bool always_quote)
{
	struct strbuf quoted = STRBUF_INIT;
	struct str q;

	if (quote != '"' && !(always_quote && quote == 0)) {
		sb_add(out, value);
		return;
	}
	conf_quote(&quoted, value, false);
	q = sb_str(&quoted);
	if (q.n >= 2 && q.s[0] == '"')
		q = str_sub(q, 1, q.n - 1);
	if (quote == 0)
		sb_addc(out, '"');
	sb_add(out, q);
	if (quote == 0)
		sb_addc(out, '"');
	sb_fini(&quoted);
}

/* Replaces one reference, written as source, in out. */
static void
script_expand_reference(const struct script_expander *x,
    const struct script_reference *ref, struct str source, char quote,
    bool always_quote, unsigned int depth, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;

	if (out->n > SCRIPT_TEXT_MAX) {
		errh_error(
		    x->errh, "text too long, '%.*s' left out", STR_ARG(source));
		return;
	}
	if (ref->nested)
		script_expand_text(x, ref->name, false, depth + 1, &name);
	else
		sb_add(&name, ref->name);
	if (script_value(x, sb_str(&name), ref->kind == '(', &value)) {
		script_add_value(out, sb_str(&value), quote, always_quote);
	} else if (ref->nested) {
		sb_add(out, str_sub(source, 0, 2));
		sb_add(out, sb_str(&name));
		sb_addc(out, source.s[source.n - 1]);
	} else
		sb_add(out, source);
	sb_fini(&name);
	sb_fini(&value);
}

/* The index after a comment that begins at i, or i. */
static size_t
script_skip_comment(struct str text, size_t i)
{
	size_t end;

	if (i + 1 < text.n && text.s[i + 1] == '/') {
		end = str_find(text, '\n', i);
		return end < text.n ? end + 1 : end;
	}
	if (i + 1 < text.n && text.s[i + 1] == '*') {
		end = str_search(text, STR("*/"), i + 2);
		return end < text.n ? end + 2 : end;
	}
	return i;
}

static void
script_expand_text(const struct script_expander *x, struct str text, bool quote,
    unsigned int depth, struct strbuf *out)
{
	struct script_reference ref;
	size_t done = 0, i = 0; /* done: copied to out up to here */
	char in = 0;            /* the quote we are in */
	int found;

	while (i < text.n) {
		char c = text.s[i];

		if (c == '$' && in != '\'' && depth <= SCRIPT_EXPAND_DEPTH) {
			found = script_read_reference(text, i, &ref);
			if (found < 0)
				break;
			if (found > 0) {
				sb_add(out, str_sub(text, done, i));
				script_expand_reference(x, &ref,
				    str_sub(text, i, ref.end), in, quote, depth,
				    out);
				done = i = ref.end;
				continue;
			}
		} else if (c == '\\' && in == '"')
			i++;
		else if (c == '\'' || c == '"')
			in = in == 0 ? c : in == c ? 0 : in;
		else if (c == '/' && in == 0 &&
		         script_skip_comment(text, i) > i) {
			i = script_skip_comment(text, i);
			continue;
		}
		i++;
	}
	sb_add(out, str_from(text, done));
}

void
script_expand(struct element *e, struct thread *t, struct str text, bool quote,
    struct strbuf *out, struct errh *errh)
{
	struct script_expander x = { .e = e, .t = t, .errh = errh };

	script_expand_text(&x, text, quote, 0, out);
}
