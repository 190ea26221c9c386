// loadbalancer.click -- one address, many servers: Maglev's consistent hashing
//
//                              .----------.           .-- server 10.1.0.11
//      clients --- port 0 ---- | Maglev   | - port 1 -+-- server 10.1.0.12
//      203.0.113.0/24          '----------'           '-- server 10.1.0.13
//                    203.0.113.2       10.1.0.1
//                    203.0.113.80: the service
//
// A connection to 203.0.113.80 goes to one server, and stays there; when a
// server fails, only its connections move.  Packets are not changed: each
// server has 203.0.113.80 as an address of its own loopback device, and answers
// from it.
//
// Try it: a client on one device, a server on the other.
//
//   build/click --port 0=tap:cli0 --port 1=tap:srv0 -p 7777 examples/loadbalancer.click &
//   printf 'write lb.up0 false\nread lb.table\n' | nc 127.0.0.1 7777
//
// Handlers: lb.table, lb.weight0 ..., lb.up0 ... (health: written by whoever
// checks the servers), lb.lookup "SRC DST PROTO SPORT DPORT", lb.drops

AddressInfo(
	clients 203.0.113.2/24 02:00:00:00:00:03,
	servers 10.1.0.1/24 02:00:00:00:00:04,
	service 203.0.113.80);

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

clients_port :: Port(0, clients, clients:ip service);
servers_port :: Port(1, servers, servers:ip);

// ---- to the servers ----

lb :: MaglevSwitch(1, 1, 1, NAMES 10.1.0.11 10.1.0.12 10.1.0.13,
	FLOWS 100000);

clients_port -> to :: IPClassifier(
		dst host service and (tcp dst port 80 or tcp dst port 443
				      or icmp type echo),
		dst host clients and icmp type echo,
		-);
to[0] -> DecIPTTL -> lb;
to[1] -> ICMPPingResponder -> clients_port;
to[2] -> refused :: Counter -> Discard;

// Whoever it is chosen to be: the frame is sent to him, the packet as it came.
lb[0] -> SetIPAddress(10.1.0.11) -> servers_port;
lb[1] -> SetIPAddress(10.1.0.12) -> servers_port;
lb[2] -> SetIPAddress(10.1.0.13) -> servers_port;

// ---- and back ----

servers_port -> from :: IPClassifier(
		src host service and dst net clients:ipnet,
		dst host servers and icmp type echo,
		-);
from[0] -> DecIPTTL -> answers :: Counter -> clients_port;
from[1] -> ICMPPingResponder -> servers_port;
from[2] -> Discard;

DriverManager(pause, pause, wait 10ms, stop);
