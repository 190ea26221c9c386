/* SPDX-License-Identifier: BSD-3-Clause */
/* varenv.c -- scopes of variables, and what stands between ${ and }. */
#include <stdint.h>

#include "base/err.h"
#include "click/conf.h"
#include "click/vars.h"

static const struct var *
varenv_find(const struct varenv *env, struct str name)
{
	for (; env != NULL; env = env->parent)
		for (size_t i = 0; i < env->list.n; i++)
			if (str_eq(env->list.v[i].name, name))
				return &env->list.v[i];
	return NULL;
}

static size_t
vars_skip_space(struct str text, size_t i)
{
	while (i < text.n && char_space(text.s[i]))
		i++;
	return i;
}

/* The index in "[N]" at *i, which moves behind it; else -1, *i unmoved. */
static int64_t
vars_word_index(struct str text, size_t *i)
{
	size_t from = vars_skip_space(text, *i + 1), to = from;
	bool overflow = false;
	int64_t index;

	while (to < text.n && (char_alnum(text.s[to]) || text.s[to] == '_'))
		to++;
	if (to == text.n || text.s[to] != ']' ||
	    !conf_i64(str_sub(text, from, to), 0, &index, &overflow))
		return -1;
	*i = vars_skip_space(text, to + 1);
	return index;
}

void
vars_braces(struct str *name, int64_t *word, struct str *fallback)
{
	struct str text = *name;
	size_t from = vars_skip_space(text, 0), to = from, i;

	while (to < text.n && (char_alnum(text.s[to]) || text.s[to] == '_'))
		to++;
	i = vars_skip_space(text, to);
	*word = -1;
	if (i < text.n && text.s[i] == '[')
		*word = vars_word_index(text, &i);
	*fallback = (struct str){ NULL, 0 };
	if (i < text.n && text.s[i] == '-')
		*fallback = str_from(text, i + 1);
	*name = str_sub(text, from, to);
}

/* Appends word number index of text; nothing when it has fewer. */
static void
varenv_add_word(struct str text, int64_t index, struct strbuf *out)
{
	struct str word = STR("");

	do
		word = conf_shift_space(&text);
	while (index-- > 0 && (text.n > 0 || word.n > 0));
	sb_add(out, word);
}

static bool
varenv_lookup(const struct vars *v, struct str name, enum var_form form,
    struct vars_limit *limit, struct strbuf *out)
{
	const struct varenv *env = (const void *)v; /* its first member */
	struct strbuf text = STRBUF_INIT;
	struct str fallback = { NULL, 0 };
	const struct var *var;
	int64_t word = -1;

	if (form == VAR_BRACES)
		vars_braces(&name, &word, &fallback);
	var = varenv_find(env, name);
	if (var == NULL && fallback.s == NULL)
		return false;
	if (var == NULL || word < 0) {
		vars_expand_value(
		    v, var == NULL ? fallback : var->value, limit, out);
		return true;
	}
	vars_expand_value(v, var->value, limit, &text);
	varenv_add_word(sb_str(&text), word, out);
	out->oom |= text.oom;
	sb_fini(&text);
	return true;
}

void
varenv_init(struct varenv *env, const struct varenv *parent)
{
	*env = (struct varenv){ .vars = { varenv_lookup },
		.parent = parent,
		.depth = parent == NULL ? 0 : parent->depth + 1,
		.list = VEC_INIT };
}

void
varenv_fini(struct varenv *env)
{
	vec_fini(&env->list);
}

const struct varenv *
varenv_outside(const struct varenv *env, unsigned int depth)
{
	while (env != NULL && env->depth >= depth)
		env = env->parent;
	return env;
}

bool
varenv_defines(const struct varenv *env, struct str name)
{
	for (size_t i = 0; i < env->list.n; i++)
		if (str_eq(env->list.v[i].name, name))
			return true;
	return false;
}

int
varenv_set(struct varenv *env, struct str name, struct str value)
{
	for (size_t i = 0; i < env->list.n; i++)
		if (str_eq(env->list.v[i].name, name)) {
			env->list.v[i].value = value;
			return 0;
		}
	return vec_push(&env->list, ((struct var){ name, value }));
}
