/* SPDX-License-Identifier: BSD-3-Clause */
/* request.c -- the requests of administrators. */
#include "base/compiler.h"
#include "vale/conn.h"
#include "vale/settings.h"

struct str
word_value(struct str words, const char *key)
{
	for (struct str w = str_word(&words); w.n > 0; w = str_word(&words)) {
		size_t eq = str_find(w, '=', 0);

		if (eq < w.n && str_is(str_sub(w, 0, eq), key))
			return str_from(w, eq + 1);
	}
	return STR("");
}

int
port_name(struct str word, struct str *sw, struct str *port, struct diag *why)
{
	size_t colon = str_find(word, ':', 0);

	*sw = str_sub(word, 0, colon);
	*port = str_from(word, colon + 1);
	if (sw->n == 0 || port->n == 0)
		return diag(
		    why, ERR_INVAL, "'%.*s': not SWITCH:PORT", STR_ARG(word));
	return 0;
}

static int
set_all(struct vale_port *p, struct str words, struct diag *why)
{
	int err = 0;

	for (struct str w = str_word(&words); w.n > 0 && err == 0;
	     w = str_word(&words)) {
		size_t eq = str_find(w, '=', 0);

		if (eq == w.n)
			return diag(why, ERR_INVAL, "'%.*s': not KEY=VALUE",
			    STR_ARG(w));
		err = vale_set(p, str_sub(w, 0, eq), str_from(w, eq + 1), why);
	}
	return err;
}

/* A port's name made of what it is: "tap:t0" is "t0". */
static void
name_of(struct str what, char name[static VALE_NAME_MAX])
{
	size_t colon = str_find(what, ':', 0), n = 0;
	struct str args = str_from(what, colon + 1);
	struct str from = str_sub(args, 0, str_find(args, ',', 0));

	if (from.n == 0)
		from = str_sub(what, 0, colon);
	from = str_from(from,
	    str_rfind(from, '/') == from.n ? 0 : str_rfind(from, '/') + 1);
	for (; n < from.n && n < VALE_NAME_MAX - 1; n++)
		name[n] = char_alnum(from.s[n]) || strchr("._-", from.s[n])
		              ? from.s[n]
		              : '_';
	name[n] = '\0';
}

static int
request_attach(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str where = str_word(&args), what = str_word(&args);
	size_t colon = str_find(where, ':', 0), kind = str_find(what, ':', 0);
	struct vale_attach at = { .switch_name = str_sub(where, 0, colon),
		.name = str_from(where, colon + 1),
		.kind = str_sub(what, 0, kind),
		.args = str_from(what, kind + 1),
		.worker = -1 };
	char name[VALE_NAME_MAX];
	struct vale_port *p;
	int err;

	(void)c;
	if (what.n == 0)
		return diag(why, ERR_INVAL,
		    "attach: wants SWITCH[:PORT] KIND:... [KEY=VALUE ...]");
	if (at.name.n == 0) {
		name_of(what, name);
		at.name = str_of(name);
	}
	err = vale_attach(s->vale, &at, &p, why);
	if (err != 0)
		return err;
	err = set_all(p, args, why);
	if (err != 0)
		vale_port_detach(p);
	else
		sb_printf(&a->text, "%s:%s\n", vale_port_switch(p),
		    vale_port_name(p));
	return err;
}

static int
request_detach(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str sw, port;
	int err = port_name(str_word(&args), &sw, &port, why);

	(void)c;
	(void)a;
	return err != 0 ? err : vale_detach(s->vale, sw, port, why);
}

static int
request_set(struct server *s, struct conn *c, struct str args, struct answer *a,
    struct diag *why)
{
	struct str word = str_word(&args), sw, port;
	struct vale_port *p;
	int err = port_name(word, &sw, &port, why);

	(void)c;
	(void)a;
	if (err != 0)
		return err;
	p = vale_port_find(s->vale, sw, port);
	if (p == NULL)
		return diag(
		    why, ERR_NOTFOUND, "%.*s: no such port", STR_ARG(word));
	if (str_trim(args).n == 0)
		return diag(why, ERR_INVAL, "set: wants KEY=VALUE");
	return set_all(p, args, why);
}

static int
request_list(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str name = str_word(&args);

	(void)c;
	if (str_is(name, "--json"))
		return vale_show(s->vale, str_word(&args), &a->text, why);
	return vale_show_text(s->vale, name, &a->text, why);
}

static int
request_stats(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str name = str_word(&args);

	(void)c;
	if (str_is(name, "--json"))
		return vale_show_counts(
		    s->vale, str_word(&args), &a->text, why);
	return vale_show_counts_text(s->vale, name, &a->text, why);
}

static int
request_switch(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str verb = str_word(&args), name = str_word(&args);

	(void)c;
	(void)a;
	args = str_trim(args);
	if (str_is(verb, "remove"))
		return vale_switch_remove(s->vale, name, why);
	if (args.n == 0)
		args = STR("learning");
	if (str_is(verb, "add"))
		return vale_switch_add(s->vale, name, args, why);
	if (str_is(verb, "function"))
		return vale_switch_function(s->vale, name, args, why);
	return diag(why, ERR_INVAL,
	    "switch: '%.*s': not add, remove or function", STR_ARG(verb));
}

const struct request vale_requests[] = {
	{ "switch", "add|function NAME [FUNCTION ...] | remove NAME", true,
	    request_switch },
	{ "attach", "SWITCH[:PORT] KIND:... [KEY=VALUE ...]", true,
	    request_attach },
	{ "detach", "SWITCH:PORT", true, request_detach },
	{ "set", "SWITCH:PORT KEY=VALUE ...", true, request_set },
	{ "list", "[--json] [SWITCH[:PORT]]", true, request_list },
	{ "stats", "[--json] [SWITCH[:PORT]]", true, request_stats },
	{ "guest", "slots=N buffers=N ports=N features=N", false,
	    request_guest },
	{ "port", "SWITCH:PORT index=N", false, request_port },
	{ "close", "index=N", false, request_close },
	{ "only", "[SWITCH:PORT ...]", false, request_only },
	{ "grant", "SWITCH:PORT", true, request_grant },
	{ "take", "token=TOKEN", false, request_take },
	{ "revoke", "SWITCH:PORT", true, request_revoke },
};
const size_t vale_nrequests = ARRAY_SIZE(vale_requests);
