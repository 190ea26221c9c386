// firewall-nat.click -- a packet filter and a NAT for one home network
//
//                      .-----------------------.
//   home --- port 0 ---| filter --> new source |--- port 1 --- Internet
//   192.168.7.0/24     |        <-- replies    |    203.0.113.0/24
//                      '-----------------------'
//             192.168.7.1                     203.0.113.1
//
// Home may fetch web pages, ask for names and ping; all else is dropped, and
// nothing gets in from outside but the replies.  Each rule has a counter.
//
// Try it: the home on one device, the Internet on another.
//
//   build/click --port 0=tap:home0 --port 1=tap:net0 -p 7777 examples/firewall-nat.click &
//   printf 'read nat.tcp_table\nread other.count\n' | nc 127.0.0.1 7777
//
// Handlers: web.count dns.count ping.count (passed by each rule), other.count
// spoofed.count (dropped), replies.count, unwanted.count; nat.tcp_table,
// nat.udp_table and pings.table show the mappings.

define($GATEWAY 203.0.113.254);

AddressInfo(
	home 192.168.7.1/24 02:00:00:00:00:01,
	internet 203.0.113.1/24 02:00:00:00:00:02);

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

inside :: Port(0, home, home:ip);
outside :: Port(1, internet, internet:ip);

// The NAT: input 0 from inside, input 1 from outside; what belongs to no
// mapping leaves by output 2.
nat :: IPRewriter(pattern internet:ip 1024-65535 - - 0 1, pass 2);
pings :: ICMPPingRewriter(pattern internet:ip 1024-65535 - - 0 1, pass 2);

// ---- from inside ----

inside -> from :: IPClassifier(dst host home and icmp type echo,
			       dst host home,
			       src net home:ipnet,
			       -);
from[0] -> ICMPPingResponder -> inside;	// the gateway answers pings
from[1] -> Discard;
from[3] -> spoofed :: Counter -> Discard;
from[2] -> ttl :: DecIPTTL
	-> rule :: IPClassifier(	// the first rule that matches decides
		tcp dst port 80 or tcp dst port 443,
		udp dst port 53 or tcp dst port 53,
		icmp type echo,
		-);
ttl[1] -> ICMPError(home, timeexceeded) -> inside;

rule[0] -> web :: Counter -> [0] nat;
rule[1] -> dns :: Counter -> [0] nat;
rule[2] -> ping :: Counter -> [0] pings;
rule[3] -> other :: Counter -> Discard;

nat[0] -> sent :: Counter
	-> LinearIPLookup(203.0.113.0/24 0, 0.0.0.0/0 $GATEWAY 0)
	-> outside;
pings[0] -> sent;

// ---- from outside: replies, and errors about what was sent ----

outside -> to :: IPClassifier(dst host internet and (tcp or udp),
			      dst host internet and icmp type echo-reply,
			      dst host internet and (icmp type unreachable
						     or icmp type timeexceeded),
			      -);
to[0] -> [1] nat;
to[1] -> [1] pings;
to[2] -> errors :: ICMPRewriter(nat pings);
to[3] -> unwanted :: Counter -> Discard;

nat[1] -> back :: DecIPTTL -> replies :: Counter -> inside;
pings[1] -> back;
errors[0] -> back;
back[1] -> Discard;

nat[2] -> unwanted;
pings[2] -> unwanted;

DriverManager(pause, pause, wait 10ms, stop);
