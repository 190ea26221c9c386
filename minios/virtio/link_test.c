/* SPDX-License-Identifier: BSD-3-Clause */
/* link_test.c -- control messages over a console device in plain memory. */
#include "minios/virtio/link.h"

#include <string.h>

#include "base/err.h"
#include "control/message.h"
#include "minios/virtio/console.h"
#include "os/control.h"
#include "os/os.h"
#include "test/fake_minios.h"
#include "test/fake_virtio.h"
#include "test/tap.h"

enum {
	MULTIPORT = 1 << 1,
	EVENT_ADD = 1,
	EVENT_REMOVE = 2,
	EVENT_OPEN = 6,
	EVENT_NAME = 7,
	HOST_TELLS = 2, /* queues */
	GUEST_TELLS = 3,
	RX = 4, /* of port 1 */
	TX = 5,
};

static struct {
	struct fake_virtio f;
	struct os_waiter *w;
	struct control_link *link; /* NULL: none */
	struct strbuf heard;       /* by the host */
} bench;

static void
tell(uint16_t event, uint16_t value, const char *name)
{
	struct {
		uint32_t id;
		uint16_t event, value;
		char name[32];
	} m = { 1, event, value, "" };
	size_t n = strlen(name);
	int head;

	memcpy(m.name, name, n);
	ok(fake_virtio_put(&bench.f.queue[HOST_TELLS], &m, (uint32_t)(8 + n)),
	    "the guest hears of event %u", event);
	while ((head = fake_virtio_take(&bench.f.queue[GUEST_TELLS])) >= 0)
		fake_virtio_give(&bench.f.queue[GUEST_TELLS], head, 0);
}

static void
begin(void)
{
	memset(&bench.f, 0, sizeof(bench.f));
	fake_virtio_init(
	    &bench.f, VIRTIO_CONSOLE, VIRTIO_F_VERSION_1 | MULTIPORT);
	bench.f.config[4] = 4;
	bench.w = os_waiter_new();
	virtio_console_start(&bench.f.device);
	is_num(virtio_link_accept(bench.w, &bench.link), 0, "no port yet");
	tell(EVENT_ADD, 0, "");
	tell(EVENT_NAME, 1, VIRTIO_CONTROL_NAME);
	(void)virtio_console_poll();
	is_num(virtio_link_accept(bench.w, &bench.link), 0, "nobody there yet");
}

static void
end(void)
{
	if (bench.link != NULL)
		bench.link->ops->close(bench.link);
	bench.link = NULL;
	virtio_console_stop();
	is_num(fake_pages_used(), 0, "every page is back");
	os_waiter_free(bench.w);
	sb_fini(&bench.heard);
}

static void
open_link(const char *what)
{
	tell(EVENT_OPEN, 1, "");
	(void)virtio_console_poll();
	ok(virtio_link_accept(bench.w, &bench.link) == 1, "%s: a link", what);
}

static void
put(struct strbuf *to, unsigned int op, uint32_t id, const char *payload)
{
	struct message m = { .op = op,
		.id = id,
		.router = CONTROL_ANY_ROUTER,
		.payload = str_of(payload) };

	m.total = (uint32_t)m.payload.n;
	control_put(to, &m);
}

/* The host writes n of the bytes at once. */
static void
host_writes(const struct strbuf *b, size_t n)
{
	ok(fake_virtio_put(&bench.f.queue[RX], b->s, (uint32_t)n),
	    "there is room for %zu bytes", n);
}

/* The guest's next message: its id, 0 for none, or an error. */
static long
next_id(void)
{
	struct strbuf bytes = STRBUF_INIT;
	struct message m = { .id = 0 };
	int got = bench.link->ops->recv(bench.link, &bytes);

	if (got == 1)
		is_num(control_check(sb_str(&bytes), &m, NULL), 0, "a message");
	sb_fini(&bytes);
	return got == 1 ? (long)m.id : got;
}

static void
test_requests(void)
{
	struct strbuf b = STRBUF_INIT;

	begin();
	open_link("requests");
	is_num(next_id(), 0, "nothing yet");
	put(&b, CONTROL_LIST, 7, "");
	put(&b, CONTROL_INSTALL, 8, "Idle -> Discard;");
	host_writes(&b, 40);
	ok(virtio_console_poll(), "the control thread is told");
	ok(!virtio_console_poll(), "once");
	is_num(next_id(), 7, "the first");
	is_num(next_id(), 0, "the second is not whole");
	fake_virtio_put(&bench.f.queue[RX], b.s + 40, (uint32_t)(b.n - 40));
	is_num(next_id(), 8, "now it is");
	is_num(next_id(), 0, "no more");
	is_num(bench.link->payload_max, 0, "parts as long as the protocol's");
	sb_fini(&b);
	end();
}

static void
host_hears(void)
{
	struct fake_queue *q = &bench.f.queue[TX];
	int head;

	while ((head = fake_virtio_take(q)) >= 0) {
		for (uint32_t i = 0; i < fake_virtio_length(q, head); i++)
			sb_addc(
			    &bench.heard, (char)*fake_virtio_at(q, head, i));
		fake_virtio_give(q, head, 0);
	}
}

/* Answers longer than the ring go as the host takes them. */
static void
test_answers(void)
{
	static char text[50001];
	struct strbuf b = STRBUF_INIT, both = STRBUF_INIT;
	int i, err = 0;

	begin();
	open_link("answers");
	memset(text, 'x', sizeof(text) - 1);
	put(&b, CONTROL_CONFIG | CONTROL_REPLY, 9, text);
	sb_add(&both, sb_str(&b));
	sb_add(&both, sb_str(&b));
	is_num(bench.link->ops->send(bench.link, sb_str(&b)), 0, "one is sent");
	is_num(bench.link->ops->send(bench.link, sb_str(&b)), ERR_AGAIN,
	    "the next one has no room");
	(void)virtio_console_poll();
	ok(!virtio_console_poll(), "a full ring is no news");
	for (i = 0; i < 40; i++) {
		host_hears();
		ok(virtio_console_poll() || err == 0, "room is");
		if (err == ERR_AGAIN || i == 0)
			err = bench.link->ops->send(bench.link, sb_str(&b));
		is_num(next_id(), 0, "no request");
	}
	is_num(err, 0, "the next one is sent");
	ok(str_eq(sb_str(&bench.heard), sb_str(&both)),
	    "each byte arrives in its place");
	sb_fini(&both);
	sb_fini(&b);
	end();
}

/* The host's end is closed and opened again, by another tool. */
static void
test_sessions(void)
{
	struct strbuf old = STRBUF_INIT, b = STRBUF_INIT;
	unsigned int seen;

	begin();
	open_link("sessions");
	put(&old, CONTROL_LIST, 1, "");
	put(&old, CONTROL_INSTALL, 2, "a configuration that stays half");
	put(&b, CONTROL_HELLO, 3, "");
	host_writes(&old, 80);
	tell(EVENT_OPEN, 0, "");
	is_num(next_id(), 1, "what was sent before hanging up is carried out");
	is_num(next_id(), ERR_CLOSED, "then the link ends");
	is_num(bench.link->ops->send(bench.link, sb_str(&b)), ERR_CLOSED,
	    "and takes no answers");
	bench.link->ops->close(bench.link);
	is_num(virtio_link_accept(bench.w, &bench.link), 0, "nobody is there");
	open_link("the next tool");
	host_writes(&b, b.n);
	is_num(next_id(), 3, "the half before it is forgotten");

	/* All of it before the guest looks. */
	host_writes(&old, 80);
	tell(EVENT_OPEN, 0, "");
	tell(EVENT_OPEN, 1, "");
	host_writes(&b, b.n);
	is_num(next_id(), ERR_CLOSED, "a session that ended unseen");
	bench.link->ops->close(bench.link);
	is_num(virtio_link_accept(bench.w, &bench.link), 1, "and the next");
	is_num(next_id(), 1, "whole requests of the one before");
	is_num(next_id(), 3, "but no half keeps a HELLO from being heard");
	seen = bench.f.queue[RX].seen;
	tell(EVENT_OPEN, 1, "");
	is_num(next_id(), 0, "told twice: the same session");
	is_num(bench.f.queue[RX].seen, seen, "nothing was read");
	tell(EVENT_REMOVE, 0, "");
	ok(virtio_console_poll(), "news");
	is_num(next_id(), ERR_CLOSED, "a port taken away ends it");
	sb_fini(&old);
	sb_fini(&b);
	end();
}

/* Noise is skipped; a device that breaks the rules is left alone. */
static void
test_noise(void)
{
	struct strbuf b = STRBUF_INIT;

	begin();
	open_link("noise");
	sb_fill(&b, 'C', 1000);
	put(&b, CONTROL_LIST, 5, "");
	host_writes(&b, b.n);
	is_num(next_id(), 5, "found behind noise");
	bench.f.queue[RX].used->index += 300;
	is_num(next_id(), ERR_CLOSED, "nonsense in the ring ends the link");
	ok(strstr(fake_console(), "virtio0: answer to no request: closed") !=
	        NULL,
	    "with a message");
	bench.link->ops->close(bench.link);
	is_num(virtio_link_accept(bench.w, &bench.link), 0, "for good");
	bench.link = NULL;
	sb_fini(&b);
	end();
}

/* ---- what happens between the last look and the wish to be told ---- */

static void
host_takes_one(void)
{
	struct fake_queue *q = &bench.f.queue[TX];

	fake_virtio_give(q, fake_virtio_take(q), 0);
}

static void
host_opens(void)
{
	tell(EVENT_OPEN, 1, "");
}

static void
test_meanwhile(void)
{
	static char page[4096];
	unsigned int written = 0;

	begin();
	virtio_control_wake(bench.w);
	while (virtio_console_poll())
		;
	fake_virtio_before_arm(host_opens, 1);
	ok(virtio_console_poll(), "meanwhile: somebody came: no sleep");
	while (virtio_console_poll())
		;
	ok(virtio_control_session() != 0, "meanwhile: who is seen");
	while (virtio_control_write(page, sizeof(page)) > 0)
		written++;
	is_num(written, 4, "meanwhile: no room is left");
	ok(!virtio_console_poll(), "meanwhile: it may sleep");
	fake_virtio_before_arm(host_takes_one, 2); /* behind host's messages */
	ok(virtio_console_poll(), "meanwhile: there is room: no sleep");
	ok(virtio_control_write(page, sizeof(page)) > 0,
	    "meanwhile: which is used");
	end();
}

int
main(void)
{
	test_requests();
	test_answers();
	test_sessions();
	test_noise();
	test_meanwhile();
	return tap_done();
}
