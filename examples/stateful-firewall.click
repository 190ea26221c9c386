// stateful-firewall.click -- nothing comes in that was not asked for
//
//                         .-----------------------------.
//      inside, port 0 --> | flows that are known pass;  | --> outside, port 1
//                     <-- | new ones: inside may begin  | <--
//                         | any, outside what rules say |
//                         '-----------------------------'
//
// Put into a wire like firewall.click, but each TCP connection, UDP exchange
// and ping is remembered from its first packet to its last.
//
// Try it: two networks that the kernel has an address on, joined by it.
//
//   build/click --port 0=tap:in0 --port 1=tap:out0 -p 7777 \
//       examples/stateful-firewall.click &
//   printf 'read fw.table\nread fw.drop_details\n' | nc 127.0.0.1 7777
//
// Handlers: fw.table, fw.flows, fw.drops, fw.drop_details, fw.close, ...;
// refused.count, bad.count; rules.config may be written: what may come in.

// One address inside may have a thousand flows at a time: enough for people,
// too few to fill the table.
fw :: StatefulFirewall(PER_SOURCE 1000);

elementclass Side { $port |
	FromDevice($port, PROMISC true, STOP true)
		-> kind :: Classifier(12/0800, 12/86dd, 12/0806, -);
	kind[0] -> check :: CheckIPHeader(14)
		-> whole :: IPReassembler
		-> [0] output;			// IPv4
	kind[1] -> CheckIP6Header(OFFSET 14) -> [0] output;	// IPv6
	kind[2] -> [1] output;			// ARP
	kind[3] -> Discard;
	input -> ToDevice($port);
}

inside :: Side(0);
outside :: Side(1);

inside[0] -> [0] fw;
fw[0] -> outside;
outside[0] -> [1] fw;
fw[1] -> inside;

inside[1] -> outside;	// ARP passes
outside[1] -> inside;

// What would begin a flow from outside: a server inside may be reached.
fw[3] -> rules :: IPFilter(
		allow dst host 10.0.0.80 and tcp dst port 80,
		allow icmp type echo and dst host 10.0.0.80,
		1 all)
	-> [3] fw;
rules[1] -> refused :: Counter -> Discard;

// From inside all may begin, so rules for it are never asked.
fw[2] -> Discard;
Idle -> [2] fw;

// What can be part of no flow.
fw[4] -> bad :: Counter -> Discard;

DriverManager(pause, pause, stop);
