#!/usr/bin/env python3
"""sandbox.t -- a guest process is confined, and does its work all the same.

sandbox_probe.c tries what is forbidden from inside; here its results are
taken, as root and as an ordinary user, and the guest itself is run.
"""
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
sys.path.insert(0, 'test')
import ctl  # noqa: E402
from tap import done as end, ok  # noqa: E402

PROBE, GUEST = 'build/sandbox-probe', 'build/clickos-process'
USER = 64123


def run(*argv, **more):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, **more)


def probe(what, *argv, **more):
    """Hands the probe's results on as our own."""
    done = run(*argv, **more)
    lines = [x for x in done.stdout.splitlines() if x.startswith(('ok', 'not'))]
    for line in lines:
        ok(line.startswith('ok'),
           what + ': ' + line.split(' - ', 1)[-1], done.stdout)
    ok(done.returncode == 0 and lines, what + ': ends well', done.stdout)


def as_user():
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


class Guest:
    """A guest started by hand; pid is its own, not that of who waits."""

    def __init__(self, folder, *argv):
        self.socket = os.path.join(folder, 'control')
        self.log = open(os.path.join(folder, 'log'), 'w+')
        self.parent = subprocess.Popen(
            (GUEST, '--control', self.socket) + argv,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.time() + 10
        while time.time() < end:
            try:
                self.link = ctl.Link(self.socket)
                break
            except OSError:
                time.sleep(0.01)
        kids = '/proc/%d/task/%d/children' % (self.parent.pid, self.parent.pid)
        with open(kids) as f:
            self.pid = int(f.read().split()[0])
        # Who listens may still be on the way into its sandbox.
        self.ask('hello')

    def ask(self, op, payload='', router=ctl.ANY, path=''):
        status, text, _ = self.link.ask(op, router, path, payload.encode())
        return status, text

    def status(self, name):
        with open('/proc/%d/status' % self.pid) as f:
            return re.search(r'^%s:\s*(.*)$' % name, f.read(), re.M).group(1)

    def end(self):
        self.parent.terminate()
        return self.parent.wait(10)

    def said(self):
        self.log.seek(0)
        return self.log.read()


def gone(pid):
    end = time.time() + 5
    while time.time() < end:
        if not os.path.exists('/proc/%d' % pid):
            return True
        time.sleep(0.01)
    return False


def switches(pid):
    total = 0
    for task in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/status' % (pid, task)) as f:
            total += sum(map(int, re.findall(r'ctxt_switches:\s*(\d+)',
                                             f.read())))
    return total


def confinement(g):
    ok(g.status('Uid').split() == ['65534'] * 4, 'no uid is root',
       g.status('Uid'))
    ok(all(int(g.status('Cap' + x), 16) == 0 for x in ('Inh', 'Prm', 'Eff')),
       'it has no capability')
    ok(g.status('NoNewPrivs') == '1', 'it can gain no privilege')
    ok(g.status('Seccomp') == '2', 'a filter is on')
    ok(os.listdir('/proc/%d/root/' % g.pid) == [], 'its root is empty')
    for name in 'user', 'pid', 'mnt', 'net', 'ipc':
        ok(os.readlink('/proc/%d/ns/%s' % (g.pid, name)) !=
           os.readlink('/proc/self/ns/' + name),
           'its %s namespace is another' % name)
    with open('/proc/%d/mounts' % g.pid) as f:
        mounts = f.read().splitlines()
    ok(len(mounts) == 1 and ' ro,' in mounts[0], 'one mount, read-only',
       mounts)


def routers(g, folder):
    secret = os.path.join(folder, 'secret')
    with open(secret, 'w') as f:
        f.write('x')
    status, text = g.ask('install', 'InfiniteSource(LIMIT 5) -> c :: Counter '
                         '-> Queue(8) -> u :: Unqueue -> Discard;')
    ok(status == 0, 'a router runs', text)
    time.sleep(0.1)
    ok(g.ask('read', router=0, path='c.count') == (0, '5'),
       'and moves packets')
    for what, config in (
            ('a capture', 'FromDump(%s) -> Discard;' % secret),
            ('a file to write', 'Idle -> ToDump(%s);' % secret),
            ('a socket', 'Idle -> Socket(UDP, 127.0.0.1, 7);'),
            ('an interface', 'FromDevice(lo) -> Discard;')):
        status, text = g.ask('install', config)
        ok(status != 0 and 'not permitted' in text,
           'a router cannot have %s, and is told' % what, text)
    with open(secret) as f:
        ok(f.read() == 'x', 'what was there is untouched')
    status, text = g.ask('install', 'Idle -> Discard;')
    ok(status == 0, 'the guest lives on', text)
    ok(re.search(r'^memory_used [1-9]', g.ask('stats')[1], re.M),
       'it knows its memory')


def sleeping(g):
    time.sleep(0.3)
    before = switches(g.pid)
    time.sleep(2.2)
    ok(switches(g.pid) == before, 'idle, none of its threads wakes up',
       switches(g.pid) - before)


def log_limit(folder):
    g = Guest(folder)
    g.ask('install', 'InfiniteSource(LENGTH 1000) -> Print(x, 1000) -> '
          'Discard;')
    size, end = 0, time.time() + 20
    while time.time() < end and size < 1 << 20:
        size = os.path.getsize(os.path.join(folder, 'log'))
        time.sleep(0.05)
    time.sleep(0.2)
    size = os.path.getsize(os.path.join(folder, 'log'))
    ok(size == 1 << 20, 'what it says ends at a megabyte', size)
    ok(g.ask('hello')[0] == 0, 'and it does not die of that')
    g.end()


def by_hand(folder):
    g = Guest(folder)
    confinement(g)
    routers(g, folder)
    ok(g.end() == 0, 'SIGTERM to who waits ends it')
    g = Guest(folder, '--memory', '7000000')
    ok('memory_total 7000000\n' in g.ask('stats')[1],
       '--memory is what it has')
    g.ask('install', 'Idle -> Discard;')
    sleeping(g)
    g.parent.kill()
    g.parent.wait()
    ok(gone(g.pid), 'it does not outlive who waits for it')


def tap(folder):
    if not os.path.exists('/dev/net/tun'):
        print('# no taps here')
        return
    g = Guest(folder, '--port', '0=tap:sbx0')
    config = ('FromDevice(0) -> c :: Counter -> Discard;'
              'RatedSource(LENGTH 60, RATE 50) -> ToDevice(0);')
    for again in '', ' again':
        status, text = g.ask('install', config)
        ok(status == 0, 'a tap of the command line is there inside' + again,
           text)
        ok(os.path.exists('/sys/class/net/sbx0'), 'it exists' + again)
        with open('/sys/class/net/sbx0/statistics/rx_packets') as f:
            before = int(f.read())
        time.sleep(0.5)
        with open('/sys/class/net/sbx0/statistics/rx_packets') as f:
            ok(int(f.read()) > before, 'and carries packets' + again)
        ok(g.ask('remove', router=0)[0] == 0, 'removed' + again)
    g.end()
    ok(not os.path.exists('/sys/class/net/sbx0'), 'it goes with the guest')
    done = run(GUEST, '--port', '0=af_packet:lo', '-c', '/tmp/x')
    ok(done.returncode == 1 and 'not inside a sandbox' in done.stdout and
       'vale attach' in done.stdout, 'a packet socket is refused, up front',
       done.stdout)
    done = run(GUEST, '--port', '0=tap:much-too-long-a-name', '-c', '/tmp/x')
    ok(done.returncode == 1 and 'name too long' in done.stdout,
       'a tap that cannot be: told before it runs', done.stdout)


def counts(g, element, n):
    end = time.time() + 5
    while time.time() < end:
        if g.ask('read', router=0,
                 path=element + '.count')[1].strip() == str(n):
            return True
        time.sleep(0.01)
    return False


def captures(folder):
    """Files of the command line are read and written from inside."""
    frame = bytes(range(60))
    given = os.path.join(folder, 'given.pcap')
    with open(given, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(5):
            f.write(struct.pack('<IIII', i, 0, 60, 60) + frame)
    taken = os.path.join(folder, 'taken.pcap')
    g = Guest(folder, '--port', f'0=pcap:{given}', '--port',
              f'1=pcap:,{taken}', '--port', f'2=replay:{given},3')
    config = ('FromDevice(0) -> c :: Counter -> Queue -> ToDevice(1);'
              'FromDevice(2) -> r :: Counter -> Discard;')
    for again in '', ' again':
        status, text = g.ask('install', config)
        ok(status == 0, 'captures of the command line are there inside' +
           again, text)
        ok(counts(g, 'c', 5),
           'what one holds comes' + again)
        ok(counts(g, 'r', 15),
           'three times by replay' + again)
        ok(g.ask('remove', router=0)[0] == 0, 'removed' + again)
    g.end()
    with open(taken, 'rb') as f:
        ok(f.read().count(frame) == 10, 'and what is sent is in the other')
    done = run(GUEST, '--port', '0=pcap:/nowhere', '-c', '/tmp/x')
    ok(done.returncode == 1 and '/nowhere: No such file' in done.stdout,
       'a capture that is not there: told before it runs', done.stdout)
    done = run(GUEST, '--port', '0=replay:' + given + ',x', '-c', '/tmp/x')
    ok(done.returncode == 1 and "'x' is no count" in done.stdout,
       'a count that is none, too', done.stdout)


def refusals():
    done = run(GUEST, '--empty', '/nowhere', '-c', '/tmp/none')
    ok(done.returncode == 1 and '/nowhere/net: No such file' in done.stdout,
       '--empty without namespaces', done.stdout)
    done = run(GUEST, '--user', 'x', '-c', '/tmp/none')
    ok(done.returncode == 2 and "'x': not a number" in done.stdout,
       '--user without a number', done.stdout)
    done = run(GUEST, '--lock-fd', '-1', '-c', '/tmp/none')
    ok(done.returncode == 2, '--lock-fd of none', done.stdout)
    done = run(GUEST, '--memory', '5M', '-c', '/tmp/none')
    ok(done.returncode == 2, '--memory is of bytes', done.stdout)


def outside_sandbox(folder):
    path = os.path.join(folder, 'x.click')
    dump = os.path.join(folder, 'x.pcap')
    with open(path, 'w') as f:
        f.write('InfiniteSource(LIMIT 1, STOP true) -> ToDump(%s);' % dump)
    done = run(GUEST, path)
    ok(not os.path.exists(dump), 'a file is not written inside', done.stdout)
    done = run(GUEST, '--no-sandbox', path)
    ok(done.returncode == 0 and os.path.exists(dump),
       '--no-sandbox: as any program', done.stdout)


def main():
    if os.geteuid() != 0:
        print('1..0 # SKIP not root')
        return
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    probe('outside', PROBE, 'outside')
    probe('root', PROBE)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        theirs = shutil.copy(PROBE, folder)
        if run(theirs, preexec_fn=as_user).stdout.startswith('Bail out'):
            print('# users have no namespaces here')
        else:
            probe('user', theirs, preexec_fn=as_user)
        done = run(PROBE, 'int80')
        ok(done.returncode == 128 + signal.SIGSYS and 'came back' not in
           done.stdout, "another architecture's call is the end", done.stdout)
        by_hand(folder)
        log_limit(folder)
        outside_sandbox(folder)
        tap(folder)
        captures(folder)
    refusals()
    end()


main()
