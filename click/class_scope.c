/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * class_scope.c -- which class a name means here.
 *
 * Classes of the program are looked up when first named and then known for
 * good.  Those of the text are bound to names on a stack, which falls back to
 * its height before the brace when a brace closes.
 */
#include "click/parser.h"

#include "click/element.h"

int32_t
class_add(struct parser *p, struct str name,
    const struct element_class *builtin, struct compound *compound)
{
	struct parser_class class = { name, builtin, compound };
	int32_t id = (int32_t)p->classes.n;

	if (vec_push(&p->classes, class) != 0) {
		parser_stop(p, ERR_NOMEM, NULL);
		return CLASS_ERROR;
	}
	if (builtin == NULL && name.n > 0)
		class_alias(p, name, id);
	return id;
}

void
class_alias(struct parser *p, struct str name, int32_t class)
{
	struct class_binding b = { name, class,
		namemap_get(&p->class_map, name) };

	parser_check(p, vec_push(&p->bindings, b));
	parser_check(p, namemap_set(&p->class_map, name, class));
}

void
class_scope_leave(struct parser *p, size_t mark)
{
	while (p->bindings.n > mark) {
		struct class_binding *b = &p->bindings.v[--p->bindings.n];

		parser_check(p, namemap_set(&p->class_map, b->name, b->outer));
	}
}

int32_t
class_lookup(struct parser *p, struct str name)
{
	const struct element_class *builtin;
	int32_t id = namemap_get(&p->class_map, name);

	if (id < 0)
		id = namemap_get(&p->builtin_map, name);
	if (id >= 0 || name.n == 0)
		return id;
	builtin = p->src->find_class(name);
	if (builtin == NULL)
		return -1;
	id = class_add(p, name, builtin, NULL);
	parser_check(p, namemap_set(&p->builtin_map, name, id));
	return id;
}

int32_t
class_force(struct parser *p, struct str name, bool quiet)
{
	int32_t id = class_lookup(p, name);

	if (id >= 0)
		return id;
	if (!quiet)
		lexer_error(
		    &p->lex, "unknown element class '%.*s'", STR_ARG(name));
	return class_add(p, name, NULL, NULL);
}

int
class_scope_init(struct parser *p)
{
	static const struct parser_class always[] = {
		[CLASS_TUNNEL] = { { "<tunnel>", 8 }, NULL, NULL },
		[CLASS_ERROR] = { { "<error>", 7 }, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (vec_push(&p->classes, always[i]) != 0)
			return ERR_NOMEM;
	return 0;
}

void
class_scope_fini(struct parser *p)
{
	vec_fini(&p->classes);
	vec_fini(&p->bindings);
	namemap_fini(&p->class_map);
	namemap_fini(&p->builtin_map);
}
