#!/usr/bin/env python3
"""Interfaces of the system as ports: AF_PACKET and AF_XDP at one end of a veth
pair, a TAP at the other side of the switch; TCP through all of it."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

need_root()
BYTES = 3 << 20
a, b, nic = namespace('na'), namespace('nb'), namespace('nn')
for ns in a, b, nic:  # no frames but ours
    inside(ns, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1',
           'net.ipv6.conf.default.disable_ipv6=1')
switch = serve('vale0')
attach('vale0:a', f'tap:tap0,netns={a}')
inside(a, 'ip', 'addr', 'add', '10.9.1.1/24', 'dev', 'tap0')
inside(nic, 'ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1',
       'netns', b)
inside(nic, 'ip', 'link', 'set', 'v0', 'up')
inside(b, 'ip', 'link', 'set', 'v1', 'up')
inside(b, 'ip', 'addr', 'add', '10.9.1.2/24', 'dev', 'v1')


def missed():
    return port('nic', 'list')['missed']


def both_ways(what, since):
    ends = [interface('a', a, 'tap0'),
            interface('nic', b, 'v1', missed, since)]
    good, note = tcp(a, b, '10.9.1.2', BYTES)
    ok(good, f'{what}: TCP to the veth pair', note)
    good, note = tcp(b, a, '10.9.1.1', BYTES)
    ok(good, f'{what}: TCP from it', note)
    accounted(what, ends)
    ok(port('nic')['rx']['frames'] > 100, f'{what}: and went this way',
       port('nic'))
    return ends


since = kernel(b, 'v1')
attach('vale0:nic', f'af_packet:v0,netns={nic}')
ends = both_ways('AF_PACKET', since)

# A VLAN's tag, which the kernel keeps beside the frame.
tagged = bytes.fromhex('ffffffffffff0200000000018100600788b5') + bytes(60)
vale('attach', 'vale0:dump', f'pcap:,{DIR}/tag.pcap')
inside(b, 'python3', '-c', f"""
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('v1', 0))
s.send(bytes.fromhex('{tagged.hex()}'))
""")
ok(wait_for(lambda: tagged in open(DIR + '/tag.pcap', 'rb').read()),
   'AF_PACKET: a frame keeps its tag',
   open(DIR + '/tag.pcap', 'rb').read()[24:].hex())
vale('detach', 'vale0:dump')
accounted('AF_PACKET, with a tag', ends)
refused('vale0:x', 'af_packet:nosuch', 'nosuch')
vale('detach', 'vale0:nic')

since = kernel(b, 'v1')
r = vale('attach', 'vale0:nic', f'af_xdp:v0,netns={nic}')
if 'without libxdp' in r.stderr:
    print(f'ok {count + 1} # SKIP AF_XDP: {r.stderr.strip()}')
    print(f'1..{count + 1}')
    raise SystemExit(0)
if ok(r.returncode == 0, 'AF_XDP at the veth pair', r.stderr):
    # The kernel says nothing of checksums there.
    inside(b, 'ethtool', '-K', 'v1', 'tx', 'off', 'gso', 'off', 'tso', 'off')
    both_ways('AF_XDP', since)
    ok(port('nic', 'list')['mode'] in ('copy', 'zero-copy'),
       'its mode is shown', port('nic', 'list'))
    print('# AF_XDP mode: ' + port('nic', 'list')['mode'])
    vale('detach', 'vale0:nic')
    links = subprocess.run(['ip', 'netns', 'exec', nic, 'ip', 'link', 'show',
                            'v0'], capture_output=True, text=True).stdout
    ok('xdp' not in links, 'its program has gone with it', links)
refused('vale0:x', 'af_xdp:nosuch', 'nosuch')
ok(stop(switch) == 0, 'the switch ends', log())
done()
