/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vale.h -- a switch of memory ports for unit tests, in the test's own thread.
 *
 *	struct vtest t;
 *
 *	vtest_start(&t, "learning", 3);      three ports: p0, p1, p2
 *	vtest_send(&t, 0, "1>2", 64);        a frame from ..:01 to ..:02
 *	vtest_run(&t);
 *	is_cstr(vtest_got(&t, 1), "1>2/64", ...)
 *	vtest_stop(&t);                      checks that the counters add up and
 *	                                     say what the ports saw
 */
#ifndef TEST_VALE_H
#define TEST_VALE_H

#include <fcntl.h>
#include <unistd.h>

#include "test/balance.h"
#include "test/tap.h"
#include "vale/port_mem.h"
#include "vale/vale.h"

enum { VTEST_PORTS = 8 };

struct vtest {
	struct vale *vale;
	struct vale_port *port[VTEST_PORTS];
	unsigned int nports;
	char text[4096];
	uint8_t frame[MEM_SLOT];
};

UNUSED static void
vtest_start(struct vtest *t, const char *function, unsigned int nports)
{
	struct vale_options o = { .poll_ns = VALE_POLL_NS };
	struct diag why = { "" };

	memset(t, 0, sizeof(*t));
	t->vale = vale_new(&o, &why);
	ok(t->vale != NULL, "a switch starts");
	ok(vale_switch_add(t->vale, STR("v"), str_of(function), &why) == 0,
	    "with %s: %s", function, why.text);
	for (; t->nports < nports; t->nports++) {
		char name[8] = { 'p', (char)('0' + t->nports) };
		struct vale_attach a = { .switch_name = STR("v"),
			.name = str_of(name),
			.with = &vale_kind_mem,
			.worker = -1 };

		if (vale_attach(t->vale, &a, &t->port[t->nports], &why) != 0)
			ok(false, "attach: %s", why.text);
	}
}

/* "key=value" for port n. */
UNUSED static int
vtest_set(struct vtest *t, unsigned int n, const char *text)
{
	struct str s = str_of(text);
	size_t eq = str_find(s, '=', 0);
	struct diag why = { "" };

	return vale_set(
	    t->port[n], str_sub(s, 0, eq), str_from(s, eq + 1), &why);
}

/*
 * "1>2": 02:00:00:00:00:01 to ..:02, type 0x88b5 (local experiments); "1>*":
 * to all; "1>2@10": tagged, VLAN 10.  Returns the frame's bytes at t->frame.
 */
UNUSED static void
vtest_make(struct vtest *t, const char *text)
{
	uint8_t *p = t->frame;
	unsigned int from = 0, to = 0, vid = 0;

	memset(p, 0, sizeof(t->frame));
	for (unsigned int i = 0; i < sizeof(t->frame); i++)
		p[i] = (uint8_t)i;
	if (sscanf(text, "%x>%x", &from, &to) != 2)
		sscanf(text, "%x", &from);
	memset(p, 0, 12);
	p[0] = p[6] = 2;
	p[5] = (uint8_t)to;
	p[11] = (uint8_t)from;
	if (strchr(text, '*') != NULL)
		memset(p, 0xff, 6);
	p += 12;
	if (strchr(text, '@') != NULL) {
		sscanf(strchr(text, '@'), "@%u", &vid);
		p[0] = 0x81;
		p[1] = 0;
		p[2] = (uint8_t)(vid >> 8);
		p[3] = (uint8_t)vid;
		p += 4;
	}
	p[0] = 0x88;
	p[1] = 0xb5;
}

UNUSED static void
vtest_send(struct vtest *t, unsigned int port, const char *text, uint32_t n)
{
	vtest_make(t, text);
	if (!vale_mem_put(t->port[port], t->frame, n))
		ok(false, "%s: no room", text);
}

UNUSED static void
vtest_run(struct vtest *t)
{
	while (vale_round(t->vale) > 0)
		continue;
	vale_wait(t->vale, 0);
}

/* As a peer may do with an eventfd that it shares with the switch. */
UNUSED static void
event_fill(int fd)
{
	static const uint64_t most = UINT64_MAX - 1;
	uint64_t count;

	(void)!read(fd, &count, sizeof(count)); /* it may be empty */
	ok(write(fd, &most, sizeof(most)) == sizeof(most) &&
	        fcntl(fd, F_SETFL, 0) == 0,
	    "an event is full and blocks");
}

/* What port n was sent since, as "1>2/64 1>*@10/60"; "" for nothing. */
UNUSED static const char *
vtest_got(struct vtest *t, unsigned int port)
{
	uint8_t f[MEM_SLOT];
	size_t at = 0;
	int n;

	t->text[0] = '\0';
	while ((n = vale_mem_get(t->port[port], f)) >= 0) {
		at += (size_t)snprintf(t->text + at, sizeof(t->text) - at,
		    f[0] == 0xff ? "%s%x>*" : "%s%x>%x", at > 0 ? " " : "",
		    f[11], f[5]);
		if (f[12] == 0x81)
			at += (size_t)snprintf(t->text + at,
			    sizeof(t->text) - at, "@%u", f[14] << 8 | f[15]);
		at += (size_t)snprintf(
		    t->text + at, sizeof(t->text) - at, "/%d", n);
		if (at > sizeof(t->text) - 64)
			break;
	}
	return t->text;
}

UNUSED static uint64_t
vtest_dropped(struct vtest *t, unsigned int port, enum vale_drop why)
{
	struct vale_counts c;

	vale_port_counts(t->port[port], &c);
	return c.rx.drops[why] + c.tx.drops[why];
}

/* Of the whole switch: 0 when every frame is accounted for. */
UNUSED static int64_t
vtest_balance(struct vtest *t)
{
	return balance_of(t->vale, STR("v"));
}

/* How many counters of its memory ports are wrong. */
UNUSED static unsigned int
vtest_wrong(struct vtest *t)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < t->nports; i++) {
		char name[8] = { 'p', (char)('0' + i) };
		struct vale_port *p =
		    vale_port_find(t->vale, STR("v"), str_of(name));

		if (p != NULL && p->kind == &vale_kind_mem)
			wrong += balance_wrong(p);
	}
	return wrong;
}

UNUSED static void
vtest_stop(struct vtest *t)
{
	is_num(vtest_balance(t), 0, "every frame is accounted for");
	is_num(vtest_wrong(t), 0, "and counted where it went");
	vale_free(t->vale);
}

#endif
