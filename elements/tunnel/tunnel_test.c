/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tunnel_test.c -- tunnels byte by byte, what their ends refuse, and hostile
 * packets.
 */
#include "test/net.h"

#include "elements/tunnel/outer.h"

/* UDP from 10.0.0.1 to 10.0.0.2 with four bytes, not ECN-capable. */
#define IP4 "4500002000010000401166ca0a0000010a00000204d20035000c111161626364"
/* The same, ECT(0). */
#define IP4_E0                                                                 \
	"4502002000010000401166c80a0000010a00000204d20035000c111161626364"
#define IP4_E1                                                                 \
	"4501002000010000401166c90a0000010a00000204d20035000c111161626364"
#define IP4_CE                                                                 \
	"4503002000010000401166c70a0000010a00000204d20035000c111161626364"
#define IP4_DF                                                                 \
	"4500002000014000401126ca0a0000010a00000204d20035000c111161626364"
/* IPv6, no next header, one byte. */
#define IP6                                                                    \
	"6bc0000000013b40fe800000000000000000000000000001"                     \
	"fe80000000000000000000000000000255"

struct passage {
	const char *name, *element, *in, *out, *rejected;
};

/* An IPv4 header from 1.2.3.4 to 5.6.7.8 of protocol, TTL 64. */
#define OUT4(tos, len, off, proto, sum)                                        \
	"45" tos len "0000" off "40" proto sum "0102030405060708"

static const struct passage passages[] = {
	{ "IPIPEncap", "IPIPEncap(1.2.3.4, 5.6.7.8)", IP4,
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4, "none" },
	{ "IPIPEncap copies DF, TTL and DSCP are its own",
	    "IPIPEncap(1.2.3.4, 5.6.7.8, TTL 9, DSCP 46)", IP4_DF,
	    "45b80034000040000904"
	    "60fb0102030405060708" IP4_DF,
	    "none" },
	{ "IPIPEncap copies congestion bits", "IPIPEncap(1.2.3.4, 5.6.7.8)",
	    IP4_CE, OUT4("03", "0034", "0000", "04", "6ab0") IP4_CE, "none" },
	{ "IPIPEncap does not if it shall not",
	    "IPIPEncap(1.2.3.4, 5.6.7.8, ECN false)", IP4_CE,
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4_CE, "none" },
	{ "IPIPEncap, DF false", "IPIPEncap(1.2.3.4, 5.6.7.8, DF false)",
	    IP4_DF, OUT4("00", "0034", "0000", "04", "6ab3") IP4_DF, "none" },
	{ "IPIPEncap, IPv6 in IPv4", "IPIPEncap(1.2.3.4, 5.6.7.8)", IP6,
	    "45bc003d000040004029"
	    "29c90102030405060708" IP6,
	    "none" },
	{ "IPIPEncap, IPv4 in IPv6", "IPIPEncap(fe80::3, fe80::4)", IP4_E0,
	    "60200000002004"
	    "40fe800000000000000000000000000003fe80000000000000000000000000"
	    "0004" IP4_E0,
	    "none" },
	{ "IPIPEncap, IPv6 in IPv6 keeps class and label",
	    "IPIPEncap(fe80::3, fe80::4)", IP6,
	    "6bc00000002929"
	    "40fe800000000000000000000000000003fe80000000000000000000000000"
	    "0004" IP6,
	    "none" },
	{ "IPIPEncap refuses its own kind of loop",
	    "IPIPEncap(1.2.3.4, 10.0.0.1)", IP4, "none", IP4 },
	{ "IPIPEncap refuses a loop of IPv6", "IPIPEncap(fe80::3, fe80::1)",
	    IP6, "none", IP6 },
	{ "IPIPEncap refuses the dead", "IPIPEncap(1.2.3.4, 5.6.7.8)",
	    "4500001400010000001166ca0a0000010a000002", "none",
	    "4500001400010000001166ca0a0000010a000002" },
	{ "IPIPEncap refuses what is no IP", "IPIPEncap(1.2.3.4, 5.6.7.8)",
	    "2500", "none", "2500" },

	{ "IPIPDecap", "IPIPDecap",
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4 "0000", IP4, "none" },
	{ "IPIPDecap, IPv6 in IPv4", "IPIPDecap(SRC 1.2.3.4, DST 5.6.7.8)",
	    OUT4("00", "003d", "0000", "29", "6a85") IP6, IP6, "none" },
	{ "IPIPDecap, IPv4 in IPv6", "IPIPDecap(SRC fe80::3)",
	    "60000000002004"
	    "40fe800000000000000000000000000003fe80000000000000000000000000"
	    "0004" IP4,
	    IP4, "none" },
	{ "IPIPDecap, another source", "IPIPDecap(SRC 1.2.3.5)",
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4, "none",
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4 },
	{ "IPIPDecap, another destination", "IPIPDecap(DST fe80::1)",
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4, "none",
	    OUT4("00", "0034", "0000", "04", "6ab3") IP4 },
	{ "IPIPDecap, a fragment", "IPIPDecap",
	    OUT4("00", "0034", "2000", "04", "6ab3") IP4, "none",
	    OUT4("00", "0034", "2000", "04", "6ab3") IP4 },
	{ "IPIPDecap, another protocol", "IPIPDecap", IP4, "none", IP4 },
	{ "IPIPDecap, the version is another", "IPIPDecap",
	    OUT4("00", "0034", "0000", "29", "6ab3") IP4, "none",
	    OUT4("00", "0034", "0000", "29", "6ab3") IP4 },
	{ "IPIPDecap, congestion outside", "IPIPDecap",
	    OUT4("03", "0034", "0000", "04", "6ab0") IP4_E0, IP4_CE, "none" },
	{ "IPIPDecap, congestion that cannot be told", "IPIPDecap",
	    OUT4("03", "0034", "0000", "04", "6ab0") IP4, "none",
	    OUT4("03", "0034", "0000", "04", "6ab0") IP4 },
	{ "IPIPDecap, congestion forgotten", "IPIPDecap(ECN false)",
	    OUT4("03", "0034", "0000", "04", "6ab0") IP4_E0, IP4_E0, "none" },
	{ "IPIPDecap, ECT(1) outside", "IPIPDecap",
	    OUT4("01", "0034", "0000", "04", "6ab2") IP4_E0, IP4_E1, "none" },

	{ "GREEncap", "GREEncap", IP4, "00000800" IP4, "none" },
	{ "GREEncap, IPv6", "GREEncap", IP6, "000086dd" IP6, "none" },
	{ "GREEncap, Ethernet", "GREEncap(ether)", "0102", "000065580102",
	    "none" },
	{ "GREEncap, all",
	    "GREEncap(2048, KEY 7, SEQUENCE true, CHECKSUM true)", "01020304",
	    "b000080043f20000000000070000000001020304", "none" },
	{ "GREEncap, the key of the packet", "GREEncap(0x88cc, KEY_ANNO 20)",
	    "01", "200088cc0000000001", "none" },
	{ "GREEncap, no type", "GREEncap", "55", "none", "none" },

	{ "GREDecap", "GREDecap", "00000800" IP4, IP4, "none" },
	{ "GREDecap, all", "GREDecap(KEY 7, PROTO 2048, SEQUENCE true)",
	    "b000080043f20000000000070000000001020304", "01020304", "none" },
	{ "GREDecap, another key", "GREDecap(KEY 8)", "200008000000000701",
	    "none", "200008000000000701" },
	{ "GREDecap, no key", "GREDecap(KEY 0)", "0000080001", "none",
	    "0000080001" },
	{ "GREDecap, another type", "GREDecap(PROTO 0x6558)", "0000080001",
	    "none", "0000080001" },
	{ "GREDecap, a bad checksum", "GREDecap",
	    "b000080043f30000000000070000000001020304", "none",
	    "b000080043f30000000000070000000001020304" },
	{ "GREDecap, a routing header", "GREDecap", "4000080001", "none",
	    "4000080001" },
	{ "GREDecap, version 1", "GREDecap", "0001080001", "none",
	    "0001080001" },
	{ "GREDecap, cut short", "GREDecap", "2000080001", "none",
	    "2000080001" },
};

static void
test_passage(const struct passage *p)
{
	struct strbuf sb = STRBUF_INIT;
	struct trun t;
	bool two = strstr(p->element, "GREEncap") == NULL;

	sb_printf(&sb, "Idle -> x :: %s; x[0] -> q :: Queue -> Idle; %s",
	    p->element,
	    two ? "x[1] -> r :: Queue -> Idle" : "Idle -> r :: Queue -> Idle");
	if (ok(trun_start(&t, sb_cstr(&sb)) == 0, "%s: starts", p->name)) {
		net_feed(&t, "x", 0, net_hex(&t, p->in));
		is_cstr(net_took(&t, "q"), p->out, "%s: output 0", p->name);
		is_cstr(
		    net_took(&t, "r"), p->rejected, "%s: output 1", p->name);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: all packets are back", p->name);
	sb_fini(&sb);
}

/* RFC 6040, figure 4: rows inner, columns outer; -1: drop. */
static void
test_ecn_table(void)
{
	static const int want[4][4] = {
		/* outer      Not-ECT ECT1 ECT0 CE */
		[ECN_NOT_ECT] = { 0, 0, 0, -1 },
		[ECN_ECT1] = { 1, 1, 1, 3 },
		[ECN_ECT0] = { 2, 1, 2, 3 },
		[ECN_CE] = { 3, 3, 3, 3 },
	};

	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int o = 0; o < 4; o++) {
			int got = ecn_decapsulate(i, o);

			is_num(got < 0 ? -1 : got, want[i][o],
			    "RFC 6040: inner %u, outer %u", i, o);
		}
}

/* Sequence numbers: up only, also over the end of the numbers. */
static void
test_gre_sequence(void)
{
	static const struct {
		const char *packet, *out;
	} steps[] = {
		{ "10000800fffffffe01", "01" },
		{ "10000800fffffffe02", "none" },
		{ "10000800ffffffff03", "03" },
		{ "100008000000000004", "04" },
		{ "10000800ffffffff05", "none" },
		{ "000008000606", "0606" },
	};
	struct trun t;

	if (ok(trun_start(&t, "Idle -> x :: GREDecap(SEQUENCE true)"
	                      " -> q :: Queue -> Idle") == 0,
	        "GREDecap: starts")) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
			net_feed(&t, "x", 0, net_hex(&t, steps[i].packet));
			is_cstr(net_took(&t, "q"), steps[i].out,
			    "GREDecap in sequence, step %zu", i);
		}
		is_cstr(trun_read(&t, "x.drops"), "2", "two out of sequence");
		ok(trun_write(&t, "x.reset", "") == 0, "reset");
		net_feed(&t, "x", 0, net_hex(&t, "100008000000000007"));
		is_cstr(net_took(&t, "q"), "07", "numbers begin anew");
	}
	is_num(trun_stop(&t), 0, "GREDecap: all packets are back");
}

static void
test_gre_count(void)
{
	struct trun t;

	if (ok(trun_start(&t, "Idle -> x :: GREEncap(1, SEQUENCE true)"
	                      " -> q :: Queue -> Idle") == 0,
	        "GREEncap: starts")) {
		net_feed(&t, "x", 0, net_hex(&t, "aa"));
		net_feed(&t, "x", 0, net_hex(&t, "bb"));
		is_cstr(net_took(&t, "q"), "1000000100000000aa", "number 0");
		is_cstr(net_took(&t, "q"), "1000000100000001bb", "number 1");
		ok(trun_write(&t, "x.key", "9") == 0, "a key is written");
		net_feed(&t, "x", 0, net_hex(&t, "cc"));
		is_cstr(net_took(&t, "q"), "300000010000000900000002cc",
		    "key and number 2");
	}
	is_num(trun_stop(&t), 0, "GREEncap: all packets are back");
}

/* A tunnel's whole way, over IPv4 and IPv6, with and without checksums. */
static void
test_vxlan(const char *ends, const char *more)
{
	static const char frame[] = "0102030405060708090a0b0c0800" IP4;
	struct strbuf sb = STRBUF_INIT;
	struct packet *p;
	struct trun t;

	sb_printf(&sb,
	    "Idle -> x :: VXLANEncap(%s, 42%s) -> tee :: Tee;"
	    " tee[0] -> q :: Queue -> Idle;"
	    " tee[1] -> y :: VXLANDecap(42, VNI_ANNO 20)"
	    " -> good :: Queue -> Idle;"
	    " y[1] -> bad :: Queue -> Idle;"
	    " Idle -> z :: VXLANDecap(VNI 43) -> Idle2 :: Queue -> Idle;"
	    " z[1] -> other :: Queue -> Idle;",
	    ends, more);
	if (ok(trun_start(&t, sb_cstr(&sb)) == 0, "VXLAN %s: starts", ends)) {
		net_feed(&t, "x", 0, net_hex(&t, frame));
		p = net_take(&t, "good");
		if (ok(p != NULL, "VXLAN %s: a frame comes out", ends)) {
			is_num(anno_u32(p, 20), 42, "VXLAN: its VNI");
			is_num(p->mac, p->data - p->head, "VXLAN: its MAC");
			is_num(p->length, (int64_t)strlen(frame) / 2,
			    "VXLAN: its length");
		}
		net_kill(&t, p);
		p = net_take(&t, "q");
		if (ok(p != NULL, "VXLAN %s: the packet", ends)) {
			const uint8_t *udp = packet_transport(p);

			ok(get_be16(udp) >= 0xc000, "VXLAN: ephemeral port");
			is_num(get_be16(udp + 2), 4789, "VXLAN: port 4789");
			is_hex(get_be32(udp + 8), 0x08000000, "VXLAN: flags");
			is_hex(get_be32(udp + 12), 42 << 8, "VXLAN: VNI");
			is_num(get_u16(udp + 6) != 0, *more != '\0',
			    "VXLAN: checksum as wished");
			packet_uniqueify(master_thread(t.m, 0), &p);
			if (*more != '\0') {
				struct packet *c =
				    packet_clone(master_thread(t.m, 0), p);

				packet_uniqueify(master_thread(t.m, 0), &c);
				packet_end(c)[-1] ^= 1;
				net_feed(&t, "y", 0, c);
				is_num(net_drain(&t, "bad"), 1,
				    "VXLAN: a bad checksum is seen");
			}
			net_feed(&t, "z", 0, p);
			is_num(net_drain(&t, "other"), 1,
			    "VXLAN: another network's");
			is_cstr(trun_read(&t, "z.drops"), "1", "counted");
		}
		is_num(net_drain(&t, "bad"), 0, "VXLAN: nothing was bad");
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "VXLAN %s: all packets are back", ends);
	sb_fini(&sb);
}

/* One flow has one source port; many flows have many. */
static void
test_vxlan_ports(void)
{
	static bool seen[65536];
	unsigned int ports = 0, strays = 0;
	struct trun t;

	if (!ok(trun_start(&t, "Idle -> x :: VXLANEncap(1.2.3.4, 5.6.7.8, 1)"
	                       " -> q :: Queue -> Idle") == 0,
	        "VXLAN ports: starts"))
		return;
	for (unsigned int i = 0; i < 400; i++) {
		struct net_ip s = { .src = "10.0.0.1",
			.dst = i & 1 ? "10.0.0.2" : "10.0.0.3",
			.proto = IPPROTO4_UDP,
			.sport = (uint16_t)(i / 4),
			.dport = 53,
			.text = i & 2 ? "a" : "b" };
		uint8_t buf[14 + 512] = { 0 };
		static uint16_t first[200];
		struct packet *p;
		uint16_t port;
		uint32_t n = net_build(buf + 14, &s);

		put_be16(buf + 12, ETHERTYPE_IP4);
		net_feed(&t, "x", 0, net_packet(&t, buf, 14 + n, -1));
		p = net_take(&t, "q");
		port = get_be16(packet_transport(p));
		net_kill(&t, p);
		ports += !seen[port];
		seen[port] = true;
		if (i & 2)
			strays += first[i / 4 * 2 + (i & 1)] != port;
		first[i / 4 * 2 + (i & 1)] = port;
	}
	is_num(strays, 0, "VXLAN: a flow keeps its port");
	ok(ports > 180 && ports <= 200, "VXLAN: %u ports of 200 flows", ports);
	is_num(trun_stop(&t), 0, "VXLAN ports: all packets are back");
}

/* The fragments of a packet take the same way. */
static void
test_vxlan_fragments(void)
{
	unsigned int differ = 0;
	struct trun t;

	ok(trun_start(&t, "Idle -> x :: VXLANEncap(1.2.3.4, 5.6.7.8, 1)"
	                  " -> q :: Queue -> Idle") == 0,
	    "VXLAN fragments: starts");
	for (unsigned int i = 0; i < 20; i++) {
		uint8_t frame[14 + 512] = { 0 };
		struct net_ip s = { .src = "10.0.0.1",
			.dst = "10.0.0.2",
			.proto = IPPROTO4_UDP,
			.sport = (uint16_t)(1000 + i),
			.text = "abcdefgh" };
		uint32_t n = 14 + net_build(frame + 14, &s);
		struct packet *first, *second;

		put_be16(frame + 12, ETHERTYPE_IP4);
		put_be16(frame + 20, IP4_MF);
		net_feed(&t, "x", 0, net_packet(&t, frame, n, -1));
		put_be16(frame + 20, 2);
		net_feed(&t, "x", 0, net_packet(&t, frame, n, -1));
		first = net_take(&t, "q");
		second = net_take(&t, "q");
		differ += memcmp(packet_transport(first),
		              packet_transport(second), 2) != 0;
		net_kill(&t, first);
		net_kill(&t, second);
	}
	is_num(differ, 0, "VXLAN: fragments have one source port");
	is_num(trun_stop(&t), 0, "VXLAN fragments: all packets are back");
}

/* What does not fit behind another header, and headers where none are. */
static void
test_odd(void)
{
	static uint8_t big[66000];
	struct packet *p;
	struct trun t;

	if (!ok(trun_start(&t,
	            "Idle -> x :: IPIPEncap(1.2.3.4, 5.6.7.8)"
	            " -> q :: Queue -> Idle; x[1] -> r :: Queue -> Idle;"
	            " Idle -> v :: VXLANEncap(1.2.3.4, 5.6.7.8, 1) -> q;"
	            " Idle -> y :: IPIPDecap -> q; y[1] -> r;"
	            " Idle -> z :: VXLANDecap -> q; z[1] -> r") == 0,
	        "odd ones: starts"))
		tap_note("%s", trun_log(&t));
	net_bytes(IP4, big, 32);
	net_feed(&t, "x", 0, net_packet(&t, big, 65515, 0));
	is_num(net_drain(&t, "q"), 1, "IPIPEncap: the longest");
	net_feed(&t, "x", 0, net_packet(&t, big, 65516, 0));
	is_num(net_drain(&t, "r"), 1, "IPIPEncap: one byte more");
	net_feed(&t, "v", 0, net_packet(&t, big, 65499, -1));
	is_num(net_drain(&t, "q"), 1, "VXLANEncap: the longest");
	net_feed(&t, "v", 0, net_packet(&t, big, 65500, -1));
	is_num(net_drain(&t, "q"), 0, "VXLANEncap: one byte more");
	is_cstr(trun_read(&t, "v.drops"), "1", "is counted");

	p = net_hex(&t, OUT4("00", "0034", "0000", "04", "6ab3") IP4);
	packet_pull(p, 30);
	net_feed(&t, "y", 0, p);
	is_num(net_drain(&t, "r"), 1, "IPIPDecap: a header already stripped");
	p = net_hex(&t, OUT4("00", "0052", "0000", "11",
	                    "6a88") "c00012b5003e0000080000000000"
	                            "2a000102030405060708090a0b0c0800" IP4);
	packet_pull(p, 30);
	net_feed(&t, "z", 0, p);
	is_num(net_drain(&t, "r"), 1, "VXLANDecap: a header already stripped");
	is_num(trun_stop(&t), 0, "odd ones: all packets are back");
}

static const struct mistake mistakes[] = {
	{ "IPIPEncap(1.2.3.4)", "required argument missing" },
	{ "IPIPEncap(x, 1.2.3.4)", "SRC: IPv4 or IPv6 address expected" },
	{ "IPIPEncap(1.2.3.4, fe80::1)",
	    "DST: IPv4 address or DST_ANNO expected" },
	{ "IPIPEncap(fe80::1, 1.2.3.4)",
	    "DST: IPv6 address or DST_ANNO expected" },
	{ "IPIPEncap(1.2.3.4, 5.6.7.8, TTL 0)", "TTL: must be 1 at least" },
	{ "IPIPEncap(1.2.3.4, 5.6.7.8, DSCP 64)", "DSCP" },
	{ "IPIPDecap(SRC 1.2.3)", "SRC: IPv4 or IPv6 address expected" },
	{ "GREEncap(what)", "PROTO: 'auto', 'ip', 'ip6', 'ether'" },
	{ "GREEncap(KEY 1, KEY_ANNO 20)", "give one of KEY and KEY_ANNO" },
	{ "GREDecap(PROTO 65536)", "PROTO" },
	{ "VXLANEncap(1.2.3.4, 5.6.7.8)", "give one of VNI and VNI_ANNO" },
	{ "VXLANEncap(1.2.3.4, 5.6.7.8, 16777216)",
	    "VNI: must be 16777215 at most" },
	{ "VXLANDecap(16777216)", "VNI: must be 16777215 at most" },
};

static void
test_mistakes(void)
{
	test_refused("Idle -> ", mistakes, ARRAY_SIZE(mistakes), " -> Discard");
}

static void
test_hostile(void)
{
	static const char *const elements[] = { "IPIPEncap(1.2.3.4, 5.6.7.8)",
		"IPIPEncap(fe80::1, fe80::2)", "IPIPDecap", "GREEncap(KEY 1)",
		"GREDecap(SEQUENCE true)", "VXLANEncap(1.2.3.4, 5.6.7.8, 1)",
		"VXLANDecap" };
	static const char *const seeds[] = { IP4, IP6,
		OUT4("00", "0034", "0000", "04", "6ab3") IP4,
		OUT4("00", "003d", "0000", "29", "6a85") IP6,
		"b000080043f20000000000070000000001020304", "00000800" IP4,
		"0102030405060708090a0b0c0800" IP4,
		"0102030405060708090a0b0c8100000186dd" IP6,
		/* VXLAN, over IPv6 with a fragment header too */
		OUT4("00", "0052", "0000", "11",
		    "6ab3") "c00012b5003e0000080000000000"
		            "2a000102030405060708090a0b0c0800" IP4,
		"600000000046"
		"2c40fe80000000000000000000000000000"
		"3fe800000000000000000000000000004"
		"1100000000000000c00012b5003e000008000000"
		"00002a000102030405060708090a0b0c0800" IP4 };

	for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
		struct strbuf sb = STRBUF_INIT;
		struct trun t;

		sb_printf(&sb, "Idle -> x :: %s -> Discard", elements[i]);
		if (ok(trun_start(&t, sb_cstr(&sb)) == 0, "%s: starts",
		        elements[i]))
			net_storm(&t, "x", 0, seeds, ARRAY_SIZE(seeds), 20000);
		is_num(trun_stop(&t), 0, "%s: survives, all packets are back",
		    elements[i]);
		sb_fini(&sb);
	}
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(passages); i++)
		test_passage(&passages[i]);
	test_ecn_table();
	test_gre_sequence();
	test_gre_count();
	test_vxlan("1.2.3.4, 5.6.7.8", "");
	test_vxlan("1.2.3.4, 5.6.7.8", ", CHECKSUM true");
	test_vxlan("fe80::1, fe80::2", ", CHECKSUM true");
	test_vxlan_ports();
	test_vxlan_fragments();
	test_odd();
	test_mistakes();
	test_hostile();
	return tap_done();
}
