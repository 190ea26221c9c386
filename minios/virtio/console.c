/* SPDX-License-Identifier: BSD-3-Clause */
/* console.c -- see console.h. */
#include "minios/virtio/console.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/pages.h"
#include "minios/virtio/transport.h"
#include "os/os.h"

#define F_MULTIPORT (UINT64_C(1) << 1)

enum {
	CONFIG_MAX_PORTS = 4,

	QUEUE_CONTROL_RX = 2,
	QUEUE_CONTROL_TX = 3,

	SLOTS = 4, /* buffers a queue, a page each in a stream */
	CONTROL_SLOTS = 16,
	CONTROL_SIZE = 128,
};

/* Control messages (5.3.6.2). */
enum console_event {
	DEVICE_READY,
	PORT_ADD,
	PORT_REMOVE,
	PORT_READY,
	CONSOLE_PORT,
	RESIZE,
	PORT_OPEN,
	PORT_NAME,
};

struct console_message {
	uint32_t id;
	uint16_t event, value;
	char name[CONTROL_SIZE - 8]; /* PORT_NAME */
};
_Static_assert(sizeof(struct console_message) == CONTROL_SIZE, "message");

/* A stream each way; buffer n is descriptor n. */
struct console_port {
	struct vring rx, tx;
	char *buffer;     /* SLOTS pages for rx, then SLOTS for tx */
	uint16_t first;   /* rx buffer that is being read ... */
	uint32_t at, end; /* ... from here to there; equal: none is */
	uint16_t tx_free; /* bit n: tx buffer n is ours */
	uint32_t session; /* of the host's end, see _control_session() */
	bool told;        /* of bytes that have not been read since */
};

static struct {
	struct virtio_device *device; /* NULL: there is none that works */
	struct vring control_rx, control_tx;
	struct console_message in[CONTROL_SLOTS], out[CONTROL_SLOTS];
	uint16_t out_next;
	bool multiport;
	unsigned int ports;
	struct console_port port[CONSOLE_PORTS];
	struct console_port *console, *control;
	struct os_waiter *waiter; /* of the control port, or NULL */
	uint32_t sessions;        /* so far */
} virtio_console;

/* The device wrote nonsense: it is not listened to any more. */
static void
virtio_console_break(const char *why)
{
	struct virtio_device *d = virtio_console.device;

	virtio_console.device = NULL;
	virtio_console.console = virtio_console.control = NULL;
	virtio_reset(d);
	console_printf("%s: %s: closed\n", d->name, why);
	if (virtio_console.waiter != NULL)
		os_wake(virtio_console.waiter);
}

/* Queues of port n (5.3.2). */
static uint16_t
console_queue(const struct console_port *p, bool tx)
{
	uint16_t n = (uint16_t)(p - virtio_console.port);

	return (uint16_t)((n == 0 ? 0 : 2 + 2 * n) + tx);
}

/* ---- streams ---- */

static void
console_post_rx(struct console_port *p, uint16_t slot)
{
	p->rx.desc[slot] = (struct vring_desc){
		.address = (uintptr_t)p->buffer + slot * PAGE_SIZE,
		.length = PAGE_SIZE,
		.flags = VRING_WRITE,
	};
	vring_post(&p->rx, slot);
}

/* Makes p's buffers; false: no memory. */
static bool
console_port_begin(struct console_port *p)
{
	uint16_t slot;

	if (p->buffer != NULL)
		return true;
	p->buffer = pages_alloc(2 * SLOTS);
	if (p->buffer == NULL)
		return false;
	for (slot = 0; slot < p->rx.size; slot++)
		console_post_rx(p, slot);
	p->tx_free = (uint16_t)((1u << p->tx.size) - 1);
	virtio_push(virtio_console.device, console_queue(p, false), &p->rx);
	vring_arm(&p->rx, 1);
	return true;
}

/* Finds the next bytes that came; false: there are none. */
static bool
console_next(struct console_port *p)
{
	uint32_t length;
	int got = vring_take(&p->rx, &p->first, &length);

	if (got < 0 || (got > 0 && length > PAGE_SIZE))
		virtio_console_break("answer to no request");
	else if (got > 0)
		p->at = 0, p->end = length;
	return virtio_console.device != NULL && got > 0;
}

static void
console_done(struct console_port *p)
{
	console_post_rx(p, p->first);
	p->at = p->end = 0;
	virtio_push(virtio_console.device, console_queue(p, false), &p->rx);
	vring_arm(&p->rx, 1);
}

static uint32_t
console_port_read(struct console_port *p, char *s, uint32_t n)
{
	uint32_t done = 0, part;

	if (p == NULL || p->buffer == NULL)
		return 0;
	while (done < n && (p->at < p->end || console_next(p))) {
		part = p->end - p->at;
		if (part > n - done)
			part = n - done;
		memcpy(
		    s + done, p->buffer + p->first * PAGE_SIZE + p->at, part);
		p->at += part;
		done += part;
		if (p->at >= p->end)
			console_done(p);
	}
	return done;
}

/* Takes back what was sent; true if some was, or will be at the next call. */
static bool
console_reap(struct console_port *p)
{
	uint32_t length;
	bool any = false;
	uint16_t slot;
	int got;

	while ((got = vring_take(&p->tx, &slot, &length)) > 0) {
		p->tx_free |= (uint16_t)(1u << slot);
		any = true;
	}
	if (got < 0)
		virtio_console_break("answer to no request");
	else if (p->tx_free == 0)
		any |= vring_arm(&p->tx, 1);
	return any;
}

static uint32_t
console_port_write(struct console_port *p, const char *s, uint32_t n)
{
	uint32_t done = 0, part;
	uint16_t slot;
	char *to;

	if (p == NULL || p->buffer == NULL)
		return 0;
	console_reap(p);
	while (virtio_console.device != NULL && done < n && p->tx_free != 0) {
		slot = (uint16_t)__builtin_ctz(p->tx_free);
		p->tx_free &= (uint16_t) ~(1u << slot);
		to = p->buffer + (SLOTS + slot) * PAGE_SIZE;
		part = n - done > PAGE_SIZE ? PAGE_SIZE : n - done;
		memcpy(to, s + done, part);
		p->tx.desc[slot] = (struct vring_desc){
			.address = (uintptr_t)to,
			.length = part,
		};
		vring_post(&p->tx, slot);
		done += part;
	}
	if (done > 0)
		virtio_push(
		    virtio_console.device, console_queue(p, true), &p->tx);
	return done;
}

/* ---- control messages ---- */

static void
console_tell(uint32_t id, enum console_event event, uint16_t value)
{
	struct vring *r = &virtio_console.control_tx;
	uint16_t slot = virtio_console.out_next;
	uint32_t length;
	uint16_t done;

	while (vring_take(r, &done, &length) > 0)
		;
	if (r->out[slot] != 0) {
		virtio_console_break("it takes no control messages");
		return;
	}
	virtio_console.out_next = (uint16_t)((slot + 1) % r->size);
	virtio_console.out[slot] = (struct console_message){
		.id = id, .event = (uint16_t)event, .value = value
	};
	r->desc[slot] = (struct vring_desc){
		.address = (uintptr_t)&virtio_console.out[slot],
		.length = 8,
	};
	vring_post(r, slot);
	virtio_push(virtio_console.device, QUEUE_CONTROL_TX, r);
}

static void
console_add(struct console_port *p, uint32_t id)
{
	bool ready = console_port_begin(p);

	if (!ready)
		console_printf("console port %u: no memory\n", id);
	console_tell(id, PORT_READY, ready);
	if (ready && virtio_console.device != NULL)
		console_tell(id, PORT_OPEN, 1);
}

static void
console_name(struct console_port *p, const struct console_message *m, size_t n)
{
	/* QEMU ends the name with a NUL, others may not. */
	while (n > 0 && m->name[n - 1] == '\0')
		n--;
	if (str_is(str_make(m->name, n), VIRTIO_CONTROL_NAME))
		virtio_console.control = p;
}

/* The host's end is open, or is not any more; it may say so twice. */
static void
console_opened(struct console_port *p, bool open)
{
	if (!open)
		p->session = 0;
	else if (p->session == 0)
		p->session = ++virtio_console.sessions;
}

/* length: bytes that came, at least 8.  m is a copy of our own. */
static void
console_heard(const struct console_message *m, uint32_t length)
{
	struct console_port *p;

	if (m->id >= virtio_console.ports) {
		if (m->event == PORT_ADD)
			console_printf("console: no port %u here, %u at most\n",
			    m->id, virtio_console.ports - 1);
		return;
	}
	p = &virtio_console.port[m->id];
	switch (m->event) {
	case PORT_ADD:
		console_add(p, m->id);
		break;
	case PORT_REMOVE:
		console_opened(p, false);
		break;
	case CONSOLE_PORT:
		if (virtio_console.console == NULL && m->value == 1)
			virtio_console.console = p;
		break;
	case PORT_OPEN:
		console_opened(p, m->value == 1);
		break;
	case PORT_NAME:
		console_name(p, m, length - 8);
		break;
	default:
		break;
	}
}

static void
console_post_control(uint16_t slot)
{
	struct vring *r = &virtio_console.control_rx;

	r->desc[slot] = (struct vring_desc){
		.address = (uintptr_t)&virtio_console.in[slot],
		.length = CONTROL_SIZE,
		.flags = VRING_WRITE,
	};
	vring_post(r, slot);
}

static bool
console_listen(void)
{
	struct vring *r = &virtio_console.control_rx;
	struct console_message m;
	bool any = false;
	uint32_t length;
	uint16_t slot;
	int got = 0;

	while (virtio_console.device != NULL &&
	       (got = vring_take(r, &slot, &length)) > 0) {
		/* A copy, so that what is looked at is what is used. */
		memcpy(&m, &virtio_console.in[slot], sizeof(m));
		console_post_control(slot);
		if (length >= 8 && length <= CONTROL_SIZE)
			console_heard(&m, length);
		any = true;
	}
	if (virtio_console.device == NULL)
		return true;
	if (got < 0)
		virtio_console_break("answer to no request");
	else if (any)
		virtio_push(virtio_console.device, QUEUE_CONTROL_RX, r);
	return any || vring_arm(r, 1);
}

/*
 * True if the control port has news: bytes that its thread was not told of
 * since it last read, or room where there was none.
 */
static bool
console_control_news(struct console_port *p)
{
	bool any = p->tx_free == 0 && console_reap(p);

	if (virtio_console.device == NULL)
		return true;
	if (!p->told && vring_waiting(&p->rx))
		any = p->told = true;
	return any;
}

bool
virtio_console_poll(void)
{
	bool any = false;

	if (virtio_console.device == NULL)
		return false;
	if (virtio_console.multiport)
		any = console_listen();
	if (virtio_console.control == NULL || virtio_console.waiter == NULL)
		return any;
	any |= console_control_news(virtio_console.control);
	if (any)
		os_wake(virtio_console.waiter);
	return any;
}

/* ---- the start ---- */

static int
console_queues(struct virtio_device *d, struct diag *why)
{
	unsigned int n;
	int err = 0;

	for (n = 0; err == 0 && n < virtio_console.ports; n++) {
		struct console_port *p = &virtio_console.port[n];

		err = virtio_queue(
		    d, console_queue(p, false), SLOTS, &p->rx, why);
		if (err == 0)
			err = virtio_queue(
			    d, console_queue(p, true), SLOTS, &p->tx, why);
	}
	if (err != 0 || !virtio_console.multiport)
		return err;
	err = virtio_queue(d, QUEUE_CONTROL_RX, CONTROL_SLOTS,
	    &virtio_console.control_rx, why);
	if (err == 0)
		err = virtio_queue(d, QUEUE_CONTROL_TX, CONTROL_SLOTS,
		    &virtio_console.control_tx, why);
	return err;
}

static int
console_connect(struct virtio_device *d, struct diag *why)
{
	uint32_t ports = 1;
	int err = virtio_negotiate(d, F_MULTIPORT, why);

	if (err != 0)
		return err;
	virtio_console.multiport = (d->features & F_MULTIPORT) != 0;
	if (virtio_console.multiport)
		ports = d->transport->config(d, CONFIG_MAX_PORTS, 4);
	virtio_console.ports = ports < CONSOLE_PORTS ? ports : CONSOLE_PORTS;
	return console_queues(d, why);
}

static void
console_greet(void)
{
	struct vring *r = &virtio_console.control_rx;
	uint16_t slot;

	for (slot = 0; slot < r->size; slot++)
		console_post_control(slot);
	virtio_push(virtio_console.device, QUEUE_CONTROL_RX, r);
	vring_arm(r, 1);
	console_tell(0, DEVICE_READY, 1);
}

void
virtio_console_stop(void)
{
	uint32_t sessions = virtio_console.sessions; /* none twice */
	struct console_port *p;
	unsigned int n;

	if (virtio_console.device != NULL)
		virtio_reset(virtio_console.device);
	for (n = 0; n < virtio_console.ports; n++) {
		p = &virtio_console.port[n];
		vring_fini(&p->rx);
		vring_fini(&p->tx);
		if (p->buffer != NULL)
			pages_free(p->buffer);
	}
	vring_fini(&virtio_console.control_rx);
	vring_fini(&virtio_console.control_tx);
	memset(&virtio_console, 0, sizeof(virtio_console));
	virtio_console.sessions = sessions;
}

void
virtio_console_start(struct virtio_device *d)
{
	struct diag why = { "" };

	if (virtio_console.device != NULL) {
		console_printf("%s: one console is enough\n", d->name);
		return;
	}
	virtio_console.device = d;
	if (console_connect(d, &why) != 0) {
		console_printf("%s\n", why.text);
		virtio_console_stop();
		return;
	}
	virtio_ready(d);
	if (virtio_console.multiport)
		console_greet();
	else if (console_port_begin(&virtio_console.port[0]))
		virtio_console.console = &virtio_console.port[0];
}

uint32_t
virtio_console_write(const char *s, uint32_t n)
{
	return console_port_write(virtio_console.console, s, n);
}

uint32_t
virtio_console_read(char *s, uint32_t n)
{
	return console_port_read(virtio_console.console, s, n);
}

bool
virtio_console_there(void)
{
	return virtio_console.console != NULL;
}

uint32_t
virtio_control_write(const char *s, uint32_t n)
{
	return console_port_write(virtio_console.control, s, n);
}

uint32_t
virtio_control_read(char *s, uint32_t n)
{
	struct console_port *p = virtio_console.control;

	if (p == NULL)
		return 0;
	p->told = false;
	if (p->at == p->end && p->buffer != NULL && !console_next(p))
		return 0;
	n = console_port_read(p, s, n < p->end - p->at ? n : p->end - p->at);
	/* The device says that a session has ended before the next one's bytes:
	 * who looks now knows of it. */
	(void)virtio_console_poll();
	return n;
}

uint32_t
virtio_control_session(void)
{
	return virtio_console.control == NULL ? 0
	                                      : virtio_console.control->session;
}

void
virtio_control_wake(struct os_waiter *w)
{
	virtio_console.waiter = w;
}
