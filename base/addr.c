/* SPDX-License-Identifier: BSD-3-Clause */
/* addr.c -- Ethernet and IPv4 addresses as text; IPv6 is in addr6.c. */
#include "base/addr.h"

int
ip4_prefix_of(uint32_t mask)
{
	uint32_t host = ip4_host(mask);
	int prefix = host == 0 ? 0 : 32 - __builtin_ctz(host);

	return ip4_mask((unsigned int)prefix) == mask ? prefix : -1;
}

/* Cuts a decimal number 0..255 off *s, leading zeros allowed. */
static bool
ip4_part(struct str *s, unsigned char *part)
{
	unsigned int x = 0;
	size_t i;

	for (i = 0; i < s->n && char_digit(s->s[i]); i++) {
		x = x * 10 + (unsigned int)(s->s[i] - '0');
		if (x > 255)
			return false;
	}
	if (i == 0)
		return false;
	*part = (unsigned char)x;
	*s = str_from(*s, i);
	return true;
}

bool
ip4_parse(struct str s, uint32_t *addr)
{
	unsigned char parts[4];

	for (size_t i = 0; i < 4; i++) {
		if (i > 0) {
			if (s.n == 0 || s.s[0] != '.')
				return false;
			s = str_from(s, 1);
		}
		if (!ip4_part(&s, &parts[i]))
			return false;
	}
	if (s.n != 0)
		return false;
	memcpy(addr, parts, sizeof(*addr));
	return true;
}

void
sb_ip4(struct strbuf *sb, uint32_t addr)
{
	unsigned char parts[4];

	memcpy(parts, &addr, sizeof(parts));
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			sb_addc(sb, '.');
		sb_u64(sb, parts[i]);
	}
}

void
sb_ip4_prefix(struct strbuf *sb, uint32_t addr, uint32_t mask)
{
	int prefix = ip4_prefix_of(mask);

	sb_ip4(sb, addr);
	sb_addc(sb, '/');
	if (prefix >= 0)
		sb_u64(sb, (uint64_t)prefix);
	else
		sb_ip4(sb, mask);
}

/* Cuts one or two hexadecimal digits off *s. */
static bool
ether_part(struct str *s, uint8_t *part)
{
	int high, low;

	if (s->n == 0 || (high = char_hex(s->s[0])) < 0)
		return false;
	low = s->n > 1 ? char_hex(s->s[1]) : -1;
	*part = (uint8_t)(low < 0 ? high : high * 16 + low);
	*s = str_from(*s, low < 0 ? 1 : 2);
	return true;
}

bool
ether_parse(struct str s, uint8_t mac[static 6])
{
	uint8_t parts[6];
	char sep = '\0';

	for (size_t i = 0; i < 6; i++) {
		if (i == 1 && s.n > 0 && (s.s[0] == ':' || s.s[0] == '-'))
			sep = s.s[0];
		if (i > 0) {
			if (s.n == 0 || sep == '\0' || s.s[0] != sep)
				return false;
			s = str_from(s, 1);
		}
		if (!ether_part(&s, &parts[i]))
			return false;
	}
	if (s.n != 0)
		return false;
	memcpy(mac, parts, sizeof(parts));
	return true;
}

static void
sb_ether_digits(struct strbuf *sb, const uint8_t mac[static 6], char sep,
    const char *digits)
{
	char text[17];

	for (size_t i = 0; i < 6; i++) {
		if (i > 0)
			text[3 * i - 1] = sep;
		text[3 * i] = digits[mac[i] >> 4];
		text[3 * i + 1] = digits[mac[i] & 15];
	}
	sb_add(sb, str_make(text, sizeof(text)));
}

void
sb_ether(struct strbuf *sb, const uint8_t mac[static 6])
{
	sb_ether_digits(sb, mac, '-', "0123456789ABCDEF");
}

void
sb_ether_colon(struct strbuf *sb, const uint8_t mac[static 6])
{
	sb_ether_digits(sb, mac, ':', "0123456789abcdef");
}
