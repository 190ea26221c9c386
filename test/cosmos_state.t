#!/usr/bin/env python3
"""cosmos_state.t -- what elements know goes along when a guest moves: a TCP
transfer through a firewall and a NAT goes on while they move from one host to
another, and many flows pass through files and QEMU."""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import tap  # noqa: E402
from cosmos_run import *  # noqa: E402
from cosmos_common import *  # noqa: E402

NAMES = {x: 'cs%d%s' % (os.getpid() % 100000, x) for x in 'csab'}
CHAIN = '''
AddressInfo(in 10.7.0.1/24 02:00:00:00:00:01,
            out 10.8.0.1/24 02:00:00:00:00:02);
elementclass Port { $number, $mine |
    arp :: ARPQuerier($mine) -> to :: ToDevice($number);
    FromDevice($number, PROMISC true) -> HostEtherFilter($mine)
        -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
    kind[0] -> ARPResponder($mine) -> to;
    kind[1] -> [1] arp;
    kind[2] -> Strip(14) -> CheckIPHeader -> output;
    kind[3] -> Discard;
    input -> [0] arp;
}
inside :: Port(0, in); outside :: Port(1, out);
fw :: StatefulFirewall(); fw[2] -> Discard; fw[3] -> Discard;
strangers :: Counter -> Discard; fw[4] -> strangers;
nat :: %s;
inside -> [0] fw; fw[0] -> [0] nat; nat[0] -> outside;
outside -> [1] nat; nat[1] -> [1] fw; fw[1] -> inside;
'''
# Ports at random: a flow that is not known any more gets another.
NATS = ('IPRewriter(pattern out:ip 1024-65535? - - 0 1, drop)',
        'CGNAT(10.8.0.1/32)')
SERVER = '''
import socket, time
l = socket.create_server(('10.8.0.2', 8000))
print('ready', flush=True)
s, who = l.accept()
print(who[0], flush=True)
n = 0
try:
    while True:
        s.sendall(b''.join(i.to_bytes(8, 'big') for i in range(n, n + 2048)))
        n += 2048
        time.sleep(0.002)
except OSError:
    pass
'''
CLIENT = '''
import socket, sys, time
s = socket.create_connection(('10.8.0.2', 8000), 10)
s.settimeout(20)
print('open', flush=True)
n, rest, last, gap, after, told = 0, b'', time.monotonic(), 0, None, False
import select
while after is None or n < after:
    got = s.recv(1 << 16)
    now = time.monotonic()
    gap, last = max(gap, now - last), now
    if not got:
        sys.exit('it ended')
    rest += got
    whole = len(rest) // 8
    for i in range(0, whole * 8, 8):
        if int.from_bytes(rest[i:i + 8], 'big') != n:
            sys.exit('wrong bytes at %d' % n)
        n += 1
    rest = rest[whole * 8:]
    if after is None and select.select([0], [], [], 0)[0]:
        sys.stdin.readline()
        after = n + 200000
print('%d %.1f' % (n, gap * 1e3), flush=True)
'''


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True)


def inside(where, *argv):
    # Not 'ip netns exec', which takes the control groups away.
    return ('nsenter', '--net=/run/netns/' + NAMES[where]) + argv


def link(one, its, other, others):
    run('ip', 'link', 'add', 'name', its, 'netns', NAMES[one], 'type', 'veth',
        'peer', 'name', others, 'netns', NAMES[other])
    for where, name in (one, its), (other, others):
        if where in 'ab':
            run(*inside(where, 'ip', 'link', 'set', name, 'master',
                        'brin' if name.endswith('i') else 'brout'))
        run(*inside(where, 'ip', 'link', 'set', name, 'up'))


def make_net():
    """c --- brin a brin b;  s --- brout a brout b"""
    for where in 'csab':
        if run('ip', 'netns', 'add', NAMES[where]).returncode != 0:
            return False
    for where in 'ab':
        for bridge in 'brin', 'brout':
            if run(*inside(where, 'ip', 'link', 'add', bridge, 'type',
                           'bridge')).returncode != 0:
                return False
            run(*inside(where, 'ip', 'link', 'set', bridge, 'up'))
    link('a', 'bi', 'b', 'ai')
    link('a', 'bo', 'b', 'ao')
    for where, side, net, gate in ('c', 'i', '10.7', True), (
            's', 'o', '10.8', False):
        link(where, 'e', 'a', where + side)
        run(*inside(where, 'ip', 'address', 'add', net + '.0.2/24', 'dev',
                    'e'))
        if gate:
            run(*inside(where, 'ip', 'route', 'add', 'default', 'via',
                        net + '.0.1'))
    return True


def end_net():
    for name in NAMES.values():
        run('ip', 'netns', 'del', name)


def on_host(where, folder, *argv, stdin=''):
    return Done(subprocess.run(
        inside(where, COSMOS, *argv), input=stdin, text=True,
        capture_output=True, env=dict(environment(), CLICKOS_RUN=folder),
        timeout=60))


def begin(where, code):
    return subprocess.Popen(inside(where, 'python3', '-c', code), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def transfer(nat, there):
    """Back and forth while bytes flow; what the client says at its end."""
    name = nat.split('(')[0]
    done = on_host('a', here.run, 'create', '--on', 'process', '--port',
                   '0=bridge:brin', '--port', '1=bridge:brout', '-c', '-',
                   'nat', stdin=CHAIN % nat)
    ok(done.status == OK, name + ': create', done.all)
    server = begin('s', SERVER)
    server.stdout.readline()
    client = begin('c', CLIENT)
    ok(client.stdout.readline() == 'open\n' and
       server.stdout.readline() == '10.8.0.1\n',
       name + ': a connection through it')
    time.sleep(0.5)
    for here_, folder, other, elsewhere in (
            ('a', here.run, 'b', there), ('b', there, 'a', here.run)):
        left, right = socket.socketpair()
        receiver = subprocess.Popen(
            inside(other, COSMOS, 'migrate', '--receive',
                   'fd:%d' % right.fileno()),
            pass_fds=[right.fileno()], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            env=dict(environment(), CLICKOS_RUN=elsewhere))
        right.close()
        done = Done(subprocess.run(
            inside(here_, COSMOS, 'migrate', '--json', 'nat',
                   'fd:%d' % left.fileno()),
            pass_fds=[left.fileno()], capture_output=True, text=True,
            env=dict(environment(), CLICKOS_RUN=folder), timeout=60))
        left.close()
        ok(done.status == OK and receiver.wait(30) == 0, '%s: %s to %s' % (
            name, here_, other), done.all + receiver.stdout.read())
        if done.status == OK:
            print('# stood still for %.1f ms' % (
                1e3 * done.json()[0]['downtime_seconds']))
        time.sleep(0.5)
    done = on_host('a', here.run, 'install', '--swap', 'nat', '-',
                   stdin=CHAIN % nat.replace(')', ', UDP_TIMEOUT 200)'))
    ok(done.status == OK, name + ': swap', done.all)
    try:
        out, err = client.communicate('now\n', timeout=40)
    except subprocess.TimeoutExpired:
        client.kill()
        out, err = client.communicate()
    ok(client.returncode == 0, name + ': every byte, in its place', out + err)
    if client.returncode == 0:
        words, gap = out.split()
        print('# %d kB, no byte for %s ms at most' % (int(words) * 8 // 1000,
                                                      gap))
        ok(float(gap) < 5000, name + ': the gap is short', out)
    server.terminate()
    server.wait()
    on_host('a', here.run, 'destroy', 'nat')


MANY = '''
f :: FastUDPFlows(0, %d, 60, 1:1:1:1:1:1, 10.0.0.1, 2:2:2:2:2:2, 9.9.9.9, %d, 1,
             ACTIVE false) -> Unqueue -> Strip(14) -> CheckIPHeader ->
rw ::
IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 1, drop, CAPACITY 300000);
src :: Idle -> [1] rw; rw[0] -> c :: Counter -> Discard; rw[1] -> Discard;
'''


def table(name):
    """The flows, without how long they have."""
    return sorted(re.sub(r' exp\d+$', '', line) for line in cosmos(
        'read', name, 'rw.udp_table').out.splitlines())


def test_many(folder, platform, flows, *how):
    text = MANY % (flows, 100)
    done = cosmos('create', '--on', platform, *how, '-c', '-', 'many',
                  stdin=text)
    ok(done.status == OK, platform + ': create', done.all)
    cosmos('write', 'many', 'f.active', 'true')
    ok(until(lambda: cosmos('read', 'many', 'c.count').out.strip() ==
             str(flows), 60), '%s: %d packets' % (platform, flows))
    before = int(cosmos('read', 'many', 'rw.size').out or 0)
    was = table('many') if flows <= 20000 else []  # what an answer holds
    ok(before > flows // 2, '%s: %d flows' % (platform, before))
    text = cosmos('read', 'many', 'rw.udp_table').out.splitlines()
    missing = re.match(r'\.\.\. (\d+) more lines are not shown', text[-1])
    ok(missing and len(text) - 1 + int(missing[1]) == 2 * before,
       platform + ': a table that is too long ends with what is missing',
       text[-1])
    file = os.path.join(folder, 'many.save')
    done = cosmos('save', 'many', file)
    ok(done.status == OK, platform + ': save', done.all)
    print('# %d bytes' % os.path.getsize(file))
    begun = time.monotonic()
    done = cosmos('restore', file)
    ok(done.status == OK, platform + ': restore', done.all)
    print('# restored in %.1f ms' % (1e3 * (time.monotonic() - begun)))
    ok(int(cosmos('read', 'many', 'rw.size').out) == before and
       (was == [] or table('many') == was), platform + ': every flow')
    cosmos('destroy', 'many')
    with open(file, 'rb') as f:
        text = f.read()
    at = text.index(b'state ') + 200
    with open(file, 'wb') as f:
        f.write(text[:at] + bytes([text[at] ^ 1]) + text[at + 1:])
    done = cosmos('restore', file)
    ok(done.status == FAILED and 'many: state: it has been changed' in
       done.err, platform + ': a file that was changed says so', done.all)
    nothing_left('many', platform + ': half of it')
    os.unlink(file)


def main():
    if os.geteuid() != 0:
        print('1..0 # SKIP not root')
        return
    with tempfile.TemporaryDirectory() as here.run, \
            tempfile.TemporaryDirectory() as there, \
            tempfile.TemporaryDirectory() as folder:
        try:
            if make_net():
                for nat in NATS:
                    transfer(nat, there)
            else:
                ok(True, 'a network # SKIP no namespaces or bridges here')
            test_many(folder, 'process', 100000, '--memory', '256M')
            if os.path.exists('/usr/bin/qemu-system-x86_64'):
                here.platform = 'kvm'
                test_many(folder, 'kvm', 20000, '--memory', '16M')
            else:
                ok(True, 'kvm # SKIP no QEMU here')
        finally:
            end_net()
            for guest in (cosmos('list', '--json').json() or []):
                cosmos('destroy', guest['name'])
            unmount(here.run)
            unmount(there)
    tap.done()


main()
