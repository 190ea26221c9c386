// shaper.click -- a slow line, shared fairly: rate, classes, short queues
//
//                      .- voice  -- first ---------------------.
//      port 0 --- sort +- web    -- half      --+              +-- 8 Mbps -- port 1
//                      '- the rest -- half, CoDel             -'
//      port 0 <----------------- as it comes ------------------------------- port 1
//
// What goes to port 1 is held to a rate here, where we choose who waits,
// rather than in the modem, which does not.  Voice goes first; web and the
// rest share what is left by the byte; a flood makes its own queue long, and
// CoDel keeps that short.
//
// Try it: a web session over the slow line, and how long queues got.
//
//   build/click --port 0=pcap:examples/web.pcap --port 1=pcap:,/tmp/out.pcap \
//       examples/shaper.click -h web.highwater_length -h sent.count
//
// Handlers: line.rate (read, write: 2Mbps), voice.length, web.length,
// rest.length, ....drops, codel.drops; sent.rate

FromDevice(0, PROMISC true, STOP true)
	-> SetTimestamp(FIRST true)	// for CoDel: when it came
	-> kind :: Classifier(12/0800, -);

kind[0] -> MarkIPHeader(14)
	-> class :: IPClassifier(ip dscp 46 or udp port 5060,
				 tcp port 80 or tcp port 443,
				 -);

class[0] -> voice :: Queue(50);
class[1] -> web :: Queue(500);
class[2] -> rest :: Queue(500);
kind[1] -> rest;

web -> [0] fair :: DRRSched(1500);
rest -> codel :: CoDel(5ms, 100ms) -> [1] fair;

voice -> [0] first :: PrioSched;
fair -> [1] first;

first -> line :: BandwidthRatedUnqueue(8Mbps, BURST_DURATION 20ms)
	-> sent :: Counter
	-> ToDevice(1);

FromDevice(1, PROMISC true, STOP true) -> ToDevice(0);

// At the end of a capture: until the queues are empty.
DriverManager(pause, pause,
	label drain, wait 10ms,
	goto drain $(gt $(add $(voice.length) $(web.length) $(rest.length)) 0),
	wait 10ms, stop);
