/* SPDX-License-Identifier: BSD-3-Clause */
/* control_conn.c -- see control_conn.h. */
#include "elements/host/control_conn.h"

#include "base/arena.h"
#include "click/conf.h"
#include "click/gate.h"
#include "click/router.h"

enum {
	CODE_OK = 200,
	CODE_WARNINGS = 220,
	CODE_SYNTAX = 500,
	CODE_UNIMPLEMENTED = 501,
	CODE_NO_ELEMENT = 510,
	CODE_NO_HANDLER = 511,
	CODE_HANDLER_ERROR = 520,
	CODE_TOO_BIG = 521,
	CODE_PERMISSION = 530,
	CODE_UNSPECIFIED = 590,
};

enum { WORDS_MAX = 4 };

/* A command's line, its words, and what it is about. */
struct command {
	struct control_conn *c;
	const struct control_server *s;
	struct str line;
	struct str words[WORDS_MAX];
	size_t nwords;   /* all of them, those beyond WORDS_MAX too */
	struct str rest; /* from the third word to the end of the last */
	/* found by command_handler() */
	struct element *e;
	const struct handler *h;
};

void
control_conn_init(struct control_conn *c)
{
	memset(c, 0, sizeof(*c));
	sb_adds(&c->out, "Click::ControlSocket/1.3\r\n");
}

void
control_conn_fini(struct control_conn *c)
{
	sb_fini(&c->in);
	sb_fini(&c->out);
}

/* ---- answering ---- */

/* One message line; bytes that are not printable show as such. */
static void
answer_line(struct control_conn *c, int code, bool more, struct str text)
{
	sb_printf(&c->out, "%d%c", code, more ? '-' : ' ');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char x = (unsigned char)text.s[i];

		if (x < ' ')
			sb_printf(&c->out, "^%c", x + 64);
		else if (x > 126)
			sb_printf(&c->out, "\\%03o", x);
		else
			sb_addc(&c->out, (char)x);
	}
	sb_adds(&c->out, "\r\n");
}

PRINTF(3, 4)
static void
answer(struct control_conn *c, int code, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&text, fmt, ap);
	va_end(ap);
	answer_line(c, code, false, sb_str(&text));
	c->no_memory |= text.oom;
	sb_fini(&text);
}

/* "what:" and the messages behind it, or what alone when there are none. */
static void
answer_messages(
    struct control_conn *c, int code, struct str what, struct str messages)
{
	struct strbuf head = STRBUF_INIT;
	struct str line;

	sb_add(&head, what);
	if (messages.n > 0)
		sb_addc(&head, ':');
	if (what.n > 0)
		answer_line(c, code, messages.n > 0, sb_str(&head));
	while (str_line(&messages, &line))
		answer_line(c, code, messages.n > 0, line);
	c->no_memory |= head.oom;
	sb_fini(&head);
}

static void
answer_data(struct control_conn *c, struct str data)
{
	sb_printf(&c->out, "DATA %zu\r\n", data.n);
	sb_add(&c->out, data);
}

/* ---- handlers by name ---- */

/* ".handler" and "0.handler" are global. */
static struct str
canonical_name(struct str name)
{
	size_t dot = str_find(name, '.', 0);

	if (dot < name.n && (dot == 0 || (dot == 1 && name.s[0] == '0')))
		return str_from(name, dot + 1);
	return name;
}

/* An element by name or by number, from 1. */
static struct element *
command_element(const struct command *cmd, struct str name)
{
	struct router *r = cmd->s->e->router;
	struct element *e = router_find(r, name, NULL);
	bool overflow = false;
	int64_t n;

	if (e == NULL && conf_i64(name, 0, &n, &overflow) && !overflow &&
	    n > 0 && n <= r->nelements)
		e = router_element(r, (uint32_t)n - 1);
	return e;
}

/* Finds the handler that the second word names; false: answered. */
static bool
command_handler(struct command *cmd)
{
	struct router *r = cmd->s->e->router;
	struct str full = cmd->words[1], name = canonical_name(full);
	size_t dot = str_find(name, '.', 0);

	cmd->e = NULL;
	if (cmd->s->proxy != NULL) {
		cmd->e = cmd->s->proxy;
	} else if (dot < name.n) {
		struct str ename = str_sub(name, 0, dot);

		cmd->e = command_element(cmd, ename);
		/* Global ones may have a dot, too: element_cycles.csv. */
		if (cmd->e == NULL && handler_find(r, NULL, name) == NULL) {
			answer(cmd->c, CODE_NO_ELEMENT,
			    "No element named '%.*s'", STR_ARG(ename));
			return false;
		}
		if (cmd->e != NULL)
			name = str_from(name, dot + 1);
	}
	cmd->h = handler_find(r, cmd->e, name);
	if (cmd->h != NULL && (cmd->h->flags & HANDLER_PRIVATE) == 0)
		return true;
	answer(cmd->c, CODE_NO_HANDLER, "No %shandler named '%.*s'",
	    cmd->s->proxy != NULL ? "proxied " : "", STR_ARG(full));
	return false;
}

/* Whether the router's gate lets the call in; false: answered. */
static bool
command_allowed(struct command *cmd, bool writing)
{
	struct strbuf messages = STRBUF_INIT, name = STRBUF_INIT;
	struct errh errh;
	bool allowed;

	if (cmd->e != NULL)
		sb_printf(&name, "%.*s.", STR_ARG(cmd->e->name));
	sb_add(&name, cmd->h->name);
	errh_strbuf_init(&errh, &messages);
	cmd->c->no_memory |= name.oom; /* not another handler's leave */
	allowed = !name.oom &&
	          gate_ask(cmd->s->e->router, sb_str(&name), writing, &errh);
	if (!allowed)
		answer(cmd->c, CODE_PERMISSION, "Permission denied for '%.*s'",
		    STR_ARG(cmd->words[1]));
	errh_fini(&errh);
	sb_fini(&messages);
	sb_fini(&name);
	return allowed;
}

static void
command_read(struct command *cmd, struct str param)
{
	struct strbuf out = STRBUF_INIT, messages = STRBUF_INIT;
	struct str name = cmd->words[1];
	struct errh errh;
	struct handler_call call = { .thread = cmd->s->e->thread,
		.errh = &errh,
		.text = param,
		.out = &out };

	if (!command_handler(cmd))
		return;
	if (cmd->h->read == NULL) {
		answer(cmd->c, CODE_PERMISSION, "Handler '%.*s' write-only",
		    STR_ARG(name));
		return;
	}
	if (!command_allowed(cmd, false))
		return;
	errh_strbuf_init(&errh, &messages);
	if ((cmd->h->flags & HANDLER_PARAM) == 0)
		call.text = STR(""); /* nobody asked for it */
	(void)handler_read(cmd->s->e->router, cmd->e, cmd->h, &call);
	gate_told(
	    cmd->s->e->router, false, errh.nerrors > 0, sb_str(&messages));
	if (errh.nerrors > 0) {
		struct strbuf what = STRBUF_INIT;

		sb_printf(&what, "Read handler '%.*s' error", STR_ARG(name));
		answer_messages(
		    cmd->c, CODE_UNSPECIFIED, sb_str(&what), sb_str(&messages));
		sb_fini(&what);
	} else {
		answer(
		    cmd->c, CODE_OK, "Read handler '%.*s' OK", STR_ARG(name));
		answer_data(cmd->c, sb_str(&out));
	}
	cmd->c->no_memory |= out.oom;
	errh_fini(&errh);
	sb_fini(&messages);
	sb_fini(&out);
}

static void
command_write(struct command *cmd, struct str value)
{
	struct strbuf messages = STRBUF_INIT, what = STRBUF_INIT;
	struct str name = cmd->words[1];
	int code = CODE_OK, err;
	struct errh errh;
	struct handler_call call = {
		.thread = cmd->s->e->thread, .errh = &errh, .text = value
	};

	if (!command_handler(cmd))
		return;
	if (cmd->h->write == NULL) {
		answer(cmd->c, CODE_PERMISSION, "Handler '%.*s' read-only",
		    STR_ARG(name));
		return;
	}
	if (cmd->s->read_only) {
		answer(cmd->c, CODE_PERMISSION, "Permission denied for '%.*s'",
		    STR_ARG(name));
		return;
	}
	if (!command_allowed(cmd, true))
		return;
	errh_strbuf_init(&errh, &messages);
	err = handler_write(cmd->s->e->router, cmd->e, cmd->h, &call);
	if (errh.nerrors > 0 || err < 0)
		code = CODE_HANDLER_ERROR;
	else if (errh.nwarnings > 0)
		code = CODE_WARNINGS;
	gate_told(cmd->s->e->router, true, code == CODE_HANDLER_ERROR,
	    sb_str(&messages));
	sb_printf(&what, "Write handler '%.*s' %s", STR_ARG(name),
	    code == CODE_OK         ? "OK"
	    : code == CODE_WARNINGS ? "OK with warnings"
	                            : "error");
	answer_messages(cmd->c, code, sb_str(&what), sb_str(&messages));
	cmd->c->no_memory |= what.oom || messages.oom;
	errh_fini(&errh);
	sb_fini(&messages);
	sb_fini(&what);
}

static void
command_check(struct command *cmd, bool write)
{
	struct str name = cmd->words[1];
	bool good;

	if (!command_handler(cmd))
		return;
	good = write ? cmd->h->write != NULL : cmd->h->read != NULL;
	if (good && write && cmd->s->read_only)
		answer(cmd->c, CODE_PERMISSION, "Permission denied for '%.*s'",
		    STR_ARG(name));
	else if (good)
		answer(cmd->c, CODE_OK, "%s handler '%.*s' OK",
		    write ? "Write" : "Read", STR_ARG(name));
	else
		answer(cmd->c, CODE_NO_HANDLER, "Handler '%.*s' not %s",
		    STR_ARG(name), write ? "writable" : "readable");
}

/* Nobody here has any: only says which of its parts is wrong. */
static void
command_llrpc(struct command *cmd)
{
	struct str full = cmd->words[1];
	size_t hash = str_find(full, '#', 0);
	struct strbuf name = STRBUF_INIT;
	bool overflow = false;
	uint64_t number;

	if (!conf_u64(str_from(full, hash + 1), 16, &number, &overflow) ||
	    overflow) {
		answer(cmd->c, CODE_SYNTAX, "Syntax error in LLRPC name '%.*s'",
		    STR_ARG(full));
		return;
	}
	sb_add(&name, str_sub(full, 0, hash));
	sb_adds(&name, ".name");
	cmd->words[1] = sb_str(&name);
	if (name.oom)
		cmd->c->no_memory = true;
	else if (command_handler(cmd))
		answer(cmd->c, CODE_UNIMPLEMENTED,
		    "Cannot call LLRPC '%.*s' remotely", STR_ARG(full));
	sb_fini(&name);
}

static void
command_help(struct control_conn *c)
{
	static const char *const lines[] = {
		"Commands supported:",
		"READ handler [arg...]   call read handler, return DATA",
		"READDATA handler len    call read handler with len data "
		"bytes, return DATA",
		"READUNTIL handler term  call read handler, take data until "
		"term, return DATA",
		"WRITE handler [arg...]  call write handler",
		"WRITEDATA handler len   call write handler, pass len data "
		"bytes",
		"WRITEUNTIL handler term call write handler, take data until "
		"term",
		"CHECKREAD handler       check if read handler is valid",
		"CHECKWRITE handler      check if write handler is valid",
		"LLRPC elt#number [len]  call LLRPC, pass len data bytes, "
		"return DATA",
		"QUIT                    close connection",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		answer_line(
		    c, CODE_OK, i + 1 < ARRAY_SIZE(lines), str_of(lines[i]));
}

/* ---- input beyond the line ---- */

static struct str
conn_input(const struct control_conn *c)
{
	return str_from(sb_str(&c->in), c->in_pos);
}

/* More is needed: false to wait for it, or answered when none comes. */
static bool
input_lacks(struct control_conn *c)
{
	if (!c->in_closed)
		return false;
	c->in_pos = c->in.n;
	answer(c, CODE_SYNTAX, "Not enough data");
	return true;
}

/* The words' length, checked; negative: answered. */
static int64_t
command_length(struct command *cmd, struct str word, struct str name)
{
	bool overflow = false;
	int64_t n;

	if (!conf_i64(word, 0, &n, &overflow) || overflow || n < 0 ||
	    n > INT32_MAX) {
		answer(cmd->c, CODE_SYNTAX, "Syntax error in '%.*s'",
		    STR_ARG(name));
		return -1;
	}
	if (n > CONTROL_CONN_IN_MAX / 2) {
		answer(cmd->c, CODE_TOO_BIG,
		    "Data too large for handler '%.*s'",
		    STR_ARG(cmd->words[1]));
		cmd->c->in_closed = true; /* there is no way to skip it */
		cmd->c->in_pos = cmd->c->in.n;
		return -1;
	}
	return n;
}

static bool
command_is(const struct command *cmd, const char *name)
{
	struct str word = cmd->words[0];
	size_t i;

	for (i = 0; i < word.n && name[i] != '\0'; i++) {
		char c = word.s[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != name[i])
			return false;
	}
	return i == word.n && name[i] == '\0';
}

static bool
command_data(struct command *cmd, bool write)
{
	struct control_conn *c = cmd->c;
	struct str data;
	int64_t n;

	if (cmd->nwords != 3) {
		answer(c, CODE_SYNTAX, "Wrong number of arguments");
		return true;
	}
	n = command_length(cmd, cmd->words[2], cmd->words[0]);
	if (n < 0)
		return true;
	data = conn_input(c);
	if (data.n < (size_t)n)
		return input_lacks(c);
	data = str_sub(data, 0, (size_t)n);
	c->in_pos += (size_t)n;
	if (write)
		command_write(cmd, data);
	else
		command_read(cmd, data);
	return true;
}

/* Cuts a line and its CR, LF or CRLF off *rest; false: no line end there. */
static bool
input_line(struct str *rest, struct str *line)
{
	size_t n = 0;

	while (n < rest->n && rest->s[n] != '\r' && rest->s[n] != '\n')
		n++;
	if (n == rest->n)
		return false;
	*line = str_sub(*rest, 0, n);
	n += n + 1 < rest->n && rest->s[n] == '\r' && rest->s[n + 1] == '\n';
	*rest = str_from(*rest, n + 1);
	return true;
}

static bool
command_until(struct command *cmd, bool write)
{
	struct control_conn *c = cmd->c;
	struct str input = conn_input(c), rest = input, line, data;

	if (cmd->nwords < 2) {
		answer(c, CODE_SYNTAX, "Wrong number of arguments");
		return true;
	}
	do {
		data = str_sub(input, 0, input.n - rest.n);
		if (!input_line(&rest, &line))
			return input_lacks(c);
		while (line.n > 0 && char_space(line.s[line.n - 1]))
			line.n--;
	} while (!str_eq(line, cmd->rest));
	c->in_pos = c->in.n - rest.n;
	if (write)
		command_write(cmd, data);
	else
		command_read(cmd, data);
	return true;
}

static bool
command_run_llrpc(struct command *cmd)
{
	int64_t n = 0;

	if (cmd->nwords != 2 && cmd->nwords != 3) {
		answer(cmd->c, CODE_SYNTAX, "Wrong number of arguments");
		return true;
	}
	if (cmd->nwords == 3)
		n = command_length(cmd, cmd->words[2], cmd->words[0]);
	if (n < 0)
		return true;
	if (conn_input(cmd->c).n < (size_t)n)
		return input_lacks(cmd->c);
	cmd->c->in_pos += (size_t)n;
	command_llrpc(cmd);
	return true;
}

static void
command_quit(struct command *cmd)
{
	if (cmd->nwords != 1)
		answer(cmd->c, CODE_SYNTAX, "Bad command syntax");
	answer(cmd->c, CODE_OK, "Goodbye!");
	cmd->c->in_closed = true;
	cmd->c->in_pos = cmd->c->in.n;
}

/* ---- commands ---- */

/* True when it is done with, false when it lacks input. */
static bool
command_run(struct command *cmd)
{
	struct control_conn *c = cmd->c;

	if (cmd->nwords == 0)
		return true;
	if (command_is(cmd, "READ") || command_is(cmd, "GET") ||
	    command_is(cmd, "WRITE") || command_is(cmd, "SET")) {
		bool read = command_is(cmd, "READ") || command_is(cmd, "GET");

		if (cmd->nwords < 2)
			answer(c, CODE_SYNTAX, "Wrong number of arguments");
		else if (read)
			command_read(cmd, cmd->rest);
		else
			command_write(cmd, cmd->rest);
	} else if (command_is(cmd, "READDATA")) {
		return command_data(cmd, false);
	} else if (command_is(cmd, "WRITEDATA") || command_is(cmd, "SETDATA")) {
		return command_data(cmd, true);
	} else if (command_is(cmd, "READUNTIL")) {
		return command_until(cmd, false);
	} else if (command_is(cmd, "WRITEUNTIL")) {
		return command_until(cmd, true);
	} else if (command_is(cmd, "CHECKREAD") ||
	           command_is(cmd, "CHECKWRITE")) {
		if (cmd->nwords != 2)
			answer(c, CODE_SYNTAX, "Wrong number of arguments");
		else
			command_check(cmd, command_is(cmd, "CHECKWRITE"));
	} else if (command_is(cmd, "LLRPC")) {
		return command_run_llrpc(cmd);
	} else if (command_is(cmd, "CLOSE") || command_is(cmd, "QUIT")) {
		command_quit(cmd);
	} else if (command_is(cmd, "HELP")) {
		command_help(c);
	} else {
		struct strbuf name = STRBUF_INIT;

		for (size_t i = 0; i < cmd->words[0].n; i++) {
			char x = cmd->words[0].s[i];

			sb_addc(&name,
			    x >= 'a' && x <= 'z' ? (char)(x - 'a' + 'A') : x);
		}
		answer(c, CODE_UNIMPLEMENTED, "Command '%.*s' unimplemented",
		    STR_ARG(sb_str(&name)));
		sb_fini(&name);
	}
	return true;
}

/* Takes the line apart. */
static void
command_parse(struct command *cmd)
{
	struct str rest = cmd->line, word;

	for (word = str_word(&rest); word.n > 0; word = str_word(&rest)) {
		if (cmd->nwords < WORDS_MAX)
			cmd->words[cmd->nwords] = word;
		if (cmd->nwords == 2)
			cmd->rest = word;
		else if (cmd->nwords > 2)
			cmd->rest.n = (size_t)(word.s + word.n - cmd->rest.s);
		cmd->nwords++;
	}
}

/* Gives the room of what is done with back, when that is cheap. */
static void
conn_contract(struct control_conn *c)
{
	size_t left = c->in.n - c->in_pos;

	if (c->in_pos == 0 || (left > 0 && c->in_pos < 8192))
		return;
	memmove(c->in.s, c->in.s + c->in_pos, left);
	c->in.n = left;
	c->in_pos = 0;
}

bool
control_conn_step(struct control_conn *c, const struct control_server *s)
{
	struct str rest = conn_input(c);
	struct command cmd = { .c = c, .s = s };
	size_t before = c->in_pos;

	if (rest.n == 0)
		return false;
	if (!input_line(&rest, &cmd.line)) {
		if (!c->in_closed && rest.n <= CONTROL_CONN_IN_MAX)
			return false;
		if (!c->in_closed)
			answer(c, CODE_SYNTAX, "Line too long");
		else
			cmd.line = rest;
		c->in_closed = true;
		rest = STR("");
	}
	c->in_pos = c->in.n - rest.n;
	command_parse(&cmd);
	if (!command_run(&cmd)) {
		/* The rest of the command is still on its way. */
		c->in_pos = before;
		return false;
	}
	conn_contract(c);
	return true;
}
