/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args_addr.c -- arguments that are IPv4 or Ethernet addresses, written out or
 * by a name that the element sees (nameinfo.h).
 *
 * A name may say after a colon which of its addresses is meant: "gw:ip",
 * "net1:bcast", "host:eth".
 */
#include "click/args_addr.h"

#include "click/args.h"
#include "click/conf.h"
#include "click/nameinfo.h"

static char
addr_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether s is word, in whatever case. */
static bool
addr_is(struct str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < s.n && i < n; i++)
		if (addr_lower(s.s[i]) != word[i])
			return false;
	return s.n == n;
}

bool
addr_cut_suffix(struct str *name, const char *const allowed[static 3])
{
	size_t colon = str_rfind(*name, ':');
	struct str suffix = str_from(*name, colon + 1);

	if (colon == name->n)
		return true;
	*name = str_sub(*name, 0, colon);
	for (size_t i = 0; i < 3 && allowed[i] != NULL; i++)
		if (addr_is(suffix, allowed[i]))
			return true;
	return false;
}

static bool
addr_name_prefix(
    const struct element *e, struct str name, struct ip4_prefix *out)
{
	static const char *const suffixes[3] = { "net", "ipnet", "ip4net" };
	uint32_t both[2];

	if (!addr_cut_suffix(&name, suffixes) ||
	    !name_query(NAME_IP4_PREFIX, e, name, both, sizeof(both)))
		return false;
	*out = (struct ip4_prefix){ both[0], both[1] };
	return true;
}

/* The first host of a named network is its gateway, unless told otherwise. */
static bool
addr_name_gateway(
    const struct element *e, struct str whole, struct str name, uint32_t *out)
{
	uint32_t both[2];

	if (name_query(NAME_IP4_ADDR, e, whole, out, sizeof(*out)))
		return true;
	if (!name_query(NAME_IP4_PREFIX, e, name, both, sizeof(both)))
		return false;
	*out = (both[0] & both[1]) | ip4_net(1);
	return true;
}

bool
addr_name_ip4(const struct element *e, struct str whole, uint32_t *out)
{
	size_t colon = str_rfind(whole, ':');
	struct str name = str_sub(whole, 0, colon);
	struct str suffix = str_from(whole, colon + 1);
	struct ip4_prefix net;

	if (addr_is(suffix, "gw"))
		return addr_name_gateway(e, whole, name, out);
	if (addr_is(suffix, "bcast")) {
		if (!addr_name_prefix(e, name, &net))
			return false;
		*out = net.addr | ~net.mask;
		return true;
	}
	if (colon < whole.n && !addr_is(suffix, "ip") &&
	    !addr_is(suffix, "ip4"))
		return false;
	return name_query(NAME_IP4_ADDR, e, name, out, sizeof(*out));
}

static bool
addr_ip4(const struct element *e, struct str text, uint32_t *out)
{
	return ip4_parse(text, out) || addr_name_ip4(e, text, out);
}

/* "10" as well as "10.0.0.0": the bytes left out are zeros. */
static bool
addr_ip4_partial(struct str text, uint32_t *addr, unsigned int *bytes)
{
	char padded[64];
	size_t n = text.n;

	*bytes = 1;
	if (!str_copy(text, padded, sizeof(padded) - 6))
		return false;
	for (size_t i = 0; i < text.n; i++)
		*bytes += text.s[i] == '.';
	for (unsigned int i = *bytes; i < 4; i++, n += 2)
		memcpy(padded + n, ".0", 2);
	return ip4_parse(str_make(padded, n), addr);
}

/* A mask that says more than the address did is a mistake: "10/16". */
static bool
addr_prefix_slash(const struct element *e, struct str before, struct str after,
    struct ip4_prefix *out)
{
	unsigned int bytes;
	uint32_t addr, mask;
	uint64_t length;
	bool overflow;

	if (!addr_ip4_partial(before, &addr, &bytes)) {
		if (e == NULL || !addr_name_ip4(e, before, &addr))
			return false;
		bytes = 4;
	}
	if (conf_u64(after, 10, &length, &overflow) && length <= 32)
		mask = ip4_mask((unsigned int)length);
	else if (!addr_ip4(e, after, &mask))
		return false;
	if ((mask & ip4_mask(bytes * 8)) != mask)
		return false;
	*out = (struct ip4_prefix){ addr, mask };
	return true;
}

static bool
addr_parse_ip4(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint32_t addr;

	(void)type;
	if (!addr_ip4(c->e, text, &addr))
		return false;
	memcpy(out, &addr, sizeof(addr));
	return true;
}

/* type->param: a bare address will do. */
static bool
addr_parse_ip4_prefix(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	size_t slash = str_rfind(text, '/');
	struct ip4_prefix p = { 0, ip4_mask(32) };

	if (!(slash > 0 && slash + 1 < text.n &&
	        addr_prefix_slash(c->e, str_sub(text, 0, slash),
	            str_from(text, slash + 1), &p)) &&
	    !(type->param != 0 && addr_ip4(c->e, text, &p.addr)) &&
	    !addr_name_prefix(c->e, text, &p))
		return false;
	memcpy(out, &p, sizeof(p));
	return true;
}

const struct arg_type arg_type_ip4 = {
	.size = sizeof(uint32_t),
	.parse = addr_parse_ip4,
};
const struct arg_type arg_type_ip4_prefix = {
	.size = sizeof(struct ip4_prefix),
	.parse = addr_parse_ip4_prefix,
	.param = 1,
};
const struct arg_type arg_type_ip4_net = {
	.size = sizeof(struct ip4_prefix),
	.parse = addr_parse_ip4_prefix,
};

static bool
addr_parse_ether(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	static const char *const suffixes[3] = { "eth", "ether", "ethernet" };

	(void)type;
	return ether_parse(text, out) ||
	       (addr_cut_suffix(&text, suffixes) &&
	           name_query(NAME_ETHER, c->e, text, out, 6));
}

const struct arg_type arg_type_ether = {
	.size = 6,
	.parse = addr_parse_ether,
};

bool
args_ether(struct args *a, const char *keyword, unsigned int flags,
    uint8_t out[static 6])
{
	return args_read(a, keyword, flags, &arg_type_ether, out);
}
