// wire.click -- a wire between two ports: the smallest middlebox there is
//
//      port 0  <------------------------------>  port 1
//
// Frames that come in at one port go out of the other, unchanged.  What you
// want to do to them goes between the counter and ToDevice: see the other
// examples.
//
// Try it: put a capture in at port 0, and look at what port 1 sent.
//
//   build/click --port 0=pcap:examples/web.pcap \
//       --port 1=pcap:,/tmp/out.pcap examples/wire.click -h there.count
//   tcpdump -nr /tmp/out.pcap
//
// Handlers: there.count, back.count, there.byte_count, ... (see Counter)

// PROMISC: also the frames that are not addressed to us.
// STOP: a capture has an end; a network has none.
FromDevice(0, PROMISC true, STOP true) -> there :: Counter -> ToDevice(1);
FromDevice(1, PROMISC true, STOP true) -> back :: Counter -> ToDevice(0);

// When both ports have come to their end, so have we.
DriverManager(pause, pause, stop);
