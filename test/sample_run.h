/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sample_run.h -- hostile packets through a router around one element: what
 * test/elements_fuzz.c and test/nomem_test.c do with each sample.
 *
 *	struct str class = sample_input(&bytes);
 *
 *	sample_start(&t, s);
 *	sample_packets(&t, s->nin, bytes, &fed);
 *	sample_push(&t, &fed);
 *	trun_run(&t);
 *	sample_fed_end(&t, &fed);
 *	sample_stop(&t);
 *
 * An input is
 *
 *	class name, newline, packets:
 *	    how: bits 0-1 header position (none, 0, 14, odd), 2 shared, 3 time
 *	         stamp, 4 annotations filled, 5-7 input
 *	    place of an odd header, headroom / 2, length (2 bytes, big endian)
 *	    as many of these bytes as there are
 *
 * Each packet lies in a buffer of exactly its size, so that the sanitizer sees
 * every byte read beyond it; they are pushed in batches of four.
 */
#ifndef TEST_SAMPLE_RUN_H
#define TEST_SAMPLE_RUN_H

#include <stdint.h>

#include "base/bytes.h"
#include "click/element.h"
#include "os/os.h"
#include "test/run.h"
#include "test/samples.h"

/* ---- what elements say goes nowhere ---- */

void backtrace_print(void);

void
os_log(struct str text)
{
	(void)text;
}

void
os_print(struct str text)
{
	(void)text;
}

void
backtrace_print(void)
{
}

void
os_panic(const char *why)
{
	fprintf(stderr, "panic: %s\n", why);
	abort();
}

/* ---- a router around one element ---- */

UNUSED static int
sample_start(struct trun *t, const struct sample *s)
{
	struct strbuf sb = STRBUF_INIT;
	int err;

	sample_text(&sb, s, 1);
	err = trun_start(t, sb_cstr(&sb));
	sb_fini(&sb);
	return err;
}

UNUSED static void
sample_stop(struct trun *t)
{
	if (trun_stop(t) != 0)
		os_panic("packets did not come home");
}

/* ---- packets ---- */

struct exact {
	struct foreign_buffer foreign; /* must be first */
	uint8_t *bytes;
};

static void
exact_release(struct foreign_buffer *f)
{
	struct exact *x = (struct exact *)(void *)f;

	free(x->bytes);
	free(x);
}

/* n bytes behind so much headroom, and none behind them. */
static struct packet *
exact_packet(
    struct thread *t, uint32_t headroom, const uint8_t *bytes, uint32_t n)
{
	struct exact *x = calloc(1, sizeof(*x));

	x->foreign.release = exact_release;
	x->bytes = malloc(headroom + n + (headroom + n == 0));
	memset(x->bytes, 0x5a, headroom);
	if (n > 0)
		memcpy(x->bytes + headroom, bytes, n);
	return packet_new_foreign(
	    t, &x->foreign, x->bytes, headroom + n, headroom, n);
}

enum { HOW_POSITION = 3, HOW_SHARED = 4, HOW_TIME = 8, HOW_ANNO = 16 };

static void
set_header(struct packet *p, uint8_t how, uint8_t place)
{
	static const uint32_t offsets[] = { 0, 0, 14 };
	uint32_t at = packet_headroom(p);

	if ((how & HOW_POSITION) == 0)
		return;
	if ((how & HOW_POSITION) == 3)
		at = place % (p->size + 1);
	else
		at += offsets[how & HOW_POSITION];
	if (at <= p->size) {
		packet_set_mac(p, p->data);
		packet_set_network(p, p->head + at, 4 * (place & 15u));
	}
}

/* Cuts one off the input; NULL: there is none. */
static struct packet *
next_packet(struct thread *t, struct str *in, unsigned int *input)
{
	const uint8_t *d = (const uint8_t *)in->s;
	struct packet *p;
	uint32_t n;

	if (in->n < 5)
		return NULL;
	n = get_be16(d + 3);
	if (n > in->n - 5)
		n = (uint32_t)(in->n - 5);
	*in = str_from(*in, 5 + n);
	p = exact_packet(t, d[2] / 2u, d + 5, n);
	if (p == NULL)
		return NULL;
	set_header(p, d[0], d[1]);
	if (d[0] & HOW_TIME)
		p->timestamp_ns = 1000000000ll * d[1];
	if (d[0] & HOW_ANNO)
		memset(p->anno, d[1], sizeof(p->anno));
	*input = d[0] >> 5;
	return p;
}

/* ---- an input ---- */

enum { BATCH_PACKETS = 4, PACKETS_MAX = 24 };

struct sample_fed {
	struct packet *packet[PACKETS_MAX];
	struct packet *held[PACKETS_MAX];    /* shares its bytes; or NULL */
	struct element *source[PACKETS_MAX]; /* the Idle that it comes from */
	unsigned int n;
};

/* Cuts the class name off; what remains is empty where there is no line. */
UNUSED static struct str
sample_input(struct str *in)
{
	size_t eol = str_find(*in, '\n', 0);
	struct str name = str_sub(*in, 0, eol);

	*in = str_from(*in, eol + 1);
	return name;
}

/* Makes them; needs memory, as sample_push() itself does not. */
UNUSED static void
sample_packets(
    struct trun *t, unsigned int nin, struct str in, struct sample_fed *fed)
{
	struct thread *thread = master_thread(t->m, 0);
	unsigned int i = 0, input;
	char name[16];

	for (; i < PACKETS_MAX; i++) {
		bool shared = in.n > 0 && (in.s[0] & HOW_SHARED) != 0;
		struct packet *p = next_packet(thread, &in, &input);

		if (p == NULL)
			break;
		snprintf(name, sizeof(name), "s%u", input % nin);
		fed->source[i] = router_find(t->r, str_of(name), NULL);
		fed->packet[i] = p;
		fed->held[i] = shared ? packet_clone(thread, p) : NULL;
	}
	fed->n = i;
}

/* Pushes them all; then they are the router's. */
UNUSED static void
sample_push(struct trun *t, const struct sample_fed *fed)
{
	struct thread *thread = master_thread(t->m, 0);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, BATCH_PACKETS);

	for (unsigned int i = 0; i < fed->n; i++) {
		batch_add(b, fed->packet[i]);
		if (i + 1 < fed->n && batch_room(b) > 0 &&
		    fed->source[i + 1] == fed->source[i])
			continue;
		output_push(fed->source[i], 0, b);
		batch_reset(b);
	}
	scratch_release(thread, m);
}

/* Ends what shared bytes with those that were pushed. */
UNUSED static void
sample_fed_end(struct trun *t, struct sample_fed *fed)
{
	for (unsigned int i = 0; i < fed->n; i++)
		if (fed->held[i] != NULL)
			packet_kill(master_thread(t->m, 0), fed->held[i]);
}

#endif
