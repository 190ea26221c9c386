/* SPDX-License-Identifier: BSD-3-Clause */
/* pktgen.c -- see pktgen.h.  Prints a line a second. */
#include "minios/pktgen.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/csum.h"
#include "click/batch.h"
#include "click/packet_inline.h"
#include "click/pool.h"
#include "minios/boot.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "os/netdev.h"
#include "os/os.h"

enum {
	BURST = 64,
	SCRATCH = 16384,
	SECOND = 1000000000,
	SMALLEST = 60,
	LARGEST = 1514,
	DISCARD = 9, /* the port of the discard service */
};

struct pktgen {
	struct thread thread;
	struct netdev *dev;
	uint8_t frame[LARGEST]; /* what is sent */
	uint32_t size;
	uint64_t packets, bytes, limit;
	uint64_t reported_packets, reported_bytes;
	int64_t next_report_ns;
};

static void
pktgen_report(struct pktgen *g, const char *verb)
{
	int64_t now = os_steady_ns();

	if (now < g->next_report_ns)
		return;
	if (g->next_report_ns != 0)
		console_printf("pkt-gen: %s %llu packets/s, %llu kbit/s, "
		               "%llu in all\n",
		    verb,
		    (unsigned long long)(g->packets - g->reported_packets),
		    (unsigned long long)(g->bytes - g->reported_bytes) * 8 /
		        1000,
		    (unsigned long long)g->packets);
	g->reported_packets = g->packets;
	g->reported_bytes = g->bytes;
	g->next_report_ns = now + SECOND;
}

/* A UDP packet from 10.0.0.1 to 10.0.0.2, port 9. */
static void
pktgen_fill(struct pktgen *g, uint8_t *frame, uint32_t n)
{
	uint8_t *ip = frame + 14, *udp = ip + 20;

	memset(frame, 0, n);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, g->dev->mac, 6);
	put_be16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put_be16(ip + 2, (uint16_t)(n - 14));
	ip[8] = 64;
	ip[9] = 17;
	put_be32(ip + 12, 0x0a000001);
	put_be32(ip + 16, 0x0a000002);
	put_u16(ip + 10, csum(ip, 20));
	put_be16(udp, DISCARD);
	put_be16(udp + 2, DISCARD);
	put_be16(udp + 4, (uint16_t)(n - 34));
}

static void
pktgen_ready(void *arg, unsigned int what)
{
	(void)arg, (void)what; /* os_wait() has returned: that is all */
}

static bool
pktgen_init(struct pktgen *g)
{
	struct os_port_request req = { .what = NETDEV_RX | NETDEV_TX };
	struct diag why = { "" };
	struct depot *depot = depot_new(0);
	char *scratch = malloc(SCRATCH);

	if (depot == NULL || scratch == NULL)
		return false;
	g->thread.pool = pool_new(depot);
	g->thread.scratch =
	    (struct scratch){ scratch, scratch, scratch + SCRATCH };
	g->thread.alone = true;
	g->thread.waiter = req.waiter = os_waiter_new();
	if (g->thread.pool == NULL || req.waiter == NULL)
		return false;
	if (!cmdline_get("port", &req.name))
		req.name = STR("0");
	if (os_port_open(&req, &g->dev, &why) != 0) {
		console_printf("pkt-gen: %s\n", why.text);
		return false;
	}
	g->dev->ready[NETDEV_RX] = g->dev->ready[NETDEV_TX] = pktgen_ready;
	return true;
}

static void
pktgen_sleep(struct pktgen *g, unsigned int what)
{
	bool now = netdev_arm(g->dev, what);

	os_wait(g->thread.waiter, now ? 0 : g->next_report_ns);
}

static void
pktgen_recv(struct pktgen *g)
{
	struct batch *b = batch_new(&g->thread, BURST);
	int n;

	for (;;) {
		pktgen_report(g, "received");
		batch_reset(b);
		n = netdev_rx(g->dev, b, BURST);
		if (n < 0)
			return;
		g->packets += (uint64_t)n;
		g->bytes += batch_bytes(b);
		batch_kill(b);
		if (n == 0)
			pktgen_sleep(g, NETDEV_RX);
	}
}

static bool
pktgen_more(struct pktgen *g, struct batch *b)
{
	while (b->count < BURST &&
	       (g->limit == 0 || g->packets + b->count < g->limit)) {
		struct packet *p = packet_new_inline(
		    &g->thread, PACKET_HEADROOM, g->frame, g->size, 0);

		if (p == NULL)
			return b->count > 0;
		batch_add(b, p);
	}
	return b->count > 0;
}

static void
pktgen_send(struct pktgen *g)
{
	struct batch *b = batch_new(&g->thread, BURST);
	uint64_t size = cmdline_number("size", SMALLEST);
	int n;

	g->size = size < SMALLEST || size > LARGEST ? (uint32_t)SMALLEST
	                                            : (uint32_t)size;
	g->limit = cmdline_number("count", 0);
	pktgen_fill(g, g->frame, g->size);
	while (pktgen_more(g, b)) {
		pktgen_report(g, "sent");
		n = netdev_tx(g->dev, b);
		if (n < 0)
			return;
		g->packets += (uint64_t)n;
		g->bytes += (uint64_t)n * g->size;
		if (n == 0)
			pktgen_sleep(g, NETDEV_TX);
		else
			os_wait(g->thread.waiter, 0);
	}
	console_printf(
	    "pkt-gen: sent %llu packets\n", (unsigned long long)g->packets);
	os_wait(g->thread.waiter, INT64_MAX);
}

bool
pktgen_main(void)
{
	static struct pktgen g;
	struct str mode;

	if (!cmdline_get("pktgen", &mode))
		return false;
	guest_listen();
	if (!pktgen_init(&g))
		return true;
	if (str_is(mode, "send"))
		pktgen_send(&g);
	else
		pktgen_recv(&g);
	console_printf("pkt-gen: the port is gone\n");
	return true;
}
