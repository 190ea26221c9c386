/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store_test.c -- the original protocol and version 2's links, by a tool that
 * writes keys into a store in memory.
 */
#include "clickos/store.h"

#include <stdio.h>

#include "abi/control_store.h"
#include "clickos/control.h"
#include "control/message.h"
#include "test/fake_keys.h"
#include "test/guest.h"
#include "test/tap.h"

#define ROOT "data/clickos"

struct bench {
	struct fake_store f;
	struct guest *g;
	struct os_waiter *w;
	struct control *c;
	struct store_side *side;
	/* what is waited for */
	char path[160];
	const char *value; /* NULL: that it is gone */
	/* a tool's end of a link */
	uint32_t next_to, next_from, id;
	struct strbuf stream;
	struct assembly answer;
};

static void
bench_changed(void *arg, unsigned int id)
{
	struct bench *b = arg;

	store_side_changed(b->side, id);
}

static void
bench_begin(struct bench *b)
{
	const struct guest_options options = { .packets = 0 };

	*b = (struct bench){ .value = NULL };
	fake_store_init(&b->f, ROOT);
	b->g = tguest_new(options, &b->w);
	b->c = control_new(b->g, b->w);
	b->side = store_side_new(&b->f.store, b->g, ROOT, false);
	guest_watch(b->g, bench_changed, b);
}

static void
bench_end(struct bench *b)
{
	guest_free(b->g);
	control_free(b->c);
	store_side_free(b->side);
	os_waiter_free(b->w);
	fake_store_fini(&b->f);
	sb_fini(&b->stream);
	assembly_clear(&b->answer);
}

static void
bench_step(struct bench *b)
{
	struct control_link *link;

	while (store_side_step(b->side))
		;
	while (store_side_accept(b->side, &link) == 1)
		(void)control_add(b->c, link);
	while (control_step(b->c))
		;
}

/* Everything that was begun has been done and told. */
static void
bench_settle(struct bench *b)
{
	for (int i = 0; i < 20; i++) {
		bench_step(b);
		(void)os_wait(b->w, os_steady_ns() + 1000000);
	}
}

static void
put(struct bench *b, const char *key, const char *value)
{
	char path[160];

	snprintf(path, sizeof(path), ROOT "/%s", key);
	fake_put(&b->f, path, value);
}

static const char *
get(struct bench *b, const char *key)
{
	char path[160];

	snprintf(path, sizeof(path), ROOT "/%s", key);
	return fake_get(&b->f, path);
}

static void
rm(struct bench *b, const char *key)
{
	char path[160];

	snprintf(path, sizeof(path), ROOT "/%s", key);
	(void)fake_delete(&b->f, path);
}

static bool
bench_is(void *arg)
{
	struct bench *b = arg;
	const char *value;

	bench_step(b);
	value = get(b, b->path);
	return b->value == NULL ? value == NULL
	                        : value != NULL && strcmp(value, b->value) == 0;
}

/* Until the key has that value. */
static bool
becomes(struct bench *b, const char *key, const char *value)
{
	snprintf(b->path, sizeof(b->path), "%s", key);
	b->value = value;
	return tguest_until(b->w, bench_is, b);
}

static void
install(struct bench *b, unsigned int id, const char *text)
{
	char key[32];

	snprintf(key, sizeof(key), "%u/config_name", id);
	put(b, key, "script");
	snprintf(key, sizeof(key), "%u/config/0", id);
	put(b, key, text);
	snprintf(key, sizeof(key), "%u/status", id);
	put(b, key, "Running");
}

/* As cosmos reads: asks, waits for something, blanks it. */
static const char *
reads(struct bench *b, unsigned int id, const char *path)
{
	static char result[FAKE_VALUE + 1];
	char key[128];
	const char *value = NULL;

	snprintf(key, sizeof(key), "%u/control/read/%s", id, path);
	put(b, key, " ");
	snprintf(key, sizeof(key), "%u/elements/%s", id, path);
	for (int i = 0; i < 1000; i++) {
		bench_step(b);
		value = get(b, key);
		if (value != NULL && value[0] != '\0')
			break;
		(void)os_wait(b->w, os_steady_ns() + 1000000);
	}
	snprintf(result, sizeof(result), "%s", value == NULL ? "" : value);
	put(b, key, "");
	return result;
}

static const char switching[] = "s :: Switch(0); Idle -> s -> Discard;";

struct awaited {
	struct bench *b;
	enum guest_state state;
};

static bool
bench_in_state(void *arg)
{
	const struct awaited *a = arg;

	while (control_step(a->b->c))
		;
	return guest_state(a->b->g, 0) == a->state;
}

/* Router 0 gets there; nobody looks into the store meanwhile. */
static bool
comes_to(struct bench *b, enum guest_state state)
{
	struct awaited a = { b, state };

	return tguest_until(b->w, bench_in_state, &a);
}

static void
bench_boot(struct bench *b)
{
	const struct guest_done nobody = { NULL, NULL };
	unsigned int id = CONTROL_ANY_ROUTER;
	struct diag why = { "" };

	bench_begin(b);
	is_num(guest_install(b->g, &id, STR("boot"), str_of(switching), true,
	           nobody, &why),
	    0, "what came with the image");
	ok(comes_to(b, GUEST_RUNNING), "runs");
}

/* XenStore takes its time for each request, and a guest that boots waits. */
static void
test_boot(void)
{
	struct bench b;

	bench_boot(&b);
	b.f.asked = 0;
	(void)store_side_step(b.side);
	is_cstr(get(&b, "0/state"), "running", "is told at once");
	is_num(b.f.writes, 4, "with version, label and status: nothing before");
	is_num(b.f.asked, 0, "and without a question");
	fake_fire(&b.f, ROOT); /* the watch's first event */
	bench_settle(&b);
	ok(b.f.asked <= 6, "and few later: %u", (unsigned int)b.f.asked);
	is_num(
	    guest_state(b.g, 0), GUEST_RUNNING, "our own words change nothing");
	put(&b, "0/status", "Halted");
	ok(becomes(&b, "0/state", "halted"), "another's do");
	bench_end(&b);
}

/* It has ended while the word that it runs came back to us. */
static void
test_own_word(void)
{
	const struct guest_done nobody = { NULL, NULL };
	struct bench b;

	bench_boot(&b);
	fake_fire(&b.f, ROOT);
	bench_settle(&b);
	put(&b, "0/status", "Halted");
	ok(becomes(&b, "0/state", "halted"), "one that was stopped");
	put(&b, "0/status", "Running");
	ok(becomes(&b, "0/state", "running"), "runs again");
	is_num(guest_stop(b.g, 0, nobody, NULL), 0, "and is stopped by a link");
	ok(comes_to(&b, GUEST_HALTED), "before the store is looked at");
	fake_fire(&b.f, ROOT "/0/status");
	bench_settle(&b);
	is_num(guest_state(b.g, 0), GUEST_HALTED, "an echo starts it no more");
	is_cstr(get(&b, "0/status"), "Halted", "and the store is told");
	bench_end(&b);
}

static void
test_install(void)
{
	struct bench b;

	bench_begin(&b);
	ok(becomes(&b, "version", "2"), "announces itself");
	put(&b, "0/config_name", "fw");
	put(&b, "0/config/0", "s :: Swi");
	put(&b, "0/config/1", "tch(0); Idle -> s ");
	put(&b, "0/config/2", "-> Discard;");
	bench_settle(&b);
	is_num(guest_count(b.g), 0, "chunks alone start nothing");
	put(&b, "0/status", "Running");
	ok(becomes(&b, "0/state", "running"), "status does");
	is_str(guest_label(b.g, 0), STR("fw"), "its name");
	is_cstr(reads(&b, 0, "s/switch"), "0", "a handler is read");
	is_cstr(get(&b, "0/elements/s/switch/lock"), "0", "with its lock");
	put(&b, "0/elements/s/switch", "-1");
	bench_settle(&b);
	is_cstr(reads(&b, 0, "s/switch"), "-1", "and written");
	install(&b, 1, switching);
	ok(becomes(&b, "1/state", "running"), "a second one");
	is_cstr(reads(&b, 1, "s/switch"), "0", "has its own handlers");
	is_cstr(get(&b, "0/elements/s/switch"), "", "and its own results");
	put(&b, "0/status", "Halted");
	ok(becomes(&b, "0/state", "halted"), "halted");
	put(&b, "0/status", "Running");
	ok(becomes(&b, "0/state", "running"), "and running again");
	rm(&b, "0");
	bench_settle(&b);
	is_num(guest_count(b.g), 1, "deleted: removed");
	ok(get(&b, "0") == NULL, "and nothing comes back");
	rm(&b, "1");
	install(&b, 1, "q :: Queue(3); Idle -> q -> Idle;");
	bench_settle(&b);
	ok(becomes(&b, "1/state", "running"), "deleted and made anew");
	is_cstr(reads(&b, 1, "q/capacity"), "3", "is the new one");
	put(&b, "1/config", "");
	bench_settle(&b);
	is_num(guest_count(b.g), 0, "an empty text: removed");
	ok(get(&b, "1") == NULL, "keys and all");
	bench_end(&b);
}

/* One that came over a link, before the word that another's keys are gone. */
static void
test_late_word(void)
{
	const struct guest_done nobody = { NULL, NULL };
	unsigned int id = 1;
	struct bench b;

	bench_begin(&b);
	put(&b, "1/error", "of one before it");
	bench_settle(&b);
	rm(&b, "1");
	is_num(guest_install(b.g, &id, STR("next"), str_of(switching), true,
	           nobody, NULL),
	    0, "a router takes a place whose keys have just gone");
	ok(becomes(&b, "1/state", "running"), "it runs");
	bench_settle(&b);
	is_num(guest_count(b.g), 1, "and stays");
	bench_end(&b);
}

static void
test_faults(void)
{
	struct bench b;

	bench_begin(&b);
	install(&b, 0, "Foo -> Discard;");
	ok(becomes(&b, "0/state", "failed"), "a wrong text");
	is_cstr(get(&b, "0/error"), "config:1: undeclared element 'Foo'\n",
	    "leaves its message");
	is_cstr(get(&b, "0/status"), "Error", "and says so in its status");
	put(&b, "0/config/0", switching);
	put(&b, "0/status", "Running");
	ok(becomes(&b, "0/state", "running"), "a better one runs");
	ok(becomes(&b, "0/error", NULL), "and takes the message away");
	/* A read's result is no write of the same handler. */
	put(&b, "0/elements/s/switch", "-1");
	bench_settle(&b);
	is_cstr(reads(&b, 0, "s/switch"), "-1", "a result");
	bench_settle(&b);
	is_cstr(reads(&b, 0, "ClickOSControl@0/writes"), "1",
	    "is not written back");
	is_cstr(reads(&b, 0, "ClickOSControl@0/last_error"), "\n",
	    "an empty result ends the wait");
	put(&b, "0/elements/s/nothing", "x");
	ok(becomes(&b, "0/last_error", "no 's.nothing' handler\n"),
	    "a write that fails is told");
	/* Read and written at once: the write counts, the result does not. */
	put(&b, "0/control/read/s/switch", " ");
	put(&b, "0/elements/s/switch", "0");
	bench_settle(&b);
	is_cstr(reads(&b, 0, "s/switch"), "-1",
	    "a write that the result came over is lost, not garbled");
	put(&b, "0/elements/s/switch", "0");
	bench_settle(&b);
	is_cstr(reads(&b, 0, "s/switch"), "0", "the next one counts");
	install(&b, 1, "InfiniteSource(LIMIT 1, STOP true) -> Discard;");
	ok(becomes(&b, "1/state", "halted"), "one that ends by itself");
	is_cstr(get(&b, "1/status"), "Halted", "says so");
	bench_settle(&b);
	is_num(guest_state(b.g, 1), GUEST_HALTED, "and stays so");
	put(&b, "77/status", "Running");
	put(&b, "x/status", "Running");
	put(&b, "00/status", "Running");
	put(&b, "0/control/read/", " ");
	put(&b, "0/control/read/s", " ");
	put(&b, "0/elements/lock", "1");
	put(&b, "0/elements//", "1");
	bench_settle(&b);
	is_num(guest_count(b.g), 2, "keys that mean nothing do nothing");
	bench_end(&b);
}

/* Results under router 0 for tools of old, while there is none. */
static void
test_mirror(void)
{
	struct bench b;

	bench_begin(&b);
	install(&b, 3,
	    "c/d :: Switch(2); Idle -> c/d -> Discard;"
	    "c/d [1] -> Discard; c/d [2] -> Discard");
	bench_settle(&b);
	rm(&b, "3");
	bench_settle(&b);
	install(&b, 3, switching);
	ok(becomes(&b, "3/state", "running"), "router 3 alone");
	is_cstr(reads(&b, 3, "s/switch"), "0", "a result under 3");
	is_cstr(get(&b, "0/elements/s/switch"), "0", "and under 0");
	bench_settle(&b);
	is_num(guest_count(b.g), 1, "which makes no router 0");
	install(&b, 0, switching);
	ok(becomes(&b, "0/state", "running"), "with router 0");
	put(&b, "0/elements/s/switch", "-1");
	bench_settle(&b);
	put(&b, "0/elements/s/switch", "");
	is_cstr(reads(&b, 3, "s/switch"), "0", "a result under 3");
	is_cstr(get(&b, "0/elements/s/switch"), "", "is not under 0");
	bench_end(&b);
}

/* The store forgets all (a restore), or had it before we came. */
static void
test_scan(void)
{
	struct bench b;

	bench_begin(&b);
	fake_set(&b.f, STR(ROOT "/0/config/0"), str_of(switching));
	fake_set(&b.f, STR(ROOT "/0/status"), STR("Running"));
	fake_set(&b.f, STR(ROOT "/1/config"), str_of(switching));
	fake_set(&b.f, STR(ROOT "/1/status"), STR("Running"));
	ok(becomes(&b, "0/state", "running"), "there before the guest");
	ok(becomes(&b, "1/state", "running"), "the text as one value");
	put(&b, "0/elements/s/switch", "-1");
	bench_settle(&b);
	fake_store_fini(&b.f);
	fake_store_init(&b.f, ROOT);
	ok(becomes(&b, "0/state", "running"), "told again after a restore");
	is_cstr(get(&b, "version"), "2", "with the version");
	is_cstr(get(&b, "0/status"), "Running", "and the status");
	is_cstr(reads(&b, 0, "s/switch"), "-1", "its state is what it was");
	is_num(guest_count(b.g), 2, "both of them");
	fake_delete(&b.f, ROOT "/1");
	while (b.f.events.n > 0)
		free(b.f.events.v[--b.f.events.n].path);
	fake_fire(&b.f, ROOT);
	bench_settle(&b);
	is_num(guest_state(b.g, 1), GUEST_FREE,
	    "a deletion that was lost is noticed later");
	bench_end(&b);
}

/* A full store: old results make room. */
static void
test_quota(void)
{
	struct bench b;

	bench_begin(&b);
	install(&b, 0, switching);
	ok(becomes(&b, "0/state", "running"), "runs");
	(void)reads(&b, 0, "s/config");
	b.f.fail_writes = 1;
	is_cstr(reads(&b, 0, "s/switch"), "0", "a result in a full store");
	ok(get(&b, "0/elements/s/config") == NULL, "in the place of others");
	bench_end(&b);
}

/* ---- links ---- */

static bool
tool_window(void *arg)
{
	struct bench *b = arg;
	char key[64];

	bench_step(b);
	if (b->next_to < CONTROL_STORE_WINDOW)
		return true;
	snprintf(
	    key, sizeof(key), "v2/t/to/%u", b->next_to - CONTROL_STORE_WINDOW);
	return get(b, key) == NULL;
}

/* Sends bytes as chunks, with the window that the protocol has. */
static bool
tool_send(struct bench *b, struct str bytes)
{
	char key[64];

	while (bytes.n > 0) {
		struct str chunk = str_sub(bytes, 0, CONTROL_STORE_CHUNK);

		if (!tguest_until(b->w, tool_window, b))
			return false;
		snprintf(key, sizeof(key), ROOT "/v2/t/to/%u", b->next_to++);
		fake_set(&b->f, str_of(key), chunk);
		fake_fire(&b->f, key);
		bytes = str_from(bytes, chunk.n);
	}
	return true;
}

/* A whole answer, taken chunk by chunk. */
static bool
tool_answered(void *arg)
{
	struct bench *b = arg;
	struct message m;
	struct str key;
	char path[64];
	size_t size;
	int whole = 0;

	bench_step(b);
	snprintf(path, sizeof(path), ROOT "/v2/t/from/%u", b->next_from);
	key = str_of(path);
	if (fake_find(&b->f, key) != NULL) {
		sb_add(&b->stream, fake_find(&b->f, key)->value);
		(void)fake_delete(&b->f, path);
		b->next_from++;
	}
	while (control_frame(sb_str(&b->stream), &size) == 0 && size != 0 &&
	       size <= b->stream.n && whole == 0) {
		if (control_check(
		        str_sub(sb_str(&b->stream), 0, size), &m, NULL) != 0)
			return false;
		whole = assembly_add(&b->answer, &m, NULL);
		b->stream.n -= size;
		memmove(b->stream.s, b->stream.s + size, b->stream.n);
	}
	return whole == 1;
}

static int
tool_ask(struct bench *b, unsigned int op, unsigned int router,
    const char *path, struct str payload)
{
	struct strbuf bytes = STRBUF_INIT;
	struct message m = { .op = op,
		.router = router,
		.id = ++b->id,
		.total = (uint32_t)payload.n,
		.path = str_of(path) };
	bool sent;

	do {
		m.payload = str_sub(payload, m.offset, m.offset + 4096);
		control_put(&bytes, &m);
		m.offset += (uint32_t)m.payload.n;
	} while (m.offset < m.total);
	assembly_clear(&b->answer);
	sent = tool_send(b, sb_str(&bytes));
	sb_fini(&bytes);
	if (!sent || !tguest_until(b->w, tool_answered, b))
		return -1;
	return (int)b->answer.first.status;
}

static void
test_link(void)
{
	struct bench b;
	struct strbuf text = STRBUF_INIT;
	unsigned int i;

	bench_begin(&b);
	is_num(tool_ask(&b, CONTROL_HELLO, CONTROL_ANY_ROUTER, "", STR("")), 0,
	    "a link in the store");
	for (i = 0; i < 63; i++)
		(void)tool_ask(&b, CONTROL_INSTALL, CONTROL_ANY_ROUTER, "many",
		    STR("Foo"));
	is_num(guest_count(b.g), 0, "wrong ones leave nothing");
	for (i = 0; i < 63; i++)
		(void)tool_ask(&b, CONTROL_INSTALL, CONTROL_ANY_ROUTER, "many",
		    STR("Idle -> Discard;"));
	for (i = 0; text.n < 1 << 20; i++)
		sb_printf(&text, "// %u\nc%u :: Idle -> Discard;\n", i, i);
	is_num(tool_ask(&b, CONTROL_INSTALL, CONTROL_ANY_ROUTER, "big",
	           sb_str(&text)),
	    0, "a megabyte as the 64th router");
	bench_settle(&b);
	is_num(guest_count(b.g), 64, "all of them run");
	ok(b.f.most < FAKE_NODES, "within the store's quota (%zu nodes)",
	    b.f.most);
	is_num(tool_ask(&b, CONTROL_CONFIG, 63, "", STR("")), 0, "read back");
	ok(str_eq(sb_str(&b.answer.payload), sb_str(&text)), "as it was");
	ok(b.f.most < FAKE_NODES, "within the store's quota (%zu nodes)",
	    b.f.most);
	is_cstr(get(&b, "63/state"), "running", "states are told");
	is_cstr(get(&b, "63/config_name"), "big", "and names");
	is_num(tool_ask(&b, CONTROL_REMOVE, 63, "", STR("")), 0, "removed");
	ok(becomes(&b, "63", NULL), "and its keys");
	rm(&b, "v2/t");
	bench_settle(&b);
	b.next_to = b.next_from = 0;
	is_num(tool_ask(&b, CONTROL_HELLO, CONTROL_ANY_ROUTER, "", STR("")), 0,
	    "closed and opened again");
	put(&b, "v2/bad/to/0", "this is no message of the protocol, is it");
	ok(becomes(&b, "v2/bad", NULL), "nonsense closes a link");
	for (i = 0; i < 20; i++) {
		char key[32];

		snprintf(key, sizeof(key), "v2/n%u/to/0", i);
		put(&b, key, "C");
	}
	ok(becomes(&b, "v2/n19/error", "too many links"),
	    "there are only so many");
	is_num(tool_ask(&b, CONTROL_HELLO, CONTROL_ANY_ROUTER, "", STR("")), 0,
	    "the first goes on");
	b.f.fail_writes = 1;
	is_num(tool_ask(&b, CONTROL_HELLO, CONTROL_ANY_ROUTER, "", STR("")), -1,
	    "no answer into a full store");
	ok(becomes(&b, "v2/t", NULL), "the link is ended, which tells");
	bench_end(&b);
	sb_fini(&text);
}

/* An id that a tool of old is preparing is not given away. */
static void
test_second(void)
{
	struct bench b;
	struct store_side *second;

	bench_begin(&b);
	b.f.root = "clickos";
	second = store_side_new(&b.f.store, b.g, "clickos", true);
	fake_put(&b.f, "clickos/5/config/0", switching);
	fake_put(&b.f, "clickos/5/status", "Running");
	for (int i = 0; i < 50; i++) {
		(void)store_side_step(second);
		guest_poll(b.g);
		store_side_changed(second, 5);
		(void)os_wait(b.w, os_steady_ns() + 1000000);
	}
	is_num(guest_state(b.g, 5), GUEST_RUNNING, "the place of old works");
	is_cstr(fake_get(&b.f, "clickos/5/state"), "running", "and is told");
	ok(fake_get(&b.f, "clickos/version") == NULL, "but announces nothing");
	ok(store_side_taken(second, 5) && !store_side_taken(second, 4),
	    "ids that tools use are known");
	store_side_free(second);
	bench_end(&b);
}

int
main(void)
{
	test_boot();
	test_own_word();
	test_install();
	test_late_word();
	test_faults();
	test_mirror();
	test_scan();
	test_quota();
	test_link();
	test_second();
	return tap_done();
}
