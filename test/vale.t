#!/usr/bin/env python3
"""The switch as a program: two click processes talk over it, it is told what to
do, refuses what it must, is killed and comes back."""
import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time

from tap import done, ok, skip

VALE = os.path.abspath('build/asan/bin/vale')
CLICK = os.path.abspath('build/asan/bin/click')
DIR = tempfile.mkdtemp(prefix='vale')
SOCKET = DIR + '/s'
os.environ['VALE_SOCKET'] = SOCKET


started = []


def start(*args, **kwargs):
    p = subprocess.Popen(*args, **kwargs)
    started.append(p)
    return p


@atexit.register
def end_all():
    for p in started:
        if p.poll() is None:
            p.kill()


def serve(*args):
    p = start([VALE, 'serve', '--user', 'root', *args], stderr=subprocess.PIPE)
    for _ in range(500):
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(SOCKET)
            return p
        except OSError:
            time.sleep(0.02)
        finally:
            s.close()
    raise SystemExit('the switch does not start')


def vale(*args):
    return subprocess.run([VALE, *args], capture_output=True, text=True)


def stats(sw='vale0'):
    return json.loads(vale('stats', '--json', sw).stdout)['switches'][0]


def port(name):
    return next((p for p in stats()['ports'] if p['name'] == name), None)


def balanced(total):
    rx, tx = total['rx'], total['tx']
    return (rx['frames'] + rx.get('copies', 0) == tx['frames'] +
            sum(rx['drops'].values()) + sum(tx['drops'].values()))


def moved(sw='vale0'):
    """(received, sent, dropped) of a switch so far."""
    total = stats(sw)['total']
    return (total['rx']['frames'], total['tx']['frames'],
            sum(sum(total[d]['drops'].values()) for d in ('rx', 'tx')))


def accounted(name, sent, got, since=(0, 0, 0)):
    """Sent = received + drops, where processes say what they sent and got."""
    def same():
        rx, tx, drops = (n - m for n, m in zip(moved(), since))
        return (rx, tx) == (sent, got) and sent == got + drops
    ok(wait_for(same), name + ': sent = received + drops',
       f'{sent} sent, {got} received, since {since}: {stats()}')


def click(config, *args):
    return start([CLICK, *args, '-e', config], stdout=subprocess.PIPE,
                 stderr=subprocess.PIPE, text=True)


def cpu(pid):
    with open(f'/proc/{pid}/stat') as f:
        words = f.read().rsplit(')')[1].split()
    return int(words[11]) + int(words[12])


def wait_for(test):
    for _ in range(500):
        if test():
            return True
        time.sleep(0.02)
    return False


ENCAP = ('UDPIPEncap(1.1.1.1, 5, 2.2.2.2, 6) -> '
         'EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)')
switch = serve('--workers', '2', 'vale0', 'vale1=wire')

# Two processes: what one sends the other receives, byte for byte.  The sink's
# ring holds all of it, however long it may not run.
sink = click('FromDevice(0) -> ToDump(%s/got, SNAPLEN 2000) -> c :: '
             'Counter -> Discard; DriverManager(label x, wait 50ms, '
             'goto x $(lt $(c.count) 4000), print c.count)' % DIR,
             '--port', '0=vale0:b,slots=4096')
ok(wait_for(lambda: port('b')), 'a process opens a port')
source = click('RandomSource(100, LIMIT 4000, STOP false) -> %s -> '
               'ToDump(%s/sent, SNAPLEN 2000) -> Queue(5000) -> '
               'd :: ToDevice(vale0:a); DriverManager(label x, wait 50ms, '
               'goto x $(lt $(d.count) 4000), print d.count)' % (ENCAP, DIR))
out, err = source.communicate(timeout=60)
ok(out == '4000\n', 'it sends 4000 frames', out + err)
out, err = sink.communicate(timeout=60)
ok(out == '4000\n', 'another receives them', out + err)


def frames(path):
    with open(path, 'rb') as f:
        data = f.read()
    at, got = 24, []
    while at < len(data):
        length = struct.unpack_from('<I', data, at + 8)[0]
        got.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return got


ok(frames(DIR + '/sent') == frames(DIR + '/got') and
   len(frames(DIR + '/got')) == 4000, 'the same bytes in the same order')
ok(wait_for(lambda: stats()['ports'] == []), 'and their ports go with them')
accounted('two processes', 4000, 4000)
since = moved()

# Bindings: ports by number, two ports of one process, frames between them.
pair = start(
    [CLICK, '--port', '0=vale0:x.0,slots=1024',
     '--port', '1=vale0:x.1,slots=1024', '-e',
     'InfiniteSource(LIMIT 500, STOP false) -> %s -> Queue -> ToDevice(0); '
     'FromDevice(1) -> c :: Counter -> Discard; FromDevice(0) -> Discard; '
     'd :: Idle -> ToDevice(1); DriverManager(label x, wait 50ms, '
     'goto x $(lt $(c.count) 500), print c.count, wait)' % ENCAP],
    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
ok(pair.stdout.readline() == '500\n', 'two ports of one process')
accounted('two ports', 500, 500, since)
listing = json.loads(vale('list', '--json').stdout)
x0 = listing['switches'][-1]['ports'][0]
ok(x0['slots'] == 1024 and x0['link'] == 'up', 'list shows them', listing)
ok('x.1' in vale('list', 'vale0').stdout, 'for people, too')

# What an administrator does.
ok(vale('set', 'vale0:x.0', 'vlan=access:7', 'rx-pps=5k').returncode == 0,
   'settings')
ok('access:7' in vale('list', '--json', 'vale0:x.0').stdout, 'are in force')
for request, words in (
        (['set', 'vale0:x.0', 'vlan=9999'], 'vlan=9999'),
        (['set', 'vale0:nobody', 'guard=on'], 'no such port'),
        (['attach', 'vale0', 'cable:x'], 'no such kind of port'),
        (['attach', 'vale0:r', 'ring:'], 'opened by its process'),
        (['detach', 'vale9:x'], 'no such port'),
        (['list', 'vale9'], 'no such switch'),
        (['switch', 'add', 'vale0'], 'exists already'),
        (['switch', 'add', 'v2', 'hub'], 'no such forwarding function'),
        (['switch', 'add', 'a b/c'], 'no such forwarding function')):
    r = vale(*request)
    ok(r.returncode == 1 and words in r.stderr and r.stdout == '',
       ' '.join(request), r.stdout + r.stderr)
for where in SOCKET, SOCKET + '.none':  # the mistake, not that no switch is there
    for words, said in ((['frobnicate'], "'frobnicate': no such command"),
                        (['list', '--jsn'], "'--jsn': no such option"),
                        (['--json', 'frob'], "'frob': no such command")):
        r = vale('--socket', where, *words)
        ok(r.returncode == 2 and said in r.stderr and r.stdout == '',
           ' '.join(words), r.stdout + r.stderr)
for words in ('--help',), ('-h',), ('help',), ('serve', '--help'), ('list', '-h'):
    r = vale(*words)
    ok(r.returncode == 0 and r.stdout.startswith('Usage: vale') and r.stderr == '',
       ' '.join(words))
ok(vale('switch', 'add', 'v2', 'chain', 'a', 'b').returncode == 0,
   'another switch')
ok(vale('switch', 'function', 'v2', 'learning', 'age=5').returncode == 0,
   'which changes its mind')
ok(vale('switch', 'remove', 'v2').returncode == 0, 'and goes')

# Nothing to do costs nothing.
time.sleep(0.3)
before = cpu(switch.pid) + cpu(pair.pid)
time.sleep(1)
ok(cpu(switch.pid) + cpu(pair.pid) - before <= 1, 'idle: no processor time')

# A second one does not take the first one's place.
r = subprocess.run([VALE, 'serve', '--user', 'root', 'vale0'],
                   capture_output=True, text=True,
                   timeout=20)
ok(r.returncode == 1 and 'somebody listens there; --socket' in r.stderr,
   'one switch a socket', r.stderr)

# Killed and started again: the process's ports come back by themselves.
switch.kill()
switch.wait()
began = time.time()
switch = serve('vale0')
ok(wait_for(lambda: port('x.0') and port('x.1')),
   'a new switch takes its guests back')
print(f'# after {time.time() - began:.2f} s', flush=True)
back = click('FromDevice(vale0:y) -> Discard; RatedSource(RATE 100, LIMIT 30) '
             '-> %s -> Queue -> d :: ToDevice(vale0:y); '
             'DriverManager(label x, wait 50ms, goto x $(lt $(d.count) 30), '
             'print d.count)' % ENCAP)
out, err = back.communicate(timeout=60)
ok(out == '30\n' and wait_for(
    lambda: port('x.1')['tx']['frames'] == 30 and moved()[0] == 30 and
    balanced(stats()['total'])),
   'and frames reach them again, each accounted for', [out, err, stats()])
pair.kill()
pair.wait()
ok(wait_for(lambda: stats()['ports'] == []), 'a killed process leaves nothing')

# Guests of another version.
for version in b'3', b'1', b'0', b'', b'1.0':
    s = socket.socket(socket.AF_UNIX)
    s.connect(SOCKET)
    s.sendall(b'guest version=%s slots=64 buffers=64 ports=1 features=0\n' %
              version)
    said = s.recv(1000).decode()
    ok(said.startswith('error ') and
       f"speaks netring version 2, not '{version.decode()}'" in said,
       f'version {version}: refused, and told', said)
    # It may speak ours as well.
    s.sendall(b'guest version=2 slots=64 buffers=64 ports=1 '
              b'features=4294967288\n')
    said = s.recv(1000).decode()
    ok(said.startswith('ok ') and 'features=0\n' in said,
       'and may ask again; what we do not know is not agreed', said)
    s.close()

# Guests that misbehave at the socket.
for text in (b'guest version=3 slots=64 buffers=64 ports=1 features=0\n',
             b'guest version=2 slots=63 buffers=64 ports=1 features=0\n',
             b'guest version=2 slots=64 buffers=999999 ports=1 features=0\n',
             b'guest version=2\n', b'port vale0:z index=0\n',
             b'close index=0\n', b'guest \xff\x00\n'):
    s = socket.socket(socket.AF_UNIX)
    s.connect(SOCKET)
    s.sendall(text)
    ok(s.recv(1000).startswith(b'error '), repr(text))
    s.close()
s = socket.socket(socket.AF_UNIX)
s.connect(SOCKET)
try:
    for _ in range(100):
        s.sendall(b'x' * 10000)
    closed = s.recv(10) == b''
except OSError:
    closed = True
ok(closed, 'who never ends his line is disconnected')

GUEST = b'guest version=2 slots=64 buffers=256 ports=2 features=0\n'


def guest(fds=()):
    s = socket.socket(socket.AF_UNIX)
    s.connect(SOCKET)
    if fds:
        socket.send_fds(s, [GUEST], fds)
    else:
        s.sendall(GUEST)
    answer, got, _, _ = socket.recv_fds(s, 1000, 4)
    return s, answer, got


s, answer, got = guest()
ok(answer.startswith(b'ok ') and len(got) == 2, 'a guest gets a region')
region = os.fstat(got[1]).st_size
try:
    os.ftruncate(got[1], 4096)
    ok(False, 'which nobody can shrink')
except OSError:
    ok(True, 'which nobody can shrink')
s.sendall(b'port vale0:z index=0\n')
ok(s.recv(1000).startswith(b'ok '), 'and a port')
s.sendall(b'\n' * 5000 + b'port vale0:zz index=1\n')
ok(s.recv(1000).startswith(b'ok '), 'and another, behind 5000 doorbells')
vale('detach', 'vale0:z')
s.sendall(b'close index=0\n')
ok(b'is not open' in s.recv(1000), 'one is taken away: it is heard still')
s.sendall(b'close index=1\nclose index=0\n')
ok(wait_for(lambda: stats()['ports'] == []), 'which it closes')
s.close()
s, answer, more = guest([got[1]])
ok(answer.startswith(b'ok ') and len(more) == 1,
   'its region serves another connection')
s.close()
# The successor is heard first: the switch stands still while one ends.
bad = ''
for i in range(20):
    first, second = guest()[0], guest()[0]
    first.sendall(b'port vale0:heir index=0\n')
    first.recv(1000)
    second.sendall(b'port vale0:heir index=0\n')
    bad += '' if b'exists already' in second.recv(1000) else 'two have it;'
    switch.send_signal(signal.SIGSTOP)
    if i % 2:
        first.sendall(b'\n')  # a doorbell waits still
    first.close()
    second.sendall(b'port vale0:heir index=0\n')
    switch.send_signal(signal.SIGCONT)
    answer = second.recv(1000)
    bad += '' if answer.startswith(b'ok ') else f'{i}: {answer};'
    second.close()
    wait_for(lambda: stats()['ports'] == [])
ok(bad == '', 'who has ended does not keep its name', bad)

# A connection that is handed to a guest: its own ports, nothing else.
def ask(s, line):
    s.sendall(line + b'\n')
    return s.recv(4000).decode()


admin = socket.socket(socket.AF_UNIX)
admin.connect(SOCKET)
hostile = guest()[0]
ok(ask(hostile, b'only vale0:mine vale0:other').startswith('ok '),
   'only: a guest with two ports')
wrong = [line for line in (
    'list', 'stats', 'attach vale0:evil pcap:,/tmp/evil', 'switch add evil',
    'detach vale0:theirs', 'set vale0:mine guard=off', 'grant vale0:theirs',
    'revoke vale0:theirs') if 'not for who may only open ports' not in ask(
        hostile, line.encode())]
ok(wrong == [], 'who has it is no administrator', wrong)
ok('not a port of this guest' in ask(hostile, b'port vale0:theirs index=0') and
   'not a port of this guest' in ask(hostile, b'port vale0:min index=0'),
   'and opens no other port')
ok(ask(hostile, b'port vale0:mine index=0').startswith('ok '), 'but its own')
ok('once a connection' in ask(hostile, b'only vale0:theirs'),
   'nor does it say so anew')
token = ask(admin, b'grant vale0:late').split()[-1].encode()
ok(token.startswith(b'token=') and len(token) == 38, 'grant: a token', token)
ok('no such token' in ask(hostile, b'take token=' + b'0' * 32) and
   'no such token' in ask(hostile, b'take'), 'take: another token is none')
ok('not a port' in ask(hostile, b'port vale0:late index=1') and
   ask(hostile, b'take ' + token).startswith('ok ') and
   ask(hostile, b'port vale0:late index=1').startswith('ok '),
   'a port more by that token')
ok('no such token' in ask(hostile, b'take ' + token), 'once')
gone = socket.socket(socket.AF_UNIX)
gone.connect(SOCKET)
token = ask(gone, b'grant vale0:never').split()[-1].encode()
gone.close()
ok(wait_for(lambda: 'no such token' in ask(hostile, b'take ' + token)),
   'which lives as long as who has granted it')
ok('no such switch' in ask(admin, b'grant vale7:x') and
   'not SWITCH:PORT' in ask(admin, b'grant vale0') and
   'not SWITCH:PORT' in ask(admin, b'revoke x'), 'grant: what is none')
ok(ask(admin, b'revoke vale0:late').startswith('ok ') and
   [p['name'] for p in stats()['ports']] == ['mine'] and
   'not a port' in ask(hostile, b'port vale0:late index=1') and
   ask(hostile, b'port vale0:other index=1').startswith('ok '),
   'revoke: closed, and not to be opened again; the others stay')
ok(ask(admin, b'list').startswith('ok '), 'who granted is what he was')
hostile.close()
admin.close()
ok(wait_for(lambda: stats()['ports'] == []), 'and all of it goes')
plain = os.memfd_create('plain')
os.ftruncate(plain, region)
null = os.open('/dev/null', os.O_RDWR)
for fd, name in ((plain, 'a memfd without seals'), (null, 'no memfd')):
    s, answer, _ = guest([fd])
    ok(answer.startswith(b'error '), name + ' is refused', answer)
    s.close()
s, answer, _ = guest([null] * 10)
ok(answer.startswith(b'error '), 'ten descriptors are, too', answer)
s.close()
held = len(os.listdir(f'/proc/{switch.pid}/fd'))
for i in range(300):
    s, answer, got = guest()
    s.sendall(b'port vale0:r index=0\n')
    s.close()
    for fd in got:
        os.close(fd)
ok(wait_for(lambda: stats()['ports'] == [] and
            len(os.listdir(f'/proc/{switch.pid}/fd')) <= held),
   '300 that come and go at once leave nothing')
ok(balanced(stats()['total']), 'and all is accounted for')
switch.send_signal(signal.SIGTERM)
_, err = switch.communicate(timeout=30)
ok(switch.returncode == 0 and b'Sanitizer' not in err, 'ends when told', err)
ok(not os.path.exists(SOCKET), 'and takes its socket away')

# Workers on processors of their own, and ports on workers: all of a process
# on one, the next process on the other.
cpus = sorted(os.sched_getaffinity(0))[:2]
if len(cpus) == 2:
    switch = serve('--workers', '2', '--cpus', ','.join(map(str, cpus)),
                   'vale0')
    where = [os.sched_getaffinity(int(t))
             for t in os.listdir(f'/proc/{switch.pid}/task')]
    ok(all({c} in where for c in cpus), 'a worker on each processor', where)
    pinned = []
    for name in 'ab':
        s, answer, got = guest()
        pinned.append((s, got))
        for i in range(2):
            s.sendall(b'port vale0:%s%d index=%d\n' % (name.encode(), i, i))
            answer = s.recv(1000)
    vale('attach', 'vale0:c', 'pcap:,' + DIR + '/c.pcap')
    of = {p['name']: p['worker'] for p in json.loads(
        vale('list', '--json', 'vale0').stdout)['switches'][0]['ports']}
    ok(len(of) == 5 and of['a0'] == of['a1'] != of['b0'] == of['b1'],
       "all ports of a process on one worker, the next's on the other", of)
    for s, got in pinned[:1]:
        s.close()
    ok(wait_for(lambda: len(stats()['ports']) == 3), 'one goes')
    vale('attach', 'vale0:d', 'pcap:,' + DIR + '/d.pcap')
    of = {p['name']: p['worker'] for p in json.loads(
        vale('list', '--json', 'vale0').stdout)['switches'][0]['ports']}
    ok(of['d'] != of['b0'], 'who comes next takes its place', of)
    switch.terminate()
    switch.wait()
else:
    for _ in range(4):
        skip('a worker a processor', 'one processor')

# Options about Xen; here is none.
for args, want in (
        (('--xen', 'maybe'), 'not auto, on or off'),
        (('--xen-ring', 'x'), 'not on|off'),
        (('--xen-split', 'x'), 'not on|off'),
        (('--xen-events', 'x'), 'not batch|frame'),
        (('--xen-copy', '1025'), 'not pieces, at most 1024'),
        (('--xen', 'on'), 'this is no Xen host')):
    r = subprocess.run([VALE, 'serve', *args], stderr=subprocess.PIPE,
                       text=True, timeout=20, check=False,
                       env={**os.environ, 'VALE_SOCKET': DIR + '/xen'})
    ok(r.returncode != 0 and want in r.stderr, 'serve ' + ' '.join(args),
       r.stderr)

# Who may do what; a user that is nobody's friend.
if os.geteuid() == 0:
    with open(DIR + '/policy', 'w') as f:
        f.write('allow uid=65534 vale0 t.*\nallow gid=4242 vale0 g.*\n')
    os.chmod(DIR, 0o755)
    switch = serve('--policy', DIR + '/policy', 'vale0')

    def as_nobody(*lines):
        """The answers to lines, each of which user 65534 sends."""
        end, ours = os.pipe()
        if os.fork() == 0:
            os.setgroups([4241, 4242])
            os.setgid(65534)
            os.setuid(65534)
            c = socket.socket(socket.AF_UNIX)
            c.connect(SOCKET)
            for line in lines:
                c.sendall(line)
                os.write(ours, c.recv(999) + b'|')
            os.close(ours)
            os.close(end)
            time.sleep(3)
            os._exit(0)
        os.close(ours)
        with os.fdopen(end, 'rb') as f:
            return f.read().decode().split('|')

    ok('not for user 65534' in as_nobody(b'list\n')[0], 'no administrator')
    out = as_nobody(GUEST, b'port vale0:u index=0\n',
                    b'port vale0:t.1 index=0\n', b'port vale0:g.1 index=1\n')
    ok('not for user' in out[1] and out[2].startswith('ok '),
       'only ports that the policy names', out)
    ok(out[3].startswith('ok '), 'by any of its groups', out)
    ok('"guard": true' in vale('list', '--json', 'vale0:t.1').stdout,
       'and they are guarded', vale('list', '--json').stdout)
    switch.terminate()
    switch.wait()
else:
    for _ in range(4):
        skip('a tenant of another user', 'only root can be somebody else')

with open(DIR + '/bad', 'w') as f:
    f.write('allow somebody v p\n')
with open(DIR + '/run', 'w') as f:
    f.write('# begin\nswitch add vale3\nset vale3:x guard=on\n')
for args, words in ((['--policy', DIR + '/bad'], 'bad:1: '),
                    (['--policy', DIR + '/none'], 'No such file'),
                    (['--run', DIR + '/run'], 'run:3: vale3:x: no such port'),
                    (['--workers', '0'], 'not 1 to 64'),
                    (['--cpus', '0,1'], '1 workers and 2 processors'),
                    (['--frob', '1'], 'no such option'),
                    (['--poll'], 'wants a value'),
                    (['vale0=hub'], 'no such forwarding function')):
    r = subprocess.run([VALE, 'serve', '--user', 'root', *args],
                       capture_output=True, text=True,
                       timeout=30)
    ok(r.returncode != 0 and words in r.stderr, 'serve ' + ' '.join(args),
       r.stderr)
r = subprocess.run([CLICK, '-e', 'FromDevice(vale0:a) -> Discard'],
                   capture_output=True, text=True, timeout=30)
ok(r.returncode != 0 and 'is `vale serve` running?' in r.stderr,
   'without a switch click says so', r.stderr)
r = subprocess.run([CLICK, '--port', '0=vale0:a,slots=x', '-e',
                    'FromDevice(0) -> Discard'],
                   capture_output=True, text=True, timeout=30)
ok(r.returncode != 0 and 'not slots=N or buffers=N' in r.stderr,
   'nor takes wrong arguments', r.stderr)
done()
