#!/usr/bin/env python3
"""examples.t -- what each example promises, seen in the packets that it sends:
those in a wire, and those that remember nothing, on captures under `click`.  As
guests, and the others: middleboxes.t."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from middleboxes import (FIREWALL_CASES, conversation,  # noqa: E402
                         dropping_rule)
from packets import *  # noqa: E402,F403

WEB = 'examples/web.pcap'
TRACES = sorted(glob.glob('../shared/traces/*.pcap'))
web = read_pcap(WEB)
EXAMPLES = sorted(glob.glob('examples/*.click'))


def test_all():
    for e in EXAMPLES:
        n = ports_of(e)
        cmd = [CLICK, '--check', e]
        for i in range(n):
            cmd += ['--port', f'{i}=pcap:']
        r = subprocess.run(cmd, capture_output=True, text=True)
        ok(r.returncode == 0 and not r.stderr, e + ' is right', r.stderr)
        for i in range(n):
            for t in TRACES + [WEB]:
                inputs = [None] * n
                inputs[i] = t
                try:
                    play(e, *inputs)
                except (OSError, subprocess.TimeoutExpired) as why:
                    ok(False, f'{t} at port {i} of {e}', why)
                    break
        ok(True, f'{len(TRACES) + 1} captures at each of {n} ports of {e}')


def test_signal():
    """However many ports the DriverManager waits for, one SIGTERM ends it."""
    for e in 'wire', 'nat64', 'router4':
        n = ports_of(f'examples/{e}.click')
        p = subprocess.Popen([CLICK, f'examples/{e}.click'] + [
            w for i in range(n) for w in ('--port', f'{i}=mem:')])
        time.sleep(0.3)
        p.terminate()
        try:
            ok(p.wait(5) == 0, e + ': SIGTERM ends it')
        except subprocess.TimeoutExpired:
            p.kill()
            ok(False, e + ': SIGTERM ends it')


def test_wire():
    other = [frame(ip('10.0.0.1', '10.0.0.2', UDP, udp(i, 7)))
             for i in range(1, 500)]
    out, n = play('examples/wire.click', web, other,
                  handlers=['there.count', 'back.count'])
    ok(out == [other, web], 'wire: every frame as it was, each way')
    ok(n == [str(len(web)), '499'], 'wire: and counted', n)
    out, _ = play('examples/ethermirror.click', web)
    ok(out[0] == [f[6:12] + f[:6] + f[12:] for f in web],
       'ethermirror: addresses exchanged, the rest as it was')


def test_responder():
    me, him = mac('02:00:00:00:00:01'), HOST_MAC + b'\1'
    ask = arp(1, him, ip4('10.0.0.2'), bytes(6), ip4('10.0.0.1'))
    other = arp(1, him, ip4('10.0.0.2'), bytes(6), ip4('10.0.0.3'))
    ping = frame(ip('10.0.0.2', '10.0.0.1', ICMP, echo(7, data=b'x' * 100)),
                 him, me)
    bad = ping[:-1] + b'y'      # a wrong checksum
    out, n = play('examples/ping-responder.click',
                  [ask, other, ping, bad, web[0]],
                  handlers=['arps.count', 'pings.count'])
    ok(out[0][:1] == [arp(2, me, ip4('10.0.0.1'), him, ip4('10.0.0.2'))],
       'ping-responder: an ARP reply')
    p = packets(out[0])
    ok(len(p) == 1 and p[0].whole and p[0].body[0] == 0 and
       p[0].body[4:] == ping[38:] and out[0][1][:12] == him + me and
       (p[0].src, p[0].dst) == ('10.0.0.1', '10.0.0.2'),
       'ping-responder: an echo reply, to who asked', out[0])
    ok(n == ['1', '1'], 'ping-responder: nothing to others', n)


def test_firewall():
    src = '192.168.7.10'
    made = [frame(ip(src, *c)) for c in FIREWALL_CASES]
    made.append(arp(1, HOST_MAC + b'\1', ip4('10.0.0.2'), bytes(6),
                    ip4('10.0.0.1')))
    given = web + made
    want = [f for f in given
            if f[12:14] == b'\x08\x06' or
            dropping_rule(Packet(f[14:])) is None]
    answers = [frame(ip('1.1.1.1', src, TCP, tcp(80, 9, SYN | ACK))),
               frame(ip('1.1.1.1', src, TCP, tcp(80, 9, SYN))),
               frame(ip('1.1.1.1', src, UDP, udp(53, 9))),
               frame(ip('1.1.1.1', src, UDP, udp(54, 9))),
               frame(ip('1.1.1.1', src, ICMP, echo(reply=True))),
               frame(ip('1.1.1.1', src, ICMP, echo()))]
    with tempfile.NamedTemporaryFile('w', suffix='.click') as f:
        subprocess.run(['examples/firewall-rules', '1000'], stdout=f,
                       check=True)
        for e, what in (('examples/firewall.click', 'ten rules'),
                        (f.name, 'a thousand rules')):
            out, n = play(e, given, answers, n=2,
                          handlers=['passed.count', 'dropped.count',
                                    'unwanted.count'])
            ok(out[1] == want and 40 < len(want) < len(given),
               f'firewall: {what}: passes what it should and no more')
            ok(out[0] == answers[::2], f'firewall: {what}: answers alone')
            ok(n == [str(len(want)), str(len(given) - len(want)), '3'],
               f'firewall: {what}: counted', n)
        with open(f.name) as g:
            ok(len([x for x in g if re.match(r'\t\t[1-4] ', x) or
                    x.startswith('\t\tallow')]) == 1005,
               'firewall-rules: a thousand, and five back')


def test_ids():
    h = ['ids.alerts', 'ids.sids', 'stopped.count']
    out, n = play('examples/ids.click', WEB, handlers=h)
    ok(out[1] == web and n[0] == '1', 'ids: a web session passes, in order', n)
    ok(len(out[2]) == 1 and b'GET /nothing.html' in out[2][0],
       'ids: and the one request that a rule is about is shown', out[2])
    evil = conversation([b'GET /cgi?', b'cmd=/bi', b'n/sh HTTP', b'more'])
    good = conversation([b'GET /cgi?', b'cmd=/bi', b'x/sh'], 4001)
    out, n = play('examples/ids.click', evil + good, handlers=h)
    ok(out[1] == evil[:5] + good,
       'ids: a string in two segments ends its connection, no other')
    ok(out[2] == evil[5:] and n[2] == '2' and '1:1000003 1 ' in n[1],
       'ids: and what was stopped is shown', n)
    sql = conversation([b'GET /?q=1 UnIoN', b' SELECT x'], 4002)
    out, n = play('examples/ids.click', sql, handlers=h)
    ok(out[1] == sql and '1:1000002 1 ' in n[1], 'ids: SQL, only told of', n)


def test_shaper():
    big = b'x' * 1400
    rest = [frame(ip('10.0.0.2', '10.0.0.3', UDP, udp(i, 9, big)))
            for i in range(200)]
    pages = [frame(ip('10.0.0.2', '10.0.0.3', TCP, tcp(i, 80, ACK, data=big)))
             for i in range(100)]
    voice = [frame(ip('10.0.0.2', '10.0.0.3', UDP, udp(i, 5060)))
             for i in range(20)]
    start = time.time()
    out, n = play('examples/shaper.click', rest + pages + voice, voice,
                  handlers=['voice.drops', 'web.drops', 'codel.drops'])
    took = time.time() - start
    out, back = out[1], out[0]
    bits = sum(map(len, out)) * 8
    ok(bits / 8e6 * 0.8 < took, 'shaper: no faster than 8 Mbps',
       f'{bits} bits in {took} s')
    ok([f for f in out if f in voice] == voice and
       max(map(out.index, voice)) < 60, 'shaper: voice first')
    ok([f for f in out if f in pages] == pages, 'shaper: all of the web')
    last = max(map(out.index, pages))
    others = len([f for f in out[:last] if f in rest])
    ok(85 < others < 115, 'shaper: which shares with the rest', others)
    ok(back == voice, 'shaper: the other direction as it comes')


test_all()
test_signal()
test_wire()
test_responder()
test_firewall()
test_ids()
test_shaper()
done()
