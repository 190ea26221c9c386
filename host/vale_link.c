/* SPDX-License-Identifier: BSD-3-Clause */
/* vale_link.c -- see vale_link.h. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/vale.h"
#include "base/addr.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "host/vale_link.h"

enum { LINK_FDS = 2 };

/* What came back: text, and descriptors in order. */
struct link_answer {
	char text[VALE_ANSWER_MAX + 32];
	size_t n;
	int fd[LINK_FDS];
	unsigned int nfds;
};

/* Until the socket is ready for events; ERR_TIMEDOUT. */
static int
link_wait(const struct vale_link *k, short events)
{
	struct pollfd p = { .fd = k->socket, .events = events };
	int n;

	/* A signal starts the wait anew: nothing here is exact. */
	do
		n = poll(&p, 1, k->timeout_ms);
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : ERR_TIMEDOUT;
}

/* Sends a line, with fd beside its first byte if that is 0 or more. */
static int
link_send(int socket, struct str line, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)line.s, line.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *h = &control.align;

		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = sizeof(control.bytes);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	}
	return sendmsg(socket, &m, MSG_NOSIGNAL) == (ssize_t)line.n ? 0
	                                                            : ERR_IO;
}

static void
link_take_fds(struct msghdr *m, struct link_answer *a)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(fd));
			if (a->nfds < LINK_FDS)
				a->fd[a->nfds++] = fd;
			else
				close(fd);
		}
	}
}

static void
link_drop_fds(struct link_answer *a)
{
	while (a->nfds > 0)
		close(a->fd[--a->nfds]);
}

/* Where the text of a whole answer begins; 0: more must come. */
static size_t
link_complete(const struct link_answer *a, bool *good)
{
	char verdict[8];
	unsigned int n;
	int head = 0;

	if (sscanf(a->text, "%7s %u%n", verdict, &n, &head) != 2 ||
	    a->text[head] != '\n' || a->n < (size_t)head + 1 + n)
		return 0;
	*good = strcmp(verdict, "ok") == 0;
	return (size_t)head + 1;
}

/*
 * Asks and waits for the answer: its text, in a.  A refusal's sentence goes to
 * *why.
 */
static int
link_ask(const struct vale_link *k, struct str line, int fd,
    struct link_answer *a, struct str *text, struct diag *why)
{
	bool good = false;
	size_t start = 0;

	memset(a, 0, sizeof(*a));
	if (link_wait(k, POLLOUT) != 0)
		return diag(why, ERR_CLOSED, "the switch has gone");
	/* Who was turned away has been told why: that can still be read. */
	if (link_send(k->socket, line, fd) != 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		return diag(why, ERR_CLOSED, "the switch has gone");
	while (start == 0 && a->n + 1 < sizeof(a->text)) {
		char control[CMSG_SPACE(sizeof(int) * 8)]
		    __attribute__((aligned(8)));
		struct iovec iov = { a->text + a->n,
			sizeof(a->text) - 1 - a->n };
		struct msghdr m = { .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control) };
		bool late = link_wait(k, POLLIN) != 0;
		ssize_t n = late ? 0 : recvmsg(k->socket, &m, MSG_CMSG_CLOEXEC);

		if (n <= 0 && (n == 0 || errno != EINTR)) {

			link_drop_fds(a);
			return diag(why, late ? ERR_TIMEDOUT : ERR_CLOSED,
			    late ? "the switch does not answer"
			         : "the switch has gone");
		}
		if (n > 0) {
			link_take_fds(&m, a);
			a->n += (size_t)n;
			start = link_complete(a, &good);
		}
	}
	*text = str_trim(str_make(a->text + start, a->n - start));
	if (start != 0 && good)
		return 0;
	link_drop_fds(a);
	return diag(
	    why, start == 0 ? ERR_PEER : ERR_PERM, "%.*s", STR_ARG(*text));
}

static struct str
link_value(struct str words, const char *key)
{
	for (struct str w = str_word(&words); w.n > 0; w = str_word(&words)) {
		size_t eq = str_find(w, '=', 0);

		if (eq < w.n && str_is(str_sub(w, 0, eq), key))
			return str_from(w, eq + 1);
	}
	return STR("");
}

static uint32_t
link_number(struct str words, const char *key)
{
	struct str v = link_value(words, key);

	return v.n > 0 ? (uint32_t)strtoul(v.s, NULL, 10) : 0;
}

int
vale_link_connect(struct vale_link *k, struct diag *why)
{
	const char *path = getenv(VALE_SOCKET_ENV);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int err;

	if (path == NULL || path[0] == '\0')
		path = VALE_SOCKET;
	if (!str_copy(str_of(path), a.sun_path, sizeof(a.sun_path)))
		return diag(why, ERR_INVAL, "%s: too long a name", path);
	k->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (k->socket < 0)
		return diag(why, ERR_IO, "socket: %s", strerror(errno));
	if (connect(k->socket, (struct sockaddr *)&a, sizeof(a)) == 0)
		return 0;
	err = diag(why, ERR_NOTFOUND, "%s: %s; is `vale serve` running?", path,
	    strerror(errno));
	vale_link_close(k);
	return err;
}

/* Takes the descriptors that the guest request must have brought. */
static int
link_take_region(
    struct vale_link *k, struct link_answer *a, int *memfd, struct diag *why)
{
	if (a->nfds != (*memfd < 0 ? 2 : 1)) {
		link_drop_fds(a);
		return diag(why, ERR_PEER,
		    "the switch passes a wrong number of descriptors");
	}
	k->event = a->fd[0];
	if (*memfd < 0)
		*memfd = a->fd[1];
	return 0;
}

/* It answers in our version, or has said that it does not speak that. */
static int
link_check_version(struct link_answer *a, struct str text, struct diag *why)
{
	struct str version = link_value(text, "version");

	if (link_number(text, "version") == NETRING_VERSION)
		return 0;
	link_drop_fds(a);
	return diag(why, ERR_NOTSUP,
	    "the switch speaks netring version '%.*s', this program %d",
	    STR_ARG(version), NETRING_VERSION);
}

int
vale_link_guest(struct vale_link *k, const struct netring_layout *l,
    uint32_t features, int timeout_ms, int *memfd, struct diag *why)
{
	struct link_answer a;
	char line[128];
	struct str text;
	int err;

	k->timeout_ms = timeout_ms;
	snprintf(line, sizeof(line),
	    "guest version=%d slots=%u buffers=%u ports=%u features=%u\n",
	    NETRING_VERSION, l->slots, l->buffers, l->ports, features);
	err = link_ask(k, str_of(line), *memfd, &a, &text, why);
	if (err == 0)
		err = link_check_version(&a, text, why);
	if (err == 0)
		err = link_take_region(k, &a, memfd, why);
	if (err != 0) {
		vale_link_close(k);
		return err;
	}
	k->features = link_number(text, "features") & features;
	return 0;
}

int
vale_link_open(struct vale_link *k, const struct netring_layout *l,
    uint32_t features, int timeout_ms, int *memfd, struct diag *why)
{
	int err = vale_link_connect(k, why);

	return err != 0
	           ? err
	           : vale_link_guest(k, l, features, timeout_ms, memfd, why);
}

void
vale_link_close(struct vale_link *k)
{
	if (k->socket >= 0)
		close(k->socket);
	if (k->event >= 0)
		close(k->event);
	k->socket = k->event = -1;
}

int
vale_link_port(struct vale_link *k, struct str name, uint32_t index,
    uint8_t mac[static 6], uint16_t *mtu, struct diag *why)
{
	struct link_answer a;
	char line[160];
	struct str text;
	int err;

	if (name.n > 100)
		return diag(
		    why, ERR_INVAL, "%.*s: too long a name", STR_ARG(name));
	snprintf(
	    line, sizeof(line), "port %.*s index=%u\n", STR_ARG(name), index);
	err = link_ask(k, str_of(line), -1, &a, &text, why);
	if (err != 0)
		return err;
	link_drop_fds(&a);
	*mtu = (uint16_t)link_number(text, "mtu");
	if (*mtu < 68 || !ether_parse(link_value(text, "mac"), mac))
		return diag(why, ERR_PEER, "%.*s: the switch answers '%.*s'",
		    STR_ARG(name), STR_ARG(text));
	return 0;
}

int
vale_link_close_port(struct vale_link *k, uint32_t index, struct diag *why)
{
	struct link_answer a;
	char line[32];
	struct str text;
	int err;

	snprintf(line, sizeof(line), "close index=%u\n", index);
	err = link_ask(k, str_of(line), -1, &a, &text, why);
	if (err == 0)
		link_drop_fds(&a);
	return err;
}

/* A request whose answer says nothing but that it was done. */
static int
link_tell(
    struct vale_link *k, const char *verb, struct str args, struct diag *why)
{
	struct strbuf line = STRBUF_INIT;
	struct link_answer a;
	struct str text;
	int err;

	sb_printf(&line, "%s %.*s\n", verb, STR_ARG(args));
	err = line.oom ? diag(why, ERR_NOMEM, "out of memory")
	               : link_ask(k, sb_str(&line), -1, &a, &text, why);
	if (err == 0)
		link_drop_fds(&a);
	sb_fini(&line);
	return err;
}

int
vale_link_only(struct vale_link *k, struct str ports, struct diag *why)
{
	return link_tell(k, "only", ports, why);
}

int
vale_link_take(struct vale_link *k, struct str token, struct diag *why)
{
	return link_tell(k, "take", token, why);
}

void
vale_link_ring(const struct vale_link *k)
{
	/* A full socket wakes just as well. */
	(void)!send(k->socket, "\n", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool
vale_link_alive(const struct vale_link *k)
{
	char byte;
	ssize_t n = recv(k->socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

	/* It says nothing unasked. */
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}
