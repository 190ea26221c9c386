/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Socket(TYPE, ...) -- packets through a socket
 *
 *   Socket(TCP, ADDR, PORT [, LOCAL_ADDR, LOCAL_PORT])
 *   Socket(UDP, ADDR, PORT [, LOCAL_ADDR, LOCAL_PORT])
 *   Socket(UNIX, FILENAME [, LOCAL_FILENAME])
 *   Socket(UNIX_DGRAM, FILENAME [, LOCAL_FILENAME])
 *
 *   in 0       data to send, pushed or pulled
 *   out 0      data received: one packet a datagram, or a read
 *
 *   CLIENT     true: connect to the address; false: bind it and, TCP and UNIX,
 *              accept one connection at a time; default: true without output
 *   SNAPLEN    bytes received at once, default 2048
 *   HEADROOM   room in front of each packet
 *   TIMESTAMP  true (default): packets get the time of arrival
 *   NODELAY    true (default): TCP sends small segments at once
 *   SNDBUF, RCVBUF  sizes of the kernel's buffers
 *   ALLOW, DENY     route tables (RadixIPLookup...): a server takes no data
 *              from addresses in DENY that are not in ALLOW
 *   VERBOSE    true: say when connections come and go; default false
 *
 * A UDP server sends to whoever it heard from last; a UDP client of address
 * 0.0.0.0 sends to the destination annotation.  What is pushed waits for room
 * in the socket for a second at most, then it is dropped; what is pulled is
 * pulled as it fits.
 *
 *   drops      read: packets that could not be sent
 *
 *     Socket(UDP, 0.0.0.0, 5000) -> Print -> Discard;
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "click/anno.h"
#include "click/notifier.h"
#include "click/router.h"
#include "elements/host/host_element.h"
#include "elements/ip/ip_route_table.h"
#include "os/os.h"

enum { SNAPLEN_DEFAULT = 2048, PUSH_WAIT_MS = 1000 };

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

struct socket_element {
	int family, type;
	union address remote, local;
	socklen_t remote_len, local_len;
	bool have_local, client, any_remote;
	bool timestamp, nodelay, verbose;
	int32_t sndbuf, rcvbuf;
	uint32_t snaplen, headroom;
	struct ip_route_table *allow, *deny;
	int fd, active;      /* the second carries data; they may be the same */
	bool have_fd;        /* they have been set (state starts zeroed) */
	struct packet *rest; /* of the packet being sent */
	uint8_t *buffer;
	uint64_t drops;
	struct task task;
	struct signal nonempty;
};

static void socket_ready(void *arg, unsigned int events);

/* ---- arguments ---- */

static int
socket_set_path(union address *a, socklen_t *len, struct str path,
    const char *which, struct errh *errh)
{
	/* A name in the abstract space (first byte 0) needs no NUL. */
	size_t max = sizeof(a->un.sun_path) - (path.n > 0 && path.s[0] != 0);

	if (path.n > max)
		return errh_error(
		    errh, "%s filename '%.*s' too long", which, STR_ARG(path));
	a->un.sun_family = AF_UNIX;
	if (path.n > 0)
		memcpy(a->un.sun_path, path.s, path.n);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n +
	                   (path.n > 0 && path.s[0] != 0));
	return 0;
}

static int
socket_configure_inet(struct socket_element *s, struct args *a, bool tcp)
{
	uint32_t remote = 0, local = 0;
	uint16_t port = 0, local_port = 0;
	int err;

	args_ip4(a, "ADDR", ARG_POS | ARG_MAND, &remote);
	if (tcp)
		args_tcp_port(a, "PORT", ARG_POS | ARG_MAND, &port);
	else
		args_udp_port(a, "PORT", ARG_POS | ARG_MAND, &port);
	args_ip4(a, "LOCAL_ADDR", ARG_POS, &local);
	if (tcp)
		args_tcp_port(a, "LOCAL_PORT", ARG_POS, &local_port);
	else
		args_udp_port(a, "LOCAL_PORT", ARG_POS, &local_port);
	err = args_complete(a);
	s->family = AF_INET;
	s->type = tcp ? SOCK_STREAM : SOCK_DGRAM;
	s->remote.in.sin_family = s->local.in.sin_family = AF_INET;
	s->remote.in.sin_addr.s_addr = remote;
	s->remote.in.sin_port = htons(port);
	s->local.in.sin_addr.s_addr = local;
	s->local.in.sin_port = htons(local_port);
	s->remote_len = s->local_len = sizeof(s->remote.in);
	s->have_local = local_port != 0;
	s->any_remote = remote == 0;
	return err;
}

static int
socket_configure_unix(
    struct socket_element *s, struct args *a, bool stream, struct errh *errh)
{
	struct str remote = { NULL, 0 }, local = { NULL, 0 };
	int err;

	args_filename(a, "FILENAME", ARG_POS | ARG_MAND, &remote);
	args_filename(a, "LOCAL_FILENAME", ARG_POS, &local);
	err = args_complete(a);
	s->family = AF_UNIX;
	s->type = stream ? SOCK_STREAM : SOCK_DGRAM;
	if (err == 0)
		err = socket_set_path(
		    &s->remote, &s->remote_len, remote, "remote", errh);
	if (err == 0)
		err = socket_set_path(
		    &s->local, &s->local_len, local, "local", errh);
	s->have_local = local.n > 0;
	str_free(&remote);
	str_free(&local);
	return err;
}

static int
socket_route_table(
    struct element *o, struct ip_route_table **table, struct errh *errh)
{
	if (o == NULL)
		return 0;
	*table = element_cast(o, "IPRouteTable");
	if (*table == NULL)
		return errh_error(
		    errh, "%.*s is not an IPRouteTable", STR_ARG(o->name));
	return 0;
}

static int
socket_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct socket_element *s = element_state(e);
	struct element *allow = NULL, *deny = NULL;
	struct str type = { NULL, 0 };
	struct args a;
	int err;

	s->fd = s->active = -1;
	s->have_fd = true;
	s->client = e->nout == 0;
	s->timestamp = s->nodelay = true;
	s->sndbuf = s->rcvbuf = -1;
	s->snaplen = SNAPLEN_DEFAULT;
	s->headroom = PACKET_HEADROOM;
	args_init(&a, conf, e, errh);
	args_str(&a, "TYPE", ARG_POS | ARG_MAND, &type);
	args_bool(&a, "VERBOSE", 0, &s->verbose);
	args_u32(&a, "SNAPLEN", 0, &s->snaplen);
	args_u32(&a, "HEADROOM", 0, &s->headroom);
	args_bool(&a, "TIMESTAMP", 0, &s->timestamp);
	args_i32(&a, "RCVBUF", 0, &s->rcvbuf);
	args_i32(&a, "SNDBUF", 0, &s->sndbuf);
	args_bool(&a, "NODELAY", 0, &s->nodelay);
	args_bool(&a, "CLIENT", 0, &s->client);
	args_element(&a, "ALLOW", 0, NULL, &allow);
	args_element(&a, "DENY", 0, NULL, &deny);
	err = args_execute(&a);
	if (err == 0)
		err = socket_route_table(allow, &s->allow, errh);
	if (err == 0)
		err = socket_route_table(deny, &s->deny, errh);
	if (err != 0)
		args_fini(&a);
	else if (str_is_nocase(type, "TCP") || str_is_nocase(type, "UDP"))
		err = socket_configure_inet(s, &a, str_is_nocase(type, "TCP"));
	else if (str_is_nocase(type, "UNIX") ||
	         str_is_nocase(type, "UNIX_DGRAM"))
		err = socket_configure_unix(
		    s, &a, str_is_nocase(type, "UNIX"), errh);
	else {
		args_fini(&a);
		err = errh_error(
		    errh, "unknown socket type `%.*s'", STR_ARG(type));
	}
	if (err == 0 && (s->snaplen < 1 || s->snaplen > PACKET_MAX))
		err = errh_error(errh, "SNAPLEN out of range");
	str_free(&type);
	return err;
}

/* ---- opening ---- */

static int
socket_failed(struct errh *errh, const char *call)
{
	return errh_error(errh, "%s: %s", call, strerror(errno));
}

static int
socket_set_options(struct socket_element *s, struct errh *errh)
{
	static const int on = 1;

	if (s->family == AF_INET && s->type == SOCK_STREAM && s->nodelay &&
	    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		return socket_failed(errh, "setsockopt(TCP_NODELAY)");
	if (s->sndbuf >= 0 && setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF,
	                          &s->sndbuf, sizeof(s->sndbuf)) != 0)
		return socket_failed(errh, "setsockopt(SO_SNDBUF)");
	if (s->rcvbuf >= 0 && setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF,
	                          &s->rcvbuf, sizeof(s->rcvbuf)) != 0)
		return socket_failed(errh, "setsockopt(SO_RCVBUF)");
	return 0;
}

static int
socket_open(struct element *e, struct errh *errh)
{
	struct socket_element *s = element_state(e);
	int err;

	s->fd = socket(s->family, s->type | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return socket_failed(errh, "socket");
	err = socket_set_options(s, errh);
	if (err != 0)
		return err;
	if (!s->client) { /* the address given is our own */
		s->local = s->remote;
		s->local_len = s->remote_len;
		s->have_local = true;
	}
	if (s->have_local && bind(s->fd, &s->local.sa, s->local_len) != 0) {
		s->have_local = false; /* not ours to remove */
		return socket_failed(errh, "bind");
	}
	if (s->client && s->type == SOCK_STREAM &&
	    connect(s->fd, &s->remote.sa, s->remote_len) != 0)
		return socket_failed(errh, "connect");
	if (!s->client && s->type == SOCK_STREAM && listen(s->fd, 2) != 0)
		return socket_failed(errh, "listen");
	if (s->client || s->type == SOCK_DGRAM)
		s->active = s->fd;
	if (s->verbose && s->type == SOCK_STREAM)
		element_say(e,
		    s->client ? "opened connection %d"
		              : "listening for connections (%d)",
		    s->fd);
	(void)fcntl(s->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

/* Watches what there is to hear, and room while something waits for it. */
static int
socket_watch(struct element *e)
{
	struct socket_element *s = element_state(e);
	struct os_waiter *w = e->thread->waiter;
	unsigned int events = e->nout > 0 ? OS_FD_READ : 0;
	int err = 0;

	if (s->active != s->fd && s->fd >= 0)
		err = os_watch_fd(
		    w, s->fd, s->active < 0 ? OS_FD_READ : 0, socket_ready, e);
	if (s->rest != NULL)
		events |= OS_FD_WRITE;
	if (err == 0 && s->active >= 0)
		err = os_watch_fd(w, s->active, events, socket_ready, e);
	return err;
}

static void
socket_close_active(struct element *e)
{
	struct socket_element *s = element_state(e);

	if (s->active < 0)
		return;
	(void)os_watch_fd(e->thread->waiter, s->active, 0, NULL, NULL);
	close(s->active);
	if (s->verbose)
		element_say(e, "closed connection %d", s->active);
	if (s->active == s->fd)
		s->fd = -1;
	s->active = -1;
	if (s->rest != NULL) {
		s->drops++;
		packet_kill(e->thread, s->rest);
		s->rest = NULL;
	}
	(void)socket_watch(e); /* for the next one; else it comes never */
}

/* ---- receiving ---- */

static bool
socket_allows(const struct socket_element *s, const union address *from)
{
	uint32_t addr = from->in.sin_addr.s_addr;

	if (s->family != AF_INET)
		return true;
	if (s->allow != NULL &&
	    ip_routes_lookup(&s->allow->routes, addr).port >= 0)
		return true;
	return s->deny == NULL ||
	       ip_routes_lookup(&s->deny->routes, addr).port < 0;
}

static void
socket_accept(struct element *e)
{
	struct socket_element *s = element_state(e);
	union address from = { .sa = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof(from);
	int fd = accept4(s->fd, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != ECONNABORTED)
			element_say(e, "accept: %s", strerror(errno));
		return;
	}
	if (s->verbose && s->family == AF_INET)
		element_say(e, "%s connection %d from %s:%d",
		    socket_allows(s, &from) ? "opened" : "denied", fd,
		    inet_ntoa(from.in.sin_addr), ntohs(from.in.sin_port));
	else if (s->verbose)
		element_say(e, "opened connection %d", fd);
	if (!socket_allows(s, &from)) {
		close(fd);
		return;
	}
	s->active = fd;
	if (socket_watch(e) != 0)
		socket_close_active(e);
	else if (e->nin > 0 && !input_is_push(e, 0))
		task_schedule(&s->task);
}

/* One read; what came goes out as a packet. */
static void
socket_receive(struct element *e)
{
	struct socket_element *s = element_state(e);
	struct thread *t = e->thread;
	union address from = { .sa = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof(from);
	struct packet *p;
	ssize_t n;

	if (s->type == SOCK_STREAM)
		n = read(s->active, s->buffer, s->snaplen);
	else
		n = recvfrom(s->active, s->buffer, s->snaplen, MSG_TRUNC,
		    &from.sa, &len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 && s->verbose)
		element_say(e, "%s", strerror(errno));
	if (n < 0 && s->type == SOCK_DGRAM)
		return; /* an earlier datagram was refused; the next may not */
	if (n == 0 || n < 0) {
		if (s->type == SOCK_STREAM)
			socket_close_active(e);
		return;
	}
	if (s->type == SOCK_DGRAM && !s->client) {
		if (!socket_allows(s, &from))
			return;
		memcpy(&s->remote, &from, len);
		s->remote_len = len;
	}
	p = packet_new(t, s->headroom, s->buffer,
	    n > (ssize_t)s->snaplen ? s->snaplen : (uint32_t)n, 0);
	if (p == NULL)
		return;
	if (n > (ssize_t)s->snaplen)
		anno_set_u32(p, ANNO_EXTRA_LENGTH, (uint32_t)n - s->snaplen);
	if (s->timestamp)
		p->timestamp_ns = thread_wall_ns(t);
	output_push_one(e, 0, t, p);
}

/* ---- sending ---- */

enum sent { SENT, SENT_AGAIN, SENT_FAILED };

/* Sends p, or what is left of it. */
static enum sent
socket_send(struct element *e, struct packet *p)
{
	struct socket_element *s = element_state(e);

	if (s->client && s->any_remote && s->family == AF_INET &&
	    s->type == SOCK_DGRAM)
		s->remote.in.sin_addr.s_addr = anno_u32(p, ANNO_DST_IP);
	while (p->length > 0) {
		ssize_t n;

		if (s->type == SOCK_STREAM)
			n = send(s->active, p->data, p->length, MSG_NOSIGNAL);
		else
			n = sendto(s->active, p->data, p->length, MSG_NOSIGNAL,
			    &s->remote.sa, s->remote_len);
		if (n >= 0) {
			packet_pull(p, (uint32_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS)
			return SENT_AGAIN;
		if (s->verbose)
			element_say(e, "%s", strerror(errno));
		return SENT_FAILED;
	}
	return SENT;
}

static void
socket_drop(struct element *e, struct thread *t, struct packet *p)
{
	struct socket_element *s = element_state(e);

	s->drops++;
	packet_kill(t, p);
}

/* After a failure: a stream is at its end, a datagram is just lost. */
static void
socket_fail(struct element *e)
{
	struct socket_element *s = element_state(e);

	if (s->type == SOCK_STREAM)
		socket_close_active(e);
}

static void
socket_push_one(struct element *e, struct thread *t, struct packet *p)
{
	struct socket_element *s = element_state(e);
	struct pollfd room = { .fd = s->active, .events = POLLOUT };
	enum sent sent = SENT_FAILED;

	if (s->active >= 0)
		sent = socket_send(e, p);
	while (sent == SENT_AGAIN && poll(&room, 1, PUSH_WAIT_MS) > 0)
		sent = socket_send(e, p);
	if (sent == SENT) {
		packet_kill(t, p);
		return;
	}
	socket_drop(e, t, p);
	/* Half a packet would put a stream out of step. */
	socket_fail(e);
}

static void
socket_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		socket_push_one(e, b->thread, b->packet[i]);
}

/* Pulls one packet; NULL: there is none. */
static struct packet *
socket_pull_one(struct element *e, struct thread *t)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);
	struct packet *p = NULL;

	if (input_pull(e, 0, b, 1) > 0)
		p = b->packet[0];
	scratch_release(t, m);
	return p;
}

static bool
socket_run(struct element *e, struct task *task, struct thread *t)
{
	struct socket_element *s = element_state(e);
	bool had_rest = s->rest != NULL;
	struct packet *p = s->rest;
	enum sent sent;

	s->rest = NULL;
	if (s->active < 0)
		return false;
	if (p == NULL)
		p = socket_pull_one(e, t);
	if (p == NULL) {
		if (signal_active(&s->nonempty))
			task_reschedule(task);
		return false;
	}
	sent = socket_send(e, p);
	if (sent == SENT_AGAIN) {
		s->rest = p;
		if (socket_watch(e) != 0)
			socket_close_active(e);
		return false;
	}
	if (sent == SENT)
		packet_kill(t, p);
	else
		socket_drop(e, t, p);
	if (sent == SENT_FAILED)
		socket_fail(e);
	else if (had_rest)
		(void)socket_watch(e); /* without asking for room */
	if (s->active >= 0)
		task_reschedule(task);
	return true;
}

static void
socket_ready(void *arg, unsigned int events)
{
	struct element *e = arg;
	struct socket_element *s = element_state(e);

	if ((events & OS_FD_READ) != 0 && s->active < 0)
		socket_accept(e);
	else if ((events & OS_FD_READ) != 0 && e->nout > 0)
		socket_receive(e);
	if ((events & OS_FD_WRITE) != 0 && s->rest != NULL) {
		task_schedule(&s->task);
		/* It asks again if there is still no room. */
		(void)os_watch_fd(e->thread->waiter, s->active,
		    e->nout > 0 ? OS_FD_READ : 0, socket_ready, e);
	}
}

/* ---- life ---- */

static int
socket_initialize(struct element *e, struct errh *errh)
{
	struct socket_element *s = element_state(e);
	int err = socket_open(e, errh);

	if (err != 0)
		return err;
	e->has_watches = true;
	s->buffer = malloc(s->snaplen);
	if (s->buffer == NULL || socket_watch(e) != 0)
		return errh_error(errh, "out of memory");
	if (e->nin > 0 && !input_is_push(e, 0)) {
		task_init_scheduled(&s->task, e, socket_run, errh);
		signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	}
	return 0;
}

static void
socket_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct socket_element *s = element_state(e);
	struct os_waiter *w = e->thread->waiter;

	(void)stage;
	if (!s->have_fd)
		return;
	if (s->rest != NULL)
		packet_kill(e->thread, s->rest);
	if (s->active >= 0 && s->active != s->fd) {
		(void)os_watch_fd(w, s->active, 0, NULL, NULL);
		close(s->active);
	}
	if (s->fd >= 0) {
		(void)os_watch_fd(w, s->fd, 0, NULL, NULL);
		close(s->fd);
	}
	if (s->family == AF_UNIX && s->have_local &&
	    s->local.un.sun_path[0] != '\0')
		unlink(s->local.un.sun_path);
	free(s->buffer);
	signal_fini(&s->nonempty);
}

static void
socket_add_handlers(struct element *e)
{
	struct socket_element *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
	if (e->nin > 0 && !input_is_push(e, 0))
		handler_add_task(e, &s->task, false);
}

const struct element_class element_socket = {
	.name = "Socket",
	.ports = "0-1/0-1",
	.processing = "a/h",
	.flow = "x/y",
	.state_size = sizeof(struct socket_element),
	.configure = socket_configure,
	.initialize = socket_initialize,
	.cleanup = socket_cleanup,
	.add_handlers = socket_add_handlers,
	.push = socket_push,
};
