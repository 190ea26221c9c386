/* SPDX-License-Identifier: BSD-3-Clause */
/* opener_serve.c -- the helper's side of opener.h, and what both share. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/vec.h"
#include "vale/opener_wire.h"

int
errno_error(int e)
{
	switch (e) {
	case EPERM:
	case EACCES:
		return ERR_PERM;
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return ERR_NOTFOUND;
	case ENOMEM:
	case ENOBUFS:
		return ERR_NOMEM;
	case EBUSY:
	case EADDRINUSE:
		return ERR_BUSY;
	case EOPNOTSUPP:
		return ERR_NOTSUP;
	default:
		return ERR_IO;
	}
}

struct str
vale_option(struct str args, const char *key)
{
	struct str k = str_of(key);

	while (args.n > 0) {
		size_t comma = str_find(args, ',', 0);
		struct str one = str_sub(args, 0, comma);

		if (str_starts(one, k) && one.n > k.n && one.s[k.n] == '=')
			return str_from(one, k.n + 1);
		args = str_from(args, comma + 1);
	}
	return STR("");
}

/* ---- namespaces ---- */

int
namespace_enter(struct str name, int *back, struct diag *why)
{
	char path[256];
	int fd, err = 0;

	*back = -1;
	if (name.n == 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s%.*s",
	    name.s[0] == '/' ? "" : "/run/netns/", STR_ARG(name));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag(why, errno_error(errno), "netns %.*s: %s",
		    STR_ARG(name), strerror(errno));
	*back = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (*back < 0 || setns(fd, CLONE_NEWNET) != 0) {
		err = diag(why, errno_error(errno), "netns %.*s: %s",
		    STR_ARG(name), strerror(errno));
		if (*back >= 0)
			close(*back);
		*back = -1;
	}
	close(fd);
	return err;
}

void
namespace_leave(int back)
{
	if (back < 0)
		return;
	/* In the wrong namespace everything else would be wrong. */
	if (setns(back, CLONE_NEWNET) != 0)
		abort();
	close(back);
}

/* ---- messages ---- */

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * OPENED_FDS)];
};

int
opener_send(int s, const void *message, size_t n, const int *fds)
{
	union control control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)message, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int some[OPENED_FDS];
	size_t k = 0;
	ssize_t sent;

	for (int i = 0; fds != NULL && i < OPENED_FDS; i++)
		if (fds[i] >= 0)
			some[k++] = fds[i];
	if (k > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * k);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * k);
		memcpy(CMSG_DATA(&control.align), some, sizeof(int) * k);
	}
	do {
		sent = sendmsg(s, &m, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)n ? 0 : ERR_IO;
}

int
opener_receive(int s, void *message, size_t n, int *fds)
{
	union control control;
	struct iovec iov = { message, n };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *h;
	ssize_t got;

	do {
		got = recvmsg(s, &m, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	h = got > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (h != NULL && fds != NULL && h->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(h), h->cmsg_len - CMSG_LEN(0));
	return got == (ssize_t)n ? 0 : ERR_IO;
}

/* ---- the helper ---- */

struct kept {
	const struct vale_open *how;
	struct vale_opened opened;
};

struct helper {
	VEC(struct kept) kept;
	uint32_t number;
};

static void
helper_close(struct vale_opened *o)
{
	for (int i = 0; i < OPENED_FDS; i++)
		if (o->fd[i] >= 0)
			close(o->fd[i]);
}

static void
helper_open(struct helper *h, int s, const struct opener_request *q)
{
	struct kept k = { .how = vale_open_find(str_of(q->name)) };
	struct opener_answer a = { .err = ERR_NOTFOUND };
	struct diag why = { "" };

	for (int i = 0; i < OPENED_FDS; i++)
		k.opened.fd[i] = -1;
	if (k.how != NULL)
		a.err = k.how->open(str_of(q->args), &k.opened, &why);
	k.opened.number = a.number = ++h->number;
	memcpy(a.text, k.opened.text, sizeof(a.text));
	memcpy(a.why, why.text, sizeof(a.why));
	(void)opener_send(s, &a, sizeof(a), k.opened.fd); /* else: the end */
	helper_close(&k.opened);
	if (k.how == NULL || a.err != 0 || k.how->release == NULL)
		return;
	if (vec_push(&h->kept, k) != 0)
		k.how->release(&k.opened);
}

static void
helper_release(struct helper *h, uint32_t number)
{
	for (size_t i = 0; i < h->kept.n; i++) {
		struct kept *k = &h->kept.v[i];

		if (k->opened.number != number)
			continue;
		k->how->release(&k->opened);
		*k = h->kept.v[--h->kept.n];
		return;
	}
}

void
opener_serve(int s)
{
	struct helper h = { .number = 0 };
	struct opener_request q;

	/* Ctrl-C is for the switch, whose end is ours. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_NAME, "vale-opener");
	while (opener_receive(s, &q, sizeof(q), NULL) == 0) {
		q.name[sizeof(q.name) - 1] = q.args[sizeof(q.args) - 1] = '\0';
		if (q.what == OPENER_OPEN)
			helper_open(&h, s, &q);
		else
			helper_release(&h, q.number);
	}
	while (h.kept.n > 0)
		helper_release(&h, h.kept.v[0].opened.number);
	vec_fini(&h.kept);
	_exit(0);
}
