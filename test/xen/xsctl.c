/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xsctl.c -- in dom0: one request of the control protocol, version 2, to a
 * guest, by keys in XenStore (abi/control_store.h).
 *
 *	xsctl DOMID[,DOMID...] OP ROUTER PATH [PAYLOAD | @FILE]
 *
 * OP and ROUTER are numbers (65535: none).  Prints the answer's payload; exit
 * status: the answer's.  Several guests are asked one after the other, each
 * answer is a line, and the last one's status counts.  xsctl DOMID OP ROUTER
 * PATH PAYLOAD xN sends the request N times and prints the last answer, and the
 * milliseconds that one took on average to standard error.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xenstore.h>

#include "abi/control_store.h"
#include "base/err.h"
#include "control/message.h"

enum { PATIENCE_MS = 60000, FAILED = 99 };

struct tool {
	struct xs_handle *xs;
	char dir[96];
	uint32_t next_to, taken_to; /* to be written; the guest has before */
	uint32_t next_from;
	struct strbuf stream;
};

static void
fail(const char *why)
{
	fprintf(stderr, "xsctl: %s\n", why);
	exit(FAILED);
}

static const char *
tool_key(const struct tool *t, const char *way, uint32_t n, char key[160])
{
	snprintf(key, 160, "%s/%s/%u", t->dir, way, n);
	return key;
}

static bool
tool_has(struct tool *t, const char *key)
{
	unsigned int n;
	char *value = xs_read(t->xs, XBT_NULL, key, &n);

	free(value);
	return value != NULL;
}

/* Sleeps until something in our directory has changed. */
static void
tool_wait(struct tool *t)
{
	struct pollfd p = { .fd = xs_fileno(t->xs), .events = POLLIN };
	char **event;

	if (poll(&p, 1, PATIENCE_MS) == 0)
		fail("no answer");
	while ((event = xs_check_watch(t->xs)) != NULL) {
		if (strcmp(event[XS_WATCH_PATH], t->dir) == 0 &&
		    !tool_has(t, t->dir))
			fail("the guest has ended the link");
		free(event);
	}
}

/* Chunks are taken in order: a window is looked at twice, not for each one. */
static void
tool_room(struct tool *t)
{
	const uint32_t half = CONTROL_STORE_WINDOW / 2;
	char key[160];

	if (t->next_to - t->taken_to < CONTROL_STORE_WINDOW)
		return;
	tool_key(t, "to", t->taken_to + half - 1, key);
	while (tool_has(t, key))
		tool_wait(t);
	t->taken_to += half;
}

static void
tool_send(struct tool *t, struct str bytes)
{
	char key[160];

	while (bytes.n > 0) {
		struct str chunk = str_sub(bytes, 0, CONTROL_STORE_CHUNK);

		tool_room(t);
		if (!xs_write(t->xs, XBT_NULL,
		        tool_key(t, "to", t->next_to++, key), chunk.s,
		        (unsigned int)chunk.n))
			fail("cannot write");
		bytes = str_from(bytes, chunk.n);
	}
}

/* Takes the next chunk; waits for it. */
static void
tool_fill(struct tool *t)
{
	char key[160], *value;
	unsigned int n;

	tool_key(t, "from", t->next_from, key);
	while ((value = xs_read(t->xs, XBT_NULL, key, &n)) == NULL)
		tool_wait(t);
	sb_add(&t->stream, str_make(value, n));
	free(value);
	if (!xs_rm(t->xs, XBT_NULL, key))
		fail("cannot delete");
	t->next_from++;
}

/* A whole answer in *a. */
static void
tool_hear(struct tool *t, struct assembly *a)
{
	struct diag why = { "" };
	struct message m;
	size_t size;
	int whole = 0;

	while (whole == 0) {
		if (control_frame(sb_str(&t->stream), &size) != 0)
			fail("no message");
		if (size == 0 || size > t->stream.n) {
			tool_fill(t);
			continue;
		}
		if (control_check(
		        str_sub(sb_str(&t->stream), 0, size), &m, &why) != 0)
			fail(why.text);
		whole = assembly_add(a, &m, &why);
		t->stream.n -= size;
		memmove(t->stream.s, t->stream.s + size, t->stream.n);
	}
	if (whole < 0)
		fail(why.text);
}

static void
tool_ask(struct tool *t, struct message *m, struct str payload)
{
	struct strbuf bytes = STRBUF_INIT;

	m->total = (uint32_t)payload.n;
	m->offset = 0;
	do {
		m->payload = str_sub(
		    payload, m->offset, m->offset + CONTROL_PAYLOAD_MAX);
		control_put(&bytes, m);
		m->offset += (uint32_t)m->payload.n;
	} while (m->offset < m->total);
	tool_send(t, sb_str(&bytes));
	sb_fini(&bytes);
}

static void
tool_open(struct tool *t, const char *domid)
{
	t->xs = xs_open(0);
	if (t->xs == NULL)
		fail("no XenStore");
	snprintf(t->dir, sizeof(t->dir),
	    "/local/domain/%s/data/clickos/v2/xsctl-%d", domid, (int)getpid());
	if (!xs_watch(t->xs, t->dir, "t"))
		fail("cannot watch");
}

static struct str
tool_payload(const char *arg)
{
	struct strbuf text = STRBUF_INIT;
	FILE *file;
	int c;

	if (arg[0] != '@')
		return str_of(arg);
	file = fopen(arg + 1, "r");
	if (file == NULL)
		fail("no such file");
	while ((c = getc(file)) != EOF)
		sb_addc(&text, (char)c);
	fclose(file);
	return sb_take(&text);
}

static double
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Sends m so many times to one guest; prints its last answer. */
static int
tool_run(
    const char *domid, const struct message *m, struct str payload, int times)
{
	struct assembly a = ASSEMBLY_INIT;
	struct tool t = { .xs = NULL };
	struct message one = *m;
	double start;
	int status;

	tool_open(&t, domid);
	start = now_ms();
	for (int i = 0; i < times; i++) {
		one.id = (uint32_t)i;
		assembly_clear(&a);
		tool_ask(&t, &one, payload);
		tool_hear(&t, &a);
	}
	if (times > 1)
		fprintf(stderr, "%.1f\n", (now_ms() - start) / times);
	if (a.payload.n > 0)
		fwrite(a.payload.s, 1, a.payload.n, stdout);
	status = (int)a.first.status;
	if (a.first.op == CONTROL_INSTALL && status == 0)
		printf("%u\n", a.first.router);
	(void)xs_rm(t.xs, XBT_NULL, t.dir); /* the guest may have */
	xs_close(t.xs);
	assembly_clear(&a);
	sb_fini(&t.stream);
	return status;
}

int
main(int argc, char **argv)
{
	struct message m = { .op = 0 };
	struct str payload = STR("");
	int status = FAILED;
	bool several;
	char *domid;

	if (argc < 5)
		fail("DOMID OP ROUTER PATH [PAYLOAD|@FILE [xTIMES]]");
	m.op = (unsigned int)atoi(argv[2]);
	m.router = (unsigned int)atoi(argv[3]);
	m.path = str_of(argv[4]);
	if (argc > 5)
		payload = tool_payload(argv[5]);
	several = strchr(argv[1], ',') != NULL;
	for (domid = strtok(argv[1], ","); domid != NULL;
	     domid = strtok(NULL, ",")) {
		status = tool_run(
		    domid, &m, payload, argc > 6 ? atoi(argv[6] + 1) : 1);
		if (several)
			putchar('\n');
	}
	return status;
}
