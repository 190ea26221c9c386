/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * account.h -- whose requests are charged together (payer.h), and which of his
 * connections wait for their turn meanwhile; for server.c and accept.c.
 *
 * Root and who started the switch have no account: they are served at once.
 * All connections of another user have one; so has each connection that was
 * handed to a guest ("only"), whoever made it.
 */
#ifndef VALE_ACCOUNT_H
#define VALE_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "vale/payer.h"
#include "vale/port.h"

struct conn;
struct server;

struct account {
	struct account *next; /* of the server's; unused if it is a guest's */
	struct server *server;
	bool guest; /* of one connection, with which it ends */
	uid_t uid;
	uint32_t conns;
	struct payer payer;
	struct vale_timer again;    /* set while some connection waits */
	struct conn *first, **last; /* those, in order (conn.held_next) */
	bool told;                  /* the log knows */
};

/* The user's, for one connection more; *why when there is none to be had. */
struct account *account_of_user(struct server *s, uid_t uid, struct diag *why);
/* A guest's; NULL: out of memory. */
struct account *account_of_guest(struct server *s);
/* c, which has an account, has ended. */
void account_leave(struct conn *c);
/* The server ends; it has no connections any more. */
void account_free_all(struct server *s);

/*
 * Whether c must wait: then it is not watched, and conn_turn() is called when
 * it is its turn.
 */
bool account_waits(struct conn *c);

#endif
