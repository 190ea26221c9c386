/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tunnel.c -- connections through compounds' ports led on to elements.
 *
 * A compound X (or group) leaves three parts behind:
 *
 *	a -> X    X/input -> b    c -> X/output    X -> d
 *
 * A tunnel is one end of a pair: (X, input port n) with (X/input, output port
 * n), (X/output, input n) with (X, output n).  ends of a tunnel are the real
 * elements' ports beyond its other end: first those connected to the other
 * end, then, once it has been resolved, what these lead to in turn.
 */
#include "click/parser.h"

struct tunnel_key {
	uint32_t part, port, isoutput;
};

enum tunnel_state { TUNNEL_NEW, TUNNEL_BUSY, TUNNEL_DONE };

struct tunnel {
	struct tunnel_key key;
	struct tunnel *other; /* NULL after an error */
	enum tunnel_state state;
	VEC(struct graph_end) ends;
	/* while it is resolved: */
	struct tunnel *waiting; /* the one that needs this one */
	VEC(struct graph_end) todo;
	size_t next;
};

static const char *const port_names[2] = { "input", "output" };

static struct str
tunnel_key_name(const struct tunnel_key *key)
{
	return str_make((const char *)key, sizeof(*key));
}

/* The tunnel of exactly that end; NULL if there is none or no memory. */
static struct tunnel *
tunnel_get(struct parser *p, struct tunnel_key key)
{
	int32_t i = namemap_get(&p->tunnel_map, tunnel_key_name(&key));

	return i < 0 ? NULL : p->tunnels.v[i];
}

static struct tunnel *
tunnel_new(struct parser *p, struct tunnel_key key)
{
	struct tunnel *t = arena_alloc(&p->mem, sizeof(*t));

	if (t == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return NULL;
	}
	t->key = key;
	if (vec_push(&p->tunnels, t) != 0 ||
	    namemap_set(&p->tunnel_map, tunnel_key_name(&t->key),
	        (int32_t)p->tunnels.n - 1) != 0)
		parser_stop(p, ERR_NOMEM, NULL);
	return t;
}

static void
tunnel_pair(struct tunnel *a, struct tunnel *b)
{
	a->other = b;
	b->other = a;
}

/*
 * The tunnel of that end.  Only port 0 exists from the start; others come into
 * being when they are asked for.
 */
static struct tunnel *
tunnel_find(struct parser *p, struct graph_end end, bool isoutput)
{
	struct tunnel_key key = { end.element, end.port, isoutput };
	struct tunnel *t = tunnel_get(p, key), *base, *other;

	if (t != NULL)
		return t;
	key.port = 0;
	base = tunnel_get(p, key);
	if (base == NULL || base->other == NULL)
		return NULL;
	key.port = end.port;
	t = tunnel_new(p, key);
	key = base->other->key;
	key.port = end.port;
	other = t == NULL ? NULL : tunnel_new(p, key);
	if (other == NULL)
		return NULL;
	tunnel_pair(t, other);
	return t;
}

/* ---- making them ---- */

static void
tunnel_redeclared(
    struct parser *p, struct compound *c, const char *what, int32_t which)
{
	const struct part *part = &c->parts.v[which];

	if (p->err != 0)
		return;
	lexer_error(
	    &p->lex, "redeclaration of %s '%.*s'", what, STR_ARG(part->name));
	errh_lerror(p->errh, part_landmark(p, part),
	    "'%.*s' previously declared here", STR_ARG(part->name));
}

/* The tunnel at port 0 of a part, unpaired. */
static struct tunnel *
tunnel_begin(struct parser *p, struct compound *c, int32_t which, bool isoutput)
{
	struct tunnel_key key = { (uint32_t)which, 0, isoutput };
	struct tunnel *t = tunnel_get(p, key);

	if (t == NULL)
		return tunnel_new(p, key);
	if (t->other == NULL)
		return t;
	tunnel_redeclared(p, c, "connection tunnel", which);
	return NULL;
}

static void
tunnel_join(struct parser *p, struct compound *c, const int32_t parts[3])
{
	struct tunnel *in = tunnel_begin(p, c, parts[0], false);
	struct tunnel *in_pseudo = tunnel_begin(p, c, parts[1], true);
	struct tunnel *out_pseudo = tunnel_begin(p, c, parts[2], false);
	struct tunnel *out = tunnel_begin(p, c, parts[0], true);

	if (in == NULL || in_pseudo == NULL || out_pseudo == NULL ||
	    out == NULL)
		return;
	tunnel_pair(in, in_pseudo);
	tunnel_pair(out, out_pseudo);
}

void
tunnel_add(
    struct parser *p, struct compound *c, struct str name, int32_t parts[3])
{
	static const char *const suffix[3] = { "", "/input", "/output" };
	bool good = true;

	for (int i = 0; i < 3; i++) {
		struct part part = {
			.name = parser_printf(
			    p, "%.*s%s", STR_ARG(name), suffix[i]),
			.class = CLASS_TUNNEL,
			.config = STR(""),
			.file = p->lex.file,
			.line = p->lex.line,
		};

		parts[i] = part_add(p, c, &part);
		if (parts[i] < 0)
			good = false;
		else if (c->parts.v[parts[i]].class != CLASS_TUNNEL) {
			tunnel_redeclared(p, c, "element", parts[i]);
			good = false;
		}
	}
	if (good && c == p->top)
		tunnel_join(p, c, parts);
}

/* ---- resolving them ---- */

static bool
tunnel_is_part(const struct parser *p, uint32_t part)
{
	return p->top->parts.v[part].class == CLASS_TUNNEL;
}

static void
tunnel_add_end(struct parser *p, struct tunnel *t, struct graph_end end)
{
	if (++p->nconnections > PARSER_CONNECTIONS_MAX)
		parser_stop(p, ERR_SYNTAX, "too many connections");
	else
		parser_check(p, vec_push(&t->ends, end));
}

/* Nothing is connected to the other end of t. */
static void
tunnel_report_unused(struct parser *p, const struct tunnel *t)
{
	bool isoutput = t->key.isoutput != 0;
	const struct tunnel *in = isoutput ? t->other : t;
	const struct tunnel *out = isoutput ? t : t->other;
	const struct part *in_part = &p->top->parts.v[in->key.part];
	const struct part *out_part = &p->top->parts.v[out->key.part];
	const struct part *compound = in_part;
	const char *side = "input";
	bool inside = isoutput; /* the inside uses what is not connected */

	if (in_part->name.n > out_part->name.n) {
		compound = out_part;
		side = "output";
		inside = !isoutput;
	}
	errh_lerror(p->errh, part_landmark(p, compound),
	    inside ? "'%.*s' %s %u unused" : "'%.*s' has no %s %u",
	    STR_ARG(compound->name), side, t->key.port);
}

/* Begins to resolve t for the sake of waiting. */
static void
tunnel_enter(struct parser *p, struct tunnel *t, struct tunnel *waiting)
{
	t->state = TUNNEL_BUSY;
	t->waiting = waiting;
	t->todo.v = t->ends.v;
	t->todo.n = t->ends.n;
	t->todo.cap = t->ends.cap;
	t->ends.v = NULL;
	t->ends.n = t->ends.cap = 0;
	if (t->todo.n == 0 && t->other != NULL)
		tunnel_report_unused(p, t);
}

/* t is resolved; the one that waits for it takes its ends. */
static struct tunnel *
tunnel_leave(struct parser *p, struct tunnel *t)
{
	struct tunnel *waiting = t->waiting;

	t->state = TUNNEL_DONE;
	vec_fini(&t->todo);
	for (size_t i = 0; waiting != NULL && i < t->ends.n && p->err == 0; i++)
		tunnel_add_end(p, waiting, t->ends.v[i]);
	return waiting;
}

static void
tunnel_report_misuse(struct parser *p, struct graph_end end, bool isoutput)
{
	const struct part *part = &p->top->parts.v[end.element];

	if (tunnel_find(p, end, !isoutput) != NULL)
		errh_lerror(p->errh, part_landmark(p, part),
		    "'%.*s' used as %s", STR_ARG(part->name),
		    port_names[isoutput]);
}

/* Goes on with t, whose next connection leads to end; returns who goes on. */
static struct tunnel *
tunnel_follow(struct parser *p, struct tunnel *t, struct graph_end end)
{
	bool isoutput = t->key.isoutput != 0;
	struct tunnel *next;

	if (!tunnel_is_part(p, end.element)) {
		tunnel_add_end(p, t, end);
		return t;
	}
	next = tunnel_find(p, end, isoutput);
	if (next == NULL)
		tunnel_report_misuse(p, end, isoutput);
	else if (next->state == TUNNEL_NEW) {
		tunnel_enter(p, next, t);
		return next;
	} else if (next->state == TUNNEL_DONE)
		for (size_t i = 0; i < next->ends.n && p->err == 0; i++)
			tunnel_add_end(p, t, next->ends.v[i]);
	return t;
}

/* Depth first along the waiting list: chains of compounds may be long. */
static void
tunnel_resolve(struct parser *p, struct tunnel *t)
{
	if (t->state != TUNNEL_NEW)
		return;
	tunnel_enter(p, t, NULL);
	while (t != NULL && p->err == 0)
		if (t->next < t->todo.n)
			t = tunnel_follow(p, t, t->todo.v[t->next++]);
		else
			t = tunnel_leave(p, t);
}

/* The real ends that a connection's end stands for: *n of them. */
static const struct graph_end *
tunnel_ends(
    struct parser *p, const struct graph_end *end, bool isoutput, size_t *n)
{
	struct tunnel *t;

	*n = 1;
	if (!tunnel_is_part(p, end->element))
		return end;
	*n = 0;
	t = tunnel_find(p, *end, isoutput);
	if (t == NULL) {
		tunnel_report_misuse(p, *end, isoutput);
		return NULL;
	}
	tunnel_resolve(p, t);
	*n = t->ends.n;
	return t->ends.v;
}

/* What is connected to a tunnel is what its other end leads to. */
static void
tunnel_note_ends(struct parser *p)
{
	for (size_t i = 0; i < p->top->conns.n && p->err == 0; i++) {
		struct graph_connection c = p->top->conns.v[i];
		struct tunnel *t;

		if (tunnel_is_part(p, c.to.element)) {
			t = tunnel_find(p, c.to, false);
			if (t != NULL && t->other != NULL)
				tunnel_add_end(p, t->other, c.from);
		}
		if (tunnel_is_part(p, c.from.element)) {
			t = tunnel_find(p, c.from, true);
			if (t != NULL && t->other != NULL)
				tunnel_add_end(p, t->other, c.to);
		}
	}
}

static void
tunnel_connect(struct parser *p, struct graph_connection c)
{
	size_t nfrom, nto;
	const struct graph_end *from = tunnel_ends(p, &c.from, true, &nfrom);
	const struct graph_end *to = tunnel_ends(p, &c.to, false, &nto);

	for (size_t i = 0; i < nfrom; i++)
		for (size_t k = 0; k < nto && p->err == 0; k++)
			compound_connect(p, p->top, from[i], to[k]);
}

void
tunnel_connect_all(struct parser *p)
{
	size_t n = p->top->conns.n;

	tunnel_note_ends(p);
	for (size_t i = 0; i < n && p->err == 0; i++) {
		struct graph_connection c = p->top->conns.v[i];

		if (tunnel_is_part(p, c.from.element) ||
		    tunnel_is_part(p, c.to.element))
			tunnel_connect(p, c);
	}
}

void
tunnel_fini(struct parser *p)
{
	for (size_t i = 0; i < p->tunnels.n; i++) {
		vec_fini(&p->tunnels.v[i]->ends);
		vec_fini(&p->tunnels.v[i]->todo);
	}
	vec_fini(&p->tunnels);
	namemap_fini(&p->tunnel_map);
}
