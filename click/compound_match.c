/* SPDX-License-Identifier: BSD-3-Clause */
/* compound_match.c -- which overload of a compound class fits an element. */
#include "click/parser.h"

/* Splits "KEYWORD value"; false when arg does not begin with a keyword. */
static bool
match_keyword(struct str arg, struct str *keyword, struct str *value)
{
	size_t i = 0;

	for (; i < arg.n && !char_space(arg.s[i]); i++)
		if (!char_alnum(arg.s[i]) && strchr("_.:?!", arg.s[i]) == NULL)
			return false;
	if (i == 0)
		return false;
	*keyword = str_sub(arg, 0, i);
	while (i < arg.n && char_space(arg.s[i]))
		i++;
	*value = str_from(arg, i);
	return true;
}

/* The parameters of a compound and the arguments that go to them. */
struct match {
	const struct var *formals;
	size_t nformals, npositional;
	bool rest;         /* the last one is __REST__ */
	struct str *value; /* for each parameter; .s NULL: none yet */
	struct strbuf rest_text;
	bool any_rest;
};

static struct str
match_present(struct str s)
{
	return s.s == NULL ? STR("") : s;
}

static bool
match_assign_keyword(struct match *m, struct str arg)
{
	size_t nkeywords = m->nformals - m->rest;
	struct str keyword, value;

	if (!match_keyword(arg, &keyword, &value))
		return false;
	for (size_t i = m->npositional; i < nkeywords; i++)
		if (str_eq(m->formals[i].value, keyword)) {
			m->value[i] = match_present(value);
			return true;
		}
	return false;
}

static bool
match_assign_rest(struct match *m, struct str arg)
{
	if (!m->rest)
		return false;
	if (m->any_rest)
		sb_adds(&m->rest_text, ", ");
	sb_add(&m->rest_text, arg);
	m->any_rest = true;
	return true;
}

/* Positional arguments first; after the first keyword no more of them. */
static bool
match_assign(struct match *m, const struct strs *args)
{
	for (size_t i = 0; i < args->n; i++)
		if (i < m->npositional)
			m->value[i] = match_present(args->v[i]);
		else if (!match_assign_keyword(m, args->v[i]) &&
		         !match_assign_rest(m, args->v[i]))
			return false;
	for (size_t i = 0; i < m->nformals - m->rest; i++)
		if (m->value[i].s == NULL)
			return false;
	return true;
}

static void
match_take_values(struct parser *p, struct match *m, struct strs *values)
{
	if (m->rest)
		m->value[m->nformals - 1] = parser_take(p, &m->rest_text);
	values->n = 0;
	for (size_t i = 0; i < m->nformals; i++)
		parser_check(p, vec_push(values, m->value[i]));
}

/*
 * Whether args suit c's parameters; if so and values is not NULL (it may be
 * args), these become the values of the parameters.
 */
static bool
match_arguments(struct parser *p, const struct compound *c,
    const struct strs *args, struct strs *values)
{
	struct match m = { .formals = c->scope.list.v,
		.nformals = c->nformals };
	bool fits;

	/* No keywords: the arguments are the values. */
	if (m.nformals == 0 || m.formals[m.nformals - 1].value.n == 0)
		return args->n == m.nformals;
	m.rest = str_is(m.formals[m.nformals - 1].value, "__REST__");
	while (m.formals[m.npositional].value.n == 0)
		m.npositional++;
	m.value = calloc(m.nformals, sizeof(*m.value));
	if (m.value == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return false;
	}
	fits = match_assign(&m, args);
	if (fits && values != NULL)
		match_take_values(p, &m, values);
	sb_fini(&m.rest_text);
	free(m.value);
	return fits;
}

static void
match_count(struct strbuf *sb, size_t n, const char *what, const char *end)
{
	sb_printf(sb, "%zu %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static void
match_add_ports(struct strbuf *sb, const uint32_t nports[2])
{
	match_count(sb, nports[0], "input", ", ");
	match_count(sb, nports[1], "output", "]");
}

/* "Class(<arg>, KEYWORD, ...)[1 input, 2 outputs]" */
static void
match_signature(struct strbuf *sb, const struct compound *c)
{
	sb_add(sb, c->name.n > 0 ? c->name : STR("<anonymous>"));
	for (size_t i = 0; i < c->scope.list.n; i++) {
		struct str keyword = c->scope.list.v[i].value;

		sb_adds(sb, i == 0 ? "(" : ", ");
		if (keyword.n == 0)
			sb_adds(sb, "<arg>");
		else if (str_is(keyword, "__REST__"))
			sb_adds(sb, "...");
		else
			sb_add(sb, keyword);
	}
	sb_adds(sb, c->scope.list.n > 0 ? ")[" : "[");
	match_add_ports(sb, c->nports);
}

/* The overload after c, when that is a compound too; *left bounds the walk. */
static const struct compound *
match_next(const struct parser *p, const struct compound *c, size_t *left)
{
	if (c->overload < 0 || (*left)-- == 0)
		return NULL;
	return p->classes.v[c->overload].compound;
}

/* Says what was asked for, and what first and the overloads after it take. */
static void
match_report(struct parser *p, const struct compound *first,
    const uint32_t nports[2], size_t nargs, size_t nversions)
{
	struct strbuf sb = STRBUF_INIT;
	struct errh context;
	const struct compound *c = first;

	sb_adds(&sb, "no match for '");
	sb_add(&sb, c->name.n > 0 ? c->name : STR("<anonymous>"));
	sb_addc(&sb, '[');
	if (nargs > 0)
		match_count(&sb, nargs, "argument", ", ");
	match_add_ports(&sb, nports);
	sb_addc(&sb, '\'');
	errh_text(p->errh, ERRH_ERROR, lexer_landmark(&p->lex), sb_str(&sb));
	errh_context_init(&context, p->errh, STR(""), "candidates are:");
	for (; c != NULL; c = match_next(p, c, &nversions)) {
		sb_clear(&sb);
		match_signature(&sb, c);
		errh_text(&context, ERRH_INFO, c->landmark, sb_str(&sb));
	}
	errh_fini(&context);
	sb_fini(&sb);
}

/*
 * A version whose arguments alone fit is the second choice: what is wrong
 * with its ports is reported later, in terms of the ports.
 */
int32_t
compound_match(struct parser *p, int32_t class, const uint32_t nports[2],
    struct strs *args)
{
	const struct compound *first = p->classes.v[class].compound, *c;
	size_t left = p->classes.n, nversions = 0;
	int32_t closest = -1;

	ASSERT(first != NULL); /* only the class of a compound comes here */
	for (c = first; c != NULL; c = match_next(p, c, &left)) {
		nversions++;
		if (c->nports[0] == nports[0] && c->nports[1] == nports[1] &&
		    match_arguments(p, c, args, args))
			return class;
		if (match_arguments(p, c, args, NULL))
			closest = class;
		if (c->overload >= 0) {
			class = c->overload;
			if (p->classes.v[class].compound == NULL)
				return class;
		}
	}
	if ((nversions != 1 || closest < 0) && p->err == 0)
		match_report(p, first, nports, args->n, nversions - 1);
	if (closest >= 0)
		match_arguments(p, p->classes.v[closest].compound, args, args);
	return closest;
}
