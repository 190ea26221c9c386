/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_name.c -- domain names; see dns_message.h. */
#include "base/hash.h"
#include "elements/dns/dns_message.h"

/*
 * Letters made small, eight bytes at once: the top bit of a byte of `from` says
 * that it is 'A' or above, of `beyond` that it is above 'Z'.  Lengths of labels
 * are below 64, no letters: all bytes of a name may be folded.
 */
static inline uint64_t
dns_lower8(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u, top = 0x80 * ones;
	uint64_t low = w & ~top;
	uint64_t from = low + (0x80 - 'A') * ones;
	uint64_t beyond = low + (0x80 - 'Z' - 1) * ones;

	return w | (from & ~beyond & ~w & top) >> 2;
}

/* The n < 8 bytes at p, zeros behind them. */
static inline uint64_t
dns_few(const uint8_t *p, uint32_t n)
{
	uint64_t w = 0;

	for (uint32_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << 8 * i;
	return w;
}

bool
dns_bytes_equal(const uint8_t *a, const uint8_t *b, uint32_t n)
{
	if (n < 8)
		return dns_lower8(dns_few(a, n)) == dns_lower8(dns_few(b, n));
	for (uint32_t i = 0; i + 8 < n; i += 8)
		if (dns_lower8(get_u64(a + i)) != dns_lower8(get_u64(b + i)))
			return false;
	/* The last eight may overlap those before. */
	return dns_lower8(get_u64(a + n - 8)) == dns_lower8(get_u64(b + n - 8));
}

bool
dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->n == b->n && dns_bytes_equal(a->b, b->b, a->n);
}

uint64_t
dns_bytes_hash(const uint8_t *name, uint32_t n, uint64_t seed)
{
	uint64_t h = seed ^ n;

	if (n < 8)
		return hash_u64(dns_lower8(dns_few(name, n)), h);
	for (uint32_t i = 0; i + 8 < n; i += 8)
		h = hash_u64(dns_lower8(get_u64(name + i)), h);
	return hash_u64(dns_lower8(get_u64(name + n - 8)), h);
}

uint64_t
dns_name_hash(const struct dns_name *name, uint64_t seed)
{
	return dns_bytes_hash(name->b, name->n, seed);
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
