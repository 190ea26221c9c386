/* SPDX-License-Identifier: BSD-3-Clause */
/* args_text.c -- arguments that are strings, words and file names. */
#include "click/args.h"
#include "click/conf.h"
#include "os/os.h"

/* Stores a string of the context's memory; false when there was none left. */
static bool
arg_store_str(struct arg_ctx *c, struct str s, void *out)
{
	if (s.s == NULL)
		return arg_error(c, "out of memory");
	memcpy(out, &s, sizeof(s));
	return true;
}

/* The bytes of text, which must be one string without outer space. */
static bool
arg_unquote(struct arg_ctx *c, struct str text, struct str *bytes)
{
	struct str whole = text;

	if (!conf_string_span(&text) || text.n != whole.n)
		return false;
	return conf_unquote(text, c->mem, bytes) == 0 ||
	       arg_error(c, "out of memory");
}

static bool
arg_parse_str(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	(void)type;
	return arg_unquote(c, text, out);
}

static bool
arg_parse_raw(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	(void)type;
	return arg_store_str(c, arena_str(c->mem, text), out);
}

static bool
arg_parse_word(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct str word;

	(void)type;
	return arg_unquote(c, text, &word) && conf_is_word(word) &&
	       arg_store_str(c, word, out);
}

static bool
arg_parse_keyword(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	(void)type;
	return conf_is_keyword(text) &&
	       arg_store_str(c, arena_str(c->mem, text), out);
}

/*
 * "~" and "~/x" begin in the user's home, where the surroundings know one;
 * one slash stands for several.
 */
static bool
arg_parse_filename(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct strbuf sb = STRBUF_INIT;
	struct str name, kept;
	char before = '\0';

	(void)type;
	if (!arg_unquote(c, text, &name) || name.n == 0)
		return false;
	if (name.s[0] == '~' && (name.n == 1 || name.s[1] == '/')) {
		struct str home = os_env("HOME");

		sb_add(&sb, home.n > 0 ? home : STR("~"));
		before = sb.n > 0 ? sb.s[sb.n - 1] : '\0';
		name = str_from(name, 1);
	}
	for (size_t i = 0; i < name.n; before = name.s[i++])
		if (name.s[i] != '/' || before != '/')
			sb_addc(&sb, name.s[i]);
	if (sb_keep(&sb, c->mem, &kept) != 0)
		return arg_error(c, "out of memory");
	return arg_store_str(c, kept, out);
}

const struct arg_type arg_type_str = {
	.size = sizeof(struct str),
	.parse = arg_parse_str,
};
const struct arg_type arg_type_raw = {
	.size = sizeof(struct str),
	.parse = arg_parse_raw,
};
const struct arg_type arg_type_word = {
	.size = sizeof(struct str),
	.parse = arg_parse_word,
};
const struct arg_type arg_type_keyword = {
	.size = sizeof(struct str),
	.parse = arg_parse_keyword,
};
const struct arg_type arg_type_filename = {
	.size = sizeof(struct str),
	.parse = arg_parse_filename,
};

bool
args_str(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	return args_read_owned(a, keyword, flags, &arg_type_str, out);
}

bool
args_raw(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	return args_read_owned(a, keyword, flags, &arg_type_raw, out);
}

bool
args_word(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	return args_read_owned(a, keyword, flags, &arg_type_word, out);
}

bool
args_keyword(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	return args_read_owned(a, keyword, flags, &arg_type_keyword, out);
}

bool
args_filename(
    struct args *a, const char *keyword, unsigned int flags, struct str *out)
{
	return args_read_owned(a, keyword, flags, &arg_type_filename, out);
}
