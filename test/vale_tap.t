#!/usr/bin/env python3
"""Two network namespaces talk TCP through TAP ports of one switch, offloads on;
then with one end that can do nothing of them."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

need_root()
if not os.path.exists('/dev/net/tun'):
    skip_all('no /dev/net/tun')
BYTES = 8 << 20
a, b = namespace('va'), namespace('vb')
switch = serve('vale0')
attach('vale0:a', f'tap:tap0,netns={a}')
attach('vale0:b', f'tap:tap0,netns={b}')
for i, ns in enumerate((a, b)):
    inside(ns, 'ip', 'addr', 'add', f'10.9.0.{i + 1}/24', 'dev', 'tap0')
    inside(ns, 'ip', 'addr', 'add', f'fd00:9::{i + 1}/64', 'dev', 'tap0',
           'nodad')
ends = [interface(n, ns, 'tap0') for n, ns in (('a', a), ('b', b))]

good, note = tcp(a, b, '10.9.0.2', BYTES)
ok(good, 'IPv4: several megabytes arrive as they were', note)
c = port('a')
ok(c['rx']['bytes'] / c['rx']['frames'] > 4000,
   'as frames longer than the MTU', c)
good, note = tcp(b, a, 'fd00:9::1', BYTES)
ok(good, 'IPv6: the same, the other way', note)
accounted('TCP both ways', ends)

# A capture takes neither: the switch cuts and fills in.
r = vale('attach', 'vale0:dump', f'pcap:,{DIR}/out.pcap')
ok(r.returncode == 0, 'a mirror into a capture file', r.stderr)
vale('set', 'vale0:a', 'mirror=dump')
good, note = tcp(a, b, '10.9.0.2', 1 << 20)
ok(good, 'TCP with a mirror', note)
good, note = tcp(a, b, 'fd00:9::2', 1 << 20)
ok(good, 'the same with IPv6', note)
accounted('with a mirror', ends)
ok(port('dump')['tx']['drops'] == {}, 'the capture missed none',
   port('dump'))
vale('detach', 'vale0:dump')


def words(data, total=0):
    data += b'\0' * (len(data) % 2)
    for i in range(0, len(data), 2):
        total += data[i] << 8 | data[i + 1]
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def wrong(frame):
    """What is not right about a frame's length and checksums."""
    ip = frame[14:]
    if frame[12:14] == b'\x08\x00':
        size = int.from_bytes(ip[2:4], 'big')
        head = (ip[0] & 15) * 4
        if words(ip[:head]) != 0xffff:
            return 'IPv4 header'
        protocol, body = ip[9], ip[head:size]
        pseudo = ip[12:20]
    elif frame[12:14] == b'\x86\xdd':
        body = ip[40:40 + int.from_bytes(ip[4:6], 'big')]
        protocol, pseudo = ip[6], ip[8:40]
    else:
        return ''
    if protocol != 6:
        return ''
    pseudo += bytes([0, 6]) + len(body).to_bytes(4, 'big')
    return '' if words(pseudo + body) == 0xffff else 'TCP checksum'


with open(DIR + '/out.pcap', 'rb') as f:
    data = f.read()
at, bad, longest, frames = 24, [], 0, 0
while at < len(data):
    size = int.from_bytes(data[at + 8:at + 12], 'little')
    one = data[at + 16:at + 16 + size]
    why = wrong(one)
    if why:
        bad.append((why, size, one[:60].hex()))
    longest = max(longest, size)
    frames += 1
    at += 16 + size
ok(frames > 2 * (1 << 20) // 1500, 'the capture has both transfers', frames)
ok(bad == [], 'each checksum is right', bad[:3])

refused('vale0:x', 'tap:aninterfacenamethatistoolong', 'letters')
refused('vale0:x', 'tap:t0,netns=nosuch', 'No such file')
inside(a, 'ip', 'link', 'del', 'tap0')
ok(wait_for(lambda: all(p['name'] != 'a' for p in shown('stats')['ports'])),
   'an interface that is deleted takes its port along', shown('list'))
ok(stop(switch) == 0, 'the switch ends', log())
done()
