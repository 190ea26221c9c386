// router4.click -- an IP router with four ports
//
//    10.0.0.0/24 --- port 0 [ 10.0.0.1   10.0.1.1 ] port 1 --- 10.0.1.0/24
//                           [      routes         ]   172.16.0.0/12: 10.0.1.2
//    10.0.2.0/24 --- port 2 [ 10.0.2.1   10.0.3.1 ] port 3 --- 10.0.3.0/24
//
// What RFC 1812 asks of a router: ARP on all its networks, checks, time to
// live, fragments, and ICMP errors -- time exceeded, destination unreachable,
// fragmentation needed, redirect -- and it can be pinged itself.
//
// Try it: two networks that the kernel has an address on, and a ping across.
//
//   build/click --port 0=tap:try0 --port 1=tap:try1 --port 2=tap:try2 --port 3=tap:try3 examples/router4.click &
//   ip addr add 10.0.0.2/24 dev try0 && ip link set try0 up && ping 10.0.1.1
//
// Handlers: routes.table, routes.add, routes.remove (10.9.0.0/16 10.0.1.9 1);
// port0.arp.table ...; port0.bad.count (not IP, or broken), port0.expired.count

// Each port's address and network, and its Ethernet address.
AddressInfo(
	net0 10.0.0.1/24 02:00:00:00:00:01,
	net1 10.0.1.1/24 02:00:00:00:00:02,
	net2 10.0.2.1/24 02:00:00:00:00:03,
	net3 10.0.3.1/24 02:00:00:00:00:04);

// A port: IP packets go out by its input, their next hop in the destination
// annotation; those that came in leave at output 0.  Errors about what was to
// go out leave at output 1, to be routed like all others.
elementclass Port { $number, $net |
	arp :: ARPQuerier($net) -> out :: ToDevice($number);

	// ---- in ----
	FromDevice($number, PROMISC true, STOP true)
		-> HostEtherFilter($net)
		-> kind :: Classifier(12/0806 20/0001,	// ARP requests
				      12/0806 20/0002,	// ARP replies
				      12/0800,		// IPv4
				      -);
	kind[0] -> ARPResponder($net:ip $net:eth) -> out;
	kind[1] -> [1] arp;
	kind[2] -> Paint($number)	// where it came from
		-> Strip(14)
		-> check :: CheckIPHeader
		-> [0] output;
	kind[3] -> bad :: Counter -> Discard;
	check[1] -> bad;

	// ---- out ----
	input -> DropBroadcasts
		-> here :: PaintTee($number)	// out by where it came in?
		-> options :: IPGWOptions($net:ip)
		-> FixIPSrc($net:ip)
		-> ttl :: DecIPTTL
		-> fit :: IPFragmenter(1500)
		-> [0] arp;

	// ---- errors ----
	here[1] -> ICMPError($net:ip, redirect, host) -> [1] output;
	options[1] -> ICMPError($net:ip, parameterproblem) -> [1] output;
	ttl[1] -> expired :: Counter
		-> ICMPError($net:ip, timeexceeded) -> [1] output;
	fit[1] -> ICMPError($net:ip, unreachable, needfrag, PMTU 1500)
		-> [1] output;
}

port0 :: Port(0, net0);
port1 :: Port(1, net1);
port2 :: Port(2, net2);
port3 :: Port(3, net3);

// Where to: network, next hop if it is not there itself, and output.
routes :: RadixIPLookup(
	10.0.0.1/32 4, 10.0.0.0/32 5, 10.0.0.255/32 5,
	10.0.1.1/32 4, 10.0.1.0/32 5, 10.0.1.255/32 5,
	10.0.2.1/32 4, 10.0.2.0/32 5, 10.0.2.255/32 5,
	10.0.3.1/32 4, 10.0.3.0/32 5, 10.0.3.255/32 5,
	10.0.0.0/24 0,
	10.0.1.0/24 1,
	10.0.2.0/24 2,
	10.0.3.0/24 3,
	172.16.0.0/12 10.0.1.2 1,
	0.0.0.0/0 6);

port0[0] -> routes; routes[0] -> port0; port0[1] -> routes;
port1[0] -> routes; routes[1] -> port1; port1[1] -> routes;
port2[0] -> routes; routes[2] -> port2; port2[1] -> routes;
port3[0] -> routes; routes[3] -> port3; port3[1] -> routes;

// For the router itself: it answers pings, and has no ports.
routes[4] -> mine :: IPClassifier(icmp type echo, icmp, -);
mine[0] -> ICMPPingResponder -> routes;
mine[1] -> Discard;
mine[2] -> ICMPError(net0, unreachable, port) -> routes;

// Broadcasts of a network are not for others (RFC 2644).
routes[5] -> Discard;

// And for where there is no way to:
routes[6] -> unreachable :: Counter
	-> ICMPError(net0, unreachable, net) -> routes;

// When all captures have come to their end, if that is what the ports are.
DriverManager(pause, pause, pause, pause, wait 10ms, stop);
