/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conn.h -- a connection to the control socket: requests come as lines, with
 * descriptors passed along; for server.c and the requests.
 */
#ifndef VALE_CONN_H
#define VALE_CONN_H

#include "base/strbuf.h"
#include "vale/account.h"
#include "vale/guest.h"
#include "vale/limit.h"
#include "vale/opener.h"
#include "vale/policy.h"
#include "vale/server.h"

enum {
	CONN_LINE_MAX = 4096,
	CONN_FDS = 2,               /* that wait for the request they are for */
	CONN_BACKLOG_MAX = 1 << 20, /* bytes of answers nobody reads */
};

struct server {
	struct vale *vale;
	struct server_options options;
	char *path; /* owned */
	int socket;
	struct vale_opened opened; /* the same */
	int mail;            /* event: some guest's worker has found text */
	uint32_t generation; /* of this run of the switch */
	struct conn *conns;
	struct account *accounts;
	uint32_t fds_max;         /* descriptors that we may have */
	uint32_t conns_max;       /* connections of a user's */
	struct payer refused;     /* for all who are turned away */
	struct vale_timer listen; /* set while nobody is accepted */
	struct vale_limit refused_log;
};

struct conn {
	struct conn *next;
	struct server *server;
	int fd;
	struct policy_peer peer;
	struct strbuf in, out;
	int fds[CONN_FDS];
	unsigned int nfds;
	bool closing;
	struct account *account; /* who pays; NULL: nobody */
	bool held;               /* it waits for its turn, unwatched */
	struct conn *held_next;
	struct vale_guest *guest; /* NULL: only a tool, or not yet */
	int mailed;               /* atomic: the guest has text for us */
	/*
	 * Whoever holds it is not trusted as who made it is: it may open the
	 * ports in only ("vale0:fw.0 vale0:fw.1 "), and nothing else.
	 */
	bool confined;
	struct strbuf only;
	struct grant *grants; /* of ours, that nobody has taken yet */
	struct vale_guest_port guest_port[NETRING_PORTS_MAX];
};

/* One request's answer, and what goes with it. */
struct answer {
	struct strbuf text;
	int fds[2]; /* to be passed, then closed; -1: none */
};

struct request {
	const char *verb;
	const char *usage;
	bool admin; /* only for policy_may_admin() */
	/* args: the words after the verb.  c is NULL for server_execute(). */
	int (*run)(struct server *s, struct conn *c, struct str args,
	    struct answer *a, struct diag *why);
};

/* server.c */
void server_log(struct server *s, const char *fmt, ...) PRINTF(2, 3);
/* Reads what has come and does it, then watches c anew or frees it. */
void conn_turn(struct conn *c);
void conn_free(struct conn *c);

/* accept.c */
void server_accept(void *arg, unsigned int events);
/* ERR_NOMEM: fd is none, or one of the last. */
int server_check_fd(struct server *s, int fd, struct diag *why);
void server_count_fds(struct server *s);

extern const struct request vale_requests[];
extern const size_t vale_nrequests;

/* request_only.c */
int request_only(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
int request_grant(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
int request_take(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
int request_revoke(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
/* Whether a port of that name, "SWITCH:PORT", is for c as far as it is so. */
bool conn_may_open(const struct conn *c, struct str port);
/* All that it has granted. */
void conn_free_grants(struct conn *c);

/* request_guest.c */
int request_guest(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
int request_port(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
int request_close(struct server *s, struct conn *c, struct str args,
    struct answer *a, struct diag *why);
/* Detaches the guest's ports and frees it. */
void conn_free_guest(struct conn *c);
/* Lets the control thread read the socket while no port's worker does. */
int conn_watch(struct conn *c);

/* "vale0:fw.0" as two names; ERR_INVAL. */
int port_name(
    struct str word, struct str *sw, struct str *port, struct diag *why);

/* "key=value" out of words: the value, empty when it is not there. */
struct str word_value(struct str words, const char *key);

#endif
