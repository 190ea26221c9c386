/* SPDX-License-Identifier: BSD-3-Clause */
/* handler_default.c -- the handlers that every element has. */
#include "click/conf.h"
#include "click/internal.h"

static int
default_name(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	sb_add(call->out, e->name);
	return 0;
}

static int
default_class(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	sb_adds(call->out, e->class->name);
	return 0;
}

static int
default_read_config(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	if (e->class->unparse_config != NULL)
		e->class->unparse_config(e, call->out);
	else
		sb_add(call->out, e->config);
	return 0;
}

int
element_reconfigure(struct element *e, struct str text, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs conf = VEC_INIT;
	struct str copy = str_dup(text);
	int err = conf_split(text, &mem, &conf);

	if (err == 0 && copy.s == NULL && text.n > 0)
		err = ERR_NOMEM;
	if (err == 0)
		err = e->class->live_reconfigure != NULL
		          ? e->class->live_reconfigure(e, &conf, errh)
		          : e->class->configure(e, &conf, errh);
	if (err >= 0) {
		str_free(&e->config);
		e->config = copy;
	} else {
		str_free(&copy);
	}
	vec_fini(&conf);
	arena_fini(&mem);
	return err;
}

/* As Click, a text that is no good is told apart from a handler that failed. */
static int
default_write_config(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	int err = element_reconfigure(e, call->text, call->errh);

	(void)user;
	return err == ERR_INVAL ? ERR_SYNTAX : err;
}

/* One port's line: what it is, its count, and what it is connected to. */
static void
ports_line(
    struct element *e, bool output, unsigned int port, struct strbuf *out)
{
	struct graph *g = &e->router->graph;
	struct port *p = output ? &e->out[port] : &e->in[port];
	const char *code = e->class->processing;
	const char *sep = "";

	sb_adds(out, p->push_port ? "push" : "pull");
	if (codes_processing(code == NULL ? "a/a" : code, output, port) ==
	    AGNOSTIC)
		sb_addc(out, '~');
	sb_adds(out, "\t-\t");
	for (size_t i = 0; i < g->connections.n; i++) {
		struct graph_connection *c = &g->connections.v[i];
		struct graph_end near = output ? c->from : c->to;
		struct graph_end far = output ? c->to : c->from;
		struct str name = e->router->elements[far.element]->name;

		if (near.element != e->index || near.port != port)
			continue;
		if (output)
			sb_printf(
			    out, "%s[%u] %.*s", sep, far.port, STR_ARG(name));
		else
			sb_printf(
			    out, "%s%.*s [%u]", sep, STR_ARG(name), far.port);
		sep = ", ";
	}
	sb_addc(out, '\n');
}

static int
default_ports(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	sb_printf(
	    call->out, "%u %s\n", e->nin, e->nin == 1 ? "input" : "inputs");
	for (unsigned int i = 0; i < e->nin; i++)
		ports_line(e, false, i, call->out);
	sb_printf(
	    call->out, "%u %s\n", e->nout, e->nout == 1 ? "output" : "outputs");
	for (unsigned int i = 0; i < e->nout; i++)
		ports_line(e, true, i, call->out);
	return 0;
}

struct handler_line {
	struct strbuf *out;
};

static void
handlers_line(void *arg, const struct handler *h)
{
	static const struct {
		unsigned int flag;
		char letter;
	} letters[] = {
		{ HANDLER_PARAM, '+' },
		{ HANDLER_RAW, '%' },
		{ HANDLER_CALM, '.' },
		{ HANDLER_EXPENSIVE, '$' },
		{ HANDLER_UNCOMMON, 'U' },
		{ HANDLER_DEPRECATED, 'D' },
		{ HANDLER_BUTTON, 'b' },
		{ HANDLER_CHECKBOX, 'c' },
	};
	struct handler_line *line = arg;

	if ((h->read == NULL && h->write == NULL) ||
	    (h->flags & HANDLER_PRIVATE) != 0)
		return;
	sb_add(line->out, h->name);
	sb_addc(line->out, '\t');
	if (h->read != NULL)
		sb_addc(line->out, 'r');
	if (h->write != NULL)
		sb_addc(line->out, 'w');
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if ((h->flags & letters[i].flag) != 0)
			sb_addc(line->out, letters[i].letter);
	sb_addc(line->out, '\n');
}

int
handler_list(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct handler_line line = { call->out };

	(void)user;
	handler_each(call->router, e, handlers_line, &line);
	return 0;
}

#define DEFAULT(text, r, w)                                                    \
	{                                                                      \
		{ text, sizeof(text) - 1 }, r, w, 0, 0,                        \
		    HANDLER_READ | HANDLER_CALM                                \
	}

/* The first is for elements whose configuration may change while they run. */
static const struct handler defaults[] = {
	DEFAULT("config", default_read_config, default_write_config),
	DEFAULT("name", default_name, NULL),
	DEFAULT("class", default_class, NULL),
	DEFAULT("ports", default_ports, NULL),
	DEFAULT("handlers", handler_list, NULL),
	DEFAULT("config", default_read_config, NULL),
};

const struct handler *
handler_defaults(const struct element *e, size_t *n)
{
	*n = ARRAY_SIZE(defaults) - 1;
	return (e->class->flags & ELEMENT_LIVE) != 0 ? defaults : defaults + 1;
}
