/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * accept.c -- who connects to the control socket, and who is turned away.
 *
 * Turning away costs time, too: it is charged, and when it has used its share
 * nobody is accepted for a while.  So a flood of connections delays others'
 * for as long as its queue takes (SOMAXCONN), and the frames of nobody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/steady.h"
#include "vale/conn.h"

enum {
	FD_SPARE = 32, /* for what requests open for a moment, and for ports */
	CONNS_PART = 16, /* of all descriptors: a user's connections */
	CONNS_LEAST = 16,
	NO_FD_NS = 100000000, /* out of descriptors or memory: a break */
};

static void
server_tell(struct server *s, const struct diag *why)
{
	if (limit_take(&s->refused_log, 1, 1, 1, steady_ns()))
		server_log(s, "somebody is refused: %s", why->text);
}

int
server_check_fd(struct server *s, int fd, struct diag *why)
{
	if (fd >= 0 && (unsigned int)fd + FD_SPARE < s->fds_max)
		return 0;
	diag(why, ERR_NOMEM,
	    "the switch is out of descriptors, of which it may have %u: raise "
	    "its limit of open files (LimitNOFILE= of its service, ulimit -n)",
	    s->fds_max);
	server_tell(s, why);
	return ERR_NOMEM;
}

/* The peer's further groups; more than we keep count as none. */
static void
conn_groups(struct conn *c)
{
	socklen_t n = sizeof(c->peer.more);

	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERGROUPS, c->peer.more, &n) == 0)
		c->peer.nmore = (uint32_t)(n / sizeof(c->peer.more[0]));
}

static int
conn_identify(struct conn *c, struct diag *why)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);

	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) != 0)
		return diag(why, ERR_PEER, "who are you: %s", strerror(errno));
	c->peer.uid = cred.uid;
	c->peer.gid = cred.gid;
	conn_groups(c);
	if (policy_owner(c->server->options.policy, &c->peer))
		return 0;
	c->account = account_of_user(c->server, cred.uid, why);
	return c->account != NULL ? 0 : ERR_BUSY;
}

/* fd becomes the connection's; *why and NULL: it is still the caller's. */
static struct conn *
conn_new(struct server *s, int fd, struct diag *why)
{
	struct conn *c;

	if (server_check_fd(s, fd, why) != 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		diag(why, ERR_NOMEM, "out of memory");
		return NULL;
	}
	c->server = s;
	c->fd = fd;
	if (conn_identify(c, why) != 0) {
		free(c);
		return NULL;
	}
	c->next = s->conns;
	s->conns = c;
	return c;
}

static void
server_listen_again(void *arg)
{
	struct server *s = arg;

	/* Out of memory: then later. */
	if (vale_watch(s->vale, s->socket, VALE_READ, server_accept, s) != 0)
		vale_later(s->vale, &s->listen, NO_FD_NS);
}

static void
server_listen_later(struct server *s, int64_t ns)
{
	(void)vale_watch(s->vale, s->socket, 0, NULL, NULL);
	s->listen.expire = server_listen_again;
	s->listen.arg = s;
	vale_later(s->vale, &s->listen, ns);
}

/* Says why, and hangs up. */
static void
server_refuse(struct server *s, int fd, const struct diag *why)
{
	char text[sizeof(why->text) + 32];
	int n = snprintf(text, sizeof(text), "error %zu\n%s\n",
	    strlen(why->text) + 1, why->text);

	(void)send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	server_tell(s, why);
}

void
server_accept(void *arg, unsigned int events)
{
	struct server *s = arg;
	int64_t began = steady_ns();
	int fd = accept4(s->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct diag why = { "" };
	struct conn *c;

	(void)events;
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			server_listen_later(s, NO_FD_NS);
		return;
	}
	c = conn_new(s, fd, &why);
	if (c == NULL) {
		server_refuse(s, fd, &why);
		payer_charge(&s->refused, began);
		if (payer_wait_ns(&s->refused) > 0)
			server_listen_later(s, payer_wait_ns(&s->refused));
		return;
	}
	if (c->account != NULL)
		payer_charge(&c->account->payer, began);
	if (conn_watch(c) != 0)
		conn_free(c);
}

void
server_count_fds(struct server *s)
{
	struct rlimit r;

	s->fds_max = 1024; /* as where nobody has set it */
	if (getrlimit(RLIMIT_NOFILE, &r) == 0)
		s->fds_max =
		    r.rlim_cur < INT32_MAX ? (uint32_t)r.rlim_cur : INT32_MAX;
	s->conns_max = s->fds_max / CONNS_PART > CONNS_LEAST
	                   ? s->fds_max / CONNS_PART
	                   : CONNS_LEAST;
}
