// firewall.click -- a stateless packet filter of ten rules, in the wire
//
//                         .------------.
//      inside, port 0 --> | ten rules  | --> outside, port 1
//                     <-- | and back   | <--
//                         '------------'
//
// It has no address: put it into a wire, and no one sees that it is there.
// ARP passes.  A packet is judged by the first rule that matches it, by what
// is in it alone; stateful-firewall.click also knows what came before.
//
// Try it: which frames of a web session get out?
//
//   build/click --port 0=pcap:examples/web.pcap --port 1=pcap:,/tmp/out.pcap \
//       examples/firewall.click -h passed.count -h dropped.count
//   tcpdump -nr /tmp/out.pcap
//
// Handlers: passed.count; dropped.count, and by which rule: fragments.count,
// private.count, mail.count, others.count; back.count, unwanted.count.
// rules.config may be written while packets pass.  More rules:
// examples/firewall-rules 1000

FromDevice(0, PROMISC true, STOP true)
	-> out :: Classifier(12/0800, 12/0806);
out[0] -> CheckIPHeader(14)
	-> rules :: IPFilter(		// a number: that output, which counts
		1     ip frag,
		2     dst net 10.0.0.0/8 or dst net 172.16.0.0/12,
		allow tcp dst port 80 or tcp dst port 443,
		allow udp dst port 53,
		allow tcp dst port 22 and dst net 203.0.113.0/24,
		3     tcp dst port 25,
		allow tcp dst port 587,
		allow icmp type echo,
		allow udp dst port 123,
		4     all)
	-> passed :: Counter
	-> ToDevice(1);
out[1] -> passed;

rules[1] -> fragments :: Counter -> dropped :: Counter -> Discard;
rules[2] -> private :: Counter -> dropped;
rules[3] -> mail :: Counter -> dropped;
rules[4] -> others :: Counter -> dropped;

// Back comes what may be an answer: not the beginning of a connection.
FromDevice(1, PROMISC true, STOP true)
	-> in :: Classifier(12/0800, 12/0806);
in[0] -> CheckIPHeader(14)
	-> answers :: IPFilter(
		allow (src port 80 or src port 443 or src port 22
		       or src port 587) and tcp opt ack,
		allow udp src port 53 or udp src port 123,
		allow icmp type echo-reply or icmp type unreachable,
		allow icmp type timeexceeded,
		1     all)
	-> back :: Counter
	-> ToDevice(0);
answers[1] -> unwanted :: Counter -> Discard;
in[1] -> back;

DriverManager(pause, pause, stop);
