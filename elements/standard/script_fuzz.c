/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_fuzz.c -- any bytes as a script, its argument, and a Classifier's
 * patterns: configured, run by its handlers, stepped, taken down.
 *
 * Instructions that leave the program (files, signals) are not for here: an
 * input that spells one is passed over.
 */
#include <stdlib.h>

#include "click/classes.h"
#include "click/conf.h"
#include "click/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
fuzz_leaves(struct str text)
{
	static const char *const words[] = { "save", "append", "cat", "kill",
		">", "print", "read" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_search(text, str_of(words[i]), 0) < text.n)
			return true;
	return false;
}

static void
fuzz_add(struct graph *g, const char *name, const char *class_name,
    struct str config)
{
	struct graph_element e = {
		.name = str_of(name),
		.class = class_find(str_of(class_name)),
		.config = config,
		.landmark = STR("fuzz:1"),
	};

	if (e.class == NULL || vec_push(&g->elements, e) != 0)
		abort();
}

static void
fuzz_connect(struct graph *g, uint32_t from, uint32_t port, uint32_t to)
{
	struct graph_connection c = { { from, port }, { to, 0 } };

	if (vec_push(&g->connections, c) != 0)
		abort();
}

/* A loop that makes a text longer each time is right, and takes its time. */
static bool
fuzz_grows(struct str text)
{
	size_t dollars = 0;

	for (size_t i = 0; i < text.n; i++)
		dollars += text.s[i] == '$';
	return dollars > 1 && (str_search(text, STR("loop"), 0) < text.n ||
	                          str_search(text, STR("goto"), 0) < text.n);
}

/* s is the script; c a Classifier with an output for each argument. */
static void
fuzz_graph(struct graph *g, struct str script, struct str patterns)
{
	struct arena mem = ARENA_INIT;
	struct strs list = VEC_INIT;

	*g = (struct graph){ .text = STR("") };
	fuzz_add(g, "s", "Script", script);
	fuzz_add(g, "i", "Idle", STR(""));
	fuzz_add(g, "c", "Classifier", patterns);
	fuzz_add(g, "d", "Discard", STR(""));
	fuzz_connect(g, 1, 0, 2);
	conf_split(patterns, &mem, &list);
	for (uint32_t i = 0; i < list.n; i++)
		fuzz_connect(g, 2, i, 3);
	vec_fini(&list);
	arena_fini(&mem);
}

static void
fuzz_call(struct router *r, const char *element, const char *name,
    struct str text, bool write, struct errh *errh)
{
	struct element *e = router_find(r, str_of(element), NULL);
	struct strbuf out = STRBUF_INIT;
	struct handler_call call = {
		.thread = master_thread(r->master, 0),
		.errh = errh,
		.text = text,
		.out = write ? NULL : &out,
		.writing = write,
	};
	const struct handler *h = handler_find(r, e, str_of(name));

	/* What it answers is of no interest, only that it does. */
	if (h != NULL && write)
		(void)handler_write(r, e, h, &call);
	else if (h != NULL)
		(void)handler_read(r, e, h, &call);
	sb_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	size_t cut = str_find(text, '\n', 0);
	struct str script = str_sub(text, 0, cut);
	struct str rest = str_from(text, cut + 1);
	struct master_options options = { .nthreads = 1, .simtime = true };
	struct strbuf said = STRBUF_INIT;
	struct router *r = NULL;
	struct errh errh;
	struct master *m;
	struct graph g;

	if (size > 2048 || fuzz_leaves(text) || fuzz_grows(text))
		return 0;
	m = master_new(&options);
	if (m == NULL)
		return 0;
	errh_strbuf_init(&errh, &said);
	fuzz_graph(&g, script, rest);
	if (router_new(m, &g, NULL, &r, &errh) == 0) {
		router_activate(r);
		fuzz_call(r, "s", "run", rest, false, &errh);
		fuzz_call(r, "s", "run", rest, true, &errh);
		fuzz_call(r, "s", "step", STR("3"), true, &errh);
		fuzz_call(r, "s", "sprintf", rest, false, &errh);
		fuzz_call(r, "s", "goto", rest, true, &errh);
		fuzz_call(r, "s", "eq", rest, false, &errh);
		fuzz_call(r, "s", "add", rest, false, &errh);
		fuzz_call(r, "c", "program", STR(""), false, &errh);
	}
	errh_fini(&errh);
	sb_fini(&said);
	master_free(m);
	return 0;
}
