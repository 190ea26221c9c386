/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analysis_elements_test.c -- elements of analysis/ in small configurations,
 * and tables of many aggregates and flows against models.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/csum.h"
#include "elements/analysis/agg_flows.h"
#include "elements/analysis/agg_table.h"
#include "elements/analysis/ipsum.h"
#include "elements/ip/ip_header.h"
#include "test/run.h"
#include "test/tap.h"

/* ---- configurations: what handlers say at the end ---- */

/* Packets that are made of lines. */
#define SUM(lines)                                                             \
	"FromIPSummaryDump(STOP true, DATA '!data timestamp ip_src ip_dst "    \
	"sport dport ip_proto tcp_flags ip_id ip_fragoff aggregate\n" lines    \
	"')"

static const struct {
	const char *name, *config, *handler, *want;
} cases[] = {
	{ "TimeRange",
	    SUM("5 - - - - T\n3.5 - - - - T\n9 - - - - T\n") " -> r :: "
	                                                     "TimeRange -> "
	                                                     "Discard",
	    "r.range", "3.500000 9.000000" },
	{ "TimeRange, interval",
	    SUM("5 - - - - T\n3.5 - - - - T\n") " -> r :: TimeRange -> Discard",
	    "r.interval", "1.500000" },
	{ "TimeRange SIMPLE",
	    SUM("5 - - - - T\n3 - - - - T\n") " -> r :: TimeRange(SIMPLE "
	                                      "true) -> Discard",
	    "r.range", "5.000000 3.000000" },
	{ "TimestampAccum",
	    "InfiniteSource(LIMIT 3, STOP true) -> SetTimestamp(1) -> "
	    "TimestampAccum -> a :: TimestampAccum -> Discard",
	    "a.count", "3" },
	{ "AdjustTimestamp, not set",
	    "InfiniteSource(LIMIT 1, STOP true, TIMESTAMP false) -> "
	    "AdjustTimestamp(5) -> r :: TimeRange -> Discard",
	    "r.first", "0.000000" },
	{ "AdjustTimestamp ALL",
	    "InfiniteSource(LIMIT 1, STOP true, TIMESTAMP false) -> "
	    "AdjustTimestamp(5, ALL true) -> r :: TimeRange -> Discard",
	    "r.first", "5.000000" },
	{ "AdjustTimestamp, its handler",
	    "InfiniteSource(LIMIT 1, STOP true) -> a :: AdjustTimestamp(-1.5) "
	    "-> Discard",
	    "a.time", "-1.500000" },
	{ "AggregateFirst forgets what has ended",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n2 1.1.1.1 2.2.2.2 5 6 U\n"
	        "900 1.1.1.1 2.2.2.2 7 6 U\n") " -> f :: AggregateIPFlows -> a "
	                                       ":: AggregateFirst(NOTIFIER f) "
	                                       "-> "
	                                       "Discard",
	    "a.nagg", "1" },
	{ "AggregateLast, at the end of a flow",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n2 1.1.1.1 2.2.2.2 5 6 U\n"
	        "900 1.1.1.1 2.2.2.2 7 6 U\n"
	        "901 1.1.1.1 2.2.2.2 7 6 U\n") " -> f :: AggregateIPFlows -> "
	                                       "AggregateLast(NOTIFIER f) -> "
	                                       "r :: TimeRange -> Discard",
	    "r.range", "2.000000 2.000000" },
	{ "AggregatePacketCounter",
	    "FromIPSummaryDump(STOP true, DATA '!data ip_src aggregate "
	    "first_timestamp\n- 7 0\n- 7 0\n- 9 0\n1.1.1.1 - -\n') -> "
	    "c :: AggregatePacketCounter -> Discard",
	    "c.count", "3" },
	{ "AggregateIPAddrPair TIMEOUT",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n2 2.2.2.2 1.1.1.1 5 6 U\n"
	        "50 1.1.1.1 2.2.2.2 5 6 U\n") " -> AggregateIPAddrPair(TIMEOUT "
	                                      "10) -> c :: AggregateCounter "
	                                      "-> Discard",
	    "c.nagg", "2" },
	{ "AggregateIPAddrPair without",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n2 2.2.2.2 1.1.1.1 5 6 U\n"
	        "5000000 1.1.1.1 2.2.2.2 5 6 U\n") " -> AggregateIPAddrPair "
	                                           "-> c :: AggregateCounter "
	                                           "-> Discard",
	    "c.nagg", "1" },
	{ "AggregateIPFlows: RST, then SYN",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 T S\n2 1.1.1.1 2.2.2.2 5 6 T R\n"
	        "3 1.1.1.1 2.2.2.2 5 6 T S\n") " -> AggregateIPFlows -> c :: "
	                                       "AggregateCounter -> Discard",
	    "c.nagg", "2" },
	{ "AggregateIPFlows: flows end by themselves",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n1 1.1.1.1 2.2.2.2 7 6 U\n"
	        "1000 1.1.1.1 2.2.2.2 9 6 U\n") " -> f :: AggregateIPFlows -> "
	                                        "Discard",
	    "f.flows", "1" },
	{ "AggregateIPFlows CAPACITY",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n2 1.1.1.1 2.2.2.2 7 6 U\n"
	        "3 1.1.1.1 2.2.2.2 9 6 U\n") " -> f :: AggregateIPFlows("
	                                     "CAPACITY 2) -> Discard",
	    "f.flows", "2" },
	{ "AggregateIPFlows: time of nonsense",
	    SUM("1 1.1.1.1 2.2.2.2 5 6 U\n9000000000 1.1.1.1 2.2.2.2 7 6 U\n"
	        "2 1.1.1.1 2.2.2.2 9 6 U\n"
	        "3 1.1.1.1 2.2.2.2 9 6 U\n") " -> f :: AggregateIPFlows -> c "
	                                     ":: AggregateCounter -> Discard",
	    "c.nagg", "3" },
	{ "AggregateIPFlows: a fragment without a first goes by output 1",
	    SUM("1 1.1.1.1 2.2.2.2 - - U - 7 80+\n"
	        "100 1.1.1.1 2.2.2.2 5 6 U - 8 0\n") " -> f :: "
	                                             "AggregateIPFlows -> "
	                                             "Discard; f[1] -> c :: "
	                                             "Counter -> Discard",
	    "c.count", "1" },
	{ "AggregateIPFlows: what is held at the end is not lost",
	    SUM("1 1.1.1.1 2.2.2.2 - - U - 7 80+\n") " -> f :: "
	                                             "AggregateIPFlows -> c "
	                                             ":: Counter -> Discard",
	    "c.count", "0" },
	/* An ICMP error about a flow that is not known belongs to none. */
	{ "AggregateIPFlows: ICMP about an unknown flow",
	    "InfiniteSource(LIMIT 1, STOP true, DATA \\<"
	    "4500003800010000400100000a0000010a00000203010000000000004500001c"
	    "00010000401100000a0000020a000001000500060008000000>) -> "
	    "MarkIPHeader -> f :: AggregateIPFlows(ICMP true) -> Discard; f[1] "
	    "-> c :: Counter -> Discard",
	    "c.count", "1" },
	{ "AggregateIPFlows: the same while fragments are held",
	    SUM("1 10.0.0.1 10.0.0.2 - - U - 7 80+\n") " -> f :: "
	                                               "AggregateIPFlows(ICMP "
	                                               "true) -> Discard; "
	                                               "InfiniteSource(LIMIT "
	                                               "1, DATA \\<"
	                                               "45000038000100004001000"
	                                               "00a0000010a000002030100"
	                                               "00000000004500001c"
	                                               "00010000401100000a00000"
	                                               "20a00000100050006000800"
	                                               "0000>) -> "
	                                               "MarkIPHeader -> f; "
	                                               "f[1] -> c :: Counter "
	                                               "-> Discard",
	    "c.count", "1" },
	{ "AggregateCounter BYTES IP_BYTES",
	    "InfiniteSource(LENGTH 60, LIMIT 2, STOP true) -> MarkIPHeader(14) "
	    "-> c :: AggregateCounter(BYTES true, IP_BYTES true) -> Discard",
	    "c.count", "92" },
};

static void
test_case(size_t i)
{
	struct trun t;

	if (trun_start(&t, cases[i].config) == 0) {
		trun_run(&t);
		is_cstr(trun_read(&t, cases[i].handler), cases[i].want, "%s",
		    cases[i].name);
	} else {
		ok(false, "%s: %s", cases[i].name, trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", cases[i].name);
}

/* ---- elements that change bytes ---- */

/* The last packet that came through a chain, in a queue's stead. */
static void
test_store_timestamp(void)
{
	struct trun t;

	if (trun_start(&t,
	        "InfiniteSource(LIMIT 1, STOP true, DATA abc) -> "
	        "SetTimestamp(258.000000003) -> StoreTimestamp(5) -> Truncate"
	        "(13) -> c :: Classifier(3/0000 5/02010000 9/03000000, -); "
	        "c[0] -> good :: Counter -> Discard; c[1] -> Discard") == 0) {
		trun_run(&t);
		is_cstr(trun_read(&t, "good.count"), "1",
		    "StoreTimestamp beyond the end");
	}
	is_num(trun_stop(&t), 0, "StoreTimestamp: every packet is back");
	if (trun_start(&t,
	        "InfiniteSource(LIMIT 1, STOP true, DATA abc) -> "
	        "SetTimestamp(258) -> StoreTimestamp(TAIL true) -> c :: "
	        "Classifier(3/02010000, -); c[0] -> good :: Counter -> "
	        "Discard; c[1] -> Discard") == 0) {
		trun_run(&t);
		is_cstr(
		    trun_read(&t, "good.count"), "1", "StoreTimestamp TAIL");
	}
	is_num(trun_stop(&t), 0, "StoreTimestamp: every packet is back");
}

/* The UDP checksum that is checked is the one that was repaired. */
static void
test_time_seq(void)
{
	struct trun t;

	if (trun_start(&t,
	        "RatedSource(LENGTH 22, RATE 100, LIMIT 3, STOP true, DATA "
	        "abcdefghijklmnopqrstuv)"
	        " -> UDPIPEncap(1.0.0.1, 7, 2.0.0.2, 7, CHECKSUM true)"
	        " -> s :: StoreUDPTimeSeqRecord(0)"
	        " -> StoreUDPTimeSeqRecord(0, DELTA true)"
	        " -> CheckIPHeader -> CheckUDPHeader(VERBOSE true)"
	        " -> c :: Classifier(28/00000003, -);"
	        "c[0] -> third :: Counter -> Discard;"
	        "c[1] -> others :: Counter -> Discard") == 0) {
		trun_run(&t);
		is_cstr(
		    trun_read(&t, "third.count"), "1", "the third's number");
		is_cstr(trun_read(&t, "others.count"), "2",
		    "checksums are repaired");
		is_cstr(trun_read(&t, "s.count"), "3", "all counted");
	}
	is_num(trun_stop(&t), 0, "StoreUDPTimeSeqRecord: packets are back");
	if (trun_start(&t,
	        "InfiniteSource(LIMIT 1, STOP true, DATA \\<45000014>) -> "
	        "StoreUDPTimeSeqRecord(2) -> c :: Counter -> Discard") == 0) {
		trun_run(&t);
		is_cstr(trun_read(&t, "c.count"), "0", "too short: killed");
	}
	is_num(trun_stop(&t), 0, "StoreUDPTimeSeqRecord: packets are back");
}

/* Prefixes stay prefixes: counted by the top bits of what comes out. */
static void
test_anonymize(void)
{
	static const char lines[] =
	    SUM("1 18.1.1.1 10.0.0.1 1 1 U\n1 18.1.1.2 10.0.0.2 1 1 U\n"
	        "1 18.1.1.129 0.0.0.0 1 1 U\n"
	        "1 18.1.2.1 255.255.255.255 1 1 U\n");
	struct strbuf config = STRBUF_INIT;
	struct trun t;

	sb_printf(&config,
	    "%s -> SetIPChecksum -> AnonymizeIPAddr(CLASS 1, PRESERVE_8 18) -> "
	    "CheckIPHeader(VERBOSE true) -> t :: Tee(6);"
	    "t[0] -> AggregateIP(ip src/25) -> a :: AggregateCounter -> "
	    "Discard;"
	    "t[1] -> AggregateIP(ip src/24) -> b :: AggregateCounter -> "
	    "Discard;"
	    "t[2] -> AggregateIP(ip src) -> c :: AggregateCounter -> Discard;"
	    "t[3] -> IPClassifier(src net 18.0.0.0/8, -) -> d :: Counter -> "
	    "Discard; t[4] -> x :: IPClassifier(src net 18.1.1.0/24, -); x[0] "
	    "-> "
	    "e :: Counter -> Discard; x[1] -> Discard; t[5] -> y :: "
	    "IPClassifier(dst host 0.0.0.0 or dst host 255.255.255.255, -); "
	    "y[0] -> f :: Counter -> Discard; y[1] -> Discard",
	    lines);
	/* The classifiers' others must go somewhere. */
	{
		struct strbuf whole = STRBUF_INIT;
		const char *at = strstr(sb_cstr(&config), "t[3] -> IPC");

		sb_printf(&whole, "%.*st[3] -> z :: IPC%s; z[1] -> Discard",
		    (int)(at - config.s), config.s, at + 11);
		if (trun_start(&t, sb_cstr(&whole)) == 0) {
			trun_run(&t);
			is_cstr(trun_read(&t, "a.nagg"), "3", "/25 apart");
			is_cstr(trun_read(&t, "b.nagg"), "2", "/24 apart");
			is_cstr(trun_read(&t, "c.nagg"), "4", "all differ");
			is_cstr(
			    trun_read(&t, "d.count"), "4", "PRESERVE_8 stays");
			is_cstr(trun_read(&t, "f.count"), "2",
			    "the two special addresses stay");
			/* One in 2^16 keeps it by chance. */
			ok(strcmp(trun_read(&t, "e.count"), "3") != 0,
			    "other bits do not");
		} else {
			ok(false, "AnonymizeIPAddr: %s", trun_log(&t));
		}
		is_num(trun_stop(&t), 0, "AnonymizeIPAddr: packets are back");
		sb_fini(&whole);
	}
	sb_fini(&config);
}

static void
test_last_clear(void)
{
	struct trun t;

	if (trun_start(&t,
	        "FromIPSummaryDump(DATA '!data timestamp ip_src aggregate "
	        "ip_len\n1 1.1.1.1 9 100\n2 1.1.1.1 3 100\n3 1.1.1.1 9 50\n') "
	        "-> l :: AggregateLast(STOP_AFTER_CLEAR true) -> r :: "
	        "TimeRange(SIMPLE true) -> c :: AggregateCounter -> Discard; "
	        "l[1] -> o :: Counter -> Discard; Script(wait 0.01, write "
	        "l.clear)") == 0) {
		trun_run(&t);
		is_cstr(trun_read(&t, "r.range"), "2.000000 3.000000",
		    "AggregateLast clear: in order of aggregates");
		is_cstr(trun_read(&t, "c.count"), "3",
		    "AggregateLast tells how many there were");
		is_cstr(trun_read(&t, "o.count"), "1", "others by output 1");
	}
	is_num(trun_stop(&t), 0, "AggregateLast: packets are back");
}

static void
test_packet_counter(void)
{
	struct trun t;

	if (trun_start(&t,
	        "c :: AggregatePacketCounter(ANNO NONE);"
	        "FromIPSummaryDump(DATA '!data ip_src aggregate\n- 7\n- 7\n') "
	        "-> [0] c [0] -> Discard;"
	        "FromIPSummaryDump(STOP true, DATA '!data ip_src aggregate\n"
	        "- 7\n- 8\n- 8\n') -> [1] c [1] -> Discard;") == 0) {
		trun_run(&t);
		is_cstr(trun_read(&t, "c.count"), "5", "all counted");
		is_cstr(
		    trun_read_with(&t, "c.received", "8"), "0\n", "received");
		is_cstr(trun_read_with(&t, "c.undelivered", "7"), "0\n",
		    "undelivered");
		is_cstr(trun_read_with(&t, "c.undelivered", "8"), "",
		    "delivered more often");
	}
	is_num(trun_stop(&t), 0, "AggregatePacketCounter: packets are back");
}

/* ---- bytes of any kind ---- */

/* Nothing that is read is taken to be there. */
static void
test_hostile(unsigned int length, const char *first)
{
	struct strbuf config = STRBUF_INIT;
	struct trun t;

	sb_printf(&config,
	    "RandomSource(%u, LIMIT 300, STOP true) -> SetTimestamp -> %s"
	    "MarkIPHeader -> t :: Tee(6);"
	    "t[0] -> EraseIPPayload -> StoreUDPTimeSeqRecord(0) -> Discard;"
	    "t[1] -> AnonymizeIPAddr -> AggregateIP(payload {0:16}) -> "
	    "Discard;"
	    "t[2] -> AggregateIPFlows(ICMP true, CAPACITY 50) -> "
	    "AggregateFirst -> Discard;"
	    "t[3] -> AggregateIPAddrPair(CAPACITY 50) -> AggregateLast -> "
	    "Discard;"
	    "t[4] -> AggregateLength(IP true) -> AggregateCounter -> Discard;"
	    "t[5] -> AggregateIP(tcp flags) -> ToIPFlowDumps(/dev/null, "
	    "ALL_TCP_OPT true) -> ToIPSummaryDump(/dev/null, BAD_PACKETS "
	    "true, FIELDS ip_src ip_opt sport tcp_opt tcp_sack icmp_nextmtu "
	    "icmp_code_name payload payload_md5 eth_src udp_len) -> Discard",
	    length, first);
	if (trun_start(&t, sb_cstr(&config)) == 0)
		trun_run(&t);
	else
		tap_note("%s", trun_log(&t));
	is_num(trun_stop(&t), 0, "%u random bytes: packets are back", length);
	sb_fini(&config);
}

/* ---- options ---- */

static const struct {
	bool tcp;
	const char *text, *bytes, *again; /* bytes NULL: not good */
} options[] = {
	{ true, "mss1460;nop;wscale7",
	    "020405b40103"
	    "0307",
	    "mss1460;wscale7" },
	{ true, "sackok", "0402", "sackok" },
	{ true, "sack1-2,sack3-4",
	    "05120000000100000002"
	    "0000000300000004",
	    "sack1-2;sack3-4" },
	{ true, "ts1:2", "0101080a0000000100000002", "ts1:2" },
	{ true, "98", "6202", "98" },
	{ true, "99=0:5:10", "630500050a", "99=0:5:10" },
	{ true, "eol", "00", "." },
	{ true, "mss", NULL, NULL },
	{ true, "mss65536", NULL, NULL },
	{ true, "99=256", NULL, NULL },
	{ true, "ts1", NULL, NULL },
	{ true, "mss1460;", NULL, NULL },
	{ true, "sack1-2;sack1-2;sack1-2;sack1-2;sack1-2", NULL, NULL },
	{ false, "rr{1.0.0.1,2.0.0.2}+1", "070f0c010000010200000200000000",
	    "rr{1.0.0.1,2.0.0.2}+1" },
	{ false, "ssrr{1.0.0.1^2.0.0.2}", "890b080100000102000002",
	    "ssrr{1.0.0.1^2.0.0.2}" },
	{ false, "lsrr{1.0.0.1^}",
	    "8307080"
	    "1000001",
	    "lsrr{1.0.0.1^}" },
	{ false, "ts{1,!2}+1++3",
	    "44100d3000000001800000020000"
	    "0000",
	    "ts{1,!2}+1++3" },
	{ false, "ts.ip{1.0.0.1=5}", "440c0d010100000100000005",
	    "ts.ip{1.0.0.1=5^}" },
	{ false, "ts.preip{1.0.0.1=5^2.0.0.2}",
	    "44140d03010000010000000502000002"
	    "00000000",
	    "ts.preip{1.0.0.1=5^2.0.0.2}" },
	{ false, "rr{1.0.0}", NULL, NULL },
	{ false, "rr{1.0.0.1", NULL, NULL },
	{ false, "ts.16{1}", NULL, NULL },
	{ false, "rr{1.0.0.1}+64", NULL, NULL },
};

static void
test_options(size_t i)
{
	struct strbuf bytes = STRBUF_INIT, hex = STRBUF_INIT,
	              text = STRBUF_INIT;
	struct str s = str_of(options[i].text);
	bool good = options[i].tcp
	                ? ipsum_tcpopt_parse(&bytes, s, IPSUM_OPT_ALL)
	                : ipsum_ipopt_parse(&bytes, s);

	ok(good == (options[i].bytes != NULL), "%s: %s", options[i].text,
	    good ? "good" : "bad");
	if (good && options[i].bytes != NULL) {
		for (size_t k = 0; k < bytes.n; k++)
			sb_printf(&hex, "%02x", (uint8_t)bytes.s[k]);
		is_str(sb_str(&hex), str_of(options[i].bytes), "%s: bytes",
		    options[i].text);
		if (options[i].tcp)
			ipsum_tcpopt_print(
			    &text, sb_str(&bytes), IPSUM_OPT_DATA);
		else
			ipsum_ipopt_print(
			    &text, sb_str(&bytes), IPSUM_OPT_DATA);
		is_str(sb_str(&text), str_of(options[i].again), "%s: again",
		    options[i].text);
	}
	sb_fini(&bytes);
	sb_fini(&hex);
	sb_fini(&text);
}

/* Options that are cut off are not read beyond their end. */
static void
test_options_cut(void)
{
	static const uint8_t all[] = { 7, 15, 12, 1, 0, 0, 1, 2, 0, 0, 2, 0, 0,
		0, 0, 68, 12, 13, 3, 1, 0, 0, 1, 0, 0, 0, 5, 2, 4, 5, 180, 5,
		10, 0, 0, 0, 1, 0, 0, 0, 2, 99, 5, 0, 5, 10 };
	unsigned int nonsense = 0;

	for (size_t from = 0; from < sizeof(all); from++)
		for (size_t n = 0; n <= sizeof(all) - from; n++) {
			char *copy = malloc(n + 1);
			struct strbuf sb = STRBUF_INIT;

			memcpy(copy, all + from, n);
			ipsum_ipopt_print(
			    &sb, str_make(copy, n), IPSUM_OPT_ALL);
			ipsum_tcpopt_print(
			    &sb, str_make(copy, n), IPSUM_OPT_ALL);
			ipsum_ipopt_filter(
			    &sb, str_make(copy, n), IPSUM_OPT_ALL);
			nonsense += sb.n > 0 && sb.s[0] == '?';
			sb_fini(&sb);
			free(copy);
		}
	ok(nonsense > 100, "options cut anywhere: nonsense is found");
}

/* ---- many ---- */

static void
test_table(void)
{
	enum { N = 200000 };
	struct agg_table t;
	struct agg_slot *sorted;
	uint64_t sum = 0;
	bool good = true, order = true;

	agg_table_init(&t);
	for (uint32_t i = 0; i < N; i++)
		good &= agg_table_add(&t, i * 2654435761u, i + 1);
	for (uint32_t i = 0; i < N; i += 2)
		good &= agg_table_add(&t, i * 2654435761u, 5);
	ok(good && t.count == N, "%u aggregates", t.count);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t a = i * 2654435761u;
		uint64_t *x = agg_table_find(&t, a, agg_table_hash(&t, a));

		good &= x != NULL && *x == i + 1 + (i % 2 == 0 ? 5 : 0);
	}
	ok(good, "each has its number");
	sorted = agg_table_sorted(&t);
	for (uint32_t i = 0; sorted != NULL && i < t.count; i++) {
		sum += sorted[i].number;
		order &=
		    i == 0 || sorted[i - 1].aggregate < sorted[i].aggregate;
	}
	ok(order && sorted != NULL, "sorted");
	is_num(sum, (uint64_t)N * (N + 1) / 2 + (uint64_t)N / 2 * 5, "the sum");
	free(sorted);
	agg_table_fini(&t);
	is_num(t.count, 0, "nothing is left");
}

static uint32_t
many_timeout(struct element *e, const struct agg_flow *flow)
{
	(void)e;
	return flow->over != 0 ? 2 : 60;
}

/* A hundred thousand flows come and go; never more than may be. */
static void
test_flows(void)
{
	enum { N = 100000, CAPACITY = 20000 };
	struct agg_flows f = {
		.timeout = many_timeout, .slack_s = 10, .capacity = CAPACITY
	};
	uint32_t most = 0;
	bool good = true;

	agg_flows_init(&f, NULL, sizeof(struct agg_flow));
	for (uint32_t i = 0; i < N; i++) {
		int64_t ns = (int64_t)i * NS_PER_MS + 1000 * NS_PER_SEC;
		struct flow_key key = { .src = i, .dst = ~i, .kind = 17 };

		agg_flows_time(&f, ns);
		good &= agg_flow_new(&f, NULL, &key, false, ns) != 0;
		agg_flows_reap(&f, NULL, 2);
		if (f.table.count > most)
			most = f.table.count;
	}
	ok(good && f.next == N + 1, "each flow has a number");
	is_num(most, CAPACITY, "as many as may be");
	/* All end when their time has come, a few at a time. */
	agg_flows_time(&f, 2000 * NS_PER_SEC);
	for (uint32_t i = 0; i < N && f.table.count > 0; i++)
		agg_flows_reap(&f, NULL, 2);
	is_num(f.table.count, 0, "all have ended");
	agg_flows_fini(&f);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		test_case(i);
	test_store_timestamp();
	test_time_seq();
	test_anonymize();
	test_last_clear();
	test_packet_counter();
	for (unsigned int n = 1; n < 90; n += 7) {
		test_hostile(n, "");
		test_hostile(n, "StoreData(0, \\<46>) -> StoreData(9, "
		                "\\<06>) -> StoreData(6, \\<0000>) -> ");
		test_hostile(n, "StoreData(0, \\<45>) -> StoreData(9, "
		                "\\<01>) -> StoreData(6, \\<0000>) -> ");
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		test_options(i);
	test_options_cut();
	test_table();
	test_flows();
	return tap_done();
}
