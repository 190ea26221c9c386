/* SPDX-License-Identifier: BSD-3-Clause */
/* server.c -- see server.h. */
#define _GNU_SOURCE
#include "vale/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/steady.h"
#include "vale/conn.h"

void
server_log(struct server *s, const char *fmt, ...)
{
	char line[320];
	va_list ap;

	if (s->options.log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	s->options.log(s->options.log_arg, line);
}

/* ---- answering ---- */

static void conn_event(void *arg, unsigned int events);

/* While a port is open its worker reads. */
static bool
conn_worker_reads(const struct conn *c)
{
	return c->guest != NULL && c->guest->front != NULL;
}

int
conn_watch(struct conn *c)
{
	unsigned int want = c->out.n > 0 ? VALE_READ | VALE_WRITE : VALE_READ;

	if (conn_worker_reads(c))
		want &= ~(unsigned int)VALE_READ;
	if (c->held)
		want = 0;
	return vale_watch(c->server->vale, c->fd, want, conn_event, c);
}

/* Sends what can be sent; the first byte takes fds[n] along. */
static void
conn_flush(struct conn *c, const int *fds, unsigned int n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 2)];
	} control;
	struct iovec iov = { c->out.s, c->out.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t sent;

	if (n > 0) {
		struct cmsghdr *h = &control.align;

		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(h), fds, sizeof(int) * n);
	}
	sent = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN)
		c->closing = true;
	/* Descriptors that did not go with the first byte are lost: say so. */
	if (sent < 0 && n > 0)
		c->closing = true;
	if (sent > 0) {
		memmove(c->out.s, c->out.s + sent, c->out.n - (size_t)sent);
		c->out.n -= (size_t)sent;
	}
	if (c->out.n > CONN_BACKLOG_MAX)
		c->closing = true;
}

static void
conn_answer(struct conn *c, int err, struct answer *a, const struct diag *why)
{
	unsigned int n = 0;

	while (n < 2 && a->fds[n] >= 0)
		n++;
	if (err != 0) {
		sb_clear(&a->text);
		sb_printf(&a->text, "%s\n",
		    why->text[0] != '\0' ? why->text : err_text(err));
		n = 0;
	}
	/* Descriptors are put with the line that they belong to. */
	if (n > 0 && c->out.n > 0)
		conn_flush(c, NULL, 0);
	sb_printf(&c->out, "%s %zu\n", err == 0 ? "ok" : "error", a->text.n);
	sb_add(&c->out, sb_str(&a->text));
	if (c->out.oom)
		c->closing = true;
	conn_flush(c, a->fds, n);
}

/* ---- requests ---- */

static int
server_run(struct server *s, struct conn *c, struct str line, struct answer *a,
    struct diag *why)
{
	struct str args = line, verb = str_word(&args);

	for (size_t i = 0; i < vale_nrequests; i++) {
		const struct request *r = &vale_requests[i];

		if (!str_is(verb, r->verb))
			continue;
		if (r->admin && c != NULL && c->confined)
			return diag(why, ERR_PERM,
			    "%s: not for who may only open ports", r->verb);
		if (r->admin && c != NULL &&
		    !policy_may_admin(s->options.policy, &c->peer))
			return diag(why, ERR_PERM, "%s: not for user %u",
			    r->verb, (unsigned int)c->peer.uid);
		return r->run(s, c, str_trim(args), a, why);
	}
	return diag(
	    why, ERR_NOTFOUND, "'%.*s': no such request", STR_ARG(verb));
}

static void
conn_drop_fds(struct conn *c)
{
	while (c->nfds > 0)
		close(c->fds[--c->nfds]);
}

static void
conn_request(struct conn *c, struct str line)
{
	struct answer a = { STRBUF_INIT, { -1, -1 } };
	struct diag why = { "" };
	int err = server_run(c->server, c, line, &a, &why);

	if (err == 0 && a.text.oom)
		err = diag(&why, ERR_NOMEM, "out of memory");
	conn_answer(c, err, &a, &why);
	sb_fini(&a.text);
	for (int i = 0; i < 2; i++)
		if (a.fds[i] >= 0)
			close(a.fds[i]);
	conn_drop_fds(c);
}

/* Runs the whole lines in c->in. */
static void
conn_lines(struct conn *c)
{
	size_t done = 0;

	while (!c->closing) {
		struct str rest = str_from(sb_str(&c->in), done);
		size_t end = str_find(rest, '\n', 0);
		struct str line = str_trim(str_sub(rest, 0, end));

		if (end == rest.n)
			break;
		done += end + 1;
		if (line.n > 0)
			conn_request(c, line);
	}
	if (done > 0)
		memmove(c->in.s, c->in.s + done, c->in.n - done);
	c->in.n -= done;
	if (c->in.n >= CONN_LINE_MAX || c->in.oom)
		c->closing = true;
}

int
server_execute(
    struct server *s, struct str request, struct strbuf *out, struct diag *why)
{
	struct answer a = { STRBUF_INIT, { -1, -1 } };
	int err = server_run(s, NULL, str_trim(request), &a, why);

	sb_add(out, sb_str(&a.text));
	sb_fini(&a.text);
	return err;
}

/* ---- connections ---- */

/* Keeps the descriptors that came with a message, closing what is too much. */
static void
conn_take_fds(struct conn *c, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(fd));
			if (c->nfds < CONN_FDS)
				c->fds[c->nfds++] = fd;
			else
				close(fd);
		}
	}
}

/* Reads into c->in; false at the end. */
static bool
conn_read(struct conn *c)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 16)];
	} control;
	char buf[CONN_LINE_MAX];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	conn_take_fds(c, &m);
	sb_add(&c->in, str_make(buf, (size_t)n));
	return n > 0;
}

void
conn_free(struct conn *c)
{
	struct conn **link = &c->server->conns;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	if (c->account != NULL)
		account_leave(c);
	conn_free_guest(c);
	conn_free_grants(c);
	(void)vale_watch(c->server->vale, c->fd, 0, NULL, NULL);
	conn_drop_fds(c);
	close(c->fd);
	sb_fini(&c->in);
	sb_fini(&c->out);
	sb_fini(&c->only);
	free(c);
}

/* What its worker has found in a guest's socket. */
static void
conn_mail(struct conn *c)
{
	char text[sizeof(c->guest->text)];
	bool hangup;
	uint32_t n = guest_take_text(c->guest, text, &hangup);

	sb_add(&c->in, str_make(text, n));
	conn_lines(c);
	c->closing |= hangup;
}

/* Sends what can be sent, and watches for more; false: c is gone. */
static bool
conn_settle(struct conn *c)
{
	if (c->out.n > 0 && !c->closing)
		conn_flush(c, NULL, 0);
	if (!c->closing && conn_watch(c) == 0)
		return true;
	conn_free(c);
	return false;
}

void
conn_turn(struct conn *c)
{
	struct account *a = c->account;
	int64_t began = steady_ns();
	bool lasts = a != NULL && !a->guest; /* a guest's goes with it */

	if (exchange(&c->mailed, 0) != 0 && c->guest != NULL)
		conn_mail(c);
	else if (conn_worker_reads(c))
		(void)0;
	else if (conn_read(c))
		conn_lines(c);
	else
		c->closing = true;
	if (conn_settle(c) ? a != NULL : lasts)
		payer_charge(&a->payer, began);
}

static void
conn_event(void *arg, unsigned int events)
{
	struct conn *c = arg;

	if ((events & VALE_READ) == 0 || conn_worker_reads(c))
		(void)conn_settle(c);
	else if (!account_waits(c))
		conn_turn(c);
}

/* Some worker has found something. */
static void
server_mail(void *arg, unsigned int events)
{
	struct server *s = arg;
	struct conn *next;
	uint64_t count;

	(void)events;
	(void)!read(s->mail, &count, sizeof(count)); /* level triggered */
	for (struct conn *c = s->conns; c != NULL; c = next) {
		next = c->next;
		if (load_acquire(&c->mailed) != 0 && !account_waits(c))
			conn_turn(c);
	}
}

/* ---- life ---- */

static int
server_listen(struct server *s, struct diag *why)
{
	struct strbuf args = STRBUF_INIT;
	int err;

	/* Anybody may connect: what he may do, the policy says. */
	sb_printf(&args, "%s,mode=666", s->path);
	err = vale_acquire(s->vale, "listen", sb_str(&args), &s->opened, why);
	sb_fini(&args);
	if (err == 0)
		s->socket = s->opened.fd[0];
	return err;
}

struct server *
server_new(struct vale *v, const struct server_options *o, struct diag *why)
{
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		policy_free(o->policy);
		diag(why, ERR_NOMEM, "out of memory");
		return NULL;
	}
	s->vale = v;
	s->options = *o;
	s->socket = -1;
	server_count_fds(s);
	s->path = strdup(o->path);
	s->mail = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (getrandom(&s->generation, sizeof(s->generation), 0) < 0)
		s->generation = (uint32_t)getpid();
	if (s->path == NULL || s->mail < 0 ||
	    vale_watch(v, s->mail, VALE_READ, server_mail, s) != 0) {
		diag(why, ERR_NOMEM, "no memory or descriptors");
		server_free(s);
		return NULL;
	}
	if (server_listen(s, why) != 0 ||
	    vale_watch(v, s->socket, VALE_READ, server_accept, s) != 0) {
		diag(why, ERR_NOMEM, "out of memory");
		server_free(s);
		return NULL;
	}
	return s;
}

void
server_free(struct server *s)
{
	while (s->conns != NULL)
		conn_free(s->conns);
	account_free_all(s);
	vale_never(&s->listen);
	if (s->socket >= 0) {
		(void)vale_watch(s->vale, s->socket, 0, NULL, NULL);
		close(s->socket);
		vale_release(s->vale, "listen", &s->opened);
	}
	if (s->mail >= 0) {
		(void)vale_watch(s->vale, s->mail, 0, NULL, NULL);
		close(s->mail);
	}
	policy_free(s->options.policy);
	free(s->path);
	free(s);
}
