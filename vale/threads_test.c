/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * threads_test.c -- two workers, guests in threads of their own, and a control
 * thread that changes all it can while frames go every way: on the thread
 * sanitizer no access races, and in the end every frame is accounted for.
 */
#include <pthread.h>
#include <stdlib.h>

#include "test/ring.h"

enum { WORKERS = 2, GUESTS = 2, CHANGES = 150, SECONDS_MAX = 60 };

/* A guest: a thread that sends on its first port and receives on both. */
struct sender {
	struct tguest guest;
	pthread_t thread;
	int stop; /* atomic */
	uint64_t sent, got;
};

static struct sender sender[GUESTS];

/* Frames to everybody in turn, from the address of the guest's number. */
static void *
sender_run(void *arg)
{
	struct sender *s = arg;
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x88, 0xb5 };
	uint8_t got[NETRING_BUFFER];
	uint64_t turn = 0;

	frame[11] = (uint8_t)(10 + (s - sender));
	while (load_acquire(&s->stop) == 0) {
		frame[0] = turn % 64 == 0 ? 0xff : 2;
		frame[5] = (uint8_t)(10 + turn++ % (2 * GUESTS));
		s->sent += tguest_send(&s->guest, 0, frame, 60);
		for (uint32_t i = 0; i < 2; i++)
			while (tguest_receive(&s->guest, i, got) > 0)
				s->got++;
		if (turn % 50 == 0)
			usleep(100); /* the workers fall asleep now and then */
	}
	return NULL;
}

static void
start_guests(struct vale *v)
{
	static const char *const names[GUESTS][2] = { { "a0", "a1" },
		{ "b0", "b1" } };

	for (int i = 0; i < GUESTS; i++) {
		struct sender *s = &sender[i];
		bool good = tguest_start(&s->guest, v, 64, 0) == 0;

		s->guest.host.worker = i % WORKERS;
		for (uint32_t k = 0; k < 2; k++)
			good &= tguest_open(&s->guest, k, names[i][k]) == 0;
		good &= pthread_create(&s->thread, NULL, sender_run, s) == 0;
		ok(good, "guest %d on worker %d", i, i % WORKERS);
	}
}

static struct vale_port *
attach_mem(struct vale *v, const char *name, int worker)
{
	struct vale_attach a = { .switch_name = STR("v"),
		.name = str_of(name),
		.with = &vale_kind_mem,
		.worker = worker };
	struct vale_port *p = NULL;
	struct diag why = { "" };

	if (vale_attach(v, &a, &p, &why) != 0)
		ok(false, "%s: %s", name, why.text);
	return p;
}

/* Takes what has come; a port that is full drops. */
static void
drain(struct vale_port *p)
{
	uint8_t got[MEM_SLOT];

	while (vale_mem_get(p, got) >= 0)
		continue;
}

static int
set(struct vale_port *p, const char *key, const char *value)
{
	return vale_set(p, str_of(key), str_of(value), NULL);
}

/* The i-th change of those that an administrator can make. */
static int
change(struct vale *v, struct vale_port *m, unsigned int i)
{
	static const char *const functions[] = { "learning", "wire a0 b0",
		"mac 02:00:00:00:00:0a=a0 02:00:00:00:00:0b=b1 default=flood",
		"learning limit=2", "chain a0 a1 b0 b1" };
	static const char *const settings[][2] = { { "mirror", "m1" },
		{ "rx-pps", "1k" }, { "isolated", "on" },
		{ "flood-pps", "100" }, { "guard", "on" }, { "tx-bps", "1M" },
		{ "vlan", "access:7" }, { "mirror", "off" },
		{ "rx-pps", "off" }, { "isolated", "off" },
		{ "flood-pps", "off" }, { "guard", "off" }, { "tx-bps", "off" },
		{ "vlan", "off" } };
	static const char *const names[] = { "a0", "a1", "b0", "b1", "m0" };
	struct vale_port *p =
	    vale_port_find(v, STR("v"), str_of(names[i % ARRAY_SIZE(names)]));
	struct strbuf text = STRBUF_INIT;
	uint8_t frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 };
	int err = 0;

	for (int k = 0; k < 20; k++)
		(void)vale_mem_put(m, frame, 60); /* full: later */
	if (i % 4 == 0)
		err = vale_switch_function(v, STR("v"),
		    str_of(functions[i / 4 % ARRAY_SIZE(functions)]), NULL);
	err |= set(p, settings[i % ARRAY_SIZE(settings)][0],
	    settings[i % ARRAY_SIZE(settings)][1]);
	err |= vale_show(v, STR(""), &text, NULL) |
	       vale_show_counts(v, STR(""), &text, NULL);
	sb_fini(&text);
	return err;
}

/* A port that comes and goes, on either worker, with what is under way. */
static int
come_and_go(struct vale *v, unsigned int i)
{
	struct vale_port *p = attach_mem(v, "m1", (int)i % WORKERS);
	uint8_t frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 };

	if (p == NULL)
		return -1;
	for (int k = 0; k < 20; k++)
		(void)vale_mem_put(p, frame, 60);
	vale_wait(v, 1);
	drain(p);
	return vale_detach(v, STR("v"), STR("m1"), NULL);
}

/* All that was sent is received, dropped, or nobody's: nothing moves. */
static void
come_to_rest(struct vale *v)
{
	int64_t left = -1;

	for (int i = 0; i < SECONDS_MAX * 100 && left != 0; i++) {
		vale_wait(v, 10);
		left = balance_of(v, STR("v"));
		for (int k = 0; k < GUESTS; k++) {
			struct vale_counts c;

			vale_port_counts(sender[k].guest.vale_port[0], &c);
			if (c.rx.frames != sender[k].sent)
				left = -1;
		}
	}
	is_num(left, 0, "every frame is accounted for");
}

static void
stop_guests(struct vale *v)
{
	for (int i = 0; i < GUESTS; i++)
		store_release(&sender[i].stop, 1);
	for (int i = 0; i < GUESTS; i++)
		pthread_join(sender[i].thread, NULL);
	come_to_rest(v);
	for (int i = 0; i < GUESTS; i++) {
		struct sender *s = &sender[i];
		struct vale_counts a, b;
		uint8_t got[NETRING_BUFFER];

		for (uint32_t k = 0; k < 2; k++)
			while (tguest_receive(&s->guest, k, got) > 0)
				s->got++;
		vale_port_counts(s->guest.vale_port[0], &a);
		vale_port_counts(s->guest.vale_port[1], &b);
		is_num((int64_t)a.rx.frames, (int64_t)s->sent,
		    "guest %d: all that it sent was received", i);
		is_num((int64_t)(a.tx.frames + b.tx.frames), (int64_t)s->got,
		    "and it got what the switch says");
		ok(s->sent > 1000 && s->got > 100, "it was busy: %llu, %llu",
		    (unsigned long long)s->sent, (unsigned long long)s->got);
	}
}

int
main(void)
{
	struct vale_options o = { .workers = WORKERS, .poll_ns = 2000 };
	struct vale *v = vale_new(&o, NULL);
	struct vale_port *m;
	int err = 0;

	ok(v != NULL &&
	        vale_switch_add(v, STR("v"), STR("learning"), NULL) == 0,
	    "a switch of two workers");
	m = attach_mem(v, "m0", 1);
	start_guests(v);
	for (unsigned int i = 0; i < CHANGES; i++) {
		err |= change(v, m, i);
		err |= come_and_go(v, i);
		drain(m);
	}
	is_num(err, 0, "all changes are made");
	stop_guests(v);
	is_num(balance_wrong(m), 0, "its counters say what the port saw");
	vale_free(v);
	for (int i = 0; i < GUESTS; i++)
		tguest_stop(&sender[i].guest);
	return tap_done();
}
