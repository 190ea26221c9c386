/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_arg.c -- a helper of the elements in ip/; see ip_arg.h. */
#include "elements/ip/ip_arg.h"

#include "click/conf.h"

static bool
ip_arg_parse(
    const struct arg_type *type, struct element *e, struct str text, void *out)
{
	struct arena mem = ARENA_INIT;
	struct errh silent;
	bool good;

	errh_silent_init(&silent);
	good = arg_parse(type, text, out, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	return good;
}

bool
ip_arg_ip4(struct element *e, struct str text, uint32_t *addr)
{
	return ip_arg_parse(&arg_type_ip4, e, text, addr);
}

bool
ip_arg_prefix(
    struct element *e, struct str text, bool bare, struct ip4_prefix *out)
{
	return ip_arg_parse(
	    bare ? &arg_type_ip4_prefix : &arg_type_ip4_net, e, text, out);
}

bool
ip_arg_int(struct str text, int32_t *x)
{
	bool overflow = false;
	int64_t wide;

	if (!conf_i64(text, 0, &wide, &overflow) || overflow ||
	    wide < INT32_MIN || wide > INT32_MAX)
		return false;
	*x = (int32_t)wide;
	return true;
}

static bool
ip_arg_list_parse(struct arg_ctx *c, const struct arg_type *type,
    struct str text, void *unused)
{
	struct ip4_list *out =
	    container_of((uintptr_t)type, struct ip4_list, type);
	struct str rest = text, word;
	uint32_t addr;

	(void)unused;
	out->n = 0;
	while ((word = conf_shift_space(&rest)).n > 0) {
		if (!ip_arg_ip4(c->e, word, &addr))
			return false;
		if (vec_push(out, addr) != 0)
			return arg_error(c, "out of memory");
	}
	return true;
}

bool
args_ip4_list(struct args *a, const char *keyword, unsigned int flags,
    struct ip4_list *out)
{
	out->type = (struct arg_type){ .size = 0, .parse = ip_arg_list_parse };
	return args_read(a, keyword, flags, &out->type, out);
}
