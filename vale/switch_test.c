/* SPDX-License-Identifier: BSD-3-Clause */
/* switch_test.c -- ports, the learning bridge, counters, mirrors, isolation. */
#include "test/vale.h"

static void
test_learning(void)
{
	struct vtest t;

	vtest_start(&t, "learning", 3);
	vtest_send(&t, 0, "1>2", 64);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "1>2/64", "unknown: to the second port");
	is_cstr(vtest_got(&t, 2), "1>2/64", "and to the third");
	is_cstr(vtest_got(&t, 0), "", "not back to the first");
	vtest_send(&t, 1, "2>1", 1514);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 0), "2>1/1514", "known: to the first only");
	is_cstr(vtest_got(&t, 2), "", "and not to the third");
	vtest_send(&t, 2, "1>3", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 0), "1>3/60", "flooded from the third");
	vtest_send(&t, 1, "2>1", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 2), "2>1/60", "the address has moved there");
	vtest_send(&t, 1, "4>2", 60);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 1, DROP_SELF), 1, "not back where it is from");
	vtest_send(&t, 0, "1>*", 60);
	vtest_send(&t, 0, "1>2", 60);
	vtest_send(&t, 0, "1>*", 61);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 2), "1>*/60 1>*/61", "broadcasts to all");
	vtest_stop(&t);
}

/* The bytes are the same, whatever the length and the kind of frame. */
static void
test_bytes(bool private)
{
	struct vtest t;
	struct diag why = { "" };
	struct vale_port *p;
	struct vale_attach a = { .switch_name = STR("v"),
		.name = STR("q"),
		.with = &vale_kind_mem,
		.args = private ? STR("private") : STR(""),
		.worker = -1 };
	uint8_t got[MEM_SLOT];
	unsigned int bad = 0;

	vtest_start(&t, "wire", 1);
	ok(vale_attach(t.vale, &a, &p, &why) == 0, "another port");
	vtest_make(&t, "1>2");
	for (uint32_t n = 14; n <= 1518; n++) {
		bool sent = vale_mem_put(p, t.frame, n);

		vtest_run(&t);
		bad += !sent || vale_mem_get(t.port[0], got) != (int)n ||
		       memcmp(got, t.frame, n) != 0;
	}
	is_num(bad, 0, "frames of 14 to 1518 bytes arrive as they were");
	vale_mem_put(p, t.frame, 13);
	vale_mem_put(p, t.frame, 1519);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 0), "", "13 are too few, 1519 too many");
	is_num(vtest_dropped(&t, 0, DROP_MTU), 1, "for that port");
	vtest_stop(&t);
}

/* A tag is put into a frame of any length, all head or in pieces. */
static void
test_tagged(bool private)
{
	struct vtest t;
	struct diag why = { "" };
	struct vale_port *p;
	struct vale_attach a = { .switch_name = STR("v"),
		.name = STR("q"),
		.with = &vale_kind_mem,
		.args = private ? STR("private") : STR(""),
		.worker = -1 };
	uint8_t got[MEM_SLOT];
	unsigned int bad = 0;

	vtest_start(&t, "wire", 1);
	ok(vale_attach(t.vale, &a, &p, &why) == 0, "another port");
	ok(vale_set(p, STR("vlan"), STR("access:10"), &why) == 0, "of a VLAN");
	vtest_set(&t, 0, "vlan=trunk:10");
	vtest_make(&t, "1>2");
	for (uint32_t n = 14; n <= 1514; n++) {
		/* As many as may lie side by side in the switch. */
		for (unsigned int k = 0; k < VALE_BURST; k++)
			bad += !vale_mem_put(p, t.frame, n);
		vtest_run(&t);
		for (unsigned int k = 0; k < VALE_BURST; k++)
			bad += vale_mem_get(t.port[0], got) != (int)n + 4 ||
			       memcmp(got, t.frame, 12) != 0 ||
			       memcmp(got + 12, "\x81\0\0\x0a", 4) != 0 ||
			       memcmp(got + 16, t.frame + 12, n - 12) != 0;
	}
	is_num(bad, 0, "frames of 14 to 1514 bytes leave with a tag");
	vtest_stop(&t);
}

static void
test_full(void)
{
	struct vtest t;

	vtest_start(&t, "wire", 2);
	for (int i = 0; i < 300; i++) {
		vtest_send(&t, 0, "1>2", 60);
		vtest_run(&t);
	}
	is_num(vtest_dropped(&t, 1, DROP_FULL), 300 - MEM_SLOTS,
	    "what does not fit is dropped as full");
	vtest_stop(&t);
}

static void
test_isolated(void)
{
	struct vtest t;

	vtest_start(&t, "learning", 3);
	vtest_set(&t, 0, "isolated=on");
	vtest_set(&t, 1, "isolated=on");
	vtest_send(&t, 1, "2>9", 60);
	vtest_run(&t);
	vtest_send(&t, 0, "1>9", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 2), "2>9/60 1>9/60", "to the port that is not");
	is_cstr(vtest_got(&t, 1), "", "isolated ports do not hear each other");
	vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "", "nor when the address is known");
	is_num(vtest_dropped(&t, 0, DROP_ISOLATED), 1, "and it is counted");
	vtest_send(&t, 2, "3>2", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "3>2/60", "but all hear the other");
	vtest_stop(&t);
}

static void
test_mirror(void)
{
	struct vtest t;

	vtest_start(&t, "wire p0 p1", 3);
	ok(vtest_set(&t, 0, "mirror=p2") == 0, "a mirror");
	ok(vtest_set(&t, 0, "mirror=p0") != 0, "not of itself");
	vtest_send(&t, 0, "1>2", 60);
	vtest_send(&t, 1, "2>1", 61);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 2), "1>2/60 2>1/61", "sees both directions");
	is_cstr(vtest_got(&t, 1), "1>2/60", "and the frame still arrives");
	is_cstr(vtest_got(&t, 0), "2>1/61", "both ways");
	ok(vale_detach(t.vale, STR("v"), STR("p2"), NULL) == 0,
	    "the mirror goes");
	vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "1>2/60", "and frames go on");
	vtest_stop(&t);
}

static void
test_coming_and_going(void)
{
	struct vtest t;
	struct diag why = { "" };

	vtest_start(&t, "learning", 3);
	vtest_send(&t, 0, "1>2", 60);
	vtest_send(&t, 1, "2>1", 60);
	vtest_run(&t);
	ok(vale_detach(t.vale, STR("v"), STR("p1"), &why) == 0, "detach");
	is_num(vale_detach(t.vale, STR("v"), STR("p1"), &why), ERR_NOTFOUND,
	    "once only");
	vtest_got(&t, 2);
	vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 2), "1>2/60", "its address is forgotten");
	vale_mem_break(t.port[2]);
	vtest_run(&t);
	ok(vale_port_find(t.vale, STR("v"), STR("p2")) == NULL,
	    "a port whose peer breaks the rules is detached");
	vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 0, DROP_NOWHERE), 1, "nobody is left");
	vtest_stop(&t);
}

/* Frames come out of worker threads, too, and sleeping ones wake. */
static void
test_threads(void)
{
	struct vale_options o = { .workers = 2, .poll_ns = 1000 };
	struct diag why = { "" };
	struct vale *v = vale_new(&o, &why);
	struct vale_port *p[2];
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 }, got[2048];
	unsigned int arrived = 0;

	vale_switch_add(v, STR("v"), STR("wire"), &why);
	for (int i = 0; i < 2; i++) {
		struct vale_attach a = { .switch_name = STR("v"),
			.name = i == 0 ? STR("a") : STR("b"),
			.with = &vale_kind_mem,
			.worker = i };

		ok(vale_attach(v, &a, &p[i], &why) == 0, "attached %d", i);
	}
	for (unsigned int i = 0; i < 2000; i++) {
		while (!vale_mem_put(p[i & 1], frame, 60 + i % 4))
			vale_wait(v, 1);
		if (i % 100 == 0)
			vale_wait(v, 2); /* long enough to fall asleep */
		arrived += vale_mem_get(p[0], got) > 0;
		arrived += vale_mem_get(p[1], got) > 0;
	}
	for (int i = 0; i < 1000 && arrived < 2000; i++) {
		vale_wait(v, 1);
		arrived += vale_mem_get(p[0], got) > 0;
		arrived += vale_mem_get(p[1], got) > 0;
	}
	is_num(arrived, 2000, "both ways through two workers");
	is_num(balance_of(v, STR("v")), 0, "and every frame is accounted for");
	vale_free(v);
}

int
main(void)
{
	test_learning();
	test_bytes(false);
	test_bytes(true);
	test_tagged(false);
	test_tagged(true);
	test_full();
	test_isolated();
	test_mirror();
	test_coming_and_going();
	test_threads();
	return tap_done();
}
