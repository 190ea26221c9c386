/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * elements_fuzz.c -- hostile packets through every element there is.
 *
 * The samples in test/elements.samples say how each class is configured; one
 * that is missing there ends the target at once.  What an input is stands in
 * test/sample_run.h.  After its packets tasks run for a moment, all handlers
 * are read, and all packets must be back at the end.
 */
#include <stdint.h>

#include "base/hash.h"
#include "test/sample_run.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	struct str name = sample_input(&in);
	const struct sample *s = samples_find(name);
	struct sample_fed fed;
	struct trun t;

	if (name.n == size)
		return -1;
	if (s == NULL) /* any will do, but the same for the same name */
		s = &samples.v[hash_bytes(name.s, name.n, 0) % samples.n];
	if (s->reason.n > 0 || s->nin == 0)
		return -1;
	if (sample_start(&t, s) == 0) {
		sample_packets(&t, s->nin, in, &fed);
		sample_push(&t, &fed);
		trun_run(&t);
		handler_each(
		    t.r, router_find(t.r, STR("x"), NULL), read_one, &t);
		sample_fed_end(&t, &fed);
	}
	sample_stop(&t);
	return 0;
}
