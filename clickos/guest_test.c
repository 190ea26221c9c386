/* SPDX-License-Identifier: BSD-3-Clause */
/* guest_test.c -- routers installed, swapped, stopped, removed; their limits.
 */
#include "clickos/guest.h"

#include <string.h>

#include "abi/state.h"
#include "clickos/internal.h"
#include "test/guest.h"
#include "test/tap.h"

struct result {
	struct guest *g;
	struct os_waiter *w;
	bool over;
	unsigned int id;
	int status;
	struct strbuf text;
};

static void
result_set(void *arg, unsigned int id, int status, struct str text)
{
	struct result *r = arg;

	r->over = true;
	r->id = id;
	r->status = status;
	sb_clear(&r->text);
	sb_add(&r->text, text);
}

static bool
result_over(void *arg)
{
	struct result *r = arg;

	guest_poll(r->g);
	return r->over;
}

static struct guest_done
result_done(struct result *r)
{
	r->over = false;
	return (struct guest_done){ result_set, r };
}

/* The operation's status, begun as begun says; waits for its end. */
static int
result_of(struct result *r, int begun)
{
	if (begun != 0)
		return begun;
	return tguest_until(r->w, result_over, r) ? r->status : -1;
}

static int
install(struct result *r, const char *text, bool keep)
{
	unsigned int id = CONTROL_ANY_ROUTER;

	return result_of(r, guest_install(r->g, &id, STR("test"), str_of(text),
	                        keep, result_done(r), NULL));
}

static const char *
reads(struct result *r, unsigned int id, const char *name)
{
	static struct strbuf out;
	struct strbuf messages = STRBUF_INIT;

	sb_fini(&out);
	if (guest_read(r->g, id, str_of(name), STR(""), &out, &messages) != 0) {
		sb_clear(&out);
		sb_add(&out, sb_str(&messages));
	}
	sb_fini(&messages);
	return sb_cstr(&out);
}

static int
writes(struct result *r, unsigned int id, const char *name, const char *value)
{
	struct strbuf messages = STRBUF_INIT;
	int status =
	    guest_write(r->g, id, str_of(name), str_of(value), &messages);

	sb_fini(&messages);
	return status;
}

static void
begin(struct result *r, struct guest_options options)
{
	*r = (struct result){ .over = false };
	r->g = tguest_new(options, &r->w);
}

static void
end(struct result *r)
{
	guest_free(r->g);
	os_waiter_free(r->w);
	sb_fini(&r->text);
}

static const char counter[] =
    "InfiniteSource(LIMIT 5) -> c :: Counter -> q :: Queue(10);"
    " Idle -> [0] i :: Discard; q -> Idle;";

static void
test_life(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };

	begin(&r, options);
	is_num(install(&r, counter, false), CONTROL_OK, "installed");
	is_num(r.id, 0, "the lowest id");
	is_num(install(&r, "Idle -> Discard;", false), CONTROL_OK, "a second");
	is_num(r.id, 1, "beside it");
	is_num(guest_count(r.g), 2, "two of them");
	is_cstr(reads(&r, 1, "q.length"), "no element named 'q'\n",
	    "each has its own elements");
	is_num(result_of(&r, guest_stop(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "stopped");
	is_num(guest_state(r.g, 0), GUEST_HALTED, "and halted");
	ok(strstr(reads(&r, 0, "c.count"), "is halted") != NULL,
	    "its handlers are gone");
	is_num(result_of(&r, guest_start(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "started again");
	is_num(guest_start(r.g, 0, result_done(&r), NULL), CONTROL_E_ROUTER,
	    "not twice");
	is_num(result_of(&r, guest_remove(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "removed");
	is_num(guest_state(r.g, 0), GUEST_FREE, "its id is free");
	is_num(guest_remove(r.g, 0, result_done(&r), NULL), CONTROL_E_ROUTER,
	    "nothing to remove");
	is_num(install(&r, counter, false), CONTROL_OK, "the next one");
	is_num(r.id, 0, "takes its id");
	end(&r);
}

static void
test_wrong(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };

	begin(&r, options);
	is_num(install(&r, "Foo -> Discard;", false), CONTROL_E_CONFIG,
	    "a wrong text is refused");
	is_str(sb_str(&r.text), STR("config:1: undeclared element 'Foo'\n"),
	    "with Click's message");
	is_num(guest_count(r.g), 0, "and leaves nothing");
	is_num(install(&r, "Counter(BYTE_COUNT x) -> Discard;", true),
	    CONTROL_E_CONFIG, "one that is kept");
	is_num(guest_state(r.g, 0), GUEST_FAILED, "has failed");
	ok(guest_error(r.g, 0).n > 0, "and still says why");
	is_num(result_of(&r, guest_remove(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "it can be removed");
	tguest_threads.left = 0;
	is_num(install(&r, "Idle -> Discard;", false), CONTROL_E_FULL,
	    "no thread to be had");
	tguest_threads.left = -1;
	is_num(install(&r, "Idle -> Discard;", false), CONTROL_OK,
	    "the next one works");
	end(&r);
}

static void
test_all(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };
	unsigned int i, running = 0;

	begin(&r, options);
	for (i = 0; i < CONTROL_ROUTERS; i++)
		running += install(&r, "Idle -> Discard;", false) == CONTROL_OK;
	is_num(running, CONTROL_ROUTERS, "as many routers as there are ids");
	is_num(install(&r, "Idle -> Discard;", false), CONTROL_E_FULL,
	    "one more is refused");
	end(&r);
}

static void
test_swap(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };
	const char *other = "InfiniteSource(LIMIT 0) -> c :: Counter ->"
	                    " q :: Queue(20); q -> Idle;";

	begin(&r, options);
	is_num(install(&r,
	           "InfiniteSource(LIMIT 7) -> q :: Queue(10); q -> Idle;"
	           "ClickOSControl(DENY nothing)",
	           false),
	    CONTROL_OK, "with packets in a queue");
	while (strcmp(reads(&r, 0, "q.length"), "7") != 0)
		(void)os_wait(r.w, os_steady_ns() + 1000000);
	is_num(result_of(&r, guest_swap(r.g, 0, STR("Foo -> Discard;"),
	                         result_done(&r), NULL)),
	    CONTROL_E_CONFIG, "a swap with a wrong text fails");
	is_cstr(reads(&r, 0, "q.length"), "7", "and the old one runs on");
	is_num(result_of(&r,
	           guest_swap(r.g, 0, str_of(other), result_done(&r), NULL)),
	    CONTROL_OK, "a swap");
	is_cstr(reads(&r, 0, "q.length"), "7", "takes the packets along");
	is_cstr(reads(&r, 0, "q.capacity"), "20", "is the new one");
	is_str(guest_text(r.g, 0), str_of(other), "has the new text");
	is_num(guest_swap(r.g, 9, STR(""), result_done(&r), NULL),
	    CONTROL_E_ROUTER, "there must be one");
	end(&r);
}

/* Two that want one port; the process' own kind that holds packets. */
static void
test_ports(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };

	begin(&r, options);
	is_num(install(&r, "FromDevice(lo) -> Discard;", false), CONTROL_OK,
	    "a port is opened");
	is_num(install(&r, "FromDevice(lo) -> Discard;", false),
	    CONTROL_E_CONFIG, "nobody else gets it");
	ok(str_search(sb_str(&r.text), STR("port lo: held by router 0 (test)"),
	       0) < r.text.n,
	    "and is told who has it");
	is_num(result_of(&r, guest_swap(r.g, 0,
	                         STR("FromDevice(lo) -> c :: Counter"
	                             " -> Discard;"),
	                         result_done(&r), NULL)),
	    CONTROL_OK, "a swap hands it over");
	is_num(result_of(&r, guest_remove(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "its holder is removed");
	is_num(install(&r, "FromDevice(lo) -> Discard;", false), CONTROL_OK,
	    "then it is free");
	end(&r);
}

/* Somebody else has the router stand still for longer than anybody waits. */
static void
test_no_time(void)
{
	const struct guest_options options = { .packets = 0 };
	struct os_waiter *w = os_waiter_new();
	struct master *m;
	struct result r;

	begin(&r, options);
	(void)install(&r, counter, false);
	m = guest_unit(r.g, 0)->master;
	is_num(master_enter(m, w, INT64_MAX), 0, "a router stands still");
	is_num(writes(&r, 0, "c.reset", ""), CONTROL_E_BUSY,
	    "another waits for it in vain");
	is_cstr(reads(&r, 0, "c.count"),
	    "router 0 is too busy to be asked: try again\n", "it is told why");
	master_leave(m);
	is_num(writes(&r, 0, "c.reset", ""), CONTROL_OK, "then it is there");
	os_waiter_free(w);
	end(&r);
}

static void
test_gate(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };

	begin(&r, options);
	is_num(install(&r,
	           "gate :: ClickOSControl(ALLOW \"c.* gate.* x*\","
	           " DENY \"*.reset*\");"
	           "InfiniteSource(LIMIT 3) -> c :: Counter -> d :: Discard;",
	           false),
	    CONTROL_OK, "a router with a gate");
	ok(strstr(reads(&r, 0, "d.count"), "denied by ClickOSControl") != NULL,
	    "what it does not allow is denied");
	is_num(writes(&r, 0, "c.reset", ""), CONTROL_E_DENIED,
	    "and what it denies");
	is_num(writes(&r, 0, "c.nothing", ""), CONTROL_E_HANDLER,
	    "what is not there is another matter");
	is_num(writes(&r, 0, "c.count", ""), CONTROL_E_HANDLER,
	    "nor what cannot be written");
	is_cstr(reads(&r, 0, "gate.denied"), "2", "denials are counted");
	is_cstr(reads(&r, 0, "gate.last_error"),
	    "'c.reset' denied by ClickOSControl", "the last one is kept");
	is_num(
	    writes(&r, 0, "c.bit_rate", "x"), CONTROL_E_HANDLER, "not written");
	end(&r);
	begin(&r, options);
	is_num(install(&r,
	           "ClickOSControl(READONLY true);"
	           " s :: Switch(0); Idle -> s -> Discard;",
	           false),
	    CONTROL_OK, "a gate for reading only");
	is_num(writes(&r, 0, "s.switch", "0"), CONTROL_E_DENIED, "no writes");
	is_cstr(reads(&r, 0, "s.switch"), "0", "but reads");
	is_num(install(&r, "ClickOSControl; ClickOSControl;", false),
	    CONTROL_E_CONFIG, "one gate is enough");
	is_num(install(&r, "s :: Switch(0); Idle -> s -> Discard;", false),
	    CONTROL_OK, "one that says nothing of it");
	is_num(writes(&r, 1, "s.switch", "0"), CONTROL_OK, "may be written");
	is_num(writes(&r, 1, "s.switch", "x"), CONTROL_E_FAILED,
	    "a handler that fails");
	is_cstr(reads(&r, 1, "ClickOSControl@0.failed"), "1", "is counted");
	end(&r);
}

/* Packets are limited a router: a hoarder leaves the rest to others. */
static void
test_packets(void)
{
	struct result r;
	const struct guest_options options = { .packets = 600,
		.router_packets = 300 };

	begin(&r, options);
	is_num(install(&r,
	           "InfiniteSource(BURST 64) -> q :: Queue(1000);"
	           " q -> Idle;",
	           false),
	    CONTROL_OK, "a hoarder");
	while (strcmp(reads(&r, 0, "q.length"), "300") != 0)
		(void)os_wait(r.w, os_steady_ns() + 1000000);
	ok(true, "gets what its limit is");
	is_num(install(&r,
	           "InfiniteSource(LIMIT 200) -> q :: Queue(1000);"
	           " q -> Idle;",
	           false),
	    CONTROL_OK, "another");
	while (strcmp(reads(&r, 1, "q.length"), "200") != 0)
		(void)os_wait(r.w, os_steady_ns() + 1000000);
	ok(true, "gets what it needs");
	end(&r);
}

/* A router under load is asked, swapped and stopped all the same. */
static void
test_busy(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };
	const char *text = "InfiniteSource(BURST 1000000) -> c :: Counter"
	                   " -> Discard; j :: Null -> [0] k :: Tee(2);"
	                   " k [0] -> j; k [1] -> Discard;"
	                   " InfiniteSource(LIMIT 4) -> j;";
	int64_t before;
	unsigned int i;

	begin(&r, options);
	is_num(install(&r, text, false), CONTROL_OK, "busy, and in a circle");
	before = os_steady_ns();
	for (i = 0; i < 20; i++)
		(void)reads(&r, 0, "c.count");
	ok(os_steady_ns() - before < 20 * INT64_C(500000000),
	    "answers under load");
	is_num(result_of(
	           &r, guest_swap(r.g, 0, str_of(text), result_done(&r), NULL)),
	    CONTROL_OK, "swapped under load");
	is_num(result_of(&r, guest_stop(r.g, 0, result_done(&r), NULL)),
	    CONTROL_OK, "stopped under load");
	end(&r);
}

/* One that ends by itself is halted; nobody else notices. */
static void
test_ends(void)
{
	struct result r;
	const struct guest_options options = { .packets = 0 };

	begin(&r, options);
	is_num(install(&r, "Idle -> Discard;", false), CONTROL_OK, "one");
	is_num(install(
	           &r, "InfiniteSource(LIMIT 2, STOP true) -> Discard;", false),
	    CONTROL_OK, "one that stops itself");
	while (guest_state(r.g, 1) != GUEST_HALTED) {
		guest_poll(r.g);
		(void)os_wait(r.w, os_steady_ns() + 1000000);
	}
	is_num(guest_state(r.g, 0), GUEST_RUNNING, "the other one runs on");
	end(&r);
}

/* ---- what routers know, to another guest ---- */

#define SET                                                                    \
	"rw :: IPAddrRewriter(pattern 5.5.5.5 - 0 1, drop);"                   \
	" src :: InfiniteSource(DATA "                                         \
	"\\<4500001c 00000000 40110000 0a000001 09090909 0001 0035 0008 "      \
	"0000>,"                                                               \
	" LIMIT 3, ACTIVE false) -> MarkIPHeader(0) -> rw -> c :: Counter"     \
	" -> Discard; Idle -> [1]rw[1] -> Discard;"

static bool
counted(void *arg)
{
	guest_poll(((struct result *)arg)->g);
	return strcmp(reads(arg, 0, "c.count"), "3") == 0;
}

/* All of router 0's state, parts after one another; the last status. */
static int
saves(struct result *r, struct strbuf *all)
{
	struct state_place at = { .element = 0 };
	int status = CONTROL_OK;

	while (status == CONTROL_OK && at.element != STATE_END) {
		struct strbuf part = STRBUF_INIT, messages = STRBUF_INIT;

		status = guest_save(r->g, 0,
		    str_make((const char *)&at, sizeof(at)), &part, &messages);
		if (status == CONTROL_OK)
			memcpy(&at, part.s + offsetof(struct state_head, next),
			    sizeof(at));
		sb_add(all, sb_str(&part));
		sb_fini(&part);
		sb_fini(&messages);
	}
	return status;
}

static int
loads(struct result *r, unsigned int id, struct str part, const char *said)
{
	struct strbuf messages = STRBUF_INIT;
	int status = guest_load(r->g, id, part, &messages);

	if (said != NULL)
		ok(strstr(sb_cstr(&messages), said) != NULL, "it says '%s': %s",
		    said, sb_cstr(&messages));
	sb_fini(&messages);
	return status;
}

static void
test_hold(void)
{
	const struct guest_options options = { .packets = 0 };
	const struct guest_done nobody = { NULL, NULL };
	struct diag why = { "" };
	struct result r;

	begin(&r, options);
	(void)install(&r, SET, false);
	is_num(guest_hold(r.g, 100, &why), CONTROL_OK, "held: %s", why.text);
	is_num(writes(&r, 0, "src.active", "true"), CONTROL_OK,
	    "held: handlers can be called");
	(void)os_wait(r.w, os_steady_ns() + 50000000);
	is_cstr(reads(&r, 0, "c.count"), "0", "held: nothing runs");
	is_num(guest_stop(r.g, 0, nobody, &why), CONTROL_E_ROUTER,
	    "held: it cannot be stopped");
	ok(strstr(why.text, "held") != NULL, "held: says so: %s", why.text);
	is_num(guest_swap(r.g, 0, STR("Idle;"), nobody, &why), CONTROL_E_ROUTER,
	    "held: nor swapped");
	is_num(guest_remove(r.g, 0, nobody, &why), CONTROL_E_ROUTER,
	    "held: nor removed");
	is_num(
	    install(&r, "InfiniteSource(LIMIT 3) -> c :: Counter -> Discard;",
	        false),
	    CONTROL_OK, "held: another is installed");
	(void)os_wait(r.w, os_steady_ns() + 50000000);
	is_cstr(reads(&r, 1, "c.count"), "0", "held: it does not begin");
	ok(guest_let_go(r.g), "let go");
	ok(!guest_let_go(r.g), "let go, once");
	ok(tguest_until(r.w, counted, &r), "let go: it runs");
	is_num(result_of(&r, guest_remove(r.g, 1, result_done(&r), NULL)),
	    CONTROL_OK, "let go: the other, too, and can be removed");
	end(&r);
}

/* Nobody asks any more: it goes on by itself. */
static void
test_hold_ends(void)
{
	const struct guest_options options = { .packets = 0 };
	struct result r;

	begin(&r, options);
	(void)install(&r, SET, false);
	is_num(guest_hold(r.g, 1, NULL), CONTROL_OK, "held for a second");
	(void)writes(&r, 0, "src.active", "true");
	ok(guest_hold_ends(r.g) < os_steady_ns() + 1100000000,
	    "when it ends is known");
	ok(tguest_until(r.w, counted, &r), "it goes on");
	is_num(guest_hold_ends(r.g), INT64_MAX, "nothing is held");
	end(&r);
}

static void
test_state(void)
{
	const struct guest_options options = { .packets = 0 };
	struct strbuf all = STRBUF_INIT;
	struct result a, b;

	begin(&a, options);
	(void)install(&a, SET, false);
	is_num(saves(&a, &all), CONTROL_E_ROUTER, "state: only when held");
	(void)writes(&a, 0, "src.active", "true");
	ok(tguest_until(a.w, counted, &a), "state: a flow");
	is_num(guest_hold(a.g, 100, NULL), CONTROL_OK, "state: held");
	is_num(saves(&a, &all), CONTROL_OK, "state: saved");
	is_num(loads(&a, 0, sb_str(&all), "has run already"), CONTROL_E_ROUTER,
	    "state: not into one that has run");

	begin(&b, options);
	(void)install(&b, SET, false);
	is_num(loads(&b, 0, sb_str(&all), "held"), CONTROL_E_ROUTER,
	    "state: loaded only when held");
	(void)result_of(&b, guest_remove(b.g, 0, result_done(&b), NULL));
	(void)guest_hold(b.g, 100, NULL);
	(void)install(&b, SET, false);
	(void)install(&b, SET, false);
	is_num(loads(&b, 0, sb_str(&all), NULL), CONTROL_OK, "state: loaded");
	ok(strstr(reads(&b, 0, "rw.table"), "10.0.0.1 => 5.5.5.") != NULL,
	    "state: the flow is there");
	is_num(loads(&b, 1, str_from(sb_str(&all), 1), "no state"),
	    CONTROL_E_FAILED, "state: nonsense");
	(void)guest_let_go(b.g);
	while (guest_state(b.g, 1) == GUEST_RUNNING) {
		guest_poll(b.g);
		(void)os_wait(b.w, os_steady_ns() + 1000000);
	}
	is_num(guest_state(b.g, 1), GUEST_FAILED,
	    "state: who has not taken his does not begin");
	ok(strstr(guest_error(b.g, 1).s, "has not taken its state") != NULL,
	    "state: says why");
	is_num(guest_state(b.g, 0), GUEST_RUNNING, "state: the other runs");
	sb_fini(&all);
	end(&a);
	end(&b);
}

int
main(void)
{
	test_life();
	test_wrong();
	test_all();
	test_swap();
	test_ports();
	test_gate();
	test_packets();
	test_busy();
	test_no_time();
	test_ends();
	test_hold();
	test_hold_ends();
	test_state();
	return tap_done();
}
