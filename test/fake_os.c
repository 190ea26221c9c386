/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_os.c -- the smallest os/ there can be: it proves, freestanding and
 * against musl's headers alone, that the portable folders want nothing else.
 * As a program it runs one configuration and prints what came through.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "click/classes.h"
#include "click/graph.h"
#include "click/router.h"
#include "os/control.h"
#include "os/netdev.h"
#include "os/os.h"

struct os_waiter {
	bool woken;
};

static struct fake {
	int64_t now_ns;
	uint64_t random;
} fake = { 1, 88172645463325252u };

int64_t
os_steady_ns(void)
{
	return fake.now_ns += 1000;
}

int64_t
os_wall_ns(void)
{
	return os_steady_ns();
}

size_t
os_stack_left(void)
{
	return SIZE_MAX;
}

int64_t
os_cpu_ns(void)
{
	return fake.now_ns;
}

void *
os_buffers_alloc(size_t n)
{
	void *p = aligned_alloc(4096, (n + 4095) & ~(size_t)4095);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void
os_buffers_free(void *p, size_t n)
{
	(void)n;
	free(p);
}

void
os_memory(struct os_memory *m)
{
	*m = (struct os_memory){ 0, 0 };
}

void
os_stage(enum os_stage stage)
{
	(void)stage;
}

int64_t
os_stage_us(enum os_stage stage)
{
	(void)stage;
	return -1;
}

void
os_random(void *buf, size_t n)
{
	uint8_t *b = buf;

	while (n-- > 0) {
		fake.random ^= fake.random << 13;
		fake.random ^= fake.random >> 7;
		fake.random ^= fake.random << 17;
		*b++ = (uint8_t)fake.random;
	}
}

void
os_log(struct str text)
{
	printf("%.*s", STR_ARG(text));
}

void
os_print(struct str text)
{
	printf("%.*s", STR_ARG(text));
}

void
os_panic(const char *why)
{
	printf("panic: %s\n", why);
	abort();
}

void
base_assert_failed(const char *what, const char *file, int line)
{
	printf("%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}

int
os_file_read(struct str path, struct strbuf *out, struct diag *why)
{
	(void)path;
	(void)out;
	return diag(why, ERR_NOTSUP, "no files here");
}

int
os_file_write(struct str path, struct str data, bool append, struct diag *why)
{
	(void)path;
	(void)data;
	(void)append;
	return diag(why, ERR_NOTSUP, "no files here");
}

struct str
os_env(const char *name)
{
	(void)name;
	return STR("");
}

struct os_waiter *
os_waiter_new(void)
{
	return calloc(1, sizeof(struct os_waiter));
}

void
os_waiter_free(struct os_waiter *w)
{
	free(w);
}

bool
os_wait(struct os_waiter *w, int64_t deadline_ns)
{
	bool woken = w->woken;

	w->woken = false;
	if (!woken && deadline_ns > fake.now_ns) {
		if (deadline_ns == INT64_MAX)
			os_panic("asleep for ever");
		fake.now_ns = deadline_ns;
	}
	return woken;
}

void
os_wake(struct os_waiter *w)
{
	w->woken = true;
}

int
os_watch_fd(struct os_waiter *w, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg)
{
	(void)w;
	(void)fd;
	(void)events;
	(void)ready;
	(void)arg;
	return ERR_NOTSUP;
}

int
os_watch_signal(
    struct os_waiter *w, int signo, void (*ready)(void *arg), void *arg)
{
	(void)w;
	(void)signo;
	(void)ready;
	(void)arg;
	return ERR_NOTSUP;
}

int
os_send_signal(int64_t pid, int signo, struct diag *why)
{
	(void)pid;
	(void)signo;
	return diag(why, ERR_NOTSUP, "no processes here");
}

int64_t
os_process_id(void)
{
	return 0;
}

int
os_port_open(
    const struct os_port_request *req, struct netdev **dev, struct diag *why)
{
	(void)req;
	(void)dev;
	return diag(why, ERR_NOTFOUND, "no ports here");
}

int
os_control_accept(struct os_waiter *w, struct control_link **link)
{
	(void)w;
	(void)link;
	return ERR_NOTSUP;
}

static void
fake_print(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

/* Prints what a read handler of the router says. */
static void
fake_read(struct router *r, const char *element, const char *name)
{
	struct element *e = router_find(r, str_of(element), NULL);
	struct strbuf out = STRBUF_INIT;
	struct errh errh;
	struct handler_call call = { .thread = master_thread(r->master, 0),
		.errh = &errh,
		.out = &out };

	errh_sink_init(&errh, fake_print, NULL);
	if (handler_read(r, e, handler_find(r, e, str_of(name)), &call) == 0)
		printf("%.*s packets\n", STR_ARG(sb_str(&out)));
	errh_fini(&errh);
	sb_fini(&out);
}

int
main(void)
{
	static const char text[] =
	    "InfiniteSource(LIMIT 1000, STOP true) -> Paint(1)"
	    " -> Queue(2000) -> Unqueue -> c :: Counter -> Discard;";
	struct graph_source source = { .text = str_of(text),
		.file = STR("fake") };
	struct master_options options = { .nthreads = 1 };
	struct master *m = master_new(&options);
	struct router *r = NULL;
	struct graph g;
	struct errh errh;
	int err;

	errh_sink_init(&errh, fake_print, NULL);
	err = graph_parse(&g, &source, &errh);
	if (err == 0)
		err = router_new(m, &g, NULL, &r, &errh);
	if (err == 0) {
		router_activate(r);
		master_run(m);
		fake_read(r, "c", "count");
	}
	master_free(m);
	errh_fini(&errh);
	return err == 0 ? 0 : 1;
}
