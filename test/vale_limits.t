#!/usr/bin/env python3
"""Descriptors: a guest costs the switch two, whatever it has; the limit is raised,
looked at when the switch starts, and told to who comes when there is none left."""
import os
import re
import resource
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

GUEST = b'guest version=2 slots=64 buffers=256 ports=3 features=0\n'
GUESTS = 50
need_root()
os.chmod(DIR, 0o777)


def ask(s, line):
    s.sendall(line)
    text, fds, _, _ = socket.recv_fds(s, 1000, 4)
    for fd in fds:
        os.close(fd)
    return text.decode()


def guest(name, ports=3):
    """One with all that it can have; (connection, what it was refused)."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(os.environ['VALE_SOCKET'])
    try:
        said = ask(s, GUEST)
        for i in range(ports):
            if said.startswith('ok'):
                said = ask(s, b'port vale0:%s.%d index=%d\n' % (name, i, i))
    except (BrokenPipeError, ConnectionResetError):
        said = s.recv(1000).decode()
    return s, '' if said.startswith('ok') else said


def descriptors():
    """{what: how many} of the switch."""
    found = {}
    for fd in os.listdir(f'/proc/{switch.pid}/fd'):
        try:
            what = os.readlink(f'/proc/{switch.pid}/fd/{fd}')
        except FileNotFoundError:
            continue
        what = re.sub(r':?\[?\d+\]?$', '', what)
        found[what] = found.get(what, 0) + 1
    return found


# ---- two a guest ----

def limit(pid):
    with open(f'/proc/{pid}/limits') as f:
        line = next(line for line in f if line.startswith('Max open files'))
    return tuple(map(int, line.split()[3:5]))


switch = serve('vale0')
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
ok(limit(switch.pid) >= (min(hard, 65536),) * 2,
   'as many open files as are allowed, or more', limit(switch.pid))
wait_for(lambda: descriptors().get('socket') == 1)  # serve() had looked in
before = descriptors()
guests = [guest(b'g%d' % i) for i in range(GUESTS)]
ok(all(said == '' for _, said in guests), f'{GUESTS} guests of three ports',
   [said for _, said in guests if said])
now = descriptors()
more = {what: now.get(what, 0) - before.get(what, 0)
        for what in {*now, *before} if now.get(what) != before.get(what)}
ok(more == {'socket': GUESTS, 'anon_inode:[eventfd]': GUESTS},
   'a connection and an event each, nothing else', more)
for s, _ in guests:
    s.close()
ok(wait_for(lambda: descriptors() == before), 'which go with them',
   [before, descriptors()])
stop(switch)


# ---- none left ----

def limited(files):
    """The switch as nobody, who cannot raise it."""
    def child():
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, 40), files))
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    return start([VALE, 'serve', 'vale0'], stderr=open(DIR + '/log', 'a'),
                 preexec_fn=child)


p = limited(50)
ok(p.wait(20) == 1 and '50 open files are allowed, at least 64 are needed'
   in log(), 'too few to begin with: it says so and does not start', log())
switch = limited(256)
ok(wait_for(lambda: os.path.exists(os.environ['VALE_SOCKET'])) and
   limit(switch.pid) == (256, 256), 'what is allowed is used',
   limit(switch.pid))
ok('256 open files are allowed: room for 96 guests' in log(),
   'and how many guests that is for is told', log())
guests, refused = [], ''
while len(guests) < 200 and refused == '':
    s, refused = guest(b'g%d' % len(guests), 1)
    guests.append(s)
ok(96 <= len(guests) <= 128, f'guests come until there is no room: '
   f'{len(guests) - 1}')
ok('out of descriptors, of which it may have 256: raise its limit of open '
   'files' in refused, 'who comes then is told why', refused)
ok(ask(guests[0], b'port vale0:late index=1\n').startswith('ok'),
   'those who are there go on')
crowd = [guest(b'x')[1] for _ in range(30)]
ok(all('out of descriptors' in said for said in crowd),
   'and is told again', crowd)
with open(f'/proc/{switch.pid}/stat') as f:
    used = f.read().rsplit(')')[1].split()[11:13]
time.sleep(0.5)
with open(f'/proc/{switch.pid}/stat') as f:
    later = f.read().rsplit(')')[1].split()[11:13]
ok(sum(map(int, later)) - sum(map(int, used)) <= 3,
   'nothing turns meanwhile', [used, later])
ok(log().count('out of descriptors') in (1, 2, 3), 'the log has it once',
   log())
guests.pop().close()
for s in guests[40:]:
    s.close()
ok(wait_for(lambda: guest(b'again', 1)[1] == ''),
   'when some have gone there is room again')
ok(balanced(), 'all is accounted for')
for s in guests:
    s.close()

# A user's part of them: a sixteenth.
CROWD = r'''
import os, socket, subprocess, sys
crowd = []
for i in range(17):
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.environ['VALE_SOCKET'])
    crowd.append(s)
print(crowd[-1].recv(1000))
r = subprocess.run([sys.argv[1], 'list'], capture_output=True, text=True)
print(r.returncode, r.stderr)
'''


def somebody():
    os.setgroups([])
    os.setgid(4242)
    os.setuid(4242)


out = subprocess.run(['/usr/bin/python3', '-c', CROWD, os.path.abspath(VALE)],
                     capture_output=True, text=True, preexec_fn=somebody)
ok(out.stdout.count('user 4242 has 16 connections, as many as one user may '
                    'have') == 2 and '\n1 vale: user' in out.stdout,
   'one user has so many connections and no more, and is told', out)
ok(vale('list').returncode == 0, 'another is served')
ok(stop(switch) == 0, 'and it ends well', log())
done()
