#!/usr/bin/env python3
"""examples_live.py -- hosts (network namespaces) that talk through examples:
pings, and a file fetched over HTTP whose sum must be right."""
import hashlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from box import *  # noqa: E402,F403

private()
web = tempfile.TemporaryDirectory()
DATA = os.urandom(3000000)
SUM = hashlib.sha256(DATA).hexdigest()
with open(web.name + '/file', 'wb') as f:
    f.write(DATA)


def address(device, what, gateway=None):
    family = '-6' if ':' in what else '-4'
    out = [f'echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6; '
           f'ip {family} addr add {what} dev {device}' +
           (' nodad' if ':' in what else '')]
    if gateway:
        out.append(f'ip {family} route add default via {gateway}')
    return out


def serve(host):
    host.start(f'python3 -m http.server 80 -d {web.name}')
    for _ in range(100):
        if ':80 ' in host.run('ss -ltn').stdout:
            return
        time.sleep(0.05)


def fetched(host, url):
    r = host.run(f"curl -gsS -m 10 '{url}' | sha256sum")
    return r.stdout.split()[0] == SUM


def pinged(host, to):
    return host.run(f'ping -c 3 -i 0.1 -W 2 {to}').returncode == 0


def talk(name, client, server, to, n=2, out=None):
    """A client at port 0, a server at port 1: addresses with gateways."""
    with Box(name, n, listen=False) as b:
        t = b.taps
        for extra in t[2:]:
            subprocess.run(['ip', 'link', 'set', extra, 'up'], check=True)
        hosts = [Host(t[0], *address(t[0], *client)),
                 Host(t[1], *address(t[1], *server))]
        try:
            serve(hosts[1])
            url = f'http://[{to}]/file' if ':' in to else f'http://{to}/file'
            ok(pinged(hosts[0], to), f'{name}: ping')
            ok(fetched(hosts[0], url), f'{name}: 3 MB over HTTP, sum right')
            if out:
                out(b, hosts)
        finally:
            for h in hosts:
                h.close()


def two_ends(name, lan, other, defs):
    """Two gateways, joined by a bridge, a host behind each."""
    with Box(name, 2, listen=False) as a, \
            Box(name, 2, listen=False, args=defs) as b:
        for c in ['link add way type bridge', 'link set way up'] + \
                [f'link set {x.taps[1]} {w}' for x in (a, b)
                 for w in ('master way', 'up')]:
            subprocess.run(['ip'] + c.split(), check=True)
        hosts = [Host(x.taps[0], *address(x.taps[0], *w),
                      f'ip link set {x.taps[0]} mtu 1400')
                 for x, w in ((a, lan), (b, other))]
        to = other[0].split('/')[0]
        try:
            serve(hosts[1])
            ok(pinged(hosts[0], to), f'{name}: ping')
            ok(fetched(hosts[0], f'http://{to}/file'),
               f'{name}: 3 MB over HTTP, sum right')
            ok(int(a.read('sent.count')) > 500 and
               int(a.read('received.count')) > 500, f'{name}: by the tunnel')
        finally:
            for h in hosts:
                h.close()
            subprocess.run(['ip', 'link', 'del', 'way'])


def closed(b, hosts):
    hosts[0].start(f'python3 -m http.server 8080 -d {web.name}')
    time.sleep(0.5)
    r = hosts[1].run('curl -sS -m 1 http://10.0.0.2:8080/file')
    ok(r.returncode == 28, 'stateful-firewall: not from outside')


inside, outside = ('10.0.0.2/24', '10.0.0.1'), ('10.0.1.2/24', '10.0.1.1')
same = ('10.0.0.2/24',), ('10.0.0.3/24',)
talk('wire', *same, '10.0.0.3')
talk('ids', *same, '10.0.0.3', n=3)
talk('flowmonitor', *same, '10.0.0.3', n=3)
talk('router2', inside, outside, '10.0.1.2')
talk('stateful-firewall', *same, '10.0.0.3', out=closed)
talk('cgnat', ('100.64.0.2/24', '100.64.0.1'), ('203.0.113.1/24',),
     '203.0.113.1')
lans = ('10.1.0.9/24', '10.1.0.1'), ('10.2.0.9/24', '10.2.0.1')
far = ['LAN=10.2.0.1/24', 'PEERS=10.1.0.0/24', 'ME=192.0.2.2',
       'PEER=192.0.2.1', 'MAC1=02:00:00:00:00:03']
two_ends('tunnel-udp', *lans, far)
two_ends('tunnel-gre', *lans, far)
done()
