/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memory_test.c -- what elements cost: the bytes of a route, a rule, a flow
 * that their documentation gives, and what one costs that has no state to speak
 * of.
 *
 * Counted is what was asked of malloc, by the address sanitizer; without it
 * there is nothing to count.
 */
#include <stdio.h>

#include "test/net.h"
#include "test/samples.h"

/* sanitizer/allocator_interface.h, which comes with clang only. */
#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void);
enum { HAVE_COUNT = 1 };
#else
#define __sanitizer_get_current_allocated_bytes() 0
enum { HAVE_COUNT = 0 };
#endif

static int64_t
memory_now(void)
{
	return (int64_t)__sanitizer_get_current_allocated_bytes();
}

/* ---- tables that are filled ---- */

/* Makes thing number i in element x (or, i < 0, what is needed before). */
typedef void fill_fn(struct trun *t, int i);

struct table {
	const char *name, *config;
	fill_fn *fill;
	int n;
	int bytes; /* of each, as the documentation says */
};

/* A number of 32 bits for i; another for each. */
static uint32_t
memory_mix(int i)
{
	return (uint32_t)i * 2654435761u;
}

static void
fill_route(struct trun *t, int i)
{
	uint32_t a = memory_mix(i);
	char text[64];

	snprintf(text, sizeof(text), "%u.%u.%u.0/24 %u.0.0.1 0", a >> 24,
	    a >> 16 & 255, a >> 8 & 255, 1 + (unsigned)i % 8);
	if (trun_write(t, "x.add", text) != 0)
		tap_note("%s: %s", text, trun_log(t));
}

static void
fill_arp(struct trun *t, int i)
{
	char text[64];

	snprintf(text, sizeof(text), "10.%d.%d.%d 2:0:0:0:0:1", i >> 16,
	    i >> 8 & 255, i & 255);
	trun_write(t, "x.insert", text);
}

static void
fill_sa(struct trun *t, int i)
{
	char text[128];

	snprintf(text, sizeof(text),
	    "%d \\<00112233445566778899AABBCCDDEEFF>"
	    " \\<00112233445566778899AABBCCDDEEFF> 1 64",
	    i + 1);
	trun_write(t, "x.insert", text);
}

static void
fill_station(struct trun *t, int i)
{
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, (uint8_t)(i >> 16),
		(uint8_t)(i >> 8), (uint8_t)i, 8 };

	net_feed(t, "x", 0, net_packet(t, frame, sizeof(frame), -1));
}

static void
fill_flow(struct trun *t, int i, uint8_t proto, uint8_t flags)
{
	char src[32];

	snprintf(src, sizeof(src), "10.%d.%d.1", i >> 8 & 255, i & 255);
	net_feed_ip(t, "x", 0,
	    &(struct net_ip){ .src = src,
	        .dst = "20.0.0.1",
	        .proto = proto,
	        .sport = (uint16_t)(1024 + (i >> 4)),
	        .dport = 80,
	        .flags = flags });
}

static void
fill_udp(struct trun *t, int i)
{
	fill_flow(t, i, IPPROTO4_UDP, 0);
}

static void
fill_tcp(struct trun *t, int i)
{
	fill_flow(t, i, IPPROTO4_TCP, TCP_SYN);
}

/* Sixteen flows of each host. */
static void
fill_subscriber(struct trun *t, int i)
{
	char src[32];

	snprintf(src, sizeof(src), "10.%d.%d.1", i >> 12 & 255, i >> 4 & 255);
	net_feed_ip(t, "x", 0,
	    &(struct net_ip){ .src = src,
	        .dst = "20.0.0.1",
	        .proto = IPPROTO4_UDP,
	        .sport = (uint16_t)(1024 + (i & 15)),
	        .dport = 80 });
}

static void
fill_host(struct trun *t, int i)
{
	fill_subscriber(t, i * 16);
}

#define ONE_WAY "; Idle -> x -> Discard"
static const struct table tables[] = {
	{ "RadixIPLookup: a route", "x :: RadixIPLookup" ONE_WAY, fill_route,
	    10000, 110 },
	{ "DirectIPLookup: a route", "x :: DirectIPLookup" ONE_WAY, fill_route,
	    10000, 110 },
	{ "LinearIPLookup: a route", "x :: LinearIPLookup" ONE_WAY, fill_route,
	    2000, 120 },
	{ "SortedIPLookup: a route", "x :: SortedIPLookup" ONE_WAY, fill_route,
	    2000, 120 },
	{ "LookupIPRoute: a route", "x :: LookupIPRoute" ONE_WAY, fill_route,
	    10000, 110 },
	{ "RadixIPsecLookup: a route", "x :: RadixIPsecLookup" ONE_WAY,
	    fill_route, 10000, 110 },
	{ "ARPTable: an address", "x :: ARPTable", fill_arp, 10000, 90 },
	{ "ARPQuerier: an address",
	    "Idle -> x :: ARPQuerier(1.0.0.1, 2:0:0:0:0:1) -> Discard;"
	    " Idle -> [1] x",
	    fill_arp, 10000, 90 },
	{ "EtherSwitch: a station",
	    "Idle -> x :: EtherSwitch -> Discard; Idle -> [1] x [1] -> Discard",
	    fill_station, 10000, 45 },
	{ "SATable: an association", "x :: SATable", fill_sa, 2000, 880 },
	{ "IPRewriter: a TCP flow",
	    "x :: IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 0)" ONE_WAY,
	    fill_tcp, 10000, 85 },
	{ "IPRewriter: a UDP flow",
	    "x :: IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 0)" ONE_WAY,
	    fill_udp, 10000, 85 },
	{ "TCPRewriter: a flow",
	    "x :: TCPRewriter(pattern 5.5.5.5 1024-65535 - - 0 0)" ONE_WAY,
	    fill_tcp, 10000, 85 },
	{ "UDPRewriter: a flow",
	    "x :: UDPRewriter(pattern 5.5.5.5 1024-65535 - - 0 0)" ONE_WAY,
	    fill_udp, 10000, 85 },
	{ "IPAddrRewriter: a flow", "x :: IPAddrRewriter(keep 0 0)" ONE_WAY,
	    fill_udp, 10000, 85 },
	{ "IPAddrPairRewriter: a flow",
	    "x :: IPAddrPairRewriter(keep 0 0)" ONE_WAY, fill_udp, 10000, 85 },
	{ "AggregateIPFlows: a flow", "x :: AggregateIPFlows" ONE_WAY, fill_udp,
	    10000, 60 },
	{ "CGNAT: a mapping",
	    "Idle -> x :: CGNAT(9.0.0.0/24, BLOCK 64) -> Discard;"
	    " Idle -> [1] x [1] -> Discard",
	    fill_subscriber, 10000, 84 },
	{ "CGNAT: a subscriber with a mapping",
	    "Idle -> x :: CGNAT(9.0.0.0/24, BLOCK 64) -> Discard;"
	    " Idle -> [1] x [1] -> Discard",
	    fill_host, 10000, 200 },
	{ "StatefulFirewall: a flow",
	    "Idle -> x :: StatefulFirewall -> Discard;"
	    " Idle -> [1] x [1] -> Discard",
	    fill_tcp, 10000, 150 },
	{ "FlowMonitor: a flow", "x :: FlowMonitor" ONE_WAY, fill_tcp, 10000,
	    165 },
	{ "Policer: an address", "x :: Policer(1Mbps, BY src)" ONE_WAY,
	    fill_udp, 10000, 125 },
	{ "IDS: a connection",
	    "x :: IDS(RULE \"alert tcp any any -> any any (content:\\\"x\\\";"
	    " sid:1;)\")" ONE_WAY,
	    fill_tcp, 10000, 190 },
};

/* Within a quarter of what is said. */
static bool
memory_near(int64_t got, int64_t said)
{
	return got >= said - said / 4 && got <= said + said / 4;
}

static void
test_table(const struct table *x)
{
	int64_t empty, full;
	struct trun t;

	if (!ok(trun_start(&t, x->config) == 0, "%s: starts", x->name)) {
		tap_note("%s", trun_log(&t));
	} else {
		x->fill(&t, 0); /* and all that comes with the first packet */
		empty = memory_now();
		for (int i = 1; i <= x->n; i++)
			x->fill(&t, i);
		full = memory_now();
		if (!ok(memory_near((full - empty) / x->n, x->bytes),
		        "%s: %d bytes", x->name, x->bytes))
			tap_note("     are: %d", (int)((full - empty) / x->n));
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", x->name);
}

/* ---- rules ---- */

struct rules {
	const char *name, *before, *rule, *after; /* rule: with two numbers */
	int bytes;
};

static const struct rules rules[] = {
	{ "IPFilter: a rule", "x :: IPFilter(",
	    "allow src net 10.%d.%d.0/24 and tcp dst port 80", ")" ONE_WAY,
	    1000 },
	{ "StringMatcher: a string", "x :: StringMatcher(", "word%d-%d ",
	    ")" ONE_WAY, 285 },
	{ "IDS: a rule", "x :: IDS(",
	    "RULE \"alert tcp any any -> any %d (content:\\\"word%d\\\"; "
	    "sid:1;)\"",
	    ")" ONE_WAY, 660 },
};

/* The bytes of a router with n rules. */
static int64_t
memory_rules(const struct rules *x, int n)
{
	struct strbuf config = STRBUF_INIT;
	int64_t before, bytes = 0;
	struct trun t;

	sb_adds(&config, x->before);
	for (int i = 0; i < n; i++) {
		char text[128];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), x->rule, i / 250, i % 250);
#pragma GCC diagnostic pop
		sb_printf(&config, "%s%s", i == 0 ? "" : ", ", text);
	}
	sb_adds(&config, x->after);
	before = memory_now();
	if (trun_start(&t, sb_cstr(&config)) == 0)
		bytes = memory_now() - before;
	else
		tap_note("%.300s", trun_log(&t));
	trun_stop(&t);
	sb_fini(&config);
	return bytes;
}

static void
test_rules(const struct rules *x)
{
	int64_t few = memory_rules(x, 200), many = memory_rules(x, 1200);

	if (!ok(few > 0 && many > 0 &&
	            memory_near((many - few) / 1000, x->bytes),
	        "%s: %d bytes", x->name, x->bytes))
		tap_note("     are: %d", (int)((many - few) / 1000));
}

/* ---- what each costs before it has done anything ---- */

enum { ELEMENT_BYTES = 4096, INSTANCES = 11 };

/* Those that keep something, and the most that they cost to begin with. */
static const struct {
	const char *name;
	int kb;
} big[] = {
	{ "ARPResponder", 8 },
	{ "AddressTranslator", 48 }, /* fragments; its sample has 59001 ports */
	{ "AggregateCounter", 8 },
	{ "AggregateIPFlows", 8 },
	{ "AnonymizeIPAddr", 12 },
	{ "CGNAT", 16 },
	{ "Classifier", 16 },
	{ "DNSProxy", 8 },
	{ "DNSResponder", 8 },
	{ "DirectIPLookup", 8 },
	{ "EtherSwitch", 8 },
	{ "FlowMonitor", 8 },
	{ "FrontDropQueue", 12 },
	{ "ICMPPingRewriter", 8 },
	{ "IDS", 72 }, /* its rules */
	{ "IPAddrPairRewriter", 8 },
	{ "IPAddrRewriter", 8 },
	{ "IPClassifier", 28 }, /* its patterns */
	{ "IPFilter", 28 },
	{ "IPRewriter", 8 },
	{ "LinearIPLookup", 8 },
	{ "LookupIP6Route", 8 },
	{ "LookupIPRoute", 8 },
	{ "LookupIPRouteMP", 8 },
	{ "MSQueue", 12 },
	{ "MaglevSwitch", 8 },
	{ "MixedQueue", 12 },
	{ "NotifierQueue", 12 },
	{ "PPPoEServer", 12 },
	{ "Policer", 8 },
	{ "Queue", 12 },
	{ "QuickNoteQueue", 12 },
	{ "RadixIPLookup", 8 },
	{ "RadixIPsecLookup", 8 },
	{ "RangeIPLookup", 8 },
	{ "Script", 8 },
	{ "SimpleQueue", 12 },
	{ "SnoopTCP", 8 },
	{ "SortedIPLookup", 8 },
	{ "StatefulFirewall", 8 },
	{ "StaticIPLookup", 8 },
	{ "StringMatcher", 16 }, /* its strings */
	{ "TCPRewriter", 8 },
	{ "ThreadSafeQueue", 12 },
	{ "UDPRewriter", 8 },
};

/* The most that an element of that class may cost. */
static int
memory_most(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(big); i++)
		if (strcmp(name, big[i].name) == 0)
			return big[i].kb * 1024;
	return ELEMENT_BYTES;
}

/* The bytes of a router; 0: it does not start. */
static int64_t
memory_config(const char *config)
{
	int64_t before = memory_now(), bytes = 0;
	struct trun t;

	if (trun_start(&t, config) == 0)
		bytes = memory_now() - before;
	trun_stop(&t);
	return bytes;
}

/* A router around n elements. */
static int64_t
memory_router(const struct sample *s, unsigned int n)
{
	struct strbuf text = STRBUF_INIT;
	int64_t bytes;

	sample_text(&text, s, n);
	bytes = memory_config(sb_cstr(&text));
	sb_fini(&text);
	return bytes;
}

/*
 * So many Idles and Discards in pairs, and Queues between as many of them: what
 * stands around a sample.
 */
static int64_t
memory_pairs(unsigned int pairs, unsigned int queues)
{
	struct strbuf text = STRBUF_INIT;
	int64_t bytes;

	for (unsigned int i = 0; i < pairs || i < queues; i++)
		sb_printf(&text, "Idle -> %s Discard;",
		    i < queues ? "Queue(100) ->" : "");
	bytes = memory_config(sb_cstr(&text));
	sb_fini(&text);
	return bytes;
}

/* What a sample's element costs by itself; 0: it cannot be had twice. */
static int64_t
memory_element(const struct sample *s)
{
	int64_t one = memory_router(s, 1), many = memory_router(s, INSTANCES);
	struct str codes =
	    str_of(s->class->processing != NULL ? s->class->processing : "a");
	unsigned int queues = 0, pairs = s->nin + s->nout; /* of two of them */

	if (one == 0 || many == 0)
		return 0;
	codes = str_sub(codes, 0, str_find(codes, '/', 0));
	for (unsigned int i = 0; i < s->nin; i++)
		queues += port_letter(codes, i) == 'l';
	one -= memory_pairs((pairs + 1) / 2, queues);
	many -= memory_pairs(INSTANCES * pairs / 2, INSTANCES * queues);
	return (many - one) / (INSTANCES - 1);
}

/* Whether it can be had more than once. */
static bool
test_element(const struct sample *s)
{
	int64_t bytes = memory_element(s);
	int most;

	if (bytes == 0)
		return false;
	most = memory_most(s->class->name);
	if (!ok(bytes < most, "%s: under %d bytes", s->class->name, most))
		tap_note("     are: %d", (int)bytes);
	return true;
}

static void
test_elements(void)
{
	unsigned int tried = 0;

	samples_read("test/elements.samples");
	for (size_t i = 0; i < samples.n; i++)
		if (samples.v[i].reason.n == 0)
			tried += test_element(&samples.v[i]);
	ok(tried > 250, "%u classes", tried);
	free(samples.v);
	free(samples.text);
}

int
main(void)
{
	if (!HAVE_COUNT) {
		tap_skip("memory is counted by the address sanitizer");
		return tap_done();
	}
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		test_table(&tables[i]);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		test_rules(&rules[i]);
	test_elements();
	return tap_done();
}
