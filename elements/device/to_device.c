/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ToDevice(DEVNAME [, BURST, ...]) -- sends packets out of a port
 *
 *   in 0      Ethernet frames, pulled or pushed
 *   out 0     the frames after they were sent, if connected
 *   out 1     frames that could not be sent, if connected
 *
 *   DEVNAME   the port, as FromDevice's
 *   BURST     frames pulled at once, default 32
 *   DEBUG     true: accepted, without effect
 *   METHOD    LINUX, PCAP or NETMAP, without effect: the port is what it is
 *
 * While the port has no room, frames are kept and nothing is pulled; of what
 * is pushed the rest is dropped.  Only one ToDevice may send to a port.
 *
 *   count, packets  read: frames sent
 *   drops           read: frames that could not be sent
 *   reset_counts    write
 *   pulls, q        read: pulls made; whether frames wait for room
 *   mac, stats      read: the port's address, and what it has counted
 *   link            read: whether the port's link is up
 *
 *     FromDevice(eth0) -> Queue(1000) -> ToDevice(eth1);
 */
#include "click/notifier.h"
#include "click/router.h"
#include "elements/device/device.h"

enum { BURST_DEFAULT = 32 };

struct to_device {
	struct device device;
	struct task task;
	struct signal nonempty;
	bool debug, failed;
	int32_t burst;
	uint64_t count, drops, pulls;
	/* Pulled, and waiting for room. */
	uint32_t nwaiting;
	struct packet *waiting[BATCH_MAX];
};

static int
to_device_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct to_device *d = element_state(e);
	struct str method = { NULL, 0 };
	struct args a;
	int err;

	d->burst = BURST_DEFAULT;
	args_init(&a, conf, e, errh);
	args_str(&a, "DEVNAME", ARG_POS | ARG_MAND, &d->device.name);
	args_bool(&a, "DEBUG", 0, &d->debug);
	args_word(&a, "METHOD", 0, &method);
	args_i32(&a, "BURST", 0, &d->burst);
	err = args_complete(&a);
	if (err == 0 && d->device.name.n == 0)
		err = errh_error(errh, "interface not set");
	else if (err == 0 && d->burst <= 0)
		err = errh_error(errh, "bad BURST");
	else if (err == 0 && !device_method(method))
		err = errh_error(errh, "bad METHOD");
	str_free(&method);
	return err;
}

/* ---- sending ---- */

/*
 * Sends b's packets while there is room, the rest stays in b.  What listens to
 * output 0 gets clones, for the port keeps what it sends.  False: the port is
 * gone.
 */
static bool
to_device_send(struct element *e, struct batch *b)
{
	struct to_device *d = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	bool copies = output_connected(e, 0);
	struct batch *sent = NULL;
	int n;

	if (copies) {
		sent = batch_new(b->thread, b->count);
		for (uint32_t i = 0; i < b->count; i++)
			batch_add(sent, packet_clone(b->thread, b->packet[i]));
	}
	n = netdev_tx(d->device.dev, b);
	if (n > 0)
		d->count += (uint64_t)n;
	if (copies) {
		uint32_t kept = 0;

		/* A clone may be missing, for lack of memory. */
		for (uint32_t i = 0; i < sent->count; i++) {
			if ((int)i < n && sent->packet[i] != NULL)
				sent->packet[kept++] = sent->packet[i];
			else if (sent->packet[i] != NULL)
				packet_kill(b->thread, sent->packet[i]);
		}
		sent->count = kept;
		if (kept > 0)
			output_push_checked(e, 0, sent);
	}
	scratch_release(b->thread, m);
	return n >= 0;
}

static void
to_device_refuse(struct element *e, struct batch *b)
{
	struct to_device *d = element_state(e);

	d->drops += b->count;
	if (b->count > 0)
		output_push_checked(e, 1, b);
	batch_reset(b);
}

static void
to_device_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	(void)to_device_send(e, b); /* either way the rest is refused */
	to_device_refuse(e, b);
}

static bool
to_device_run(struct element *e, struct task *task, struct thread *t)
{
	struct to_device *d = element_state(e);
	uint32_t want = d->burst < BATCH_MAX ? (uint32_t)d->burst : BATCH_MAX;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, BATCH_MAX);
	uint64_t before = d->count;

	for (uint32_t i = 0; i < d->nwaiting; i++)
		batch_add(b, d->waiting[i]);
	if (d->nwaiting == 0) {
		d->pulls++;
		(void)input_pull(e, 0, b, want);
	}
	d->nwaiting = 0;
	if (b->count > 0 && !to_device_send(e, b)) {
		to_device_refuse(e, b);
		d->failed = true;
	}
	for (uint32_t i = 0; i < b->count; i++)
		d->waiting[d->nwaiting++] = b->packet[i];
	scratch_release(t, m);
	if (d->failed)
		return false;
	if (d->nwaiting > 0 ? device_look_again(&d->device, NETDEV_TX)
	                    : d->count != before || signal_active(&d->nonempty))
		task_reschedule(task);
	return d->count != before;
}

/* ---- life ---- */

/* Two writers of one device are a mistake, as in Click. */
static int
to_device_claim(struct element *e, struct errh *errh)
{
	struct to_device *d = element_state(e);
	struct router *r = e->router;
	struct str key = arena_printf(
	    &r->graph.mem, "device_writer_%.*s", STR_ARG(d->device.name));

	if (key.s == NULL)
		return errh_error(errh, "out of memory");
	if (router_attachment(r, key.s) != NULL)
		return errh_error(errh, "duplicate writer for device '%.*s'",
		    STR_ARG(d->device.name));
	return router_set_attachment(r, key.s, e);
}

static int
to_device_initialize(struct element *e, struct errh *errh)
{
	struct to_device *d = element_state(e);
	struct os_port_request req = { .what = NETDEV_TX };
	int err = device_open(e, &d->device, &req, &d->task, errh);

	if (err == 0)
		err = to_device_claim(e, errh);
	if (err != 0 || input_is_push(e, 0))
		return err;
	task_init_scheduled(&d->task, e, to_device_run, errh);
	signal_upstream_empty(&d->nonempty, e, 0, &d->task);
	return 0;
}

/* What waits for room goes along, or is counted. */
static void
to_device_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct to_device *d = element_state(e), *o = element_state(old);

	(void)errh;
	if (!str_eq(d->device.name, o->device.name) || input_is_push(e, 0)) {
		d->drops += o->nwaiting;
		return;
	}
	memcpy(d->waiting, o->waiting, o->nwaiting * sizeof(*d->waiting));
	d->nwaiting = o->nwaiting;
	o->nwaiting = 0;
}

static void
to_device_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct to_device *d = element_state(e);

	(void)stage;
	while (d->nwaiting > 0)
		packet_kill(e->thread, d->waiting[--d->nwaiting]);
	signal_fini(&d->nonempty);
	device_close(&d->device);
}

static int
to_device_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct to_device *d = element_state(e);

	(void)user;
	(void)call;
	d->count = d->drops = d->pulls = 0;
	return 0;
}

static int
to_device_waits(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct to_device *d = element_state(e);

	(void)user;
	sb_adds(call->out, d->nwaiting > 0 ? "true" : "false");
	return 0;
}

static void
to_device_add_handlers(struct element *e)
{
	struct to_device *d = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &d->count);
	handler_add_data(e, "packets", HANDLER_READ, DATA_U64, &d->count);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &d->drops);
	handler_add_data(e, "pulls", HANDLER_READ, DATA_U64, &d->pulls);
	handler_add_read(e, "q", to_device_waits, 0, 0);
	handler_add_write(
	    e, "reset_counts", to_device_reset, 0, HANDLER_BUTTON);
	device_add_handlers(e, &d->device);
	if (!input_is_push(e, 0))
		handler_add_task(e, &d->task, false);
}

const struct element_class element_to_device = {
	.name = "ToDevice",
	.ports = "1/0-2",
	.processing = "a/h",
	.flow = "x/x",
	.state_size = sizeof(struct to_device),
	.phase = PHASE_PRIVILEGED,
	.configure = to_device_configure,
	.initialize = to_device_initialize,
	.cleanup = to_device_cleanup,
	.take_state = to_device_take_state,
	.add_handlers = to_device_add_handlers,
	.push = to_device_push,
};
