/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * handler_data.c -- handlers straight onto a field, or onto an argument of the
 * configuration text.
 *
 * A data handler's user word is the field's address with the type in its top
 * byte, which no address of ours uses.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/stamp.h"
#include "click/args.h"
#include "click/conf.h"
#include "click/internal.h"

enum { TYPE_SHIFT = 56 };

static void *
data_field(uintptr_t user)
{
	return (void *)(user & (((uintptr_t)1 << TYPE_SHIFT) - 1));
}

static int
data_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	const void *field = data_field(user);
	struct strbuf *out = call->out;

	(void)e;
	switch ((enum data_handler)(user >> TYPE_SHIFT)) {
	case DATA_BOOL:
		sb_adds(out, *(const bool *)field ? "true" : "false");
		break;
	case DATA_U8:
		sb_u64(out, *(const uint8_t *)field);
		break;
	case DATA_U16:
		sb_u64(out, *(const uint16_t *)field);
		break;
	case DATA_I32:
		sb_i64(out, *(const int32_t *)field);
		break;
	case DATA_U32:
		sb_u64(out, *(const uint32_t *)field);
		break;
	case DATA_I64:
		sb_i64(out, *(const int64_t *)field);
		break;
	case DATA_U64:
		sb_u64(out, *(const uint64_t *)field);
		break;
	case DATA_DOUBLE:
		sb_double(out, *(const double *)field);
		break;
	case DATA_STR:
		sb_add(out, *(const struct str *)field);
		break;
	case DATA_IP4:
		sb_ip4(out, *(const uint32_t *)field);
		break;
	case DATA_ETHER:
		sb_ether(out, field);
		break;
	case DATA_STAMP:
		sb_stamp(out, *(const int64_t *)field);
		break;
	case DATA_BE16:
		sb_u64(out, get_be16(field));
		break;
	}
	return 0;
}

/* How the text of a write is parsed, and what is said when it does not. */
static const struct {
	const struct arg_type *type;
	const char *expected;
} data_types[] = {
	[DATA_BOOL] = { &arg_type_bool, "boolean" },
	[DATA_U8] = { &arg_type_u8, "uint8_t" },
	[DATA_U16] = { &arg_type_u16, "uint16_t" },
	[DATA_I32] = { &arg_type_i32, "integer" },
	[DATA_U32] = { &arg_type_u32, "integer" },
	[DATA_I64] = { &arg_type_i64, "integer" },
	[DATA_U64] = { &arg_type_u64, "integer" },
	[DATA_DOUBLE] = { &arg_type_double, "real number" },
	[DATA_STR] = { NULL, "string" },
	[DATA_IP4] = { &arg_type_ip4, "IP address" },
	[DATA_ETHER] = { &arg_type_ether, "Ethernet address" },
	[DATA_STAMP] = { &arg_type_stamp, "timestamp" },
	[DATA_BE16] = { &arg_type_u16, "uint16_t" },
};

static int
data_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	enum data_handler type = (enum data_handler)(user >> TYPE_SHIFT);
	void *field = data_field(user);
	struct arena mem = ARENA_INIT;
	struct errh silent;
	uint8_t value[16];
	bool good;

	if (type == DATA_STR)
		return str_set(field, call->text);
	errh_silent_init(&silent);
	good = arg_parse(
	    data_types[type].type, call->text, value, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	if (!good)
		return errh_error(
		    call->errh, "expected %s", data_types[type].expected);
	if (type == DATA_BE16)
		put_be16(field, get_u16(value));
	else
		memcpy(field, value, data_types[type].type->size);
	return 0;
}

void
handler_add_data(struct element *e, const char *name, unsigned int what,
    enum data_handler type, void *field)
{
	uintptr_t user = (uintptr_t)field | (uintptr_t)type << TYPE_SHIFT;
	unsigned int flags = what & ~(HANDLER_READ | HANDLER_WRITE);

	if ((what & HANDLER_READ) != 0)
		handler_add_read(e, name, data_read, user, flags);
	if ((what & HANDLER_WRITE) != 0)
		handler_add_write(e, name, data_write, user, flags);
}

/* ---- arguments of the configuration ---- */

/*
 * What names an argument: its position, its keyword, or both; lives in the
 * router's memory.
 */
struct arg_name {
	int position;       /* -1: by keyword only */
	struct str keyword; /* empty: by position only */
};

/* The argument that n means, or conf->n; the keyword wins. */
static size_t
arg_find(const struct strs *conf, const struct arg_name *n, struct str *value)
{
	for (size_t i = conf->n; n->keyword.n > 0 && i-- > 0;) {
		struct str rest = conf->v[i];

		if (!str_eq(conf_shift_space(&rest), n->keyword))
			continue;
		*value = rest;
		return i;
	}
	if (n->position >= 0 && (size_t)n->position < conf->n) {
		*value = conf->v[n->position];
		return (size_t)n->position;
	}
	return conf->n;
}

static int
arg_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct arg_name *n = (const struct arg_name *)user;
	struct arena mem = ARENA_INIT;
	struct strs conf = VEC_INIT;
	struct str value;
	int err = conf_split(e->config, &mem, &conf);

	if (err == 0 && arg_find(&conf, n, &value) < conf.n)
		sb_add(call->out, value);
	vec_fini(&conf);
	arena_fini(&mem);
	return err;
}

/* Takes every "KEYWORD value" out of conf; true if there was one. */
static bool
arg_remove(struct strs *conf, struct str keyword)
{
	size_t kept = 0, n = conf->n;

	for (size_t i = 0; i < n; i++) {
		struct str rest = conf->v[i];

		if (keyword.n == 0 || !str_eq(conf_shift_space(&rest), keyword))
			conf->v[kept++] = conf->v[i];
	}
	conf->n = kept;
	return kept < n;
}

/*
 * conf with n's argument replaced by (or gaining) the text: one given by
 * position stays there, others become "KEYWORD text" at the end.
 */
static int
arg_replace(struct strs *conf, struct arena *mem, const struct arg_name *n,
    struct str text, struct errh *errh)
{
	bool removed = arg_remove(conf, n->keyword);
	struct str given;

	if (!removed && n->position >= 0 && (size_t)n->position < conf->n) {
		conf->v[n->position] = text;
		return 0;
	}
	if (n->keyword.n == 0)
		return errh_error(errh, "missing mandatory arguments");
	given =
	    arena_printf(mem, "%.*s %.*s", STR_ARG(n->keyword), STR_ARG(text));
	return given.s == NULL ? ERR_NOMEM : vec_push(conf, given);
}

static int
arg_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct arg_name *n = (const struct arg_name *)user;
	struct strbuf text = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct strs conf = VEC_INIT;
	char name[256];
	int err;

	if ((e->class->flags & ELEMENT_LIVE) == 0)
		return errh_error(call->errh, "cannot reconfigure %.*s live",
		    STR_ARG(element_declaration(e, name)));
	err = conf_split(e->config, &mem, &conf);
	if (err == 0)
		err = arg_replace(&conf, &mem, n, call->text, call->errh);
	if (err == 0) {
		conf_join(&text, &conf);
		err = text.oom
		          ? ERR_NOMEM
		          : element_reconfigure(e, sb_str(&text), call->errh);
	}
	sb_fini(&text);
	vec_fini(&conf);
	arena_fini(&mem);
	return err;
}

static const struct arg_name *
arg_name_new(struct element *e, int position, const char *keyword)
{
	struct arg_name *n = arena_alloc(&e->router->graph.mem, sizeof(*n));

	if (n == NULL) {
		e->router->out_of_memory = true;
		return NULL;
	}
	n->position = position;
	n->keyword = str_of(keyword);
	return n;
}

void
handler_add_arg(
    struct element *e, const char *name, int position, const char *keyword)
{
	const struct arg_name *n = arg_name_new(e, position, keyword);

	if (n != NULL)
		handler_add_read(e, name, arg_read, (uintptr_t)n, 0);
}

void
handler_add_rewrite_arg(
    struct element *e, const char *name, int position, const char *keyword)
{
	const struct arg_name *n = arg_name_new(e, position, keyword);

	if (n != NULL)
		handler_add_write(e, name, arg_write, (uintptr_t)n, 0);
}
