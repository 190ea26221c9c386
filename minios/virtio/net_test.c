/* SPDX-License-Identifier: BSD-3-Clause */
/* net_test.c -- a port over a device in plain memory. */
#include "minios/virtio/net.h"

#include <string.h>

#include "base/err.h"
#include "click/batch.h"
#include "test/fake_minios.h"
#include "test/fake_virtio.h"
#include "test/run.h"
#include "test/tap.h"

#define F_MAC    (UINT64_C(1) << 5)
#define F_STATUS (UINT64_C(1) << 16)

enum { RX = 0, TX = 1, HEADER = 12, HEADER_LEGACY = 10 };

struct bench {
	struct fake_virtio f;
	struct trun run; /* for its thread */
	struct thread *t;
	struct netdev *dev;
	unsigned int ready[3];
};

static void
bench_ready(void *arg, unsigned int what)
{
	struct bench *b = arg;

	b->ready[what]++;
}

static int
bench_open(struct bench *b, uint64_t offers)
{
	struct os_port_request req = { .what = NETDEV_RX | NETDEV_TX,
		.owner_name = STR("router 3") };
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
	struct diag why = { "" };
	int err;

	memset(b, 0, sizeof(*b));
	fake_virtio_init(&b->f, VIRTIO_NET, offers | F_MAC);
	memcpy(b->f.config, mac, 6);
	trun_start(&b->run, "Idle -> Discard");
	b->t = master_thread(b->run.m, 0);
	err = virtio_net_open(&b->f.device, 0, &req, &b->dev, &why);
	if (err != 0) {
		tap_note("%s", why.text);
		return err;
	}
	b->dev->ready[NETDEV_RX] = b->dev->ready[NETDEV_TX] = bench_ready;
	b->dev->ready_arg[NETDEV_RX] = b->dev->ready_arg[NETDEV_TX] = b;
	return 0;
}

static void
bench_close(struct bench *b, const char *what)
{
	netdev_close(b->dev);
	is_num(trun_stop(&b->run), 0, "%s: every packet is back", what);
	is_num(fake_pages_used(), 0, "%s: every page is back", what);
}

/* A frame to dev's address, n bytes, each later byte its own number. */
static void
frame(uint8_t *at, uint32_t header, uint32_t n)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
	uint32_t i;

	memset(at, 0, header);
	memcpy(at + header, mac, 6);
	for (i = 6; i < n; i++)
		at[header + i] = (uint8_t)i;
}

static int
receive(struct bench *b, struct batch **out)
{
	*out = batch_new(b->t, 32);
	return netdev_rx(b->dev, *out, 32);
}

static void
test_receive(uint64_t offers, uint32_t header, const char *what)
{
	struct bench b;
	struct batch *in;
	struct scratch_mark m;
	uint8_t raw[HEADER + 100];

	is_num(bench_open(&b, offers), 0, "%s: opens", what);
	m = scratch_mark(b.t);
	is_num(receive(&b, &in), 0, "%s: nothing yet", what);
	ok(b.f.queue[RX].notified == 1, "%s: buffers are shown", what);
	ok(!netdev_arm(b.dev, NETDEV_RX), "%s: it may sleep", what);
	frame(raw, header, 100);
	ok(fake_virtio_put(&b.f.queue[RX], raw, header + 100),
	    "%s: there is a buffer", what);
	ok(fake_virtio_interrupts(&b.f, &b.f.queue[RX], 0),
	    "%s: and an interrupt is wanted", what);
	ok(virtio_net_poll() && fake_deliver() == 1 && b.ready[NETDEV_RX] == 1,
	    "%s: the port is woken once", what);
	ok(!virtio_net_poll(), "%s: not again", what);
	is_num(receive(&b, &in), 1, "%s: one frame", what);
	is_num(in->packet[0]->length, 100, "%s: its length", what);
	ok(memcmp(in->packet[0]->data, raw + header, 100) == 0, "%s: its bytes",
	    what);
	is_num(in->packet[0]->type, PACKET_HOST, "%s: for us", what);
	batch_kill(in);
	scratch_release(b.t, m);
	bench_close(&b, what);
}

/* A device that is never short of buffers; frames too short are no frames. */
static void
test_many(void)
{
	struct bench b;
	struct netdev_stats s;
	struct batch *in;
	struct scratch_mark m;
	uint8_t raw[HEADER + 60];
	unsigned int i, got = 0;

	bench_open(&b, VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX);
	frame(raw, HEADER, 60);
	m = scratch_mark(b.t);
	receive(&b, &in);
	for (i = 0; i < 5000; i++) {
		if (!fake_virtio_put(&b.f.queue[RX], raw,
		        i % 100 == 7 ? HEADER + 13u : HEADER + 60u))
			break;
		if (i % 24 != 23)
			continue;
		scratch_release(b.t, m);
		got += (unsigned int)receive(&b, &in);
		batch_kill(in);
	}
	is_num(i, 5000, "many: the device had a buffer for each");
	scratch_release(b.t, m);
	got += (unsigned int)receive(&b, &in);
	batch_kill(in);
	netdev_stats(b.dev, &s);
	is_num(got, 4950, "many: all but the short ones came");
	is_num((long)s.rx_errors, 50, "many: those are counted");
	is_num((long)s.rx_packets, 4950, "many: so are the others");
	scratch_release(b.t, m);
	bench_close(&b, "many");
}

static struct packet *
outgoing(struct bench *b, uint8_t first)
{
	uint8_t raw[60] = { first };

	return packet_new(b->t, PACKET_HEADROOM, raw, sizeof(raw), 0);
}

static void
test_send(uint64_t offers, uint32_t header, const char *what)
{
	struct bench b;
	struct netdev_stats s;
	struct batch *out;
	struct scratch_mark m;
	unsigned int i, sent = 0;
	int head;

	bench_open(&b, offers);
	m = scratch_mark(b.t);
	out = batch_new(b.t, 200);
	for (i = 0; i < 200; i++)
		batch_add(out, outgoing(&b, (uint8_t)i));
	is_num(netdev_tx(b.dev, out), 128, "%s: as many as fit", what);
	is_num(out->count, 72, "%s: the rest stays", what);
	is_num(out->packet[0]->data[0], 128, "%s: in order", what);
	ok(!netdev_arm(b.dev, NETDEV_TX), "%s: it waits for room", what);
	while ((head = fake_virtio_take(&b.f.queue[TX])) >= 0) {
		if (fake_virtio_length(&b.f.queue[TX], head) != header + 60 ||
		    *fake_virtio_at(&b.f.queue[TX], head, header) != sent)
			break;
		fake_virtio_give(&b.f.queue[TX], head, 0);
		sent++;
	}
	is_num(sent, 128, "%s: the device gets each, header and bytes", what);
	ok(fake_virtio_interrupts(&b.f, &b.f.queue[TX], 0),
	    "%s: an interrupt is wanted", what);
	ok(virtio_net_poll() && fake_deliver() == 1 && b.ready[NETDEV_TX] == 1,
	    "%s: the port is woken", what);
	is_num(netdev_tx(b.dev, out), 72, "%s: the rest goes", what);
	netdev_stats(b.dev, &s);
	is_num((long)s.tx_packets, 200, "%s: all are counted", what);
	scratch_release(b.t, m);
	bench_close(&b, what);
}

/* What a hostile device may do; each ends its port and nothing else. */
static void
hostile_index(struct fake_virtio *f)
{
	f->queue[RX].used->index = 700;
}

static void
hostile_head(struct fake_virtio *f)
{
	fake_virtio_give(&f->queue[RX], 0xffff, 60);
}

static void
hostile_twice(struct fake_virtio *f)
{
	fake_virtio_give(&f->queue[RX], 3, HEADER + 60);
	fake_virtio_give(&f->queue[RX], 3, HEADER + 60);
	fake_virtio_give(&f->queue[RX], 3, HEADER + 60);
	f->queue[RX].used->index += 300;
}

static void
hostile_length(struct fake_virtio *f)
{
	fake_virtio_give(&f->queue[RX], 3, 60000);
}

static void
hostile_tx(struct fake_virtio *f)
{
	fake_virtio_give(&f->queue[TX], 8, 0);
}

static void
test_hostile(void)
{
	static const struct {
		const char *what;
		void (*does)(struct fake_virtio *);
	} cases[] = {
		{ "index beyond the ring", hostile_index },
		{ "answer to no request", hostile_head },
		{ "same answer again", hostile_twice },
		{ "more bytes than asked", hostile_length },
		{ "sent what was not given", hostile_tx },
	};
	struct scratch_mark m;
	struct batch *in;
	struct bench b;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_open(&b, VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX);
		m = scratch_mark(b.t);
		receive(&b, &in);
		cases[i].does(&b.f);
		fake_console_clear();
		for (n = 0; n < 400 && receive(&b, &in) != ERR_PEER; n++) {
			batch_kill(in);
			scratch_release(b.t, m);
		}
		ok(n < 400, "%s: the port is closed", cases[i].what);
		ok(strstr(fake_console(), "port 0 (virtio0): ") != NULL,
		    "%s: it is said", cases[i].what);
		is_num(b.f.status, 0, "%s: the device is reset", cases[i].what);
		scratch_release(b.t, m);
		bench_close(&b, cases[i].what);
	}
}

static void
test_refusals(void)
{
	struct os_port_request req = { .waiter = (void *)1, .owner = &req };
	struct diag why = { "" };
	struct netdev *other;
	struct fake_virtio f;
	struct bench b;
	uint64_t pages;

	bench_open(&b, VIRTIO_F_VERSION_1);
	is_num(virtio_net_open(&b.f.device, 0, &req, &other, &why), ERR_BUSY,
	    "a second holder is refused");
	is_str(str_of(why.text), str_of("port 0: held by router 3"), "by name");
	bench_close(&b, "refusals");

	fake_virtio_init(&f, VIRTIO_NET, VIRTIO_F_VERSION_1);
	f.refuses = true;
	is_num(virtio_net_open(&f.device, 0, &req, &other, &why), ERR_NOTSUP,
	    "a device that refuses our features");
	f.refuses = false;
	f.queue_max = 0;
	is_num(virtio_net_open(&f.device, 0, &req, &other, &why), ERR_NOTFOUND,
	    "a device without queues");
	f.queue_max = 100;
	is_num(virtio_net_open(&f.device, 0, &req, &other, &why), ERR_NOTSUP,
	    "a queue that is no power of two");
	f.queue_max = 1024;
	for (pages = 0; pages < 4; pages++) {
		fake_pages_limit(pages);
		is_num(virtio_net_open(&f.device, 0, &req, &other, &why),
		    ERR_NOMEM, "%d pages are not enough", (int)pages);
		is_num(fake_pages_used(), 0, "and all are back");
	}
	fake_pages_limit(1 << 20);
}

/* The device says that its configuration changed: the link went, or came. */
static void
link_set(struct bench *b, uint8_t status)
{
	b->f.config[6] = status;
	virtio_net_changed(&b->f.device);
}

static void
test_link(void)
{
	struct fake_virtio other;
	struct bench b;

	fake_console_clear();
	is_num(bench_open(&b, VIRTIO_F_VERSION_1 | F_STATUS), 0,
	    "with a status: opens");
	ok(!b.dev->link, "its link is down");
	link_set(&b, 1);
	ok(b.dev->link && link_changes(b.dev) == 1, "it comes up");
	is_str(str_of(fake_console()), STR("port 0 (virtio0): link is up\n"),
	    "and says so");
	link_set(&b, 1);
	is_num(link_changes(b.dev), 1, "something else has changed");
	link_set(&b, 0xfe);
	ok(!b.dev->link && link_changes(b.dev) == 2, "it goes down");
	for (int i = 0; i < 10; i++)
		link_set(&b, i % 2);
	is_num(link_changes(b.dev), 11, "up and down, each counted");
	is_str(str_of(fake_console()), STR("port 0 (virtio0): link is up\n"),
	    "but not each said at once");
	fake_virtio_init(&other, VIRTIO_NET, F_STATUS);
	virtio_net_changed(&other.device);
	bench_close(&b, "link");

	is_num(bench_open(&b, VIRTIO_F_VERSION_1), 0, "without: opens");
	link_set(&b, 0);
	ok(b.dev->link && link_changes(b.dev) == 0, "its link is always up");
	bench_close(&b, "no status");
}

int
main(void)
{
	test_receive(VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX, HEADER, "modern");
	test_receive(VIRTIO_F_VERSION_1, HEADER, "without event index");
	test_receive(VIRTIO_F_EVENT_IDX, HEADER_LEGACY, "legacy");
	test_many();
	test_send(VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX, HEADER, "sending");
	test_send(0, HEADER_LEGACY, "sending, legacy");
	test_hostile();
	test_link();
	test_refusals();
	return tap_done();
}
