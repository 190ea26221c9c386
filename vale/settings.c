/* SPDX-License-Identifier: BSD-3-Clause */
/* settings.c -- see settings.h. */
#include "vale/settings.h"

#include <string.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/err.h"
#include "vale/limit.h"
#include "vale/number.h"

void
settings_init(struct vale_settings *s)
{
	memset(s, 0, sizeof(*s));
	s->plain = true;
}

static int
settings_bad(
    struct str key, struct str value, const char *want, struct diag *why)
{
	return diag(why, ERR_INVAL, "%.*s=%.*s: not %s", STR_ARG(key),
	    STR_ARG(value), want);
}

static bool
vid_parse(struct str s, uint16_t *vid)
{
	uint64_t x;

	/* 0 means no VLAN and 4095 is reserved (802.1Q-2018, table 9-2). */
	if (!number_parse(s, VALE_VLANS - 2, &x) || x == 0)
		return false;
	*vid = (uint16_t)x;
	return true;
}

/* "10,20-29" into the bits of trunk. */
static bool
trunk_parse(struct str s, uint64_t *trunk)
{
	while (s.n > 0) {
		size_t comma = str_find(s, ',', 0);
		struct str item = str_sub(s, 0, comma);
		size_t dash = str_find(item, '-', 0);
		uint16_t from, to;

		if (!vid_parse(str_sub(item, 0, dash), &from))
			return false;
		to = from;
		if (dash < item.n && !vid_parse(str_from(item, dash + 1), &to))
			return false;
		if (to < from)
			return false;
		for (unsigned int v = from; v <= to; v++)
			trunk[v / 64] |= (uint64_t)1 << (v % 64);
		s = str_from(s, comma + 1);
	}
	return true;
}

static bool
vlan_parse(struct vale_settings *s, struct str v)
{
	size_t colon = str_find(v, ':', 0), slash;
	struct str mode = str_sub(v, 0, colon), rest = str_from(v, colon + 1);

	memset(s->trunk, 0, sizeof(s->trunk));
	s->vlan = 0;
	if (str_is(v, "off")) {
		s->vlan_mode = VLAN_OFF;
		return true;
	}
	if (str_is(mode, "access")) {
		s->vlan_mode = VLAN_ACCESS;
		return vid_parse(rest, &s->vlan);
	}
	if (!str_is(mode, "trunk") || rest.n == 0)
		return false;
	s->vlan_mode = VLAN_TRUNK;
	slash = str_find(rest, '/', 0);
	if (slash < rest.n && !vid_parse(str_from(rest, slash + 1), &s->vlan))
		return false;
	return trunk_parse(str_sub(rest, 0, slash), s->trunk);
}

static bool
macs_parse(struct vale_settings *s, struct str v)
{
	s->nmacs = 0;
	while (v.n > 0) {
		size_t comma = str_find(v, ',', 0);

		if (s->nmacs == SETTINGS_MACS ||
		    !ether_parse(str_sub(v, 0, comma), s->mac[s->nmacs]))
			return false;
		s->nmacs++;
		v = str_from(v, comma + 1);
	}
	return true;
}

bool
prefix_parse(struct str s, struct vale_prefix *p)
{
	size_t slash = str_find(s, '/', 0);
	struct str addr = str_sub(s, 0, slash);
	struct ip6_addr six;
	uint64_t length;
	uint32_t four;

	memset(p, 0, sizeof(*p));
	if (ip4_parse(addr, &four)) {
		memcpy(p->addr, &four, sizeof(four));
	} else if (ip6_parse(addr, &six)) {
		memcpy(p->addr, &six, sizeof(six));
		p->six = true;
	} else {
		return false;
	}
	length = p->six ? 128 : 32;
	if (slash < s.n &&
	    !number_parse(str_from(s, slash + 1), length, &length))
		return false;
	p->length = (uint8_t)length;
	return true;
}

bool
prefix_match(const struct vale_prefix *p, bool six, const uint8_t *addr)
{
	unsigned int bytes = p->length / 8, bits = p->length % 8;

	if (p->six != six || memcmp(p->addr, addr, bytes) != 0)
		return false;
	return bits == 0 || ((p->addr[bytes] ^ addr[bytes]) >> (8 - bits)) == 0;
}

static bool
prefixes_parse(struct vale_settings *s, struct str v)
{
	s->nprefixes = 0;
	while (v.n > 0) {
		size_t comma = str_find(v, ',', 0);

		if (s->nprefixes == SETTINGS_PREFIXES ||
		    !prefix_parse(
		        str_sub(v, 0, comma), &s->prefix[s->nprefixes]))
			return false;
		s->nprefixes++;
		v = str_from(v, comma + 1);
	}
	return true;
}

static bool
switch_parse(struct str v, bool *out)
{
	if (!str_is(v, "on") && !str_is(v, "off"))
		return false;
	*out = str_is(v, "on");
	return true;
}

struct settings_limit {
	const char *key;
	size_t offset;
};

static const struct settings_limit settings_limits[] = {
	{ "rx-pps", offsetof(struct vale_settings, rx_pps) },
	{ "rx-bps", offsetof(struct vale_settings, rx_bps) },
	{ "tx-pps", offsetof(struct vale_settings, tx_pps) },
	{ "tx-bps", offsetof(struct vale_settings, tx_bps) },
	{ "flood-pps", offsetof(struct vale_settings, flood_pps) },
};

static uint64_t *
settings_limit(struct vale_settings *s, struct str key)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings_limits); i++)
		if (str_is(key, settings_limits[i].key))
			return (uint64_t *)(void *)((char *)s +
			                            settings_limits[i].offset);
	return NULL;
}

static bool
limit_parse(struct str v, uint64_t *out)
{
	if (str_is(v, "off")) {
		*out = 0;
		return true;
	}
	return number_parse(v, LIMIT_RATE_MAX, out) && *out > 0;
}

/* key's value into s; a sentence about what it should be, or NULL: done. */
static const char *
settings_apply(struct vale_settings *s, struct str key, struct str v)
{
	uint64_t *limit = settings_limit(s, key);

	if (limit != NULL)
		return limit_parse(v, limit)
		           ? NULL
		           : "a rate such as 500, 10k, 2M, or off";
	if (str_is(key, "vlan"))
		return vlan_parse(s, v)
		           ? NULL
		           : "off, access:VID or trunk:VID[-VID],...[/VID]";
	if (str_is(key, "mac"))
		return macs_parse(s, v) ? NULL : "a list of up to 8 addresses";
	if (str_is(key, "ip"))
		return prefixes_parse(s, v) ? NULL
		                            : "a list of up to 16 prefixes";
	if (str_is(key, "guard"))
		return switch_parse(v, &s->guard) ? NULL : "on or off";
	if (str_is(key, "isolated"))
		return switch_parse(v, &s->isolated) ? NULL : "on or off";
	if (str_is(v, "off"))
		v.n = 0;
	return str_copy(v, s->mirror, sizeof(s->mirror)) ? NULL
	                                                 : "a port's name";
}

static bool
settings_known(struct str key)
{
	static const char *const keys[] = { "vlan", "mac", "ip", "guard",
		"isolated", "mirror" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (str_is(key, keys[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(settings_limits); i++)
		if (str_is(key, settings_limits[i].key))
			return true;
	return false;
}

int
settings_set(
    struct vale_settings *s, struct str key, struct str value, struct diag *why)
{
	struct vale_settings next = *s;
	const char *want;

	if (!settings_known(key))
		return diag(why, ERR_NOTFOUND,
		    "%.*s: no such setting (vlan, guard, mac, ip, isolated, "
		    "mirror, rx-pps, rx-bps, tx-pps, tx-bps, flood-pps)",
		    STR_ARG(key));
	want = settings_apply(&next, key, value);
	if (want != NULL)
		return settings_bad(key, value, want, why);
	next.plain = next.vlan_mode == VLAN_OFF && !next.guard &&
	             next.rx_pps == 0 && next.rx_bps == 0;
	*s = next;
	return 0;
}

/* ---- showing ---- */

static void
show_text(struct strbuf *out, const char *key)
{
	sb_printf(out, ", \"%s\": ", key);
}

static void
show_trunk(const struct vale_settings *s, struct strbuf *out)
{
	const char *comma = "";

	for (unsigned int v = 1; v < VALE_VLANS; v++) {
		unsigned int from = v;

		if (!settings_in_trunk(s, v))
			continue;
		while (v + 1 < VALE_VLANS && settings_in_trunk(s, v + 1))
			v++;
		sb_printf(out, from == v ? "%s%u" : "%s%u-%u", comma, from, v);
		comma = ",";
	}
	if (s->vlan != 0)
		sb_printf(out, "/%u", s->vlan);
}

static void
show_vlan(const struct vale_settings *s, struct strbuf *out)
{
	if (s->vlan_mode == VLAN_OFF)
		return;
	show_text(out, "vlan");
	if (s->vlan_mode == VLAN_ACCESS) {
		sb_printf(out, "\"access:%u\"", s->vlan);
		return;
	}
	sb_adds(out, "\"trunk:");
	show_trunk(s, out);
	sb_addc(out, '"');
}

static void
show_prefix(const struct vale_prefix *p, struct strbuf *out)
{
	struct ip6_addr six;
	uint32_t four;

	memcpy(&six, p->addr, sizeof(six));
	memcpy(&four, p->addr, sizeof(four));
	if (p->six)
		sb_ip6(out, &six);
	else
		sb_ip4(out, four);
	sb_printf(out, "/%u", p->length);
}

static void
show_addresses(const struct vale_settings *s, struct strbuf *out)
{
	if (s->nmacs > 0)
		show_text(out, "mac");
	for (unsigned int i = 0; i < s->nmacs; i++) {
		sb_addc(out, i == 0 ? '"' : ',');
		sb_ether_colon(out, s->mac[i]);
	}
	if (s->nmacs > 0)
		sb_addc(out, '"');
	if (s->nprefixes > 0)
		show_text(out, "ip");
	for (unsigned int i = 0; i < s->nprefixes; i++) {
		sb_addc(out, i == 0 ? '"' : ',');
		show_prefix(&s->prefix[i], out);
	}
	if (s->nprefixes > 0)
		sb_addc(out, '"');
}

void
settings_show(const struct vale_settings *s, struct strbuf *out)
{
	struct vale_settings copy = *s;

	show_vlan(s, out);
	if (s->guard)
		sb_adds(out, ", \"guard\": true");
	if (s->isolated)
		sb_adds(out, ", \"isolated\": true");
	show_addresses(s, out);
	for (size_t i = 0; i < ARRAY_SIZE(settings_limits); i++) {
		const char *key = settings_limits[i].key;
		uint64_t rate = *settings_limit(&copy, str_of(key));

		if (rate == 0)
			continue;
		show_text(out, key);
		sb_u64(out, rate);
	}
	if (s->mirror[0] != '\0')
		sb_printf(out, ", \"mirror\": \"%s\"", s->mirror);
}
