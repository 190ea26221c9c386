/* SPDX-License-Identifier: BSD-3-Clause */
/* capture_test.c -- frames of a capture: which are lent, and until when. */
#include "elements/device/capture.h"

#include "base/stamp.h"
#include "test/ports.h"
#include "test/run.h"

enum { FRAMES = 4, PAUSE = 1000 };

/* Frames of 300 bytes, but the last of 60. */
static struct capture *
load(void)
{
	uint8_t bytes[300];
	struct ports_capture file;
	struct diag why = { "" };
	struct capture *c;
	bool broken;

	memset(bytes, 'x', sizeof(bytes));
	ASSERT(capture_open(&file));
	for (int i = 0; i < FRAMES; i++)
		ASSERT(capture_put(
		    &file, bytes, i < FRAMES - 1 ? 300 : 60, NS_PER_SEC));
	is_num(capture_load(&c, str_of(file.name), 0, &broken, &why), 0,
	    "a capture is loaded: %s", why.text);
	capture_close(&file);
	return c;
}

static bool
is_lent(const struct capture *c, const struct packet *p)
{
	const char *data = (const char *)p->data;

	return data >= c->file.s && data < c->file.s + c->file.n;
}

/* A turn: how many of its frames are lent; *written of them are written to. */
static int
turn(struct capture *c, struct capture_player *player, struct batch *b,
    int written)
{
	int lent = 0;

	batch_reset(b);
	ASSERT(capture_play(c, player, 0, b, FRAMES) == FRAMES);
	for (int i = 0; i < FRAMES; i++) {
		lent += is_lent(c, b->packet[i]);
		if (i < written) {
			packet_uniqueify(b->thread, &b->packet[i]);
			b->packet[i]->data[0] = 'y';
		}
	}
	batch_kill(b);
	return lent;
}

static void
test_turns(struct batch *b)
{
	struct capture_player player = { 0 };
	struct capture *c = load();
	int lent = 0;

	is_num(turn(c, &player, b, 0), FRAMES - 1, "long frames are lent");
	is_num(turn(c, &player, b, 1), FRAMES - 1, "who only reads gets more");
	is_num(turn(c, &player, b, FRAMES), FRAMES - 1, "or who seldom writes");
	for (int i = 0; i < PAUSE; i++)
		lent += turn(c, &player, b, FRAMES);
	is_num(lent, 0, "who writes gets copies");
	lent = turn(c, &player, b, 0) + turn(c, &player, b, 0);
	ok(lent >= FRAMES - 1, "until he is tried again");
	is_num(c->frames[0].data[0], 'x', "the capture is what it was");
	capture_end(c);
}

static void
test_life(struct batch *b)
{
	struct capture_player player = { 0 };
	struct capture *c = load(), *also = capture_share(c);

	batch_reset(b);
	ASSERT(capture_play(c, &player, 0, b, FRAMES) == FRAMES);
	capture_end(c);
	capture_end(also);
	is_num(b->packet[0]->data[299], 'x',
	    "a lent frame outlives those who play it");
	batch_kill(b);
}

int
main(void)
{
	struct scratch_mark m;
	struct thread *thread;
	struct batch *b;
	struct trun t;

	ASSERT(trun_start(&t, "Idle -> Discard") == 0);
	thread = master_thread(t.m, 0);
	m = scratch_mark(thread);
	b = batch_new(thread, FRAMES);
	test_turns(b);
	test_life(b);
	scratch_release(thread, m);
	is_num(trun_stop(&t), 0, "every packet is home");
	return tap_done();
}
