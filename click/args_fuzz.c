/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args_fuzz.c -- any bytes as a configuration, read as every type.
 *
 * Beside the sanitizers' findings it is an error when a string does not come
 * back from its quotes, or a printed number from its text.
 */
#include <stdint.h>

#include "click/args.h"
#include "click/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct arg_type *const types[] = {
	&arg_type_bool,
	&arg_type_u8,
	&arg_type_u16,
	&arg_type_u32,
	&arg_type_u64,
	&arg_type_i32,
	&arg_type_i64,
	&arg_type_double,
	&arg_type_str,
	&arg_type_raw,
	&arg_type_word,
	&arg_type_keyword,
	&arg_type_filename,
	&arg_type_bandwidth,
	&arg_type_seconds,
	&arg_type_seconds_ms,
	&arg_type_seconds_us,
	&arg_type_stamp,
	&arg_type_ip4,
	&arg_type_ip4_prefix,
	&arg_type_ip4_net,
	&arg_type_ip6,
	&arg_type_ip6_prefix,
	&arg_type_ip6_net,
	&arg_type_ether,
};

/* Every argument as every type; messages are made and thrown away. */
static void
fuzz_types(struct str text)
{
	struct strbuf said = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct strs list = VEC_INIT;
	char out[32] __attribute__((aligned(16)));
	struct errh errh;

	errh_strbuf_init(&errh, &said);
	conf_split(text, &mem, &list);
	for (size_t i = 0; i < list.n && i < 16; i++)
		for (size_t j = 0; j < ARRAY_SIZE(types); j++)
			arg_parse(types[j], list.v[i], out, NULL, &mem, &errh);
	vec_fini(&list);
	arena_fini(&mem);
	errh_fini(&errh);
	sb_fini(&said);
}

/* The whole as an argument list with keywords and places. */
static void
fuzz_list(struct str text)
{
	struct arg_anno anno = { 0, 0 };
	struct str s = { NULL, 0 };
	uint32_t fixed = 0, number = 0;
	struct errh errh;
	struct args a;

	errh_silent_init(&errh);
	args_init_text(&a, text, NULL, &errh);
	args_str(&a, "A", ARG_POS, &s);
	args_u32(&a, "B", ARG_POS | ARG_MAND, &number);
	args_fixed2(&a, "C", ARG_POS | ARG_FIRST, 28, &fixed);
	args_fixed10(&a, "D", 0, 9, &fixed);
	args_anno(&a, "E", ARG_DEPRECATED, 0, &anno);
	args_complete(&a);
	str_free(&s);
	errh_fini(&errh);
}

/* Quoted bytes unquote to themselves; words are split as they are shifted. */
static void
fuzz_quotes(struct str text)
{
	struct strbuf quoted = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct str rest = text, bytes;

	conf_quote(&quoted, text, (text.n & 1) != 0);
	if (conf_unquote(sb_str(&quoted), &mem, &bytes) == 0)
		ASSERT(str_eq(bytes, text));
	conf_split_space(text, &mem, &words);
	for (size_t i = 0; i < words.n; i++)
		ASSERT(str_eq(conf_shift_space(&rest), words.v[i]));
	ASSERT(conf_shift_space(&rest).n == 0);
	vec_fini(&words);
	arena_fini(&mem);
	sb_fini(&quoted);
}

static void
fuzz_numbers(struct str text)
{
	struct strbuf sb = STRBUF_INIT;
	int64_t x, again;
	bool overflow;

	if (conf_fixed10(text, 6, &x, &overflow) && x > -1000000000000000 &&
	    x < 1000000000000000) {
		sb_fixed10(&sb, x, 6);
		ASSERT(conf_fixed10(sb_str(&sb), 6, &again, &overflow));
		ASSERT(again == x && !overflow);
	}
	sb_clear(&sb);
	if (conf_fixed2(text, 16, &x, &overflow) && !overflow) {
		sb_fixed2(&sb, x, 16);
		ASSERT(conf_fixed2(sb_str(&sb), 16, &again, &overflow));
		ASSERT(again == x && !overflow);
	}
	sb_fini(&sb);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);

	fuzz_types(text);
	fuzz_list(text);
	fuzz_quotes(text);
	fuzz_numbers(text);
	return 0;
}
