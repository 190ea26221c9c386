/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * badback.c -- in dom0: the backend of one vif, which breaks the protocol.
 *
 *	badback DOMID VIF keys		makes the keys of both ends
 *	badback DOMID VIF WHAT		connects, anew if need be; has one frame
 *					sent back by the guest; then does WHAT
 *
 * The guest's router has to send back what comes in.  Neither a toolstack nor
 * xen-netback knows of the vif: its backend's keys are below /local/domain/0/
 * badback.  Exit status: 0, or 1 with the reason on standard error.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

#include "xen/backring.h"
#include "xen/netif.h"

enum { PATIENCE_S = 20, FRAME = 60, PAGE = 4096 };

struct back {
	struct xs_handle *xs;
	xengnttab_handle *grants;
	xenevtchn_handle *events;
	unsigned int domid;
	char front[64], back[64]; /* directories */
	struct xen_backring rx, tx;
	int rx_port, tx_port; /* ours */
	time_t end;
};

static void
fail(const char *what)
{
	fprintf(stderr, "badback: %s\n", what);
	exit(1);
}

static time_t
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static long
key_read(struct back *b, const char *directory, const char *name)
{
	char path[128], *value;
	unsigned int n;
	long x;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	value = xs_read(b->xs, XBT_NULL, path, &n);
	x = value != NULL ? strtol(value, NULL, 10) : -1;
	free(value);
	return x;
}

static void
key_write(
    struct back *b, const char *directory, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (!xs_write(
	        b->xs, XBT_NULL, path, value, (unsigned int)strlen(value)))
		fail(path);
}

/* A directory that owner's is and reader may read; what is in it inherits. */
static void
key_directory(
    struct back *b, const char *path, unsigned int owner, unsigned int reader)
{
	struct xs_permissions may[] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};

	if (!xs_mkdir(b->xs, XBT_NULL, path) ||
	    !xs_set_permissions(b->xs, XBT_NULL, path, may, 2))
		fail(path);
}

static void
make_keys(struct back *b)
{
	key_directory(b, b->back, 0, b->domid);
	key_directory(b, b->front, b->domid, 0);
	key_write(b, b->back, "frontend", b->front);
	key_write(b, b->back, "feature-sg", "1");
	key_write(b, b->back, "feature-split-event-channels", "1");
	key_write(b, b->front, "backend", b->back);
	key_write(b, b->front, "backend-id", "0");
	key_write(b, b->front, "mac", "00:16:3e:00:00:0b");
	key_write(b, b->front, "state", "1");
	key_write(b, b->back, "state", "2");
}

static void
out_of_time(const struct back *b, const char *what)
{
	if (now_s() > b->end)
		fail(what);
}

static void
await_front(struct back *b, long state)
{
	while (key_read(b, b->front, "state") != state) {
		out_of_time(b, "the frontend does not follow");
		usleep(10000);
	}
}

/* Ends what a badback of before has left. */
static void
begin_anew(struct back *b)
{
	if (key_read(b, b->back, "state") != XENBUS_CONNECTED)
		return;
	key_write(b, b->back, "state", "5");
	await_front(b, XENBUS_CLOSED);
	key_write(b, b->back, "state", "6");
	await_front(b, XENBUS_INITIALISING);
	key_write(b, b->back, "state", "2");
}

static void *
map(struct back *b, uint32_t ref)
{
	void *page = xengnttab_map_grant_ref(
	    b->grants, b->domid, ref, PROT_READ | PROT_WRITE);

	if (page == NULL)
		fail("a page that is not granted");
	return page;
}

static int
bind(struct back *b, const char *name)
{
	int port = xenevtchn_bind_interdomain(
	    b->events, b->domid, (evtchn_port_t)key_read(b, b->front, name));

	if (port < 0)
		fail(name);
	return port;
}

static void
connect_rings(struct back *b)
{
	begin_anew(b);
	await_front(b, XENBUS_CONNECTED);
	if (xen_backring_init(&b->rx,
	        map(b, (uint32_t)key_read(b, b->front, "rx-ring-ref")),
	        sizeof(struct netif_rx)) != 0 ||
	    xen_backring_init(&b->tx,
	        map(b, (uint32_t)key_read(b, b->front, "tx-ring-ref")),
	        sizeof(struct netif_tx)) != 0)
		fail("rings that make no sense");
	b->rx_port = bind(b, "event-channel-rx");
	b->tx_port = bind(b, "event-channel-tx");
	key_write(b, b->back, "state", "4");
}

static void
tell(struct back *b)
{
	xenevtchn_notify(b->events, b->rx_port);
	xenevtchn_notify(b->events, b->tx_port);
}

static void
await_requests(struct back *b, struct xen_backring *r, int n)
{
	while (xen_backring_waiting(r) < n) {
		out_of_time(b, "the guest asks for nothing");
		usleep(10000);
	}
}

static void
answer_rx(struct back *b, uint16_t id, uint16_t offset, uint16_t flags, int n)
{
	struct netif_rx_done done = { id, offset, flags, (int16_t)n };

	memcpy(
	    xen_backring_slot(&b->rx, b->rx.rsp_prod++), &done, sizeof(done));
	b->rx.req_cons++;
}

/* The id that the guest expects next. */
static uint16_t
next_rx(struct back *b)
{
	return (uint16_t)(b->rx.rsp_prod % b->rx.size);
}

/* One frame to the guest, and the same back from it. */
static void
echo(struct back *b)
{
	struct netif_rx to;
	struct netif_tx from;
	uint8_t frame[FRAME];
	uint8_t *page;

	for (int i = 0; i < FRAME; i++)
		frame[i] = (uint8_t)(255 - i * (i > 5));
	await_requests(b, &b->rx, 1);
	memcpy(&to, xen_backring_slot(&b->rx, b->rx.req_cons), sizeof(to));
	page = map(b, to.ref);
	memcpy(page, frame, FRAME);
	answer_rx(b, to.id, 0, 0, FRAME);
	xen_backring_show(&b->rx);
	tell(b);
	await_requests(b, &b->tx, 1);
	memcpy(&from, xen_backring_slot(&b->tx, b->tx.req_cons), sizeof(from));
	page =
	    xengnttab_map_grant_ref(b->grants, b->domid, from.ref, PROT_READ);
	if (page == NULL || from.size != FRAME ||
	    from.offset + from.size > PAGE ||
	    memcmp(page + from.offset, frame, FRAME) != 0)
		fail("not the frame that was sent");
	xengnttab_unmap(b->grants, page, 1);
}

/* The guest's request of echo() is answered. */
static void
answer_tx(struct back *b, uint16_t id)
{
	struct netif_tx_done done = { id, 0 };

	memcpy(
	    xen_backring_slot(&b->tx, b->tx.rsp_prod++), &done, sizeof(done));
	b->tx.req_cons++;
}

static void
honest(struct back *b)
{
	struct netif_tx from;

	memcpy(&from, xen_backring_slot(&b->tx, b->tx.req_cons), sizeof(from));
	answer_tx(b, from.id);
}

static void
rx_index(struct back *b)
{
	b->rx.rsp_prod += 1000;
}

static void
rx_id(struct back *b)
{
	answer_rx(b, (uint16_t)(next_rx(b) + 1), 0, 0, FRAME);
}

static void
rx_beyond(struct back *b)
{
	answer_rx(b, next_rx(b), PAGE - FRAME + 1, 0, FRAME);
}

static void
rx_parts(struct back *b)
{
	await_requests(b, &b->rx, NETIF_SLOTS_MAX + 1);
	for (int i = 0; i <= NETIF_SLOTS_MAX; i++)
		answer_rx(b, next_rx(b), 0, NETIF_RX_MORE, FRAME);
}

static void
tx_index(struct back *b)
{
	b->tx.rsp_prod += b->tx.size + 1;
}

static void
tx_id(struct back *b)
{
	answer_tx(b, 40000);
}

/* Both rings full of it, indices and all, again and again. */
static void
noise(struct back *b)
{
	srandom(4);
	for (int turn = 0; turn < 100; turn++) {
		for (int i = 0; i < PAGE; i++) {
			((volatile uint8_t *)b->rx.shared)[i] =
			    (uint8_t)random();
			((volatile uint8_t *)b->tx.shared)[i] =
			    (uint8_t)random();
		}
		tell(b);
	}
	b->rx.rsp_prod = b->tx.rsp_prod = (uint32_t)random();
}

static const struct {
	const char *name;
	void (*does)(struct back *b);
} deeds[] = {
	{ "nothing", honest },
	{ "rx-index", rx_index },
	{ "rx-id", rx_id },
	{ "rx-beyond", rx_beyond },
	{ "rx-parts", rx_parts },
	{ "tx-index", tx_index },
	{ "tx-id", tx_id },
	{ "noise", noise },
};

static void
run(struct back *b, const char *what)
{
	size_t n = sizeof(deeds) / sizeof(deeds[0]), i = 0;

	while (i < n && strcmp(deeds[i].name, what) != 0)
		i++;
	if (i == n)
		fail("it cannot do that");
	b->grants = xengnttab_open(NULL, 0);
	b->events = xenevtchn_open(NULL, 0);
	if (b->grants == NULL || b->events == NULL)
		fail("no grants, or no events");
	connect_rings(b);
	echo(b);
	deeds[i].does(b);
	xen_backring_show(&b->rx);
	xen_backring_show(&b->tx);
	tell(b);
}

int
main(int argc, char **argv)
{
	struct back b = { .end = now_s() + PATIENCE_S };

	if (argc != 4)
		fail("DOMID VIF keys|WHAT");
	b.xs = xs_open(0);
	if (b.xs == NULL)
		fail("no XenStore");
	b.domid = (unsigned int)atoi(argv[1]);
	snprintf(b.front, sizeof(b.front), "/local/domain/%u/device/vif/%d",
	    b.domid, atoi(argv[2]));
	snprintf(b.back, sizeof(b.back), "/local/domain/0/badback/%u/%d",
	    b.domid, atoi(argv[2]));
	if (strcmp(argv[3], "keys") == 0)
		make_keys(&b);
	else
		run(&b, argv[3]);
	return 0;
}
