/* SPDX-License-Identifier: BSD-3-Clause */
/* args_addr6.c -- arguments that are IPv6 addresses and prefixes, or names. */
#include "click/args.h"
#include "click/args_addr.h"
#include "click/conf.h"
#include "click/nameinfo.h"

static bool
addr_name_ip6(const struct element *e, struct str name, struct ip6_addr *out)
{
	static const char *const suffixes[3] = { "ip6" };

	return addr_cut_suffix(&name, suffixes) &&
	       name_query(NAME_IP6_ADDR, e, name, out->b, sizeof(out->b));
}

/* An IPv4 address at its end may be a name, too. */
static bool
addr_ip6(const struct element *e, struct str text, struct ip6_addr *out)
{
	size_t colon = str_rfind(text, ':');
	struct strbuf sb = STRBUF_INIT;
	uint32_t tail;
	bool parsed;

	if (ip6_parse(text, out))
		return true;
	if (colon < text.n &&
	    addr_name_ip4(e, str_from(text, colon + 1), &tail)) {
		sb_add(&sb, str_sub(text, 0, colon + 1));
		sb_ip4(&sb, tail);
		parsed = ip6_parse(sb_str(&sb), out);
		sb_fini(&sb);
		if (parsed)
			return true;
	}
	return addr_name_ip6(e, text, out);
}

static bool
addr_name_prefix6(
    const struct element *e, struct str name, struct ip6_prefix *out)
{
	static const char *const suffixes[3] = { "ip6net" };
	struct {
		uint8_t addr[16];
		uint32_t len;
	} value;

	if (!addr_cut_suffix(&name, suffixes) ||
	    !name_query(NAME_IP6_PREFIX, e, name, &value, sizeof(value)))
		return false;
	memcpy(out->addr.b, value.addr, sizeof(value.addr));
	out->len = value.len;
	return true;
}

/* A length or a mask without holes. */
static bool
addr_ip6_length(const struct element *e, struct str text, unsigned int *len)
{
	struct ip6_addr mask;
	uint64_t length;
	bool overflow;
	int of_mask;

	if (conf_u64(text, 10, &length, &overflow) && length <= 128) {
		*len = (unsigned int)length;
		return true;
	}
	of_mask = addr_ip6(e, text, &mask) ? ip6_prefix_of(&mask) : -1;
	*len = (unsigned int)of_mask;
	return of_mask >= 0;
}

static bool
addr_parse_ip6(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct ip6_addr addr;

	(void)type;
	if (!addr_ip6(c->e, text, &addr))
		return false;
	memcpy(out, &addr, sizeof(addr));
	return true;
}

static bool
addr_parse_ip6_prefix(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	size_t slash = str_rfind(text, '/');
	struct ip6_prefix p = { .len = 128 };
	bool parsed;

	if (slash > 0 && slash + 1 < text.n &&
	    addr_ip6(c->e, str_sub(text, 0, slash), &p.addr))
		parsed =
		    addr_ip6_length(c->e, str_from(text, slash + 1), &p.len);
	else
		parsed = (type->param != 0 && addr_ip6(c->e, text, &p.addr)) ||
		         addr_name_prefix6(c->e, text, &p);
	if (parsed)
		memcpy(out, &p, sizeof(p));
	return parsed;
}

const struct arg_type arg_type_ip6 = {
	.size = sizeof(struct ip6_addr),
	.parse = addr_parse_ip6,
};
const struct arg_type arg_type_ip6_prefix = {
	.size = sizeof(struct ip6_prefix),
	.parse = addr_parse_ip6_prefix,
	.param = 1,
};
const struct arg_type arg_type_ip6_net = {
	.size = sizeof(struct ip6_prefix),
	.parse = addr_parse_ip6_prefix,
};
