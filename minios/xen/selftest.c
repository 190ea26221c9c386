/* SPDX-License-Identifier: BSD-3-Clause */
/* selftest.c -- the store's client against the real store. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/selftest_ok.h"
#include "minios/xen/grant.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"

enum { STACK = 16384, CLIENTS = 4, ROUNDS = 20, LONG = 1900 };

static void
selftest_values(void)
{
	struct strbuf got = STRBUF_INIT, sent = STRBUF_INIT;
	uint32_t x = 0;

	/* Longer than the ring, in both directions. */
	sb_fill(&sent, 'x', LONG);
	sb_addc(&sent, 'y');
	selftest_ok(xenbus_write(0, "data/t/long", sb_str(&sent)) == 0 &&
	                xenbus_read(0, "data/t/long", &got) == 0 &&
	                str_eq(sb_str(&got), sb_str(&sent)),
	    "a value longer than the ring comes back whole");
	selftest_ok(xenbus_read(0, "data/none", &got) == ERR_NOTFOUND,
	    "what is not there is not found");
	selftest_ok(xenbus_write(0, "/local/domain/0/x", STR("")) == ERR_PERM,
	    "what belongs to others is refused");
	selftest_ok(xenbus_write_u32(0, "data/t/n", 4711) == 0 &&
	                xenbus_read_u32(0, "data/t/n", &x) == 0 && x == 4711,
	    "numbers");
	sb_clear(&got);
	selftest_ok(xenbus_list(0, "data/t", &got) == 0 && got.n == 7 &&
	                memcmp(got.s, "long\0n\0", 7) == 0,
	    "a directory lists its entries");
	sb_fini(&got);
	sb_fini(&sent);
}

struct clients {
	unsigned int left, failed;
	struct waitq done;
};

static int
selftest_increment(uint32_t tx, void *arg)
{
	uint32_t x;
	int err = xenbus_read_u32(tx, arg, &x);

	return err == 0 ? xenbus_write_u32(tx, arg, x + 1) : err;
}

static void
selftest_client(void *arg)
{
	static char path[] = "data/t/sum";
	struct clients *c = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		if (xenbus_transact(selftest_increment, path) != 0)
			c->failed++;
	c->left--;
	waitq_wake(&c->done);
}

static void
selftest_clients(void)
{
	struct clients c = { .left = CLIENTS };
	uint32_t sum = 0;
	unsigned int i;

	waitq_init(&c.done);
	xenbus_write_u32(0, "data/t/sum", 0);
	for (i = 0; i < CLIENTS; i++)
		fiber_new("client", STACK, selftest_client, &c);
	while (c.left > 0)
		waitq_sleep(&c.done, INT64_MAX);
	xenbus_read_u32(0, "data/t/sum", &sum);
	selftest_ok(c.failed == 0 && sum == CLIENTS * ROUNDS,
	    "transactions of four fibers lose no increment");
}

static void
selftest_wake(void *arg)
{
	waitq_wake(arg);
}

static bool
selftest_fired(struct xenbus_watch *w, struct waitq *q, const char *end)
{
	int64_t until = machine->steady_ns() + INT64_C(2000000000);
	bool found = false;
	char *path;

	while (!found && machine->steady_ns() < until) {
		path = xenbus_watch_next(w);
		if (path == NULL) {
			waitq_sleep(q, until);
			continue;
		}
		found = str_ends(str_of(path), str_of(end));
		free(path);
	}
	return found;
}

static void
selftest_watch(void)
{
	struct xenbus_watch *w;
	struct waitq q;

	waitq_init(&q);
	if (xenbus_watch("data/t", selftest_wake, &q, &w) != 0) {
		selftest_ok(false, "a watch is set");
		return;
	}
	selftest_ok(selftest_fired(w, &q, "data/t"), "a watch fires at once");
	xenbus_write(0, "data/t/deep/er", STR("1"));
	selftest_ok(
	    selftest_fired(w, &q, "data/t/deep/er"), "and for what is below");
	xenbus_unwatch(w);
	selftest_ok(xenbus_rm(0, "data/t") == 0, "a tree is removed");
}

static void
selftest_grants(void)
{
	static char page[4096] __attribute__((aligned(4096)));
	static uint32_t ref[1200]; /* more than two frames of the table hold */
	unsigned int i, n, used = grant_used();

	for (n = 0; n < 1200; n++)
		if (grant_page(0, page, true, &ref[n]) != 0)
			break;
	selftest_ok(n == 1200, "the grant table grows");
	for (i = 0; i < n; i++)
		if (!grant_end(ref[i]))
			break;
	selftest_ok(i == n && grant_used() == used, "and gets all back");
}

void
xen_selftest(void)
{
	selftest_values();
	selftest_clients();
	selftest_watch();
	selftest_grants();
}
