/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_name.c -- domain names; see dns_message.h. */
#include "base/hash.h"
#include "elements/dns/dns_message.h"

/* Lengths of labels are below 64, no letters: all bytes may be folded. */
static inline uint8_t
dns_lower(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

static bool
dns_bytes_equal(const uint8_t *a, const uint8_t *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (dns_lower(a[i]) != dns_lower(b[i]))
			return false;
	return true;
}

bool
dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->n == b->n && dns_bytes_equal(a->b, b->b, a->n);
}

uint64_t
dns_name_hash(const struct dns_name *name, uint64_t seed)
{
	uint8_t lower[DNS_NAME_MAX];

	for (uint32_t i = 0; i < name->n; i++)
		lower[i] = dns_lower(name->b[i]);
	return hash_bytes(lower, name->n, seed);
}

bool
dns_name_parent(const struct dns_name *name, struct dns_name *parent)
{
	uint32_t skip = name->b[0] + 1u;

	if (name->n <= 1)
		return false;
	/* parent may be name. */
	memmove(parent->b, name->b + skip, name->n - skip);
	parent->n = (uint8_t)(name->n - skip);
	return true;
}

bool
dns_name_within(const struct dns_name *name, const struct dns_name *zone)
{
	uint32_t at = 0;

	if (name->n < zone->n)
		return false;
	while (name->n - at > zone->n)
		at += name->b[at] + 1u;
	return name->n - at == zone->n &&
	       dns_bytes_equal(name->b + at, zone->b, zone->n);
}

/* \DDD or \c, s.s[*i] being the backslash; -1: neither. */
static int
dns_escape(struct str s, size_t *i)
{
	int x = 0;

	if (*i + 1 >= s.n)
		return -1;
	if (!char_digit(s.s[*i + 1]))
		return (uint8_t)s.s[++*i];
	if (*i + 3 >= s.n)
		return -1;
	for (int k = 1; k <= 3; k++) {
		if (!char_digit(s.s[*i + (size_t)k]))
			return -1;
		x = x * 10 + (s.s[*i + (size_t)k] - '0');
	}
	*i += 3;
	return x > 255 ? -1 : x;
}

bool
dns_name_parse(
    struct str text, const struct dns_name *origin, struct dns_name *name)
{
	struct dns_name out = { .n = 1 };
	uint32_t label = 0; /* where its length stands */

	if (str_is(text, "@")) {
		*name = *origin;
		return true;
	}
	out.b[0] = 0;
	if (str_is(text, ".")) {
		*name = out;
		return true;
	}
	for (size_t i = 0; i < text.n; i++) {
		int c = (uint8_t)text.s[i];

		if (c == '.') {
			if (out.b[label] == 0 || out.n == DNS_NAME_MAX)
				return false;
			label = out.n;
			out.b[out.n++] = 0;
			continue;
		}
		if (c == '\\')
			c = dns_escape(text, &i);
		if (c < 0 || out.b[label] == DNS_LABEL_MAX ||
		    out.n == DNS_NAME_MAX)
			return false;
		out.b[label]++;
		out.b[out.n++] = (uint8_t)c;
	}
	if (text.n == 0)
		return false;
	if (out.b[label] != 0) { /* no final dot */
		if (out.n + origin->n > DNS_NAME_MAX)
			return false;
		memcpy(out.b + out.n, origin->b, origin->n);
		out.n = (uint8_t)(out.n + origin->n);
	}
	*name = out;
	return true;
}

void
sb_dns_name(struct strbuf *sb, const struct dns_name *name)
{
	if (name->n <= 1)
		sb_addc(sb, '.');
	for (uint32_t at = 0; at < name->n && name->b[at] != 0;) {
		uint32_t end = at + 1 + name->b[at];

		for (at++; at < end; at++) {
			char c = (char)name->b[at];

			if (c == '.' || c == '\\')
				sb_addc(sb, '\\');
			if (c > ' ' && c < 0x7f)
				sb_addc(sb, c);
			else
				sb_printf(sb, "\\%03u", name->b[at]);
		}
		sb_addc(sb, '.');
	}
}
