#!/usr/bin/env python3
"""Peers that come back a thousand times a second: while they do, two others lose
nothing that is not counted, and the switch has no more descriptors nor memory
afterwards.  Who is no administrator waits once he has used his share of its
time; who has too many connections is turned away."""
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

# What was freed counts as memory while the sanitizer keeps it.
os.environ['ASAN_OPTIONS'] = ('quarantine_size_mb=1:'
                              'thread_local_quarantine_size_kb=16')
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

CLICK = os.path.abspath('build/asan/bin/click')
NOBODY = 65534
SECONDS, TIMES = 2.5, 2500  # both, but no longer than a minute
FRAMES, RATE = 12500, 5000  # a ring holds what comes in 50 ms
GUEST = b'guest version=2 slots=64 buffers=256 ports=1 features=0\n'
need_root()
os.chmod(DIR, 0o755)
with open(DIR + '/policy', 'w') as f:
    f.write(f'allow uid={NOBODY} vale0 t*\n')


def connect(path=None):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path or os.environ['VALE_SOCKET'])
    return s


def answer(s):
    """One answer; descriptors that come with it are closed."""
    text, fds, _, _ = socket.recv_fds(s, 1000, 4)
    for fd in fds:
        os.close(fd)
    return text.decode()


# ---- the storms: one turn of each ----

def looks_in(i):
    connect().close()


def opens(i):
    """And is gone before it is answered."""
    with connect() as s:
        s.sendall(GUEST + b'port vale0:t%d index=0\n' % (i % 7))


def stays_for_the_answer(i):
    with connect() as s:
        s.sendall(GUEST)
        if answer(s).startswith('ok'):
            s.sendall(b'port vale0:t%d index=0\n' % (i % 7))
            answer(s)


def sends_half(i):
    with connect() as s:
        s.sendall(GUEST[:20])


def confined(i):
    """A guest in its sandbox, which cannot connect: its port comes and goes."""
    if i == 0:
        confined.s = connect()
        confined.s.sendall(GUEST)
        answer(confined.s)
        confined.s.sendall(b'only vale0:t\n')
        answer(confined.s)
    for line in b'port vale0:t index=0\n', b'close index=0\n':
        confined.s.sendall(line)
        answer(confined.s)


def front_end(i):
    """Of vhost-user: what QEMU says first, and something else."""
    with connect(DIR + '/vm') as s:
        s.sendall(struct.pack('<3IQ', 1, 1, 0, 0)[:12] +
                  struct.pack('<3I', 3, 1, 0))
        if i % 2:
            s.recv(20)  # else the end may be seen first
            s.sendall(struct.pack('<3I', 99, 1 << i // 2 % 8, 7))


def front_end_talks(i):
    """And at length: the same question again and again."""
    with connect(DIR + '/vm') as s:
        for _ in range(20):
            s.sendall(struct.pack('<3I', 1, 1, 0) * 50)
            s.recv(50 * 20)


def storm(turn, user, seconds=SECONDS, times=TIMES):
    """Starts it: (process, pipe that tells how often it was, in what time)."""
    ours, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            began, i = time.time(), 0
            while (i < times or time.time() - began < seconds) and \
                    time.time() - began < 60:
                try:
                    turn(i)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # turned away
                i += 1
            os.write(end, b'%d %f' % (i, time.time() - began))
            status = 0
        finally:
            os._exit(status)
    os.close(end)
    return pid, ours


def ended(process):
    pid, pipe = process
    _, status = os.waitpid(pid, 0)
    text = os.read(pipe, 100).decode().split()
    os.close(pipe)
    return (int(text[0]), float(text[1])) if status == 0 else (0, 1)


# ---- what must not be seen of them ----

def click(config, *args):
    return start([CLICK, *args, '-e', config], stdout=subprocess.PIPE,
                 text=True)


def pair():
    """Two that talk at a fixed rate; (sink, source)."""
    sink = click('FromDevice(0) -> c :: Counter -> Discard; '
                 'DriverManager(wait); Script(TYPE SIGNAL TERM, '
                 'print c.count, stop)', '--port',
                 '0=vale0:b,slots=4096,buffers=8192')
    if not wait_for(lambda: any(p['name'] == 'b' for p in
                                shown('stats')['ports'])):
        raise SystemExit('the sink does not start: ' + log())
    source = click('RatedSource(LENGTH 60, RATE %d, LIMIT %d, STOP false) -> '
                   'UDPIPEncap(1.1.1.1, 5, 2.2.2.2, 6) -> EtherEncap(0x0800, '
                   '02:00:00:00:00:01, 02:00:00:00:00:02) -> Queue(8000) -> '
                   'd :: ToDevice(vale0:a); DriverManager(label x, wait 50ms, '
                   'goto x $(lt $(d.count) %d), print d.count)' %
                   (RATE, FRAMES, FRAMES))
    return sink, source


def held():
    with open(f'/proc/{switch.pid}/status') as f:
        rss = next(int(line.split()[1]) for line in f
                   if line.startswith('VmRSS'))
    return len(os.listdir(f'/proc/{switch.pid}/fd')), rss


def moved():
    total = shown('stats')['total']
    return (total['rx']['frames'], total['tx']['frames'],
            sum(sum(total[d]['drops'].values()) for d in ('rx', 'tx')))


def cpu():
    with open(f'/proc/{switch.pid}/stat') as f:
        words = f.read().rsplit(')')[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')


def weather(turn, user):
    name = f'{turn.__name__}, user {user}'
    ended(storm(turn, user, 0.3, 0))  # whatever it takes once is taken
    wait_for(lambda: len(shown('stats')['ports']) == PORTS)
    before, since = held(), moved()
    sink, source = pair()
    waits = turn is confined or user != 0 and turn is stays_for_the_answer
    process = storm(turn, user, times=0 if waits else TIMES)
    sent = int(source.communicate(timeout=120)[0] or 0)
    times, took = ended(process)
    ok(times > 0 if waits else times >= TIMES,
       f'{name}: {times / took:.0f} times a second', [times, took])
    settled = wait_for(
        lambda: moved()[0] - since[0] == sent and balanced() and
        len(shown('stats')['ports']) == PORTS + 1)
    sink.terminate()
    got = int(sink.communicate(timeout=60)[0] or 0)
    rx, tx, drops = (n - m for n, m in zip(moved(), since))
    ok(settled and (rx, tx) == (sent, got) and sent == got + drops == FRAMES,
       f'{name}: two others: sent = received + drops',
       f'{sent} sent, {got} received, {drops} dropped: {shown("stats")}')
    ok(got >= sent * 0.97, f'{name}: and they keep their rate', [got, sent])
    ok(wait_for(lambda: len(shown('stats')['ports']) == PORTS and
                held()[0] <= before[0], 20) and
       held()[1] < before[1] + 4096,
       f'{name}: no descriptor more, nor memory', [before, held()])


PORTS, BEGAN = 1, time.time()
switch = serve('--policy', DIR + '/policy', 'vale0=mac '
               '02:00:00:00:00:02=b')
attach('vale0:vm', f'vhost-user:{DIR}/vm,mode=666')
for turn in opens, stays_for_the_answer:
    weather(turn, 0)
weather(confined, 0)
for turn in looks_in, opens, stays_for_the_answer, sends_half, front_end:
    weather(turn, NOBODY)

# What a share is: time, whatever he asks for.  A user has one, however many he
# is; a guest has its own.
for turn, user, many in ((opens, NOBODY, 3), (confined, 0, 1),
                         (front_end_talks, NOBODY, 3)):
    used, began = cpu(), time.time()
    # Several, so that they ask too much on a busy machine, too.
    storms = [ended(s)
              for s in [storm(turn, user, times=0) for _ in range(many)]]
    times, took = sum(s[0] for s in storms), max(s[1] for s in storms)
    used = (cpu() - used) / (time.time() - began)
    ok(used < 0.4, f'{turn.__name__}: {times / took:.0f} times a second take '
       f'{100 * used:.0f} % of a processor', used)
ok('user 65534 asks too much' in log(), 'the log says who waits', log())
ok('a guest asks too much' in log(), 'that it is a guest', log())
for _ in range(8):  # on a busy machine it asks for less
    if 'its front end asks too much' in log():
        break
    for s in [storm(front_end_talks, NOBODY, times=0) for _ in range(3)]:
        ended(s)
ok('its front end asks too much' in log(), 'and which port', log())
ok(log().count('\n') < 100 + 10 * (time.time() - BEGAN), 'and is not filled',
   log()[-2000:])
done()
