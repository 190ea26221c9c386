/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ChatterSocket(TYPE, ...) -- lets other programs read what the router says
 *
 *   ChatterSocket(TCP, PORT)        listens on a TCP port
 *   ChatterSocket(UNIX, FILENAME)   listens on a Unix socket
 *
 * Each client gets a copy of every message that goes to standard error (Print
 * and its like, errors at run time) from its connection on.  One that falls
 * more than 500000 bytes behind is disconnected.
 *
 *   GREETING        true (default): begin with "Click::ChatterSocket/1.0"
 *   CHANNEL         a word: only "default" (the default) ever says anything
 *   QUIET_CHANNEL   accepted, without effect
 *   RETRIES         how often to try again, once a second, to open a socket
 *                   that cannot be opened; then the driver stops; default 0
 *   RETRY_WARNINGS  false: says nothing of failed tries but the last
 *
 *     ChatterSocket(UNIX, /run/click.log);
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/atomic.h"
#include "click/router.h"
#include "elements/host/host_element.h"
#include "elements/host/listener.h"
#include "os/os.h"

enum { BACKLOG_MAX = 500000, CLIENTS_MAX = 256, RETRY_NS = 1000000000 };

struct chatter_client {
	struct chatter_client *next;
	struct chatter_socket *cs;
	int fd;
	struct strbuf out; /* from sent on it is still to go */
	size_t sent;
	bool gone;
};

struct chatter_socket {
	struct element *e;
	bool tcp, greeting, retry_warnings, heard;
	uint16_t port;
	struct str path, channel; /* owned */
	int32_t retries;
	int fd;
	bool have_fd; /* fd has been set (state starts zeroed) */
	struct timer retry;
	bool retry_ready;
	struct spinlock lock; /* of the clients: any thread may log */
	struct chatter_client *clients;
	uint32_t nclients;
};

/* ---- clients ---- */

/* Sends what can be sent now. */
static void
chatter_flush(struct chatter_client *c)
{
	while (!c->gone && c->sent < c->out.n) {
		ssize_t n = send(c->fd, c->out.s + c->sent, c->out.n - c->sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			c->sent += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			c->gone = true;
	}
	sb_clear(&c->out);
	c->sent = 0;
}

static void
chatter_free(struct chatter_client *c)
{
	struct chatter_client **link = &c->cs->clients;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	c->cs->nclients--;
	(void)os_watch_fd(c->cs->e->thread->waiter, c->fd, 0, NULL, NULL);
	close(c->fd);
	sb_fini(&c->out);
	free(c);
}

static void chatter_ready(void *arg, unsigned int events);

/* Room is watched for while something waits. */
static void
chatter_watch(struct chatter_client *c)
{
	unsigned int events = OS_FD_READ | (c->out.n > 0 ? OS_FD_WRITE : 0);

	if (os_watch_fd(
	        c->cs->e->thread->waiter, c->fd, events, chatter_ready, c) != 0)
		c->gone = true;
}

/* log_listen's: called on any thread, and must not log. */
static void
chatter_tell(void *arg, struct str text)
{
	struct chatter_socket *cs = arg;

	spin_lock(&cs->lock);
	for (struct chatter_client *c = cs->clients; c != NULL; c = c->next) {
		if (c->gone)
			continue;
		sb_add(&c->out, text);
		chatter_flush(c);
		if (c->out.oom || c->out.n - c->sent > BACKLOG_MAX)
			c->gone = true;
		/* Whoever is gone is freed on the socket's own thread. */
		if (c->gone)
			shutdown(c->fd, SHUT_RDWR);
		else if (c->out.n > 0)
			chatter_watch(c);
	}
	spin_unlock(&cs->lock);
}

static void
chatter_ready(void *arg, unsigned int events)
{
	struct chatter_client *c = arg;
	struct chatter_socket *cs = c->cs;
	char rubbish[256];

	spin_lock(&cs->lock);
	/* Nothing is expected of a client but its end. */
	if ((events & OS_FD_READ) != 0) {
		ssize_t n = recv(c->fd, rubbish, sizeof(rubbish), MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			c->gone = true;
	}
	chatter_flush(c);
	if (!c->gone)
		chatter_watch(c);
	if (c->gone)
		chatter_free(c);
	spin_unlock(&cs->lock);
}

static void
chatter_accept(void *arg, unsigned int events)
{
	struct chatter_socket *cs = arg;
	struct chatter_client *c;
	int fd = accept4(cs->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return; /* it went away again */
	c = cs->nclients < CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL) {
		close(fd);
		element_say(cs->e, "connection refused: too many");
		return;
	}
	c->cs = cs;
	c->fd = fd;
	if (cs->greeting)
		sb_adds(&c->out, "Click::ChatterSocket/1.0\r\n");
	spin_lock(&cs->lock);
	c->next = cs->clients;
	cs->clients = c;
	cs->nclients++;
	chatter_watch(c);
	if (c->gone)
		chatter_free(c);
	spin_unlock(&cs->lock);
}

/* ---- life ---- */

static int
chatter_socket_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct chatter_socket *cs = element_state(e);
	struct str type = { NULL, 0 };
	bool quiet = true;
	struct args a;
	int err;

	cs->e = e;
	cs->fd = -1;
	cs->have_fd = true;
	cs->greeting = cs->retry_warnings = true;
	args_init(&a, conf, e, errh);
	args_str(&a, "TYPE", ARG_POS | ARG_MAND, &type);
	args_word(&a, "CHANNEL", 0, &cs->channel);
	args_bool(&a, "QUIET_CHANNEL", 0, &quiet);
	args_bool(&a, "GREETING", 0, &cs->greeting);
	args_i32(&a, "RETRIES", 0, &cs->retries);
	args_bool(&a, "RETRY_WARNINGS", 0, &cs->retry_warnings);
	err = args_execute(&a);
	cs->tcp = str_is_nocase(type, "TCP");
	if (err != 0) {
		args_fini(&a);
	} else if (cs->tcp) {
		args_tcp_port(&a, "PORT", ARG_POS | ARG_MAND, &cs->port);
		err = args_complete(&a);
	} else if (str_is_nocase(type, "UNIX")) {
		args_filename(&a, "FILENAME", ARG_POS | ARG_MAND, &cs->path);
		err = args_complete(&a);
		if (err == 0 && cs->path.n > LISTENER_PATH_MAX)
			err = errh_error(errh, "filename too long");
	} else {
		args_fini(&a);
		err = errh_error(
		    errh, "unknown socket type `%.*s'", STR_ARG(type));
	}
	str_free(&type);
	return err;
}

/* One try. 0, ERR_AGAIN (try again later) or ERR_INVAL; both reported. */
static int
chatter_socket_open(struct chatter_socket *cs, struct errh *errh)
{
	const char *call;

	cs->retries--;
	cs->fd = cs->tcp ? listener_tcp(cs->port, false, &call)
	                 : listener_unix(cs->path, &call);
	if (cs->fd >= 0 && os_watch_fd(cs->e->thread->waiter, cs->fd,
	                       OS_FD_READ, chatter_accept, cs) == 0)
		return 0;
	if (cs->fd >= 0)
		call = "epoll";
	if (cs->retries < 0)
		return errh_error(errh, "%s: %s", call, strerror(errno));
	if (cs->retry_warnings)
		errh_warning(errh, "%s: %s (%d %s left)", call, strerror(errno),
		    cs->retries + 1, cs->retries == 0 ? "try" : "tries");
	return ERR_AGAIN;
}

static void
chatter_socket_retry(struct element *e, struct timer *timer, struct thread *t)
{
	struct chatter_socket *cs = element_state(e);
	struct errh log;
	int err = 0;

	(void)t;
	errh_log_init(&log);
	if (cs->fd < 0)
		err = chatter_socket_open(cs, &log);
	errh_fini(&log);
	if (err == ERR_AGAIN)
		timer_reschedule_after(timer, RETRY_NS);
	else if (err != 0)
		router_please_stop(e->router);
}

static int
chatter_socket_initialize(struct element *e, struct errh *errh)
{
	struct chatter_socket *cs = element_state(e);
	bool is_default = cs->channel.n == 0 || str_is(cs->channel, "default");
	int err = chatter_socket_open(cs, errh);

	if (err != 0 && err != ERR_AGAIN)
		return err;
	if (err == ERR_AGAIN) {
		timer_init(&cs->retry, e, chatter_socket_retry);
		cs->retry_ready = true;
		timer_schedule_after(&cs->retry, RETRY_NS);
	}
	if (is_default && log_listen(chatter_tell, cs) != 0)
		return errh_error(errh, "too many ChatterSockets");
	cs->heard = is_default;
	return 0;
}

static void
chatter_socket_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct chatter_socket *cs = element_state(e);

	(void)stage;
	if (cs->heard)
		log_unlisten(cs);
	if (cs->retry_ready)
		timer_fini(&cs->retry);
	if (cs->have_fd && cs->fd >= 0) {
		(void)os_watch_fd(e->thread->waiter, cs->fd, 0, NULL, NULL);
		close(cs->fd);
		if (!cs->tcp)
			unlink(cs->path.s);
	}
	while (cs->clients != NULL) {
		chatter_flush(cs->clients);
		chatter_free(cs->clients);
	}
	str_free(&cs->path);
	str_free(&cs->channel);
}

static bool
chatter_socket_hotswap_like(struct element *e, struct element *old)
{
	struct chatter_socket *cs = element_state(e), *o = element_state(old);

	return e->class == old->class && cs->tcp == o->tcp &&
	       cs->port == o->port && str_eq(cs->path, o->path) &&
	       str_eq(cs->channel, o->channel);
}

static void
chatter_socket_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct chatter_socket *cs = element_state(e), *o = element_state(old);
	struct os_waiter *from = old->thread->waiter;

	if (cs->fd >= 0) {
		errh_error(errh, "already initialized, can't take state");
		return;
	}
	if (o->fd >= 0) {
		(void)os_watch_fd(from, o->fd, 0, NULL, NULL);
		if (os_watch_fd(e->thread->waiter, o->fd, OS_FD_READ,
		        chatter_accept, cs) == 0) {
			cs->fd = o->fd;
			o->fd = -1;
		}
	}
	spin_lock(&o->lock);
	cs->clients = o->clients;
	cs->nclients = o->nclients;
	o->clients = NULL;
	o->nclients = 0;
	for (struct chatter_client *c = cs->clients; c != NULL; c = c->next) {
		(void)os_watch_fd(from, c->fd, 0, NULL, NULL);
		c->cs = cs;
		chatter_watch(c);
	}
	spin_unlock(&o->lock);
}

const struct element_class element_chatter_socket = {
	.name = "ChatterSocket",
	.state_size = sizeof(struct chatter_socket),
	.phase = PHASE_INFO,
	.configure = chatter_socket_configure,
	.initialize = chatter_socket_initialize,
	.cleanup = chatter_socket_cleanup,
	.take_state = chatter_socket_take_state,
	.hotswap_like = chatter_socket_hotswap_like,
};
