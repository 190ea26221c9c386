/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * eviction_test.c -- every table that packets fill ends what it holds by age
 * and by a limit: the newest is there, as many as the limit are, none is after
 * its time.
 */
#include "test/net.h"

struct table {
	const char *name, *config;
	void (*feed)(struct trun *t, int i); /* thing number i */
	const char *count;                   /* how many there are */
	int limit;
	int seconds; /* after which none is left; 0: by age only when looked at
	              */
};

static void
feed_udp(struct trun *t, int i)
{
	char src[32];

	snprintf(src, sizeof(src), "10.0.%d.%d", i >> 8 & 255, i & 255);
	net_feed_ip(t, "x", 0,
	    &(struct net_ip){ .src = src,
	        .dst = "20.0.0.1",
	        .proto = IPPROTO4_UDP,
	        .sport = 1024,
	        .dport = 53 });
}

static void
feed_tcp(struct trun *t, int i)
{
	char src[32];

	snprintf(src, sizeof(src), "10.0.%d.%d", i >> 8 & 255, i & 255);
	net_feed_ip(t, "x", 0,
	    &(struct net_ip){ .src = src,
	        .dst = "20.0.0.1",
	        .proto = IPPROTO4_TCP,
	        .sport = 1024,
	        .dport = 80,
	        .flags = TCP_SYN });
}

/* By the time of the packet, which moves a millisecond each. */
static void
feed_stamped(struct trun *t, int i)
{
	struct packet *p;
	char src[32];

	snprintf(src, sizeof(src), "10.0.%d.%d", i >> 8 & 255, i & 255);
	p = net_ip_packet(t, &(struct net_ip){ .src = src,
	                         .dst = "20.0.0.1",
	                         .proto = IPPROTO4_UDP,
	                         .sport = 1024,
	                         .dport = 53 });
	p->timestamp_ns = thread_wall_ns(master_thread(t->m, 0));
	net_feed(t, "x", 0, p);
}

static void
feed_ping(struct trun *t, int i)
{
	char src[32];

	snprintf(src, sizeof(src), "10.0.%d.%d", i >> 8 & 255, i & 255);
	net_feed_ip(t, "x", 0,
	    &(struct net_ip){ .src = src,
	        .dst = "20.0.0.1",
	        .proto = IPPROTO4_ICMP,
	        .text = "\x08"
	                "0123456" });
}

static void
feed_station(struct trun *t, int i)
{
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, (uint8_t)(i >> 8),
		(uint8_t)i, 8 };

	net_feed(t, "x", 0, net_packet(t, frame, sizeof(frame), -1));
}

static void
feed_address(struct trun *t, int i)
{
	char text[64];

	snprintf(text, sizeof(text), "10.0.%d.%d 2:0:0:0:0:1", i >> 8 & 255,
	    i & 255);
	(void)trun_write(t, "x.insert", text);
}

#define ONE(element) "x :: " element "; Idle -> x -> Discard"
#define TWO(element)                                                           \
	"x :: " element "; Idle -> x -> Discard; Idle -> [1] x [1] -> Discard"

enum { THINGS = 300, LIMIT = 40 };

static const struct table tables[] = {
	{ "IPRewriter, UDP",
	    ONE("IPRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL 5, "
	        "UDP_TIMEOUT 20,"
	        " UDP_STREAMING_TIMEOUT 20)"),
	    feed_udp, "x.nmappings", LIMIT, 60 },
	{ "IPRewriter, TCP",
	    ONE("IPRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL 5, "
	        "TCP_TIMEOUT 20,"
	        " TCP_NODATA_TIMEOUT 20)"),
	    feed_tcp, "x.nmappings", LIMIT, 60 },
	{ "TCPRewriter",
	    ONE("TCPRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL 5, "
	        "TCP_TIMEOUT 20,"
	        " TCP_NODATA_TIMEOUT 20)"),
	    feed_tcp, "x.nmappings", LIMIT, 60 },
	{ "UDPRewriter",
	    ONE("UDPRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL 5, "
	        "TIMEOUT 20)"),
	    feed_udp, "x.nmappings", LIMIT, 60 },
	{ "IPAddrRewriter",
	    ONE("IPAddrRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL "
	        "5, TIMEOUT 20)"),
	    feed_udp, "x.nmappings", LIMIT, 60 },
	{ "IPAddrPairRewriter",
	    ONE("IPAddrPairRewriter(keep 0 0, MAPPING_CAPACITY 40, "
	        "REAP_INTERVAL 5, TIMEOUT "
	        "20)"),
	    feed_udp, "x.nmappings", LIMIT, 60 },
	{ "ICMPPingRewriter",
	    ONE("ICMPPingRewriter(keep 0 0, MAPPING_CAPACITY 40, REAP_INTERVAL "
	        "5, TIMEOUT 20)"),
	    feed_ping, "x.nmappings", LIMIT, 60 },
	{ "CGNAT", TWO("CGNAT(9.0.0.0/24, CAPACITY 40, UDP_TIMEOUT 20)"),
	    feed_udp, "x.mappings", LIMIT, 60 },
	{ "CGNAT's subscribers",
	    TWO("CGNAT(9.0.0.0/32, BLOCK 1024, UDP_TIMEOUT 20, HOLD 20)"),
	    feed_udp, "x.subscribers", 63, 90 },
	{ "StatefulFirewall", TWO("StatefulFirewall(CAPACITY 40)"), feed_udp,
	    "x.flows", LIMIT, 400 },
	{ "FlowMonitor", ONE("FlowMonitor(CAPACITY 40, INACTIVE 20)"), feed_udp,
	    "x.flows", LIMIT, 60 },
	{ "Policer", ONE("Policer(1Mbps, BY src, CAPACITY 40)"), feed_udp,
	    "x.flows", LIMIT, 60 },
	{ "AggregateIPFlows", ONE("AggregateIPFlows(CAPACITY 40)"),
	    feed_stamped, "x.flows", LIMIT, 0 },
	{ "IDS",
	    ONE("IDS(RULE \"alert udp any any -> any any (flow:established;"
	        " content:\\\"x\\\"; sid:1;)\", FLOWS 40, TIMEOUT 20)"),
	    feed_tcp, "x.flows", LIMIT, 0 },
	{ "ARPTable", "x :: ARPTable(ENTRY_CAPACITY 40, TIMEOUT 20)",
	    feed_address, "x.count", LIMIT, 60 },
	{ "ARPQuerier",
	    "x :: ARPQuerier(1.0.0.1, 2:0:0:0:0:1, ENTRY_CAPACITY 40,"
	    " TIMEOUT 20); Idle -> x -> Discard; Idle -> [1] x",
	    feed_address, "x.count", LIMIT, 60 },
	{ "EtherSwitch", TWO("EtherSwitch(CAPACITY 40, TIMEOUT 20)"),
	    feed_station, "x.count", LIMIT, 0 },
};

static int64_t
eviction_count(struct trun *t, const struct table *x)
{
	return strtoll(trun_read(t, x->count), NULL, 10);
}

static void
test_table(const struct table *x)
{
	struct trun t;

	if (!ok(trun_start(&t, x->config) == 0, "%s: starts", x->name)) {
		tap_note("%s", trun_log(&t));
	} else {
		for (int i = 0; i < x->limit / 2; i++)
			x->feed(&t, i);
		is_num(eviction_count(&t, x), x->limit / 2,
		    "%s: some are all there", x->name);
		for (int i = x->limit / 2; i < THINGS; i++)
			x->feed(&t, i);
		is_num(
		    eviction_count(&t, x), x->limit, "%s: never more", x->name);
		if (x->seconds > 0) {
			net_pass(&t, x->seconds * NS_PER_SEC);
			is_num(eviction_count(&t, x), 0,
			    "%s: none after its time", x->name);
			x->feed(&t, THINGS);
			is_num(eviction_count(&t, x), 1, "%s: and a new one",
			    x->name);
		}
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", x->name);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		test_table(&tables[i]);
	return tap_done();
}
