/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * device_test.c -- FromDevice and ToDevice on a port that gives back what it is
 * given and on captures, and Replay.
 */
#include "test/net.h"
#include "test/ports.h"

/* Three frames of one length, 10 ms apart. */
enum { FRAME = 60, FRAMES = 3, GAP_MS = 10 };

static void
device_frame(uint8_t frame[static FRAME], int i)
{
	memset(frame, 0, FRAME);
	frame[0] = 2;
	frame[5] = (uint8_t)i;
	frame[12] = 8;
	frame[FRAME - 1] = (uint8_t)(0xa0 + i);
}

static bool
device_capture(struct ports_capture *c)
{
	uint8_t frame[FRAME];
	bool good = capture_open(c);

	for (int i = 0; good && i < FRAMES; i++) {
		device_frame(frame, i);
		good = capture_put(
		    c, frame, FRAME, NS_PER_SEC + i * GAP_MS * NS_PER_MS);
	}
	return ok(good, "a capture is written");
}

/* That queue holds the frames and nothing else. */
static void
device_check(struct trun *t, const char *queue, const char *name)
{
	uint8_t frame[FRAME];

	for (int i = 0; i < FRAMES; i++) {
		struct packet *p = net_take(t, queue);

		device_frame(frame, i);
		if (p != NULL)
			is_str(packet_str(p), str_make((char *)frame, FRAME),
			    "%s: frame %d", name, i);
		else
			ok(false, "%s: frame %d", name, i);
		net_kill(t, p);
	}
	is_num(net_drain(t, queue), 0, "%s: no more frames", name);
}

/* By pull or push: out of the port, and in again. */
static void
test_loop(const char *name, const char *config)
{
	uint8_t frame[FRAME];
	struct trun t;

	if (ok(trun_start_real(&t, config) == 0, "%s: starts", name)) {
		for (int i = 0; i < FRAMES; i++) {
			device_frame(frame, i);
			net_feed(&t, "x", 0, net_packet(&t, frame, FRAME, -1));
		}
		trun_run(&t);
		is_cstr(trun_read(&t, "to.count"), "3", "%s: sent", name);
		is_cstr(trun_read(&t, "to.drops"), "0", "%s: none lost", name);
		is_cstr(trun_read(&t, "from.count"), "3", "%s: back", name);
		device_check(&t, "sent", name);
		device_check(&t, "q", name);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", name);
}

#define UNTIL(what)                                                            \
	"; DriverManager(wait 5s); Script(TYPE ACTIVE, label x, wait 1ms,"     \
	" goto x $(lt $(" what ") 3), stop)"
#define LOOP                                                                   \
	"to :: ToDevice(0) -> sent :: Queue -> Idle;"                          \
	"from :: FromDevice(0, PROMISC true) -> q :: Queue -> Idle;"           \
	"to [1] -> Discard" UNTIL("from.count")

/* The frames of one capture are sent to another, which Replay reads. */
static void
test_captures(void)
{
	struct ports_capture in, out;
	char text[256];
	struct trun t;

	if (!device_capture(&in) || !ok(capture_open(&out), "and another"))
		return;
	snprintf(text, sizeof(text), "1=pcap:%s,%s", in.name, out.name);
	ports_bind(text);
	ok(trun_start_real(&t, "FromDevice(1, PROMISC true) -> Queue -> to ::"
	                       " ToDevice(1)" UNTIL("to.count")) == 0,
	    "capture to capture: starts");
	trun_run(&t);
	is_num(trun_stop(&t), 0, "capture to capture: every packet is back");
	snprintf(text, sizeof(text),
	    "Replay(%s, STOP true) -> q :: Queue -> Idle", out.name);
	ok(trun_start(&t, text) == 0, "what was sent: starts");
	trun_run(&t);
	device_check(&t, "q", "what was sent");
	is_num(trun_stop(&t), 0, "what was sent: every packet is back");
	capture_close(&in);
	capture_close(&out);
}

/* ---- Replay ---- */

struct replayed {
	const char *arguments;
	const char *count, *loops;
	int ms; /* that it takes */
};

static const struct replayed replays[] = {
	{ "STOP true", "3", "1", 0 },
	{ "LOOP 2, STOP true", "6", "2", 0 },
	{ "LOOP 0, LIMIT 7, STOP true", "7", "2", 0 },
	{ "LIMIT 2, STOP true", "2", "0", 0 },
	{ "BURST 1, LOOP 3, STOP true", "9", "3", 0 },
	{ "TIMING true, STOP true", "3", "1", 2 * GAP_MS },
	{ "ACTIVE false", "0", "0", 2000 },
};

static void
test_replay(const struct replayed *r, const struct ports_capture *c)
{
	char text[256];
	struct trun t;
	int64_t begin;

	snprintf(text, sizeof(text),
	    "r :: Replay(%s, %s) -> n :: Counter -> Discard;"
	    " Script(TYPE ACTIVE, wait 2, stop)",
	    c->name, r->arguments);
	if (ok(trun_start(&t, text) == 0, "Replay(%s): starts", r->arguments)) {
		begin = thread_steady_ns(master_thread(t.m, 0));
		trun_run(&t);
		is_cstr(trun_read(&t, "n.count"), r->count,
		    "Replay(%s): packets", r->arguments);
		is_cstr(trun_read(&t, "r.loops"), r->loops, "Replay(%s): times",
		    r->arguments);
		is_num((thread_steady_ns(master_thread(t.m, 0)) - begin) /
		           NS_PER_MS,
		    r->ms, "Replay(%s): milliseconds", r->arguments);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(
	    trun_stop(&t), 0, "Replay(%s): every packet is back", r->arguments);
}

/* Pulled, with the time stamps of the file, and from the beginning again. */
static void
test_replay_pulled(const struct ports_capture *c)
{
	char text[256];
	struct packet *p;
	struct trun t;

	snprintf(text, sizeof(text),
	    "r :: Replay(%s) -> Unqueue(ACTIVE false) -> Discard", c->name);
	ok(trun_start(&t, text) == 0, "Replay, pulled: starts");
	is_cstr(trun_read(&t, "r.length"), "3", "Replay, pulled: frames");
	p = net_take(&t, "r");
	ok(p != NULL && p->timestamp_ns == NS_PER_SEC,
	    "Replay, pulled: time stamp");
	net_kill(&t, p);
	ok(trun_write(&t, "r.reset", "") == 0, "Replay, pulled: reset");
	device_check(&t, "r", "Replay, pulled");
	is_num(trun_stop(&t), 0, "Replay, pulled: every packet is back");
}

/* Frames of which one is too long for the pool's buffers, and one cut short. */
static void
test_replay_lengths(void)
{
	enum { LONG = 2 * POOL_BUFFER + 100 };
	static const uint32_t lengths[] = { 60, 17, 64, LONG, 1, 65 };
	static uint8_t frame[LONG + ARRAY_SIZE(lengths)];
	struct ports_capture c;
	char text[256];
	struct trun t;

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 7 + i / 256);
	ASSERT(capture_open(&c));
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		ASSERT(capture_put(&c, frame + i, lengths[i], NS_PER_SEC));
	snprintf(text, sizeof(text),
	    "Replay(%s, TIMESTAMP false, STOP true) -> q :: Queue -> Idle",
	    c.name);
	ok(trun_start(&t, text) == 0, "Replay, lengths: starts");
	trun_run(&t);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct packet *p = net_take(&t, "q");

		ASSERT(p != NULL);
		is_str(packet_str(p), str_make((char *)frame + i, lengths[i]),
		    "Replay, lengths: %u bytes", lengths[i]);
		is_num(p->timestamp_ns, 0, "and no time stamp");
		net_kill(&t, p);
	}
	is_num(trun_stop(&t), 0, "Replay, lengths: every packet is back");
	capture_close(&c);
}

int
main(void)
{
	struct ports_capture c;

	ports_bind("0=mem:");
	test_loop("pulled", "Idle -> x :: Queue -> " LOOP);
	test_loop("pushed", "x :: Null -> " LOOP "; Idle -> x");
	test_captures();
	if (device_capture(&c)) {
		for (size_t i = 0; i < ARRAY_SIZE(replays); i++)
			test_replay(&replays[i], &c);
		test_replay_pulled(&c);
	}
	capture_close(&c);
	test_replay_lengths();
	return tap_done();
}
