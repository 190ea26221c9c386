// ping-responder.click -- one address that answers ARP and pings
//
//               .--> ARP for 10.0.0.1? --> reply --.
//      port 0 --+                                  +--> port 0
//               '--> echo request? -----> reply --'
//
// A host in twenty lines, and the first thing to start on a new network.
//
// Try it: on a network device of its own, that the kernel has an address on.
//
//   build/click --port 0=tap:try0 examples/ping-responder.click &
//   ip addr add 10.0.0.2/24 dev try0 && ip link set try0 up && ping 10.0.0.1
//
// Handlers: arps.count, pings.count, other.count

AddressInfo(me 10.0.0.1 02:00:00:00:00:01);

FromDevice(0, PROMISC true, STOP true)
	-> HostEtherFilter(me)
	-> kind :: Classifier(12/0806 20/0001,	// ARP requests
			      12/0800,		// IPv4
			      -);

kind[0] -> ARPResponder(me) -> arps :: Counter -> out :: ToDevice(0);

kind[1] -> CheckIPHeader(14)
	-> asked :: IPClassifier(icmp type echo and dst host me, -);

asked[0] -> CheckICMPHeader
	-> ICMPPingResponder	// exchanges the IP addresses
	-> EtherMirror		// and the Ethernet addresses
	-> pings :: Counter
	-> out;

asked[1] -> other :: Counter -> Discard;
kind[2] -> other;
