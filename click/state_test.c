/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state_test.c -- what elements know, as bytes: cut into parts, put together
 * again, and every way in which such bytes can be wrong.
 */
#include "test/state.h"

#include <stdlib.h>

#include "base/hash.h"
#include "test/net.h"

#define NAT                                                                    \
	"rw :: IPRewriter(pattern 5.5.5.5 - - - 0 1, drop);"                   \
	" Idle -> [0]rw; Idle -> [1]rw; rw[0] -> out :: Queue -> Idle;"        \
	" rw[1] -> in :: Queue -> Idle;"

enum { HEAD = sizeof(struct state_head), FLOWS = 5000 };

static void
begin(struct trun *t, const char *text)
{
	if (!ok(trun_start(t, text) == 0, "starts"))
		tap_note("%s", trun_log(t));
}

static void
feed(struct trun *t, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct net_ip p = { .src = "10.0.0.1",
			.dst = "9.9.9.9",
			.proto = IPPROTO4_UDP,
			.sport = (uint16_t)(1 + i),
			.dport = 53,
			.text = "x" };

		net_feed_ip(t, "rw", 0, &p);
		(void)net_drain(t, "out");
	}
}

/* The head says again what the body is. */
static void
mend(struct strbuf *part)
{
	struct state_head head;

	memcpy(&head, part->s, HEAD);
	head.length = (uint32_t)(part->n - HEAD);
	head.check =
	    (uint32_t)hash_bytes(part->s + HEAD, part->n - HEAD, STATE_MAGIC);
	memcpy(part->s, &head, HEAD);
}

static void
test_parts(void)
{
	struct strbuf all = STRBUF_INIT, table = STRBUF_INIT;
	struct trun t;
	unsigned int n;

	begin(&t, NAT);
	feed(&t, FLOWS);
	sb_adds(&table, trun_read(&t, "rw.udp_table"));
	n = tstate_save(&t, &all);
	ok(n > 3 && n < 10, "%u flows in %u parts", FLOWS, n);
	is_num(trun_stop(&t), 0, "all packets are back");
	begin(&t, NAT);
	if (!ok(tstate_load(&t, sb_str(&all)) == 0, "all parts are taken"))
		tap_note("%s", trun_log(&t));
	is_cstr(
	    trun_read(&t, "rw.udp_table"), sb_cstr(&table), "the same table");
	ok(tstate_load(&t, sb_str(&all)) < 0 &&
	        strstr(trun_log(&t), "rw: flow: the same comes twice") != NULL,
	    "again: refused: %s", trun_log(&t));
	sb_fini(&all);
	sb_fini(&table);
	is_num(trun_stop(&t), 0, "all packets are back");
}

/* Who asks names a place: one that nobody has told him is harmless, too. */
static void
test_places(void)
{
	static const uint64_t places[] = { 0, 1, 7, FLOWS, 1ull << 32,
		UINT32_MAX, 3ull << 32, UINT64_MAX };
	struct strbuf part = STRBUF_INIT;
	bool good = true;
	struct trun t;

	begin(&t, NAT "s :: SATable; q :: ARPQuerier(1.0.0.1, 2:0:0:0:0:1);"
	              "Idle -> q -> out; Idle -> [1] q;"
	              "n :: IP6NDSolicitor(::1, 2:0:0:0:0:1); Idle -> n -> out;"
	              "Idle -> [1] n; a :: AddressTranslator(0, true, true,"
	              " false, ::2 1 9); Idle -> a -> out; Idle -> [1] a"
	              " [1] -> out;");
	feed(&t, 100);
	for (uint32_t element = 0; element < 40; element++)
		for (uint32_t kind = 0; kind < 4; kind++)
			for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
				struct state_place at = { element, kind,
					places[i] };

				sb_clear(&part);
				state_save(
				    t.r, master_thread(t.m, 0), &at, &part);
				good &= part.n >= HEAD &&
				        part.n <= STATE_PART_MAX &&
				        at.element > element;
			}
	ok(good, "from any place there is a part, and then the next");
	sb_fini(&part);
	is_num(trun_stop(&t), 0, "all packets are back");
}

/* A router that knows nothing says so. */
static void
test_empty(void)
{
	struct strbuf all = STRBUF_INIT;
	struct trun t;

	begin(&t, NAT "Idle -> Counter -> Discard;");
	is_num(tstate_save(&t, &all), 1, "empty: one part");
	is_num(all.n, HEAD, "empty: nothing but a head");
	is_num(tstate_load(&t, sb_str(&all)), 0, "empty: taken");
	sb_fini(&all);
	is_num(trun_stop(&t), 0, "all packets are back");
}

/* At byte at (from the end if < 0) n bytes become those of with. */
struct wrong {
	const char *what, *said;
	int at, n;
	const char *with;
	size_t nwith;
	bool mended;
};

/* Section: 2 name 2 class 2 version, item: 1 2 fields, 0. */
enum {
	AT_NAME = HEAD,
	AT_CLASS = AT_NAME + 4,
	AT_VERSION = AT_CLASS + 12,
	AT_ITEM = AT_VERSION + 2,
	AT_FIELDS = AT_ITEM + 3,
	KEY = 16,
	AT_INPUT = AT_FIELDS + 2 * KEY,
	AT_AGE = AT_INPUT + 2,
	AT_OUT = AT_AGE + 8,
	AT_TRACK = AT_OUT + 5,
};

#define BYTES(s) s, sizeof(s) - 1
static const struct wrong wrongs[] = {
	{ "magic", "no state", 0, 1, BYTES("X"), false },
	{ "version", "another version", 4, 1, BYTES("\2"), false },
	{ "reserved", "no state", 6, 1, BYTES("\1"), false },
	{ "a byte changed", "has been changed", -1, 1, BYTES("\1"), false },
	{ "a byte more", "not as long", AT_NAME, 0, BYTES("\1"), false },
	{ "a byte less", "not as long", AT_NAME, 1, BYTES(""), false },
	{ "another element", "'rx :: IPRewriter': there is no such element",
	    AT_NAME + 2, 2, BYTES("rx"), true },
	{ "another class", "of another class", AT_CLASS + 2, 1, BYTES("J"),
	    true },
	{ "of a class without state", "takes no state", AT_NAME, 16,
	    BYTES("\3\0out\5\0Queue"), true },
	{ "a name too long", "cut short", AT_NAME, 2, BYTES("\377\377"), true },
	{ "another form", "rw: state of version 2, this program has 1",
	    AT_VERSION, 1, BYTES("\2"), true },
	{ "an unknown kind", "rw: state of an unknown kind", AT_ITEM, 1,
	    BYTES("\7"), true },
	{ "a short item", "rw: flow of 52 bytes", AT_ITEM + 1, 1, BYTES("\64"),
	    true },
	{ "a long item", "cut short", AT_ITEM + 1, 2, BYTES("\377\377"), true },
	{ "no end", "rw: its state is cut short", -1, 1, BYTES(""), true },
	{ "a key's kind", "rw: flow: key[0].kind: it is out of range",
	    AT_FIELDS + 12, 1, BYTES("\2"), true },
	{ "its input", "rw: flow: it is of an input that is not there",
	    AT_INPUT, 1, BYTES("\2"), true },
	{ "its age", "rw: flow: last_ms: too long ago", AT_AGE + 3, 1,
	    BYTES("\377"), true },
	{ "its output", "rw: flow: it is for an output that is not there",
	    AT_OUT, 1, BYTES("\11"), true },
	{ "its protocol", "rw: flow: track: it is out of range", AT_TRACK, 1,
	    BYTES("\3"), true },
};

static void
test_wrong(const struct wrong *w)
{
	struct strbuf all = STRBUF_INIT, bad = STRBUF_INIT;
	size_t at, n;
	struct trun t;

	begin(&t, NAT);
	feed(&t, 2);
	(void)tstate_save(&t, &all);
	(void)trun_write(&t, "rw.clear", "");
	at = w->at < 0 ? all.n - (size_t)-w->at : (size_t)w->at;
	n = (size_t)w->n;
	sb_add(&bad, str_sub(sb_str(&all), 0, at));
	sb_add(&bad, str_make(w->with, w->nwith));
	sb_add(&bad, str_from(sb_str(&all), at + n));
	if (w->mended)
		mend(&bad);
	ok(state_load(t.r, master_thread(t.m, 0), sb_str(&bad), &t.errh) < 0 &&
	        strstr(trun_log(&t), w->said) != NULL,
	    "%s: refused with '%s': %s", w->what, w->said, trun_log(&t));
	is_cstr(trun_read(&t, "rw.size"), "0", "%s: nothing is taken", w->what);
	sb_fini(&all);
	sb_fini(&bad);
	is_num(trun_stop(&t), 0, "all packets are back");
}

/* Cut anywhere, with a head that fits. */
static void
test_cut(void)
{
	struct strbuf all = STRBUF_INIT;
	unsigned int refused = 0, n = 0;
	struct trun t;

	begin(&t, NAT);
	feed(&t, 2);
	(void)tstate_save(&t, &all);
	(void)trun_write(&t, "rw.clear", "");
	for (size_t end = 0; end < all.n; end++, n++) {
		char *exact = malloc(end + 1);
		struct strbuf part = STRBUF_INIT;

		sb_add(&part, str_sub(sb_str(&all), 0, end));
		if (end >= HEAD)
			mend(&part);
		memcpy(exact, end > 0 ? part.s : "", end);
		refused += state_load(t.r, master_thread(t.m, 0),
		               str_make(exact, end), &t.errh) < 0;
		free(exact);
		sb_fini(&part);
	}
	is_num(refused, n - 1, "cut short anywhere but after the head");
	is_cstr(trun_read(&t, "rw.size"), "0", "nothing is taken");
	sb_fini(&all);
	is_num(trun_stop(&t), 0, "all packets are back");
}

int
main(void)
{
	test_parts();
	test_places();
	test_empty();
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++)
		test_wrong(&wrongs[i]);
	test_cut();
	return tap_done();
}
