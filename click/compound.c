/* SPDX-License-Identifier: BSD-3-Clause */
/* compound.c -- the inside of a scope: elements, connections, parameters. */
#include "click/parser.h"

static const char *const port_names[2] = { "input", "output" };

struct compound *
compound_new(struct parser *p, struct str name, const struct compound *outer)
{
	struct compound *c = arena_alloc(&p->mem, sizeof(*c));

	if (c == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return NULL;
	}
	c->name = name;
	c->landmark = lexer_landmark(&p->lex);
	c->overload = -1;
	varenv_init(&c->scope, outer == NULL ? NULL : &outer->scope);
	c->next = p->compounds;
	p->compounds = c;
	return c;
}

/* Its struct is the arena's. */
void
compound_free(struct compound *c)
{
	varenv_fini(&c->scope);
	namemap_fini(&c->map);
	vec_fini(&c->parts);
	vec_fini(&c->conns);
}

/* ---- parts ---- */

struct str
part_landmark(struct parser *p, const struct part *part)
{
	return landmark_make(&p->mem, part->file, part->line);
}

int32_t
part_find(const struct compound *c, struct str name)
{
	return namemap_get(&c->map, name);
}

/* Each piece of a name between slashes must have something but digits. */
static void
part_check_name(struct parser *p, struct str name)
{
	bool digits = true;

	for (size_t i = 0; i <= name.n; i++)
		if (i < name.n && name.s[i] != '/')
			digits = digits && char_digit(name.s[i]);
		else if (digits &&
		         (i < name.n || i == 0 || name.s[i - 1] != '/')) {
			lexer_error(&p->lex,
			    "element name '%.*s' has all-digit component",
			    STR_ARG(name));
			return;
		} else
			digits = true;
}

int32_t
part_add(struct parser *p, struct compound *c, const struct part *part)
{
	int32_t id = part_find(c, part->name);

	if (id >= 0)
		return id;
	if (c->parts.n >= GRAPH_ELEMENTS_MAX) {
		parser_stop(p, ERR_SYNTAX, "too many elements");
		return -1;
	}
	part_check_name(p, part->name);
	id = (int32_t)c->parts.n;
	if (vec_push(&c->parts, *part) != 0 ||
	    namemap_set(&c->map, part->name, id) != 0) {
		parser_stop(p, ERR_NOMEM, NULL);
		return -1;
	}
	return id;
}

struct str
part_anonymous(struct parser *p, struct str class_name)
{
	size_t number = p->scope->parts.n - p->scope->anonymous_offset + 1;

	return parser_printf(p, ";%.*s@%zu", STR_ARG(class_name), number);
}

/* The next name behind "Class@3" that is free. */
static struct str
part_free_name(struct parser *p, const struct compound *c, struct str name)
{
	size_t at = str_rfind(name, '@') + 1;
	uint64_t number = 0;

	for (size_t i = at; i < name.n && char_digit(name.s[i]); i++)
		number = number * 10 + (uint64_t)(name.s[i] - '0');
	name = str_sub(name, 0, at);
	for (;;) {
		struct str next = parser_printf(
		    p, "%.*s%llu", STR_ARG(name), (unsigned long long)++number);

		if (next.n == 0 || part_find(c, next) < 0)
			return next;
	}
}

void
part_settle_name(struct parser *p, struct compound *c, int32_t which)
{
	struct part *part = &c->parts.v[which];
	struct str name = part->name;

	if (name.n == 0 || name.s[0] != ';')
		return;
	name = str_from(name, 1);
	if (part_find(c, name) >= 0)
		name = part_free_name(p, c, name);
	part->name = name;
	parser_check(p, namemap_set(&c->map, name, which));
}

/* ---- connections ---- */

void
compound_connect(struct parser *p, struct compound *c, struct graph_end from,
    struct graph_end to)
{
	struct graph_connection conn = { from, to };
	struct part *source, *target;

	if (from.element >= c->parts.n || to.element >= c->parts.n)
		return; /* one that could not be made */
	if (from.port > PARSER_PORT_MAX || to.port > PARSER_PORT_MAX ||
	    ++p->nconnections > PARSER_CONNECTIONS_MAX) {
		parser_stop(p, ERR_SYNTAX, "too many connections");
		return;
	}
	parser_check(p, vec_push(&c->conns, conn));
	source = &c->parts.v[from.element];
	target = &c->parts.v[to.element];
	if (source->nports[1] <= from.port)
		source->nports[1] = from.port + 1;
	if (target->nports[0] <= to.port)
		target->nports[0] = to.port + 1;
}

/* Marks the ports of part which that connections from first on use. */
static void
compound_mark_ports(const struct compound *c, int32_t which, bool isoutput,
    size_t first, unsigned char *used)
{
	for (size_t i = first; i < c->conns.n; i++) {
		const struct graph_end *end =
		    isoutput ? &c->conns.v[i].to : &c->conns.v[i].from;

		if (end->element == (uint32_t)which)
			used[end->port] = 1;
	}
}

uint32_t
compound_pseudoports(struct parser *p, const struct compound *c, int32_t which,
    bool isoutput, struct str name, struct str landmark, size_t first)
{
	const struct part *part = &c->parts.v[which];
	uint32_t n = part->nports[!isoutput];
	unsigned char *used = calloc(n + 1, 1);

	if (used == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return 0;
	}
	compound_mark_ports(c, which, isoutput, first, used);
	if (part->nports[isoutput] > 0 && p->err == 0)
		errh_lerror(p->errh, landmark,
		    "'%.*s' pseudoelement '%s' may only be used as %s",
		    STR_ARG(name), port_names[isoutput], port_names[!isoutput]);
	for (uint32_t i = 0; i < n && p->err == 0; i++)
		if (!used[i])
			errh_lerror(p->errh, landmark, "'%.*s' %s %u missing",
			    STR_ARG(name), port_names[isoutput], i);
	free(used);
	return n;
}

/* ---- parameters ---- */

static void
compound_check_keyword(
    struct parser *p, const struct compound *c, struct str keyword)
{
	for (size_t i = 0; i + 1 < c->scope.list.n && keyword.n > 0; i++)
		if (str_eq(c->scope.list.v[i].value, keyword)) {
			lexer_error(&p->lex,
			    "repeated keyword parameter '%.*s' in compound "
			    "element",
			    STR_ARG(keyword));
			return;
		}
}

/* Positional parameters come first, then keywords, __REST__ last; once. */
static void
compound_check_order(struct parser *p, struct compound *c, struct str keyword)
{
	struct str before;

	if (c->order_reported || c->nformals < 2)
		return;
	before = c->scope.list.v[c->nformals - 2].value;
	if ((keyword.n > 0 || before.n == 0) && !str_is(before, "__REST__"))
		return;
	c->order_reported = true;
	lexer_error(&p->lex, "compound element parameters out of order\n"
	                     "(The correct order is '[positional], [keywords], "
	                     "[__REST__]'.)");
}

void
compound_define(struct parser *p, struct compound *c, struct str name,
    struct str value, bool formal)
{
	if (varenv_defines(&c->scope, name)) {
		lexer_error(&p->lex, "parameter '$%.*s' multiply defined",
		    STR_ARG(name));
		return;
	}
	if (varenv_set(&c->scope, name, value) != 0) {
		parser_stop(p, ERR_NOMEM, NULL);
		return;
	}
	if (!formal)
		return;
	c->nformals = c->scope.list.n;
	compound_check_keyword(p, c, value);
	compound_check_order(p, c, value);
}

void
compound_finish(struct parser *p, struct compound *c)
{
	struct str name = c->name.n > 0 ? c->name : STR("<anonymous>");

	if (c->parts.n < 2)
		return; /* out of memory */
	for (int k = 0; k < 2; k++)
		c->nports[k] =
		    compound_pseudoports(p, c, k, k == 1, name, c->landmark, 0);
	for (size_t i = 0; i < c->parts.n; i++)
		part_settle_name(p, c, (int32_t)i);
}
