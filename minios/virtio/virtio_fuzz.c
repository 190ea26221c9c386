/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * virtio_fuzz.c -- any bytes as what a network and a console device do.
 *
 * Each step is an opcode and its operands: good service, nonsense in the
 * rings, or the driver's turn.  Whatever happens, no byte beyond a buffer is
 * touched and every packet comes home.
 */
#include <string.h>

#include "click/batch.h"
#include "minios/virtio/console.h"
#include "minios/virtio/link.h"
#include "minios/virtio/net.h"
#include "os/control.h"
#include "os/os.h"
#include "test/fake_minios.h"
#include "test/fake_virtio.h"
#include "test/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

static uint32_t
input_take(struct input *in, unsigned int bytes)
{
	uint32_t x = 0;

	while (bytes-- > 0 && in->left > 0) {
		x = x << 8 | *in->data++;
		in->left--;
	}
	return x;
}

/* The device's turn on one of its queues. */
static void
device_step(struct input *in, struct fake_virtio *f)
{
	struct fake_queue *q = &f->queue[input_take(in, 1) % FAKE_QUEUES];
	uint8_t bytes[64] = { 0 };
	uint32_t n;
	int head;

	if (q->desc == NULL)
		return;
	switch (input_take(in, 1) % 6) {
	case 0:
		q->used->index = (uint16_t)input_take(in, 2);
		break;
	case 1:
		fake_virtio_give(q, (int)input_take(in, 2), input_take(in, 3));
		break;
	case 2:
		q->used->ring[q->size].id = input_take(in, 2);
		q->used->flags = (uint16_t)input_take(in, 1);
		break;
	case 3:
		head = fake_virtio_take(q);
		if (head >= 0)
			fake_virtio_give(q, head, input_take(in, 2));
		break;
	default:
		n = input_take(in, 1) % sizeof(bytes);
		for (head = 0; (uint32_t)head < n; head++)
			bytes[head] = (uint8_t)input_take(in, 1);
		fake_virtio_put(q, bytes, n);
		break;
	}
}

/* The control thread's turn: hears, answers with what it heard, hangs up. */
static void
link_step(struct os_waiter *w, struct control_link **link)
{
	struct strbuf bytes = STRBUF_INIT;
	int got = 1;

	if (*link == NULL && virtio_link_accept(w, link) != 1)
		return;
	while (got == 1) {
		got = (*link)->ops->recv(*link, &bytes);
		if (got == 1)
			(void)(*link)->ops->send(*link, sb_str(&bytes));
		sb_clear(&bytes);
	}
	sb_fini(&bytes);
	if (got < 0) {
		(*link)->ops->close(*link);
		*link = NULL;
	}
}

static void
driver_step(struct input *in, struct netdev *dev, struct thread *t)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 32);
	unsigned int op = input_take(in, 1) % 5;
	char text[300] = "";

	if (op == 0) {
		if (netdev_rx(dev, b, 32) > 0)
			batch_kill(b);
	} else if (op == 1) {
		batch_add(b, packet_new(t, 64, NULL, 60, 0));
		if (netdev_tx(dev, b) <= 0)
			batch_kill(b);
		else if (b->count > 0)
			batch_kill(b);
	} else if (op == 2) {
		netdev_arm(dev, NETDEV_RX);
		netdev_arm(dev, NETDEV_TX);
		virtio_net_poll();
		fake_deliver();
	} else if (op == 3) {
		virtio_console_poll();
		virtio_console_read(text, sizeof(text));
		virtio_control_read(text, sizeof(text));
	} else {
		virtio_console_write(text, sizeof(text));
		virtio_control_write(text, sizeof(text));
	}
	scratch_release(t, m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct os_port_request req = { .waiter = NULL };
	struct fake_virtio net, console;
	struct netdev *dev;
	struct trun run;
	struct diag why;
	uint32_t n, offers = input_take(&in, 1);
	struct os_waiter *w = os_waiter_new();
	struct control_link *link = NULL;

	fake_virtio_init(&net, VIRTIO_NET,
	    (offers & 1) * VIRTIO_F_VERSION_1 +
	        (offers >> 1 & 1) * VIRTIO_F_EVENT_IDX);
	fake_virtio_init(
	    &console, VIRTIO_CONSOLE, net.offers | (offers & 4) >> 1);
	console.config[4] = 4;
	trun_start(&run, "Idle -> Discard");
	virtio_console_start(&console.device);
	if (virtio_net_open(&net.device, 0, &req, &dev, &why) != 0)
		__builtin_trap();
	while (in.left > 0) {
		n = input_take(&in, 1);
		if (n % 4 == 3)
			link_step(w, &link);
		else if ((n & 1) != 0)
			driver_step(&in, dev, master_thread(run.m, 0));
		else
			device_step(&in,
			    (input_take(&in, 1) & 1) != 0 ? &net : &console);
	}
	netdev_close(dev);
	if (link != NULL)
		link->ops->close(link);
	virtio_console_stop();
	os_waiter_free(w);
	if (trun_stop(&run) != 0 || fake_pages_used() != 0)
		__builtin_trap();
	fake_console_clear();
	return 0;
}
