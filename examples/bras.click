// bras.click -- a broadband remote access server: PPPoE subscribers, each with
// an address and a rate
//
//                                 .--------.
//     subscribers ))) PPPoE --- port 0     |
//     10.64.0.0/16                | BRAS   port 1 --- IP network 203.0.113.0/24
//                                 '--------'
//                            10.64.0.1   203.0.113.2
//
// Subscribers say who they are (CHAP, or PAP where they must), get an address
// and name servers, and may send and receive at their rate.  Other routers of
// the network are to send 10.64.0.0/16 to 203.0.113.2.
//
// Try it (Debian: pppoe, ppp), with a client on a network device of its own:
//
//   build/click --port 0=tap:sub0 --port 1=tap:net0 -p 7777 examples/bras.click &
//   ip link set sub0 up && pppoe-discovery -I sub0
//
// Handlers: bras.sessions, bras.ended, bras.stats, bras.end, bras.add_user
// "NAME SECRET [ADDRESS [RATE]]", bras.remove_user; up.count, down.count

define($GATEWAY 203.0.113.1);

AddressInfo(
	subscribers 10.64.0.1/16 02:00:00:00:00:01,
	network 203.0.113.2/24 02:00:00:00:00:02);

bras :: PPPoEServer(subscribers, subscribers, subscribers:ipnet,
	USER "joe secret 10.64.0.7",
	USER "ann word - 2Mbps",
	RATE 10Mbps,
	DNS 203.0.113.53,
	AC_NAME bras, SERVICE internet);

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

outside :: Port(1, network, network:ip);

// ---- the subscribers' side: Ethernet ----

FromDevice(0, PROMISC true, STOP true) -> [0] bras;
bras[0] -> ToDevice(0);

// ---- what they send ----

bras[1] -> to :: IPClassifier(dst host subscribers and icmp type echo,
			      dst host subscribers,
			      dst net subscribers:ipnet,
			      -);
to[0] -> ICMPPingResponder -> [1] bras;	// the gateway answers pings
to[1] -> Discard;
to[2] -> DecIPTTL -> [1] bras;		// from one to another
to[3] -> ttl :: DecIPTTL
	-> LinearIPLookup(203.0.113.0/24 0, 0.0.0.0/0 $GATEWAY 0)
	-> up :: Counter
	-> outside;
ttl[1] -> ICMPError(subscribers, timeexceeded) -> [1] bras;

// ---- what comes for them ----

outside -> for :: IPClassifier(dst net subscribers:ipnet,
			       icmp type echo and dst host network,
			       -);
for[0] -> back :: DecIPTTL -> down :: Counter -> [1] bras;
for[1] -> ICMPPingResponder -> outside;
for[2] -> Discard;
back[1] -> ICMPError(network, timeexceeded) -> outside;

// ---- what is neither PPPoE nor for a session ----

bras[2] -> stray :: Counter -> Discard;

DriverManager(pause, pause, wait 10ms, stop);
