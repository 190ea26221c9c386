// dnsproxy.click -- a name server that asks others, and remembers
//
//                             .-----------.
//      clients --- port 0 --- | DNS proxy | --- port 1 --- name servers
//      10.0.0.0/24            '-----------'                10.1.0.53, 10.1.0.54
//                     10.0.0.53          10.1.0.2
//
// Answers are kept as long as they may be; clients that ask the same at the
// same time share one query.  Forged answers must guess port, id and, by MIX,
// the letters' case.
//
// Try it: the proxy on one device, a name server at 10.1.0.53 on the other.
//
//   build/click --port 0=tap:cli0 --port 1=tap:srv0 -p 7777 examples/dnsproxy.click &
//   ip addr add 10.0.0.2/24 dev cli0 && ip link set cli0 up && dig @10.0.0.53 example.org
//
// Handlers: dns.stats, dns.entries, dns.inflight, dns.flush

define($SERVERS 10.1.0.53 10.1.0.54);

AddressInfo(
	clients 10.0.0.53/24 02:00:00:00:00:01,
	servers 10.1.0.2/24 02:00:00:00:00:02);

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

clients_port :: Port(0, clients, clients:ip);
servers_port :: Port(1, servers, servers:ip);

dns :: DNSProxy($SERVERS, servers, TIMEOUT 1s, MIX true, MEMORY 4194304);

clients_port -> to :: IPClassifier(
		dst host clients and (udp dst port 53 or tcp dst port 53),
		dst host clients and icmp type echo,
		-);
to[0] -> [0] dns;
to[1] -> ICMPPingResponder -> clients_port;
to[2] -> refused :: Counter -> Discard;
dns[0] -> clients_port;

servers_port -> from :: IPClassifier(dst host servers, -);
from[0] -> [1] dns;
from[1] -> Discard;
dns[1] -> servers_port;

DriverManager(pause, pause, wait 10ms, stop);
