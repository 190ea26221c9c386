/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.h -- a guest of the switch in the test's own process: the region mapped
 * a second time, as its process would, and no socket.
 */
#ifndef TEST_RING_H
#define TEST_RING_H

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netring/guest.h"
#include "test/vale.h"
#include "vale/guest.h"
#include "vale/kinds.h"

struct tguest {
	struct vale_guest host;
	struct vale_guest_port host_port[2];
	struct netring_guest guest;
	struct netring_guest_port port[2];
	struct vale_port *vale_port[2];
	uint32_t next;          /* buffers from here on are nobody's */
	int memfd, doorbell[2]; /* a pipe for the socket */
};

UNUSED static void
tguest_mail(struct vale_guest *g)
{
	(void)g;
}

UNUSED static int
tguest_start(
    struct tguest *g, struct vale *v, uint32_t slots, uint32_t features)
{
	struct netring_layout l;
	struct diag why = { "" };
	uint8_t *base;

	memset(g, 0, sizeof(*g));
	g->host.vale = v;
	g->host.worker = -1;
	g->host.features = features;
	g->host.mail = tguest_mail;
	g->host.region.layout = (struct netring_layout){
		.ports = 2, .slots = slots, .buffers = 8 * slots
	};
	if (pipe(g->doorbell) != 0 ||
	    fcntl(g->doorbell[0], F_SETFL, O_NONBLOCK) != 0 ||
	    region_make(&g->host.region, 1, &g->memfd, &why) != 0)
		return ERR_IO;
	g->host.socket = g->doorbell[0];
	g->host.event = eventfd(0, EFD_NONBLOCK);
	base = mmap(NULL, g->host.region.layout.size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, g->memfd, 0);
	if (base == MAP_FAILED ||
	    netring_head_read(base, g->host.region.layout.size, &l, &why) != 0)
		return ERR_IO;
	return netring_guest_init(&g->guest, base, &l);
}

/* Opens port i as NAME of the switch "v". */
UNUSED static int
tguest_open(struct tguest *g, uint32_t i, const char *name)
{
	uint32_t slots = g->guest.layout.slots, spare[2 * NETRING_SLOTS_MAX];
	struct vale_attach a = { .switch_name = STR("v"),
		.name = str_of(name),
		.with = &vale_kind_ring,
		.context = &g->host_port[i],
		.worker = g->host.worker };
	struct diag why = { "" };

	for (uint32_t k = 0; k < 2 * slots; k++)
		spare[k] = g->next++;
	g->host_port[i] = (struct vale_guest_port){ &g->host, i };
	if (netring_guest_port_init(&g->port[i], &g->guest, i, spare, 64) != 0)
		return ERR_NOMEM;
	return vale_attach(g->host.vale, &a, &g->vale_port[i], &why);
}

UNUSED static void
tguest_publish(struct tguest *g, struct netring_end *e)
{
	netring_publish(e);
	fence_full();
	if (netring_must_wake(e) && write(g->doorbell[1], "\n", 1) != 1)
		ok(false, "the doorbell rings");
}

/* Sends n bytes out of frame; false: no room. */
UNUSED static bool
tguest_send(struct tguest *g, uint32_t i, const uint8_t *frame, uint32_t n)
{
	struct netring_guest_port *p = &g->port[i];
	uint32_t b;

	if (netring_guest_tx_room(p, 1) < 1)
		return false;
	b = netring_guest_tx_spare(p);
	memcpy(netring_guest_buffer(&g->guest, b) + 64, frame, n);
	netring_guest_tx_put_own(p, slot_make(b, 0, 64, n));
	tguest_publish(g, &p->tx);
	return true;
}

/* The next frame received, copied to out; its length, -1 none, or ERR_PEER. */
UNUSED static int
tguest_receive(struct tguest *g, uint32_t i, uint8_t *out)
{
	struct netring_guest_port *p = &g->port[i];
	int waiting = netring_guest_rx_waiting(p, 1);
	netring_slot s;

	if (waiting <= 0)
		return waiting < 0 ? waiting : -1;
	/* Its own buffer goes back: what it holds has been copied. */
	s = netring_peek(&p->rx, 0);
	memcpy(out,
	    netring_guest_buffer(&g->guest, slot_buffer(s)) + slot_offset(s),
	    slot_length(s));
	if (netring_guest_rx_take(p, slot_buffer(s), 64, &s) != 0)
		return ERR_PEER;
	tguest_publish(g, &p->rx);
	return (int)slot_length(s);
}

/* Its ports must have been detached. */
UNUSED static void
tguest_stop(struct tguest *g)
{
	for (int i = 0; i < 2; i++)
		netring_guest_port_fini(&g->port[i]);
	munmap(g->guest.base, g->guest.layout.size);
	netring_guest_fini(&g->guest);
	region_unmap(&g->host.region);
	close(g->host.event);
	close(g->memfd);
	close(g->doorbell[0]);
	close(g->doorbell[1]);
}

#endif
