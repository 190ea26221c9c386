#!/usr/bin/env python3
"""vhost-user with front ends that others wrote: DPDK's virtio-user, in both
roles and again after its death; QEMU's, whose two guests forward TCP between
two TAP ports."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

CLICKOS = os.environ.get('CLICKOS', 'build/clickos')


def skip(why):
    ok(True, f'# SKIP {why}')


# ---- DPDK ----

def testpmd(*devices):
    """Sends from each port and forwards what comes to the other."""
    options = []
    for i, d in enumerate(devices):
        options += ['--vdev', f'net_virtio_user{i},{d}']
    return start(['dpdk-testpmd', '--no-shconf', '--file-prefix',
                  f'vale{os.getpid()}', '--single-file-segments', '--no-pci',
                  '--no-telemetry', '--no-huge', '-m', '256', '-l', '0,1',
                  *options, '--', '--forward-mode=io', '--tx-first',
                  '--stats-period=1', '--total-num-mbufs=16384'],
                 stdin=subprocess.DEVNULL, stdout=open(DIR + '/pmd', 'w'),
                 stderr=subprocess.STDOUT)


def moved():
    return min(port(p)['rx']['frames'] for p in 'ab')


def dpdk(what, pmd):
    before = moved()
    ok(wait_for(lambda: moved() > before + 2000, 30),
       f'DPDK, {what}: frames go round', open(DIR + '/pmd').read()[-600:])
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
    config = ('FromDevice(0) -> Queue -> ToDevice(1); '
              'FromDevice(1) -> Queue -> ToDevice(0)')
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
        ok(wait_for(balanced), 'QEMU: every frame is accounted for',
           shown('stats'))
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
