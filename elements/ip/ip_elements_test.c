/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_elements_test.c -- elements of ip/ in small configurations: what becomes
 * of a packet, byte by byte, and what the counters say.
 */
#include "test/run.h"
#include "test/tap.h"

/* One packet through a chain of elements: bytes in hexadecimal. */
struct passage {
	const char *name, *chain, *in, *out;
};

static const struct passage passages[] = {
	{ "DecIPTTL", "MarkIPHeader -> DecIPTTL",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "45000020000100003f1167ca0a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "FixIPSrc", "MarkIPHeader -> SetAnnoByte(19, 1) -> FixIPSrc(9.8.7.6)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401160bd090807060a00000204d20035000c11116162"
	    "6364" },
	{ "GetIPAddress by offset", "GetIPAddress(16) -> StoreIPAddress(12)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000020a00000204d20035000c11116162"
	    "6364" },
	{ "GetIPAddress of the header",
	    "MarkIPHeader(4) -> GetIPAddress(IP src) -> StoreIPAddress(0)",
	    "000000004500002000010000401166ca0a0000010a00000204d20035000c"
	    "111161626364",
	    "0a0000014500002000010000401166ca0a0000010a00000204d20035000c"
	    "111161626364" },
	{ "CheckIPHeader cuts", "CheckIPHeader -> GetIPAddress(0)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364000000",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "CheckIPHeader sets the annotation",
	    "CheckIPHeader -> StoreIPAddress(12)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000020a00000204d20035000c11116162"
	    "6364" },
	{ "IPEncap",
	    "CheckIPHeader -> IPEncap(ipip, 1.2.3.4, DST_ANNO, TTL 9, "
	    "DSCP 10, ECT true, DF true)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "452900340000400009046396010203040a00000245000020000100004011"
	    "66ca0a0000010a00000204d20035000c111161626364" },
	{ "IPGWOptions, record route", "MarkIPHeader -> IPGWOptions(9.8.7.6)",
	    "4700002800010000401159bb0a0000010a000002070704000000000004d2"
	    "0035000c111161626364",
	    "4700002800010000401147ab0a0000010a000002070708090807060004d2"
	    "0035000c111161626364" },
	{ "IPGWOptions, no time for others",
	    "MarkIPHeader -> IPGWOptions(9.8.7.6, 1.2.3.4)",
	    "4800002c00010000401116a80a0000010a000002440c0503010203050000"
	    "000004d20035000c111161626364",
	    "4800002c00010000401116a80a0000010a000002440c0503010203050000"
	    "000004d20035000c111161626364" },
	{ "IPInputCombo", "IPInputCombo(1) -> StoreIPAddress(12)",
	    "78787878787878787878787878784500002000010000401166ca0a000001"
	    "0a00000204d20035000c1111616263640000",
	    "4500002000010000401166ca0a0000020a00000204d20035000c11116162"
	    "6364" },
	{ "IPMirror, UDP", "MarkIPHeader -> IPMirror",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000020a000001003504d2000c11116162"
	    "6364" },
	{ "IPMirror, TCP", "MarkIPHeader -> IPMirror",
	    "4500002900010000400666cc0a0000010a00000203e80050000000640000"
	    "00c8501020002222000078",
	    "4500002900010000400666cc0a0000020a000001005003e8000000c80000"
	    "0064501020002222000078" },
	{ "MarkIPCE", "MarkIPHeader -> MarkIPCE",
	    "4501002000010000401166c90a0000010a00000204d20035000c11116162"
	    "6364",
	    "4503002000010000401166c70a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "SetIPAddress", "SetIPAddress(1.2.3.4) -> StoreIPAddress(12)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca010203040a00000204d20035000c11116162"
	    "6364" },
	{ "SetIPChecksum", "SetIPChecksum",
	    "450000200001000040117a7a0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "SetIPDSCP", "MarkIPHeader -> SetIPDSCP(46)",
	    "4501002000010000401166c90a0000010a00000204d20035000c11116162"
	    "6364",
	    "45b9002000010000401166110a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "SetIPECN", "MarkIPHeader -> SetIPECN(ce)",
	    "4508002000010000401166c20a0000010a00000204d20035000c11116162"
	    "6364",
	    "450b002000010000401166bf0a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "SetRandIPAddress",
	    "SetRandIPAddress(1.2.3.4/32) -> StoreIPAddress(12)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca010203040a00000204d20035000c11116162"
	    "6364" },
	{ "StoreIPAddress into the header",
	    "MarkIPHeader -> StoreIPAddress(1.2.3.4, dst)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "450000200001000040116cc60a0000010102030404d20035000c170d6162"
	    "6364" },
	{ "StripIPHeader", "MarkIPHeader -> StripIPHeader",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "04d20035000c111161626364" },
	{ "UnstripIPHeader", "MarkIPHeader -> StripIPHeader -> UnstripIPHeader",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364" },
	{ "TruncateIPPayload", "MarkIPHeader -> TruncateIPPayload(2)",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162" },
	{ "IPFragmenter, the first",
	    "MarkIPHeader -> IPFragmenter(36) -> IPFilter(allow ip[6:2] & "
	    "0x1fff = 0)",
	    "4500003200010000401166b80a0000010a00000204d20035001e11113031"
	    "32333435363738396162636465666768696a6b6c",
	    "4500002400012000401146c60a0000010a00000204d20035001e11113031"
	    "323334353637" },
	{ "IPFragmenter, the last",
	    "MarkIPHeader -> IPFragmenter(36) -> IPFilter(allow ip[6:2] & "
	    "0x2000 = 0)",
	    "4500003200010000401166b80a0000010a00000204d20035001e11113031"
	    "32333435363738396162636465666768696a6b6c",
	    "4500002200010002401166c60a0000010a00000238396162636465666768"
	    "696a6b6c" },
	{ "IPReassembler after IPFragmenter",
	    "MarkIPHeader -> IPFragmenter(36) -> IPReassembler",
	    "4500003200010000401166b80a0000010a00000204d20035001e11113031"
	    "32333435363738396162636465666768696a6b6c",
	    "4500003200010000401166b80a0000010a00000204d20035001e11113031"
	    "32333435363738396162636465666768696a6b6c" },
	{ "a trip through RFC2507Comp",
	    "CheckIPHeader -> RFC2507Comp -> RFC2507Decomp",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364",
	    "4500002000010000401166ca0a0000010a00000204d20035000c11116162"
	    "6364" },
};

/* Runs text and reads "c.count"; all packets must come home. */
static void
count_is(
    const char *text, const char *handler, const char *want, const char *name)
{
	struct trun t;

	if (ok(trun_start(&t, text) == 0, "%s: starts", name)) {
		trun_run(&t);
		is_cstr(trun_read(&t, handler), want, "%s: %s", name, handler);
	} else
		tap_note("%s", trun_log(&t));
	is_num(trun_stop(&t), 0, "%s: all packets are back", name);
}

static void
test_passage(const struct passage *p)
{
	struct strbuf sb = STRBUF_INIT;
	char length[24];

	sb_printf(&sb,
	    "InfiniteSource(DATA \\<%s>, LIMIT 1, STOP true) -> %s"
	    " -> f :: Classifier(0/%s, -); f[0] -> c :: Counter -> Discard;"
	    " f[1] -> Discard",
	    p->in, p->chain, p->out);
	snprintf(length, sizeof(length), "%zu", strlen(p->out) / 2);
	count_is(sb_cstr(&sb), "c.byte_count", length, p->name);
	sb_fini(&sb);
}

/* A good packet, UDP from 10.0.0.1 to 10.0.0.2 with four bytes. */
#define GOOD "4500002000010000401166ca0a0000010a00000204d20035000c111161626364"
#define SOURCE(hex, n)                                                         \
	"InfiniteSource(DATA \\<" hex ">, LIMIT " n ", STOP true)"

static const struct {
	const char *name, *text, *handler, *want;
} counts[] = {
	{ "CheckIPHeader, checksum",
	    SOURCE("4500002000010000401166cb0a0000010a000002"
	           "04d20035000c111161626364",
	        "3") " -> x :: CheckIPHeader -> c :: Counter -> Discard;"
	             " x[1] -> d :: Counter -> Discard",
	    "d.count", "3" },
	{ "CheckIPHeader, drops",
	    SOURCE("6500", "3") " -> x :: CheckIPHeader -> Discard", "x.drops",
	    "3" },
	{ "CheckIPHeader2 trusts checksums",
	    SOURCE("4500002000010000401166cb0a0000010a000002"
	           "04d20035000c111161626364",
	        "3") " -> CheckIPHeader2 -> c :: Counter -> Discard",
	    "c.count", "3" },
	{ "CheckIPHeader, source",
	    SOURCE(GOOD, "2") " -> x :: CheckIPHeader(BADSRC 10.0.0.1)"
	                      " -> Discard",
	    "x.drops", "2" },
	{ "CheckIPHeader, destination",
	    SOURCE(GOOD, "2") " -> x :: CheckIPHeader(BADSRC 10.0.0.1, "
	                      "GOODDST 10.0.0.2) -> Discard",
	    "x.drops", "0" },
	{ "CheckIPHeader, reasons",
	    SOURCE("4400002000010000401166ca0a0000010a000002",
	        "2") " -> x :: CheckIPHeader(DETAILS true) -> Discard",
	    "x.drop_details",
	    "0\ttiny packet\n0\tbad IP version\n2\tbad IP header length\n"
	    "0\tbad IP length\n0\tbad IP checksum\n0\tbad source address\n" },
	{ "DecIPTTL, expired",
	    SOURCE("450000200001000001116ca50a0000010a000002",
	        "2") " -> MarkIPHeader -> x :: DecIPTTL -> Discard",
	    "x.drops", "2" },
	{ "MarkIPHeader beyond the end",
	    SOURCE("45", "1") " -> MarkIPHeader(9) -> DecIPTTL"
	                      " -> c :: Counter -> Discard",
	    "c.count", "0" },
	{ "IPGWOptions, bad length",
	    SOURCE("4600001800000000401100000a0000010a00000207090000",
	        "2") " -> MarkIPHeader -> x :: IPGWOptions(1.2.3.4) -> Discard",
	    "x.drops", "2" },
	{ "IPInputCombo, drops",
	    SOURCE("0000", "2") " -> x :: IPInputCombo(1) -> Discard",
	    "x.drops", "2" },
	{ "MarkIPCE, not capable",
	    SOURCE(GOOD, "2") " -> MarkIPHeader -> x :: MarkIPCE -> Discard",
	    "x.drops", "2" },
	{ "SetIPChecksum, short",
	    SOURCE("4500", "2") " -> x :: SetIPChecksum -> Discard", "x.drops",
	    "2" },
	{ "StoreIPAddress, no room",
	    SOURCE("4500", "2") " -> x :: StoreIPAddress(1.2.3.4, 0)"
	                        " -> Discard; x[1] -> c :: Counter -> Discard",
	    "c.count", "2" },
	{ "IPFragmenter, don't",
	    SOURCE("4500002000014000401126ca0a0000010a000002"
	           "04d20035000c111161626364",
	        "2") " -> MarkIPHeader -> x :: IPFragmenter(28) -> Discard",
	    "x.drops", "2" },
	{ "IPFragmenter, data that begin behind the header",
	    SOURCE(GOOD, "2") " -> MarkIPHeader -> Strip(4)"
	                      " -> x :: IPFragmenter(8) -> c :: Counter"
	                      " -> Discard; x[1] -> c",
	    "c.count", "0" },
	{ "IPFragmenter, number",
	    SOURCE(GOOD, "2") " -> MarkIPHeader -> x :: IPFragmenter(28)"
	                      " -> c :: Counter -> Discard",
	    "c.count", "4" },
	{ "IPReassembler waits",
	    SOURCE("4500001c00012000401146ce0a0000010a000002"
	           "6162636461626364",
	        "2") " -> MarkIPHeader -> x :: IPReassembler"
	             " -> c :: Counter -> Discard",
	    "c.count", "0" },
	{ "IPReassembler, bad",
	    SOURCE("4500001b00012000401146ce0a0000010a000002"
	           "61626364616263",
	        "1") " -> MarkIPHeader -> x :: IPReassembler -> Discard",
	    "x.dump",
	    "frags seen total:    1\ngood reassemblies:   0\n"
	    "failed reassemblies: 0\nbad fragments seen:  1\n"
	    "cached chunk data:\n" },
	{ "IPReassembler, HIMEM",
	    SOURCE("4500001c00012000401146ce0a0000010a000002"
	           "6162636461626364",
	        "9") " -> SetIPAddress(0.0.0.0) -> MarkIPHeader"
	             " -> StoreIPAddress(1.2.3.4, src) -> x :: "
	             "IPReassembler(HIMEM 10)"
	             " -> Discard; x[1] -> c :: Counter -> Discard",
	    "c.count", "8" },
	{ "RIPSend",
	    "RIPSend(1.2.3.4, 1.2.3.255, 10.0.0.0/8, 3) -> CheckIPHeader"
	    " -> f :: Classifier(12/01020304010203ff02080208, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard;"
	    " DriverManager(wait 34s, stop)",
	    "c.byte_count", "104" },
	{ "LookupIPRoute",
	    SOURCE(GOOD, "3") " -> CheckIPHeader -> r :: LookupIPRoute("
	                      "10.0.0.0/8 0, 10.0.0.2/32 1.2.3.4 1);"
	                      " r[0] -> Discard; r[1] -> StoreIPAddress(16)"
	                      " -> Classifier(16/01020304)"
	                      " -> c :: Counter -> Discard",
	    "c.count", "3" },
	{ "LookupIPRouteMP",
	    SOURCE(GOOD, "3") " -> CheckIPHeader -> r :: LookupIPRouteMP("
	                      "10.0.0.0/8 0, 10.0.0.2 0, 10.0.0.2 1);"
	                      " r[0] -> Discard;"
	                      " r[1] -> c :: Counter -> Discard",
	    "c.count", "3" },
	{ "IPClassifier",
	    SOURCE(GOOD, "3") " -> CheckIPHeader -> f :: IPClassifier(tcp, "
	                      "udp port 53, -); f[0] -> Discard;"
	                      " f[1] -> c :: Counter -> Discard;"
	                      " f[2] -> Discard",
	    "c.count", "3" },
	{ "IPFilter",
	    SOURCE(GOOD, "3") " -> CheckIPHeader -> IPFilter(deny tcp, "
	                      "deny src 10.0.0.1) -> c :: Counter -> Discard",
	    "c.count", "0" },
	{ "IPFilter without a header",
	    SOURCE(GOOD, "3") " -> IPFilter(allow not ip vers 4)"
	                      " -> c :: Counter -> Discard",
	    "c.count", "3" },
	{ "IPRateMonitor",
	    SOURCE(GOOD, "3") " -> CheckIPHeader"
	                      " -> x :: IPRateMonitor(PACKETS, 1, 0)"
	                      " -> c :: Counter -> Discard",
	    "x.thresh", "0" },
};

/*
 * Two packets, one after the other, into the chain: its last Counter, c, must
 * have seen so many bytes.
 */
static void
test_two(const char *first, const char *second, const char *chain,
    const char *bytes, const char *name)
{
	struct strbuf sb = STRBUF_INIT;

	sb_printf(&sb,
	    "m :: MarkIPHeader -> %s -> Discard;"
	    " InfiniteSource(DATA \\<%s>, LIMIT 1) -> m;"
	    " b :: InfiniteSource(DATA \\<%s>, LIMIT 1, ACTIVE false) -> m;"
	    " Script(wait 1s, write b.active true, wait 1s, stop)",
	    chain, first, second);
	count_is(sb_cstr(&sb), "c.byte_count", bytes, name);
	sb_fini(&sb);
}

static void
test_pairs(void)
{
	static const char
	    tcp1[] = "4500002a00010000400666cb0a0000010a00000203e8005000000064"
	             "000000c850102000222200006162",
	    tcp2[] = "4500002c00020000400666c80a0000010a00000203e8005000000066"
	             "0000038450181f402222000063646566";
	static const char
	    part1[] = "4700002400072000401139b90a0000010a0000020707040000000000"
	              "4141414141414141",
	    part2[] = "4500001900070001401166ca0a0000010a0000024242424242";

	test_two(tcp1, tcp2, "CheckIPHeader -> RFC2507Comp -> c :: Counter",
	    "60", "RFC2507Comp: in full, then compressed");
	test_two(tcp1, tcp2,
	    "CheckIPHeader -> RFC2507Comp -> RFC2507Decomp -> CheckIPHeader"
	    " -> Classifier(0/"
	    "4500002c00020000400666c80a0000010a00000203e8005000000066"
	    "0000038450181f402222000063646566"
	    ") -> c :: Counter",
	    "44", "RFC2507Decomp restores the second");
	test_two(part2, part1,
	    "IPReassembler -> CheckIPHeader -> Classifier(0/"
	    "4700002900070000401159b40a0000010a0000020707040000000000"
	    "41414141414141414242424242"
	    ") -> c :: Counter",
	    "41", "the first fragment last, with options");
}

/* Out of each output comes its own. */
static void
test_output_combo(void)
{
	static const struct {
		const char *before, *hex, *handler, *name;
	} cases[] = {
		{ "", GOOD, "c0.count", "a good one" },
		{ "-> Paint(7)", GOOD, "c1.count", "a redirect" },
		{ "", "4600001800000000401100000a0000010a00000207090000",
		    "c2.count", "a bad option" },
		{ "", "450000140001000001116ca50a0000010a000002", "c3.count",
		    "an expired one" },
		{ "", GOOD "00000000000000000000000000000000000000000000",
		    "c4.count", "a long one" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		sb_printf(&sb,
		    "InfiniteSource(DATA \\<%s>, LIMIT 1, STOP true) %s"
		    " -> MarkIPHeader -> o :: IPOutputCombo(7, 1.2.3.4, 40);",
		    cases[i].hex, cases[i].before);
		for (int k = 0; k < 5; k++)
			sb_printf(
			    &sb, " o[%d] -> c%d :: Counter -> Discard;", k, k);
		count_is(sb_cstr(&sb), cases[i].handler, "1", cases[i].name);
		sb_fini(&sb);
	}
}

/* Rates: one address at 1000 packets a second is looked at closely. */
static void
test_rates(void)
{
	struct trun t;

	if (ok(trun_start(&t,
	           "RatedSource(DATA \\<" GOOD ">, RATE 1000, LIMIT 2000, "
	           "STOP true) -> CheckIPHeader"
	           " -> x :: IPRateMonitor(PACKETS, 1, 100) -> Discard") == 0,
	        "rates: starts")) {
		trun_run(&t);
		ok(strstr(trun_read(&t, "x.look"), "\n10\t9") != NULL,
		    "the rate of 10.*.*.*");
		ok(strstr(trun_read(&t, "x.look"), "\t\t\t10.0.0.1\t9") != NULL,
		    "and that of 10.0.0.1");
		ok(trun_write(&t, "x.reset", "") == 0, "a reset");
		ok(strstr(trun_read(&t, "x.look"), "10") == NULL,
		    "forgets all");
		ok(trun_write(&t, "x.memmax", "none") != 0, "a bad limit");
	}
	is_num(trun_stop(&t), 0, "rates: all packets are back");
}

/* Routes changed through handlers, all or nothing. */
static void
test_routes(void)
{
	struct trun t;

	if (ok(trun_start(&t, "Idle -> r :: RadixIPLookup(10.0.0.0/8 0, "
	                      "10.1.0.0/16 1.2.3.4 1); r[0] -> Discard;"
	                      " r[1] -> Discard") == 0,
	        "routes: starts")) {
		ok(trun_write(&t, "r.add", "10.0.0.0/8 1") != 0,
		    "no second route for a prefix");
		ok(trun_write(&t, "r.ctrl",
		       "add 20.0.0.0/8 1\nremove 10.1.0.0/16\n"
		       "set 10.0.0.0/8 5.6.7.8 1\nadd 10.0.0.0/8 0") != 0,
		    "a batch with a mistake");
		is_cstr(trun_read(&t, "r.table"),
		    "10.0.0.0/8\t\t-\t\t0\n10.1.0.0/16\t\t1.2.3.4\t\t1\n",
		    "changes nothing");
		ok(trun_write(&t, "r.flush", "") == 0, "a flush");
		is_cstr(trun_read(&t, "r.table"), "", "leaves nothing");
	}
	is_num(trun_stop(&t), 0, "routes: all packets are back");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(passages); i++)
		test_passage(&passages[i]);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		count_is(counts[i].text, counts[i].handler, counts[i].want,
		    counts[i].name);
	test_pairs();
	test_output_combo();
	test_rates();
	test_routes();
	return tap_done();
}
