#!/usr/bin/env python3
"""examples_tap.py -- the examples that ask and remember, packet for packet: the
test is all hosts at the other side of their TAP devices."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from box import *  # noqa: E402,F403

private()


def is_ip(p, src, dst, ttl=None):
    return p and p.whole and (p.src, p.dst) == (src, dst) and (
        ttl is None or p.ttl == ttl)


def icmp(p, kind, code):
    return p and p.whole and p.proto == ICMP and \
        tuple(p.body[:2]) == (kind, code)


def router(n):
    name = f'router{n}'
    m = [f'02:00:00:00:00:0{i + 1}' for i in range(n)]
    with Box(name, n) as b:
        b.send(0, arp(1, HOST_MAC + b'\1', ip4('10.0.0.2'), bytes(6),
                      ip4('10.0.0.1')))
        got = b.receive(0, arp_too=True)
        ok(got == arp(2, mac(m[0]), ip4('10.0.0.1'), HOST_MAC + b'\1',
                      ip4('10.0.0.2')), f'{name}: says where it is', got)
        for i in range(n):
            for j in range(n):
                if i != j:
                    src, dst = f'10.0.{i}.2', f'10.0.{j}.9'
                    b.send_ip(i, m[i], src, dst, UDP, udp(i + 1, j + 1))
                    got = b.receive(j)
                    p = got and Packet(got[14:])
                    ok(is_ip(p, src, dst, 63) and got[:12] ==
                       HOST_MAC + b'\x09' + mac(m[j]),
                       f'{name}: from {src} to {dst}', p)
        b.send_ip(0, m[0], '10.0.0.2', '172.16.9.9', UDP, udp(1, 2))
        got = b.receive(1)
        ok(got and got[:6] == HOST_MAC + b'\2' and
           Packet(got[14:]).dst == '172.16.9.9', f'{name}: by way of 10.0.1.2')
        b.send_ip(0, m[0], '10.0.0.2', '10.0.1.9', UDP, udp(1, 2), ttl=1)
        p = b.ip(0)
        ok(icmp(p, 11, 0) and p.src == '10.0.0.1', f'{name}: time exceeded', p)
        b.send_ip(0, m[0], '10.0.0.2', '10.0.0.9', UDP, udp(1, 2))
        two = [b.ip(0), b.ip(0)]
        ok(any(icmp(p, 5, 1) and p.body[4:8] == ip4('10.0.0.9') for p in two)
           and any(is_ip(p, '10.0.0.2', '10.0.0.9') for p in two),
           f'{name}: a redirect, and the packet', two)
        b.send_ip(0, m[0], '10.0.0.2', '9.9.9.9', UDP, udp(1, 2))
        p = b.ip(0)
        ok(icmp(p, 3, 0), f'{name}: network unreachable', p)
        b.send_ip(0, m[0], '10.0.0.2', '10.0.1.1', ICMP, echo(5))
        p = b.ip(0)
        ok(icmp(p, 0, 0) and is_ip(p, '10.0.1.1', '10.0.0.2'),
           f'{name}: a ping for itself', p)
        b.send_ip(0, m[0], '10.0.0.2', '10.0.0.1', UDP, udp(1, 2))
        ok(icmp(b.ip(0), 3, 3), f'{name}: port unreachable')
        b.send_ip(0, m[0], '10.0.0.2', '10.0.1.255', UDP, udp(1, 2))
        ok(b.receive(1, 0.1) is None, f'{name}: no directed broadcast')
        b.write('routes.add', '10.9.0.0/16 10.0.1.7 1')
        b.send_ip(0, m[0], '10.0.0.2', '10.9.1.1', UDP, udp(1, 2))
        got = b.receive(1)
        ok(got and got[:6] == HOST_MAC + b'\7', f'{name}: a route added')


def stateful():
    i, o = '10.0.0.2', '198.51.100.1'
    say = 'stateful-firewall: '
    with Box('stateful-firewall') as b:
        def passes(port, *args):
            sent = frame(ip(*args))
            b.send(port, sent)
            return b.receive(1 - port, 0.15) == sent
        ok(not passes(1, o, i, TCP, tcp(80, 4000, SYN | ACK, 7, 2)),
           say + 'no answer that was not asked for')
        ok(passes(0, i, o, TCP, tcp(4000, 80, SYN, 1)), say + 'SYN out')
        ok(passes(1, o, i, TCP, tcp(80, 4000, SYN | ACK, 7, 2)),
           say + 'its answer in')
        ok(passes(0, i, o, TCP, tcp(4000, 80, ACK, 2, 8)), say + 'ACK')
        ok(passes(1, o, i, TCP, tcp(80, 4000, ACK, 8, 2, b'data')),
           say + 'data')
        ok(not passes(1, o, i, TCP, tcp(80, 4000, ACK, 8 + 10**9, 2, b'x')),
           say + 'no segment outside the window')
        ok(not passes(1, o, i, TCP, tcp(80, 4001, ACK, 8, 2, b'data')),
           say + 'nor of another connection')
        ok(not passes(1, o, i, TCP, tcp(9, 22)), say + 'no SYN in')
        ok(passes(1, o, '10.0.0.80', TCP, tcp(9, 80)),
           say + 'but to the server')
        ok(passes(0, '10.0.0.80', o, TCP, tcp(80, 9, SYN | ACK, 5, 2)),
           say + 'which answers')
        ok(passes(0, i, o, UDP, udp(5, 53)) and passes(1, o, i, UDP,
           udp(53, 5)) and not passes(1, o, i, UDP, udp(54, 5)), say + 'UDP')
        ok(passes(0, i, o, ICMP, echo(3)) and passes(1, o, i, ICMP,
           echo(3, True)) and not passes(1, o, i, ICMP, echo(4, True)),
           say + 'pings')
        ok(b.read('fw.flows') == '4' and b.read('refused.count') == '2' and
           i in b.read('fw.table'), say + 'counted', b.read('fw.table'))


def cgnat():
    m0, m1 = '02:00:00:00:00:01', '02:00:00:00:00:02'
    say = 'cgnat: '
    with Box('cgnat') as b:
        def out(src, body, proto=UDP, dst='198.51.100.9'):
            b.send_ip(0, m0, src, dst, proto, body)
            logs = None
            while True:
                p = b.ip(1)
                if p is None or p.dst != '203.0.113.9':
                    return p, logs
                logs = p.payload.decode()
        p, log = out('100.64.0.5', udp(4000, 53))
        pool = [f'203.0.113.{i}' for i in range(16, 32)]
        if not log:
            more = b.ip(1)
            log = more and more.payload.decode()
        ok(p and p.whole and p.src in pool and p.ttl == 63 and
           p.payload == b'hello' and p.sport % 2 == 0,
           say + 'an address of the pool, a port of the same parity', p)
        ok(log and '100.64.0.5' in log and p.src in log,
           say + 'the collector is told of the block', log)
        q, log = out('100.64.0.5', udp(4000, 53), dst='198.51.100.10')
        ok(q and (q.src, q.sport) == (p.src, p.sport) and not log,
           say + 'the same for another end, and nothing to tell', q)
        ports = set()
        for i in range(50):
            r, _ = out('100.64.0.5', udp(5000 + i, 53))
            ok(r and r.src == p.src, say + f'port {i}') if not r else None
            ports.add(r.sport)
        ok(len(ports) == 50 and max(ports) // 512 - min(ports) // 512 <= 1 and
           max(ports) - min(ports) < 512, say + 'all of one block of 512')
        b.send_ip(1, m1, '198.51.100.9', p.src, UDP, udp(53, p.sport, b'back'))
        r = b.ip(0)
        ok(is_ip(r, '198.51.100.9', '100.64.0.5', 63) and
           (r.dport, r.payload) == (4000, b'back'), say + 'and back', r)
        b.send_ip(0, m0, '100.64.0.6', p.src, UDP, udp(7000, p.sport, b'hi'))
        r = b.ip(0)
        ok(r and r.whole and r.dst == '100.64.0.5' and r.dport == 4000 and
           r.src in pool, say + 'hairpinning: from an external address', r)
        b.send_ip(1, m1, '198.51.100.9', p.src, UDP, udp(53, 1023))
        ok(b.ip(0, 0.1) is None and b.read('unknown.count') == '1',
           say + 'nothing to a port that is nobody\'s')
        ok(out('10.1.1.1', udp(1, 2))[0] is None and b.read('spoofed.count') == '1',
           say + 'no address that is not a subscriber\'s')
        t, _ = out('100.64.0.5', tcp(4000, 80), TCP)
        e, _ = out('100.64.0.5', echo(9), ICMP)
        ok(t and t.whole and t.src == p.src and e and e.whole and
           e.src == p.src, say + 'TCP and pings, from the same address')
        ok('100.64.0.5' in b.read(f'nat.who {p.src} {p.sport}'),
           say + 'who it was')


def loadbalancer():
    m0, m1 = '02:00:00:00:00:01', '02:00:00:00:00:02'
    say = 'loadbalancer: '
    with Box('loadbalancer') as b:
        def server(sport, flags=SYN):
            b.send_ip(0, m0, '10.0.0.2', '10.0.0.80', TCP,
                      tcp(sport, 80, flags))
            got = b.receive(1)
            p = got and Packet(got[14:])
            if not is_ip(p, '10.0.0.2', '10.0.0.80', 63):
                return None
            return got[5]
        first = {s: server(s) for s in range(2000, 2090)}
        loads = [list(first.values()).count(i) for i in (11, 12, 13)]
        ok(sum(loads) == 90 and min(loads) > 12, say + 'all servers', loads)
        again = {s: server(s, ACK) for s in first}
        ok(again == first, say + 'a connection stays with its server')
        b.write('lb.up0', 'false')
        after = {s: server(s, ACK) for s in first}
        ok(11 not in after.values() and None not in after.values() and all(
            after[s] == first[s] for s in first if first[s] != 11),
           say + 'one down: its connections move, no others')
        b.send_ip(1, m1, '10.0.0.80', '10.0.0.2', TCP,
                  tcp(80, 2000, SYN | ACK))
        ok(is_ip(b.ip(0), '10.0.0.80', '10.0.0.2', 63), say + 'answers')
        b.send_ip(0, m0, '10.0.0.2', '10.0.0.80', TCP, tcp(1, 22))
        ok(b.ip(1, 0.1) is None and b.read('refused.count') == '1',
           say + 'no other port')


def flowmonitor():
    say = 'flowmonitor: '
    with Box('flowmonitor', 3) as b:
        out = [frame(ip('10.0.0.2', '10.0.0.3', UDP, udp(7, 53, b'x' * 72)))
               for _ in range(3)]
        back = frame(ip('10.0.0.3', '10.0.0.2', UDP, udp(53, 7)))
        for f in out:
            b.send(0, f)
        ok([b.receive(1) for _ in out] == out, say + 'frames pass')
        b.send(1, back)
        ok(b.receive(0) == back, say + 'both ways')
        top = b.read('flows.top')
        ok('10.0.0.2' in top and '10.0.0.3' in top and
           b.read('flows.packets') == '4', say + 'the greatest flow', top)
        b.write('flows.flush', '')
        p = b.ip(2, 2.5)
        ok(p and p.whole and p.dst == '10.9.0.2' and p.dport == 4739 and
           p.payload[:2] == b'\0\x0a', say + 'IPFIX for the collector', p)
        got = p.payload if p else b''
        if ip4('10.0.0.2') + ip4('10.0.0.3') not in got:
            p = b.ip(2, 1.5)
            got += p.payload if p else b''
        ok(ip4('10.0.0.2') in got and struct.pack('>Q', 300) in got and
           b.read('flows.exported') == '2',
           say + 'with addresses and bytes: three of 100', got.hex())


def dns_query(name, ident):
    q = b''.join(bytes([len(w)]) + w.encode() for w in name.split('.'))
    return struct.pack('>6H', ident, 0x0100, 1, 0, 0, 0) + q + \
        b'\0\0\1\0\1'


def dnsproxy():
    say = 'dnsproxy: '
    with Box('dnsproxy') as b:
        def ask(ident):
            b.send_ip(0, '02:00:00:00:00:01', '10.0.0.2', '10.0.0.53', UDP,
                      udp(5000 + ident, 53, dns_query('www.example.org',
                                                      ident)))
        ask(1)
        q = b.ip(1)
        ok(q and q.whole and (q.src, q.dport) == ('10.1.0.2', 53) and
           q.dst in ('10.1.0.53', '10.1.0.54') and
           b'\3www\7example\3org' in q.payload.lower(),
           say + 'asks a server', q)
        end = q.payload.lower().index(b'\3org') + 9
        answer = q.payload[:2] + b'\x81\x80\0\1\0\1\0\0\0\0' + \
            q.payload[12:end] + b'\xc0\x0c\0\1\0\1\0\0\1\0\0\4' + \
            ip4('192.0.2.80')
        forged = bytes([answer[0] ^ 1]) + answer[1:-4] + ip4('6.6.6.6')
        for a in forged, answer:
            b.send_ip(1, '02:00:00:00:00:02', q.dst, q.src, UDP,
                      udp(53, q.sport, a))
        p = b.ip(0)
        ok(is_ip(p, '10.0.0.53', '10.0.0.2') and p.dport == 5001 and
           p.payload[:2] == b'\0\1' and ip4('192.0.2.80') in p.payload and
           ip4('6.6.6.6') not in p.payload,
           say + 'hands on the answer, not the forged one', p)
        ask(2)
        p = b.ip(0)
        ok(p and p.payload[:2] == b'\0\2' and ip4('192.0.2.80') in p.payload
           and b.ip(1, 0.15) is None, say + 'the second time from memory', p)
        ok(b.read('dns.entries') == '1', say + 'one entry')


def bras():
    say = 'bras: '
    me = HOST_MAC + b'\1'
    with Box('bras') as b:
        tags = struct.pack('>HH', 0x0101, 0) + \
            struct.pack('>HH', 0x0103, 4) + b'uniq'
        b.send(0, frame(struct.pack('>BBHH', 0x11, 9, 0, len(tags)) + tags, me,
                        BROADCAST, 0x8863))
        got = b.receive(0)
        ok(got and got[:6] == me and got[15] == 7 and b'bras' in got and
           b'uniq' in got and b'internet' in got,
           say + 'an offer, with its name and service', got)
        n = struct.unpack('>H', got[18:20])[0]
        tags = got[20:20 + n]
        b.send(0, frame(struct.pack('>BBHH', 0x11, 0x19, 0, len(tags)) + tags,
                        me, got[6:12], 0x8863))
        got = b.receive(0)
        ok(got and got[15] == 0x65 and got[16:18] != b'\0\0',
           say + 'a session', got)
        got = b.receive(0)
        ok(got and got[12:14] == b'\x88\x64' and got[20:22] == b'\xc0\x21',
           say + 'which begins with LCP', got)
        ok('02' in b.read('bras.sessions') and b.read('bras.count') == '1',
           say + 'seen')
        b.send_ip(1, '02:00:00:00:00:02', '203.0.113.9', '203.0.113.2', ICMP,
                  echo(2))
        ok(icmp(b.ip(1), 0, 0), say + 'its other side can be pinged')


def tunnel(name, strip, proto):
    say = f'tunnel-{name}: '
    m0, m1 = '02:00:00:00:00:01', '02:00:00:00:00:02'
    with Box('tunnel-' + name) as b:
        b.send_ip(0, m0, '10.1.0.9', '10.2.0.9', UDP, udp(1, 2))
        got = b.receive(1)
        p = got and Packet(got[14:])
        ok(is_ip(p, '192.0.2.1', '192.0.2.2') and p.proto == proto,
           say + 'between the two ends', p)
        head, inner = p.body[:strip], Packet(p.body[strip:])
        ok(is_ip(inner, '10.1.0.9', '10.2.0.9', 63), say + 'what is in it',
           inner)
        back = ip('10.2.0.9', '10.1.0.9', UDP, udp(2, 1))
        b.send_ip(1, m1, '192.0.2.2', '192.0.2.1', proto, head + back)
        ok(is_ip(b.ip(0), '10.2.0.9', '10.1.0.9', 63), say + 'and out of it')
        b.send_ip(1, m1, '192.0.2.3', '192.0.2.1', proto, head + back)
        ok(b.ip(0, 0.1) is None, say + 'not from another end')
        back = ip('10.3.0.9', '10.1.0.9', UDP, udp(2, 1))
        b.send_ip(1, m1, '192.0.2.2', '192.0.2.1', proto, head + back)
        ok(b.ip(0, 0.1) is None and b.read('strange.count') != '0',
           say + 'nor from another network')


def vxlan():
    say = 'tunnel-vxlan: '
    with Box('tunnel-vxlan') as b:
        f = frame(ip('10.0.0.2', '10.0.0.3', UDP, udp(1, 2)))
        b.send(0, f)
        p = b.ip(1)
        ok(is_ip(p, '192.0.2.1', '192.0.2.2') and p.dport == 4789 and
           p.payload == b'\x08\0\0\0\0\0\x2a\0' + f,
           say + 'a frame of network 42', p)
        for vni in 43, 42:
            b.send_ip(1, '02:00:00:00:00:02', '192.0.2.2', '192.0.2.1', UDP,
                      udp(50000, 4789, b'\x08\0\0\0\0\0' + bytes([vni, 0]) +
                          f))
        ok(b.receive(0) == f and b.receive(0, 0.1) is None,
           say + 'and out, of that network alone')


def vlan():
    say = 'vlan-gateway: '
    m = '02:00:00:00:00:01'
    with Box('vlan-gateway') as b:
        def tagged(vlan, f):
            return f[:12] + struct.pack('>HH', 0x8100, vlan) + f[12:]

        def sent(vlan, src, dst, proto, body):
            b.send(0, tagged(vlan, frame(ip(src, dst, proto, body),
                                         dst=mac(m))))
        sent(10, '10.0.10.5', '10.0.20.5', UDP, udp(1, 2))
        got = b.receive(0)
        p = got and Packet(got[18:])
        ok(got and got[:6] == HOST_MAC + b'\5' and
           got[12:16] == b'\x81\0\0\x14' and
           is_ip(p, '10.0.10.5', '10.0.20.5', 63),
           say + 'from VLAN 10 to VLAN 20', got)
        sent(20, '10.0.20.5', '10.0.10.5', UDP, udp(1, 2))
        got = b.receive(0)
        p = got and Packet(got[18:])
        ok(got and got[14:16] == b'\0\x14' and icmp(p, 3, 10),
           say + 'guests may not begin, and are told', got)
        sent(20, '10.0.20.5', '10.0.10.5', TCP, tcp(80, 9, SYN | ACK))
        got = b.receive(0)
        ok(got and got[14:16] == b'\0\x0a', say + 'but answer', got)
        sent(20, '10.0.20.5', '10.0.99.5', UDP, udp(1, 2))
        ok(is_ip(b.ip(1), '10.0.20.5', '10.0.99.5', 63),
           say + 'and go out, untagged')
        sent(30, '10.0.30.5', '10.0.10.5', UDP, udp(1, 2))
        ok(b.receive(0, 0.1) is None and b.read('foreign.count') == '1',
           say + 'no other VLAN')


def ip6(src, dst, proto, payload, hops=64):
    s, d = (ipaddress.IPv6Address(x).packed for x in (src, dst))
    at = {58: 2, UDP: 6, TCP: 16}[proto]
    c = 0xffff - total(pseudo(s, d, proto, len(payload)) + payload)
    payload = payload[:at] + struct.pack('>H', c) + payload[at + 2:]
    return struct.pack('>IHBB', 6 << 28, len(payload), proto, hops) + s + d + \
        payload


def nat64():
    say = 'nat64: '
    m0, m1 = mac('02:00:00:00:00:01'), '02:00:00:00:00:02'
    host, server = '2001:db8:1::5', '64:ff9b::198.51.100.9'
    with Box('nat64') as b:
        def six(proto, body, **more):
            b.send(0, frame(ip6(host, server, proto, body, **more), dst=m0,
                            kind=0x86dd))
        six(UDP, udp(4000, 53))
        p = b.ip(1)
        ok(is_ip(p, '203.0.113.64', '198.51.100.9', 63) and p.dport == 53 and
           p.payload == b'hello', say + 'out as IPv4', p)
        b.send_ip(1, m1, '198.51.100.9', '203.0.113.64', UDP,
                  udp(53, p.sport, b'back'))
        got = b.receive(0)      # where is he?
        ok(got and got[20] == 58 and got[54] == 135, say + 'asks for a host',
           got)
        b.send(0, frame(ip6(host, '2001:db8:1::1', 58, bytes(
            [136, 0, 0, 0, 0x60, 0, 0, 0]) + ipaddress.IPv6Address(
                host).packed + b'\2\1' + HOST_MAC + b'\5', hops=255),
            HOST_MAC + b'\5', m0, 0x86dd))
        got = b.receive(0)
        want = ip6(server, host, UDP, udp(53, 4000, b'back'), hops=63)
        ok(got and got[:6] == HOST_MAC + b'\5' and got[14:] == want,
           say + 'and back as IPv6, sums right', got and got.hex())
        six(TCP, tcp(4000, 80))
        p = b.ip(1)
        ok(is_ip(p, '203.0.113.64', '198.51.100.9', 63) and p.flags == SYN,
           say + 'TCP', p)
        six(58, bytes([128, 0, 0, 0, 0, 1, 0, 1]) + b'ping')
        p = b.ip(1)
        ok(icmp(p, 8, 0) and p.body[8:] == b'ping', say + 'pings', p)
        six(UDP, udp(4000, 53), hops=1)
        got = b.receive(0)
        ok(got and got[54:56] == b'\3\0', say + 'hop limit exceeded', got)
        b.send_ip(1, m1, '198.51.100.9', '203.0.113.64', UDP, udp(53, 60000))
        ok(b.receive(0, 0.1) is None, say + 'nothing unasked for')


router(2)
router(4)
stateful()
cgnat()
loadbalancer()
flowmonitor()
dnsproxy()
bras()
tunnel('udp', 8, UDP)
tunnel('gre', 8, 47)
vxlan()
vlan()
nat64()
done()
