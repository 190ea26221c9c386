/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control_test.c -- the control protocol: messages checked and put together,
 * each operation, and links that misbehave.
 */
#include "clickos/control.h"

#include "base/bytes.h"
#include "test/fake_link.h"
#include "test/guest.h"
#include "test/tap.h"

struct tool {
	struct guest *g;
	struct os_waiter *w;
	struct control *c;
	struct fake_link f;
	uint32_t id;
	/* the last answer */
	struct message m;
	struct assembly answer;
};

static void
begin(struct tool *t, struct guest_options options)
{
	*t = (struct tool){ .id = 0 };
	t->g = tguest_new(options, &t->w);
	t->c = control_new(t->g, t->w);
	fake_link_init(&t->f);
	(void)control_add(t->c, &t->f.link);
}

static void
end(struct tool *t)
{
	guest_free(t->g);
	control_free(t->c);
	ok(t->f.closed, "the link is closed at the end");
	os_waiter_free(t->w);
	fake_link_fini(&t->f);
	assembly_clear(&t->answer);
}

static void
say(struct tool *t, unsigned int op, unsigned int router, const char *path,
    struct str payload)
{
	struct message m = { .op = op,
		.router = router,
		.id = ++t->id,
		.total = (uint32_t)payload.n,
		.path = str_of(path) };
	enum { PART = 1000 };

	do {
		m.payload = str_sub(payload, m.offset, m.offset + PART);
		control_put(&t->f.in, &m);
		m.offset += (uint32_t)m.payload.n;
	} while (m.offset < m.total);
}

/* True once a whole answer has come; then it is the tool's. */
static bool
answered(void *arg)
{
	struct tool *t = arg;
	struct str out;
	size_t size;
	int whole = 0;

	(void)control_step(t->c);
	for (;;) {
		out = sb_str(&t->f.out);
		if (control_frame(out, &size) != 0 || size == 0)
			return false;
		if (control_check(str_sub(out, 0, size), &t->m, NULL) != 0)
			return false;
		whole = assembly_add(&t->answer, &t->m, NULL);
		memmove(t->f.out.s, t->f.out.s + size, out.n - size);
		t->f.out.n -= size;
		if (whole != 0)
			return whole == 1;
	}
}

/* The answer's status, or -1: none came. */
static int
hear(struct tool *t)
{
	assembly_clear(&t->answer);
	if (!tguest_until(t->w, answered, t))
		return -1;
	return (int)t->answer.first.status;
}

static int
ask(struct tool *t, unsigned int op, unsigned int router, const char *path,
    const char *payload)
{
	say(t, op, router, path, str_of(payload));
	return hear(t);
}

static bool
heard(const struct tool *t, const char *part)
{
	struct str all = sb_str(&t->answer.payload);

	return str_search(all, str_of(part), 0) < all.n;
}

enum { ANY = CONTROL_ANY_ROUTER };

static void
test_operations(void)
{
	struct tool t;
	const struct guest_options options = { .packets = 0 };

	begin(&t, options);
	is_num(ask(&t, CONTROL_HELLO, ANY, "", ""), 0, "hello");
	ok(heard(&t, "clickos 2"), "says who it is");
	is_num(ask(&t, CONTROL_INSTALL, ANY, "fw",
	           "InfiniteSource(LIMIT 3) -> c :: Counter -> Discard;"
	           " s :: Switch(0); Idle -> s -> Discard;"),
	    0, "install");
	is_num(t.answer.first.router, 0, "tells the id");
	is_num(ask(&t, CONTROL_READ, 0, "s.switch", ""), 0, "read");
	is_str(sb_str(&t.answer.payload), STR("0"), "the value");
	is_num(ask(&t, CONTROL_WRITE, 0, "s.switch", "-1"), 0, "write");
	is_num(ask(&t, CONTROL_READ, 0, "s.switch", ""), 0, "read again");
	is_str(sb_str(&t.answer.payload), STR("-1"), "it was written");
	is_num(ask(&t, CONTROL_READ, 0, "x.y", ""), CONTROL_E_HANDLER,
	    "no such element");
	ok(heard(&t, "no element named 'x'"), "in Click's words");
	is_num(ask(&t, CONTROL_LIST, ANY, "", ""), 0, "list");
	is_str(sb_str(&t.answer.payload), STR("0 running fw\n"), "the list");
	is_num(ask(&t, CONTROL_STATUS, 0, "", ""), 0, "status");
	ok(heard(&t, "state running\n") && heard(&t, "label fw\n"),
	    "state and label");
	is_num(ask(&t, CONTROL_STATS, ANY, "", ""), 0, "stats");
	ok(heard(&t, "routers_running 1\n") && heard(&t, "memory_used ") &&
	        heard(&t, "idle_permille "),
	    "counts, memory and idle share");
	is_num(ask(&t, CONTROL_CONFIG, 0, "", ""), 0, "config");
	ok(heard(&t, "InfiniteSource(LIMIT 3) -> c"), "the text");
	is_num(ask(&t, CONTROL_STOP, 0, "", ""), 0, "stop");
	is_num(ask(&t, CONTROL_READ, 0, "s.switch", ""), CONTROL_E_ROUTER,
	    "no handlers then");
	is_num(ask(&t, CONTROL_START, 0, "", ""), 0, "start");
	is_num(
	    ask(&t, CONTROL_SWAP, 0, "", "Idle -> d :: Discard;"), 0, "swap");
	is_num(ask(&t, CONTROL_READ, 0, "d.count", ""), 0, "the new router's");
	is_num(ask(&t, CONTROL_INSTALL, 0, "", "Idle -> Discard;"),
	    CONTROL_E_ROUTER, "an id that is taken");
	is_num(ask(&t, CONTROL_INSTALL, 9, "", "Foo -> Discard;"),
	    CONTROL_E_CONFIG, "a wrong text");
	ok(heard(&t, "config:1: undeclared element 'Foo'"), "says why");
	is_num(ask(&t, CONTROL_REMOVE, 0, "", ""), 0, "remove");
	is_num(ask(&t, CONTROL_STATUS, 0, "", ""), CONTROL_E_ROUTER, "is gone");
	is_num(ask(&t, CONTROL_SHUTDOWN, ANY, "", "poweroff"), CONTROL_E_FAILED,
	    "no shutdown here");
	is_num(ask(&t, CONTROL_ATTACH, ANY, "1=vale0:x", ""), CONTROL_E_PROTO,
	    "attach: not over this link");
	is_num(ask(&t, CONTROL_DETACH, ANY, "1", ""), CONTROL_E_PROTO,
	    "detach: nor this");
	is_num(ask(&t, CONTROL_CONNECT, ANY, "", ""), CONTROL_E_PROTO,
	    "no descriptor comes over this link");
	end(&t);
}

/* Texts longer than a message, both ways, and many routers at once. */
static void
test_long(void)
{
	struct tool t;
	const struct guest_options options = { .packets = 0 };
	struct strbuf text = STRBUF_INIT;
	unsigned int i;

	begin(&t, options);
	for (i = 0; text.n < 1 << 20; i++)
		sb_printf(&text, "// line %u\nc%u :: Idle -> Discard;\n", i,
		    i % 7 == 0 ? i : i);
	say(&t, CONTROL_INSTALL, ANY, "long", sb_str(&text));
	is_num(hear(&t), 0, "a configuration of a megabyte");
	t.f.link.payload_max = 1000;
	is_num(ask(&t, CONTROL_CONFIG, 0, "", ""), 0, "is told back");
	ok(str_eq(sb_str(&t.answer.payload), sb_str(&text)), "as it was");
	is_num(ask(&t, CONTROL_READ, 0, "list", ""), 0, "and so is its list");
	sb_fini(&text);
	end(&t);
}

static void
test_shutdown_wish(void *arg, struct str what)
{
	*(bool *)arg = str_is(what, "reboot");
}

static void
test_shutdown(void)
{
	struct tool t;
	bool wished = false;
	const struct guest_options options = { .shutdowns =
		                                   STR("poweroff reboot"),
		.shutdown = test_shutdown_wish,
		.arg = &wished };

	begin(&t, options);
	is_num(ask(&t, CONTROL_SHUTDOWN, ANY, "", "suspend"), CONTROL_E_FAILED,
	    "not that");
	is_num(ask(&t, CONTROL_SHUTDOWN, ANY, "", "reboot"), 0, "but that");
	(void)control_step(t.c);
	ok(wished, "is done once it was answered");
	end(&t);
}

struct wrong {
	const char *what;
	size_t at; /* a byte of a good message to be changed */
	uint8_t value;
	int status; /* of the answer; -1: the link is closed */
	const char *says;
};

static void
test_wrong(void)
{
	static const struct wrong all[] = {
		{ "another magic", 0, 'X', -1, NULL },
		{ "a newer version", 4, 3, CONTROL_E_PROTO,
		    "version 3, not 2" },
		{ "an older version", 4, 1, CONTROL_E_PROTO,
		    "version 1, not 2" },
		{ "an unknown operation", 5, 99, CONTROL_E_PROTO, NULL },
		{ "operation 0", 5, 0, CONTROL_E_PROTO, NULL },
		{ "a reply", 5, CONTROL_LIST | CONTROL_REPLY, CONTROL_E_PROTO,
		    NULL },
		{ "router 64", 6, 64, CONTROL_E_PROTO, NULL },
		{ "a path beyond its limit", 15, 5, -1, NULL },
		{ "an offset beyond the total", 16, 5, CONTROL_E_PROTO, NULL },
		{ "a total beyond the limit", 23, 2, CONTROL_E_PROTO, NULL },
		{ "a payload beyond its limit", 26, 2, -1, NULL },
		{ "a reserved byte", 28, 1, CONTROL_E_PROTO, NULL },
	};
	const struct guest_options options = { .packets = 0 };
	struct tool t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		begin(&t, options);
		say(&t, CONTROL_LIST, 0, "", STR(""));
		t.f.in.s[all[i].at] = (char)all[i].value;
		if (all[i].status < 0) {
			(void)control_step(t.c);
			ok(t.f.closed, "%s: closed", all[i].what);
		} else {
			is_num(hear(&t), all[i].status, "%s", all[i].what);
			ok(all[i].says == NULL || heard(&t, all[i].says),
			    "%s: it says why", all[i].what);
			is_num(ask(&t, CONTROL_LIST, ANY, "", ""), 0,
			    "%s: the link goes on", all[i].what);
		}
		end(&t);
	}
}

static void
test_parts(void)
{
	struct message m = { .op = CONTROL_INSTALL,
		.router = ANY,
		.id = 7,
		.total = 10,
		.payload = STR("12345") };
	const struct guest_options options = { .packets = 0 };
	struct tool t;

	begin(&t, options);
	m.offset = 5;
	control_put(&t.f.in, &m);
	is_num(hear(&t), CONTROL_E_PROTO, "a second part without the first");
	m.offset = 0;
	control_put(&t.f.in, &m);
	control_put(&t.f.in, &m);
	is_num(hear(&t), CONTROL_E_PROTO, "the first part twice");
	control_put(&t.f.in, &m);
	m.offset = 5;
	m.id = 8;
	control_put(&t.f.in, &m);
	is_num(hear(&t), CONTROL_E_PROTO, "parts of two requests mixed");
	is_num(ask(&t, CONTROL_LIST, ANY, "", ""), 0, "the link goes on");
	end(&t);
}

/* One that takes no answers is not heard until it does. */
static void
test_deaf(void)
{
	const struct guest_options options = { .packets = 0 };
	struct tool t;
	unsigned int i, answers = 0;

	begin(&t, options);
	t.f.full = true;
	for (i = 0; i < 100; i++)
		say(&t, CONTROL_LIST, ANY, "", STR(""));
	for (i = 0; i < 50; i++)
		(void)control_step(t.c);
	ok(t.f.in_pos < t.f.in.n, "no more is heard than answers may wait");
	t.f.full = false;
	while (answers < 100 && hear(&t) == 0)
		answers++;
	is_num(answers, 100, "all are answered in the end");
	say(&t, CONTROL_INSTALL, ANY, "", STR("Idle -> Discard;"));
	t.f.hung_up = true;
	(void)control_step(t.c);
	(void)control_step(t.c);
	ok(t.f.closed, "one that hangs up while it is being served is closed");
	end(&t);
}

int
main(void)
{
	test_operations();
	test_long();
	test_shutdown();
	test_wrong();
	test_parts();
	test_deaf();
	return tap_done();
}
