/* SPDX-License-Identifier: BSD-3-Clause */
/* xenbus_test.c -- the client against a store in plain memory. */
#include "minios/xen/xenbus.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/xen/xen.h"
#include "test/fake_minios.h"
#include "test/fake_store.h"
#include "test/fake_xen.h"
#include "test/tap.h"

enum { STACK = 65536, LONG = 3900 };

static void
begin(void)
{
	fake_store_init((void *)(uintptr_t)xen.store_page);
	fake_xen_store_room(UINT32_MAX);
	fake_console_clear();
	xenbus_init();
}

static const char *
read_text(const char *path, struct strbuf *out, int *err)
{
	sb_clear(out);
	*err = xenbus_read(0, path, out);
	return sb_cstr(out);
}

static void
test_values(void)
{
	struct strbuf out = STRBUF_INIT;
	char *text = malloc(LONG + 1);
	uint32_t x = 5;
	int err;

	begin();
	is_num(xenbus_write(0, "a/b", STR("hello")), 0, "a write");
	is_cstr(read_text(FAKE_HOME "/a/b", &out, &err), "hello",
	    "read back by its whole path");
	is_num(xenbus_mkdir(0, "a/c"), 0, "a directory");
	sb_clear(&out);
	is_num(xenbus_list(0, "a", &out), 0, "a list");
	ok(out.n == 4 && memcmp(out.s, "b\0c", 4) == 0, "of both entries");
	is_num(xenbus_write_u32(0, "n", UINT32_MAX), 0, "a number");
	is_num(xenbus_read_u32(0, "n", &x), 0, "read back");
	ok(x == UINT32_MAX, "as it was");
	xenbus_write(0, "n", STR("4294967296"));
	is_num(xenbus_read_u32(0, "n", &x), ERR_SYNTAX, "one too large");
	ok(x == UINT32_MAX, "leaves the variable alone");
	is_num(xenbus_rm(0, "a"), 0, "removal of all below");
	read_text("a/b", &out, &err);
	is_num(err, ERR_NOTFOUND, "then there is nothing");
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	is_num(xenbus_write(0, "long", str_of(text)), 0,
	    "a message longer than the ring");
	is_cstr(read_text("long", &out, &err), text, "comes back whole");
	fake_xen_store_room(7);
	is_cstr(read_text("long", &out, &err), text, "in small pieces, too");
	is_num(xenbus_write(0, "long", str_make(text, LONG + 1000)), ERR_NOMEM,
	    "one longer than the protocol has");
	free(text);
	sb_fini(&out);
}

static void
test_errors(void)
{
	static const struct {
		const char *error;
		int err;
	} cases[] = {
		{ "ENOENT", ERR_NOTFOUND },
		{ "EACCES", ERR_PERM },
		{ "EAGAIN", ERR_AGAIN },
		{ "EEXIST", ERR_EXIST },
		{ "EINVAL", ERR_INVAL },
		{ "ENOSPC", ERR_NOMEM },
		{ "EQUOTA", ERR_NOMEM },
		{ "EFUNNY", ERR_IO },
	};
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_store_fail(cases[i].error, 1, 1);
		is_num(xenbus_write(0, "k", STR("v")), cases[i].err, "%s",
		    cases[i].error);
	}
	is_num(xenbus_write(0, "k", STR("v")), 0, "then all is well again");
}

static int
body(uint32_t tx, void *arg)
{
	unsigned int *runs = arg;

	(*runs)++;
	return xenbus_write(tx, "t", STR("v"));
}

static void
test_transactions(void)
{
	unsigned int runs = 0;

	begin();
	fake_store_conflict(3);
	is_num(xenbus_transact(body, &runs), 0, "a transaction in the end");
	is_num(runs, 4, "after three conflicts");
	fake_store_conflict(1000);
	is_num(xenbus_transact(body, &runs), ERR_AGAIN, "not for ever");
	fake_store_conflict(0);
	fake_store_fail("EACCES", 2, 1);
	is_num(xenbus_transact(body, &runs), ERR_PERM,
	    "what the body met is told");
}

/* What is told goes before what is asked next; its failure is nobody's. */
static void
test_told(void)
{
	struct strbuf out = STRBUF_INIT;

	begin();
	xenbus_tell("t/a", STR("1"));
	xenbus_tell("t/b", STR("2"));
	xenbus_tell_rm("t/a");
	is_num(xenbus_read(0, "t/b", &out), 0, "what was told is there");
	is_str(sb_str(&out), STR("2"), "with its value");
	is_num(xenbus_read(0, "t/a", &out), ERR_NOTFOUND,
	    "what was told to go is not");
	fake_store_fail("EACCES", 1, 1);
	xenbus_tell("t/c", STR("3"));
	is_num(xenbus_write(0, "t/d", STR("4")), 0,
	    "one that fails is not the next one's failure");
	fake_xen_store_room(10);
	xenbus_tell("t/long", STR("a value that is longer than the room"));
	sb_clear(&out);
	is_num(xenbus_read(0, "t/long", &out), 0, "in a ring without room");
	is_num((long)out.n, 36, "whole");
	sb_fini(&out);
}

static void
notify(void *arg)
{
	++*(unsigned int *)arg;
}

static void
drain(struct xenbus_watch *w, struct strbuf *out)
{
	char *path;

	sb_clear(out);
	fiber_yield();
	while ((path = xenbus_watch_next(w)) != NULL) {
		sb_add(out, str_of(path));
		sb_add(out, STR(" "));
		free(path);
	}
}

static void
test_watches(void)
{
	struct strbuf out = STRBUF_INIT;
	struct xenbus_watch *w, *other;
	unsigned int fired = 0, i;
	uint64_t lost;

	begin();
	is_num(xenbus_watch("d", notify, &fired, &w), 0, "a watch");
	is_num(xenbus_watch("d/e", NULL, NULL, &other), 0, "and another");
	drain(w, &out);
	is_cstr(sb_cstr(&out), "d ", "fires at the start");
	fake_store_set(FAKE_HOME "/d/e/f", "1");
	fake_store_set(FAKE_HOME "/d/g", "1");
	fake_store_set(FAKE_HOME "/x", "1");
	drain(w, &out);
	is_cstr(sb_cstr(&out), "d/e/f d/g ", "for all below, in order");
	is_num(fired, 3, "its handler was called each time");
	drain(other, &out);
	is_cstr(sb_cstr(&out), "d/e d/e/f ", "each watch for its own");
	for (i = 0; i < 2000; i++)
		fake_store_set(FAKE_HOME "/d/h", "1");
	for (lost = 0; lost < 200; lost++)
		fiber_yield();
	sb_clear(&out);
	for (i = 0; i < 3000; i++) {
		char *path = xenbus_watch_next(w);

		if (path == NULL)
			break;
		if (strcmp(path, "d") == 0)
			lost = 1000;
		free(path);
	}
	ok(i < 2000 && lost == 1000,
	    "when too many came its own path stands for the lost");
	xenbus_unwatch(w);
	xenbus_unwatch(other);
	is_num(fake_store_watches(), 0, "none is left");
	sb_fini(&out);
}

/* What nobody waits for is told on the console, if it is refused. */
static void
test_refused(void)
{
	begin();
	xenbus_tell_rm("r/none");
	is_num(xenbus_write(0, "r/a", STR("1")), 0, "what was not there");
	is_cstr(fake_console(), "", "need not go");
	fake_store_fail("EACCES", 1, 2);
	xenbus_tell("r/b", STR("2"));
	xenbus_tell_rm("r/a");
	is_num(xenbus_write(0, "r/c", STR("3")), 0, "two that are refused");
	is_cstr(fake_console(),
	    "xenstore: r/b: not written: permission denied\n",
	    "are told once a second");
	fake_console_clear();
	xenbus_refused("r/d", "read", ERR_NOMEM);
	is_cstr(fake_console(), "", "no sooner");
	fiber_sleep_until(machine->steady_ns() + 1000000000);
	xenbus_refused("r/d", "read", ERR_NOMEM);
	is_cstr(fake_console(),
	    "xenstore: r/d: not read: no room, or the quota is used up\n",
	    "and then again");
}

struct asker {
	unsigned int right;
	int id;
};

static unsigned int askers;

static void
ask(void *arg)
{
	struct asker *a = arg;
	struct strbuf out = STRBUF_INIT;
	char path[16], value[16];
	int i, err;

	for (i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "f%d", a->id);
		snprintf(value, sizeof(value), "%d", i * a->id);
		xenbus_write(0, path, str_of(value));
		a->right += strcmp(read_text(path, &out, &err), value) == 0;
	}
	sb_fini(&out);
	askers--;
}

static void
test_fibers(void)
{
	struct asker a[4];
	unsigned int i, right = 0;

	begin();
	fake_xen_store_room(100);
	for (i = 0; i < ARRAY_SIZE(a); i++) {
		a[i] = (struct asker){ .id = (int)i + 3 };
		askers++;
		fiber_new("asker", STACK, ask, &a[i]);
	}
	while (askers > 0)
		fiber_yield();
	fiber_yield();
	for (i = 0; i < ARRAY_SIZE(a); i++)
		right += a[i].right;
	is_num(right, 200, "four threads at once: each gets its own answers");
}

static struct xenstore_domain_interface *
ring(void)
{
	return (void *)(uintptr_t)xen.store_page;
}

static void
hostile_index(void)
{
	ring()->rsp_prod += 5000;
}

static void
hostile_length(void)
{
	struct xsd_sockmsg m = { .type = XS_READ, .len = 70000 };
	size_t i;

	for (i = 0; i < sizeof(m); i++)
		ring()->rsp[MASK_XENSTORE_IDX(ring()->rsp_prod + i)] =
		    ((char *)&m)[i];
	ring()->rsp_prod += sizeof(m);
}

static void
hostile_return(void)
{
	xenbus_write(0, "k", STR("v"));
	ring()->req_cons -= 500;
}

static void
test_hostile(void)
{
	static const struct {
		const char *what;
		void (*does)(void);
	} cases[] = {
		{ "index beyond the ring", hostile_index },
		{ "message too long", hostile_length },
		{ "index that goes back", hostile_return },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		cases[i].does();
		fake_xen_signal(xen.store_port);
		xenbus_tell("k", STR("nobody waits for this"));
		is_num(xenbus_write(0, "k", STR("v")), ERR_CLOSED,
		    "%s: requests end", cases[i].what);
		is_cstr(fake_console(), "xenstore: nonsense in the ring\n",
		    "%s: it is said once", cases[i].what);
	}
}

static long
seconds(void)
{
	return (long)(machine->steady_ns() / 1000000000);
}

/* A daemon that stops in the middle of a message, and later goes on. */
static void
test_stopped(void)
{
	struct strbuf out = STRBUF_INIT;
	char *text = calloc(1, LONG + 1);
	long start;
	int err;

	begin();
	memset(text, 'x', LONG);
	fake_store_stop(true);
	start = seconds();
	is_num(xenbus_write(0, "s/long", str_of(text)), ERR_TIMEDOUT,
	    "a store that takes no more");
	is_num(seconds() - start, 30, "costs half a minute");
	is_cstr(fake_console(), "xenstore: no request taken for 30 s\n",
	    "and a line on the console");
	is_num(xenbus_write(0, "s/b", STR("1")), ERR_TIMEDOUT,
	    "so does the next request");
	xenbus_tell("s/c", STR("1"));
	is_num(seconds() - start, 90, "and what is told");
	fake_store_stop(false);
	is_num(xenbus_write(0, "s/d", STR("1")), 0, "when it goes on");
	is_cstr(read_text("s/long", &out, &err), text,
	    "it gets what it had begun to take");
	read_text("s/b", &out, &err);
	is_num(err, ERR_NOTFOUND, "but not what never began");
	read_text("s/c", &out, &err);
	is_num(err, ERR_NOTFOUND, "told or asked");
	fake_store_stop(true);
	is_num(xenbus_read(0, "s/d", &out), ERR_TIMEDOUT,
	    "one that took the request");
	fake_store_stop(false);
	is_cstr(
	    read_text("s/d", &out, &err), "1", "its late answer is nobody's");
	free(text);
	sb_fini(&out);
}

static void
test_silent(void)
{
	unsigned int runs = 0, i;
	long start;

	begin();
	fake_store_fail("", 1, 1);
	start = seconds();
	is_num(xenbus_write(0, "k", STR("v")), ERR_TIMEDOUT, "no answer");
	is_num(seconds() - start, 30, "after half a minute");
	is_cstr(fake_console(), "xenstore: no answer for 30 s\n", "told");
	is_num(xenbus_write(0, "k", STR("v")), 0, "the next has one");
	fake_store_fail("", 2, 1);
	is_num(xenbus_transact(body, &runs), ERR_TIMEDOUT,
	    "none within a transaction");
	is_num(runs, 1, "it is not tried again");
	fake_store_fail("", 1, 1000);
	start = seconds();
	for (i = 0; i < 600; i++)
		xenbus_tell("k", STR("v"));
	is_num(seconds() - start, 60, "what is told waits for 256 answers");
	xenbus_suspend();
	xenbus_resume(false);
	is_num(seconds() - start, 90, "a suspend does for all, no longer");
	fake_store_fail(NULL, 0, 0);
	is_num(xenbus_write(0, "k", STR("v")), 0, "then all is well again");
}

/* ---- a resume, while others have begun something ---- */

struct meanwhile {
	struct xenbus_watch *watch;
	bool inside, done;
	int err;
};

static void
unwatch_meanwhile(void *arg)
{
	struct meanwhile *m = arg;

	xenbus_unwatch(m->watch);
	m->done = true;
}

static void
watch_meanwhile(void *arg)
{
	struct meanwhile *m = arg;

	m->err = xenbus_watch("d", NULL, NULL, &m->watch);
	m->done = true;
}

static int
body_meanwhile(uint32_t tx, void *arg)
{
	struct meanwhile *m = arg;
	int i;

	m->inside = true;
	for (i = 0; i < 10; i++)
		fiber_yield();
	return xenbus_write(tx, "t", STR("v"));
}

static void
transact_meanwhile(void *arg)
{
	struct meanwhile *m = arg;

	m->err = xenbus_transact(body_meanwhile, m);
	m->done = true;
}

/* To another host, while fn, which began before, waits for its turn. */
static void
resume_with(struct meanwhile *m, void (*fn)(void *arg))
{
	xenbus_suspend();
	fiber_new("meanwhile", STACK, fn, m);
	fiber_yield();
	fake_store_fresh();
	xenbus_resume(true);
	while (!m->done)
		fiber_yield();
}

static void
test_resume(void)
{
	struct xenbus_watch *first, *last;
	struct meanwhile gone = { .done = false }, come = gone, tx = gone;
	struct strbuf out = STRBUF_INIT;
	int err;

	begin();
	xenbus_watch("a", NULL, NULL, &first);
	xenbus_watch("b", NULL, NULL, &gone.watch);
	xenbus_watch("c", NULL, NULL, &last);
	drain(first, &out);
	resume_with(&gone, unwatch_meanwhile);
	is_num(fake_store_watches(), 2,
	    "resume: all watches but one that goes are set anew");
	drain(first, &out);
	is_cstr(sb_cstr(&out), "a ", "resume: they fire");
	resume_with(&come, watch_meanwhile);
	is_num(come.err, 0, "resume: a watch that is being made");
	is_num(fake_store_watches(), 3, "resume: is set once");
	drain(come.watch, &out);
	fake_store_set(FAKE_HOME "/d", "1");
	drain(come.watch, &out);
	is_cstr(sb_cstr(&out), "d ", "resume: and fires");
	is_cstr(fake_console(), "", "resume: nothing is lost");
	fiber_new("meanwhile", STACK, transact_meanwhile, &tx);
	while (!tx.inside)
		fiber_yield();
	xenbus_suspend();
	fake_store_fresh();
	xenbus_resume(true);
	while (!tx.done)
		fiber_yield();
	is_num(tx.err, 0, "resume: a transaction under way is waited for");
	is_cstr(read_text("t", &out, &err), "v", "resume: and done");
	xenbus_unwatch(first);
	xenbus_unwatch(last);
	xenbus_unwatch(come.watch);
	sb_fini(&out);
}

int
main(void)
{
	fake_xen_init();
	test_values();
	test_errors();
	test_transactions();
	test_told();
	test_refused();
	test_watches();
	test_fibers();
	test_hostile();
	test_stopped();
	test_silent();
	test_resume();
	fake_xen_fini();
	is_num((long)fake_pages_used(), 0, "all pages are back");
	return tap_done();
}
