/* SPDX-License-Identifier: BSD-3-Clause */
/* account.c -- see account.h. */
#include "vale/account.h"

#include <stdlib.h>

#include "base/steady.h"
#include "vale/conn.h"

enum { ACCOUNTS_MAX = 1024 }; /* users that are connected or in debt */

/* ---- waiting ---- */

/* Whoever is first has his turn, until there is nothing left to spend. */
static void
account_again(void *arg)
{
	struct account *a = arg;

	while (a->first != NULL && payer_wait_ns(&a->payer) == 0) {
		struct conn *c = a->first;
		bool last = a->guest; /* it may go with its connection */

		a->first = c->held_next;
		if (a->first == NULL)
			a->last = &a->first;
		c->held = false;
		conn_turn(c);
		if (last)
			return;
	}
	if (a->first != NULL)
		vale_later(
		    a->server->vale, &a->again, payer_wait_ns(&a->payer));
}

static void
account_tell(struct account *a)
{
	if (a->told)
		return;
	a->told = true;
	if (a->guest)
		server_log(a->server, "a guest asks too much: it waits");
	else
		server_log(a->server, "user %u asks too much: he waits",
		    (unsigned int)a->uid);
}

bool
account_waits(struct conn *c)
{
	struct account *a = c->account;
	int64_t ns;

	if (a == NULL || c->held)
		return c->held;
	ns = payer_wait_ns(&a->payer);
	if (ns == 0 && a->first == NULL)
		return false;
	c->held = true;
	c->held_next = NULL;
	(void)conn_watch(c); /* to wait needs no memory */
	if (a->first == NULL)
		vale_later(a->server->vale, &a->again, ns);
	*a->last = c;
	a->last = &c->held_next;
	account_tell(a);
	return true;
}

static void
account_unhold(struct account *a, struct conn *c)
{
	struct conn **link = &a->first;

	while (*link != c)
		link = &(*link)->held_next;
	*link = c->held_next;
	if (*link == NULL)
		a->last = link;
	if (a->first == NULL)
		vale_never(&a->again);
	c->held = false;
}

/* ---- coming and going ---- */

static struct account *
account_new(struct server *s)
{
	struct account *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->server = s;
	a->last = &a->first;
	a->again.expire = account_again;
	a->again.arg = a;
	return a;
}

struct account *
account_of_guest(struct server *s)
{
	struct account *a = account_new(s);

	if (a != NULL)
		a->guest = true;
	return a;
}

/* Accounts that say nothing any more. */
static uint32_t
account_collect(struct server *s)
{
	struct account **link = &s->accounts, *a;
	int64_t now = steady_ns();
	uint32_t left = 0;

	while ((a = *link) != NULL) {
		if (a->conns > 0 || a->payer.paid_ns > now) {
			link = &a->next;
			left++;
			continue;
		}
		*link = a->next;
		free(a);
	}
	return left;
}

struct account *
account_of_user(struct server *s, uid_t uid, struct diag *why)
{
	struct account *a = s->accounts;

	while (a != NULL && a->uid != uid)
		a = a->next;
	if (a == NULL) {
		if (account_collect(s) < ACCOUNTS_MAX)
			a = account_new(s);
		if (a == NULL) {
			diag(why, ERR_NOMEM, "no room for another user");
			return NULL;
		}
		a->uid = uid;
		a->next = s->accounts;
		s->accounts = a;
	}
	if (a->conns >= s->conns_max) {
		diag(why, ERR_BUSY,
		    "user %u has %u connections, as many as one user may have",
		    (unsigned int)uid, a->conns);
		return NULL;
	}
	a->conns++;
	return a;
}

void
account_leave(struct conn *c)
{
	struct account *a = c->account;

	if (c->held)
		account_unhold(a, c);
	a->conns--;
	if (a->guest)
		free(a);
	c->account = NULL;
}

void
account_free_all(struct server *s)
{
	while (s->accounts != NULL) {
		struct account *a = s->accounts;

		s->accounts = a->next;
		free(a);
	}
}
