/* SPDX-License-Identifier: BSD-3-Clause */
/* addr_test.c -- addresses and their texts, read and printed. */
#include "base/addr.h"

#include "test/tap.h"

/* NULL: does not parse; else what is printed again. */
static const struct {
	const char *text, *again;
} ip4_cases[] = {
	{ "18.26.4.9", "18.26.4.9" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "010.001.0.1", "10.1.0.1" },
	{ "256.0.0.1", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.", NULL },
	{ "1.2.3.4.", NULL },
	{ "1.2.3.4 ", NULL },
	{ "1..3.4", NULL },
	{ "", NULL },
	{ "99999999999.1.1.1", NULL },
};

static const struct {
	const char *text, *again;
} ether_cases[] = {
	{ "00:0a:95:9d:68:16", "00-0A-95-9D-68-16" },
	{ "0:A:95:9d:8:6", "00-0A-95-9D-08-06" },
	{ "00-0A-95-9D-68-16", "00-0A-95-9D-68-16" },
	{ "00-0A:95-9D-68-16", NULL },
	{ "00:0a:95:9d:68", NULL },
	{ "00:0a:95:9d:68:16:17", NULL },
	{ "000:0a:95:9d:68:16", NULL },
	{ "00:0a::95:9d:68", NULL },
	{ "00.0a.95.9d.68.16", NULL },
	{ "", NULL },
};

static const struct {
	const char *text, *again;
} ip6_cases[] = {
	{ "::", "::" },
	{ "::1", "::0.0.0.1" },
	{ "3ffe::a00:1", "3ffe::a00:1" },
	{ "3FFE:0:0:1::2", "3ffe:0:0:1::2" },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
	{ "1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8" },
	{ "1:0:0:4:5:0:0:8", "1::4:5:0:0:8" },
	{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
	{ "fe80::", "fe80::" },
	{ "::ffff:1.2.3.4", "::ffff:1.2.3.4" },
	{ "::1.2.3.4", "::1.2.3.4" },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
	{ "1::1.2.3.4", "1::102:304" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ "1:2:3:4:5:1.2.3.4", NULL },
	{ "1::2::3", NULL },
	{ "1:2:3:4:5:6:7:8::", NULL },
	{ ":1", NULL },
	{ "1:", NULL },
	{ ":", NULL },
	{ ":::", NULL },
	{ "12345::", NULL },
	{ "g::", NULL },
	{ "1.2.3.4", NULL },
	{ "", NULL },
};

static void
test_ip4(struct strbuf *sb)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip4_cases); i++) {
		uint32_t addr = 0x12345678;
		bool parsed = ip4_parse(str_of(ip4_cases[i].text), &addr);

		ok(parsed == (ip4_cases[i].again != NULL), "ip4 \"%s\"",
		    ip4_cases[i].text);
		if (!parsed && addr != 0x12345678)
			ok(false, "a failed parse wrote its result");
		if (!parsed)
			continue;
		sb_clear(sb);
		sb_ip4(sb, addr);
		is_str(sb_str(sb), str_of(ip4_cases[i].again), "printed again");
	}
}

static void
test_ether(struct strbuf *sb)
{
	static const uint8_t mac[6] = { 0xfe, 1, 0xab, 0, 9, 0x10 };

	for (size_t i = 0; i < ARRAY_SIZE(ether_cases); i++) {
		uint8_t got[6];
		bool parsed = ether_parse(str_of(ether_cases[i].text), got);

		ok(parsed == (ether_cases[i].again != NULL), "ether \"%s\"",
		    ether_cases[i].text);
		if (!parsed)
			continue;
		sb_clear(sb);
		sb_ether(sb, got);
		is_str(
		    sb_str(sb), str_of(ether_cases[i].again), "printed again");
	}
	sb_clear(sb);
	sb_ether_colon(sb, mac);
	is_str(sb_str(sb), STR("fe:01:ab:00:09:10"), "ether with colons");
}

static void
test_ip6(struct strbuf *sb)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip6_cases); i++) {
		struct ip6_addr a, b;
		bool parsed = ip6_parse(str_of(ip6_cases[i].text), &a);

		ok(parsed == (ip6_cases[i].again != NULL), "ip6 \"%s\"",
		    ip6_cases[i].text);
		if (!parsed)
			continue;
		sb_clear(sb);
		sb_ip6(sb, &a);
		is_str(sb_str(sb), str_of(ip6_cases[i].again), "printed again");
		ok(ip6_parse(sb_str(sb), &b) && memcmp(&a, &b, 16) == 0,
		    "and parsed again");
	}
}

static void
test_prefixes(struct strbuf *sb)
{
	unsigned int bad = 0;
	struct ip6_addr mask;

	for (unsigned int i = 0; i <= 32; i++)
		bad += ip4_prefix_of(ip4_mask(i)) != (int)i;
	for (unsigned int i = 0; i <= 128; i++) {
		mask = ip6_mask(i);
		bad += ip6_prefix_of(&mask) != (int)i;
	}
	is_num(bad, 0, "prefixes that do not come back from their masks");
	is_num(ip4_prefix_of(ip4_net(0xff00ff00)), -1, "a mask with a hole");
	mask = ip6_mask(64);
	mask.b[15] = 1;
	is_num(ip6_prefix_of(&mask), -1, "an IPv6 mask with a hole");
	is_hex(ip4_mask(9), ip4_net(0xff800000), "mask of /9");

	sb_clear(sb);
	sb_ip4_prefix(sb, ip4_net(0x121a0400), ip4_mask(24));
	sb_addc(sb, ' ');
	sb_ip4_prefix(sb, ip4_net(0x121a0400), ip4_net(0xff00ff00));
	is_str(sb_str(sb), STR("18.26.4.0/24 18.26.4.0/255.0.255.0"),
	    "addresses with masks");
}

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;

	test_ip4(&sb);
	test_ether(&sb);
	test_ip6(&sb);
	test_prefixes(&sb);
	sb_fini(&sb);
	return tap_done();
}
