// tunnel-vxlan.click -- one Ethernet in two places: VXLAN
//
//               .---------.                            .---------.
//  Ethernet --- | gateway | === VXLAN, network 42 === | gateway | --- Ethernet
//        port 0 '---------' port 1                     '---------'
//                    192.0.2.1                     192.0.2.2
//
// Frames travel in UDP (RFC 7348), 50 bytes longer: either hosts use an MTU
// of 1450, or the way between has one of 1550.
//
// Try it: this end on two network devices, the other on two more.
//
//   build/click --port 0=tap:lan1 --port 1=tap:wan1 examples/tunnel-vxlan.click &
//   build/click --port 0=tap:lan2 --port 1=tap:wan2 examples/tunnel-vxlan.click \
//       ME=192.0.2.2 PEER=192.0.2.1 MAC=02:00:00:00:00:03
//
// Handlers: sent.count, received.count, vxlan.drops; vxlan.vni, enter.vni

// The other end is the same file with these the other way round.
define($ME 192.0.2.1, $PEER 192.0.2.2, $MAC 02:00:00:00:00:02);

AddressInfo(wan $ME/24 $MAC);

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
	input -> [0] arp;
}

outside :: Port(1, wan, wan:ip);

FromDevice(0, PROMISC true, STOP true)
	-> enter :: VXLANEncap($ME, $PEER, 42)
	-> sent :: Counter
	-> outside;

outside -> from :: IPClassifier(src host $PEER and dst host wan
					and udp dst port 4789,
				dst host wan and icmp type echo,
				-);
from[0] -> vxlan :: VXLANDecap(42)
	-> received :: Counter
	-> ToDevice(0);
from[1] -> ICMPPingResponder -> outside;
from[2] -> Discard;

DriverManager(pause, pause, wait 10ms, stop);
