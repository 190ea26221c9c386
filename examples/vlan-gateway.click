// vlan-gateway.click -- a router between the VLANs of one cable
//
//                              .---------.
//   switch === trunk, port 0 ==| VLAN 10 | 10.0.10.1/24
//              (802.1Q tags)   | VLAN 20 | 10.0.20.1/24
//                              | gateway |--- port 1, untagged: 10.0.99.0/24
//                              '---------'              10.0.99.1
//
// Each VLAN is a network with us as its gateway.  VLAN 10 may reach VLAN 20
// and both may reach port 1; VLAN 20 (guests) may not begin with VLAN 10.
//
// Try it: VLANs of a network device of the kernel's.
//
//   build/click --port 0=tap:trunk0 --port 1=tap:up0 examples/vlan-gateway.click &
//   ip link add link trunk0 name v10 type vlan id 10
//
// Handlers: routes.table, routes.add; foreign.count (frames of other VLANs),
// refused.count; v10.arp.table, ...

AddressInfo(
	net10 10.0.10.1/24 02:00:00:00:00:01,
	net20 10.0.20.1/24 02:00:00:00:00:01,
	net99 10.0.99.1/24 02:00:00:00:00:02);

// An IP network behind Ethernet.  Input 0: packets to be sent to the address
// in their destination annotation; input 1: frames that came.  Output 0:
// packets that came for us; output 1: frames to be sent.
elementclass Net { $mine |
	arp :: ARPQuerier($mine) -> [1] output;
	input[1] -> HostEtherFilter($mine)
		-> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002,
				      12/0800, -);
	kind[0] -> ARPResponder($mine:ip $mine:eth) -> [1] output;
	kind[1] -> [1] arp;
	kind[2] -> Strip(14) -> CheckIPHeader -> [0] output;
	kind[3] -> Discard;
	input[0] -> DropBroadcasts
		-> ttl :: DecIPTTL
		-> IPFragmenter(1500)
		-> [0] arp;
	ttl[1] -> ICMPError($mine, timeexceeded) -> [0] output;
}

v10 :: Net(net10);
v20 :: Net(net20);
up :: Net(net99);

// ---- the trunk ----

// Which VLAN: the lower twelve bits of the tag.
FromDevice(0, PROMISC true, STOP true)
	-> tag :: Classifier(12/8100 14/000a%0fff, 12/8100 14/0014%0fff, -);
tag[0] -> VLANDecap -> [1] v10;
tag[1] -> VLANDecap -> [1] v20;
tag[2] -> foreign :: Counter -> Discard;

v10[1] -> VLANEncap(VLAN_ID 10) -> trunk :: ToDevice(0);
v20[1] -> VLANEncap(VLAN_ID 20) -> trunk;

// ---- the uplink ----

FromDevice(1, PROMISC true, STOP true) -> [1] up;
up[1] -> ToDevice(1);

// ---- who may go where ----

routes :: RadixIPLookup(
	10.0.10.1/32 3, 10.0.20.1/32 3, 10.0.99.1/32 3,
	10.0.10.0/24 0,
	10.0.20.0/24 1,
	10.0.99.0/24 2,
	0.0.0.0/0 10.0.99.254 2);
routes[0] -> [0] v10;
routes[1] -> [0] v20;
routes[2] -> [0] up;
routes[3] -> mine :: IPClassifier(icmp type echo, -);
mine[0] -> ICMPPingResponder -> routes;
mine[1] -> Discard;

v10[0] -> routes;
up[0] -> routes;
v20[0] -> guests :: IPFilter(
		allow src host net20,	// our own errors
		1 not src net net20:ipnet,
		allow not dst net net10:ipnet,
		allow dst host net10 and icmp type echo,
		allow icmp type echo-reply,
		allow tcp opt ack,
		1 all)
	-> routes;
guests[1] -> refused :: Counter
	-> ICMPError(net20, unreachable, 10)	// "prohibited"
	-> routes;

DriverManager(pause, pause, wait 10ms, stop);
