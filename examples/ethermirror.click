// ethermirror.click -- send every frame back to where it came from
//
//                 .-----------.
//      port 0 --> | a.b -> b.a | --> port 0
//                 '-----------'
//
// Source and destination address are exchanged, so that the sender gets what
// he sent: good for measuring how fast a path is.
//
// Try it: the first frame comes back with its addresses the other way round.
//
//   build/click --port 0=pcap:examples/web.pcap,/tmp/out.pcap \
//       examples/ethermirror.click -h all.count
//   tcpdump -enr /tmp/out.pcap -c 2
//
// Handlers: all.count

FromDevice(0, PROMISC true, STOP true)
	-> EtherMirror
	-> all :: Counter
	-> ToDevice(0);
