// nat64.click -- hosts that have only IPv6 reach servers that have only IPv4
//
//                              .-------.
//      2001:db8:1::/64 --- port 0     port 1 --- 203.0.113.0/24, the Internet
//                              | NAT64 |
//                              '-------'
//                  2001:db8:1::1     203.0.113.2
//
// 203.0.113.80 is 64:ff9b::203.0.113.80 to the inside (RFC 6052): what is sent
// there gets the IPv4 source 203.0.113.64 and a port of ours (RFC 6146), and
// is made IPv4 (RFC 7915).  A DNS64 tells hosts such addresses.
//
// Try it: IPv6 on one device, IPv4 on the other.
//
//   build/click --port 0=tap:six0 --port 1=tap:four0 examples/nat64.click &
//   ping 64:ff9b::203.0.113.80
//
// Handlers: out.count, in.count, inside.neighbours.table, outside.arp.table

define($GATEWAY 203.0.113.1);

AddressInfo(
	six 2001:db8:1::1 02:00:00:00:00:01,
	four 203.0.113.2/24 02:00:00:00:00:02,
	mapped 203.0.113.64);

// The IPv6 side: like Port below, with neighbour discovery instead of ARP.
elementclass Port6 { $number, $mine |
	neighbours :: IP6NDSolicitor($mine, $mine) -> out :: ToDevice($number);
	FromDevice($number, PROMISC true, STOP true)
		-> HostEtherFilter($mine)
		-> kind :: Classifier(12/86dd 20/3a 54/87,	// solicitations
				      12/86dd 20/3a 54/88,	// advertisements
				      12/86dd, -);
	kind[0] -> IP6NDAdvertiser($mine $mine:eth) -> out;
	kind[1] -> [1] neighbours;
	kind[2] -> Strip(14) -> CheckIP6Header -> output;
	kind[3] -> Discard;
	input -> [0] neighbours;
}

// A port of ours: IP packets that come for $mine leave by the output; those
// that go in are sent to the address in their destination annotation.  ARP is
// answered for $addresses.
elementclass Port { $number, $mine, $addresses |
	arp :: ARPQuerier($mine) -> out :: ToDevice($number);
	FromDevice($number, PROMISC true, STOP true)
		-> HostEtherFilter($mine)
		-> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002,
				      12/0800, -);
	kind[0] -> ARPResponder($addresses $mine:eth) -> out;
	kind[1] -> [1] arp;
	kind[2] -> Strip(14) -> CheckIPHeader -> IPReassembler -> output;
	kind[3] -> Discard;
	input -> IPFragmenter(1500) -> [0] arp;
}

inside :: Port6(0, six);
outside :: Port(1, four, four:ip mapped);

// One IPv4 address, a port of it for each flow.  The translators between 4
// and 6 know addresses ::ffff:a.b.c.d, and so does this.
flows :: AddressTranslator(0, true, true, false,
	::ffff:203.0.113.64 1024 65535);

// ---- out ----

// The prefix 64:ff9b:: becomes ::ffff:.  Both are 0 in a checksum, for which
// RFC 6052 chose the former, so that sums stay right.
inside -> well_known :: Classifier(24/0064ff9b0000000000000000, -);
well_known[0] -> hops :: DecIP6HLIM
	-> StoreData(24, \<00000000 00000000 0000ffff>)
	-> [0] flows;
well_known[1] -> elsewhere :: Counter -> Discard;
hops[1] -> ICMP6Error(six, 3, 0) -> inside;

flows[0] -> ProtocolTranslator64
	-> LinearIPLookup(203.0.113.0/24 0, 0.0.0.0/0 $GATEWAY 0)
	-> out :: Counter
	-> outside;

// ---- in ----

outside -> for :: IPClassifier(dst host mapped,
			       dst host four and icmp type echo,
			       -);
for[0] -> DecIPTTL
	-> ProtocolTranslator46(COPY_TTL true)
	-> [1] flows;
for[1] -> ICMPPingResponder -> outside;
for[2] -> Discard;

flows[1] -> StoreData(8, \<0064ff9b 00000000 00000000>)
	-> GetIP6Address(24)
	-> in :: Counter
	-> inside;

DriverManager(pause, pause, wait 10ms, stop);
