// flowmonitor.click -- count every flow in a wire, and tell a collector
//
//                     .---------.
//      port 0  <----> | counts  | <---->  port 1
//                     '---------'
//                          |  IPFIX (RFC 7011), or NetFlow 9
//                          v
//                        port 2 --- collector 10.9.0.2
//
// Frames pass unchanged.  A conversation's two directions are one flow, which
// is exported when it has ended, or been quiet for 15 seconds.
//
// Try it: who said most in a web session?
//
//   build/click --port 0=pcap:examples/web.pcap --port 1=pcap: \
//       --port 2=pcap: examples/flowmonitor.click -h flows.top
//
// For NetFlow 9: build/click ... EXPORT=netflow9
//
// Handlers: flows.top "5 bytes", flows.table, flows.packets, flows.bytes,
// flows.exported, flows.flush (end and export all)

define($EXPORT ipfix);

// The collector, and we towards it.  Its Ethernet address is asked for.
AddressInfo(exporter 10.9.0.1/24 02:00:00:00:00:03, collector 10.9.0.2);

flows :: FlowMonitor(EXPORT $EXPORT, DOMAIN 1);

// Both directions pass through one monitor; the paint says where to.
FromDevice(0, PROMISC true, STOP true)
	-> Paint(0) -> MarkIPHeader(14) -> flows;
FromDevice(1, PROMISC true, STOP true)
	-> Paint(1) -> MarkIPHeader(14) -> flows;

flows[0] -> way :: PaintSwitch;
way[0] -> ToDevice(1);
way[1] -> ToDevice(0);

// ---- export ----

flows[1] -> UDPIPEncap(exporter, 4739, collector, 4739, CHECKSUM true)
	-> [0] arp :: ARPQuerier(exporter)
	-> out :: ToDevice(2);

FromDevice(2, PROMISC true) -> HostEtherFilter(exporter)
	-> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, -);
kind[0] -> ARPResponder(exporter:ip exporter:eth) -> out;
kind[1] -> [1] arp;
kind[2] -> Discard;

DriverManager(pause, pause, wait 10ms, stop);
