"""bench/click_rows.py -- what bench/click measures: configurations and packets.

A row is (what, text, packets): text is the configuration behind "SRC", packets
make the capture that is replayed.  Counters named d, d0, d1... are summed.
%(burst)d stands for the burst; peers that lack an element of a row are left
out where only_fastclick says so.
"""
import random
import struct

GEN = 'InfiniteSource(LENGTH 64, LIMIT -1, BURST %(burst)d, TIMESTAMP false)'
SINK = 'd :: Counter -> Discard;'
WORDS = [''.join(random.Random(i).choices('etaoinshrdlucmfw', k=2 + i % 9))
         for i in range(2000)]


def udp_packet(i, length=64, dst=None, payload=b''):
    """An Ethernet frame with a UDP packet of flow i, checksums right."""
    sport, dport = 1024 + i % 50000, 80 + i % 33
    src = bytes([10, (i >> 16) & 255, (i >> 8) & 255, i & 255])
    dst = dst or bytes([18, 26, (i * 7) >> 8 & 255, (i * 7) & 255])
    udp = struct.pack('>HHHH', sport, dport, length - 34, 0)
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, length - 14, i & 0xffff, 0, 64,
                     17, 0, src, dst)
    total = sum(struct.unpack('>10H', ip))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack('>H', 0xffff - total) + ip[12:]
    eth = bytes.fromhex('00005e00010102005e000001') + b'\x08\x00'
    return (eth + ip + udp + payload).ljust(length, b'\0')[:length]


def write_pcap(path, packets):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for p in packets:
            f.write(struct.pack('<IIII', 1, 0, len(p), len(p)) + p)


def flows(n):
    """One packet of each of n flows, a thousand at least, shuffled."""
    order = [i % n for i in range(max(n, 1000))]
    random.Random(1).shuffle(order)
    return lambda: [udp_packet(i) for i in order]


def text(n, length):
    """n packets whose payload is words."""
    def make():
        rng = random.Random(2)
        return [udp_packet(i, length, payload=' '.join(
            rng.choices(WORDS, k=400)).encode()) for i in range(n)]
    return make


def strings(n):
    """Strings that no text() holds, all of them letters as in it."""
    rng = random.Random(3)
    return [''.join(rng.choices('etaoinshrdlucmfw', k=rng.randint(12, 20)))
            for _ in range(n)]


def routes(n):
    """n prefixes, lengths about as in the Internet's table."""
    rng, found = random.Random(4), {}
    while len(found) < n:
        bits = rng.choices([24, 23, 22, 21, 20, 19, 18, 17, 16],
                           [60, 10, 12, 5, 5, 3, 2, 1, 2])[0]
        addr = rng.randrange(1 << 24, 224 << 24) >> (32 - bits) << (32 - bits)
        found[addr, bits] = None
    return list(found)


def routed(n, count):
    """Packets to addresses behind n routes."""
    def make():
        rng, table = random.Random(5), routes(n)
        found = []
        for i in range(count):
            addr, bits = rng.choice(table)
            addr |= rng.randrange(1 << (32 - bits))
            found.append(udp_packet(i, dst=struct.pack('>I', addr)))
        return found
    return make


def dotted(addr):
    return '.'.join(str(b) for b in struct.pack('>I', addr))


def table(name, n, outputs=1):
    lines = ['%s/%d 18.26.4.%d %d' % (dotted(a), bits, i % 200 + 1,
                                      i % outputs)
             for i, (a, bits) in enumerate(routes(n))]
    return 'rt :: %s(%s);\n' % (name, ', '.join(lines))


def router(lookup, n):
    """The way of a forwarded packet, four interfaces."""
    return (table(lookup, n, 4) +
            'SRC -> Strip(14) -> CheckIPHeader -> GetIPAddress(16) -> rt;\n' +
            ''.join('rt[%d] -> DecIPTTL -> IPFragmenter(1500) -> '
                    'EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> '
                    'd%d :: Counter -> Discard;\n' % (i, i)
                    for i in range(4)))


def lookup(name, n):
    return (table(name, n) + 'SRC -> MarkIPHeader(14) -> GetIPAddress(30) -> '
            'rt -> ' + SINK)


def classifier(n):
    """n outputs by UDP destination port and, last, everything."""
    pats = ['36/%04x' % (80 + i) for i in range(n - 1)] + ['-']
    return ('c0 :: Classifier(%s);\n' % ', '.join(pats) +
            ''.join('c0[%d] -> d%d :: Counter -> Discard;\n' % (i, i)
                    for i in range(n)) + 'SRC -> c0;')


def ip_classifier(n):
    pats = ['udp dst port %d' % (80 + i) for i in range(n - 1)] + ['-']
    return ('c0 :: IPClassifier(%s);\n' % ', '.join(pats) +
            ''.join('c0[%d] -> d%d :: Counter -> Discard;\n' % (i, i)
                    for i in range(n)) + 'SRC -> CheckIPHeader(OFFSET 14) -> c0;')


def ip_filter(n):
    """n rules of which only the last one is met."""
    rules = ['deny src 172.%d.%d.0/24 and dst port %d' %
             (16 + i // 250, i % 250, 1000 + i) for i in range(n - 1)]
    return ('SRC -> CheckIPHeader(OFFSET 14) -> IPFilter(%s) -> %s' %
            (', '.join(rules + ['allow all']), SINK))


NAT = ('rw :: IPRewriter(%s, MAPPING_CAPACITY 400000);\n'
       'SRC -> Strip(14) -> CheckIPHeader -> rw -> ' + SINK)
SNAT = NAT % 'pattern 1.0.0.1 1024-65535 - - 0 0'
BALANCED = ('m :: RoundRobinIPMapper(%s);\n' % ', '.join(
    '- - 10.9.0.%d - 0 0' % (i + 1) for i in range(4)) + NAT % 'm')
FLOWS = 'SRC -> CheckIPHeader(OFFSET 14) -> AggregateIPFlows -> ' + SINK
HASHED = ('h :: HashSwitch(26, 8);\nSRC -> h;\n' + ''.join(
    'h[%d] -> StoreEtherAddress(2:2:2:2:2:%d, 0) -> d%d :: Counter -> '
    'Discard;\n' % (i, i, i) for i in range(4)))
LOOK_FOR = 'SRC -> StringMatcher(%s) -> ' + SINK

ONE_K = flows(1000)
ROWS = {
    'gen': ('InfiniteSource -> UDPIPEncap -> EtherEncap -> Counter',
            'InfiniteSource(LENGTH 22, LIMIT -1, BURST %(burst)d, '
            'TIMESTAMP false) -> UDPIPEncap(1.0.0.1, 1234, 2.0.0.2, 1234, '
            'CHECKSUM false) -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2)'
            ' -> ' + SINK, ONE_K),
    'bare': ('InfiniteSource -> Counter -> Discard', GEN + ' -> ' + SINK,
             ONE_K),
    'replay': ('replay alone', 'SRC -> ' + SINK, ONE_K),
    'replay-mirror': ('replay -> EtherMirror', 'SRC -> EtherMirror -> ' + SINK,
                      ONE_K),
    'replay-classifier10': ('replay -> Classifier, 10 patterns',
                            classifier(10), ONE_K),
    'replay-classifier33': ('replay -> Classifier, 33 patterns',
                            classifier(33), ONE_K),
    'replay-queue': ('replay -> Queue -> Unqueue',
                     'SRC -> Queue(1000) -> Unqueue(BURST %(burst)d) -> ' +
                     SINK, ONE_K),
    'replay-tee4': ('replay -> Tee(4) -> Counters',
                    'SRC -> t :: Tee(4); t[0] -> d :: Counter -> Discard; '
                    't[1] -> e :: Counter -> Discard; '
                    't[2] -> f :: Counter -> Discard; t[3] -> Counter -> '
                    'Discard;', ONE_K),
    'gen-null20': ('InfiniteSource -> 20 Nulls',
                   GEN + ' -> Null' * 20 + ' -> ' + SINK, ONE_K),
    'replay-strip': ('replay -> Strip -> Paint -> Switch',
                     'SRC -> Strip(14) -> Paint(1) -> s :: Switch(1); '
                     's[0] -> Discard; s[1] -> ' + SINK, ONE_K),
    'router-radix': ('IP router, 1000 routes, RadixIPLookup',
                     router('RadixIPLookup', 1000), routed(1000, 1000)),
    'router-direct': ('IP router, 1000 routes, DirectIPLookup',
                      router('DirectIPLookup', 1000), routed(1000, 1000)),
    'lookup100k-radix': ('RadixIPLookup, 100 000 routes',
                         lookup('RadixIPLookup', 100000),
                         routed(100000, 20000)),
    'lookup100k-direct': ('DirectIPLookup, 100 000 routes',
                          lookup('DirectIPLookup', 100000),
                          routed(100000, 20000)),
    'filter10': ('IPFilter, 10 rules', ip_filter(10), ONE_K),
    'filter100': ('IPFilter, 100 rules', ip_filter(100), ONE_K),
    'filter1000': ('IPFilter, 1000 rules', ip_filter(1000), ONE_K),
    'ipclassifier33': ('IPClassifier, 33 patterns', ip_classifier(33), ONE_K),
    'nat1': ('IPRewriter, source NAT, 1 flow', SNAT, flows(1)),
    'nat1k': ('IPRewriter, source NAT, 1000 flows', SNAT, ONE_K),
    'nat100k': ('IPRewriter, source NAT, 100 000 flows', SNAT, flows(100000)),
    'flows1': ('AggregateIPFlows, 1 flow', FLOWS, flows(1)),
    'flows1k': ('AggregateIPFlows, 1000 flows', FLOWS, ONE_K),
    'flows100k': ('AggregateIPFlows, 100 000 flows', FLOWS, flows(100000)),
    'balance1k': ('RoundRobinIPMapper -> IPRewriter, 1000 flows', BALANCED,
                  ONE_K),
    'balance100k': ('RoundRobinIPMapper -> IPRewriter, 100 000 flows',
                    BALANCED, flows(100000)),
    'balance-hash': ('HashSwitch, 4 ways -> StoreEtherAddress', HASHED, ONE_K),
    'strings10': ('StringMatcher, 10 strings, 1450 bytes',
                  LOOK_FOR % ', '.join(strings(10)), text(1000, 1450)),
    'strings100': ('StringMatcher, 100 strings, 1450 bytes',
                   LOOK_FOR % ', '.join(strings(100)), text(1000, 1450)),
}
# What the talk's optimisations bring, one by one: packets that are changed in place
# as long as nobody else holds them, and room in front of them for what is put there.
ENCAP = ('UDPIPEncap(1.0.0.1, 1234, 2.0.0.2, 1234, CHECKSUM false) -> '
         'EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> ' + SINK)
TWO = 'SRC -> t :: Tee; t[0] -> %s -> ' + SINK + ' t[1] -> Discard;'
TALK = {}
for length in 64, 1500:
    packets = (lambda n: lambda: [udp_packet(i, n) for i in range(1000)])(length)
    TALK.update({
        f'change-{length}': (f'changed in place, {length} bytes',
                             'SRC -> EtherMirror -> ' + SINK, packets),
        f'hold-{length}': (f'somebody else holds it, {length} bytes',
                           TWO % 'Null', packets),
        f'hold-change-{length}': (f'changed meanwhile: copied, {length} bytes',
                                  TWO % 'EtherMirror', packets)})
TALK['room'] = ('42 bytes put in front of 124, room for 64', 'SRC -> ' + ENCAP,
                lambda: [udp_packet(i, 124) for i in range(1000)])
TALK['no-room'] = ('42 bytes put in front of 124, room for 4: copied',
                   'SRC -> Unstrip(60) -> ' + ENCAP, ONE_K)
ROWS.update(TALK)
# Rows whose packets are looked at one by one whatever the burst is are
# measured at burst 1 too.
BURST_1 = [r for r in ROWS if r.startswith(('gen', 'bare', 'replay'))]

# How many strings RE2 is given beside the rows; Click has no such element.
RE2 = {'strings10': 10, 'strings100': 100}
LACKS = {'click': set(RE2) | set(TALK), 'fastclick': set(TALK)}
