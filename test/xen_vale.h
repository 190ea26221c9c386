/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vale.h -- for tests: vifs of a guest (minios/xen/netfront.c) on a switch,
 * over a Xen in plain memory.
 */
#ifndef TEST_XEN_VALE_H
#define TEST_XEN_VALE_H

#include <stdio.h>
#include <string.h>

#include "click/batch.h"
#include "minios/arch.h"
#include "minios/fiber.h"
#include "minios/xen/netfront.h"
#include "minios/xen/region.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"
#include "test/balance.h"
#include "test/fake_minios.h"
#include "test/fake_store.h"
#include "test/fake_xen.h"
#include "test/fake_xenhost.h"
#include "test/run.h"
#include "test/tap.h"
#include "vale/port_mem.h"
#include "vale/xen.h"

#define XV_BACK "/local/domain/0/backend/vif/7/"

enum { XV_VIFS = 2, XV_PAGES = 1200 };

struct xv {
	struct trun run;
	struct thread *t;
	struct vale *vale;
	struct vale_xen *xen;
	struct vale_xen_options options;
	struct vale_port *mem; /* the port "m" of vale0, to send and look at */
	struct netdev *dev[XV_VIFS];
	uint64_t pages;
	unsigned int unbalanced; /* switches that miscounted */
	char log[2048];
};

static void
xv_log(void *arg, const char *line)
{
	struct xv *x = arg;
	size_t n = strlen(x->log);

	snprintf(x->log + n, sizeof(x->log) - n, "%s\n", line);
}

/* The switch's turn, whenever the guest gives up the processor. */
static bool
xv_turn(void *arg)
{
	struct xv *x = arg;

	if (x->vale == NULL)
		return false;
	vale_wait(x->vale, 0);
	return vale_round(x->vale) > 0;
}

UNUSED static void
xv_key(unsigned int vif, const char *side, const char *key, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%u/%s",
	    side[0] == 'b' ? XV_BACK : FAKE_HOME "/device/vif/", vif, key);
	fake_store_set(path, value);
}

UNUSED static const char *
xv_get(unsigned int vif, const char *side, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%u/%s",
	    side[0] == 'b' ? XV_BACK : FAKE_HOME "/device/vif/", vif, key);
	return fake_store_get(path);
}

/* Both directories of a vif, as a toolstack leaves them. */
static void
xv_toolstack(unsigned int vif)
{
	char text[128];

	snprintf(text, sizeof(text), "%s%u", XV_BACK, vif);
	xv_key(vif, "front", "backend", text);
	xv_key(vif, "front", "backend-id", "0");
	snprintf(text, sizeof(text), "02:00:00:00:00:0%u", vif + 1);
	xv_key(vif, "front", "mac", text);
	xv_key(vif, "back", "mac", text);
	xv_key(vif, "front", "state", "1");
	snprintf(text, sizeof(text), "%s/device/vif/%u", FAKE_HOME, vif);
	xv_key(vif, "back", "frontend", text);
	snprintf(text, sizeof(text), "vale0:g%u+guard=off", vif);
	xv_key(vif, "back", "bridge", text);
	xv_key(vif, "back", "state", "1");
}

/* A switch, of which vifs and the port "m" become ports. */
UNUSED static void
xv_switch(struct xv *x)
{
	struct vale_options o = { .poll_ns = VALE_POLL_NS };
	struct diag why = { "" };
	struct vale_attach a = { .switch_name = STR("vale0"),
		.name = STR("m"),
		.with = &vale_kind_mem,
		.worker = -1 };

	x->options.ops = &fake_xenhost;
	x->options.log = xv_log;
	x->options.log_arg = x;
	if (x->options.guest_memory == 0)
		x->options.guest_memory = 64 << 20;
	x->vale = vale_new(&o, &why);
	if (vale_switch_add(x->vale, STR("vale0"), STR("learning"), &why) !=
	        0 ||
	    vale_attach(x->vale, &a, &x->mem, &why) != 0)
		tap_note("%s", why.text);
	x->xen = vale_xen_new(x->vale, &x->options, &why);
	if (x->xen == NULL)
		tap_note("%s", why.text);
}

/* The switch dies: nobody hears of it. */
UNUSED static void
xv_kill(struct xv *x)
{
	x->unbalanced += balance_of(x->vale, STR("vale0")) != 0;
	x->unbalanced += balance_wrong(x->mem) != 0;
	vale_xen_free(x->xen);
	vale_free(x->vale);
	x->vale = NULL;
	x->xen = NULL;
}

UNUSED static void
xv_settle(void)
{
	for (unsigned int i = 0; i < 150; i++)
		fiber_yield();
}

/* Store, toolstack, switch; no vif is open yet. */
UNUSED static void
xv_init(struct xv *x, const char *cmdline)
{
	fake_store_init((void *)(uintptr_t)xen.store_page);
	fake_xenhost_init();
	xenbus_init();
	fake_cmdline(cmdline);
	fake_console_clear();
	x->log[0] = '\0';
	x->pages = fake_pages_used();
	fake_pages_limit(XV_PAGES);
	for (unsigned int i = 0; i < XV_VIFS; i++)
		xv_toolstack(i);
	trun_start(&x->run, "Idle -> Discard");
	x->t = master_thread(x->run.m, 0);
	xv_switch(x);
	fake_xen_peer(xv_turn, x);
}

UNUSED static int
xv_open(struct xv *x, unsigned int vif, struct diag *why)
{
	struct os_port_request req = { .what = NETDEV_RX | NETDEV_TX,
		.waiter = (void *)1 };

	return netfront_open(vif, &req, &x->dev[vif], why);
}

/* Sends n bytes from a vif, filled by seed, to..from 02:..:to. */
UNUSED static void
xv_frame(uint8_t *frame, uint32_t n, uint8_t to, uint8_t from)
{
	for (uint32_t i = 0; i < n; i++)
		frame[i] = (uint8_t)(i * 7 + n);
	memcpy(frame, "\2\0\0\0\0", 5);
	frame[5] = to;
	memcpy(frame + 6, "\2\0\0\0\0", 5);
	frame[11] = from;
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

/* How many of n packets the vif took. */
UNUSED static int
xv_send(struct xv *x, unsigned int vif, const void *frame, uint32_t n)
{
	struct scratch_mark m = scratch_mark(x->t);
	struct batch *b = batch_new(x->t, 1);
	int taken;

	batch_add(b, packet_new(x->t, PACKET_HEADROOM, frame, n, 0));
	taken = netdev_tx(x->dev[vif], b);
	batch_kill(b);
	scratch_release(x->t, m);
	return taken;
}

/* The next frame that the vif received: its length, -1: none. */
UNUSED static int
xv_receive(struct xv *x, unsigned int vif, uint8_t *frame)
{
	struct scratch_mark m = scratch_mark(x->t);
	struct batch *b = batch_new(x->t, 1);
	int n = netdev_rx(x->dev[vif], b, 1);

	if (n > 0) {
		n = (int)b->packet[0]->length;
		memcpy(frame, b->packet[0]->data, (uint32_t)n);
		batch_kill(b);
	} else if (n == 0) {
		n = -1;
	}
	scratch_release(x->t, m);
	return n;
}

/* What is received on one vif goes out on the other; how many. */
UNUSED static int
xv_forward(struct xv *x, unsigned int from, unsigned int to)
{
	struct scratch_mark m = scratch_mark(x->t);
	struct batch *b = batch_new(x->t, 64);
	int n = netdev_rx(x->dev[from], b, 64);

	if (n > 0)
		n = netdev_tx(x->dev[to], b);
	batch_kill(b);
	scratch_release(x->t, m);
	return n;
}

/* Everything ends; every page, grant, channel and packet is back. */
UNUSED static void
xv_fini(struct xv *x, const char *what)
{
	for (unsigned int i = 0; i < XV_VIFS; i++)
		if (x->dev[i] != NULL)
			netdev_close(x->dev[i]);
	xv_settle();
	is_num(fake_xenhost_mapped(), 0, "%s: nothing is mapped", what);
	is_num(fake_xenhost_bound(), 0, "%s: no channel bound", what);
	fake_xen_peer(NULL, NULL);
	if (x->vale != NULL)
		xv_kill(x);
	if (fake_console()[0] != '\0')
		tap_note("%s", fake_console());
	if (x->log[0] != '\0')
		tap_note("%s", x->log);
	is_num(x->unbalanced, 0, "%s: every frame is accounted for", what);
	is_num(trun_stop(&x->run), 0, "%s: every packet is back", what);
	is_num(fake_xen_grants(), 0, "%s: every grant", what);
	is_num(fake_xen_ports(), 0, "%s: every event channel", what);
	is_num(fake_pages_used() - x->pages, 0, "%s: every page", what);
	memset(x, 0, sizeof(*x));
}

#endif
