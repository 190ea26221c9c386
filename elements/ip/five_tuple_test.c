/* SPDX-License-Identifier: BSD-3-Clause */
/* five_tuple_test.c -- the flows of packets, table-driven. */
#include "elements/ip/five_tuple.h"

#include "test/net.h"

#define A6 "fe800000000000000000000000000001"
#define B6 "fe800000000000000000000000000255"

static const struct {
	const char *name, *hex, *want; /* NULL: no packet */
	bool fragment, first;
	uint32_t l4_length;
} cases[] = {
	{ "UDP",
	    "4500002000010000401166ca0a0000010a000002"
	    "04d20035000c111161626364",
	    "udp 10.0.0.1:1234 > 10.0.0.2:53", false, true, 12 },
	{ "padding is no payload",
	    "4500001c00010000401166ca0a0000010a000002"
	    "04d200350008111161626364",
	    "udp 10.0.0.1:1234 > 10.0.0.2:53", false, true, 8 },
	{ "options",
	    "4600002000010000400666ca0a0000010a000002"
	    "0101010004d20035000c1111",
	    "tcp 10.0.0.1:1234 > 10.0.0.2:53", false, true, 8 },
	{ "a later fragment has no ports",
	    "4500002000010001401166ca0a0000010a000002"
	    "04d20035000c111161626364",
	    "udp 10.0.0.1:0 > 10.0.0.2:0", true, false, 12 },
	{ "the first fragment",
	    "4500002000012000401166ca0a0000010a000002"
	    "04d20035000c111161626364",
	    "udp 10.0.0.1:1234 > 10.0.0.2:53", true, true, 12 },
	{ "no room for ports", "4500001600010000401166ca0a0000010a00000204d2",
	    "udp 10.0.0.1:0 > 10.0.0.2:0", false, true, 2 },
	{ "ICMP has none",
	    "4500001c00010000400166ca0a0000010a0000020800111122223333",
	    "icmp 10.0.0.1:0 > 10.0.0.2:0", false, true, 8 },
	{ "IPv6", "600000000008 1140" A6 B6 "04d2003500080000",
	    "udp [fe80::1]:1234 > [fe80::255]:53", false, true, 8 },
	{ "IPv6, ICMP", "600000000004 3a40" A6 B6 "80000000",
	    "icmp6 [fe80::1]:0 > [fe80::255]:0", false, true, 4 },
	{ "IPv6, all kinds of extensions",
	    "600000000034 0040" A6 B6 "2b00000000000000 3c00000000000000"
	    "3300000000000000 870100000000000000000000"
	    "1100000000000000 04d2003500080000",
	    "udp [fe80::1]:1234 > [fe80::255]:53", false, true, 8 },
	{ "IPv6, a chain",
	    "600000000028 0040" A6 B6 "2b00000000000000 3c00000000000000"
	    "3300000000000000 0600000000000000 04d2003500080000",
	    "tcp [fe80::1]:1234 > [fe80::255]:53", false, true, 8 },
	{ "IPv6, a fragment's first",
	    "600000000010 2c40" A6 B6 "1100000100000000 04d2003500080000",
	    "udp [fe80::1]:1234 > [fe80::255]:53", true, true, 8 },
	{ "IPv6, a later fragment",
	    "600000000010 2c40" A6 B6 "1100000800000000 04d2003500080000",
	    "udp [fe80::1]:0 > [fe80::255]:0", true, false, 8 },
	{ "IPv6, an atomic fragment",
	    "600000000010 2c40" A6 B6 "1100000000000000 04d2003500080000",
	    "udp [fe80::1]:1234 > [fe80::255]:53", false, true, 8 },
	{ "IPv6, an extension beyond the end",
	    "600000000010 0040" A6 B6 "1102000000000000 04d2003500080000", NULL,
	    false, false, 0 },
	{ "IPv6, half an extension", "600000000004 0040" A6 B6 "11000000", NULL,
	    false, false, 0 },
	{ "IPv6, too many extensions",
	    "600000000050 0040" A6 B6 "0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "0000000000000000 0000000000000000 0000000000000000"
	    "1100000000000000 04d2003500080000",
	    NULL, false, false, 0 },
	{ "nothing", "", NULL, false, false, 0 },
	{ "another version", "5500", NULL, false, false, 0 },
	{ "a short IPv4 header", "4500002000010000401166ca0a000001", NULL,
	    false, false, 0 },
	{ "options beyond the end", "4600002000010000400666ca0a0000010a000002",
	    NULL, false, false, 0 },
	{ "a header length of 16", "4400002000010000400666ca0a0000010a000002",
	    NULL, false, false, 0 },
	{ "a length below the header's",
	    "4500001300010000400666ca0a0000010a000002", NULL, false, false, 0 },
	{ "a short IPv6 header", "600000000010 2c40" A6, NULL, false, false,
	    0 },
};

static void
test_read(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name = cases[i].name;
		struct strbuf sb = STRBUF_INIT;
		uint8_t bytes[256], *exact;
		uint32_t n = net_bytes(cases[i].hex, bytes, sizeof(bytes));
		struct five_packet f;
		bool good;

		/* On the heap: a byte too many is seen. */
		exact = malloc(n + 1);
		memcpy(exact, bytes, n);
		good = five_tuple_read(exact, n, &f);
		free(exact);
		if (ok(good == (cases[i].want != NULL), "%s: %s", name,
		        cases[i].want == NULL ? "is none" : "is read") &&
		    good) {
			five_tuple_print(&f.id, &sb);
			is_str(sb_str(&sb), str_of(cases[i].want), "%s", name);
			is_num(f.fragment, cases[i].fragment, "%s: fragment",
			    name);
			is_num(f.first, cases[i].first, "%s: first", name);
			is_num(f.l4_length, cases[i].l4_length,
			    "%s: bytes of transport", name);
		}
		sb_fini(&sb);
	}
}

static const struct {
	const char *text, *want; /* NULL: a mistake */
} texts[] = {
	{ "1.2.3.4 5.6.7.8 udp 1 2", "udp 1.2.3.4:1 > 5.6.7.8:2" },
	{ " 1.2.3.4  5.6.7.8 ", "0 1.2.3.4:0 > 5.6.7.8:0" },
	{ "fe80::1 fe80::2 6 80 8080", "tcp [fe80::1]:80 > [fe80::2]:8080" },
	{ "1.2.3.4 fe80::2", NULL },
	{ "1.2.3.4", NULL },
	{ "1.2.3.4 5.6.7.8 udp", NULL },
	{ "1.2.3.4 5.6.7.8 udp 1", NULL },
	{ "1.2.3.4 5.6.7.8 udp 1 65536", NULL },
	{ "1.2.3.4 5.6.7.8 udp 1 2 3", NULL },
};

static void
test_text(void)
{
	struct trun t;

	ok(trun_start(&t, "Idle -> Discard") == 0, "texts: starts");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct strbuf sb = STRBUF_INIT;
		struct five_tuple id, back;
		struct flow_key key[2];
		bool good = five_tuple_parse(
		    t.r->elements[0], str_of(texts[i].text), &id);

		if (ok(good == (texts[i].want != NULL), "'%s'",
		        texts[i].text) &&
		    good) {
			five_tuple_print(&id, &sb);
			is_str(sb_str(&sb), str_of(texts[i].want), "'%s'",
			    texts[i].text);
			five_tuple_reverse(&id, &back);
			ok(!five_tuple_equal(&id, &back), "another backwards");
			five_tuple_key(&id, 1, &key[0]);
			five_tuple_key(&back, 1, &key[1]);
			ok(!flow_key_equal(&key[0], &key[1]), "another key");
			five_tuple_reverse(&back, &back);
			ok(five_tuple_equal(&id, &back), "the same again");
		}
		sb_fini(&sb);
	}
	is_num(trun_stop(&t), 0, "texts: done");
}

int
main(void)
{
	test_read();
	test_text();
	return tap_done();
}
