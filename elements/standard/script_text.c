/* SPDX-License-Identifier: BSD-3-Clause */
/* script_text.c -- part of Script: functions over words, truth and texts. */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/hcall.h"
#include "elements/standard/script.h"

enum script_truth { TRUTH_AND, TRUTH_NAND, TRUTH_OR, TRUTH_NOR };

static int
script_syntax(struct handler_call *call)
{
	return errh_error(call->errh, "syntax error");
}

static int
script_say(struct handler_call *call, bool x)
{
	sb_adds(call->out, x ? "true" : "false");
	return 0;
}

static int
script_first(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str text = call->text;

	(void)e;
	(void)user;
	sb_add(call->out, conf_shift_space(&text));
	return 0;
}

static int
script_not(struct element *e, uintptr_t user, struct handler_call *call)
{
	bool x;

	(void)e;
	(void)user;
	if (!conf_bool(call->text, &x))
		return script_syntax(call);
	return script_say(call, !x);
}

/*
 * Reads words until one decides.  In Click's nand each word is ORed to what
 * was, so that only an "and" that never had a false word differs from true.
 */
static int
script_truth(struct element *e, uintptr_t user, struct handler_call *call)
{
	bool start = user == TRUTH_AND || user == TRUTH_NAND;
	bool value = start, x;
	struct str text = call->text;

	(void)e;
	while (value == start && text.n > 0) {
		if (!conf_bool(conf_shift_space(&text), &x))
			return script_syntax(call);
		value = user == TRUTH_AND ? value && x : value || x;
	}
	if (user == TRUTH_NAND || user == TRUTH_NOR)
		value = !value;
	return script_say(call, value);
}

static int
script_if(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str text = call->text, word = conf_shift_space(&text);
	bool x;

	(void)e;
	(void)user;
	if (!conf_bool(word, &x))
		return script_syntax(call);
	word = conf_shift_space(&text);
	if (!x)
		word = conf_shift_space(&text);
	sb_add(call->out, word);
	return 0;
}

/* "in WORD WORDS...": true when the first is among the others. */
static int
script_in(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct str text = call->text;
	struct str word, other;
	bool found = false;
	int err = conf_unquote(conf_shift_space(&text), &mem, &word);

	(void)e;
	(void)user;
	while (err == 0 && word.n > 0 && text.n > 0 && !found) {
		err = conf_unquote(conf_shift_space(&text), &mem, &other);
		found = err == 0 && str_eq(word, other);
	}
	arena_fini(&mem);
	return err != 0 ? err : script_say(call, found);
}

static int
script_now(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_stamp(call->out, thread_wall_ns(call->thread));
	return 0;
}

/* "random": any number; "random LOW HIGH": one of those. */
static int
script_random(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rand_state *rand = &call->thread->rand;
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	uint32_t low = 0, high = 0;
	struct args a;
	int err = 0;

	(void)user;
	if (call->text.n == 0) {
		sb_u64(call->out, rand_u32(rand) >> 1);
		return 0;
	}
	if (conf_split_space(call->text, &mem, &words) != 0)
		err = errh_error(call->errh, "out of memory!");
	if (err == 0) {
		args_init(&a, &words, e, call->errh);
		args_u32(&a, "N1", ARG_POS | ARG_MAND, &low);
		args_u32(&a, "N2", ARG_POS | ARG_MAND, &high);
		err = args_complete(&a);
	}
	vec_fini(&words);
	arena_fini(&mem);
	if (err != 0)
		return ERR_SYNTAX;
	if (high < low)
		return errh_error(call->errh, "bad N");
	sb_u64(call->out,
	    low + (uint32_t)(rand_u64(rand) % ((uint64_t)high - low + 1)));
	return 0;
}

/* 0 when word names a handler that can be used as what says. */
static int
script_usable(struct element *e, struct str word, unsigned int what)
{
	struct hcall call = { .h = NULL };
	struct errh silent;
	int err;

	errh_silent_init(&silent);
	err = hcall_reset(&call, word, what, e, &silent);
	hcall_fini(&call);
	errh_fini(&silent);
	return err;
}

static int
script_able(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str text = call->text, word;

	int err = 0;

	while (err == 0 && (word = conf_shift_space(&text)).n > 0)
		err = script_usable(e, word, (unsigned int)user);
	return err == ERR_NOMEM ? err : script_say(call, err == 0);
}

static int
script_length(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_u64(call->out, call->text.n);
	return 0;
}

static int
script_unquote(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct str bytes = STR("");
	int err = conf_unquote(call->text, &mem, &bytes);

	(void)e;
	(void)user;
	sb_add(call->out, bytes);
	arena_fini(&mem);
	return err;
}

void
script_add_text_handlers(struct element *e)
{
	static const struct {
		const char *name;
		handler_fn *fn;
		uintptr_t user;
	} functions[] = {
		{ "not", script_not, 0 },
		{ "sprintf", script_sprintf, 0 },
		{ "first", script_first, 0 },
		{ "random", script_random, 0 },
		{ "and", script_truth, TRUTH_AND },
		{ "or", script_truth, TRUTH_OR },
		{ "nand", script_truth, TRUTH_NAND },
		{ "nor", script_truth, TRUTH_NOR },
		{ "if", script_if, 0 },
		{ "in", script_in, 0 },
		{ "readable", script_able, HANDLER_READ },
		{ "writable", script_able, HANDLER_WRITE },
		{ "length", script_length, 0 },
		{ "unquote", script_unquote, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		handler_add_read(e, functions[i].name, functions[i].fn,
		    functions[i].user, HANDLER_PARAM);
	handler_add_read(e, "now", script_now, 0, 0);
}
