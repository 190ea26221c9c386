/* SPDX-License-Identifier: BSD-3-Clause */
/* addr6.c -- IPv6 addresses as text (RFC 4291, 2.2; RFC 5952). */
#include "base/addr.h"
#include "base/bytes.h"

/* What has been read of an address: groups of 16 bits around one "::". */
struct ip6_text {
	uint16_t group[8];
	size_t n;   /* groups read */
	size_t gap; /* groups before the "::", or NO_GAP */
};
static const size_t NO_GAP = 9;

/* Cuts one to four hexadecimal digits off *s. */
static bool
ip6_group(struct str *s, uint16_t *group)
{
	unsigned int x = 0;
	size_t i;

	for (i = 0; i < s->n && char_hex(s->s[i]) >= 0; i++) {
		if (i == 4)
			return false;
		x = x << 4 | (unsigned int)char_hex(s->s[i]);
	}
	if (i == 0)
		return false;
	*group = (uint16_t)x;
	*s = str_from(*s, i);
	return true;
}

/* The whole of s as a dotted IPv4 address: two groups. */
static bool
ip6_dotted(struct ip6_text *t, struct str s)
{
	uint32_t addr;

	if (t->n > 6 || !ip4_parse(s, &addr))
		return false;
	t->group[t->n++] = (uint16_t)(ip4_host(addr) >> 16);
	t->group[t->n++] = (uint16_t)ip4_host(addr);
	return true;
}

/* Cuts ":" or "::" off *s; false when neither may stand here. */
static bool
ip6_colon(struct ip6_text *t, struct str *s)
{
	if (str_starts(*s, STR("::"))) {
		if (t->gap != NO_GAP)
			return false;
		t->gap = t->n;
		*s = str_from(*s, 2);
		return true;
	}
	if (t->n == 0)
		return true;
	if (s->s[0] != ':' || s->n == 1)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool
ip6_read(struct ip6_text *t, struct str s)
{
	while (s.n > 0) {
		if (!ip6_colon(t, &s))
			return false;
		if (s.n == 0)
			break;
		if (str_find(s, ':', 0) == s.n && str_find(s, '.', 0) < s.n)
			return ip6_dotted(t, s);
		if (t->n == 8 || !ip6_group(&s, &t->group[t->n]))
			return false;
		t->n++;
	}
	return true;
}

bool
ip6_parse(struct str s, struct ip6_addr *addr)
{
	struct ip6_text t = { .n = 0, .gap = NO_GAP };
	struct ip6_addr a = { { 0 } };
	size_t zeros;

	if (!ip6_read(&t, s) || (t.gap == NO_GAP && t.n != 8) ||
	    (t.gap != NO_GAP && t.n == 8))
		return false;
	zeros = 8 - t.n;
	for (size_t i = 0; i < t.n; i++)
		put_be16(a.b + 2 * (i < t.gap ? i : i + zeros), t.group[i]);
	*addr = a;
	return true;
}

/* ::a.b.c.d and ::ffff:a.b.c.d, where an IPv4 address is inside. */
static bool
sb_ip6_dotted(struct strbuf *sb, const struct ip6_addr *addr)
{
	uint32_t third = get_be32(addr->b + 8), fourth = get_u32(addr->b + 12);

	if (get_be64(addr->b) != 0 || (third != 0 && third != 0xffff) ||
	    (third == 0 && fourth == 0))
		return false;
	sb_adds(sb, third == 0 ? "::" : "::ffff:");
	sb_ip4(sb, fourth);
	return true;
}

void
sb_ip6(struct strbuf *sb, const struct ip6_addr *addr)
{
	size_t at = 0, length = 1, run = 0; /* only two zeros are shortened */

	if (sb_ip6_dotted(sb, addr))
		return;
	for (size_t i = 0; i < 8; i++) {
		run = get_be16(addr->b + 2 * i) == 0 ? run + 1 : 0;
		if (run > length) {
			length = run;
			at = i + 1 - run;
		}
	}
	for (size_t i = 0; i < 8; i++) {
		if (i == at && length > 1) {
			sb_adds(sb, i + length == 8 ? "::" : ":");
			i += length - 1;
			continue;
		}
		sb_printf(sb, i > 0 ? ":%x" : "%x", get_be16(addr->b + 2 * i));
	}
}

struct ip6_addr
ip6_mask(unsigned int prefix)
{
	struct ip6_addr mask = { { 0 } };

	for (unsigned int i = 0; i < 16 && prefix > 8 * i; i++)
		mask.b[i] = prefix >= 8 * i + 8
		                ? 0xff
		                : (uint8_t)(0xff00 >> (prefix - 8 * i));
	return mask;
}

int
ip6_prefix_of(const struct ip6_addr *mask)
{
	unsigned int prefix = 0;
	struct ip6_addr want;

	while (
	    prefix < 128 && (mask->b[prefix / 8] & (0x80 >> (prefix % 8))) != 0)
		prefix++;
	want = ip6_mask(prefix);
	return memcmp(want.b, mask->b, sizeof(want.b)) == 0 ? (int)prefix : -1;
}
