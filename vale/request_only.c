/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * request_only.c -- connections that are handed on.
 *
 * A guest in its sandbox holds a connection that somebody with more rights has
 * made: what the system tells of the peer (SO_PEERCRED) is of him.  So he says
 * "only" first, with the ports that are the guest's.  One that is added later
 * he grants over a connection of his own: a token, which the guest takes over
 * the confined one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "vale/conn.h"

struct grant {
	struct grant *next;
	char token[33];
	struct str port; /* owned */
};

bool
conn_may_open(const struct conn *c, struct str port)
{
	struct str words = sb_str(&c->only);

	if (!c->confined)
		return true;
	for (struct str w = str_word(&words); w.n > 0; w = str_word(&words))
		if (str_eq(w, port))
			return true;
	return false;
}

static int
only_add(struct conn *c, struct str port, struct diag *why)
{
	if (conn_may_open(c, port))
		return 0;
	sb_printf(&c->only, "%.*s ", STR_ARG(port));
	return c->only.oom ? diag(why, ERR_NOMEM, "out of memory") : 0;
}

int
request_only(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	int err = 0;

	(void)a;
	if (c == NULL || c->confined)
		return diag(why, ERR_PERM, "only: once a connection");
	if (c->account == NULL)
		c->account = account_of_guest(s);
	if (c->account == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	c->confined = true;
	for (struct str w = str_word(&args); w.n > 0 && err == 0;
	     w = str_word(&args))
		err = only_add(c, w, why);
	return err;
}

static bool
grant_token(char token[static 33])
{
	uint64_t n[2];

	if (getrandom(n, sizeof(n), 0) != sizeof(n))
		return false;
	snprintf(token, 33, "%016llx%016llx", (unsigned long long)n[0],
	    (unsigned long long)n[1]);
	return true;
}

int
request_grant(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str word = str_word(&args), sw, name;
	struct vale_counts counts;
	struct grant *g;
	int err = port_name(word, &sw, &name, why);

	if (err != 0)
		return err;
	if (c == NULL)
		return diag(why, ERR_INVAL, "grant: over a connection only");
	err = vale_switch_counts(s->vale, sw, &counts, why);
	if (err != 0)
		return err;
	g = calloc(1, sizeof(*g));
	if (g != NULL)
		g->port = str_dup(word);
	if (g == NULL || g->port.s == NULL || !grant_token(g->token)) {
		if (g != NULL)
			str_free(&g->port);
		free(g);
		return diag(why, ERR_NOMEM, "out of memory");
	}
	g->next = c->grants;
	c->grants = g;
	sb_printf(&a->text, "token=%s\n", g->token);
	return 0;
}

/* The grant of that token, off the list of who made it; NULL. */
static struct grant *
grant_take(struct server *s, struct str token)
{
	for (struct conn *c = s->conns; c != NULL; c = c->next)
		for (struct grant **g = &c->grants; *g != NULL;
		     g = &(*g)->next) {
			struct grant *found = *g;

			if (!str_is(token, found->token))
				continue;
			*g = found->next;
			return found;
		}
	return NULL;
}

static void
grant_free(struct grant *g)
{
	str_free(&g->port);
	free(g);
}

int
request_take(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct grant *g = grant_take(s, word_value(args, "token"));
	int err = 0;

	(void)a;
	if (g == NULL)
		return diag(why, ERR_PERM, "take: no such token");
	if (c != NULL)
		err = only_add(c, g->port, why);
	grant_free(g);
	return err;
}

/* Takes the word off the list. */
static void
only_remove(struct conn *c, struct str port)
{
	struct str words = sb_str(&c->only), w;
	struct strbuf left = STRBUF_INIT;

	for (w = str_word(&words); w.n > 0; w = str_word(&words))
		if (!str_eq(w, port))
			sb_printf(&left, "%.*s ", STR_ARG(w));
	sb_fini(&c->only);
	c->only = left; /* out of memory: it may open less than it should */
}

/* No guest has it any more, open or not. */
int
request_revoke(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why)
{
	struct str word = str_word(&args), sw, name;
	int err = port_name(word, &sw, &name, why);
	struct vale_port *p;

	(void)c;
	(void)a;
	if (err != 0)
		return err;
	p = vale_port_find(s->vale, sw, name);
	for (struct conn *o = s->conns; o != NULL; o = o->next) {
		if (!o->confined || !conn_may_open(o, word))
			continue;
		only_remove(o, word);
		for (uint32_t i = 0;
		     p != NULL && o->guest != NULL && i < NETRING_PORTS_MAX;
		     i++)
			if (o->guest->port[i] == p) {
				vale_port_detach(p);
				p = NULL;
			}
	}
	return 0;
}

void
conn_free_grants(struct conn *c)
{
	while (c->grants != NULL) {
		struct grant *g = c->grants;

		c->grants = g->next;
		grant_free(g);
	}
}
