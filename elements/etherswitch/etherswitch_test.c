/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * etherswitch_test.c -- switches under floods of addresses, joined in circles,
 * and fed with what are no frames.
 */
#include "test/net.h"
#include "test/run.h"
#include "test/state.h"
#include "test/tap.h"

static void
reads(const char *text, const char *handler, const char *want, const char *name)
{
	struct trun t;

	if (ok(trun_start(&t, text) == 0, "%s: starts", name)) {
		trun_run(&t);
		is_cstr(trun_read(&t, handler), want, "%s", name);
	} else
		tap_note_str("log:", sb_str(&t.log));
	is_num(trun_stop(&t), 0, "%s: every packet is back", name);
}

#define FRAME(dst, src) "\\<" dst src "9000 616263646566>"
#define A               "02000000000a"
#define B               "02000000000b"
#define ALL             "ffffffffffff"
#define TWO                                                                    \
	" s[0] -> o0 :: Counter -> Discard; s[1] -> o1 :: Counter -> Discard;"

static const struct {
	const char *name, *text, *handler, *want;
} runs[] = {
	{ "a flood of addresses fills the table and no more",
	    "s :: EtherSwitch(CAPACITY 100);"
	    " RandomSource(64, LIMIT 20000, BURST 32, STOP true) -> [0] s;"
	    " Idle -> [1] s;" TWO,
	    "s.count", "100" },
	{ "but does not push out who talks now and then",
	    "s :: EtherSwitch(CAPACITY 100);"
	    " RandomSource(64, LIMIT 9000) -> Queue(9000)"
	    " -> TimedUnqueue(10ms, 40) -> [0] s;"
	    " TimedSource(10ms, DATA " FRAME(
	        ALL, B) ") -> [1] s;"
	                " a :: TimedSource(10ms, DATA " FRAME(
	                    B, A) ", ACTIVE false)"
	                          " -> [2] s; s[1] -> Discard; s[2] -> Discard;"
	                          " s[0] -> f :: Classifier(0/" B
	                          ", -) -> c :: Counter -> Discard;"
	                          " f[1] -> Discard;"
	                          " Script(wait 100ms, write a.active true, "
	                          "wait 2s, stop)",
	    "c.count", "0" },
	{ "groups are no senders",
	    "s :: EtherSwitch; InfiniteSource(DATA " FRAME(
	        A, ALL) ", LIMIT 1, STOP true) -> [0] s; Idle -> [1] s;" TWO,
	    "s.count", "0" },
	{ "stations are forgotten when others come",
	    "s :: EtherSwitch(TIMEOUT 5);"
	    " RandomSource(64, LIMIT 1000) -> [0] s;"
	    " r :: RandomSource(64, LIMIT 1000, ACTIVE false) -> [0] s;"
	    " Idle -> [1] s; s[0] -> Discard; s[1] -> d :: Counter -> Discard;"
	    " Script(wait 9s, set n $(s.count), write r.active true, wait 1s,"
	    " write s.timeout $(if $(lt $(s.count) $(add $n 100)) 1 2), stop)",
	    "s.timeout", "1" },
	{ "a burst to both sides keeps its frames",
	    "s :: EtherSwitch; FRAMES :: Null -> [0] s;"
	    " InfiniteSource(DATA " FRAME(
	        ALL, A) ", LIMIT 8, BURST 8) -> FRAMES;"
	                " InfiniteSource(DATA " FRAME(B,
	                    A) ", LIMIT 8, BURST 8) -> FRAMES;"
	                       " Idle -> [1] s;" TWO " Script(wait 1s, stop)",
	    "o1.count", "16" },
	{ "too short",
	    "s :: ListenEtherSwitch; InfiniteSource(DATA abcdefghijklm,"
	    " LIMIT 3, STOP true) -> s -> Discard; s[1] -> Discard",
	    "s.drops", "3" },
	{ "the listener hears what is dropped",
	    "s :: ListenEtherSwitch; InfiniteSource(DATA " FRAME(
	        A, A) ", LIMIT 3, BURST 3, STOP true) -> s -> Discard;"
	              " s[1] -> c :: Counter -> Discard",
	    "c.count", "3" },
	{ "DebugBridge passes all",
	    "RandomSource(60, LIMIT 100, STOP true) -> DebugBridge(x)"
	    " -> c :: Counter -> Discard",
	    "c.count", "100" },
	{ "EtherSpanTree drops noise",
	    "s :: EtherSwitch; i, o :: Suppressor; Idle -> i -> s -> o"
	    " -> Discard; Idle -> [1] i [1] -> [1] s [1] -> [1] o [1]"
	    " -> Discard; t :: EtherSpanTree(2:0:0:0:0:1, i, o, s);"
	    " RandomSource(60, LIMIT 100) -> t -> Discard;"
	    " Idle -> [1] t [1] -> Discard; Script(wait 1s, stop)",
	    "t.drops", "100" },
};

/* Two switches and two wires between them; host 0 on each. */
#define BRIDGE                                                                 \
	"elementclass Bridge { $mac, $prio |"                                  \
	" s :: EtherSwitch; i, o :: Suppressor;"                               \
	" t :: EtherSpanTree($mac, i, o, s, PRIORITY $prio);"                  \
	" input[0] -> c0 :: Classifier(14/4242, -) -> [0] t [0] -> [0] "       \
	"output;"                                                              \
	" input[1] -> c1 :: Classifier(14/4242, -) -> [1] t [1] -> [1] "       \
	"output;"                                                              \
	" input[2] -> c2 :: Classifier(14/4242, -) -> [2] t [2] -> [2] "       \
	"output;"                                                              \
	" c0[1] -> [0] i [0] -> [0] s [0] -> [0] o [0] -> [0] output;"         \
	" c1[1] -> [1] i [1] -> [1] s [1] -> [1] o [1] -> [1] output;"         \
	" c2[1] -> [2] i [2] -> [2] s [2] -> [2] o [2] -> [2] output };"       \
	" a :: Bridge(2:0:0:0:0:1, 1); b :: Bridge(2:0:0:0:0:2, 2);"           \
	" a[1] -> w :: Suppressor -> [1] b; b[1] -> [1] a;"                    \
	" a[2] -> [2] b; b[2] -> [2] a;"                                       \
	" h :: TimedSource(1s, DATA " FRAME(                                   \
	    ALL, A) ", LIMIT 10,"                                              \
	            " ACTIVE false) -> [0] a; Idle -> [0] b;"                  \
	            " a[0] -> fa :: Classifier(0/" ALL                         \
	            ", -) -> ca :: Counter -> Discard;"                        \
	            " fa[1] -> Discard;"                                       \
	            " b[0] -> fb :: Classifier(0/" ALL                         \
	            ", -) -> cb :: Counter -> Discard;"                        \
	            " fb[1] -> Discard;"

static const struct {
	const char *name, *script, *handler, *want;
} trees[] = {
	{ "one of two wires is used", " Script(wait 60s, stop)", "b/t.states",
	    "0 forwarding designated\n1 forwarding root\n2 blocking other\n" },
	{ "the lower priority is the root", " Script(wait 60s, stop)",
	    "a/t.states",
	    "0 forwarding designated\n1 forwarding designated\n"
	    "2 forwarding designated\n" },
	{ "what all say", " Script(wait 120s, stop)", "b/t.msgs",
	    "    2020000000002:8001: tc  1 ->    1020000000001"
	    "  m/h/d: 14/2/f\n"
	    "    1020000000001:8002: tc  0 ->    1020000000001"
	    "  m/h/d: 14/2/f\n"
	    "    1020000000001:8003: tc  0 ->    1020000000001"
	    "  m/h/d: 14/2/f\n"
	    "    2020000000002:0000: tc  1 ->    1020000000001"
	    "  m/h/d: 14/2/f\n" },
	{ "frames come through once",
	    " Script(wait 60s, write h.active true, wait 20s, stop)",
	    "cb.count", "10" },
	{ "and do not come back",
	    " Script(wait 60s, write h.active true, wait 20s, stop)",
	    "ca.count", "0" },
	{ "none while ports only learn",
	    " Script(wait 16s, write h.active true, wait 11.5s, stop)",
	    "cb.count", "0" },
	{ "but who is where is known then",
	    " Script(wait 16s, write h.active true, wait 11.5s, stop)",
	    "a/s.table", "02-00-00-00-00-0A 0\n" },
	{ "who only learns forwards nothing",
	    " Script(wait 60s, write w.active0 false, wait 36s,"
	    " write h.active true, wait 10.5s, stop)",
	    "cb.count", "0" },
	{ "but learns",
	    " Script(wait 60s, write w.active0 false, wait 36s,"
	    " write h.active true, wait 10.5s, stop)",
	    "b/s.table", "02-00-00-00-00-0A 2\n" },
	{ "a wire that is cut is replaced",
	    " Script(wait 60s, write w.active0 false, wait 60s, stop)",
	    "b/t.states",
	    "0 forwarding designated\n1 forwarding designated\n"
	    "2 forwarding root\n" },
};

static const struct {
	const char *text, *log;
} errors[] = {
	{ "s :: EtherSwitch(CAPACITY 0); Idle -> s -> Discard;"
	  " Idle -> [1] s [1] -> Discard",
	    "  CAPACITY must be positive\n" },
	{ "s :: EtherSwitch; i, o :: Suppressor; Idle -> i -> s -> o"
	  " -> Discard; Idle -> [1] s [1] -> Discard;"
	  " t :: EtherSpanTree(2:0:0:0:0:1, i, o, s); Idle -> t -> Discard;"
	  " Idle -> [1] t [1] -> Discard",
	    "  INPUT_SUPPRESSOR: 'i' must have 2 ports\n" },
};

/* Another process: who is where, for as long as it would have been known. */
static void
test_move(void)
{
	static const char ask[] =
	    " i :: InfiniteSource(DATA " FRAME(B, B) ", LIMIT 1, ACTIVE false)"
	                                             " -> [0] s;";
	struct strbuf text = STRBUF_INIT;
	struct trun t;
	uint32_t lost;

	sb_printf(&text,
	    "s :: EtherSwitch(TIMEOUT 100); Idle -> [0] s;%s"
	    " a :: InfiniteSource(DATA " FRAME(ALL, A) ", LIMIT 1)"
	                                               " -> [1] s;" TWO,
	    ask);
	ok(trun_start(&t, sb_cstr(&text)) == 0, "move: starts");
	net_pass(&t, 60 * NS_PER_SEC);
	sb_clear(&text);
	sb_printf(&text,
	    "s :: EtherSwitch(TIMEOUT 100); Idle -> [0] s;%s"
	    " Idle -> [1] s;" TWO,
	    ask);
	if (!ok(tstate_move(&t, sb_cstr(&text), &lost) == 0, "move"))
		tap_note("%s", trun_log(&t));
	is_num(lost, 0, "move: all packets are back");
	is_cstr(trun_read(&t, "s.table"), "02-00-00-00-00-0A 1\n",
	    "move: it is where it was");
	ok(net_swap(&t, sb_cstr(&text)) == 0, "swap");
	is_cstr(trun_read(&t, "s.table"), "02-00-00-00-00-0A 1\n",
	    "swap: it is where it was");
	net_pass(&t, 45 * NS_PER_SEC);
	(void)trun_write(&t, "i.active", "true");
	net_pass(&t, NS_PER_SEC);
	ok(strstr(trun_read(&t, "s.table"), "0A") == NULL,
	    "move: for forty seconds more");
	sb_fini(&text);
	is_num(trun_stop(&t), 0, "move: all packets are back");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		reads(
		    runs[i].text, runs[i].handler, runs[i].want, runs[i].name);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct strbuf sb = STRBUF_INIT;

		sb_printf(&sb, "%s%s", BRIDGE, trees[i].script);
		reads(sb_cstr(&sb), trees[i].handler, trees[i].want,
		    trees[i].name);
		sb_fini(&sb);
	}
	test_move();
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct trun t;

		ok(trun_start(&t, errors[i].text) != 0 &&
		        strstr(trun_log(&t), errors[i].log) != NULL,
		    "refused:%s", errors[i].log);
		is_num(trun_stop(&t), 0, "nothing is left");
	}
	return tap_done();
}
