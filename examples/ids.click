// ids.click -- an intrusion detection system, in the wire
//
//                     .-----------------------.
//      port 0  <----> | rules, over packets   | <---->  port 1
//                     | and whole TCP streams |
//                     '-----------------------'
//                                 |
//                     what rules are about --> port 2
//
// Rules are Snort's.  Here "alert" sends a copy of the packet to port 2, where
// someone may watch, and lets it pass; "drop" ends the connection.  Packets
// that came in fragments leave whole.
//
// Try it: on a capture that holds a request that the rules know.
//
//   build/click --port 0=pcap:examples/web.pcap --port 1=pcap:,/tmp/out.pcap \
//       --port 2=pcap:,/tmp/seen.pcap examples/ids.click -h ids.log -h ids.sids
//
// Handlers: ids.alerts, ids.log, ids.sids, ids.stats, ids.clear; stopped.count

ids :: IDS(
	RULE "alert tcp any any -> any 80 (msg:\"a page that is not there\"; flow:to_server,established; content:\"GET /nothing\"; depth:12; sid:1000001; rev:1;)",
	RULE "alert tcp any any -> any 80 (msg:\"SQL injection\"; flow:to_server,established; content:\"union\"; nocase; content:\"select\"; nocase; distance:1; within:40; sid:1000002; rev:1;)",
	RULE "drop tcp any any -> any any (msg:\"a shell for the asking\"; flow:established; content:\"/bin/sh\"; sid:1000003; rev:1;)",
	RULE "alert icmp any any -> any any (msg:\"a big ping\"; itype:8; dsize:>1000; sid:1000004; rev:1;)");

// Both directions pass through one IDS, that it sees whole conversations; the
// paint says which port a packet came from.
elementclass In { $port |
	FromDevice($port, PROMISC true, STOP true)
		-> Paint($port)
		-> kind :: Classifier(12/0800, -);
	kind[0] -> CheckIPHeader(14) -> [0] output;	// IPv4
	kind[1] -> [1] output;				// all else passes
}

in0 :: In(0);
in1 :: In(1);
in0[0] -> ids;
in1[0] -> ids;

ids[0] -> way :: PaintSwitch;
ids[1] -> seen :: Tee;
ids[2] -> stopped :: Counter -> watch :: ToDevice(2);

seen[0] -> way;
seen[1] -> watch;

way[0] -> out1 :: ToDevice(1);
way[1] -> out0 :: ToDevice(0);
in0[1] -> out1;
in1[1] -> out0;

DriverManager(pause, pause, stop);
