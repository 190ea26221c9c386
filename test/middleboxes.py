"""middleboxes.py -- what each example promises, tried on a Box, whatever the
platform of its guest is: packet for packet, with the captures of ../shared/traces,
and with hosts that ping, ask for names and send megabytes by TCP.

`all_of(guest)` tries them all; a test of a platform is that call.
"""
import glob
import threading
import traceback

from box import *  # noqa: F403
from pppoe_client import Subscriber

TRACES = os.environ.get('TRACES', '../shared/traces')
M = [f'02:00:00:00:00:0{i}' for i in range(6)]
BIG = 1000000


def trace(name, n=400):
    """The frames of a capture that a device of MTU 1500 can carry; at most n,
    or fewer where everything takes its time."""
    return [f for f in read_pcap(f'{TRACES}/{name}.pcap')
            if 14 <= len(f) <= 1514][:int(n / Box.guest.patience)]


def is_ip(p, src, dst, ttl=None):
    return p and p.whole and (p.src, p.dst) == (src, dst) and (
        ttl is None or p.ttl == ttl)


def icmp(p, kind, code):
    return p and p.whole and p.proto == ICMP and \
        tuple(p.body[:2]) == (kind, code)


def megabyte(say, b, client, server, to, port=80, source=None):
    """A TCP transfer between two hosts, and whom the server saw; a megabyte,
    or less where everything takes its time."""
    s = Server(server, port)
    took = transfer(client, to, port, int(BIG / b.guest.patience))
    s.close()
    ok(took is not None and (source is None or s.peers == [source]),
       say + 'a file by TCP, its sum right' +
       (f', from {source}' if source else ''), f'{took} s from {s.peers}')


def asked(say, a, c, to):
    """A name server, and a host that asks it."""
    r = answers(c, a, to)
    ok(r == '192.0.2.80', say + 'a name is asked for', r)


# ---- in the wire ----

def wire():
    say = 'wire: '
    with Box('wire') as b:
        given = [trace('http_espn'), trace('ipv6_fragments')]
        out = b.play(*given)
        ok(out == given[::-1], say + 'two captures, every frame as it was',
           f'{[len(f) for f in out]} frames')
        ok([b.read('there.count'), b.read('back.count')] ==
           [str(len(f)) for f in given], say + 'and counted')
        a, c = b.join(0, '10.0.0.2/24'), b.join(1, '10.0.0.3/24')
        ok(a.pings('10.0.0.3'), say + 'ping')
        megabyte(say, b, a, c, '10.0.0.3')
        asked(say, a, c, '10.0.0.3')


def ethermirror():
    with Box('ethermirror', 1) as b:
        given = trace('mail_sender_attachment') + trace('arppoison')
        ok(b.play(given)[0] == [f[6:12] + f[:6] + f[12:] for f in given],
           'ethermirror: captures, addresses exchanged, the rest as it was')


def responder():
    say = 'ping-responder: '
    me, him = mac(M[1]), HOST_MAC + b'\1'
    ask = arp(1, him, ip4('10.0.0.2'), bytes(6), ip4('10.0.0.1'))
    other = arp(1, him, ip4('10.0.0.2'), bytes(6), ip4('10.0.0.3'))
    ping = frame(ip('10.0.0.2', '10.0.0.1', ICMP, echo(7, data=b'x' * 100)),
                 him, me)
    bad = ping[:-1] + b'y'      # a wrong checksum
    with Box('ping-responder', 1) as b:
        out = b.play([ask, other, ping, bad] + trace('icmp_echo'))[0]
        ok(out[:1] == [arp(2, me, ip4('10.0.0.1'), him, ip4('10.0.0.2'))],
           say + 'an ARP reply')
        p = packets(out)
        ok(len(out) == 2 and icmp(p[0], 0, 0) and
           p[0].body[4:] == ping[38:] and out[1][:12] == him + me and
           is_ip(p[0], '10.0.0.1', '10.0.0.2'),
           say + 'an echo reply, to who asked, and nothing to others', out)
        ok(b.join(0, '10.0.0.2/24').pings('10.0.0.1'), say + 'ping')


def dropping_rule(p):
    """The rules of firewall.click again: the rule that drops it, or None."""
    private = p.dst.startswith('10.') or (
        p.dst.startswith('172.') and 16 <= int(p.dst.split('.')[1]) < 32)
    if p.data[6] & 0x3f or p.data[7]:
        return 'fragments'
    if private:
        return 'private'
    if p.proto == TCP:
        good = p.dport in (80, 443, 587) or (
            p.dport == 22 and p.dst.startswith('203.0.113.'))
        return None if good else 'mail' if p.dport == 25 else 'others'
    if p.proto == UDP:
        return None if p.dport in (53, 123) else 'others'
    return None if p.proto == ICMP and p.body[0] == 8 else 'others'


FIREWALL_CASES = [
    ('10.1.1.1', TCP, tcp(9, 80)), ('172.31.0.1', TCP, tcp(9, 80)),
    ('172.32.0.1', TCP, tcp(9, 80)), ('203.0.113.9', TCP, tcp(9, 22)),
    ('203.0.114.9', TCP, tcp(9, 22)), ('1.1.1.1', TCP, tcp(9, 25)),
    ('1.1.1.1', TCP, tcp(9, 587)), ('1.1.1.1', UDP, udp(9, 123)),
    ('1.1.1.1', UDP, udp(9, 124)), ('1.1.1.1', ICMP, echo()),
    ('1.1.1.1', ICMP, echo(reply=True))]


def firewall():
    say = 'firewall: '
    given = trace('http_espn') + trace('dns_lab', 100) + [
        frame(ip('192.168.7.10', *c)) for c in FIREWALL_CASES]
    given = [f for f in given if f[12:14] == b'\x08\0']
    rules = [dropping_rule(Packet(f[14:])) for f in given]
    with Box('firewall') as b:
        out = b.play(given)
        ok(out[1] == [f for f, r in zip(given, rules) if r is None],
           say + 'captures: what passes', len(out[1]))
        ok(all(int(b.read(r + '.count')) == rules.count(r)
               for r in ('fragments', 'private', 'mail', 'others')),
           say + 'and what each rule dropped')
        a, c = b.join(0, '192.0.2.2/24'), b.join(1, '192.0.2.3/24')
        ok(a.pings('192.0.2.3', 1), say + 'ping out')
        megabyte(say, b, a, c, '192.0.2.3')
        with contextlib.closing(Server(c, 25)):
            before = int(b.read('mail.count'))
            ok(transfer(a, '192.0.2.3', 25, 10, timeout=0.3) is None and
               int(b.read('mail.count')) > before, say + 'no mail')
        with contextlib.closing(Server(a, 80)):
            ok(transfer(c, '192.0.2.2', 80, 10, timeout=0.3) is None,
               say + 'nor a connection from outside')


def stateful():
    i, o = '10.0.0.2', '198.51.100.1'
    say = 'stateful-firewall: '
    with Box('stateful-firewall') as b:
        b.listen()

        def passes(port, *args):
            sent = frame(ip(*args))
            b.send(port, sent)
            return b.receive(1 - port) == sent

        def stays(port, *args):
            b.send(port, frame(ip(*args)))
            return b.nothing(1 - port)
        ok(stays(1, o, i, TCP, tcp(80, 4000, SYN | ACK, 7, 2)),
           say + 'no answer that was not asked for')
        ok(passes(0, i, o, TCP, tcp(4000, 80, SYN, 1)), say + 'SYN out')
        ok(passes(1, o, i, TCP, tcp(80, 4000, SYN | ACK, 7, 2)),
           say + 'its answer in')
        ok(passes(0, i, o, TCP, tcp(4000, 80, ACK, 2, 8)), say + 'ACK')
        ok(passes(1, o, i, TCP, tcp(80, 4000, ACK, 8, 2, b'data')),
           say + 'data')
        ok(stays(1, o, i, TCP, tcp(80, 4000, ACK, 8 + 10**9, 2, b'x')),
           say + 'no segment outside the window')
        ok(stays(1, o, i, TCP, tcp(80, 4001, ACK, 8, 2, b'data')),
           say + 'nor of another connection')
        ok(stays(1, o, i, TCP, tcp(9, 22)), say + 'no SYN in')
        ok(passes(1, o, '10.0.0.80', TCP, tcp(9, 80)),
           say + 'but to the server')
        ok(passes(0, '10.0.0.80', o, TCP, tcp(80, 9, SYN | ACK, 5, 2)),
           say + 'which answers')
        ok(passes(0, i, o, UDP, udp(5, 53)) and passes(1, o, i, UDP,
           udp(53, 5)) and stays(1, o, i, UDP, udp(54, 5)), say + 'UDP')
        ok(passes(0, i, o, ICMP, echo(3)) and passes(1, o, i, ICMP,
           echo(3, True)) and stays(1, o, i, ICMP, echo(4, True)),
           say + 'pings')
        ok(b.read('fw.flows') == '4' and b.read('refused.count') == '2' and
           i in b.read('fw.table'), say + 'counted', b.read('fw.table'))
        a, c = b.join(0, '10.0.0.3/24'), b.join(1, '10.0.0.9/24')
        ok(a.pings('10.0.0.9'), say + 'a host pings')
        ok(not c.pings('10.0.0.3', 1, wait=1), say + 'nobody pings it')
        megabyte(say, b, a, c, '10.0.0.9')
        asked(say, a, c, '10.0.0.9')
        with contextlib.closing(Server(a, 8080)):
            ok(transfer(c, '10.0.0.3', 8080, 10, timeout=0.3) is None,
               say + 'no connection from outside')


def conversation(data, sport=4000):
    """A TCP connection that says data, in pieces, as frames."""
    a, b = '10.0.0.2', '10.0.0.3'
    out = [ip(a, b, TCP, tcp(sport, 80, SYN, 100)),
           ip(b, a, TCP, tcp(80, sport, SYN | ACK, 500, 101)),
           ip(a, b, TCP, tcp(sport, 80, ACK, 101, 501))]
    seq = 101
    for d in data:
        out.append(ip(a, b, TCP, tcp(sport, 80, ACK, seq, 501, d)))
        seq += len(d)
    return [frame(p) for p in out]


def ids():
    say = 'ids: '
    with Box('ids', 3) as b:
        given = trace('http_dvwa_sqlinjection')
        out = b.play(given)
        ok(out[1] == given, say + 'a capture passes')
        evil = conversation([b'GET /cgi?', b'cmd=/bi', b'n/sh HTTP', b'more'])
        good = conversation([b'GET /cgi?', b'cmd=/bi', b'x/sh'], 4001)
        out = b.play(evil + good)
        ok(out[1] == evil[:5] + good,
           say + 'a string in two segments ends its connection, no other')
        ok(out[2] == evil[5:] and b.read('stopped.count') == '2' and
           '1:1000003 1 ' in b.read('ids.sids'),
           say + 'and what was stopped is shown', b.read('ids.sids'))
        sql = conversation([b'GET /?q=1 UnIoN', b' SELECT x'], 4002)
        out = b.play(sql)
        ok(out[1] == sql and len(out[2]) == 1 and
           '1:1000002 ' in b.read('ids.sids'), say + 'SQL, only told of')
        a, c = b.join(0, '10.0.0.4/24'), b.join(1, '10.0.0.5/24')
        megabyte(say, b, a, c, '10.0.0.5')
        asked(say, a, c, '10.0.0.5')
        before = int(b.read('ids.alerts'))
        a.run('ping -c 1 -s 1200 -W 5 10.0.0.5')
        ok(int(b.read('ids.alerts')) == before + 1, say + 'a big ping: alert')


def flowmonitor():
    say = 'flowmonitor: '
    with Box('flowmonitor', 3) as b:
        b.listen()
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
        while p and ip4('10.0.0.2') + ip4('10.0.0.3') not in got:
            p = b.ip(2, 1.5)
            got += p.payload if p else b''
        ok(ip4('10.0.0.2') in got and struct.pack('>Q', 300) in got and
           b.read('flows.exported') == '2',
           say + 'with addresses and bytes: three of 100', got.hex())
        given = trace('http_espn')
        before = int(b.read('flows.packets'))
        out = b.play(given)
        ok(out[1] == given, say + 'a capture passes', len(out[1]))
        ok(int(b.read('flows.packets')) - before == sum(
            f[12:14] == b'\x08\0' for f in given), say + 'and is counted')
        a, c = b.join(0, '10.0.0.4/24'), b.join(1, '10.0.0.5/24')
        ok(a.pings('10.0.0.5'), say + 'ping')
        asked(say, a, c, '10.0.0.5')
        megabyte(say, b, a, c, '10.0.0.5')
        ok('10.0.0.4' in b.read('flows.top'), say + 'which is the greatest now')


def megabits(host, to, port, size, least):
    """What TCP gets, Mbps: of three tries, for it waits long after a machine has
    stood still; 0 if it was not whole."""
    rate = 0
    for _ in range(3):
        took = transfer(host, to, port, size)
        if not took:
            return 0
        rate = max(rate, size * 8 / took / 1e6)
        if rate > least:
            break
    return rate


def shaper():
    say = 'shaper: '
    with Box('shaper') as b:
        a, c = b.join(0, '10.0.0.4/24'), b.join(1, '10.0.0.5/24')
        ok(a.pings('10.0.0.5'), say + 'ping')
        asked(say, a, c, '10.0.0.5')
        with contextlib.closing(Server(c, 9000)):
            size = 1000000
            least = 4 / b.guest.patience
            rate = megabits(a, '10.0.0.5', 9000, size, least)
            ok(least < rate < 9.5, say + 'a file by TCP at 8 Mbps',
               f'{rate} Mbps')
            b.write('line.rate', '2Mbps')
            least = 1 / b.guest.patience
            rate = megabits(a, '10.0.0.5', 9000, 200000, least)
            ok(least < rate < 2.4, say + 'and at 2', f'{rate} Mbps')
            load = threading.Thread(target=transfer, args=(
                a, '10.0.0.5', 9000, size, None, 1.5))
            load.start()
            time.sleep(0.5)
            # Beside a TCP connection that fills the queue of the rest.
            voice = [delay(a, c, 5060) for _ in range(5)]
            load.join()
        ok(None not in voice and sorted(voice)[2] < 0.04 * b.guest.patience,
           say + 'voice goes first', voice)


def delay(a, c, port):
    """Seconds that a datagram takes from one host to another."""
    with c.socket(socket.SOCK_DGRAM, ('', port)) as there, \
            a.socket(socket.SOCK_DGRAM) as here:
        there.settimeout(2)
        start = time.time()
        here.sendto(b'hello', ('10.0.0.5', port))
        try:
            there.recv(100)
        except OSError:
            return None
        return time.time() - start


# ---- routers ----

def router(n):
    name = f'router{n}'
    m = M[1:]
    with Box(name, n) as b:
        b.listen()
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
        ok(b.nothing(1), f'{name}: no directed broadcast')
        b.write('routes.add', '10.9.0.0/16 10.0.1.7 1')
        b.send_ip(0, m[0], '10.0.0.2', '10.9.1.1', UDP, udp(1, 2))
        got = b.receive(1)
        ok(got and got[:6] == HOST_MAC + b'\7', f'{name}: a route added')
        far = n - 1
        a = b.join(0, '10.0.0.20/24', gateway='10.0.0.1')
        c = b.join(far, f'10.0.{far}.20/24', gateway=f'10.0.{far}.1')
        ok(a.pings(f'10.0.{far}.20'), f'{name}: ping')
        megabyte(f'{name}: ', b, a, c, f'10.0.{far}.20')
        asked(f'{name}: ', a, c, f'10.0.{far}.20')


def vlan():
    say = 'vlan-gateway: '
    m = M[1]
    with Box('vlan-gateway') as b:
        b.listen()

        def tagged(vid, f):
            return f[:12] + struct.pack('>HH', 0x8100, vid) + f[12:]

        def sent(vid, src, dst, proto, body):
            b.send(0, tagged(vid, frame(ip(src, dst, proto, body),
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
        ok(b.nothing(0) and b.read('foreign.count') == '1',
           say + 'no other VLAN')
        up = b.join(1, '10.0.99.20/24', gateway='10.0.99.1')
        trunk = b.join(0)
        v10 = trunk.run(f'ip link add link {trunk.device} name v10 type vlan '
                        'id 10 && ip link set v10 up && ip addr add '
                        '10.0.10.20/24 dev v10 && ip route add default via '
                        '10.0.10.1')
        if v10.returncode:
            skip(say + 'hosts on a trunk of the kernel\'s', 'no 802.1Q here')
            return
        ok(trunk.pings('10.0.99.20'), say + 'ping from a VLAN of the kernel\'s')
        megabyte(say, b, trunk, up, '10.0.99.20')
        asked(say, trunk, up, '10.0.99.20')


# ---- those that change addresses ----

def home():
    say = 'firewall-nat: '
    with Box('firewall-nat') as b:
        a = b.join(0, '192.168.7.10/24', gateway='192.168.7.1')
        c = b.join(1, '203.0.113.80/24')
        ok(a.pings('203.0.113.80'), say + 'ping')
        megabyte(say, b, a, c, '203.0.113.80', source='203.0.113.1')
        asked(say, a, c, '203.0.113.80')
        ok('192.168.7.10' in b.read('nat.tcp_table') and
           b.read('ping.count') == '3' and b.read('dns.count') == '1' and
           int(b.read('web.count')) > 20, say + 'each rule counts',
           b.read('nat.tcp_table'))
        with contextlib.closing(Server(c, 25)):
            ok(transfer(a, '203.0.113.80', 25, 10, timeout=0.3) is None and
               int(b.read('other.count')) > 0, say + 'no other port')
        ok(not c.pings('203.0.113.1', 1, wait=1) and
           int(b.read('unwanted.count')) > 0, say + 'nothing from outside')
        r = traced(a, '203.0.113.80', 1)
        ok(r == '192.168.7.1', say + 'the first hop says that it is', r)


def traced(host, to, ttl):
    """Who says that a ping of so few hops has ended there."""
    with host:
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, ICMP)
    with s:
        s.settimeout(2)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        s.sendto(transport(b'', b'', ICMP, echo(77)), (to, 0))
        try:
            data, who = s.recvfrom(1000)
        except OSError:
            return None
        return who[0] if data[20] == 11 else None


def cgnat():
    say = 'cgnat: '
    with Box('cgnat') as b:
        b.listen()

        def out(src, body, proto=UDP, dst='198.51.100.9'):
            b.send_ip(0, M[1], src, dst, proto, body)
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
            if r and r.src == p.src:
                ports.add(r.sport)
        ok(len(ports) == 50 and max(ports) - min(ports) < 512,
           say + 'all of one block of 512', sorted(ports))
        b.send_ip(1, M[2], '198.51.100.9', p.src, UDP, udp(53, p.sport, b'back'))
        r = b.ip(0)
        ok(is_ip(r, '198.51.100.9', '100.64.0.5', 63) and
           (r.dport, r.payload) == (4000, b'back'), say + 'and back', r)
        b.send_ip(0, M[1], '100.64.0.6', p.src, UDP, udp(7000, p.sport, b'hi'))
        r = b.ip(0)
        ok(r and r.whole and r.dst == '100.64.0.5' and r.dport == 4000 and
           r.src in pool, say + 'hairpinning: from an external address', r)
        b.send_ip(1, M[2], '198.51.100.9', p.src, UDP, udp(53, 1023))
        ok(b.nothing(0) and b.read('unknown.count') == '1',
           say + 'nothing to a port that is nobody\'s')
        b.send_ip(0, M[1], '10.1.1.1', '198.51.100.9', UDP, udp(1, 2))
        ok(b.nothing(0) and b.read('spoofed.count') == '1',
           say + 'no address that is not a subscriber\'s')
        while b.ip(1, 0.05):    # what the collector was told meanwhile
            pass
        t, _ = out('100.64.0.5', tcp(4000, 80), TCP)
        e, _ = out('100.64.0.5', echo(9), ICMP)
        ok(t and t.whole and t.src == p.src and e and e.whole and
           e.src == p.src, say + 'TCP and pings, from the same address')
        ok('100.64.0.5' in b.read(f'nat.who {p.src} {p.sport}'),
           say + 'who it was')
        a = b.join(0, '100.64.0.20/24', gateway='100.64.0.1')
        c = b.join(1, '203.0.113.1/24')
        ok(a.pings('203.0.113.1'), say + 'ping')
        s = Server(c, 80)
        took = transfer(a, '203.0.113.1', 80, int(BIG / b.guest.patience))
        s.close()
        ok(took is not None and s.peers[0] in pool,
           say + 'a file by TCP, from the pool', s.peers)
        asked(say, a, c, '203.0.113.1')


def ip6(src, dst, proto, payload, hops=64):
    s, d = (ipaddress.IPv6Address(x).packed for x in (src, dst))
    at = {58: 2, UDP: 6, TCP: 16}[proto]
    c = 0xffff - total(pseudo(s, d, proto, len(payload)) + payload)
    payload = payload[:at] + struct.pack('>H', c) + payload[at + 2:]
    return struct.pack('>IHBB', 6 << 28, len(payload), proto, hops) + s + d + \
        payload


def nat64():
    say = 'nat64: '
    m0 = mac(M[1])
    host, server = '2001:db8:1::5', '64:ff9b::198.51.100.9'
    with Box('nat64') as b:
        b.listen()

        def six(proto, body, **more):
            b.send(0, frame(ip6(host, server, proto, body, **more), dst=m0,
                            kind=0x86dd))
        six(UDP, udp(4000, 53))
        p = b.ip(1)
        ok(is_ip(p, '203.0.113.64', '198.51.100.9', 63) and p.dport == 53 and
           p.payload == b'hello', say + 'out as IPv4', p)
        b.send_ip(1, M[2], '198.51.100.9', '203.0.113.64', UDP,
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
        b.send_ip(1, M[2], '198.51.100.9', '203.0.113.64', UDP, udp(53, 60000))
        ok(b.nothing(0), say + 'nothing unasked for')
        a = b.join(0, '2001:db8:1::20/64', gateway='2001:db8:1::1')
        c = b.join(1, '203.0.113.80/24')
        there = '64:ff9b::203.0.113.80'
        ok(a.pings(there), say + 'ping')
        s = Server(c, 80)
        took = transfer(a, there, 80, int(BIG / b.guest.patience))
        s.close()
        ok(took is not None and s.peers == ['203.0.113.64'],
           say + 'a file by TCP, from 203.0.113.64', s.peers)


def loadbalancer():
    say = 'loadbalancer: '
    m0, m1 = M[3], M[4]
    client, service = '203.0.113.9', '203.0.113.80'
    with Box('loadbalancer') as b:
        b.listen()

        def server(sport, flags=SYN):
            b.send_ip(0, m0, client, service, TCP, tcp(sport, 80, flags))
            got = b.receive(1)
            p = got and Packet(got[14:])
            return got[5] if is_ip(p, client, service, 63) else None
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
        b.send_ip(1, m1, service, client, TCP, tcp(80, 2000, SYN | ACK))
        ok(is_ip(b.ip(0), service, client, 63), say + 'answers')
        b.send_ip(0, m0, client, service, TCP, tcp(1, 22))
        ok(b.nothing(1) and b.read('refused.count') == '1',
           say + 'no other port')
    with Box('loadbalancer') as b:
        a = b.join(0, '203.0.113.20/24')
        c = b.join(1, '10.1.0.11/24', '10.1.0.12/24', '10.1.0.13/24',
                   gateway='10.1.0.1')
        c.run(f'ip addr add {service}/32 dev lo')
        ok(a.pings(service), say + 'ping')
        s = Server(c, 80)
        good = [transfer(a, service, 80, 10000) for _ in range(10)]
        ok(None not in good, say + 'ten TCP transfers', good)
        s.close()
        megabyte(say, b, a, c, service, 443)


def chain():
    say = 'service-chain: '
    service = '203.0.113.80'
    with Box('service-chain') as b:
        a = b.join(0, '192.168.7.10/24', gateway='192.168.7.1')
        c = b.join(1, '10.1.0.11/24', '10.1.0.12/24', '10.1.0.13/24',
                   gateway='10.1.0.1')
        c.run(f'ip addr add {service}/32 dev lo')
        ok(a.pings(service), say + 'ping')
        megabyte(say, b, a, c, service, source='203.0.113.1')
        s = Server(c, 443)
        good = [transfer(a, service, 443, 10000) for _ in range(20)]
        s.close()
        ok(None not in good, say + 'twenty TCP transfers', good)
        table = b.read('balancer/lb.table')
        ok(all(f'10.1.0.1{i}' in table for i in (1, 2, 3)),
           say + 'to three servers', table)
        with contextlib.closing(Server(c, 8080)):
            before = int(b.read('firewall/dropped.count'))
            ok(transfer(a, service, 8080, 10, timeout=0.3) is None and
               int(b.read('firewall/dropped.count')) > before,
               say + 'no other port')
        ok(int(b.read('firewall/passed.count')) ==
           int(b.read('balancer/to.count')) and
           '192.168.7.10' in b.read('nat/flows.tcp_table'),
           say + 'what passes the first passes all')


# ---- names ----

def dns_query(name, ident):
    q = b''.join(bytes([len(w)]) + w.encode() for w in name.split('.'))
    return struct.pack('>6H', ident, 0x0100, 1, 0, 0, 0) + q + \
        b'\0\0\1\0\1'


def dns_answer(query, address='192.0.2.80'):
    """The answer to a query with one question."""
    end = 12
    while query[end]:
        end += query[end] + 1
    return query[:2] + b'\x81\x80\0\1\0\1\0\0\0\0' + query[12:end + 5] + \
        b'\xc0\x0c\0\1\0\1\0\0\1\0\0\4' + ip4(address)


class NameServer:
    """Answers every question, on UDP, with 192.0.2.80."""

    def __init__(self, host):
        self.socket = host.socket(socket.SOCK_DGRAM, ('', 53))
        self.asked = 0
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                query, who = self.socket.recvfrom(1500)
                if query == b'end':
                    return
                self.asked += 1
                self.socket.sendto(dns_answer(query), who)

    def close(self, host):
        with host.socket(socket.SOCK_DGRAM) as s:
            s.sendto(b'end', ('127.0.0.1', 53))
        self.thread.join()
        self.socket.close()


def resolve(host, server, name='www.example.org', ident=77):
    """What the server says that the address is."""
    with host.socket(socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(dns_query(name, ident), (server, 53))
        try:
            answer = s.recv(1500)
        except OSError:
            return None
    return str(ipaddress.IPv4Address(answer[-4:])) \
        if answer[:2] == struct.pack('>H', ident) else None


def answers(server, client, to):
    """resolve() of a NameServer that lives as long as that takes."""
    s = NameServer(server)
    try:
        return resolve(client, to)
    finally:
        s.close(server)


def dnsproxy():
    say = 'dnsproxy: '
    with Box('dnsproxy') as b:
        b.listen()

        def ask(ident):
            b.send_ip(0, M[1], '10.0.0.2', '10.0.0.53', UDP,
                      udp(5000 + ident, 53, dns_query('a.example.org', ident)))
        ask(1)
        q = b.ip(1)
        ok(q and q.whole and (q.src, q.dport) == ('10.1.0.2', 53) and
           q.dst in ('10.1.0.53', '10.1.0.54') and
           b'\1a\7example\3org' in q.payload.lower(),
           say + 'asks a server', q)
        good = dns_answer(q.payload)
        forged = bytes([good[0] ^ 1]) + good[1:-4] + ip4('6.6.6.6')
        for a in forged, good:
            b.send_ip(1, M[2], q.dst, q.src, UDP, udp(53, q.sport, a))
        p = b.ip(0)
        ok(is_ip(p, '10.0.0.53', '10.0.0.2') and p.dport == 5001 and
           p.payload[:2] == b'\0\1' and ip4('192.0.2.80') in p.payload and
           ip4('6.6.6.6') not in p.payload,
           say + 'hands on the answer, not the forged one', p)
        ask(2)
        p = b.ip(0)
        ok(p and p.payload[:2] == b'\0\2' and ip4('192.0.2.80') in p.payload
           and b.nothing(1), say + 'the second time from memory', p)
        ok(b.read('dns.entries') == '1', say + 'one entry')
        a = b.join(0, '10.0.0.20/24')
        c = b.join(1, '10.1.0.53/24', '10.1.0.54/24')
        s = NameServer(c)
        ok(a.pings('10.0.0.53'), say + 'it can be pinged')
        got = [resolve(a, '10.0.0.53') for _ in range(5)]
        ok(got == ['192.0.2.80'] * 5 and s.asked == 1,
           say + 'hosts: five questions, one of them asked', (got, s.asked))
        if shutil.which('dig'):
            r = a.run('dig +short @10.0.0.53 b.example.org')
            ok(r.stdout == '192.0.2.80\n', say + 'dig', r.stdout + r.stderr)
        s.close(c)


# ---- subscribers and tunnels ----

def bras():
    say = 'bras: '
    with Box('bras') as b:
        b.listen()
        s = Subscriber(b, 0)
        got = s.discover()
        ok(got and b'bras' in got and b'internet' in got,
           say + 'an offer, with its name and service', got)
        ok(s.session(), say + 'a session')
        ok(s.link('joe', 'wrong') is None, say + 'not with a wrong secret')
        s = Subscriber(b, 0)
        s.discover()
        s.session()
        ok(s.link('joe', 'secret') == '10.64.0.7',
           say + 'with the right one, his address', s.last)
        ok(s.number in b.read('bras.sessions') and b.read('bras.count') == '1',
           say + 'seen', b.read('bras.sessions'))
        s.send(ip('10.64.0.7', '203.0.113.9', UDP, udp(7, 8)))
        p = b.ip(1)
        ok(is_ip(p, '10.64.0.7', '203.0.113.9', 63), say + 'his packets', p)
        s.send(ip('10.64.0.8', '203.0.113.9', UDP, udp(7, 8)))
        ok(b.nothing(1), say + 'not from another address')
        back = ip('203.0.113.9', '10.64.0.7', UDP, udp(8, 7))
        b.send_ip(1, M[2], '203.0.113.9', '10.64.0.7', UDP, udp(8, 7))
        p = s.receive()
        ok(is_ip(p, '203.0.113.9', '10.64.0.7', 63) and
           p.body == Packet(back).body, say + 'and those for him', p)
        b.send_ip(1, M[2], '203.0.113.9', '203.0.113.2', ICMP, echo(2))
        ok(icmp(b.ip(1), 0, 0), say + 'its other side can be pinged')
        s.end()
        ok(wait_for(lambda: b.read('bras.count') == '0'), say + 'he leaves')


@contextlib.contextmanager
def far_end(example, b, **changes):
    """The gateway at the other end, its port 1 joined to b's by a bridge."""
    with Box(example, 2, **changes) as other:
        for c in ('link add way type bridge', 'link set way up',
                  f'link set {b.taps[1]} master way',
                  f'link set {other.taps[1]} master way'):
            run('ip ' + c)
        try:
            yield other
        finally:
            run('ip link del way')


def tunnel(name, strip, proto):
    say = f'tunnel-{name}: '
    with Box('tunnel-' + name) as b:
        b.listen()
        b.send_ip(0, M[1], '10.1.0.9', '10.2.0.9', UDP, udp(1, 2))
        got = b.receive(1)
        p = got and Packet(got[14:])
        ok(is_ip(p, '192.0.2.1', '192.0.2.2') and p.proto == proto,
           say + 'between the two ends', p)
        head, inner = p.body[:strip], Packet(p.body[strip:])
        ok(is_ip(inner, '10.1.0.9', '10.2.0.9', 63), say + 'what is in it',
           inner)
        back = ip('10.2.0.9', '10.1.0.9', UDP, udp(2, 1))
        b.send_ip(1, M[2], '192.0.2.2', '192.0.2.1', proto, head + back)
        ok(is_ip(b.ip(0), '10.2.0.9', '10.1.0.9', 63), say + 'and out of it')
        b.send_ip(1, M[2], '192.0.2.3', '192.0.2.1', proto, head + back)
        ok(b.nothing(0), say + 'not from another end')
        back = ip('10.3.0.9', '10.1.0.9', UDP, udp(2, 1))
        b.send_ip(1, M[2], '192.0.2.2', '192.0.2.1', proto, head + back)
        ok(b.nothing(0) and b.read('strange.count') != '0',
           say + 'nor from another network')
    with Box('tunnel-' + name) as b, far_end(
            'tunnel-' + name, b, LAN='10.2.0.1/24', PEERS='10.1.0.0/24',
            ME='192.0.2.2', PEER='192.0.2.1', MAC1=M[3]) as far:
        a = b.join(0, '10.1.0.20/24', gateway='10.1.0.1', mtu=1472)
        c = far.join(0, '10.2.0.20/24', gateway='10.2.0.1')
        ok(a.pings('10.2.0.20'), say + 'ping from end to end')
        megabyte(say, b, a, c, '10.2.0.20')
        asked(say, a, c, '10.2.0.20')
        ok(int(b.read('sent.count')) > BIG / b.guest.patience / 1500,
           say + 'by the tunnel')


def vxlan():
    say = 'tunnel-vxlan: '
    with Box('tunnel-vxlan') as b:
        b.listen()
        f = frame(ip('10.0.0.2', '10.0.0.3', UDP, udp(1, 2)))
        b.send(0, f)
        p = b.ip(1)
        ok(is_ip(p, '192.0.2.1', '192.0.2.2') and p.dport == 4789 and
           p.payload == b'\x08\0\0\0\0\0\x2a\0' + f,
           say + 'a frame of network 42', p)
        for vni in 43, 42:
            b.send_ip(1, M[2], '192.0.2.2', '192.0.2.1', UDP,
                      udp(50000, 4789, b'\x08\0\0\0\0\0' + bytes([vni, 0]) +
                          f))
        ok(b.receive(0) == f and b.nothing(0),
           say + 'and out, of that network alone')
    with Box('tunnel-vxlan') as b, far_end(
            'tunnel-vxlan', b, ME='192.0.2.2', PEER='192.0.2.1',
            MAC=M[3]) as far:
        a = b.join(0, '10.0.0.20/24', mtu=1450)
        c = far.join(0, '10.0.0.21/24', mtu=1450)
        ok(a.pings('10.0.0.21'), say + 'ping from end to end')
        megabyte(say, b, a, c, '10.0.0.21')


ALL = {
    'wire': wire, 'ethermirror': ethermirror, 'ping-responder': responder,
    'firewall': firewall, 'stateful-firewall': stateful, 'ids': ids,
    'flowmonitor': flowmonitor, 'shaper': shaper,
    'router2': lambda: router(2), 'router4': lambda: router(4),
    'vlan-gateway': vlan, 'firewall-nat': home, 'cgnat': cgnat,
    'nat64': nat64, 'loadbalancer': loadbalancer, 'service-chain': chain,
    'dnsproxy': dnsproxy, 'bras': bras,
    'tunnel-udp': lambda: tunnel('udp', 8, UDP),
    'tunnel-gre': lambda: tunnel('gre', 8, 47), 'tunnel-vxlan': vxlan,
}


def all_of(names=()):
    """Tries them, or those that are named; a guest that does not even start
    fails its example, not the others."""
    there = {os.path.basename(f)[:-6] for f in glob.glob(EXAMPLES + '/*.click')}
    ok(there == set(ALL), 'every example is tried', there ^ set(ALL))
    for name, promises in ALL.items():
        if names and name not in names:
            continue
        start = time.time()
        try:
            promises()
        except Exception as why:  # whatever it is, the rest is tried
            ok(False, name + ': to the end',
               ''.join(traceback.format_exception(why)))
        print(f'# {name}: {time.time() - start:.1f} s', flush=True)
