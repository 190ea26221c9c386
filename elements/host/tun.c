/* SPDX-License-Identifier: BSD-3-Clause */
/* tun.c -- see tun.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "elements/device/dlt.h"
#include "elements/host/host_element.h"
#include "elements/host/tun.h"
#include "os/os.h"

/* linux/if_tun.h wants linux/if.h, which quarrels with net/if.h. */
enum { TUN_TYPE_TUN = 1, TUN_TYPE_TAP = 2, TUN_NO_PI = 0x1000 };
#define TUN_SET_INTERFACE _IOW('T', 202, int)

enum { MTU_DEFAULT = 1500, IP_HEADER = 20, VLAN_TAG = 4 };

void
tun_defaults(struct tun *t)
{
	t->fd = -1;
	t->have_fd = true;
	t->mtu = MTU_DEFAULT;
	t->burst = 1;
	t->headroom = PACKET_HEADROOM;
}

static bool
tun_has_address(const struct tun *t)
{
	return !t->from_host || t->near.addr != 0;
}

int
tun_check_link(struct tun *t, struct errh *errh)
{
	static const uint8_t no_ether[6];

	t->have_ether = memcmp(t->ether, no_ether, 6) != 0;
	if (t->gateway != 0 && tun_has_address(t) &&
	    ((t->gateway ^ t->near.addr) & t->near.mask) != 0)
		return errh_error(errh, "bad GATEWAY");
	return 0;
}

int
tun_configure(
    struct element *e, const struct strs *conf, struct errh *errh, bool tap)
{
	struct tun *t = element_state(e);
	struct args a;
	int err;

	tun_defaults(t);
	t->tap = tap;
	args_init(&a, conf, e, errh);
	args_ip4_prefix(&a, "ADDR", ARG_POS | ARG_MAND, &t->near);
	args_ip4(&a, "GATEWAY", ARG_POS, &t->gateway);
	args_bool(&a, "TAP", 0, &t->tap);
	args_u32(&a, "HEADROOM", 0, &t->headroom);
	args_i32(&a, "BURST", 0, &t->burst);
	args_ether(&a, "ETHER", 0, t->ether);
	args_bool(&a, "IGNORE_QUEUE_OVERFLOWS", 0, &t->ignore_overflows);
	args_i32(&a, "MTU", 0, &t->mtu);
	args_str(&a, "DEV_NAME", ARG_DEPRECATED, &t->name);
	args_str(&a, "DEVNAME", 0, &t->name);
	err = args_complete(&a);
	if (err == 0)
		err = tun_check_link(t, errh);
	if (err != 0)
		return err;
	if (t->burst < 1)
		return errh_error(errh, "BURST must be >= 1");
	if (t->mtu < IP_HEADER)
		return errh_error(
		    errh, "MTU must be greater than %d", IP_HEADER);
	if (t->mtu > 65535)
		return errh_error(errh, "MTU must be at most 65535");
	if (t->headroom > 8192)
		return errh_error(errh, "HEADROOM too big");
	return 0;
}

/* ---- the interface ---- */

static int
tun_failed(struct errh *errh, const char *call)
{
	return errh_error(errh, "%s failed: %s", call, strerror(errno));
}

static int
tun_make(struct tun *t, struct ifreq *ifr, struct errh *errh)
{
	int flags = (t->tap ? TUN_TYPE_TAP : TUN_TYPE_TUN) | TUN_NO_PI;

	ifr->ifr_flags = (short)flags;
	if (!str_copy(t->name, ifr->ifr_name, IFNAMSIZ))
		return errh_error(errh, "DEVNAME too long");
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return errh_error(errh, "/dev/net/tun: %s%s", strerror(errno),
		    errno == ENODEV || errno == ENOENT
		        ? "\n(Perhaps you need to enable tun in your kernel "
		          "or load the 'tun' module.)"
		        : "");
	if (ioctl(t->fd, TUN_SET_INTERFACE, ifr) != 0)
		return errh_error(errh, "/dev/net/tun: %s", strerror(errno));
	if (str_set(&t->name, str_of(ifr->ifr_name)) != 0)
		return errh_error(errh, "out of memory");
	return 0;
}

static void
tun_set_address(struct sockaddr *sa, uint32_t addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_addr.s_addr = addr;
	memcpy(sa, &sin, sizeof(sin));
}

/* Ethernet address and MTU; s is any socket. */
static void
tun_set_link(struct tun *t, int s, struct ifreq *ifr, struct errh *errh)
{
	if (t->have_ether) {
		ifr->ifr_hwaddr.sa_family = ARPHRD_ETHER;
		memcpy(ifr->ifr_hwaddr.sa_data, t->ether, 6);
		if (ioctl(s, SIOCSIFHWADDR, ifr) != 0)
			errh_warning(errh,
			    "could not set interface Ethernet address: %s",
			    strerror(errno));
	}
	ifr->ifr_mtu = t->mtu;
	if (!t->from_host && t->mtu != MTU_DEFAULT &&
	    ioctl(s, SIOCSIFMTU, ifr) != 0)
		errh_warning(
		    errh, "could not set interface MTU: %s", strerror(errno));
}

/* The kernel's side gets its address and goes up. */
static int
tun_set_up(struct tun *t, int s, struct ifreq *ifr, struct errh *errh)
{
	tun_set_address(&ifr->ifr_addr, t->near.addr);
	if (ioctl(s, SIOCSIFADDR, ifr) != 0)
		return tun_failed(errh, "SIOCSIFADDR");
	tun_set_address(&ifr->ifr_netmask, t->near.mask);
	if (ioctl(s, SIOCSIFNETMASK, ifr) != 0)
		return tun_failed(errh, "SIOCSIFNETMASK");
	if (ioctl(s, SIOCGIFFLAGS, ifr) != 0)
		return tun_failed(errh, "SIOCGIFFLAGS");
	ifr->ifr_flags |= IFF_UP | IFF_PROMISC;
	if (ioctl(s, SIOCSIFFLAGS, ifr) != 0)
		return tun_failed(errh, "SIOCSIFFLAGS");
	return 0;
}

/* A default route by way of the gateway. */
static int
tun_add_route(struct tun *t, int s, struct errh *errh)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };

	tun_set_address(&route.rt_dst, 0);
	tun_set_address(&route.rt_genmask, 0);
	tun_set_address(&route.rt_gateway, t->gateway);
	return ioctl(s, SIOCADDRT, &route) == 0
	           ? 0
	           : tun_failed(errh, "default route by GATEWAY");
}

static int
tun_open(struct tun *t, struct errh *errh)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int err = tun_make(t, &ifr, errh), s;

	if (err != 0)
		return err;
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return tun_failed(errh, "socket");
	tun_set_link(t, s, &ifr, errh);
	if (tun_has_address(t))
		err = tun_set_up(t, s, &ifr, errh);
	if (err == 0 && t->gateway != 0)
		err = tun_add_route(t, s, errh);
	close(s);
	return err;
}

/* ---- packets from the kernel ---- */

void
tun_say(struct element *e, struct str name, const char *why)
{
	struct strbuf line = STRBUF_INIT;

	sb_printf(&line, "%s(%.*s): %s\n", e->class->name, STR_ARG(name), why);
	os_log(sb_str(&line));
	sb_fini(&line);
}

static size_t
tun_buffer_size(const struct tun *t)
{
	return (size_t)t->mtu + TUN_ETHER_HEADER + VLAN_TAG;
}

/* Reads one packet and sends it on; false: there is none. */
static bool
tun_receive(struct element *e, int64_t now)
{
	struct tun *t = element_state(e);
	ssize_t n = read(t->fd, t->buffer, tun_buffer_size(t));
	struct packet *p;

	if (n < 0) {
		if (errno != EAGAIN &&
		    !(t->ignore_overflows && t->said_overflow)) {
			t->said_overflow = true;
			tun_say(e, t->name, strerror(errno));
		}
		return false;
	}
	t->received++;
	p = packet_new(e->thread, t->headroom, t->buffer, (uint32_t)n, 0);
	if (p == NULL) {
		t->drops++;
		return true;
	}
	p->timestamp_ns = now;
	if (t->tap) {
		packet_set_mac(p, p->data);
		if (t->from_host)
			(void)dlt_force_ip(p, DLT_ETHER); /* if it is IP */
	}
	if (t->tap || dlt_force_ip(p, DLT_RAW))
		output_push_one(e, 0, e->thread, p);
	else
		output_push_one_checked(e, 1, e->thread, p);
	return true;
}

static void
tun_ready(void *arg, unsigned int events)
{
	struct element *e = arg;
	struct tun *t = element_state(e);
	int64_t now = thread_wall_ns(e->thread);

	(void)events;
	for (int32_t i = 0; i < t->burst && tun_receive(e, now); i++)
		;
	if (!signal_active(&t->nonfull)) /* until tun_resume() */
		(void)os_watch_fd(e->thread->waiter, t->fd, 0, NULL, NULL);
}

static bool
tun_watch(struct element *e)
{
	struct tun *t = element_state(e);

	return os_watch_fd(
	           e->thread->waiter, t->fd, OS_FD_READ, tun_ready, e) == 0;
}

/* There is room again for what the kernel sends. */
static bool
tun_resume(struct element *e, struct task *task, struct thread *thread)
{
	struct tun *t = element_state(e);

	(void)thread;
	if (!signal_active(&t->nonfull))
		return false;
	if (!tun_watch(e))
		task_reschedule(task); /* no memory: another time */
	return true;
}

/* ---- packets to the kernel ---- */

/* Why p cannot be sent, or NULL; strips what stands before the IP header. */
static const char *
tun_check(struct tun *t, struct packet *p)
{
	int32_t length;

	if (t->tap) {
		if (p->length < TUN_ETHER_HEADER)
			return "packet too small";
		length = (int32_t)p->length - TUN_ETHER_HEADER;
	} else {
		const uint8_t *ip = packet_network(p);
		int32_t at;

		if (ip == NULL || packet_network_length(p) < IP_HEADER)
			return "no network header";
		if (ip[0] >> 4 != 4 && ip[0] >> 4 != 6)
			return "unknown IP version";
		at = packet_network_offset(p);
		if (at < 0)
			return "network header stripped";
		packet_pull(p, (uint32_t)at);
		length = (int32_t)p->length;
	}
	return length > t->mtu ? "packet larger than MTU" : NULL;
}

static void
tun_send(struct element *e, struct thread *thread, struct packet *p)
{
	struct tun *t = element_state(e);
	const char *why = tun_check(t, p);

	if (why == NULL && write(t->fd, p->data, p->length) >= 0) {
		t->sent++;
	} else {
		t->drops++;
		if (why == NULL && (errno == ENOBUFS || errno == EAGAIN) &&
		    t->ignore_overflows && t->said_overflow)
			why = "";
		t->said_overflow |= why == NULL;
		if (why == NULL || *why != '\0')
			tun_say(
			    e, t->name, why != NULL ? why : strerror(errno));
	}
	packet_kill(thread, p);
}

void
tun_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		tun_send(e, b->thread, b->packet[i]);
}

static bool
tun_run(struct element *e, struct task *task, struct thread *thread)
{
	struct tun *t = element_state(e);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, 1);
	unsigned int n = input_pull(e, 0, b, 1);

	if (n > 0)
		tun_push(e, 0, b);
	scratch_release(thread, m);
	if (n > 0 || signal_active(&t->nonempty))
		task_reschedule(task);
	return n > 0;
}

/* ---- life ---- */

int
tun_initialize(struct element *e, struct errh *errh)
{
	struct tun *t = element_state(e);
	int err = tun_open(t, errh);

	if (err != 0)
		return err;
	e->has_watches = true;
	t->buffer = malloc(tun_buffer_size(t));
	signal_init_always(&t->nonfull);
	if (t->from_host) {
		task_init(&t->task, e, tun_resume, errh);
		signal_downstream_full(&t->nonfull, e, 0, &t->task);
	}
	if (t->buffer == NULL || !tun_watch(e))
		return errh_error(errh, "out of memory");
	if (e->nin > 0 && !input_is_push(e, 0)) {
		task_init_scheduled(&t->task, e, tun_run, errh);
		signal_upstream_empty(&t->nonempty, e, 0, &t->task);
	}
	return 0;
}

void
tun_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct tun *t = element_state(e);

	(void)stage;
	if (t->have_fd && t->fd >= 0) {
		(void)os_watch_fd(e->thread->waiter, t->fd, 0, NULL, NULL);
		close(t->fd);
	}
	free(t->buffer);
	signal_fini(&t->nonempty);
	signal_fini(&t->nonfull);
	str_free(&t->name);
}

void
tun_add_handlers(struct element *e)
{
	struct tun *t = element_state(e);

	handler_add_data(e, "dev_name", HANDLER_READ, DATA_STR, &t->name);
	handler_add_data(e, "packets", HANDLER_READ, DATA_U64, &t->received);
	handler_add_data(e, "sent", HANDLER_READ, DATA_U64, &t->sent);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &t->drops);
	if (e->nin > 0 && !input_is_push(e, 0))
		handler_add_task(e, &t->task, false);
}
