#!/usr/bin/env python3
"""Bad input of every kind: a message that names the place and the mistake, an
exit status other than zero, and whatever ran before goes on.

Flags, configurations, captures, handlers, a full disk, no memory, peers that
vanish.  What needs the sanitizers' eyes runs on their build.
"""
import os
import re
import resource
import socket
import struct
import subprocess
import tempfile
import time

from tap import done, ok

click = os.path.abspath('build/click')
asan = os.path.abspath('build/asan/bin/click')


def run(*args, program=None, **more):
    return subprocess.run([program or asan, *args], text=True, timeout=60,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          **more)


IDLE = 'Idle -> Discard'
# Arguments, and what standard error must say (a regular expression).
FLAGS = [
    (['-f'], r"'-f' requires an argument"),
    (['-f', '/nonexistent.click'], r'/nonexistent.click: No such file'),
    (['-f', '/'], r'/: Is a directory'),
    (['/nonexistent.click'], r'/nonexistent.click: No such file'),
    (['-e'], r"'-e' requires an argument"),
    (['-e', IDLE, '-f', 'x'], r'router configuration specified twice'),
    (['-e', IDLE, 'x'], r'router configuration specified twice'),
    (['-j'], r"'-j' requires an argument"),
    (['-j', 'two', '-e', IDLE], r"'-j' expects an integer, not 'two'"),
    (['--threads=', '-e', IDLE], r"'--threads' expects an integer, not ''"),
    (['-a', '-e'], r"'-e' requires an argument"),
    (['--affinity=x', '-e', IDLE], r"'--affinity' expects an integer, not"),
    (['--cpu=x', '-e', IDLE], r"'--cpu' expects an integer, not 'x'"),
    (['-p'], r"'-p' requires an argument"),
    (['-p', 'nosuchport', '-e', IDLE], r"'-p' expects a TCP port number"),
    (['-p', '65536', '-e', IDLE], r"'-p' expects a TCP port number"),
    (['--port', 'x=nosuch:y', '-e', IDLE], r'nosuch'),
    (['--port', 'x=', '-e', IDLE], r"unknown kind of port ''"),
    (['--port', 'x=pcap:/nonexistent.pcap', '-q', '-e',
      'FromDevice(x) -> Discard'], r'/nonexistent.pcap: No such file'),
    (['-u'], r"'-u' requires an argument"),
    (['-u', '/nonexistent/socket', '-q', '-e', IDLE],
     r'ControlSocket(.|\n)*No such file'),
    (['--socket'], r"'--socket' requires an argument"),
    (['--socket', 'x', '-e', IDLE], r"'--socket' expects an integer"),
    (['--socket', '99', '-q', '-e', IDLE], r'99|[Bb]ad file descriptor'),
    (['--allow-reconfigure=1'], r"can't take an argument"),
    (['-h'], r"'-h' requires an argument"),
    (['-h', 'nosuch.count', '-q', '-e', IDLE], r"'nosuch'"),
    (['-h', 'nosuch', '-q', '-e', IDLE], r"'nosuch'"),
    (['-x'], r"'-x' requires an argument"),
    (['-x', 'a.b', '-x', 'a.c', '-e', IDLE], r'--exit-handler specified twice'),
    (['-x', 'nosuch.b', '-q', '-e', IDLE], r"nosuch"),
    (['-x', 'name', '-q', '-e', 'i :: Idle -> Discard'], r'name'),
    (['-o'], r"'-o' requires an argument"),
    (['-o', 'a', '-o', 'b', '-e', IDLE], r'output file specified twice'),
    (['-o', '/nonexistent/out', '-q', '-e', IDLE],
     r'/nonexistent/out: No such file'),
    (['-o', '/dev/full', '-q', '-e', IDLE], r'/dev/full: No space left'),
    (['--quit=yes'], r"can't take an argument"),
    (['--simtime=soon', '-e', IDLE], r"'--simtime' expects a real number"),
    (['-C'], r"'-C' requires an argument"),
    (['--help-element'], r"'--help-element' requires an argument"),
    (['--help-element', 'NoSuch'], r'NoSuch'),
    (['--nosuch'], r"unrecognized option '--nosuch'"),
    (['-Z'], r"unrecognized option '-Z'"),
    (['--h'], r"'--h' is ambiguous"),
    (['--no-file'], r"unrecognized option '--no-file'"),
]


def flags():
    for args, want in FLAGS:
        r = run(*args)
        # A failed exit handler is 255.
        status = 255 if '-x' in args and 'a.c' not in args[1:] and len(
            args) > 2 else 1
        ok(r.returncode == status and re.search(want, r.stderr),
           'click ' + ' '.join(args), f'{r.returncode} {r.stderr}')
    r = run('--simtime', '-j', '2', '-q', '-e', IDLE)
    ok(r.returncode == 0 and 'warning: --simtime: one thread' in r.stderr,
       'several threads in simulated time', r.stderr)


def port_in_use():
    with socket.create_server(('127.0.0.1', 0)) as held:
        port = held.getsockname()[1]
        r = run('-p', str(port), '-e', IDLE)
    ok(r.returncode == 1 and f'port {port}: bind: Address' in r.stderr,
       'a TCP port that is in use', r.stderr)


CONFIGS = [
    ('nothing closed', 'a :: Idle(', r"config:1: expected '\)'"),
    ('an unknown class', '\n\nNoSuch -> Discard', r'config:3:.*NoSuch'),
    ('bytes that are no text', 'a\x01\xff :: Idle', r'config:1:'),
    ('an unknown library', 'require(library nosuch.click)',
     r'config:1:.*nosuch.click'),
    ('a bad argument', 'Idle -> Strip(x) -> Discard',
     r"config:1: While configuring 'Strip@2 :: Strip'"),
    ('a capture that is not there', 'FromDump(/nonexistent) -> Discard',
     r'/nonexistent: No such file'),
    ('a capture that is a folder', 'FromDump(/) -> Discard', r'directory'),
    ('a dump that cannot be made', 'Idle -> ToDump(/nonexistent/x)',
     r'/nonexistent/x: No such file'),
    ('fields that nobody knows', 'Idle -> ToIPSummaryDump(-, CONTENTS nosuch)',
     r"unknown content type 'nosuch'\n  no contents specified"),
]


def configurations():
    for name, text, want in CONFIGS:
        r = run('-e', text)
        ok(r.returncode == 1 and re.search(want, r.stderr),
           name, f'{r.returncode} {r.stderr}')
    r = run('-e', 'Script(printn "$(cat)", stop)')
    ok(r.stderr.endswith('\n  bad FILE\n'), 'a script reads no file', r.stderr)


def captures(folder):
    header = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    record = struct.pack('<IIII', 1, 2, 10, 10) + b'0123456789'
    cases = [
        ('empty', b'', r'empty|not a', True),
        ('half a header', header[:11], r'not a|short|truncated', True),
        ('no capture', b'GIF89a' * 20, r'not a|magic|bad', True),
        # What is cut short ends in silence, as in Click: a capture may be
        # read while it grows.
        ('cut in a record header', header + record + record[:7], None, False),
        ('cut in a packet', header + record + record[:-3], None, False),
        ('a length beyond reason', header + record +
         struct.pack('<IIII', 1, 2, 0x7fffffff, 10) + b'x' * 50,
         r'length|bad|corrupt|large', False),
    ]
    for name, data, want, fatal in cases:
        path = f'{folder}/bad.pcap'
        with open(path, 'wb') as f:
            f.write(data)
        r = run('-e', f'FromDump({path}, STOP true) -> c :: Counter'
                ' -> Discard', '-h', 'c.count')
        said = (r.stderr == '' if want is None else
                path in r.stderr and re.search(want, r.stderr))
        good = said and (r.returncode == 1 if fatal
                         else r.stdout.strip() == '1')
        ok(good, 'a capture: ' + name, f'{r.returncode} {r.stdout} {r.stderr}')
    path = f'{folder}/unreadable.pcap'
    with open(path, 'wb') as f:
        f.write(header)
    os.chmod(path, 0)
    if os.getuid() != 0:
        r = run('-e', f'FromDump({path}) -> Discard')
        ok(r.returncode == 1 and path + ': Permission' in r.stderr,
           'an unreadable capture', r.stderr)


def full_disk():
    r = run('-e', 'InfiniteSource(LIMIT 20000, BURST 32) -> d ::'
            ' ToDump(/dev/full) ; Script(TYPE ACTIVE, wait 0.5, stop)',
            '-h', 'd.count')
    ok(r.returncode == 0 and '/dev/full): No space left' in r.stderr and
       r.stderr.count('\n') < 10, 'a full disk under ToDump', r.stderr[-2000:])
    r = run('-e', 'InfiniteSource(LIMIT 20000, BURST 32)'
            ' -> ToIPSummaryDump(/dev/full, CONTENTS ip_src ip_len);'
            ' Script(TYPE ACTIVE, wait 0.5, stop)')
    ok(r.returncode == 0 and '/dev/full): No space left' in r.stderr and
       r.stderr.count('\n') < 10, 'and under ToIPSummaryDump',
       r.stderr[-2000:])


def memory(folder):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (60 << 20, 60 << 20))
    r = run('-e', 'InfiniteSource(LIMIT 200000, LENGTH 1500, BURST 32)'
            ' -> q :: Queue(1000000) -> Unqueue(ACTIVE false) -> Discard;'
            ' Script(TYPE ACTIVE, wait 0.7, stop)', '-h', 'q.length',
            program=click, preexec_fn=limit)
    length = r.stdout.strip()
    ok(r.returncode == 0 and length.isdigit() and 0 < int(length) < 200000,
       'packets beyond memory are not made', f'{r.returncode} {r.stdout}'
       f'{r.stderr}')
    path = folder + '/large.click'
    with open(path, 'w') as f:
        for i in range(300000):
            f.write(f'Idle -> a{i} :: Queue(100) -> Discard;\n')
    r = run(path, program=click, preexec_fn=limit)
    ok(r.returncode == 1 and r.stderr.strip(),
       'a configuration beyond memory is refused', f'{r.returncode}')


class Router:
    """A router with control sockets, and one connection to it."""

    def __init__(self, folder, program=asan):
        self.path = folder + '/control'
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self.run = subprocess.Popen(
            [program, '-R', '-u', self.path, '-p', str(self.port), '-e',
             's :: RatedSource(RATE 1000) -> c :: Counter -> i :: Switch'
             ' -> Discard; i[1] -> Discard;'
             'w :: Script(TYPE PASSIVE, wait 0.3s, write i.switch 1)'],
            stderr=subprocess.PIPE, text=True)
        for _ in range(200):
            if os.path.exists(self.path):
                break
            time.sleep(0.05)
        self.file = self.connect().makefile('rwb')
        self.file.readline()

    def connect(self):
        for _ in range(100):
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(20)
            try:
                s.connect(self.path)
                return s
            except OSError:
                time.sleep(0.05)
        raise OSError('nobody answers')

    def connect_tcp(self):
        """One that ends with RST when it is closed."""
        s = socket.create_connection(('127.0.0.1', self.port), 20)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack('ii', 1, 0))
        return s

    def descriptors(self, want):
        """How many it has, when that is as wanted or a while has passed."""
        for _ in range(100):
            have = len(os.listdir(f'/proc/{self.run.pid}/fd'))
            if have == want:
                break
            time.sleep(0.05)
        return have

    def ask(self, line, data=b''):
        self.file.write(line.encode() + b'\n' + data)
        self.file.flush()
        answer = b''
        while True:
            got = self.file.readline()
            answer += got
            if got[3:4] != b'-':
                break
        if answer.startswith(b'200') and line.startswith('READ'):
            size = int(self.file.readline().split()[1])
            answer = self.file.read(size)
        return answer.decode()

    def end(self):
        self.ask('WRITE stop')
        self.file.close()
        log = self.run.communicate(timeout=20)[1]
        return self.run.returncode, log


def peers(folder):
    router = Router(folder)
    try:
        peers_of(router)
    finally:
        router.run.kill()
        router.run.wait()


def peers_of(router):
    before = int(router.ask('READ c.count'))
    descriptors = len(os.listdir(f'/proc/{router.run.pid}/fd'))
    for connect in router.connect, router.connect_tcp:
        # One goes away in the middle of what it says, ...
        s = connect()
        s.sendall(b'WRITEDATA c.reset 100000\r\nhalf')
        time.sleep(0.1)
        s.close()
        # ... one that never reads while much is said to it, ...
        s = connect()
        for _ in range(200):
            try:
                s.settimeout(0.2)
                s.sendall(b'READ handlers\r\nREAD flatconfig\r\n' * 50)
            except OSError:
                break
        other = connect()
        other.sendall(b'READ c.count\r\n')
        got = b''
        while b'DATA' not in got and len(got) < 1000:
            got += other.recv(1000)
        ok(b'DATA' in got, 'one that does not read hinders nobody', got)
        other.close()
        s.close()
        # ... one while the script that it has started waits, ...
        router.ask('WRITE i.switch 0')
        s = connect()
        s.sendall(b'WRITE w.run\r\n')
        s.recv(1000)
        s.close()
        ok(router.ask('READ i.switch') == '0', 'a script waits')
        time.sleep(0.5)
        ok(router.ask('READ i.switch') == '1',
           'and goes on though nobody waits for it')
    # ... one that says what nobody understands.
    s = router.connect()
    s.sendall(os.urandom(5000) + b'\n')
    s.close()
    time.sleep(0.2)
    ok(int(router.ask('READ c.count')) > before, 'peers vanish, it goes on')
    have = router.descriptors(descriptors)
    ok(have == descriptors, 'and keeps nothing of theirs',
       f'{have} descriptors, {descriptors} before')
    broken = [
        ('syntax', 'a :: Idle -> ', r'config:1'),
        ('an unknown class', 'Idle -> NoSuch', r'NoSuch'),
        ('a bad argument', 'Idle -> Strip(x) -> Discard', r'Strip'),
        ('unused ports', 'Counter', r'Counter'),
        ('what fails when it is initialized', 'Idle -> ToDump(/nonexistent/x)',
         r'nonexistent'),
    ]
    for name, text, want in broken:
        count = int(router.ask('READ c.count'))
        answer = router.ask(f'WRITEDATA hotconfig {len(text)}', text.encode())
        time.sleep(0.1)
        later = int(router.ask('READ c.count'))
        ok(answer[0] == '5' and re.search(want, answer) and
           later > count and 'c :: Counter' in router.ask('READ flatconfig'),
           'hotconfig with ' + name + ' changes nothing', answer)
    for line, want in [('READ nosuch.count', r'51[0-9].*nosuch'),
                       ('READ c.nosuch', r'511.*nosuch'),
                       ('WRITE c.count 1', r'5[0-9]+'),
                       ('WRITE s.rate x', r'520|s.rate'),
                       ('NOSUCH', r'501'),
                       ('WRITEDATA c.reset x',
                        r"500 Syntax error in 'WRITEDATA'")]:
        answer = router.ask(line)
        ok(re.search(want, answer), line, answer)
    status, log = router.end()
    ok(status == 0 and 'ERROR' not in log, 'and it ends well', log)


def hotconfig_memory(folder):
    """The next configuration does not fit into memory."""
    router = Router(folder, click)
    try:
        with open(f'/proc/{router.run.pid}/statm') as f:
            size = int(f.read().split()[0]) * resource.getpagesize()
        # Parsed it is far larger than as a text, which must fit.
        resource.prlimit(router.run.pid, resource.RLIMIT_AS,
                         (size + (16 << 20),) * 2)
        text = ''.join(f'Idle -> a{i} :: Queue(100) -> Discard;'
                       for i in range(60000))
        for _ in range(3):
            count = int(router.ask('READ c.count'))
            answer = router.ask(f'WRITEDATA hotconfig {len(text)}',
                                text.encode())
            time.sleep(0.1)
            later = int(router.ask('READ c.count'))
            ok(answer[0] == '5' and 'memory' in answer and later > count and
               'c :: Counter' in router.ask('READ flatconfig'),
               'hotconfig beyond memory changes nothing', answer)
        small = 'Idle -> b :: Counter -> Discard'
        answer = router.ask(f'WRITEDATA hotconfig {len(small)}',
                            small.encode())
        ok(answer[0] == '2' and router.ask('READ b.count') == '0',
           'a small one is taken afterwards', answer)
        status, log = router.end()
        ok(status == 0, 'and it ends well', log)
    finally:
        router.run.kill()
        router.run.wait()


with tempfile.TemporaryDirectory() as d:
    flags()
    port_in_use()
    configurations()
    captures(d)
    full_disk()
    memory(d)
    peers(d)
    hotconfig_memory(d)
done()
