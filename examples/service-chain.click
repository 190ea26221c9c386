// service-chain.click -- three functions in a row: firewall, NAT, load balancer
//
//                       .------------------------------------.        .- 10.1.0.11
//   clients --- port 0 -| firewall --> NAT --> load balancer |- port 1 - 10.1.0.12
//   192.168.7.0/24      '------------------------------------'        '- 10.1.0.13
//             192.168.7.1                                   10.1.0.1
//                         203.0.113.80: the service
//
// Each function is a class with a way there, from input 0 to output 0, and a
// way back, from input 1 to output 1; so a chain of them is one line a way.
// Clients reach only the service; it sees them as 203.0.113.1; a connection
// stays with its server.  Each server has 203.0.113.80 on its loopback device.
//
// The same chain as three guests, joined by the switch: tools/demo.
//
// Try it: a client on one device, a server on the other.
//
//   build/click --port 0=tap:cli0 --port 1=tap:srv0 -p 7777 examples/service-chain.click &
//   printf 'read firewall/dropped.count\nread balancer/lb.table\n' | nc 127.0.0.1 7777
//
// Handlers: firewall/passed.count, firewall/dropped.count; nat/flows.tcp_table,
// nat/unwanted.count; balancer/lb.table, balancer/lb.up0 (health), ...

AddressInfo(
	clients 192.168.7.1/24 02:00:00:00:00:01,
	servers 10.1.0.1/24 02:00:00:00:00:02,
	public 203.0.113.1,
	service 203.0.113.80);

// ---- the three functions ----

// The first rule that matches decides; back comes what is an answer.
elementclass Firewall {
	input[0] -> rules :: IPFilter(
			1     not dst host service,
			allow tcp dst port 80 or tcp dst port 443,
			allow icmp type echo,
			1     all)
		-> passed :: Counter -> [0] output;
	rules[1] -> dropped :: Counter -> Discard;
	input[1] -> [1] output;
}

// One address for all clients, a port of it for each flow.
elementclass Nat {
	flows :: IPRewriter(pattern public 1024-65535 - - 0 1, pass 2);
	pings :: ICMPPingRewriter(pattern public 1024-65535 - - 0 1, pass 2);

	input[0] -> out :: IPClassifier(icmp, -);
	out[0] -> [0] pings; pings[0] -> [0] output;
	out[1] -> [0] flows; flows[0] -> [0] output;

	input[1] -> in :: IPClassifier(icmp type echo-reply, tcp or udp, -);
	in[0] -> [1] pings; pings[1] -> [1] output;
	in[1] -> [1] flows; flows[1] -> [1] output;
	in[2] -> unwanted :: Counter -> Discard;
	pings[2] -> unwanted;
	flows[2] -> unwanted;
}

// The packet stays as it is; its server is who it is sent to.
elementclass Balancer {
	lb :: MaglevSwitch(1, 1, 1, NAMES 10.1.0.11 10.1.0.12 10.1.0.13,
		FLOWS 100000);
	input[0] -> lb;
	lb[0] -> SetIPAddress(10.1.0.11) -> to :: Counter -> [0] output;
	lb[1] -> SetIPAddress(10.1.0.12) -> to;
	lb[2] -> SetIPAddress(10.1.0.13) -> to;

	input[1] -> from :: IPClassifier(src host service and dst host public, -);
	from[0] -> [1] output;
	from[1] -> strange :: Counter -> Discard;
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

inside :: Port(0, clients, clients:ip);
outside :: Port(1, servers, servers:ip);

firewall :: Firewall;
nat :: Nat;
balancer :: Balancer;

// ---- the chain ----

inside -> there :: DecIPTTL -> [0] firewall -> [0] nat -> [0] balancer -> outside;
outside -> back :: DecIPTTL
	-> [1] balancer; balancer[1] -> [1] nat; nat[1] -> [1] firewall;
firewall[1] -> inside;

there[1] -> ICMPError(clients, timeexceeded) -> inside;
back[1] -> Discard;

DriverManager(pause, pause, wait 10ms, stop);
