/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_fuzz.c -- any bytes as what a backend and the store's daemon do to a
 * vif and to the store's client: answers and keys that make sense or do not,
 * scribbles over shared pages, events at any time.
 *
 * Whatever happens, no byte beyond a page is touched and every packet, page,
 * grant and event channel comes home, but for pages that the backend keeps
 * mapped.
 */
#include <stdlib.h>
#include <string.h>

#include "click/batch.h"
#include "minios/arch.h"
#include "minios/fiber.h"
#include "minios/xen/netfront.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"
#include "test/fake_minios.h"
#include "test/fake_netback.h"
#include "test/fake_store.h"
#include "test/fake_xen.h"
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

static void
scribble(struct input *in, void *page)
{
	uint32_t at = input_take(in, 2) % PAGE_SIZE;

	if (page != NULL)
		((uint8_t *)page)[at] = (uint8_t)input_take(in, 1);
}

static void
write_key(struct input *in)
{
	static const char *const keys[] = { FAKE_BACK "/state",
		FAKE_BACK "/feature-sg", FAKE_FRONT "/mac",
		FAKE_FRONT "/backend-id", FAKE_FRONT "/state",
		FAKE_BACK "/feature-split-event-channels" };
	char value[8] = "";
	uint32_t key = input_take(in, 1), i;

	for (i = 0; i < key / 32; i++)
		value[i] = (char)input_take(in, 1);
	fake_store_set(keys[key % ARRAY_SIZE(keys)], i == 0 ? NULL : value);
}

/* The daemon refuses, says nothing, stops or goes on. */
static void
store_step(struct input *in)
{
	uint32_t x = input_take(in, 1);

	if (x >= 240)
		fake_store_stop(x % 2 == 1);
	else
		fake_store_fail(x < 200 ? "EAGAIN" : "", 1 + x % 20, 1);
}

static void
backend_step(struct input *in, struct fake_netback *b)
{
	uint8_t frame[9000];
	uint32_t op = input_take(in, 1) % 10;

	memset(frame, (int)op, sizeof(frame));
	if (op == 0)
		write_key(in);
	else if (op == 1)
		store_step(in);
	else if (op == 2)
		scribble(in, (void *)(uintptr_t)xen.store_page);
	else if (op == 3)
		fake_xen_signal(input_take(in, 1) % 8);
	else if (!fake_netback_holds(b))
		return;
	else if (op == 4)
		scribble(in, b->rx);
	else if (op == 5)
		scribble(in, b->tx);
	else if (op == 6)
		fake_netback_answer_rx(b, (int)(input_take(in, 2) % 300) - 1,
		    (uint16_t)input_take(in, 2), (uint16_t)input_take(in, 1),
		    (int16_t)input_take(in, 2));
	else if (op == 7)
		fake_netback_answer_tx(b, (uint16_t)input_take(in, 2));
	else if (op == 8)
		fake_netback_get(b, frame);
	else
		fake_netback_put(b, frame, input_take(in, 2) % sizeof(frame),
		    (uint16_t)input_take(in, 1));
}

/* To another host, where a backend may be or not. */
static void
move(struct fake_netback *b)
{
	xenbus_suspend();
	fake_xen_fresh();
	fake_store_fresh();
	netfront_lose();
	b->connected = false;
	xenbus_resume(true);
	netfront_resume();
}

static void
driver_step(struct input *in, struct netdev *dev, struct thread *t)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 32);
	uint32_t op = input_take(in, 1) % 4, n = input_take(in, 2) % 5000;

	if (op == 0) {
		if (netdev_rx(dev, b, 32) > 0)
			batch_kill(b);
	} else if (op == 1) {
		batch_add(b, packet_new(t, 64, NULL, n + 1, 0));
		if (netdev_tx(dev, b) < 0 || b->count > 0)
			batch_kill(b);
	} else if (op == 2) {
		netdev_arm(dev, NETDEV_RX);
		netdev_arm(dev, NETDEV_TX);
	} else {
		fiber_yield();
		fake_deliver();
	}
	scratch_release(t, m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct os_port_request req = { .waiter = (void *)1 };
	struct input in = { data, size };
	struct fake_netback back;
	struct netdev *dev = NULL;
	struct trun run;
	struct diag why;
	uint64_t pages;

	if (!started) {
		fake_xen_init();
		netfront_init();
		fiber_yield();
		started = true;
	}
	fake_store_init((void *)(uintptr_t)xen.store_page);
	xenbus_init();
	fake_netback_init(&back);
	trun_start(&run, "Idle -> Discard");
	pages = fake_pages_used();
	while (in.left > 0) {
		uint32_t who = input_take(&in, 1);

		if (who == 255)
			move(&back);
		else if (dev == NULL && who % 8 == 0)
			(void)netfront_open(0, &req, &dev, &why);
		else if (dev != NULL && who % 2 == 0)
			driver_step(&in, dev, master_thread(run.m, 0));
		else
			backend_step(&in, &back);
	}
	if (dev != NULL)
		netdev_close(dev);
	fake_xen_peer(NULL, NULL);
	/* What was told and never answered is given up. */
	xenbus_suspend();
	xenbus_resume(false);
	if (trun_stop(&run) != 0 || fake_pages_used() != pages ||
	    fake_xen_grants() != 0 || fake_xen_ports() != 0)
		__builtin_trap();
	fake_console_clear();
	return 0;
}
