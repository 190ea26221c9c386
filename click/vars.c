/* SPDX-License-Identifier: BSD-3-Clause */
/* vars.c -- a text with $variables in it, expanded. */
#include "click/vars.h"

#include "click/conf.h"

enum {
	VARS_DEPTH_MAX = 10, /* Click's */
	VARS_SUBSTITUTIONS_MAX = 100000,
	VARS_TEXT_MAX = 16 << 20,
};

/* One $... in a text. */
struct vars_use {
	size_t end; /* just behind it */
	enum var_form form;
	struct str name;
	bool nested; /* the name holds variables itself */
};

struct vars_scan {
	const struct vars *vars;
	struct vars_limit *limit;
	struct str text;
	size_t copied; /* text up to here is in out */
	bool quote;    /* values outside quotes get some */
	char inside;   /* 0 or the quote that is open */
	struct strbuf *out;
};

static bool
vars_is_name(char c)
{
	return char_alnum(c) || c == '_';
}

/* The name in ${...}, from at on; false when it is not closed. */
static bool
vars_scan_braces(struct str text, size_t at, struct vars_use *use)
{
	size_t i = str_find(text, '}', at);

	if (i == text.n)
		return false;
	use->name = str_sub(text, at, i);
	use->nested = str_find(use->name, '$', 0) < use->name.n;
	use->end = i + 1;
	return true;
}

/* The name in $(...): parentheses nest, quotes hide them. */
static bool
vars_scan_parens(struct str text, size_t at, struct vars_use *use)
{
	int level = 1;
	char quote = 0;
	size_t i;

	for (i = at; i < text.n && level > 0; i++) {
		char c = text.s[i];

		if (c == '"' || c == '\'')
			quote = quote == 0 ? c : quote == c ? 0 : quote;
		else if (c == '\\' && i + 1 < text.n && quote != '\'')
			i++;
		else if (c == '$' && quote != '\'')
			use->nested = true;
		else if (quote == 0)
			level += (c == '(') - (c == ')');
	}
	if (i == at || text.s[i - 1] != ')')
		return false;
	use->name = str_sub(text, at, i - 1);
	use->end = i;
	return true;
}

static void
vars_scan_plain(struct str text, size_t at, struct vars_use *use)
{
	size_t i = at;

	while (i < text.n && vars_is_name(text.s[i]))
		i++;
	if (i == at)
		i++; /* $? $# $$ */
	use->name = str_sub(text, at, i);
	use->end = i;
}

/* 1: a use at the dollar; 0: a plain dollar; -1: the rest stays as it is. */
static int
vars_scan_use(struct str text, size_t dollar, struct vars_use *use)
{
	size_t at = dollar + 2;
	char c = dollar + 1 < text.n ? text.s[dollar + 1] : ' ';

	*use = (struct vars_use){ .form = VAR_PLAIN };
	if (c == '{') {
		use->form = VAR_BRACES;
		return vars_scan_braces(text, at, use) ? 1 : -1;
	}
	if (c == '(') {
		use->form = VAR_PARENS;
		return vars_scan_parens(text, at, use) ? 1 : -1;
	}
	if (!vars_is_name(c) && c != '?' && c != '#' && c != '$')
		return 0;
	vars_scan_plain(text, dollar + 1, use);
	return 1;
}

/* Appends value as the place where it goes to needs it. */
static void
vars_add_value(struct vars_scan *s, struct str value)
{
	struct strbuf quoted = STRBUF_INIT;
	struct str text;

	if (s->inside != '"' && !(s->quote && s->inside == 0)) {
		sb_add(s->out, value);
		return;
	}
	conf_quote(&quoted, value, false);
	text = sb_str(&quoted);
	if (text.n > 0 && text.s[0] == '"')
		text = str_sub(text, 1, text.n - 1);
	if (s->inside == 0)
		sb_addc(s->out, '"');
	sb_add(s->out, text);
	if (s->inside == 0)
		sb_addc(s->out, '"');
	s->out->oom |= quoted.oom;
	sb_fini(&quoted);
}

/* A name that itself held variables is left with those expanded. */
static void
vars_add_unknown(struct vars_scan *s, size_t dollar, const struct vars_use *use)
{
	sb_add(s->out, str_sub(s->text, dollar, dollar + 2));
	sb_add(s->out, use->name);
	sb_addc(s->out, s->text.s[use->end - 1]);
}

static void
vars_substitute(struct vars_scan *s, size_t dollar, struct vars_use *use)
{
	struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;
	bool known;

	sb_add(s->out, str_sub(s->text, s->copied, dollar));
	s->copied = use->end;
	if (use->nested) {
		vars_expand_value(s->vars, use->name, s->limit, &name);
		use->name = sb_str(&name);
	}
	known =
	    s->vars->lookup(s->vars, use->name, use->form, s->limit, &value);
	if (known)
		vars_add_value(s, sb_str(&value));
	else if (use->nested)
		vars_add_unknown(s, dollar, use);
	else
		s->copied = dollar;
	s->out->oom |= name.oom || value.oom;
	sb_fini(&name);
	sb_fini(&value);
}

/* Index behind the comment at i, or i when there is none. */
static size_t
vars_skip_comment(struct str text, size_t i)
{
	char c = i + 1 < text.n ? text.s[i + 1] : ' ';
	size_t end;

	if (c == '*') {
		end = str_search(text, STR("*/"), i + 2);
		return end + 2 > text.n ? text.n : end + 2;
	}
	if (c != '/')
		return i;
	for (i += 2; i < text.n; i++)
		if (text.s[i] == '\n' || text.s[i] == '\r')
			return i + 1;
	return i;
}

static bool
vars_exhausted(const struct vars_scan *s)
{
	return s->limit->depth > VARS_DEPTH_MAX || s->limit->left == 0 ||
	       s->out->n > VARS_TEXT_MAX;
}

/* Handles what is at i and returns where to go on. */
static size_t
vars_scan_at(struct vars_scan *s, size_t i)
{
	char c = s->text.s[i];
	struct vars_use use;
	int found;

	if (c == '\\' && s->inside == '"' && i + 1 < s->text.n)
		return i + 2;
	if (c == '"' || c == '\'') {
		if (s->inside == 0)
			s->inside = c;
		else if (s->inside == c)
			s->inside = 0;
		return i + 1;
	}
	if (c == '/' && s->inside == 0 && vars_skip_comment(s->text, i) != i)
		return vars_skip_comment(s->text, i);
	if (c != '$' || s->inside == '\'' || vars_exhausted(s))
		return i + 1;
	found = vars_scan_use(s->text, i, &use);
	if (found <= 0)
		return found == 0 ? i + 1 : s->text.n;
	s->limit->left--;
	vars_substitute(s, i, &use);
	return use.end;
}

static void
vars_expand_limited(const struct vars *v, struct str text, bool quote,
    struct vars_limit *limit, struct strbuf *out)
{
	struct strbuf result = STRBUF_INIT;
	struct vars_scan s = { .vars = v,
		.limit = limit,
		.text = text,
		.quote = quote,
		.out = &result };

	if (str_find(text, '$', 0) == text.n) {
		sb_add(out, text);
		return;
	}
	for (size_t i = 0; i < text.n;)
		i = vars_scan_at(&s, i);
	if (result.n > 0) {
		sb_add(out, sb_str(&result));
		sb_add(out, str_from(text, s.copied));
	} else
		sb_add(out, text);
	out->oom |= result.oom;
	sb_fini(&result);
}

void
vars_expand(
    const struct vars *v, struct str text, bool quote, struct strbuf *out)
{
	struct vars_limit limit = { 0, VARS_SUBSTITUTIONS_MAX };

	vars_expand_limited(v, text, quote, &limit, out);
}

void
vars_expand_value(const struct vars *v, struct str text,
    struct vars_limit *limit, struct strbuf *out)
{
	limit->depth++;
	vars_expand_limited(v, text, false, limit, out);
	limit->depth--;
}
