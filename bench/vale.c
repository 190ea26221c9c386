/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vale.c -- a packet generator and sink on ports of a running switch: one
 * thread that sends and receives, as a guest would.
 *
 *	bench-vale [OPTIONS] FROM TO [FROM TO ...]
 *
 *	--cpu N        where we run (1); --switch-cpu N where the switch does
 *(0)
 *	--pid N        the switch's process, for what it waited
 *	--size BYTES   of each frame, without FCS (64)
 *	--seconds S    a sample (0.3); --samples N (5)
 *	--burst N      frames sent at once (32)
 *	--slots N      of each ring (256)
 *	--one-region   all ports in one region: the switch exchanges buffers
 *	               where otherwise it copies from one region to the other
 *	--rtt          one frame at a time: its way through the switch
 *
 * Each sample is a line: Mp/s received, or microseconds of a frame (median and
 * 99th percentile), the line round trips before and after, their tag, and the
 * share of the time that we and the switch were not kept from the processor.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/steady.h"
#include "bench/cores.h"
#include "bench/ports.h"

enum { PAIRS_MAX = 8, BUFFERS = 32768, RTTS_MAX = 100000 };

struct options {
	int cpu, switch_cpu, pid;
	uint32_t size, burst, slots;
	double seconds;
	int samples;
	bool one_region, rtt;
};

struct pair {
	struct peer *from, *to;
	struct netring_guest_port tx, rx;
	uint8_t to_mac[6], from_mac[6];
	uint64_t sent, received;
};

/*
 * Wakes the switch if it sleeps: once for what both rings have published, a
 * little later, when the stores have long left the processor.
 */
static void
pair_wake(struct pair *p)
{
	fence_full(); /* indices are out before wake_at is read */
	peer_wake(p->from, &p->tx.tx);
	peer_wake(p->to, &p->rx.rx);
}

/* ---- sending and receiving ---- */

/* Fills a frame into buffer b; the first line is written anew each time. */
static inline netring_slot
make_frame(struct pair *p, uint32_t b, uint32_t size)
{
	uint8_t *f = netring_guest_buffer(&p->from->guest, b) + FRAME_OFFSET;

	memcpy(f, p->to_mac, 6);
	memcpy(f + 6, p->from_mac, 6);
	f[12] = 0x88;
	f[13] = 0xb5;
	memset(f + 14, (int)p->sent & 0xff, 50);
	return slot_make(b, 0, FRAME_OFFSET, size);
}

/*
 * Sends up to n frames.  The generator needs no other buffers than the ring's
 * own spare ones: the last that came back goes out again.
 */
static void
pair_send(struct pair *p, uint32_t n, uint32_t size)
{
	int room = netring_guest_tx_room(&p->tx, n);

	if (room < 0)
		exit(1);
	if (n > (uint32_t)room)
		n = (uint32_t)room;
	for (uint32_t i = 0; i < n; i++)
		prefetch_write(netring_guest_buffer(&p->from->guest,
		                   p->tx.spare[p->tx.nspare - 1 - i]) +
		               FRAME_OFFSET);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t b = netring_guest_tx_spare(&p->tx);

		netring_guest_tx_put_own(&p->tx, make_frame(p, b, size));
		p->sent++;
	}
	if (n > 0)
		netring_publish(&p->tx.tx);
}

/* Takes up to n frames, looking at each; the sum keeps the reads. */
static uint64_t
pair_receive(struct pair *p, uint32_t n, uint32_t size)
{
	int waiting = netring_guest_rx_waiting(&p->rx, n);
	uint32_t got[256];
	netring_slot s[256];
	uint64_t sum = 0;

	if (waiting < 0)
		exit(1);
	if (n > (uint32_t)waiting)
		n = (uint32_t)waiting;
	for (uint32_t i = 0; i < n; i++) {
		struct peer *to = p->to;
		uint32_t empty = peer_empty(to);

		if (netring_guest_rx_take(&p->rx, empty, FRAME_OFFSET, &s[i]) !=
		    0)
			exit(1);
		got[i] = slot_buffer(s[i]);
		prefetch_read(netring_guest_buffer(&to->guest, got[i]) +
		              slot_offset(s[i]));
	}
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *f = netring_guest_buffer(&p->to->guest, got[i]) +
		                   slot_offset(s[i]);

		if (slot_length(s[i]) != size)
			exit(1);
		sum += f[20];
		peer_free(p->to, got[i]);
	}
	p->received += n;
	if (n > 0)
		netring_publish(&p->rx.rx);
	return sum;
}

/* One frame the other way, so that the switch learns where the sink is. */
static void
announce(struct pair *p, uint32_t size)
{
	struct pair back = { .from = p->to, .tx = p->rx };

	memcpy(back.to_mac, p->from_mac, 6);
	memcpy(back.from_mac, p->to_mac, 6);
	pair_send(&back, 1, size);
	p->rx = back.tx;
	fence_full();
	peer_wake(p->to, &p->rx.tx);
	usleep(10000);
}

/* Lets what is under way arrive. */
static void
drain(struct pair *pairs, int npairs, uint32_t size)
{
	int64_t end = steady_ns() + 5000000;

	while (steady_ns() < end)
		for (int i = 0; i < npairs; i++)
			(void)pair_receive(&pairs[i], 64, size);
}

static double
rate_sample(const struct options *o, struct pair *pairs, int npairs)
{
	int64_t start, now;
	int64_t length = (int64_t)(o->seconds * 1e9);
	volatile uint64_t sum = 0;
	uint64_t n = 0, loops = 0;

	for (int i = 0; i < npairs; i++)
		n -= pairs[i].received;
	start = now = steady_ns();
	while (now - start < length) {
		for (int i = 0; i < npairs; i++) {
			pair_wake(&pairs[i]);
			pair_send(&pairs[i], o->burst, o->size);
			sum += pair_receive(&pairs[i], o->burst, o->size);
		}
		if ((++loops & 31) == 0)
			now = steady_ns();
	}
	for (int i = 0; i < npairs; i++)
		n += pairs[i].received;
	drain(pairs, npairs, o->size);
	return (double)n / (double)(now - start) * 1e3;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Below which percent of the n sorted times lie; 0 if there are none. */
static double
rtt_us(const int64_t *ns, size_t n, unsigned int percent)
{
	size_t at = n * percent / 100;

	return n == 0 ? 0 : (double)ns[at] / 1e3;
}

static void
rtt_sample(const struct options *o, struct pair *p, double *p50, double *p99)
{
	static int64_t ns[RTTS_MAX];
	int64_t end = steady_ns() + (int64_t)(o->seconds * 1e9);
	size_t n = 0;

	while (n < RTTS_MAX && steady_ns() < end) {
		uint64_t before = p->received;
		int64_t start = steady_ns();

		pair_send(p, 1, o->size);
		pair_wake(p);
		while (p->received == before)
			(void)pair_receive(p, 1, o->size);
		ns[n++] = steady_ns() - start;
	}
	qsort(ns, n, sizeof(ns[0]), by_value);
	*p50 = rtt_us(ns, n, 50);
	*p99 = rtt_us(ns, n, 99);
}

/* ---- the switch's threads ---- */

static int64_t
switch_waited_ns(int pid)
{
	char path[64];
	int64_t sum = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = pid > 0 ? opendir(path) : NULL;
	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			sum += cores_waited_ns(pid, atoi(e->d_name));
	if (d != NULL)
		closedir(d);
	return sum;
}

static void
sample(const struct options *o, struct pair *pairs, int npairs)
{
	double before = cores_line_ns(o->cpu, o->switch_cpu), after;
	double value, p99 = 0;
	int64_t start, ours, theirs;

	cores_pin(o->cpu);
	start = steady_ns();
	ours = cores_waited_ns(0, 0);
	theirs = switch_waited_ns(o->pid);
	if (o->rtt)
		rtt_sample(o, &pairs[0], &value, &p99);
	else
		value = rate_sample(o, pairs, npairs);
	ours = cores_waited_ns(0, 0) - ours;
	theirs = switch_waited_ns(o->pid) - theirs;
	start = steady_ns() - start;
	after = cores_line_ns(o->cpu, o->switch_cpu);
	if (o->rtt)
		printf("%.2f us  p99 %.2f us", value, p99);
	else
		printf(
		    "%.3f Mp/s  %.2f Gb/s", value, value * o->size * 8 / 1e3);
	printf("  line %.0f %.0f ns %s  ran %.2f %.2f\n", before, after,
	    cores_tag(before, after), 1 - (double)ours / (double)start,
	    1 - (double)theirs / (double)start);
	fflush(stdout);
}

static int
parse(struct options *o, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *a = argv[i];
		const char *v = i + 1 < argc ? argv[i + 1] : "0";

		if (strcmp(a, "--one-region") == 0) {
			o->one_region = true;
			continue;
		}
		if (strcmp(a, "--rtt") == 0) {
			o->rtt = true;
			continue;
		}
		if (strcmp(a, "--cpu") == 0)
			o->cpu = atoi(v);
		else if (strcmp(a, "--switch-cpu") == 0)
			o->switch_cpu = atoi(v);
		else if (strcmp(a, "--pid") == 0)
			o->pid = atoi(v);
		else if (strcmp(a, "--size") == 0)
			o->size = (uint32_t)atoi(v);
		else if (strcmp(a, "--seconds") == 0)
			o->seconds = atof(v);
		else if (strcmp(a, "--samples") == 0)
			o->samples = atoi(v);
		else if (strcmp(a, "--burst") == 0)
			o->burst = (uint32_t)atoi(v);
		else if (strcmp(a, "--slots") == 0)
			o->slots = (uint32_t)atoi(v);
		else
			return -1;
		i++;
	}
	if (o->size < 64 || o->size > 1514 || o->burst < 1 || o->burst > 256)
		return -1;
	return i;
}

int
main(int argc, char **argv)
{
	struct options o = { .cpu = 1,
		.size = 64,
		.burst = 32,
		.slots = 256,
		.seconds = 0.3,
		.samples = 5 };
	static struct pair pairs[PAIRS_MAX];
	int i = parse(&o, argc, argv), npairs = 0;
	struct peer *shared = NULL;

	if (i < 0 || (argc - i) % 2 != 0 || i == argc ||
	    (argc - i) / 2 > PAIRS_MAX) {
		fprintf(stderr, "Usage: bench-vale [OPTIONS] FROM TO ...\n");
		return 2;
	}
	for (; i < argc; i += 2, npairs++) {
		struct pair *p = &pairs[npairs];

		if (shared == NULL || !o.one_region)
			shared = peer_new("bench-vale", o.slots, BUFFERS);
		p->from = shared;
		p->to = o.one_region ? shared
		                     : peer_new("bench-vale", o.slots, BUFFERS);
		peer_port(p->from, &p->tx, argv[i], p->from_mac);
		peer_port(p->to, &p->rx, argv[i + 1], p->to_mac);
	}
	for (int k = 0; k < npairs; k++)
		announce(&pairs[k], o.size);
	for (int k = 0; k < o.samples; k++)
		sample(&o, pairs, npairs);
	return 0;
}
