/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RawSocket(TYPE [, PORT, ...]) -- whole IP packets through a raw socket
 *
 *   in 0      IP packets to send, header and all, pulled; sent to the address
 *             in their destination annotation or, without one, their header
 *   out 0     IP packets of the protocol that this host receives, network
 *             header set
 *
 *   TYPE      the IP protocol: TCP, UDP, ICMP, GRE or a number
 *   PORT      TCP and UDP: also claims this local port, so that the kernel
 *             does not answer there
 *   SNAPLEN   bytes received at once, default 2048
 *   HEADROOM  room in front of each packet
 *
 *   drops     read: packets that could not be sent
 *
 *     RawSocket(ICMP) -> IPPrint -> Discard;
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/proto.h"
#include "click/anno.h"
#include "click/notifier.h"
#include "elements/device/dlt.h"
#include "elements/host/host_element.h"
#include "os/os.h"

struct raw_socket {
	int fd, claim;
	bool have_fd; /* they have been set (state starts zeroed) */
	uint8_t protocol;
	uint16_t port;
	uint32_t snaplen, headroom;
	uint8_t *buffer;
	struct packet *rest; /* waits for room */
	uint64_t drops;
	struct task task;
	struct signal nonempty;
};

static int
raw_socket_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct raw_socket *s = element_state(e);
	struct args a;
	int err;

	s->fd = s->claim = -1;
	s->have_fd = true;
	s->snaplen = 2048;
	s->headroom = PACKET_HEADROOM;
	args_init(&a, conf, e, errh);
	args_ip_proto(&a, "TYPE", ARG_POS | ARG_MAND, &s->protocol);
	err = args_execute(&a);
	if (err != 0) {
		args_fini(&a);
		return err;
	}
	if (s->protocol == IPPROTO4_TCP)
		args_tcp_port(&a, "PORT", ARG_POS, &s->port);
	else if (s->protocol == IPPROTO4_UDP)
		args_udp_port(&a, "PORT", ARG_POS, &s->port);
	else
		args_u16(&a, "PORT", ARG_POS, &s->port);
	args_u32(&a, "SNAPLEN", 0, &s->snaplen);
	args_u32(&a, "HEADROOM", 0, &s->headroom);
	err = args_complete(&a);
	if (err == 0 && (s->snaplen < 1 || s->snaplen > PACKET_MAX))
		err = errh_error(errh, "SNAPLEN out of range");
	return err;
}

static int
raw_socket_failed(struct errh *errh, const char *call)
{
	return errh_error(errh, "%s: %s", call, strerror(errno));
}

/* Holds the local port, so that nobody answers what comes for it. */
static int
raw_socket_claim(struct raw_socket *s, struct errh *errh)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(s->port) };
	bool tcp = s->protocol == IPPROTO4_TCP;

	if (s->port == 0 || (!tcp && s->protocol != IPPROTO4_UDP))
		return 0;
	s->claim =
	    socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	if (s->claim < 0)
		return raw_socket_failed(errh, "socket");
	if (bind(s->claim, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		return raw_socket_failed(errh, "bind");
	return 0;
}

/* ---- packets ---- */

static void
raw_socket_receive(struct element *e)
{
	struct raw_socket *s = element_state(e);
	struct thread *t = e->thread;
	ssize_t n = recv(s->fd, s->buffer, s->snaplen, MSG_TRUNC);
	uint32_t caplen;
	struct packet *p;

	if (n <= 0) {
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			element_say(e, "recv: %s", strerror(errno));
		return;
	}
	caplen = n > (ssize_t)s->snaplen ? s->snaplen : (uint32_t)n;
	p = packet_new(t, s->headroom, s->buffer, caplen, 0);
	if (p == NULL)
		return;
	if (n > (ssize_t)caplen)
		anno_set_u32(p, ANNO_EXTRA_LENGTH, (uint32_t)n - caplen);
	p->timestamp_ns = thread_wall_ns(t);
	if (dlt_force_ip(p, DLT_RAW))
		output_push_one(e, 0, t, p);
	else
		packet_kill(t, p);
}

/* False: there is no room now. */
static bool
raw_socket_send(struct element *e, struct packet *p)
{
	struct raw_socket *s = element_state(e);
	struct sockaddr_in to = { .sin_family = AF_INET };
	ssize_t n;

	if (p->length < sizeof(struct ip4)) {
		s->drops++;
		return true;
	}
	to.sin_addr.s_addr = anno_u32(p, ANNO_DST_IP);
	if (to.sin_addr.s_addr == 0)
		to.sin_addr.s_addr = get_u32(p->data + 16);
	do
		n = sendto(s->fd, p->data, p->length, 0, (struct sockaddr *)&to,
		    sizeof(to));
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return false;
	if (n < 0) {
		if (s->drops++ == 0)
			element_say(e, "sendto: %s", strerror(errno));
	}
	return true;
}

static void
raw_socket_ready(void *arg, unsigned int events)
{
	struct element *e = arg;
	struct raw_socket *s = element_state(e);

	if ((events & OS_FD_READ) != 0 && e->nout > 0)
		raw_socket_receive(e);
	if ((events & OS_FD_WRITE) != 0) {
		(void)os_watch_fd(e->thread->waiter, s->fd,
		    e->nout > 0 ? OS_FD_READ : 0, raw_socket_ready, e);
		task_schedule(&s->task);
	}
}

static bool
raw_socket_run(struct element *e, struct task *task, struct thread *t)
{
	struct raw_socket *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);
	struct packet *p = s->rest;

	s->rest = NULL;
	if (p == NULL && input_pull(e, 0, b, 1) > 0)
		p = b->packet[0];
	scratch_release(t, m);
	if (p == NULL) {
		if (signal_active(&s->nonempty))
			task_reschedule(task);
		return false;
	}
	if (!raw_socket_send(e, p)) {
		s->rest = p;
		if (os_watch_fd(t->waiter, s->fd,
		        OS_FD_WRITE | (e->nout > 0 ? OS_FD_READ : 0),
		        raw_socket_ready, e) != 0)
			task_reschedule(task);
		return false;
	}
	packet_kill(t, p);
	task_reschedule(task);
	return true;
}

/* ---- life ---- */

static int
raw_socket_initialize(struct element *e, struct errh *errh)
{
	static const int on = 1;
	struct raw_socket *s = element_state(e);
	int err;

	s->fd = socket(
	    AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, s->protocol);
	if (s->fd < 0)
		return raw_socket_failed(errh, "socket");
	err = raw_socket_claim(s, errh);
	if (err != 0)
		return err;
	if (setsockopt(s->fd, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on)) != 0)
		return raw_socket_failed(errh, "IP_HDRINCL");
	if (setsockopt(s->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) != 0)
		return raw_socket_failed(errh, "SO_BROADCAST");
	e->has_watches = true;
	s->buffer = malloc(s->snaplen);
	if (s->buffer == NULL ||
	    (e->nout > 0 && os_watch_fd(e->thread->waiter, s->fd, OS_FD_READ,
	                        raw_socket_ready, e) != 0))
		return errh_error(errh, "out of memory");
	if (e->nin > 0) {
		task_init_scheduled(&s->task, e, raw_socket_run, errh);
		signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	}
	return 0;
}

static void
raw_socket_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct raw_socket *s = element_state(e);

	(void)stage;
	if (!s->have_fd)
		return;
	if (s->rest != NULL)
		packet_kill(e->thread, s->rest);
	if (s->fd >= 0) {
		(void)os_watch_fd(e->thread->waiter, s->fd, 0, NULL, NULL);
		close(s->fd);
	}
	if (s->claim >= 0)
		close(s->claim);
	free(s->buffer);
	signal_fini(&s->nonempty);
}

static void
raw_socket_add_handlers(struct element *e)
{
	struct raw_socket *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
	if (e->nin > 0)
		handler_add_task(e, &s->task, false);
}

const struct element_class element_raw_socket = {
	.name = "RawSocket",
	.ports = "0-1/0-1",
	.processing = "l/h",
	.flow = "x/y",
	.state_size = sizeof(struct raw_socket),
	.configure = raw_socket_configure,
	.initialize = raw_socket_initialize,
	.cleanup = raw_socket_cleanup,
	.add_handlers = raw_socket_add_handlers,
};
