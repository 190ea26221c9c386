// The families that look at frames: each gets every frame of $FILE, shared with
// the others.  A line that begins with "//=" says what must hold at the end
// (test/traces_test.c): a word is an element's count, or names a handler.

src :: FromDump($FILE, STOP true) -> all :: Tee(6);

// ethernet
//= ethernet = tiny + other + arpbad + arpheard + arpasked + novlan + vlan
all[0] -> ethernet :: Counter -> long :: CheckLength(13)
    -> tiny :: Counter -> Discard;
long[1] -> host :: HostEtherFilter(2:0:0:0:0:1, DROP_OWN true);
host[1] -> EtherRewrite(2:0:0:0:0:1, 2:0:0:0:0:2) -> EtherMirror
    -> ac :: Classifier(12/0806, -);
host[0] -> ac;
ac[0] -> arpheader :: CheckARPHeader(14) -> ARPPrint(ACTIVE false)
    -> answer :: ARPResponder(0.0.0.0/0 2:0:0:0:0:1)
    -> arpheard :: Counter -> Discard;
arpheader[1] -> arpbad :: Counter -> Discard;
answer[1] -> arpasked :: Counter -> Discard;
ac[1] -> VLANEncap(VLAN_ID 5) -> VLANDecap -> SetVLANAnno(7)
    -> StoreEtherAddress(2:0:0:0:0:7, src) -> GetEtherAddress(20, 6)
    -> SetEtherAddress(2:0:0:0:0:8, 20) -> ec :: Classifier(12/0800, -);
ec[0] -> strip :: StripEtherVLANHeader -> EnsureEther
    -> EtherVLANEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2, ANNO)
    -> vlan :: Counter -> Discard;
strip[1] -> novlan :: Counter -> Discard;
ec[1] -> other :: Counter -> Discard;

// ARP: who asks or answers is heard; what has an address goes out or waits
//= toarp = arpsent + querier.length + querier.drops
all[1] -> am :: MarkMACHeader -> Strip(14)
    -> arpcheck :: CheckIPHeader(VERBOSE false) -> toarp :: Counter
    -> [0] querier :: ARPQuerier(10.255.0.1/8, 2:0:0:0:0:1);
arpcheck[1] -> Unstrip(14) -> arpsay :: Classifier(12/0806, -);
arpsay[0] -> [1] querier; arpsay[1] -> Discard;
querier[0] -> arpsent :: Counter -> Discard;
querier[1] -> Discard;

// etherswitch: the port that hears everything does
//= learned = heard + sw.drops
//= stp = stp.count
all[2] -> learned :: Counter -> spread :: RoundRobinSwitch;
spread[0] -> [0] sw :: ListenEtherSwitch(CAPACITY 16);
spread[1] -> EtherMirror -> [1] sw; spread[2] -> [2] sw;
sw[0] -> Discard; sw[1] -> Discard; sw[2] -> Discard;
sw[3] -> heard :: Counter -> DebugBridge(b) -> stp :: Counter -> Discard;

// pppoe: the frames as they are and as if of subscribers; sessions of our own
//= bare = session + nosession + encap.drops
all[3] -> pt :: Tee(3);
pt[0] -> StoreData(12, \<8863>) -> [0] bras :: PPPoEServer(2:0:0:0:0:1,
    10.77.0.1, 10.77.0.0/24, USER joe secret);
pt[1] -> StoreData(0, \<020000000001>) -> StoreData(12, \<8864>) -> [0] bras;
pt[2] -> [0] bras;
all[4] -> Strip(14) -> bc :: CheckIPHeader(VERBOSE false)
    -> bare :: Counter -> encap :: PPPoEEncap(2:0:0:0:0:2, 2:0:0:0:0:1, 9)
    -> bt :: Tee(2);
bc[1] -> Discard;
bt[0] -> decap :: PPPoEDecap(9) -> session :: Counter -> Discard;
decap[1] -> nosession :: Counter -> Discard;
bt[1] -> [0] bras;
Idle -> [1] bras;
bras[0] -> Discard; bras[1] -> Discard; bras[2] -> Discard;

// analysis of anything at all
//= analysed = tsout + tsnot
all[5] -> analysed :: Counter -> SetTimestampDelta -> AdjustTimestamp(1)
    -> AggregateLength -> AggregateCounter -> AggregatePaint
    -> tf :: TimeFilter(END 2000000000) -> TimestampAccum
    -> TimeRange -> tsout :: Counter -> Discard;
tf[1] -> tsnot :: Counter -> Discard;
