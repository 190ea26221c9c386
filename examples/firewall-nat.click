// firewall-nat.click -- a packet filter and a NAT for one home network
//
//       inside                                                outside
//   192.168.7.0/24 --> filter --> address and port --> 203.0.113.1 --> Internet
//                  <------------- translated back <--- replies only
//
// Inside may fetch web pages, ask for names and ping; all else is dropped, and
// nothing gets in from outside but the replies.  Each rule has a counter.
//
// Try it on the capture of a web session, then look at what came out:
//
//   build/click examples/firewall-nat.click CAPTURE=examples/web.pcap
//   build/click examples/firewall-nat.click OUT=/tmp/out.pcap
//
// Handlers: web.count dns.count ping.count (passed by each rule), other.count
// (dropped), replies.count, unwanted.count; nat.tcp_table, nat.udp_table and
// pings.table show the mappings.

define($CAPTURE examples/web.pcap, $OUT /dev/null, $TIMING true);

AddressInfo(inside 192.168.7.0/24, public 203.0.113.1);

// Whatever leaves, by either side, goes into one capture.
out :: ToDump($OUT, ENCAP IP);

// The NAT: input 0 from inside, input 1 from outside.
nat :: IPRewriter(pattern public - - - 0 1, drop);
pings :: ICMPPingRewriter(pattern public - - - 0 1, drop);

// The capture holds both wires of the NAT: told apart by address.
FromDump($CAPTURE, TIMING $TIMING, STOP true)
	-> Strip(14)
	-> CheckIPHeader
	-> all :: Counter
	-> side :: IPClassifier(src net inside, dst host public, -);

// ---- the filter: its first matching rule decides ----

side[0] -> rule :: IPClassifier(
		tcp dst port 80 or tcp dst port 443,
		udp dst port 53,
		icmp type echo,
		-);

rule[0] -> web :: Counter -> [0] nat;
rule[1] -> dns :: Counter -> [0] nat;
rule[2] -> ping :: Counter -> [0] pings;
rule[3] -> other :: Counter -> Discard;

// ---- translated, each way ----

nat[0] -> sent :: Counter -> out;
pings[0] -> sent;

side[1] -> back :: IPClassifier(tcp or udp, icmp type echo-reply, -);
back[0] -> asked :: Counter -> [1] nat;
back[1] -> asked_pings :: Counter -> [1] pings;
back[2] -> unwanted :: Counter -> Discard;

nat[1] -> replies :: Counter -> out;
pings[1] -> replies;

side[2] -> unwanted;
