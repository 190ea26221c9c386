/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ethernet_test.c -- ARP and Ethernet headers where the conformance corpus is
 * silent: limits, floods, ages, and frames that are none.
 */
#include "base/addr.h"
#include "elements/ethernet/arp_cache.h"
#include "test/net.h"
#include "test/run.h"
#include "test/state.h"
#include "test/tap.h"

/* Runs text until it stops itself; handler must then read want. */
static void
reads(const char *text, const char *handler, const char *want, const char *name)
{
	struct trun t;

	if (ok(trun_start(&t, text) == 0, "%s: starts", name)) {
		trun_run(&t);
		is_cstr(trun_read(&t, handler), want, "%s", name);
	}
	if (t.log.n > 0)
		tap_note_str("log:", sb_str(&t.log));
	is_num(trun_stop(&t), 0, "%s: every packet is back", name);
}

#define REPLY_TO(ip)                                                           \
	"\\<02000000000a 02000000000b 0806 0001 0800 06 04 0002 02000000000b " \
	"0a000002 02000000000a " ip ">"

/* To 2:0:0:0:0:a from 2:0:0:0:0:b, one a second. */
#define FRAMES "TimedSource(1s, \\<02000000000a 02000000000b 0800 45000000>)"

static const struct {
	const char *name, *text, *handler, *want;
} runs[] = {
	{ "ARPFaker speaks after a second, then every ten",
	    "ARPFaker(1.2.3.4, 2:0:0:0:0:a, 5.6.7.8, 2:0:0:0:0:b)"
	    " -> f :: Classifier(0/02000000000a02000000000b0806 "
	    "14/0001080006040002"
	    " 22/02000000000b05060708 32/02000000000a01020304, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard;"
	    " Script(wait 12s, stop)",
	    "c.count", "2" },
	{ "ARPTable forgets by age",
	    "t :: ARPTable(TIMEOUT 10);"
	    " Script(write t.insert 10.0.0.1 2:0:0:0:0:1, wait 22s, stop)",
	    "t.count", "0" },
	{ "and not before",
	    "t :: ARPTable(TIMEOUT 10);"
	    " Script(write t.insert 10.0.0.1 2:0:0:0:0:1, wait 9s, stop)",
	    "t.count", "1" },
	{ "TIMEOUT 0: never",
	    "t :: ARPTable(TIMEOUT 0);"
	    " Script(write t.insert 10.0.0.1 2:0:0:0:0:1, wait 9day, stop)",
	    "t.count", "1" },
	{ "a live change of TIMEOUT",
	    "t :: ARPTable(TIMEOUT 0);"
	    " Script(write t.insert 10.0.0.1 2:0:0:0:0:1,"
	    " write t.config TIMEOUT 5, wait 30s, stop)",
	    "t.count", "0" },
	{ "whom it has just found is not known any more once deleted",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a);"
	    " TimedSource(1s, abcd) -> SetIPAddress(10.0.0.2) -> [0] q;"
	    " Idle -> [1] q;"
	    " q[0] -> f :: Classifier(12/0800, -) -> c :: Counter -> Discard;"
	    " f[1] -> Discard;"
	    " Script(write q.insert 10.0.0.2 2:0:0:0:0:b, wait 2.5s,"
	    " write q.delete 10.0.0.2, wait 3s, stop)",
	    "c.count", "2" },
	{ "each of a batch gets its own address",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a);"
	    " s :: InfiniteSource(abcd, LIMIT 60, BURST 60, ACTIVE false)"
	    " -> r :: RoundRobinSwitch; w :: Queue(100);"
	    " r[0] -> Paint(1) -> SetIPAddress(10.0.0.2) -> w;"
	    " r[1] -> Paint(2) -> SetIPAddress(10.0.0.3) -> w;"
	    " r[2] -> Paint(3) -> SetIPAddress(224.0.0.9) -> w;"
	    " r[3] -> Paint(4) -> SetIPAddress(10.0.0.4) -> w;"
	    " w -> Unqueue(BURST 60) -> [0] q; Idle -> [1] q;"
	    " q[0] -> f :: Classifier(0/02000000000b02000000000a0800,"
	    " 0/02000000000c02000000000a0800, 0/01005e00000902000000000a0800,"
	    " -); c :: Counter; f[0] -> CheckPaint(1) -> c -> Discard;"
	    " f[1] -> CheckPaint(2) -> c; f[2] -> CheckPaint(3) -> c;"
	    " f[3] -> Discard; q[1] -> Discard;"
	    " Script(write q.insert 10.0.0.2 2:0:0:0:0:b,"
	    " write q.insert 10.0.0.3 2:0:0:0:0:c, write s.active true,"
	    " wait 1s, stop)",
	    "c.count", "45" },
	{ "ARPQuerier asks for whom it knows once in POLL_TIMEOUT",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, POLL_TIMEOUT 20);"
	    " TimedSource(1s, abcd) -> SetIPAddress(10.0.0.2) -> [0] q;"
	    " InfiniteSource(DATA " REPLY_TO(
	        "0a000001") ", LIMIT 1) -> [1] q;"
	                    " q[0] -> Discard; q[1] -> f :: "
	                    "Classifier(0/02000000000b, -)"
	                    " -> c :: Counter -> Discard; f[1] -> Discard;"
	                    " Script(wait 21.5s, stop)",
	    "c.count", "1" },
	{ "all of them with BROADCAST_POLL",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, POLL_TIMEOUT 20,"
	    " BROADCAST_POLL true);"
	    " TimedSource(1s, abcd) -> SetIPAddress(10.0.0.2) -> [0] q;"
	    " InfiniteSource(DATA " REPLY_TO(
	        "0a000001") ", LIMIT 1) -> [1] q;"
	                    " q[0] -> Discard; q[1] -> f :: "
	                    "Classifier(0/ffffffffffff, -)"
	                    " -> c :: Counter -> Discard; f[1] -> Discard;"
	                    " Script(wait 21.5s, stop)",
	    "c.count", "1" },
	{ "ten queries a second, then one in two",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a);"
	    " TimedSource(10ms, abcd) -> SetIPAddress(10.0.0.2) -> [0] q;"
	    " Idle -> [1] q; q[0] -> Discard; q[1] -> Discard;"
	    " Script(wait 5.05s, stop)",
	    "q.queries", "12" },
	{ "packets wait within CAPACITY",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, CAPACITY 10);"
	    " InfiniteSource(abcd, LIMIT 11) -> SetRandIPAddress(10.0.0.0/8)"
	    " -> [0] q; Idle -> [1] q; q[0] -> Discard; q[1] -> Discard;"
	    " Script(wait 1s, stop)",
	    "q.length", "5" },
	{ "a smaller part is dropped with CAPACITY_SLIM_FACTOR",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, CAPACITY 10,"
	    " CAPACITY_SLIM_FACTOR 10);"
	    " InfiniteSource(abcd, LIMIT 11) -> SetRandIPAddress(10.0.0.0/8)"
	    " -> [0] q; Idle -> [1] q; q[0] -> Discard; q[1] -> Discard;"
	    " Script(wait 1s, stop)",
	    "q.length", "9" },
	{ "packets wait within ENTRY_PACKET_CAPACITY",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, ENTRY_PACKET_CAPACITY 3);"
	    " InfiniteSource(abcd, LIMIT 7) -> SetIPAddress(10.0.0.2)"
	    " -> [0] q; Idle -> [1] q; q[0] -> Discard; q[1] -> Discard;"
	    " Script(wait 1s, stop)",
	    "q.stats", "4 packets killed\n1 ARP queries sent\n" },
	{ "a scan does not push out who is there",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, ENTRY_CAPACITY 20);"
	    " InfiniteSource(abcd, LIMIT 5000, ACTIVE false) -> i ::"
	    " SetRandIPAddress(11.0.0.0/8) -> [0] q; Idle -> [1] q;"
	    " s :: InfiniteSource(abcd, LIMIT 1, ACTIVE false)"
	    " -> SetIPAddress(10.0.0.2) -> [0] q;"
	    " q[0] -> c :: Counter -> Discard; q[1] -> Discard;"
	    " Script(write q.insert 10.0.0.2 2:0:0:0:0:2,"
	    " write InfiniteSource@2.active true, wait 1s, write s.active true,"
	    " wait 1s, stop)",
	    "c.count", "1" },
	{ "no more entries than ENTRY_CAPACITY",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, ENTRY_CAPACITY 20);"
	    " InfiniteSource(abcd, LIMIT 5000)"
	    " -> SetRandIPAddress(11.0.0.0/8) -> [0] q; Idle -> [1] q;"
	    " q[0] -> Discard; q[1] -> Discard; Script(wait 1s, stop)",
	    "q.count", "20" },
	{ "TABLE may be another querier",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, TABLE p);"
	    " p :: ARPQuerier(10.0.0.1, 2:0:0:0:0:b);"
	    " Idle -> q -> Discard; Idle -> [1] q; Idle -> p -> Discard;"
	    " Idle -> [1] p;"
	    " Script(write p.insert 10.0.0.2 2:0:0:0:0:2, wait 1s, stop)",
	    "q.count", "1" },
	{ "a live change of the address forgets all",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a); Idle -> q -> Discard;"
	    " Idle -> [1] q; Script(write q.insert 10.0.0.2 2:0:0:0:0:2,"
	    " writeq q.config \"10.0.0.9, 2:0:0:0:0:a\", stop)",
	    "q.count", "0" },
	{ "a live change of HostEtherFilter, what is not said by default",
	    FRAMES " -> e :: HostEtherFilter(2:0:0:0:0:1, true, false)"
	           " -> c :: Counter -> Discard;"
	           " Script(write e.config 2:0:0:0:0:1, wait 3.5s, stop)",
	    "c.count", "0" },
	{ "of SetEtherAddress and GetEtherAddress",
	    FRAMES " -> s :: SetEtherAddress(2:0:0:0:0:1, 0)"
	           " -> StoreEtherAddress(OFFSET src, ANNO 0)"
	           " -> g :: GetEtherAddress(6, dst)"
	           " -> StoreEtherAddress(OFFSET dst, ANNO 6)"
	           " -> f :: Classifier(0/020000000009 6/020000000009, -)"
	           " -> c :: Counter -> Discard; f[1] -> Discard;"
	           " Script(writeq s.config \"2:0:0:0:0:9, 0\","
	           " writeq g.config \"6, src\", wait 3.5s, stop)",
	    "c.count", "3" },
	{ "a live change that is refused changes nothing",
	    FRAMES " -> g :: GetEtherAddress(0, dst) -> Paint(1, 6)"
	           " -> StoreEtherAddress(OFFSET src, ANNO 0)"
	           " -> f :: Classifier(6/02000000000a, -)"
	           " -> c :: Counter -> Discard; f[1] -> Discard;"
	           " Script(writeq g.config \"12, nowhere\","
	           " wait 3.5s, stop)",
	    "c.count", "3" },
	{ "a live change of StripEtherVLANHeader",
	    FRAMES " -> v :: StripEtherVLANHeader(-1)"
	           " -> c :: Counter -> Discard; v[1] -> Discard;"
	           " Script(write v.config 7, wait 3.5s, stop)",
	    "c.count", "3" },
	{ "ipaddr 0.0.0.0: nothing is sent",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a); Idle -> [1] q;"
	    " TimedSource(1s, abcd) -> SetIPAddress(255.255.255.255) -> q"
	    " -> Discard; Script(write q.ipaddr 0.0.0.0, wait 3.5s, stop)",
	    "q.drops", "3" },
	{ "a reply with a group's address teaches nothing",
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a); Idle -> q -> Discard;"
	    " InfiniteSource(DATA \\<02000000000a 02000000000b 0806 0001 0800 "
	    "06"
	    " 04 0002 03000000000b 0a000002 02000000000a 0a000001>, LIMIT 1,"
	    " STOP true) -> [1] q",
	    "q.count", "0" },
	{ "ARPResponder: masks with holes",
	    "InfiniteSource(DATA \\<ffffffffffff 02000000000b 0806 0001 0800 06"
	    " 04 0001 02000000000b 0a000002 000000000000 0a630001>, LIMIT 1,"
	    " STOP true) -> ARPResponder(10.0.0.0/8 2:0:0:0:0:1,"
	    " 10.0.0.1/255.0.0.255 2:0:0:0:0:2)"
	    " -> f :: Classifier(6/020000000002, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard",
	    "c.count", "1" },
	{ "ARPResponder: the VLAN comes along",
	    "InfiniteSource(DATA \\<ffffffffffff 02000000000b 0806 0001 0800 06"
	    " 04 0001 02000000000b 0a000002 000000000000 0a000001>, LIMIT 1,"
	    " STOP true) -> SetVLANAnno(7) -> ARPResponder(10.0.0.1"
	    " 2:0:0:0:0:1) -> VLANEncap(ANNO)"
	    " -> f :: Classifier(12/81000007, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard",
	    "c.count", "1" },
	{ "CheckARPHeader: DETAILS",
	    "InfiniteSource(DATA \\<0001 0800 05 04>, LIMIT 2, STOP true)"
	    " -> c :: CheckARPHeader(DETAILS true) -> Discard",
	    "c.drop_details",
	    "2\ttiny packet\n0\ttoo small for addresses\n"
	    "0\tbad hardware type/length\n0\tbad protocol type/length\n" },
	{ "EtherPauseSource: pulled, as many as LIMIT says",
	    "p :: EtherPauseSource(2:0:0:0:0:1, 9, LIMIT 3)"
	    " -> TimedUnqueue(1s, 8) -> c :: Counter -> Discard;"
	    " Script(wait 3.5s, write p.reset_counts, write p.limit 2,"
	    " wait 3s, stop)",
	    "c.count", "5" },
	{ "EtherPauseSource: not while it is inactive",
	    "p :: EtherPauseSource(2:0:0:0:0:1, 9) -> c :: Counter -> Discard;"
	    " Script(wait 2.5s, write p.active false, wait 5s, stop)",
	    "c.count", "2" },
	{ "EtherPauseSource: pausetime is written",
	    "p :: EtherPauseSource(2:0:0:0:0:1, 9)"
	    " -> f :: Classifier(12/880800010102, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard;"
	    " Script(write p.pausetime 258, wait 1.5s, stop)",
	    "c.count", "1" },
	{ "VLANEncap: too short to be tagged",
	    "InfiniteSource(DATA abcdefghijk, LIMIT 2, STOP true)"
	    " -> v :: VLANEncap(5) -> c :: Counter -> Discard",
	    "v.drops", "2" },
	{ "EtherVLANEncap: native_vlan -1 tags all",
	    "InfiniteSource(DATA abcd, LIMIT 1, STOP true)"
	    " -> v :: EtherVLANEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2, 0,"
	    " NATIVE_VLAN -1) -> f :: Classifier(12/810000000800, -);"
	    " f[0] -> c :: Counter -> Discard; f[1] -> Discard",
	    "c.count", "1" },
	{ "EtherVLANEncap: written while it runs",
	    "v :: EtherVLANEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2, 3);"
	    " Idle -> v -> Discard; Script(write v.vlan_tci 9, stop)",
	    "v.vlan_tci", "9" },
};

static const struct {
	const char *text, *log;
} errors[] = {
	{ "ARPTable(CAPACITY_SLIM_FACTOR 0)",
	    "  CAPACITY_SLIM_FACTOR cannot be zero\n" },
	{ "Idle -> q :: ARPQuerier(1.1.1.1, 1:1:1:1:1:1, TABLE p) -> Discard;"
	  " Idle -> [1] q; Idle -> p :: ARPQuerier(1.1.1.1, 1:1:1:1:1:1,"
	  " TABLE q) -> Discard; Idle -> [1] p",
	    "  TABLE: goes round in a circle\n" },
	{ "Idle -> EnsureEther(0x10000) -> Discard",
	    "  argument 1 (Ethernet encapsulation type) must be <= 0xFFFF\n" },
	{ "Idle -> ARPPrint(OUTFILE /nowhere/x) -> Discard",
	    "  /nowhere/x: No such file or directory\n" },
};

static void
test_errors(void)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct trun t;

		ok(trun_start(&t, errors[i].text) != 0, "refused: %s",
		    errors[i].text);
		ok(strstr(trun_log(&t), errors[i].log) != NULL, "because:%s",
		    errors[i].log);
		is_num(trun_stop(&t), 0, "nothing is left");
	}
}

/* ---- the cache by itself ---- */

static uint32_t
address(uint32_t i)
{
	return ip4_net(0x0a000000 + i);
}

static void
test_cache(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct arp_cache c;
	struct thread *t;
	struct trun run;
	uint8_t got[6];
	size_t small;

	memset(&c, 0, sizeof(c));
	ok(trun_start(&run, "Idle -> Discard") == 0, "a thread");
	t = master_thread(run.m, 0);
	arp_cache_init(&c);
	is_num(arp_cache_insert(&c, t, address(0), mac, NULL), 0, "an entry");
	small = flowtable_bytes(&c.table);
	ok(small < 16384, "a small cache is small: %zu bytes", small);
	for (uint32_t i = 1; i < 300000; i++)
		if (arp_cache_insert(&c, t, address(i), mac, NULL) != 0)
			break;
	is_num(c.age.count, ARP_CACHE_ENTRIES_MAX, "65536 of 300000 stay");
	ok(flowtable_bytes(&c.table) < 8 << 20, "in %zu bytes",
	    flowtable_bytes(&c.table));
	is_num(arp_cache_lookup(&c, t, address(299999), 0, got), ARP_KNOWN,
	    "the last is known");
	is_num(arp_cache_lookup(&c, t, address(0), 0, got), ARP_UNKNOWN,
	    "the first is not");
	arp_cache_clear(&c, t);
	is_num(c.table.count, 0, "none after clear");
	arp_cache_fini(&c, t);
	is_num(trun_stop(&run), 0, "every packet is back");
}

/* ---- frames cut short, and noise ---- */

/* Everything that looks into frames; o counts what comes out. */
#define ALL                                                                    \
	" -> n :: Tee(8);"                                                     \
	" n[0] -> MarkIPHeader(14) -> ARPPrint(OUTFILE /dev/null, ETHER true)" \
	" -> EnsureEther -> o :: Counter -> Discard;"                          \
	" n[1] -> CheckARPHeader(14) -> ARPPrint(OUTFILE /dev/null) -> o;"     \
	" n[2] -> ar :: ARPResponder(0/0 2:0:0:0:0:1) -> o; ar[1] -> o;"       \
	" n[3] -> [1] q :: ARPQuerier(1.1.1.1, 2:0:0:0:0:2) -> o;"             \
	" Idle -> [0] q;"                                                      \
	" n[4] -> VLANEncap(5) -> o;"                                          \
	" n[5] -> VLANDecap -> o;"                                             \
	" n[6] -> CheckARPHeader(4294967295) -> o;"                            \
	" n[7] -> Strip(3) -> MarkIPHeader -> EnsureEther -> o;"

static void
test_cut(const char *head)
{
	for (size_t n = 0; n <= 42; n++) {
		struct strbuf sb = STRBUF_INIT;
		struct trun t;

		sb_printf(&sb,
		    "InfiniteSource(DATA \\<%.*s>, LIMIT 2, STOP true)" ALL,
		    (int)(2 * n), head);
		if (trun_start(&t, sb_cstr(&sb)) == 0)
			trun_run(&t);
		ok(t.r != NULL && trun_stop(&t) == 0, "cut to %zu bytes", n);
		sb_fini(&sb);
	}
}

static void
test_noise(void)
{
	for (unsigned int n = 0; n <= 60; n += 6) {
		struct strbuf sb = STRBUF_INIT;
		struct trun t;

		sb_printf(&sb,
		    "RandomSource(%u, LIMIT 500, BURST 50, STOP true)" ALL, n);
		if (trun_start(&t, sb_cstr(&sb)) == 0)
			trun_run(&t);
		ok(t.r != NULL && trun_stop(&t) == 0, "noise of %u bytes", n);
		sb_fini(&sb);
	}
}

/* Another process: addresses go along with their ages, and it says hello. */
static void
test_move(void)
{
	static const char text[] =
	    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a, TIMEOUT 100);"
	    " t :: ARPTable(TIMEOUT 0);"
	    " Idle -> [0]q; Idle -> [1]q; q -> out :: Queue -> Idle;";
	static const char hello[] =
	    "ffffffffffff02000000000a08060001080006040001"
	    "02000000000a0a0000010000000000000a000001";
	/* A nanosecond passes with each look at the clock. */
	static const char old[] = "10.0.0.2 1 02-00-00-00-00-02 30.0000000";
	static const char recent[] = "\n10.0.0.3 1 02-00-00-00-00-03 0.0000000";
	struct strbuf table = STRBUF_INIT;
	struct trun t;
	uint32_t lost;

	ok(trun_start(&t, text) == 0, "move: starts");
	(void)trun_write(&t, "q.insert", "10.0.0.2 2:0:0:0:0:2");
	(void)trun_write(&t, "t.insert", "10.0.0.9 2:0:0:0:0:9");
	net_pass(&t, 30 * NS_PER_SEC);
	(void)trun_write(&t, "q.insert", "10.0.0.3 2:0:0:0:0:3");
	is_num(net_drain(&t, "out"), 0, "move: nothing was said before");
	ok(tstate_move(&t, text, &lost) == 0, "move: moves");
	is_num(lost, 0, "move: all packets are back");
	sb_adds(&table, trun_read(&t, "q.table"));
	ok(strstr(sb_cstr(&table), old) == sb_cstr(&table) &&
	        strstr(sb_cstr(&table), recent) != NULL,
	    "move: addresses, ages, order");
	ok(strstr(trun_read(&t, "t.table"), "10.0.0.9 1") != NULL,
	    "move: an ARPTable's, too");
	net_pass(&t, NS_PER_SEC);
	is_cstr(net_took(&t, "out"), hello, "move: it announces its address");
	net_pass(&t, 10 * NS_PER_SEC);
	is_cstr(net_took(&t, "out"), hello, "move: and once more");
	is_num(net_drain(&t, "out"), 0, "move: that is all");
	net_pass(&t, 62 * NS_PER_SEC);
	ok(strstr(trun_read(&t, "q.table"), "10.0.0.2 1") == NULL &&
	        strstr(trun_read(&t, "q.table"), "10.0.0.3 1") != NULL,
	    "move: the older one goes when its time is over");
	sb_fini(&table);
	is_num(trun_stop(&t), 0, "move: all packets are back");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		reads(
		    runs[i].text, runs[i].handler, runs[i].want, runs[i].name);
	test_errors();
	test_cache();
	test_move();
	test_cut(
	    "ffffffffffff02000000000b0806000108000604000102000000000b0a0000"
	    "020000000000000a000001");
	test_cut(
	    "ffffffffffff02000000000b0806000108000604000202000000000b0a0000"
	    "020000000000000a000001");
	test_cut(
	    "ffffffffffff02000000000b08060001080006ff000102000000000b0a0000"
	    "020000000000000a000001");
	test_noise();
	return tap_done();
}
