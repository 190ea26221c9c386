// The families that look at IP packets, IPv4 or IPv6: each gets all that $FILE
// has, whatever its link type, shared with the others.  "//=": see frames.click.

src :: FromDump($FILE, STOP true, FORCE_IP true)
    -> versions :: Classifier(0/40%f0, 0/60%f0, -);
src[1] -> Discard;
versions[0] -> raw4 :: Tee(2); versions[1] -> all6 :: Tee(6);
versions[2] -> Discard;

// ip: checked with mercy and without, taken apart, cut, put together
//= in4 = bad4 + good4
//= bad4 = check.drops
raw4[0] -> in4 :: Counter -> check :: CheckIPHeader(VERBOSE false)
    -> good4 :: Counter -> all4 :: Tee(14);
check[1] -> bad4 :: Counter -> Discard;
raw4[1] -> MarkIPHeader -> unchecked :: Tee(4);
unchecked[0] -> IPMirror -> SetIPChecksum -> FixIPSrc(1.2.3.4) -> Discard;
unchecked[1] -> IPInputCombo(1) -> Discard;
unchecked[2] -> IPRateMonitor(BYTES, 1, 100) -> Discard;
unchecked[3] -> SetTCPChecksum -> SetUDPChecksum -> TruncateIPPayload(20)
    -> Discard;

errors :: CheckIPHeader -> CheckICMPHeader -> Discard;
//= routed = expired + optbad + route3 + toobig + fine
all4[0] -> routed :: Counter -> opts :: IPGWOptions(1.0.0.1) -> ttl :: DecIPTTL
    -> route :: RadixIPLookup(0.0.0.0/1 0, 128.0.0.0/2 1, 192.0.0.0/4 2,
        208.0.0.0/4 3, 224.0.0.0/3 3);
opts[1] -> optbad :: Counter -> ICMPError(1.0.0.1, parameterproblem) -> errors;
ttl[1] -> expired :: Counter -> ICMPError(1.0.0.1, timeexceeded) -> errors;
route[0] -> size :: CheckLength(576); route[1] -> size;
route[2] -> SetIPDSCP(5) -> SetIPECN(1) -> size;
route[3] -> route3 :: Counter -> Discard;
size[0] -> fine :: Counter -> RFC2507Comp -> RFC2507Decomp -> Discard;
size[1] -> toobig :: Counter -> cut :: IPFragmenter(576, HONOR_DF false)
    -> again :: IPReassembler(HIMEM 100000) -> Discard;
cut[1] -> Discard; again[1] -> Discard;

//= filtered = allowed + refused + class0 + class1 + class2 + class3
all4[1] -> filtered :: Counter
    -> filter :: IPFilter(allow src net 10/8 && tcp, 1 tcp or ip frag,
        2 udp or icmp type echo, 1 ttl < 5, deny 1.2.3.4, 1 all);
filter[0] -> allowed :: Counter -> Discard;
filter[1] -> class :: IPClassifier(tcp opt fin, ip vers 4 and ip hl 5, udp, -);
class[0] -> class0 :: Counter -> Discard;
class[1] -> class1 :: Counter -> Discard;
class[2] -> class2 :: Counter -> Discard;
class[3] -> class3 :: Counter -> Discard;
filter[2] -> refused :: Counter -> Discard;

// tcpudp, nat: there, back again, and errors
//= l4 = tcpbad + udpbad + icmpbad + l4other + tcpok + udpok + icmpok
all4[2] -> l4 :: Counter -> l4c :: IPClassifier(tcp, udp, icmp, -);
l4c[0] -> tcpcheck :: CheckTCPHeader(VERBOSE false) -> tcpok :: Counter
    -> segments :: Tee(3);
segments[0] -> TCPFragmenter(MTU 400) -> Discard;
segments[1] -> [0] snoop :: SnoopTCP;
segments[2] -> IPMirror -> [1] snoop;
snoop[0] -> Discard; snoop[1] -> Discard; snoop[2] -> Discard;
snoop[3] -> Discard;
l4c[1] -> udpcheck :: CheckUDPHeader(VERBOSE false) -> udpok :: Counter
    -> Discard;
l4c[2] -> icmpcheck :: CheckICMPHeader(VERBOSE false) -> icmpok :: Counter
    -> ping :: ICMPPingResponder -> Discard;
l4c[3] -> l4other :: Counter -> Discard;
tcpcheck[1] -> tcpbad :: Counter -> Discard;
udpcheck[1] -> udpbad :: Counter -> Discard;
icmpcheck[1] -> icmpbad :: Counter -> Discard;
ping[1] -> Discard;

all4[3] -> rewriters :: IPClassifier(tcp dst port 21, tcp or udp,
    icmp type echo or icmp type echo-reply, icmp, -);
rewriters[1] -> rw :: IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 1);
rewriters[0] -> FTPPortMapper(rw, rw, 0) -> rw;
rewriters[2] -> pings :: ICMPPingRewriter(pattern 5.5.5.5 - 0-65535 0 1);
rewriters[3] -> ICMPRewriter(rw pings) -> Discard;
rewriters[4] -> IPAddrRewriter(pattern 6.6.6.0-6.6.6.99 - 0 0)
    -> IPAddrPairRewriter(pattern 7.7.7.7 - 0 0) -> Discard;
rw[0] -> IPMirror -> turned :: IPClassifier(tcp or udp, -);
turned[0] -> rw;
turned[1] -> Discard;
rw[1] -> Discard; pings[0] -> Discard; pings[1] -> Discard;

//= tonat = natout + natin + natnot
all4[4] -> IPReassembler -> natt :: Tee(2);
natt[0] -> tonat :: Counter -> sides :: IPClassifier(src net 10/8 or
    src net 192.168/16 or src net 172.16/12, -);
sides[0] -> [0] nat :: CGNAT(9.0.0.0/28, BLOCK 64); sides[1] -> [1] nat;
nat[0] -> natout :: Counter -> Discard; nat[1] -> natin :: Counter -> Discard;
nat[2] -> natnot :: Counter -> Discard;
natt[1] -> [0] hairpin :: CGNAT(0.0.0.0-0.0.255.255, BLOCK 64);
hairpin[0] -> IPMirror -> [1] hairpin; hairpin[1] -> Discard;

// app
//= policed = green + yellow + red
//= policed = flows
all4[5] -> policed :: Counter
    -> police :: Policer(1kBps, EXCESS_BURST 9000, BY src, CAPACITY 8);
police[0] -> green :: Counter -> merged :: Null;
police[1] -> yellow :: Counter -> merged;
police[2] -> red :: Counter -> merged;
merged -> mon :: FlowMonitor(CAPACITY 16, EXPORT netflow9)
    -> flows :: Counter -> mg :: MaglevSwitch(2);
mg[0] -> Discard; mg[1] -> Discard;
mon[1] -> UDPIPEncap(1.0.0.1, 1, 1.0.0.2, 2) -> CheckIPHeader -> Discard;
//= walled = fwout + fwin + fwask + fwno
all4[6] -> walled :: Counter -> fwsides :: IPClassifier(src net 10/8 or
    src net 192.168/16 or src net 172.16/12, -);
fwsides[0] -> [0] fw :: StatefulFirewall(CAPACITY 32); fwsides[1] -> [1] fw;
fw[0] -> fwout :: Counter -> Discard; fw[1] -> fwin :: Counter -> Discard;
fw[2] -> fwask :: Counter -> Discard; fw[3] -> fwask;
fw[4] -> fwno :: Counter -> Discard;

// analysis
//= analysed = flowed + noflow
all4[7] -> analysed :: Counter -> aif :: AggregateIPFlows(ICMP true)
    -> flowed :: Counter -> AggregateCounter -> AggregateFirst
    -> ToIPSummaryDump(/dev/null, FIELDS timestamp ip_src ip_dst ip_proto
        ip_frag ip_fragoff ip_opt ip_capture_len sport dport tcp_flags tcp_seq
        tcp_ack tcp_window tcp_opt udp_len icmp_type icmp_code icmp_flowid
        payload payload_md5 link first_timestamp aggregate);
aif[1] -> noflow :: Counter -> AggregateIP(ip src/16) -> AnonymizeIPAddr
    -> EraseIPPayload -> Discard;

// ipsec: what was put away comes out as it was; strangers' does not
//= sealed = opened + forged
//= forged = forged.byte_count
all4[8] -> sealed :: Counter -> GetIPAddress(16) -> secure
    :: RadixIPsecLookup(0.0.0.0/0 2.0.0.1 1 234
        \<00112233445566778899AABBCCDDEEFF>
        \<FFEEDDCCBBAA99887766554433221100> 300 64);
secure[0] -> Discard; secure[2] -> Discard;
secure[1] -> IPsecESPEncap(IV 16) -> IPsecAES(1, IV 16, IGNORE 0)
    -> IPsecAuthHMACSHA1(0) -> verify :: IPsecAuthHMACSHA1(1)
    -> IPsecAES(0, IV 16, IGNORE 0) -> IPsecESPUnencap(IV 16)
    -> opened :: Counter -> Discard;
verify[1] -> forged :: Counter -> Discard;
all4[9] -> anno :: IPClassifier(ip proto esp, -);
anno[0] -> StripIPHeader -> IPsecESPUnencap -> Discard; anno[1] -> Discard;

// tunnel: what is a tunnel's, and tunnels of our own
//= tunnelled = gre + vxlan + ipip
all4[10] -> tunnelled :: Counter -> tt :: RoundRobinSwitch;
tt[0] -> GREEncap(KEY 7, SEQUENCE true, CHECKSUM true)
    -> IPEncap(gre, 1.0.0.1, 1.0.0.2) -> StripIPHeader
    -> GREDecap(KEY 7, SEQUENCE true) -> gre :: Counter -> Discard;
tt[1] -> VXLANEncap(1.0.0.1, 1.0.0.2, 42) -> VXLANDecap(42)
    -> vxlan :: Counter -> Discard;
tt[2] -> IPIPEncap(1.0.0.1, 1.0.0.2) -> CheckIPHeader -> IPIPDecap
    -> ipip :: Counter -> Discard;
all4[11] -> foreign :: Tee(3);
foreign[0] -> VXLANDecap(DPORT 53) -> CheckIPHeader(14, VERBOSE false)
    -> Discard;
foreign[1] -> StripIPHeader -> GREDecap -> CheckIPHeader(VERBOSE false)
    -> Discard;
foreign[2] -> IPIPDecap -> CheckIPHeader(VERBOSE false) -> Discard;

// ids
//= searched = found + nothing
all4[12] -> IDS(RULE "alert tcp any any -> any any (content:\"GET\"; sid:1;)",
        RULE "alert udp any any -> any any (content:\"|00 01|\"; sid:2;)",
        RULE "drop ip any any -> any any (dsize:>1400; sid:3;)", CHECKSUM false)
    -> searched :: Counter
    -> strings :: StringMatcher("HTTP", "www", "ab", PAYLOAD_ONLY true)
    -> nothing :: Counter -> Discard;
strings[1] -> found :: Counter -> Discard;

// dns: questions and answers that were for others
all4[13] -> dt :: Tee(3);
dt[0] -> answers :: DNSResponder(example.org, "@ SOA ns h 1 2 3 4 5",
    "@ NS ns", "* A 1.2.3.4") -> Discard;
answers[1] -> Discard;
dt[1] -> [0] proxy :: DNSProxy(8.8.8.8 9.9.9.9, 10.0.0.53); dt[2] -> [1] proxy;
proxy[0] -> CheckIPHeader -> Discard; proxy[1] -> CheckIPHeader -> Discard;

// ip6
//= in6 = good6 + bad6
all6[0] -> in6 :: Counter -> check6 :: CheckIP6Header -> good6 :: Counter
    -> good6t :: Tee(5);
check6[1] -> bad6 :: Counter -> Discard;
good6t[0] -> hlim :: DecIP6HLIM -> GetIP6Address(24)
    -> rt6 :: LookupIP6Route(::/1 0, 8000::/1 1);
hlim[1] -> ICMP6Error(2001:db8::1, 3, 0) -> Discard;
rt6[0] -> frag6 :: IP6Fragmenter(600, OVERSIZE FRAGMENT) -> Discard;
frag6[1] -> ICMP6Error(2001:db8::1, 2, 0, MTU 600) -> Discard;
rt6[1] -> IP6Mirror -> SetIP6DSCP(3) -> SetIP6Address(2001:db8::9) -> Discard;
good6t[1] -> [0] at :: AddressTranslator(0, true, true, false,
    2001:db8::3 1000 60000);
at[0] -> IP6Mirror -> [1] at; at[1] -> Discard;
good6t[2] -> StoreData(8, \<00000000000000000000ffff>)
    -> StoreData(24, \<00000000000000000000ffff>) -> ProtocolTranslator64
    -> CheckIPHeader -> ProtocolTranslator46 -> CheckIP6Header -> Discard;
good6t[3] -> [0] fw6 :: StatefulFirewall; fw6[0] -> FlowMonitor -> Discard;
good6t[4] -> IP6Mirror -> [1] fw6; fw6[1] -> Discard;
all6[1] -> MarkIP6Header -> IP6Mirror -> Discard;
all6[2] -> EtherEncap(0x86dd, 2:0:0:0:0:1, 2:0:0:0:0:2) -> nd :: Tee(2);
nd[0] -> IP6NDAdvertiser(::/0 2:0:0:0:0:9) -> Discard;
nd[1] -> [1] solicit :: IP6NDSolicitor(2001:db8::1, 2:0:0:0:0:1);
all6[3] -> GetIP6Address(24) -> [0] solicit; solicit[0] -> Discard;
all6[4] -> GREEncap -> GREDecap -> Discard;
all6[5] -> VXLANEncap(1.0.0.1, 1.0.0.2, 42) -> VXLANDecap -> Discard;
