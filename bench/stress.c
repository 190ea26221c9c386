/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stress.c -- many clients, each with a rate of its own, each of a guest that
 * answers: what comes back, and when.
 *
 *	bench-stress [OPTIONS] SWITCH N
 *
 *	--rate PPS     of each client (10000)
 *	--seconds S    (2)
 *	--size BYTES   of each frame, without FCS (64)
 *	--cpu N        where we run (1)
 *
 * Client I has port SWITCH:cI and address 02:00:00:00:10:00 + I; it sends UDP
 * to 02:00:00:00:20:00 + I, whose guest changes the addresses of the frame and
 *sends it back.  Clients take turns, a frame each.  Printed, on one line:
 *
 *	due N  refused N  answered N  p50 US  p99 US  seconds S  ran SHARE
 *
 * due: what the rates ask for; refused: their ring was full, they were not
 *sent; ran: the share of the time that we were not kept from the processor.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/csum.h"
#include "base/steady.h"
#include "bench/cores.h"
#include "bench/ports.h"

enum {
	CLIENTS_MAX = 1024,
	SLOTS = 256,
	BUFFERS = PEER_PORTS * 2 * SLOTS + 64,
	BURST = 32,
	QUIET_NS = 500000000,
	STAMP = 42, /* where the time stands: behind Ethernet, IP and UDP */
	/* Delays are counted by 1/16 of a power of two of nanoseconds. */
	STEPS = 16,
	BINS = 48 * STEPS,
};

struct client {
	struct peer *peer;
	struct netring_guest_port port;
	uint8_t frame[STAMP];
};

struct stress {
	struct client client[CLIENTS_MAX];
	uint32_t n, size;
	uint64_t due, refused, answered;
	uint64_t bin[BINS];
};

/* ---- delays ---- */

static uint32_t
bin_of(uint64_t ns)
{
	uint32_t top;

	if (ns < STEPS)
		return (uint32_t)ns;
	top = 63 - (uint32_t)__builtin_clzll(ns);
	return (top - 3) * STEPS + (uint32_t)(ns >> (top - 4) & (STEPS - 1));
}

/* The least nanoseconds of a bin. */
static uint64_t
bin_ns(uint32_t bin)
{
	uint32_t top = bin / STEPS + 3;

	if (bin < STEPS)
		return bin;
	return (uint64_t)(STEPS + bin % STEPS) << (top - 4);
}

/* Below which percent of the answers came, in microseconds. */
static double
delay_us(const struct stress *s, unsigned int percent)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < BINS; i++) {
		seen += s->bin[i];
		if (seen * 100 >= s->answered * percent)
			return (double)bin_ns(i) / 1e3;
	}
	return 0;
}

/* ---- frames ---- */

static void
client_frame(struct client *c, uint32_t i, uint32_t size)
{
	const uint8_t high = (uint8_t)(i >> 8);
	const uint8_t head[] = { 2, 0, 0, 0, 0x20 | high, (uint8_t)i, 2, 0, 0,
		0, 0x10 | high, (uint8_t)i, 8, 0, 0x45, 0,
		(uint8_t)((size - 14) >> 8), (uint8_t)(size - 14), 0, 0, 0, 0,
		64, 17, 0, 0, 10, 1, high, (uint8_t)i, 10, 2, high, (uint8_t)i,
		0, 5, 0, 6, (uint8_t)((size - 34) >> 8), (uint8_t)(size - 34),
		0, 0 };

	_Static_assert(sizeof(head) == STAMP, "Ethernet, IP, UDP");
	memcpy(c->frame, head, sizeof(head));
	put_u16(c->frame + 24, csum(c->frame + 14, 20));
}

static void
client_send(struct stress *s, struct client *c, int64_t now)
{
	struct netring_guest_port *port = &c->port;
	int room = netring_guest_tx_room(port, 1);
	uint32_t b;
	uint8_t *f;

	s->due++;
	if (room < 0)
		exit(1);
	if (room == 0) {
		s->refused++;
		return;
	}
	b = netring_guest_tx_spare(port);
	f = netring_guest_buffer(&c->peer->guest, b) + FRAME_OFFSET;
	memcpy(f, c->frame, STAMP);
	memcpy(f + STAMP, &now, sizeof(now));
	netring_guest_tx_put_own(port, slot_make(b, 0, FRAME_OFFSET, s->size));
	netring_publish(&port->tx);
	fence_full();
	peer_wake(c->peer, &port->tx);
}

/* Takes what came back. */
static void
client_receive(struct stress *s, struct client *c)
{
	int waiting = netring_guest_rx_waiting(&c->port, BURST);
	int64_t now;

	if (waiting < 0)
		exit(1);
	if (waiting == 0)
		return;
	now = steady_ns();
	for (int i = 0; i < waiting; i++) {
		uint32_t empty = peer_empty(c->peer);
		netring_slot slot;
		int64_t sent;

		if (netring_guest_rx_take(
		        &c->port, empty, FRAME_OFFSET, &slot) != 0)
			exit(1);
		if (slot_length(slot) == s->size) {
			memcpy(&sent,
			    netring_guest_buffer(
			        &c->peer->guest, slot_buffer(slot)) +
			        slot_offset(slot) + STAMP,
			    sizeof(sent));
			s->bin[bin_of((uint64_t)(now - sent))]++;
			s->answered++;
		}
		peer_free(c->peer, slot_buffer(slot));
	}
	netring_publish(&c->port.rx);
	fence_full();
	peer_wake(c->peer, &c->port.rx);
}

/* ---- the clients ---- */

static void
clients_open(struct stress *s, const char *sw)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct client *c = &s->client[i];
		uint8_t mac[6];
		char name[64];

		c->peer = i % PEER_PORTS == 0
		              ? peer_new("bench-stress", SLOTS, BUFFERS)
		              : s->client[i - 1].peer;
		snprintf(name, sizeof(name), "%s:c%u", sw, (unsigned)i);
		peer_port(c->peer, &c->port, name, mac);
		client_frame(c, i, s->size);
	}
}

/*
 * For so long, at so many frames a second in all; what is under way arrives: it
 * is over when nothing has come for a while.
 */
static void
clients_run(struct stress *s, double seconds, double rate)
{
	int64_t start = steady_ns(), now = start;
	int64_t end = start + (int64_t)(seconds * 1e9);
	int64_t last = end;
	uint32_t next = 0;

	while (now < last + QUIET_NS) {
		uint64_t answered = s->answered;
		uint64_t due =
		    now >= end ? 0
		               : (uint64_t)((double)(now - start) * rate / 1e9);

		for (int i = 0; i < BURST && s->due < due; i++) {
			client_send(s, &s->client[next], steady_ns());
			next = next + 1 < s->n ? next + 1 : 0;
		}
		for (uint32_t i = 0; i < s->n; i++)
			client_receive(s, &s->client[i]);
		now = steady_ns();
		if (s->answered > answered && now > last)
			last = now;
	}
}

int
main(int argc, char **argv)
{
	static struct stress s = { .size = 64 };
	double rate = 10000, seconds = 2;
	int64_t start, waited;
	int cpu = 1, i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		const char *v = argv[i + 1];

		if (strcmp(argv[i], "--rate") == 0)
			rate = atof(v);
		else if (strcmp(argv[i], "--seconds") == 0)
			seconds = atof(v);
		else if (strcmp(argv[i], "--size") == 0)
			s.size = (uint32_t)atoi(v);
		else if (strcmp(argv[i], "--cpu") == 0)
			cpu = atoi(v);
		else
			break;
	}
	s.n = argc == i + 2 ? (uint32_t)atoi(argv[i + 1]) : 0;
	if (s.n < 1 || s.n > CLIENTS_MAX || s.size < 64 || s.size > 1514) {
		fprintf(stderr, "Usage: bench-stress [OPTIONS] SWITCH N\n");
		return 2;
	}
	clients_open(&s, argv[i]);
	cores_pin(cpu);
	start = steady_ns();
	waited = cores_waited_ns(0, 0);
	clients_run(&s, seconds, rate * s.n);
	waited = cores_waited_ns(0, 0) - waited;
	start = steady_ns() - start;
	printf("due %llu  refused %llu  answered %llu  p50 %.1f  p99 %.1f  "
	       "seconds %.3f  ran %.2f\n",
	    (unsigned long long)s.due, (unsigned long long)s.refused,
	    (unsigned long long)s.answered, delay_us(&s, 50), delay_us(&s, 99),
	    seconds, 1 - (double)waited / (double)start);
	return 0;
}
