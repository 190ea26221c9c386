/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromDevice(DEVNAME [, PROMISC, SNAPLEN, ...]) -- packets that a port receives
 *
 *   out 0       the frames, with time stamp, packet type and MAC header set
 *   out 1       frames that FORCE_IP refuses, if connected; else killed
 *
 *   DEVNAME     the port: a number or name bound to one (click --port, a
 *               guest's interfaces), or a Linux network interface
 *   PROMISC     true: frames for others too; default false
 *   SNAPLEN     bytes of a frame at most, 14 to 65535, default 2046; the rest
 *               is noted in the extra length annotation
 *   SNIFFER     false: the system shall not see the frames; a warning where
 *               that cannot be had; default true
 *   FORCE_IP    true: emit only IP packets, with network header set
 *   PROTOCOL    emit only frames of this Ethernet type; 0 (default): all
 *   OUTBOUND    true: frames that others send there too; default false
 *   HEADROOM    room in front of each frame, at most 8190
 *   TIMESTAMP   false: leave the time stamps unset; default true
 *   BURST       frames handled at once, default 32
 *   STOP        true: stop the driver when the port ends (the end of a
 *               capture); default false
 *   METHOD      LINUX, PCAP or NETMAP, without effect: the port is what it is
 *   ENCAP       a link type, without effect
 *   BPF_FILTER  cannot be had: ignored with a warning, an error with
 *               METHOD PCAP
 *
 *   count, packets  read: frames emitted or refused
 *   reset_counts    write
 *   kernel_drops    read: frames that came but could not be taken in
 *   encap           read: ETHER or IP
 *   mac, stats      read: the port's address, and what it has counted
 *   link            read: whether the port's link is up
 *
 *     FromDevice(eth0, PROMISC true) -> Queue -> ToDevice(eth1);
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/device/device.h"
#include "elements/device/dlt.h"

enum { SNAPLEN_DEFAULT = 2046, BURST_DEFAULT = 32 };

struct from_device {
	struct device device;
	struct task task;
	bool promisc, sniffer, force_ip, outbound, timestamp, stop, ended;
	uint32_t snaplen, headroom;
	int32_t burst;
	uint16_t protocol;
	uint32_t linktype;
	uint64_t count;
};

static int
from_device_check(struct from_device *f, struct str method, struct str filter,
    struct str encap, struct errh *errh)
{
	uint32_t linktype;

	if (f->snaplen > 65535 || f->snaplen < 14)
		return errh_error(errh, "SNAPLEN out of range");
	if (f->headroom > 8190)
		return errh_error(errh, "HEADROOM out of range");
	if (f->burst <= 0)
		return errh_error(errh, "BURST out of range");
	if (encap.n > 0 && !dlt_parse(encap, &linktype))
		return errh_error(errh, "bad encapsulation type");
	if (!device_method(method))
		return errh_error(errh, "bad METHOD");
	if (filter.n > 0 && str_is(method, "PCAP"))
		return errh_error(
		    errh, "BPF_FILTER cannot be had; use an IPClassifier");
	if (filter.n > 0)
		errh_warning(errh, "not using METHOD PCAP, BPF filter ignored");
	return 0;
}

static int
from_device_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct from_device *f = element_state(e);
	struct str method = { NULL, 0 }, filter = { NULL, 0 };
	struct str encap = { NULL, 0 };
	struct args a;
	int err;

	f->sniffer = f->timestamp = true;
	f->snaplen = SNAPLEN_DEFAULT;
	f->headroom = 0;
	f->burst = BURST_DEFAULT;
	args_init(&a, conf, e, errh);
	args_str(&a, "DEVNAME", ARG_POS | ARG_MAND, &f->device.name);
	args_bool(&a, "PROMISC", ARG_POS, &f->promisc);
	args_u32(&a, "SNAPLEN", ARG_POS, &f->snaplen);
	args_bool(&a, "SNIFFER", 0, &f->sniffer);
	args_bool(&a, "FORCE_IP", 0, &f->force_ip);
	args_word(&a, "METHOD", 0, &method);
	args_word(&a, "CAPTURE", 0, &method);
	args_str(&a, "BPF_FILTER", 0, &filter);
	args_u16(&a, "PROTOCOL", 0, &f->protocol);
	args_bool(&a, "OUTBOUND", 0, &f->outbound);
	args_u32(&a, "HEADROOM", 0, &f->headroom);
	args_word(&a, "ENCAP", 0, &encap);
	args_i32(&a, "BURST", 0, &f->burst);
	args_bool(&a, "TIMESTAMP", 0, &f->timestamp);
	args_bool(&a, "STOP", 0, &f->stop);
	err = args_complete(&a);
	if (err == 0)
		err = from_device_check(f, method, filter, encap, errh);
	str_free(&method);
	str_free(&filter);
	str_free(&encap);
	return err;
}

/* What the arguments ask of one frame; NULL: it is gone. */
static inline struct packet *
from_device_one(struct element *e, struct thread *t, struct packet *p)
{
	struct from_device *f = element_state(e);

	if (f->protocol != 0 &&
	    (p->length < 14 || get_be16(p->data + 12) != f->protocol)) {
		packet_kill(t, p);
		return NULL;
	}
	if (!f->timestamp)
		p->timestamp_ns = 0;
	if (packet_headroom(p) < f->headroom) {
		p = packet_expand(t, p, f->headroom, 0);
		if (p == NULL)
			return NULL;
	}
	if (f->force_ip && !dlt_force_ip(p, f->linktype)) {
		output_push_one_checked(e, 1, t, p);
		return NULL;
	}
	return p;
}

static void
from_device_end(struct element *e)
{
	struct from_device *f = element_state(e);

	if (!f->ended && f->stop)
		router_please_stop(e->router);
	f->ended = true;
}

static bool
from_device_run(struct element *e, struct task *task, struct thread *t)
{
	struct from_device *f = element_state(e);
	uint32_t want = f->burst < BATCH_MAX ? (uint32_t)f->burst : BATCH_MAX;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, want);
	int n = netdev_rx(f->device.dev, b, want);

	if (n > 0) {
		f->count += (uint64_t)n;
		batch_each(e, b, from_device_one);
		if (b->count > 0)
			output_push(e, 0, b);
	}
	scratch_release(t, m);
	if (n < 0)
		from_device_end(e);
	else if (n > 0 || device_look_again(&f->device, NETDEV_RX))
		task_reschedule(task);
	return n > 0;
}

static int
from_device_initialize(struct element *e, struct errh *errh)
{
	struct from_device *f = element_state(e);
	struct os_port_request req = { .what = NETDEV_RX,
		.promisc = f->promisc,
		.outbound = f->outbound,
		.exclusive = !f->sniffer,
		.snaplen = f->snaplen };
	int err = device_open(e, &f->device, &req, &f->task, errh);

	if (err != 0)
		return err;
	f->linktype = f->device.dev->features & NETDEV_IP ? DLT_RAW : DLT_ETHER;
	task_init_scheduled(&f->task, e, from_device_run, errh);
	return 0;
}

/* Frames that wait in the port are not lost, nor received by both. */
static void
from_device_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct from_device *f = element_state(e), *o = element_state(old);

	(void)errh;
	if (f->promisc == o->promisc && f->outbound == o->outbound &&
	    f->sniffer == o->sniffer && f->snaplen == o->snaplen)
		device_take(&f->device, &o->device);
}

static void
from_device_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct from_device *f = element_state(e);

	(void)stage;
	device_close(&f->device);
}

/* ---- handlers ---- */

static int
from_device_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct from_device *f = element_state(e);

	(void)user;
	(void)call;
	f->count = 0;
	return 0;
}

static int
from_device_drops(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct from_device *f = element_state(e);
	struct netdev_stats s;

	(void)user;
	netdev_stats(f->device.dev, &s);
	sb_u64(call->out, s.rx_dropped + s.rx_errors);
	return 0;
}

static int
from_device_encap(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct from_device *f = element_state(e);

	(void)user;
	dlt_print(call->out, f->linktype);
	return 0;
}

static void
from_device_add_handlers(struct element *e)
{
	struct from_device *f = element_state(e);

	handler_add_read(e, "kernel_drops", from_device_drops, 0, 0);
	handler_add_read(e, "encap", from_device_encap, 0, 0);
	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &f->count);
	handler_add_data(e, "packets", HANDLER_READ, DATA_U64, &f->count);
	handler_add_write(
	    e, "reset_counts", from_device_reset, 0, HANDLER_BUTTON);
	device_add_handlers(e, &f->device);
	handler_add_task(e, &f->task, false);
}

const struct element_class element_from_device = {
	.name = "FromDevice",
	.ports = "0/1-2",
	.processing = "h",
	.state_size = sizeof(struct from_device),
	.phase = PHASE_PRIVILEGED - 1,
	.configure = from_device_configure,
	.initialize = from_device_initialize,
	.cleanup = from_device_cleanup,
	.take_state = from_device_take_state,
	.add_handlers = from_device_add_handlers,
};
