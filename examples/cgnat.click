// cgnat.click -- a carrier-grade NAT: many subscribers, few addresses
//
//                              .-------------.
//     subscribers --- port 0 --|   CG-NAT    |-- port 1 --- Internet
//     100.64.0.0/24            '-------------'     203.0.113.0/24
//                     100.64.0.1             203.0.113.2
//                                            203.0.113.16-31 for subscribers
//
// Each subscriber gets blocks of 512 ports of one external address (RFC 6888);
// who had which block is told to a collector when it changes: one line for a
// block, not one for a connection.  Subscribers reach each other at their
// external addresses, too (hairpinning).
//
// Try it: a subscriber's network on a device, the Internet on another.
//
//   build/click --port 0=tap:sub0 --port 1=tap:net0 -p 7777 examples/cgnat.click &
//   printf 'read nat.blocks\nread nat.log\n' | nc 127.0.0.1 7777
//
// Handlers: nat.table, nat.blocks, nat.log, nat.stats, nat.who "203.0.113.16
// 1024", nat.map, nat.unmap; unknown.count; inside.arp.table, ...

define($COLLECTOR 203.0.113.9, $GATEWAY 203.0.113.1);

AddressInfo(
	subscribers 100.64.0.1/24 02:00:00:00:00:01,
	internet 203.0.113.2/24 02:00:00:00:00:02,
	pool 203.0.113.16/28);

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

inside :: Port(0, subscribers, subscribers:ip);
outside :: Port(1, internet, internet:ip pool:ipnet);

nat :: CGNAT(pool:ipnet, BLOCK 512, BLOCKS 4);

// ---- from subscribers ----

inside -> from :: IPClassifier(dst host subscribers and icmp type echo,
			       dst host subscribers,
			       src net subscribers:ipnet,
			       -);
from[0] -> ICMPPingResponder -> inside;	// the gateway answers pings
from[1] -> Discard;
from[2] -> ttl :: DecIPTTL -> [0] nat;
from[3] -> spoofed :: Counter -> Discard;

nat[0] -> next :: LinearIPLookup(203.0.113.0/24 0, 0.0.0.0/0 $GATEWAY 0)
	-> sent :: Counter
	-> outside;

ttl[1] -> ICMPError(subscribers, timeexceeded) -> inside;

// ---- from the Internet ----

outside -> to :: IPClassifier(dst net pool:ipnet, -);
to[0] -> back :: DecIPTTL -> [1] nat;
to[1] -> Discard;
back[1] -> Discard;

nat[1] -> received :: Counter -> inside;

// ---- nobody's ----

nat[2] -> unknown :: Counter -> Discard;

// ---- who had which ports, and when: to a collector ----

nat[3] -> UDPIPEncap(internet, 514, $COLLECTOR, 514) -> outside;

DriverManager(pause, pause, wait 10ms, stop);
