/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ControlSocket(TYPE, ...) -- lets other programs call this router's handlers
 *
 * Listens for connections and speaks Click's line protocol 1.3 on each.
 *
 *   ControlSocket(TCP, PORT)         on a TCP port; "4000+" takes the first
 *                                    free one from 4000 on
 *   ControlSocket(UNIX, FILENAME)    on a Unix socket
 *   ControlSocket(SOCKET, FD)        on a connection that is open already
 *
 *   READONLY        true: write handlers may not be called; default false
 *   PROXY           an element: its handlers are called, with the whole name
 *                   asked for as theirs
 *   VERBOSE         true: says when connections come and go; default false
 *   LOCALHOST       true: listens on 127.0.0.1 alone; default false
 *   RETRIES         how often to try again, once a second, to open a socket
 *                   that cannot be opened; then the driver stops; default 0
 *   RETRY_WARNINGS  false: says nothing of failed tries but the last;
 *                   default true
 *
 * A client sends lines, ended by CR, LF or both:
 *
 *   READ [ELEMENT.]HANDLER [ARG...]     READDATA ... LENGTH, then the bytes
 *   WRITE [ELEMENT.]HANDLER [VALUE...]  WRITEDATA ... LENGTH, then the bytes
 *   READUNTIL ... END, WRITEUNTIL ... END: then lines up to one that is END
 *   CHECKREAD, CHECKWRITE [ELEMENT.]HANDLER; HELP; QUIT
 *
 * and gets lines that begin with a number (200 good, 220 with warnings, 500
 * and above not), a "-" after it in all but the last, and after a good read
 * "DATA LENGTH" and the bytes.  An element's number may stand for its name.
 * In a hot swap, connections go over to the new ControlSocket of the same name
 * and address, if its RETRIES is at least 1.
 *
 *   port      read: the TCP port
 *   filename  read: the Unix socket's file
 *   clients   read: connections now open
 *
 *     ControlSocket(TCP, 7777, LOCALHOST true);
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "click/conf.h"
#include "click/router.h"
#include "elements/host/control_conn.h"
#include "elements/host/host_element.h"
#include "elements/host/listener.h"
#include "os/os.h"

enum {
	RETRY_NS = 1000000000,
	READ_AT_ONCE = 2048,
	PORTS_TRIED = 12, /* of "PORT+" */
	CLIENTS_MAX = 1024,
};

enum socket_type { SOCKET_TCP, SOCKET_UNIX, SOCKET_FD };

struct control_socket;

struct client {
	struct client *next;
	struct control_socket *cs; /* whose it is now */
	struct control_conn conn;
	int fd;
	bool writing; /* it is watched for room too */
};

struct control_socket {
	struct control_server server;
	enum socket_type type;
	struct str address; /* owned: port, "port+", file name or descriptor */
	int fd;             /* listening, -1 */
	bool have_fd;       /* fd has been set (state starts zeroed) */
	bool verbose, retry_warnings, localhost;
	int32_t retries;
	struct timer retry;
	bool retry_ready;
	struct client *clients;
	uint32_t nclients;
};

/* ---- arguments ---- */

/* A port's number, with the "+" if it was there; false: none. */
static bool
control_socket_port(
    struct control_socket *cs, struct element *e, struct str text)
{
	struct arena mem = ARENA_INIT;
	struct strbuf sb = STRBUF_INIT;
	bool overflow = false, good;
	struct errh silent;
	int64_t n = 0;
	uint16_t port;

	errh_silent_init(&silent);
	good = arg_parse(&arg_type_tcp_port, text, &port, e, &mem, &silent);
	if (good)
		sb_printf(&sb, "%u", port);
	else if (str_ends(text, STR("+")) &&
	         conf_i64(str_sub(text, 0, text.n - 1), 0, &n, &overflow) &&
	         !overflow && n > 0 && n < 65536)
		sb_printf(&sb, "%d+", (int)n);
	errh_fini(&silent);
	arena_fini(&mem);
	good = sb.n > 0;
	if (good) {
		str_free(&cs->address);
		cs->address = sb_take(&sb);
	}
	sb_fini(&sb);
	return good;
}

/* What comes after the type, by type. */
static int
control_socket_address(
    struct element *e, struct args *a, struct str type, struct errh *errh)
{
	struct control_socket *cs = element_state(e);
	struct str word = { NULL, 0 };
	int32_t fd = -1;
	int err = 0;

	if (str_is_nocase(type, "TCP")) {
		cs->type = SOCKET_TCP;
		args_word(a, "PORT", ARG_POS | ARG_MAND, &word);
		err = args_complete(a);
		if (err == 0 && !control_socket_port(cs, e, word))
			err = errh_error(errh, "PORT requires TCP port");
		str_free(&word);
	} else if (str_is_nocase(type, "UNIX")) {
		cs->type = SOCKET_UNIX;
		args_filename(a, "FILENAME", ARG_POS | ARG_MAND, &cs->address);
		err = args_complete(a);
		if (err == 0 && cs->address.n > LISTENER_PATH_MAX)
			err = errh_error(errh, "filename too long");
	} else if (str_is_nocase(type, "SOCKET")) {
		struct strbuf sb = STRBUF_INIT;

		cs->type = SOCKET_FD;
		args_i32(a, "FD", ARG_POS | ARG_MAND, &fd);
		err = args_complete(a);
		sb_i64(&sb, fd);
		str_free(&cs->address);
		cs->address = sb_take(&sb);
	} else {
		args_fini(a);
		err = errh_error(
		    errh, "unknown socket type '%.*s'", STR_ARG(type));
	}
	return err;
}

static int
control_socket_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct control_socket *cs = element_state(e);
	struct str type = { NULL, 0 };
	struct args a;
	int err;

	cs->fd = -1;
	cs->have_fd = true;
	cs->server.e = e;
	cs->retry_warnings = true;
	args_init(&a, conf, e, errh);
	args_str(&a, "TYPE", ARG_POS | ARG_MAND, &type);
	err = args_execute(&a);
	if (err == 0) {
		args_bool(&a, "READONLY", 0, &cs->server.read_only);
		args_element(&a, "PROXY", 0, NULL, &cs->server.proxy);
		args_bool(&a, "VERBOSE", 0, &cs->verbose);
		args_i32(&a, "RETRIES", 0, &cs->retries);
		args_bool(&a, "RETRY_WARNINGS", 0, &cs->retry_warnings);
		args_bool(&a, "LOCALHOST", 0, &cs->localhost);
		err = args_execute(&a);
	}
	if (err == 0)
		err = control_socket_address(e, &a, type, errh);
	else
		args_fini(&a);
	str_free(&type);
	return err;
}

/* ---- clients ---- */

static void client_ready(void *arg, unsigned int events);

/* Room is watched for while there is something to send or to do. */
static void
client_watch(struct client *c, bool want_write)
{
	unsigned int events = want_write ? OS_FD_WRITE : 0;

	if (!c->conn.in_closed)
		events |= OS_FD_READ;
	if (os_watch_fd(c->cs->server.e->thread->waiter, c->fd, events,
	        client_ready, c) != 0)
		c->conn.closed = true; /* it would never be heard again */
	c->writing = want_write;
}

static void
client_free(struct client *c)
{
	struct client **link = &c->cs->clients;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	c->cs->nclients--;
	(void)os_watch_fd(
	    c->cs->server.e->thread->waiter, c->fd, 0, NULL, NULL);
	close(c->fd);
	if (c->cs->verbose)
		element_say(c->cs->server.e, "closed connection %d", c->fd);
	control_conn_fini(&c->conn);
	free(c);
}

/* Sends what can be sent now. */
static void
client_flush(struct client *c)
{
	struct control_conn *k = &c->conn;

	while (!k->closed && k->out_pos < k->out.n) {
		ssize_t n = send(c->fd, k->out.s + k->out_pos,
		    k->out.n - k->out_pos, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == ENOTSOCK)
			n = write(c->fd, k->out.s + k->out_pos,
			    k->out.n - k->out_pos);
		if (n > 0)
			k->out_pos += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		else if (n < 0 && errno != EINTR)
			k->closed = true; /* it vanished */
	}
	sb_clear(&k->out);
	k->out_pos = 0;
}

static void
client_receive(struct client *c)
{
	char *at = sb_reserve(&c->conn.in, READ_AT_ONCE);
	ssize_t n;

	if (at == NULL) {
		c->conn.closed = true;
		return;
	}
	n = read(c->fd, at, READ_AT_ONCE);
	if (n > 0)
		c->conn.in.n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		c->conn.in_closed = true;
}

/* One command a time, so that the router is not kept from its packets. */
static void
client_ready(void *arg, unsigned int events)
{
	struct client *c = arg;
	struct control_conn *k = &c->conn;
	bool more = false;

	if (!k->in_closed && (events & OS_FD_READ) != 0)
		client_receive(c);
	if (k->out.n - k->out_pos < CONTROL_CONN_OUT_MAX)
		more =
		    control_conn_step(k, &c->cs->server) && k->in_pos < k->in.n;
	if (k->no_memory || k->in.oom || k->out.oom) {
		element_say(
		    c->cs->server.e, "connection %d: out of memory", c->fd);
		k->closed = true;
	}
	client_flush(c);
	if (!control_conn_done(k))
		client_watch(c, more || k->out_pos < k->out.n);
	if (control_conn_done(k))
		client_free(c);
}

static int
control_socket_add(struct control_socket *cs, int fd)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->cs = cs;
	c->fd = fd;
	c->next = cs->clients;
	cs->clients = c;
	cs->nclients++;
	control_conn_init(&c->conn);
	/* A descriptor that we were given may be a blocking one. */
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	client_watch(c, true);
	if (c->conn.closed) {
		client_free(c);
		return ERR_NOMEM;
	}
	return 0;
}

static void
control_socket_accept(void *arg, unsigned int events)
{
	struct control_socket *cs = arg;
	struct element *e = cs->server.e;
	struct sockaddr_in from = { 0 };
	socklen_t n = sizeof(from);
	int fd;

	(void)events;
	fd = accept4(
	    cs->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno != EAGAIN && errno != ECONNABORTED)
			element_say(e, "accept: %s", strerror(errno));
		return;
	}
	if (cs->verbose && cs->type == SOCKET_TCP)
		element_say(e, "opened connection %d from %s.%d", fd,
		    inet_ntoa(from.sin_addr), ntohs(from.sin_port));
	else if (cs->verbose)
		element_say(e, "opened connection %d", fd);
	if (cs->nclients >= CLIENTS_MAX || control_socket_add(cs, fd) != 0) {
		element_say(e, "connection refused: %s",
		    cs->nclients >= CLIENTS_MAX ? "too many" : "out of memory");
		close(fd);
	}
}

/* ---- the listening socket ---- */

/* The number at the head of the address. */
static int
control_socket_number(const struct control_socket *cs)
{
	int n = 0;

	for (size_t i = 0; i < cs->address.n; i++) {
		if (!char_digit(cs->address.s[i]))
			break;
		n = n * 10 + cs->address.s[i] - '0';
	}
	return n;
}

/* The system's error about call, as warning while tries are left. */
static int
control_socket_failed(
    struct control_socket *cs, struct errh *errh, const char *call)
{
	const char *words = strerror(errno);
	char where[24] = "";

	if (cs->type == SOCKET_TCP)
		snprintf(where, sizeof(where),
		    "port %d: ", control_socket_number(cs));
	if (cs->fd >= 0)
		close(cs->fd);
	cs->fd = -1;
	if (cs->retries < 0)
		return errh_error(errh, "%s%s: %s", where, call, words);
	if (cs->retry_warnings)
		errh_warning(errh, "%s%s: %s (%d %s left)", where, call, words,
		    cs->retries + 1, cs->retries == 0 ? "try" : "tries");
	return ERR_AGAIN;
}

/* The old router's socket of this name and address, still in use. */
static struct control_socket *
control_socket_old(struct control_socket *cs)
{
	struct element *e = cs->server.e, *old;
	struct control_socket *o;

	if (e->router->hotswap_old == NULL)
		return NULL;
	old = router_find(e->router->hotswap_old, e->name, NULL);
	if (old == NULL || old->class != e->class)
		return NULL;
	o = element_state(old);
	if (o->type != cs->type)
		return NULL;
	return str_eq(o->address, cs->address) ||
	               (cs->type == SOCKET_TCP &&
	                   str_ends(cs->address, STR("+")))
	           ? o
	           : NULL;
}

/* Listens on the port, or with "+" on the next that is free. */
static int
control_socket_listen_tcp(struct control_socket *cs, struct errh *errh)
{
	bool any = str_ends(cs->address, STR("+"));
	int port = control_socket_number(cs), tries = 0;
	struct strbuf sb = STRBUF_INIT;
	const char *call;

	for (;;) {
		cs->fd = listener_tcp((uint16_t)port, cs->localhost, &call);
		if (cs->fd >= 0)
			break;
		if (++tries >= PORTS_TRIED || !any || port >= 65534 ||
		    (cs->retries >= 0 && control_socket_old(cs) != NULL))
			return control_socket_failed(cs, errh, call);
		port++;
	}
	sb_i64(&sb, port);
	str_free(&cs->address);
	cs->address = sb_take(&sb);
	return 0;
}

/* One try. 0, ERR_AGAIN (try again later) or ERR_INVAL; both reported. */
static int
control_socket_open(struct control_socket *cs, struct errh *errh)
{
	struct element *e = cs->server.e;
	const char *call;
	int err;

	cs->retries--;
	if (cs->type == SOCKET_FD) {
		if (control_socket_old(cs) != NULL)
			return 0;
		return control_socket_add(cs, control_socket_number(cs)) == 0
		           ? 0
		           : errh_error(errh, "cannot use descriptor %.*s",
		                 STR_ARG(cs->address));
	}
	if (cs->type == SOCKET_TCP) {
		err = control_socket_listen_tcp(cs, errh);
		if (err != 0)
			return err;
	} else {
		cs->fd = listener_unix(cs->address, &call);
		if (cs->fd < 0)
			return control_socket_failed(cs, errh, call);
	}
	if (os_watch_fd(e->thread->waiter, cs->fd, OS_FD_READ,
	        control_socket_accept, cs) != 0)
		return control_socket_failed(cs, errh, "epoll");
	return 0;
}

static void
control_socket_retry(struct element *e, struct timer *timer, struct thread *t)
{
	struct control_socket *cs = element_state(e);
	struct errh log;
	int err = 0;

	(void)t;
	errh_log_init(&log);
	if (cs->fd < 0 && cs->clients == NULL)
		err = control_socket_open(cs, &log);
	errh_fini(&log);
	if (err == ERR_AGAIN)
		timer_reschedule_after(timer, RETRY_NS);
	else if (err != 0)
		router_please_stop(e->router);
}

static int
control_socket_initialize(struct element *e, struct errh *errh)
{
	struct control_socket *cs = element_state(e);
	int err = control_socket_open(cs, errh);

	if (err != ERR_AGAIN)
		return err;
	timer_init(&cs->retry, e, control_socket_retry);
	cs->retry_ready = true;
	timer_schedule_after(&cs->retry, RETRY_NS);
	return 0;
}

static void
control_socket_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct control_socket *cs = element_state(e);

	(void)stage;
	if (cs->retry_ready)
		timer_fini(&cs->retry);
	if (cs->have_fd && cs->fd >= 0) {
		(void)os_watch_fd(e->thread->waiter, cs->fd, 0, NULL, NULL);
		close(cs->fd);
		if (cs->type == SOCKET_UNIX)
			unlink(cs->address.s);
	}
	while (cs->clients != NULL) {
		client_flush(cs->clients); /* the last words */
		client_free(cs->clients);
	}
	str_free(&cs->address);
}

static bool
control_socket_hotswap_like(struct element *e, struct element *old)
{
	return control_socket_old(element_state(e)) == element_state(old);
}

static void
control_socket_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct control_socket *cs = element_state(e), *o = element_state(old);
	struct os_waiter *from = old->thread->waiter;
	struct str swap;

	if (cs->fd >= 0) {
		errh_error(errh, "already initialized, can't take state");
		return;
	}
	if (o->fd >= 0) {
		(void)os_watch_fd(from, o->fd, 0, NULL, NULL);
		if (os_watch_fd(e->thread->waiter, o->fd, OS_FD_READ,
		        control_socket_accept, cs) == 0) {
			cs->fd = o->fd;
			o->fd = -1;
		}
	}
	swap = cs->address; /* "4000+" became a number */
	cs->address = o->address;
	o->address = swap;
	cs->clients = o->clients;
	cs->nclients = o->nclients;
	o->clients = NULL;
	o->nclients = 0;
	for (struct client *c = cs->clients; c != NULL; c = c->next) {
		(void)os_watch_fd(from, c->fd, 0, NULL, NULL);
		c->cs = cs;
		client_watch(c, true);
	}
}

static void
control_socket_add_handlers(struct element *e)
{
	struct control_socket *cs = element_state(e);

	if (cs->type == SOCKET_TCP)
		handler_add_data(
		    e, "port", HANDLER_READ, DATA_STR, &cs->address);
	else if (cs->type == SOCKET_UNIX)
		handler_add_data(
		    e, "filename", HANDLER_READ, DATA_STR, &cs->address);
	handler_add_data(e, "clients", HANDLER_READ, DATA_U32, &cs->nclients);
}

const struct element_class element_control_socket = {
	.name = "ControlSocket",
	.state_size = sizeof(struct control_socket),
	.configure = control_socket_configure,
	.initialize = control_socket_initialize,
	.cleanup = control_socket_cleanup,
	.add_handlers = control_socket_add_handlers,
	.take_state = control_socket_take_state,
	.hotswap_like = control_socket_hotswap_like,
};
