/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_track_test.c -- connections segment by segment: sequence numbers are
 * given relative to each side's first.
 */
#include "elements/ip/tcp_track.h"

#include "test/net.h"

enum { S = TCP_SYN, A = TCP_ACK, F = TCP_FIN, R = TCP_RST };
/* Where both sides begin: their numbers wrap soon. */
static const uint32_t FIRST[2] = { 0xfffffff0, 0x7ffffff0 };

struct step {
	unsigned int from; /* 0: who began, 1 */
	uint8_t flags;
	uint32_t seq, n, ack; /* relative; n: bytes of data */
	uint16_t win;
	int scale; /* -1: no option */
	enum tcp_track_verdict verdict;
	enum tcp_track_state state; /* afterwards */
};

struct scene {
	const char *name;
	struct step steps[14]; /* the first opens; win 0 and flags 0 end it */
};

#define OPEN                                                                   \
	{                                                                      \
		0, S, 0, 0, 0, 1000, -1, TCP_PART, TCP_OPENING                 \
	}
#define ANSWER                                                                 \
	{                                                                      \
		1, S | A, 0, 0, 1, 2000, -1, TCP_PART, TCP_ANSWERED            \
	}
#define THIRD                                                                  \
	{                                                                      \
		0, A, 1, 0, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED             \
	}
#define UP OPEN, ANSWER, THIRD

static const struct scene scenes[] = {
	{ "a whole life",
	    { UP, { 0, A, 1, 500, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 900, 501, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, F | A, 501, 0, 901, 1000, -1, TCP_PART, TCP_HALF_CLOSED },
	        { 1, A, 901, 9, 502, 2000, -1, TCP_PART, TCP_HALF_CLOSED },
	        { 1, F | A, 910, 0, 502, 2000, -1, TCP_PART, TCP_CLOSED },
	        { 0, A, 502, 0, 911, 1000, -1, TCP_PART, TCP_CLOSED },
	        { 0, A, 502, 1, 911, 1000, -1, TCP_PART, TCP_CLOSED },
	        { 0, S, 5000, 0, 0, 1000, -1, TCP_AGAIN, TCP_CLOSED } } },
	{ "SYN again, and another SYN",
	    { OPEN, OPEN, { 0, S, 77, 0, 0, 1000, -1, TCP_PART, TCP_OPENING },
	        { 1, S | A, 0, 0, 1, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, S | A, 0, 0, 78, 9, -1, TCP_PART, TCP_ANSWERED } } },
	{ "an answer to something else",
	    { OPEN, { 1, S | A, 0, 0, 2, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, S | A, 0, 0, 0, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, A, 0, 0, 1, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, R, 0, 0, 0, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, R | A, 0, 0, 5, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, R | A, 0, 0, 1, 9, -1, TCP_PART, TCP_RESET },
	        { 1, R | A, 0, 0, 1, 9, -1, TCP_ALIEN, TCP_RESET },
	        { 1, S, 9, 0, 0, 9, -1, TCP_AGAIN, TCP_RESET },
	        { 1, S | A, 9, 0, 1, 9, -1, TCP_ALIEN, TCP_RESET } } },
	{ "who began gives up",
	    { OPEN, { 0, A, 1, 0, 1, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 0, R, 9, 0, 0, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 0, R, 1, 0, 0, 9, -1, TCP_PART, TCP_RESET } } },
	{ "both open at once (RFC 9293, 3.5)",
	    { OPEN, { 1, S, 0, 0, 0, 2000, -1, TCP_PART, TCP_ANSWERED },
	        { 0, S | A, 0, 0, 1, 1000, -1, TCP_PART, TCP_ANSWERED },
	        { 1, S | A, 0, 0, 1, 2000, -1, TCP_PART, TCP_ANSWERED },
	        { 0, A, 1, 0, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 999, 1, 2000, -1, TCP_PART, TCP_ESTABLISHED } } },
	{ "the window's end",
	    { UP, { 0, A, 1, 2001, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 0, A, 1, 2000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 2001, 1, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, A, 1, 0, 1001, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 2001, 1000, 1, 1000, -1, TCP_PART,
	            TCP_ESTABLISHED } } },
	{ "a closed window is probed",
	    { UP, { 0, A, 1, 2000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 0, 2001, 0, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 2001, 2, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 0, A, 2001, 1, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED } } },
	{ "a window that grows",
	    { UP, { 1, A, 1, 0, 1, 5000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 5000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 1000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED } } },
	{ "older than the window",
	    { UP, { 0, A, 1, 2000, 1, 9, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 0, 2001, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 2001, 2000, 1, 9, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 2000, 1, 9, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 1999, 1, 9, -1, TCP_ALIEN, TCP_ESTABLISHED } } },
	{ "acknowledging what was not sent",
	    { UP, { 0, A, 1, 0, 2, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, A, 1, 7, 1, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 0, 8, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 0, 9, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED } } },
	{ "acknowledging long ago",
	    { UP,
	        { 0, A, 1, 0, 1u - 66000, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 0, 0u - 66000, 1000, -1, TCP_ALIEN,
	            TCP_ESTABLISHED } } },
	{ "resets must hit the window",
	    { UP, { 1, R, 1002, 0, 0, 0, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, R, 0u - 1001, 0, 0, 0, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, R, 1, 0, 0, 0, -1, TCP_PART, TCP_RESET },
	        { 0, S, 9, 0, 0, 9, -1, TCP_AGAIN, TCP_RESET } } },
	{ "windows scaled",
	    { { 0, S, 0, 0, 0, 1000, 2, TCP_PART, TCP_OPENING },
	        { 1, S | A, 0, 0, 1, 1000, 3, TCP_PART, TCP_ANSWERED },
	        { 0, A, 1, 0, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        /* The window of a SYN is not. */
	        { 0, A, 1, 1001, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, A, 1, 4001, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED },
	        { 1, A, 1, 4000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 1, 8000, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, A, 8001, 1, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED } } },
	{ "one side does not scale",
	    { { 0, S, 0, 0, 0, 1000, 2, TCP_PART, TCP_OPENING },
	        { 1, S | A, 0, 0, 1, 1000, -1, TCP_PART, TCP_ANSWERED },
	        { 0, A, 1, 0, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 1001, 1, 1000, -1, TCP_ALIEN, TCP_ESTABLISHED } } },
	{ "data with the SYN (RFC 7413)",
	    { { 0, S, 0, 100, 0, 1000, -1, TCP_PART, TCP_OPENING },
	        { 1, S | A, 0, 0, 102, 9, -1, TCP_ALIEN, TCP_OPENING },
	        { 1, S | A, 0, 0, 1, 2000, -1, TCP_PART, TCP_ANSWERED },
	        { 0, A, 1, 100, 1, 1000, -1, TCP_PART, TCP_ESTABLISHED } } },
	{ "the answer again, its acknowledgement was lost",
	    { UP, { 1, S | A, 0, 0, 1, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, S, 0, 0, 0, 2000, -1, TCP_ALIEN, TCP_ESTABLISHED } } },
	{ "who began has forgotten it",
	    { UP, { 0, S, 99999, 0, 0, 1000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 1, A, 1, 0, 1, 2000, -1, TCP_PART, TCP_ESTABLISHED },
	        { 0, R, 1, 0, 0, 0, -1, TCP_PART, TCP_RESET } } },
	{ "another answer",
	    { OPEN, ANSWER,
	        { 1, S | A, 50, 0, 1, 2000, -1, TCP_ALIEN, TCP_ANSWERED },
	        { 0, S, 50, 0, 0, 1000, -1, TCP_ALIEN, TCP_ANSWERED },
	        { 0, S, 0, 0, 0, 1000, -1, TCP_PART, TCP_ANSWERED } } },
};

static struct tcp_segment
segment(const struct step *s)
{
	struct tcp_segment g = { .seq = FIRST[s->from] + s->seq,
		.ack = FIRST[!s->from] + s->ack,
		.win = s->win,
		.flags = s->flags,
		.can_scale = s->scale >= 0,
		.scale = (uint8_t)(s->scale < 0 ? 0 : s->scale) };

	g.end = g.seq + s->n + ((s->flags & S) != 0) + ((s->flags & F) != 0);
	return g;
}

static void
test_scene(const struct scene *scene)
{
	struct tcp_track c = { .user = 5 };

	for (unsigned int i = 0;
	     i < ARRAY_SIZE(scene->steps) && scene->steps[i].flags != 0; i++) {
		const struct step *s = &scene->steps[i];
		struct tcp_segment g = segment(s);

		if (i == 0)
			tcp_track_open(&c, &g);
		else
			is_num(tcp_track_segment(&c, s->from, &g), s->verdict,
			    "%s: step %u", scene->name, i);
		is_num(c.state, s->state, "%s: state %u", scene->name, i);
	}
	is_num(c.user, 5, "%s: the user's byte", scene->name);
}

static void
test_join(void)
{
	struct tcp_segment g = {
		.seq = 1000, .end = 1100, .ack = 5000, .win = 99, .flags = A
	};
	struct tcp_track c = { .user = 0 };

	tcp_track_join(&c, &g);
	is_num(c.state, TCP_ESTABLISHED, "joined: established");
	g = (struct tcp_segment){
		.seq = 5000, .end = 6400, .ack = 1100, .win = 9, .flags = A
	};
	is_num(tcp_track_segment(&c, 1, &g), TCP_PART, "joined: an answer");
	g.seq = g.end = 5000 + 200000;
	is_num(tcp_track_segment(&c, 1, &g), TCP_ALIEN, "joined: far away");
	g = (struct tcp_segment){
		.seq = 1100, .end = 1200, .ack = 6400, .win = 9, .flags = A
	};
	is_num(tcp_track_segment(&c, 0, &g), TCP_PART, "joined: more");
	ok(tcp_track_sent(&c, 0, 1200), "sent: the last");
	ok(tcp_track_sent(&c, 0, 1000), "sent: the first");
	ok(!tcp_track_sent(&c, 0, 1201), "sent: not yet");
	ok(!tcp_track_sent(&c, 0, 1200u - 66001), "sent: too long ago");
}

static const struct {
	const char *name, *hex;
	bool good;
	uint32_t takes; /* of the sequence space */
	int scale;      /* -1: none */
} segments[] = {
	{ "SYN", "0001000200000005000000005002000a00000000", true, 1, -1 },
	{ "data", "0001000200000005000000065010000a00000000aabbcc", true, 3,
	    -1 },
	{ "FIN", "0001000200000005000000065011000a00000000aa", true, 2, -1 },
	{ "scale", "0001000200000005000000006002000a0000000001030307", true, 1,
	    7 },
	{ "too large a scale",
	    "0001000200000005000000006002000a000000000103030f", true, 1, 14 },
	{ "scale outside of a SYN",
	    "0001000200000005000000006010000a0000000001030307", true, 0, -1 },
	{ "an option of no length",
	    "0001000200000005000000006002000a0000000005000303", true, 1, -1 },
	{ "an option beyond the end",
	    "0001000200000005000000006002000a0000000001010304", true, 1, -1 },
	{ "half an option", "0001000200000005000000006002000a0000000001010103",
	    true, 1, -1 },
	{ "after the end of options",
	    "0001000200000005000000006002000a0000000000030307", true, 1, -1 },
	{ "short", "0001000200000005000000005002000a000000", false, 0, 0 },
	{ "a short header", "0001000200000005000000004002000a00000000", false,
	    0, 0 },
	{ "options beyond the end", "0001000200000005000000006002000a00000000",
	    false, 0, 0 },
	{ "no flags", "0001000200000005000000005000000a00000000", false, 0, 0 },
	{ "SYN and FIN", "0001000200000005000000005003000a00000000", false, 0,
	    0 },
	{ "SYN and RST", "0001000200000005000000005006000a00000000", false, 0,
	    0 },
	{ "FIN alone", "0001000200000005000000005001000a00000000", false, 0,
	    0 },
};

static void
test_segments(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
		const char *name = segments[i].name;
		uint8_t bytes[64], *exact;
		uint32_t n = net_bytes(segments[i].hex, bytes, sizeof(bytes));
		struct tcp_segment s;
		bool good;

		ASSERT(n > 0);
		exact = malloc(n);
		ASSERT(exact != NULL);
		memcpy(exact, bytes, n);
		good = tcp_segment_read(exact, n, &s);
		free(exact);
		if (ok(good == segments[i].good, "%s: %s", name,
		        segments[i].good ? "read" : "refused") &&
		    good) {
			is_num(s.end - s.seq, segments[i].takes,
			    "%s: sequence space", name);
			is_num(s.can_scale ? s.scale : -1, segments[i].scale,
			    "%s: scale", name);
		}
	}
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
		test_scene(&scenes[i]);
	test_join();
	test_segments();
	return tap_done();
}
