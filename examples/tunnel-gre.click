// tunnel-gre.click -- a tunnel between two networks: GRE
//
//                  .---------.                                .---------.
//  10.1.0.0/24 --- | gateway | === GRE, key 7, IP in it    === | gateway | --- 10.2.0.0/24
//           port 0 '---------' port 1                         '---------'
//        10.1.0.1     192.0.2.1                     192.0.2.2    10.2.0.1
//
// RFC 2784, with a key (RFC 2890) that tells tunnels between the same two
// ends apart.  Linux' end: ip tunnel add t mode gre local 192.0.2.2 \
//     remote 192.0.2.1 key 7
//
// Try it: this end on two network devices, the other on two more.
//
//   build/click --port 0=tap:lan1 --port 1=tap:wan1 examples/tunnel-gre.click &
//   build/click --port 0=tap:lan2 --port 1=tap:wan2 examples/tunnel-gre.click \
//       LAN=10.2.0.1/24 PEERS=10.1.0.0/24 ME=192.0.2.2 PEER=192.0.2.1 MAC1=02:00:00:00:00:03
//
// Handlers: sent.count, received.count, strange.count, gre.drop_details

// The other end is the same file with these the other way round.
define($LAN 10.1.0.1/24, $PEERS 10.2.0.0/24,
	$ME 192.0.2.1, $PEER 192.0.2.2,
	$MAC0 02:00:00:00:00:01, $MAC1 02:00:00:00:00:02);

AddressInfo(lan $LAN $MAC0, wan $ME/24 $MAC1);

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

// 1500 - 20 of IP - 8 of GRE with its key
inside :: Port(0, lan, lan:ip);
outside :: Port(1, wan, wan:ip);

// ---- into the tunnel ----

inside -> to :: IPClassifier(dst net $PEERS,
			     dst host lan and icmp type echo,
			     -);
to[0] -> ttl :: DecIPTTL
	-> fit :: IPFragmenter(1472)	// what fits behind the outer headers
	-> GREEncap(KEY 7)
	-> IPEncap(gre, $ME, $PEER)
	-> sent :: Counter
	-> outside;
to[1] -> ICMPPingResponder -> inside;
to[2] -> Discard;
ttl[1] -> ICMPError(lan, timeexceeded) -> inside;
fit[1] -> ICMPError(lan, unreachable, needfrag, PMTU 1472) -> inside;

// ---- out of it ----

outside -> from :: IPClassifier(src host $PEER and dst host wan
					and ip proto gre,
				dst host wan and icmp type echo,
				-);
from[0] -> StripIPHeader
	-> gre :: GREDecap(PROTO 0x0800, KEY 7)
	-> CheckIPHeader
	-> inner :: IPClassifier(src net $PEERS and dst net lan:ipnet, -);
inner[0] -> DecIPTTL
	-> GetIPAddress(16)	// the destination is who gets it
	-> received :: Counter
	-> inside;
inner[1] -> strange :: Counter -> Discard;
from[1] -> ICMPPingResponder -> outside;
from[2] -> strange;

DriverManager(pause, pause, wait 10ms, stop);
