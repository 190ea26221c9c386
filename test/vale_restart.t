#!/usr/bin/env python3
"""The switch is killed while sandboxed guests send through it, and started
again: cosmos brings them to the next one, every frame is accounted for, and the
outage is short.  By hand (cosmos reconnect) and by `cosmos watch`."""
import atexit
import json
import os
import re
import signal
import subprocess
import sys
import time

os.environ['VALE'] = 'build/vale'
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

need_root()
os.chmod(DIR, 0o755)
BURST = 64  # frames that the switch may have had in its hands when it died
COSMOS = os.path.abspath('build/cosmos')
os.environ['CLICKOS_RUN'] = DIR + '/run'
os.environ['CLICKOS_PROCESS'] = os.path.abspath('build/clickos-process')
os.mkdir(DIR + '/run')

SENDER = ('s :: RatedSource(RATE 50000, ACTIVE false) -> UDPIPEncap(1.1.1.1, 5,'
          ' 2.2.2.2, 6) -> EtherEncap(0x0800, %s, %s) -> c :: Counter'
          ' -> q :: Queue(1000) -> t :: ToDevice(0);'
          ' f :: FromDevice(0) -> i :: Counter -> Discard;')
WIRE = ('f :: FromDevice(0) -> q :: Queue(1000) -> t :: ToDevice(1);'
        ' g :: FromDevice(1) -> r :: Queue(1000) -> u :: ToDevice(0);')
SINK = ('f :: FromDevice(0) -> c :: Counter -> Discard;'
        ' h :: RatedSource(RATE 20, LENGTH 4) -> UDPIPEncap(2.2.2.2, 6,'
        ' 1.1.1.1, 5) -> EtherEncap(0x0800, %s, ff:ff:ff:ff:ff:ff)'
        ' -> Queue -> t :: ToDevice(0);')
A, B = '02:00:00:00:00:0a', '02:00:00:00:00:0b'


@atexit.register
def unmount():
    """The empty namespaces that cosmos keeps by mounts in its folder."""
    for at in ('net', 'mnt', ''):
        subprocess.run(['umount', '-l', f'{DIR}/run/empty/{at}'],
                       capture_output=True)


def cosmos(*argv, stdin=''):
    return subprocess.run([COSMOS, *argv], input=stdin, text=True,
                          capture_output=True, timeout=30)


def create(name, config, *ports):
    options = [o for p in ports for o in ('-p', p)]
    r = cosmos('create', '--on', 'process', '--no-limits', '-c', '-', *options,
               name, stdin=config)
    return ok(r.returncode == 0, 'guest ' + name, r.stderr)


def read(guest, handler):
    return cosmos('read', guest, handler).stdout.strip()


def number(guest, handler):
    return int(read(guest, handler) or -1)


def stats(guest, element):
    words = read(guest, element + '.stats').split()
    return {k: int(v) for k, v in zip(words[::2], words[1::2])}


def write(guest, handler, value):
    cosmos('write', guest, handler, value)


def logged(guest):
    return cosmos('logs', guest).stdout


def still(read_it):
    """Waits until what it reads has stopped changing."""
    last = None
    for _ in range(100):
        now = read_it()
        if now == last:
            return now
        last = now
        time.sleep(0.1)
    return last


def ports_are_back():
    names = {p['name'] for p in shown('list')['ports'] if p['link'] == 'up'}
    return {'a', 'w.0', 'w.1', 'b'} <= names


def drops():
    total = shown('stats')['total']
    return sum(total['rx']['drops'].values()) + sum(
        total['tx']['drops'].values())


FUNCTION = 'vale0=chain a w.0 w.1 b'
switch = serve('--user', 'nobody', FUNCTION)
create('w', WIRE, '0=vale0:w.0', '1=vale0:w.1')
create('b', SINK % B, '0=vale0:b')
create('a', SENDER % (A, B), '0=vale0:a')
ok(ports_are_back(), 'three guests, four ports', shown('list'))
status = open(f"/proc/{open(DIR + '/run/guests/a/pid').read().strip()}/status")
ok('Seccomp:\t2' in status.read(), 'under seccomp')
write('a', 's.active', 'true')
ok(wait_for(lambda: number('b', 'c.count') > 2000), 'frames go through all',
   logged('w'))


def account():
    """Sent by a, received by b, and all that says where the rest is."""
    sent = still(lambda: number('a', 'c.count'))
    got = still(lambda: number('b', 'c.count'))
    lost = (number('a', 'q.drops') + stats('a', 't')['tx_dropped'] +
            number('w', 'q.drops') + stats('w', 't')['tx_dropped'] +
            stats('w', 'f')['rx_dropped'] + stats('b', 'f')['rx_dropped'])
    # A port's own counts are of both its elements: those of w.0 that sends
    # nothing of a's are b's greetings, which are few, and are counted apart.
    return sent, got, lost


def killed(restart):
    """One death under traffic; restart brings the guests back."""
    global switch
    before = account_running()
    switch.kill()
    switch.wait()
    time.sleep(0.05)
    began = time.time()
    switch = serve('--user', 'nobody', FUNCTION)
    restart()
    ok(wait_for(ports_are_back), 'all ports are back', shown('list'))
    took = time.time() - began
    n = number('b', 'c.count')
    ok(wait_for(lambda: number('b', 'c.count') > n + 500),
       'and frames go through again', logged('w') + logged('a'))
    return took


def account_running():
    return number('b', 'c.count')


def check(deaths, name, new):
    write('a', 's.active', 'false')
    time.sleep(0.3)
    sent, got, lost = account()
    here = drops() - new
    total = got + lost
    ok(sent <= total + here and total <= sent + deaths * BURST * 2,
       name + ': sent = received + lost, but for a burst in the dead '
       "switch's hands",
       f'sent {sent} received {got} lost {lost} at the switch {here}')
    print(f'# sent {sent} received {got} lost or dropped {lost}; the switch '
          f'that runs dropped {here}')
    ok(balanced(), name + ': and the switch accounts for its own')
    write('a', 's.active', 'true')


took = killed(lambda: [ok(cosmos('reconnect', g).returncode == 0,
                          'cosmos reconnect ' + g) for g in 'wba'])
print(f'# {took:.3f} s from the start of the new switch')
check(1, 'killed once', 0)
back = [re.findall(r'back after (\d+) ms; (\d+) frames', logged(g))
        for g in 'wba']
ok(all(len(b) == 1 for b in back), 'each guest says how long it was away', back)
ok(cosmos('reconnect', 'a').returncode == 0, 'who is connected stays so')
ok(len(re.findall('back after', logged('a'))) == 1, 'and nothing happens')

watch = start([COSMOS, 'watch'], stdout=open(DIR + '/watch', 'w'),
              stderr=subprocess.STDOUT)
time.sleep(0.5)
for i in range(3):
    took = killed(lambda: None)
    print(f'# {took:.3f} s from the start of the new switch, by cosmos watch')
check(4, 'four times', 0)
away = [int(ms) for ms, _ in re.findall(r'back after (\d+) ms; (\d+)',
                                        logged('w'))]
ok(len(away) == 4 and max(away) < 5000, 'the outages are short', away)
print('# outages of w, in ms, with 50 of waiting:', away)

# The switch takes a guest that never had one, refuses a nonsense descriptor.
switch.kill()
switch.wait()
r = cosmos('reconnect', 'a')
ok(r.returncode != 0 and DIR + '/s' in r.stderr, 'no switch: it says so',
   r.stderr)
r = create('x', 'Idle -> Discard;')
switch = serve('--user', 'nobody', FUNCTION)
ok(wait_for(ports_are_back), 'once more')
ok(cosmos('reconnect', 'x').returncode == 0,
   'a guest without ports has nothing to do')
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctl
link = ctl.Link(DIR + '/run/guests/a/control')
code, text, _ = link.ask('connect')
ok(code != 0 and 'no descriptor' in text, 'connect without a descriptor', text)
switch.kill()
switch.wait()
time.sleep(0.2)
s, other = socket.socketpair()
other.close()
socket.send_fds(link.sock, [ctl.HEADER.pack(
    ctl.MAGIC, ctl.VERSION, ctl.OPS.index('connect'), ctl.ANY, 77, 0, 0, 0, 0,
    0, 0)], [s.fileno()])
answer = link.receive()
ok(answer[3] != 0 and b'gone' in answer[4], 'a connection to nobody', answer)
null = os.open('/dev/null', os.O_RDWR)
socket.send_fds(link.sock, [ctl.HEADER.pack(
    ctl.MAGIC, ctl.VERSION, ctl.OPS.index('connect'), ctl.ANY, 78, 0, 0, 0, 0,
    0, 0)], [null])
answer = link.receive()
ok(answer[3] != 0, 'what is no connection at all', answer)
switch = serve('--user', 'nobody', FUNCTION)
ok(wait_for(ports_are_back), 'and it comes back all the same', shown('list'))
stop(watch)
for g in ('a', 'b', 'w', 'x'):
    cosmos('destroy', g)
ok(wait_for(lambda: shown('list')['ports'] == []), 'nobody is left')
done()
