/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * elements_fuzz.c -- hostile packets through every element there is.
 *
 * The samples in test/elements.samples say how each class is configured; one
 * that is missing there ends the target at once.  An input is
 *
 *	class name, newline, packets:
 *	    how: bits 0-1 header position (none, 0, 14, odd), 2 shared, 3 time
 *	         stamp, 4 annotations filled, 5-7 input
 *	    place of an odd header, headroom / 2, length (2 bytes, big endian)
 *	    as many of these bytes as there are
 *
 * Each packet lies in a buffer of exactly its size, so that the sanitizer sees
 * every byte read beyond it; the packets of an input are pushed in batches of
 * four, tasks run for a moment, all handlers are read, and all packets must be
 * back at the end.
 */
#include <stdint.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "click/element.h"
#include "os/os.h"
#include "test/run.h"
#include "test/samples.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

enum { BATCH_PACKETS = 4, PACKETS_MAX = 24 };

/* ---- a router around one element ---- */

static int
sample_start(struct trun *t, const struct sample *s)
{
	struct strbuf sb = STRBUF_INIT;
	int err;

	sample_text(&sb, s, 1);
	err = trun_start(t, sb_cstr(&sb));
	sb_fini(&sb);
	return err;
}

static void
sample_stop(struct trun *t)
{
	if (trun_stop(t) != 0)
		os_panic("packets did not come home");
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *path = getenv("ELEMENTS_SAMPLES");
	struct trun t;

	(void)argc;
	(void)argv;
	samples_read(path != NULL ? path : "test/elements.samples");
	for (size_t i = 0; i < class_count; i++) {
		struct str name = str_of(class_table[i].class->name);
		const struct sample *s = samples_find(name);

		if (s == NULL)
			samples_fail("add a line for this class", name);
		if (s->reason.n > 0)
			continue;
		if (sample_start(&t, s) != 0)
			samples_fail(trun_log(&t), name);
		sample_stop(&t);
	}
	return 0;
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

/* Cuts a packet off the input; NULL: there is none. */
static struct packet *
next_packet(struct thread *t, const uint8_t **data, size_t *size,
    unsigned int *input, struct packet **held)
{
	const uint8_t *d = *data;
	struct packet *p;
	uint32_t n;

	if (*size < 5)
		return NULL;
	n = get_be16(d + 3);
	if (n > *size - 5)
		n = (uint32_t)(*size - 5);
	*data += 5 + n;
	*size -= 5 + n;
	p = exact_packet(t, d[2] / 2u, d + 5, n);
	if (p == NULL)
		return NULL;
	set_header(p, d[0], d[1]);
	if (d[0] & HOW_TIME)
		p->timestamp_ns = 1000000000ll * d[1];
	if (d[0] & HOW_ANNO)
		memset(p->anno, d[1], sizeof(p->anno));
	*held = d[0] & HOW_SHARED ? packet_clone(t, p) : NULL;
	*input = d[0] >> 5;
	return p;
}

static void
push(struct trun *t, unsigned int input, struct batch *b)
{
	char name[8];
	struct element *e;

	if (b->count == 0)
		return;
	snprintf(name, sizeof(name), "s%u", input);
	e = router_find(t->r, str_of(name), NULL);
	output_push(e, 0, b);
	batch_reset(b);
}

/* Packets that share their bytes with others, until it is over. */
struct held {
	struct packet *packet[PACKETS_MAX];
	unsigned int n;
};

static void
push_all(struct trun *t, unsigned int nin, const uint8_t *data, size_t size,
    struct held *held)
{
	struct thread *thread = master_thread(t->m, 0);
	struct scratch_mark m = scratch_mark(thread);
	struct batch *b = batch_new(thread, BATCH_PACKETS);
	unsigned int input = 0, last = 0;
	struct packet *p;

	for (held->n = 0; held->n < PACKETS_MAX; held->n++) {
		p = next_packet(
		    thread, &data, &size, &input, &held->packet[held->n]);
		if (p == NULL)
			break;
		input %= nin;
		if (input != last || batch_room(b) == 0)
			push(t, last, b);
		last = input;
		batch_add(b, p);
	}
	push(t, last, b);
	scratch_release(thread, m);
}

static void
held_kill(struct trun *t, struct held *held)
{
	while (held->n-- > 0)
		if (held->packet[held->n] != NULL)
			packet_kill(
			    master_thread(t->m, 0), held->packet[held->n]);
}

static void
read_one(void *arg, const struct handler *h)
{
	struct trun *t = arg;
	struct handler_call call = { .thread = master_thread(t->m, 0),
		.errh = &t->errh,
		.out = &t->result };

	sb_clear(&t->result);
	if (h->read != NULL && (h->flags & HANDLER_PARAM) == 0)
		handler_read(t->r, router_find(t->r, STR("x"), NULL), h, &call);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make((const char *)data, size);
	size_t eol = str_find(in, '\n', 0);
	const struct sample *s = samples_find(str_sub(in, 0, eol));
	struct held held;
	struct trun t;

	if (eol == size)
		return -1;
	if (s == NULL) /* any will do, but the same for the same name */
		s = &samples.v[hash_bytes(data, eol, 0) % samples.n];
	if (s->reason.n > 0 || s->nin == 0)
		return -1;
	if (sample_start(&t, s) == 0) {
		push_all(&t, s->nin, data + eol + 1, size - eol - 1, &held);
		trun_run(&t);
		handler_each(
		    t.r, router_find(t.r, STR("x"), NULL), read_one, &t);
		held_kill(&t, &held);
	}
	sample_stop(&t);
	return 0;
}
