#!/usr/bin/env python3
"""vhost-user with front ends that others wrote: DPDK's virtio-user, in both
roles and again after its death; QEMU's, whose two guests forward TCP between
two TAP ports."""
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

CLICKOS = os.environ.get('CLICKOS', 'build/clickos')


def skip(why):
    ok(True, f'# SKIP {why}')


# ---- DPDK ----

since = []  # what ports a and b had counted before

def testpmd(*devices):
    """Its shell: told to start, it sends from each port and forwards what
    comes to the other."""
    options = []
    for i, d in enumerate(devices):
        options += ['--vdev', f'net_virtio_user{i},{d}']
    return start(['dpdk-testpmd', '--no-shconf', '--file-prefix',
                  f'vale{os.getpid()}', '--single-file-segments', '--no-pci',
                  '--no-telemetry', '--no-huge', '-m', '256', '-l', '0,1',
                  *options, '--', '-i', '--forward-mode=io',
                  '--total-num-mbufs=16384'],
                 stdin=subprocess.PIPE, stdout=open(DIR + '/pmd', 'w'),
                 stderr=subprocess.STDOUT, text=True)


def say(pmd, *lines):
    for line in lines:
        pmd.stdin.write(line + '\n')
        pmd.stdin.flush()
        time.sleep(0.3)


def counted():
    """What it says at its end of each port: [(sent, received)]."""
    with open(DIR + '/pmd') as f:
        text = f.read().rpartition('NIC statistics for port 0')[2]
    return [(int(sent), int(got)) for got, sent in re.findall(
        r'RX-packets: (\d+).*?TX-packets: (\d+)', text, re.S)][:2]


def same_counts(pmd, what):
    """Nothing is sent any more, and what has come is taken out."""
    say(pmd, 'stop', 'set fwd rxonly', 'start', 'stop')
    wait_for(balanced)
    ours = [(p['rx']['frames'] - rx, p['tx']['frames'] - tx)
            for p, (rx, tx) in zip((port(n) for n in 'ab'), since)]
    say(pmd, 'show port stats all', 'quit')
    pmd.wait(10)
    ok(counted() == ours, f'DPDK, {what}: sent = received + drops',
       f'{counted()} there, {ours} here\n{shown("stats")}')


def moved():
    return min(port(p)['rx']['frames'] for p in 'ab')


def dpdk(what, pmd):
    since[:] = [(port(p)['rx']['frames'], port(p)['tx']['frames'])
                for p in 'ab']
    before = moved()
    say(pmd, 'start tx_first')
    ok(wait_for(lambda: moved() > before + 2000, 30),
       f'DPDK, {what}: frames go round', open(DIR + '/pmd').read()[-600:])
    same_counts(pmd, what)
    stop(pmd)
    ok(wait_for(lambda: port('a', 'list')['link'] == 'down'),
       f'DPDK, {what}: the port is down when it is gone')
    ok(balanced(), f'DPDK, {what}: every frame is accounted for',
       shown('stats'))


def dpdk_tests():
    switch = serve('vale0=wire')
    attach('vale0:a', f'vhost-user:{DIR}/a')
    attach('vale0:b', f'vhost-user:{DIR}/b')
    dpdk('it connects', testpmd(f'path={DIR}/a', f'path={DIR}/b'))
    dpdk('another, plain rings',
         testpmd(f'path={DIR}/a,mrg_rxbuf=0,in_order=0,queue_size=1024',
                 f'path={DIR}/b,mrg_rxbuf=0,in_order=0,queue_size=1024'))
    vale('detach', 'vale0:a')
    vale('detach', 'vale0:b')
    ok(not os.path.exists(DIR + '/a'), 'the socket has gone with its port')
    attach('vale0:a', f'vhost-user:{DIR}/c,client')
    attach('vale0:b', f'vhost-user:{DIR}/d,client')
    devices = (f'path={DIR}/c,server=1', f'path={DIR}/d,server=1')
    dpdk('we connect', testpmd(*devices))
    for name in 'cd':
        if os.path.exists(f'{DIR}/{name}'):
            os.unlink(f'{DIR}/{name}')
    dpdk('we connect again', testpmd(*devices))
    refused('vale0:x', f'vhost-user:{DIR}/no/such/folder', 'No such file')
    refused('vale0:x', f'vhost-user:{DIR}/x,mtu=3', 'not 68')
    refused('vale0:x', f'vhost-user:{DIR}/x,servant', 'servant')
    attach('vale0:m', f'vhost-user:{DIR}/m,mode=660')
    ok(os.stat(DIR + '/m').st_mode & 0o777 == 0o660, 'mode=')
    ok(stop(switch) == 0, 'the switch ends', log())
    ok(not os.path.exists(DIR + '/m'), 'and takes its sockets along')


# ---- QEMU ----

def guest(name):
    config = ('f :: FromDevice(0) -> q :: Queue -> t :: ToDevice(1);'
              ' g :: FromDevice(1) -> r :: Queue -> u :: ToDevice(0);'
              ' Script(TYPE ACTIVE, label x, wait 300ms, print "counts'
              ' $(u.count) $(f.count) $(t.count) $(g.count)", goto x)')
    arguments = ['qemu-system-x86_64', '-M', 'microvm,memory-backend=m',
                 '-global', 'virtio-mmio.force-legacy=false', '-accel', 'tcg',
                 '-m', '16', '-object',
                 'memory-backend-memfd,id=m,size=16M,share=on', '-nodefaults',
                 '-no-user-config', '-display', 'none', '-serial',
                 f'file:{DIR}/{name}.console', '-no-reboot', '-kernel',
                 CLICKOS, '-append', f"config='{config}'"]
    for i in range(2):
        arguments += ['-chardev', f'socket,id=c{i},path={DIR}/{name}.{i}',
                      '-netdev', f'vhost-user,id=n{i},chardev=c{i}',
                      '-device', f'virtio-net-device,netdev=n{i},'
                      f'mac=02:00:00:00:00:0{i + 1}']
    return start(arguments)


def guest_ends(name):
    """For accounted(): what a guest last said of its two ports."""
    def last(i):
        with open(f'{DIR}/{name}.console') as f:
            said = re.findall(r'counts (\d+) (\d+) (\d+) (\d+)\r?\n', f.read())
        return int(said[-1][i]) if said else -1
    return [(f'{name}.0', lambda: last(0), lambda: last(1)),
            (f'{name}.1', lambda: last(2), lambda: last(3))]


def qemu_tests():
    a, b = namespace('qa'), namespace('qb')
    switch = serve('vale0=chain a g.0 g.1 h.0 h.1 b')
    for i, ns in enumerate((a, b)):
        attach(f'vale0:{"ab"[i]}', f'tap:tap0,netns={ns}')
        inside(ns, 'ip', 'addr', 'add', f'10.9.2.{i + 1}/24', 'dev', 'tap0')
    for name in ('g.0', 'g.1', 'h.0', 'h.1'):
        attach(f'vale0:{name}', f'vhost-user:{DIR}/{name}')
    guests = [guest('g'), guest('h')]
    up = wait_for(lambda: all(port(n, 'list')['link'] == 'up'
                              for n in ('g.0', 'g.1', 'h.0', 'h.1')), 30)
    if ok(up, "QEMU: both guests' ports come up", shown('list')):
        good, note = tcp(a, b, '10.9.2.2', 2 << 20)
        ok(good, 'QEMU: TCP goes through both guests', note)
        accounted('QEMU', [interface('a', a, 'tap0'),
                           interface('b', b, 'tap0'), *guest_ends('g'),
                           *guest_ends('h')])
    else:
        print('# ' + open(f'{DIR}/g.console').read().replace('\n', '\n# '))
    for g in guests:
        stop(g)
    ok(wait_for(lambda: port('g.0', 'list')['link'] == 'down'),
       'QEMU: its end takes the port down')
    ok(stop(switch) == 0, 'the switch ends', log())


if shutil.which('dpdk-testpmd') is None:
    skip('dpdk-testpmd is not installed (dpdk-dev)')
else:
    dpdk_tests()
if os.geteuid() != 0:
    skip('only root can make namespaces for the guests')
elif shutil.which('qemu-system-x86_64') is None:
    skip('qemu-system-x86_64 is not installed')
elif not os.path.exists(CLICKOS):
    skip(f'{CLICKOS} is not built')
else:
    qemu_tests()
done()
