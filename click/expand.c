/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * expand.c -- compound elements replaced by their contents.
 *
 * Depth first, with a stack of our own: the contents of an element are all
 * added at the end of the outermost scope, then expanded one after the other.
 */
#include "click/parser.h"

#include "click/conf.h"

/* Parts that are being expanded, and the variables that they see. */
struct frame {
	int32_t *parts; /* -1: one that could not be made */
	size_t nparts, next;
	struct varenv *env; /* owned, but for the outermost */
};

struct expansion {
	struct parser *p;
	VEC(struct frame) stack;
};

static struct str
expand_text(struct parser *p, struct str text, const struct varenv *env)
{
	struct strbuf sb = STRBUF_INIT;

	if (str_find(text, '$', 0) == text.n)
		return text;
	vars_expand(&env->vars, text, false, &sb);
	return parser_take(p, &sb);
}

/* The variables inside an element of class c whose arguments are args. */
static struct varenv *
expand_env(struct parser *p, const struct compound *c, const struct strs *args,
    const struct varenv *outer)
{
	struct varenv *env = arena_alloc(&p->mem, sizeof(*env));
	const struct var *var = c->scope.list.v;

	if (env == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return NULL;
	}
	varenv_init(env, varenv_outside(outer, c->scope.depth));
	for (size_t i = 0; i < c->nformals && i < args->n; i++)
		parser_check(p, varenv_set(env, var[i].name, args->v[i]));
	for (size_t i = c->nformals; i < c->scope.list.n; i++)
		parser_check(p, varenv_set(env, var[i].name,
		                    expand_text(p, var[i].value, env)));
	return env;
}

static void
expand_redeclared(struct parser *p, int32_t which, int32_t old)
{
	const struct part *part = &p->top->parts.v[old];

	errh_lerror(p->errh, part_landmark(p, &p->top->parts.v[which]),
	    "redeclaration of element '%.*s'", STR_ARG(part->name));
	errh_lerror(p->errh, part_landmark(p, part),
	    "'%.*s' previously declared here", STR_ARG(part->name));
}

/* Part number i of c, and what belongs to it, as part of element which. */
static size_t
expand_copy_part(struct parser *p, const struct compound *c, size_t i,
    int32_t which, struct frame *f)
{
	const struct part *inner = &c->parts.v[i];
	struct part copy = *inner;
	int32_t old;

	copy.name = parser_printf(p, "%.*s/%.*s",
	    STR_ARG(p->top->parts.v[which].name), STR_ARG(inner->name));
	old = part_find(p->top, copy.name);
	if (old >= 0) {
		expand_redeclared(p, which, old);
		f->parts[i] = -1;
		return i + 1;
	}
	if (class_lookup(p, copy.name) >= 0)
		errh_lerror(p->errh, part_landmark(p, &p->top->parts.v[which]),
		    "'%.*s' is an element class", STR_ARG(copy.name));
	if (inner->class == CLASS_TUNNEL) { /* a group: three parts */
		tunnel_add(p, p->top, copy.name, &f->parts[i]);
		return i + 3;
	}
	copy.config = expand_text(p, inner->config, f->env);
	copy.nports[0] = copy.nports[1] = 0;
	f->parts[i] = part_add(p, p->top, &copy);
	return i + 1;
}

static void
expand_copy_connections(
    struct parser *p, const struct compound *c, const struct frame *f)
{
	for (size_t i = 0; i < c->conns.n && p->err == 0; i++) {
		struct graph_connection conn = c->conns.v[i];
		int32_t from = f->parts[conn.from.element];
		int32_t to = f->parts[conn.to.element];

		conn.from.element = (uint32_t)from;
		conn.to.element = (uint32_t)to;
		if (from >= 0 && to >= 0)
			compound_connect(p, p->top, conn.from, conn.to);
	}
}

/* Puts the contents of c in the place of element which. */
static void
expand_into(struct expansion *x, const struct compound *c, int32_t which,
    const struct strs *args, const struct varenv *outer)
{
	struct parser *p = x->p;
	struct frame f = { .nparts = c->parts.n, .next = 2 };
	int32_t tunnels[3];

	if (x->stack.n > GRAPH_DEPTH_MAX) {
		parser_stop(p, ERR_SYNTAX, "compound elements nest too deeply");
		return;
	}
	f.parts = arena_alloc(&p->mem, (c->parts.n + 2) * sizeof(*f.parts));
	f.env = expand_env(p, c, args, outer);
	if (f.parts == NULL || f.env == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return;
	}
	p->top->parts.v[which].class = CLASS_TUNNEL;
	tunnel_add(p, p->top, p->top->parts.v[which].name, tunnels);
	f.parts[0] = tunnels[1];
	f.parts[1] = tunnels[2];
	for (size_t i = 2; i < c->parts.n && p->err == 0;)
		i = expand_copy_part(p, c, i, which, &f);
	expand_copy_connections(p, c, &f);
	parser_check(p, vec_push(&x->stack, f));
}

/* Settles name and configuration of a part, and expands a compound. */
static void
expand_part(struct expansion *x, int32_t which, const struct varenv *env)
{
	struct parser *p = x->p;
	struct part *part;
	struct strs args = VEC_INIT;
	const struct compound *c;
	int32_t class;

	part_settle_name(p, p->top, which);
	part = &p->top->parts.v[which];
	if (part->class == CLASS_TUNNEL)
		return;
	part->config = expand_text(p, part->config, env);
	if (p->classes.v[part->class].compound == NULL)
		return;
	parser_check(p, conf_split(part->config, &p->mem, &args));
	class = compound_match(p, part->class, part->nports, &args);
	part->class = class < 0 ? CLASS_ERROR : class;
	c = p->classes.v[part->class].compound;
	if (c != NULL && p->err == 0)
		expand_into(x, c, which, &args, env);
	vec_fini(&args);
}

static void
expand_push_top(struct expansion *x)
{
	struct parser *p = x->p;
	struct frame f = { .nparts = p->top->parts.n, .env = &p->top->scope };

	f.parts = arena_alloc(&p->mem, (f.nparts + 1) * sizeof(*f.parts));
	if (f.parts == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return;
	}
	for (size_t i = 0; i < f.nparts; i++)
		f.parts[i] = (int32_t)i;
	parser_check(p, vec_push(&x->stack, f));
}

void
expand_all(struct parser *p)
{
	struct expansion x = { .p = p };

	expand_push_top(&x);
	while (x.stack.n > 0) {
		struct frame *f = &x.stack.v[x.stack.n - 1];

		if (f->next < f->nparts && p->err == 0) {
			int32_t which = f->parts[f->next++];

			if (which >= 0)
				expand_part(&x, which, f->env);
			continue;
		}
		if (f->env != &p->top->scope)
			varenv_fini(f->env);
		x.stack.n--;
	}
	vec_fini(&x.stack);
}
