/* SPDX-License-Identifier: BSD-3-Clause */
/* xen_store.c -- see xen_store.h; the messages are of xen/io/xs_wire.h. */
#include "cosmos/xen_store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/str.h"
#include "base/strbuf.h"

#include <xen/io/xs_wire.h>

#define STORE_SOCKET "/run/xenstored/socket"
#define STORE_DEVICE "/dev/xen/xenbus"

enum {
	READ_SIZE = 4096,
	/* In a request's number: that there is nothing to remove is well. */
	MAY_BE_MISSING = 1u << 30,
};

struct event {
	struct event *next;
	char path[];
};

struct xen_store {
	int fd;
	bool device;   /* takes a message a write() */
	uint32_t last; /* number of the newest request */
	unsigned int unanswered;
	int error; /* the first since xen_store_done() */
	struct strbuf out, in;
	struct event *first, **end;
};

/* ---- bytes ---- */

static int
store_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = STORE_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

struct xen_store *
xen_store_open(void)
{
	struct xen_store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->end = &s->first;
	s->fd = store_connect();
	if (s->fd >= 0)
		return s;
	s->device = true;
	s->fd = open(STORE_DEVICE, O_RDWR | O_CLOEXEC);
	if (s->fd >= 0)
		return s;
	free(s);
	return NULL;
}

void
xen_store_close(struct xen_store *s)
{
	xen_store_forget(s);
	sb_fini(&s->out);
	sb_fini(&s->in);
	close(s->fd);
	free(s);
}

int
xen_store_fd(const struct xen_store *s)
{
	return s->fd;
}

static void
store_failed(struct xen_store *s, int error)
{
	if (s->error == 0)
		s->error = error;
}

static size_t
store_message_size(const char *at)
{
	struct xsd_sockmsg head;

	memcpy(&head, at, sizeof(head));
	return sizeof(head) + head.len;
}

/* Sends what is queued.  Once that has failed nothing will be answered. */
static void
store_send(struct xen_store *s)
{
	size_t at = 0, n;
	ssize_t sent;

	if (s->out.oom)
		errno = ENOMEM;
	while (!s->out.oom && at < s->out.n) {
		n = s->device ? store_message_size(s->out.s + at)
		              : s->out.n - at;
		sent = s->device ? write(s->fd, s->out.s + at, n)
		                 : send(s->fd, s->out.s + at, n, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			break;
		at += (size_t)sent;
	}
	if (s->out.oom || at < s->out.n) {
		store_failed(s, errno);
		s->unanswered = 0;
	}
	sb_clear(&s->out);
}

static void
store_event_add(struct xen_store *s, const char *path, size_t n)
{
	struct event *e = malloc(sizeof(*e) + n + 1);

	if (e == NULL) {
		store_failed(s, ENOMEM);
		return;
	}
	e->next = NULL;
	memcpy(e->path, path, n);
	e->path[n] = '\0'; /* the token follows its own NUL */
	*s->end = e;
	s->end = &e->next;
}

static int
store_errno(const char *name, size_t n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xsd_errors); i++)
		if (strncmp(xsd_errors[i].errstring, name, n) == 0)
			return xsd_errors[i].errnum;
	return EINVAL;
}

/* What is waited for; id 0: nothing in particular. */
struct answer {
	uint32_t id;
	bool here;
	int error;
	char *value;
	uint32_t n;
};

static void
store_answer(struct xen_store *s, const struct xsd_sockmsg *head,
    const char *payload, struct answer *a)
{
	int error =
	    head->type == XS_ERROR ? store_errno(payload, head->len) : 0;

	if (s->unanswered > 0)
		s->unanswered--;
	if (head->req_id != a->id || a->id == 0) {
		if (error != 0 &&
		    !(error == ENOENT && (head->req_id & MAY_BE_MISSING) != 0))
			store_failed(s, error);
		return;
	}
	a->here = true;
	a->error = error;
	if (error != 0)
		return;
	a->n = head->len;
	a->value = malloc(head->len + 1u);
	if (a->value == NULL) {
		a->error = ENOMEM;
		return;
	}
	memcpy(a->value, payload, head->len);
	a->value[head->len] = '\0';
}

/* Takes the messages that are whole. */
static void
store_take(struct xen_store *s, struct answer *a)
{
	struct xsd_sockmsg head;
	size_t at = 0;

	while (s->in.n - at >= sizeof(head)) {
		const char *payload = s->in.s + at + sizeof(head);

		memcpy(&head, s->in.s + at, sizeof(head));
		if (s->in.n - at - sizeof(head) < head.len)
			break;
		if (head.type == XS_WATCH_EVENT)
			store_event_add(s, payload, head.len);
		else
			store_answer(s, &head, payload, a);
		at += sizeof(head) + head.len;
	}
	if (at > 0) {
		memmove(s->in.s, s->in.s + at, s->in.n - at);
		s->in.n -= at;
	}
}

/* Reads what there is, at least a byte.  False: there will be no more. */
static bool
store_receive(struct xen_store *s, struct answer *a)
{
	char *to = sb_reserve(&s->in, READ_SIZE);
	ssize_t n;

	if (to == NULL) {
		store_failed(s, ENOMEM);
		return false;
	}
	do
		n = read(s->fd, to, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		store_failed(s, n < 0 ? errno : EPIPE);
		s->unanswered = 0;
		return false;
	}
	s->in.n += (size_t)n;
	store_take(s, a);
	return true;
}

/* ---- requests ---- */

/* The parts of a payload: texts with their NULs, then bytes without. */
static uint32_t
store_ask(struct xen_store *s, uint32_t type, uint32_t t,
    const char *const *text, unsigned int texts, struct str bytes)
{
	struct xsd_sockmsg head = { .type = type, .tx_id = t };
	unsigned int i;

	s->last = (s->last + 1) & (MAY_BE_MISSING - 1);
	s->last += s->last == 0;
	head.req_id = s->last | (type == XS_RM ? MAY_BE_MISSING : 0);
	head.len = (uint32_t)bytes.n;
	for (i = 0; i < texts; i++)
		head.len += (uint32_t)strlen(text[i]) + 1;
	if (head.len > XENSTORE_PAYLOAD_MAX) {
		store_failed(s, E2BIG);
		return 0;
	}
	sb_add(&s->out, str_make((const char *)&head, sizeof(head)));
	for (i = 0; i < texts; i++)
		sb_add(&s->out, str_make(text[i], strlen(text[i]) + 1));
	sb_add(&s->out, bytes);
	s->unanswered++;
	return head.req_id;
}

static void
store_tell(struct xen_store *s, uint32_t type, uint32_t t, const char *path)
{
	(void)store_ask(s, type, t, &path, 1, STR(""));
}

static char *
store_question(struct xen_store *s, uint32_t type, uint32_t t, const char *text,
    uint32_t *n)
{
	struct answer a = { .id = store_ask(s, type, t, &text, 1, STR("")) };

	store_send(s);
	while (
	    a.id != 0 && !a.here && s->unanswered > 0 && store_receive(s, &a))
		;
	if (!a.here || a.error != 0) {
		errno = a.here ? a.error : s->error;
		return NULL;
	}
	if (n != NULL)
		*n = a.n;
	return a.value;
}

bool
xen_store_done(struct xen_store *s)
{
	struct answer none = { .id = 0 };

	store_send(s);
	while (s->unanswered > 0 && store_receive(s, &none))
		;
	errno = s->error;
	s->error = 0;
	return errno == 0;
}

void
xen_store_write_bytes(struct xen_store *s, uint32_t t, const char *path,
    const char *value, uint32_t n)
{
	(void)store_ask(s, XS_WRITE, t, &path, 1, str_make(value, n));
}

void
xen_store_write(
    struct xen_store *s, uint32_t t, const char *path, const char *value)
{
	xen_store_write_bytes(s, t, path, value, (uint32_t)strlen(value));
}

void
xen_store_mkdir(struct xen_store *s, uint32_t t, const char *path)
{
	store_tell(s, XS_MKDIR, t, path);
}

void
xen_store_rm(struct xen_store *s, uint32_t t, const char *path)
{
	store_tell(s, XS_RM, t, path);
}

void
xen_store_give(struct xen_store *s, uint32_t t, const char *path,
    uint32_t owner, uint32_t reader)
{
	char all[16], read[16];
	const char *const text[] = { path, all, read };

	snprintf(all, sizeof(all), "n%u", owner);
	snprintf(read, sizeof(read), "r%u", reader);
	(void)store_ask(
	    s, XS_SET_PERMS, t, text, owner != reader ? 3 : 2, STR(""));
}

void
xen_store_watch(struct xen_store *s, const char *path)
{
	const char *const text[] = { path, "cosmos" };

	(void)store_ask(s, XS_WATCH, 0, text, 2, STR(""));
}

void
xen_store_unwatch(struct xen_store *s, const char *path)
{
	const char *const text[] = { path, "cosmos" };

	(void)store_ask(s, XS_UNWATCH, 0, text, 2, STR(""));
}

void
xen_store_introduce(
    struct xen_store *s, uint32_t domid, unsigned long frame, uint32_t port)
{
	char id[16], at[24], channel[16];
	const char *const text[] = { id, at, channel };

	snprintf(id, sizeof(id), "%u", domid);
	snprintf(at, sizeof(at), "%lu", frame);
	snprintf(channel, sizeof(channel), "%u", port);
	(void)store_ask(s, XS_INTRODUCE, 0, text, 3, STR(""));
}

void
xen_store_resume(struct xen_store *s, uint32_t domid)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", domid);
	store_tell(s, XS_RESUME, 0, id);
}

char *
xen_store_read(struct xen_store *s, uint32_t t, const char *path, uint32_t *n)
{
	return store_question(s, XS_READ, t, path, n);
}

char *
xen_store_list(struct xen_store *s, const char *path, uint32_t *n)
{
	return store_question(s, XS_DIRECTORY, 0, path, n);
}

/* ---- transactions ---- */

uint32_t
xen_store_begin(struct xen_store *s)
{
	char *id = store_question(s, XS_TRANSACTION_START, 0, "", NULL);
	uint32_t t = id != NULL ? (uint32_t)strtoul(id, NULL, 10) : 0;

	free(id);
	return t;
}

static bool
store_end(struct xen_store *s, uint32_t t, const char *how)
{
	char *said = store_question(s, XS_TRANSACTION_END, t, how, NULL);

	free(said);
	return said != NULL;
}

bool
xen_store_commit(struct xen_store *s, uint32_t t)
{
	int error;

	if (xen_store_done(s))
		return store_end(s, t, "T");
	error = errno;
	xen_store_abort(s, t);
	errno = error;
	return false;
}

void
xen_store_abort(struct xen_store *s, uint32_t t)
{
	(void)store_end(s, t, "F"); /* nothing of it will be seen anyway */
	(void)xen_store_done(s);
}

/* ---- events ---- */

char *
xen_store_event(struct xen_store *s, int timeout_ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	struct answer none = { .id = 0 };
	struct event *e;
	char *path;

	if (s->out.n > 0)
		store_send(s);
	while (s->first == NULL) {
		if (poll(&p, 1, timeout_ms) <= 0 || !store_receive(s, &none))
			return NULL;
	}
	e = s->first;
	s->first = e->next;
	if (s->first == NULL)
		s->end = &s->first;
	path = strdup(e->path);
	free(e);
	return path;
}

void
xen_store_forget(struct xen_store *s)
{
	struct event *e;

	while ((e = s->first) != NULL) {
		s->first = e->next;
		free(e);
	}
	s->end = &s->first;
}
