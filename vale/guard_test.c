/* SPDX-License-Identifier: BSD-3-Clause */
/* guard_test.c -- what a tenant may send, frame by frame in hexadecimal. */
#include "vale/guard.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "base/rand.h"
#include "test/tap.h"

#define BROAD  "ffffffffffff"
#define OWN    "020000000001"
#define ALIEN  "020000000002"
#define IP4    "0800450000200000000040110000"
#define DHCP   "0044004300080000"
#define OWN4   "0a000001"
#define ARP    "0806000108000604000"
#define OWN6   "20010db8000000000000000000000001"
#define OTHER6 "20010db8000000000000000000000002"
#define LOCAL6 "fe800000000000000000000000000001"
#define NONE6  "00000000000000000000000000000000"

static const struct {
	const char *name, *frame;
	enum vale_drop want;
} cases[] = {
	{ "another's source address", BROAD ALIEN IP4 OWN4 "0a000002",
	    DROP_GUARD_MAC },
	{ "IPv4 of its own", BROAD OWN IP4 OWN4 "0a000002" DHCP, DROP_NONE },
	{ "IPv4 of another", BROAD OWN IP4 "0a000002" OWN4 DHCP,
	    DROP_GUARD_IP },
	{ "a DHCP client", BROAD OWN IP4 "00000000ffffffff" DHCP, DROP_NONE },
	{ "0.0.0.0 otherwise", BROAD OWN IP4 "00000000ffffffff0044004400080000",
	    DROP_GUARD_IP },
	{ "IPv4 cut short", BROAD OWN "080045000014", DROP_GUARD },
	{ "ARP of its own", BROAD OWN ARP "1" OWN OWN4 "0000000000000a000002",
	    DROP_NONE },
	{ "an ARP probe",
	    BROAD OWN ARP "1" OWN "00000000"
	                  "0000000000000a000001",
	    DROP_NONE },
	{ "ARP in another's MAC",
	    BROAD OWN ARP "2" ALIEN OWN4 "0000000000000a000002",
	    DROP_GUARD_ARP },
	{ "ARP in another's IP",
	    BROAD OWN ARP "2" OWN "0a000002"
	                  "0000000000000a000002",
	    DROP_GUARD_ARP },
	{ "ARP cut short", BROAD OWN ARP "1" OWN, DROP_GUARD_ARP },
	{ "ARP of another kind",
	    BROAD OWN "0806000208000604"
	              "0001" OWN OWN4 "0000000000000a000002",
	    DROP_GUARD_ARP },
	{ "IPv6 of its own",
	    BROAD OWN "86dd6000000000083b40" OWN6 OTHER6 "0000000000000000",
	    DROP_NONE },
	{ "IPv6 of another",
	    BROAD OWN "86dd6000000000083b40" OTHER6 OWN6 "0000000000000000",
	    DROP_GUARD_IP },
	{ "link-local",
	    BROAD OWN "86dd6000000000083b40" LOCAL6 OWN6 "0000000000000000",
	    DROP_NONE },
	{ ":: otherwise",
	    BROAD OWN "86dd6000000000083b40" NONE6 OWN6 "0000000000000000",
	    DROP_GUARD_IP },
	{ "duplicate address detection",
	    BROAD OWN "86dd6000000000183aff" NONE6 OTHER6
	              "8700000000000000" OWN6,
	    DROP_NONE },
	{ "a solicitation",
	    BROAD OWN "86dd6000000000203aff" OWN6 OTHER6
	              "8700000000000000" OTHER6 "0101" OWN,
	    DROP_NONE },
	{ "a solicitation with another's MAC",
	    BROAD OWN "86dd6000000000203aff" OWN6 OTHER6
	              "8700000000000000" OTHER6 "0101" ALIEN,
	    DROP_GUARD_ARP },
	{ "an advertisement of its own",
	    BROAD OWN "86dd6000000000203aff" OWN6 OTHER6 "8800000000000000" OWN6
	              "0201" OWN,
	    DROP_NONE },
	{ "an advertisement of another's address",
	    BROAD OWN "86dd6000000000203aff" OWN6 OTHER6
	              "8800000000000000" OTHER6 "0201" OWN,
	    DROP_GUARD_ARP },
	{ "an advertisement that lies about its length",
	    BROAD OWN "86dd6000000000183aff" OWN6 OTHER6 "8800000000000000" OWN6
	              "0200" ALIEN,
	    DROP_NONE },
	{ "an option of no length",
	    BROAD OWN "86dd6000000000203aff" OWN6 OTHER6 "8800000000000000" OWN6
	              "0200" OWN,
	    DROP_GUARD_ARP },
	{ "a router advertisement",
	    BROAD OWN "86dd6000000000103aff" LOCAL6 OTHER6
	              "86000000000000000000000000000000",
	    DROP_GUARD },
	{ "one behind an extension header",
	    BROAD OWN "86dd60000000001800ff" LOCAL6 OTHER6 "3a00000000000000"
	              "86000000000000000000000000000000",
	    DROP_GUARD },
	{ "one out of sight behind a long one",
	    BROAD OWN "86dd60000000001800ff" LOCAL6 OTHER6 "3a40000000000000",
	    DROP_GUARD },
	{ "a later fragment",
	    BROAD OWN "86dd6000000000102cff" OWN6 OTHER6 "3a00010000000000"
	              "8600000000000000",
	    DROP_NONE },
	{ "another type", BROAD OWN "88cc", DROP_GUARD },
	{ "a VLAN tag", BROAD OWN "8100000a0800", DROP_GUARD },
};

static uint32_t
unhex(const char *s, uint8_t *out)
{
	uint32_t n = 0;

	for (; s[0] != '\0' && s[1] != '\0'; s += 2)
		out[n++] = (uint8_t)(char_hex(s[0]) * 16 + char_hex(s[1]));
	return n;
}

static void
settings(struct vale_settings *s)
{
	settings_init(s);
	settings_set(s, STR("guard"), STR("on"), NULL);
	settings_set(s, STR("mac"), STR("02:00:00:00:00:01"), NULL);
	settings_set(s, STR("ip"), STR("10.0.0.1,2001:db8::1"), NULL);
}

/* Whatever is sent, nothing is read beyond the bytes there are. */
static void
test_noise(const struct vale_settings *s)
{
	struct rand_state r;
	unsigned int passed = 0;

	rand_seed(&r, 1);
	for (int i = 0; i < 200000; i++) {
		uint32_t n = 14 + rand_below(&r, 115);
		uint8_t *f = malloc(n);

		for (uint32_t k = 0; k < n; k++)
			f[k] = (uint8_t)rand_u32(&r);
		memcpy(f + 6, s->mac[0], 6);
		f[12] = 0x86, f[13] = 0xdd;
		if (n > 20)
			f[14] = 0x60, f[20] = i & 1 ? 58 : 0;
		passed +=
		    guard_check(s, f, n, n + rand_below(&r, 2000)) == DROP_NONE;
		free(f);
	}
	is_num(passed, 0, "noise does not pass");
}

int
main(void)
{
	struct vale_settings s;
	uint8_t frame[256];

	settings(&s);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t n = unhex(cases[i].frame, frame);

		is_num(guard_check(&s, frame, n, n), cases[i].want, "%s",
		    cases[i].name);
	}
	s.nprefixes = 0;
	is_num(guard_check(&s, frame,
	           unhex(BROAD OWN IP4 "0a000002" OWN4 DHCP, frame), 42),
	    DROP_NONE, "without prefixes any IP address passes");
	s.nmacs = 0;
	is_num(guard_check(&s, frame, 42, 42), DROP_GUARD_MAC,
	    "without addresses nothing does");
	settings(&s);
	test_noise(&s);
	return tap_done();
}
