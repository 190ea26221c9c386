#!/usr/bin/env python3
"""Threads without races: the ThreadSanitizer build on two threads.

Clients of a ControlSocket read handlers and swap configurations while packets
go from one thread to the other; none may be lost in a swap.  The conformance
cases that ask for threads run on this build too.
"""
import os
import re
import socket
import subprocess
import tempfile
import threading
import time

from tap import done, ok

click = os.path.abspath('build/tsan/bin/click')
corpus = os.environ.get('CONFORMANCE', '../shared/conformance')
env = {**os.environ, 'TSAN_OPTIONS': 'halt_on_error=1 exitcode=66'}


class Client:
    """One connection that speaks Click's control protocol."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)
        self.file = self.sock.makefile('rwb')
        self.file.readline()

    def reply(self):
        lines = []
        while True:
            line = self.file.readline().decode()
            lines.append(line)
            if line[3:4] != '-':
                return lines

    def read(self, name):
        self.file.write(f'READ {name}\n'.encode())
        self.file.flush()
        if not self.reply()[-1].startswith('200'):
            return None
        size = int(self.file.readline().split()[1])
        return self.file.read(size).decode()

    def write(self, name, text):
        data = text.encode()
        self.file.write(f'WRITEDATA {name} {len(data)}\n'.encode() + data)
        self.file.flush()
        return self.reply()


CONFIG = '''
s :: InfiniteSource(BURST 8, LIMIT %d) -> q :: SimpleQueue(60) -> u :: Unqueue(8)
  -> c :: Counter -> Discard;
r :: RatedSource(RATE 20000) -> q2 :: ThreadSafeQueue -> u2 :: Unqueue
  -> Null -> c2 :: Counter -> Discard;
StaticThreadSched(s 0, u 1, r 1, u2 0);
// %d
'''


def hammer(path, stop, errors):
    """Reads and writes handlers until told to stop."""
    try:
        client = Client(path)
        while not stop.is_set():
            for name in 'c.count', 'q.length', 'c2.rate', 'list', 'q.drops':
                if client.read(name) is None:
                    errors.append('no ' + name)
            client.write('u.burst', '4')
            client.write('q.capacity', '60')
            client.write('s.burst', '8')
    except OSError as error:
        errors.append(repr(error))


def swap_and_read():
    with tempfile.TemporaryDirectory() as d:
        path = d + '/control'
        limit = 1 << 30
        run = subprocess.Popen(
            [click, '-j', '2', '-R', '-u', path, '-e', CONFIG % (limit, 0)],
            stderr=subprocess.PIPE, env=env, text=True)
        try:
            for _ in range(200):
                if os.path.exists(path):
                    break
                time.sleep(0.05)
            time.sleep(0.2)
            return swap_and_read_clients(path, run, limit)
        finally:
            run.kill()
            run.wait()


def swap_and_read_clients(path, run, limit):
    stop, errors = threading.Event(), []
    clients = [threading.Thread(target=hammer, args=(path, stop, errors))
               for _ in range(2)]
    control = Client(path)
    for client in clients:
        client.start()
    for i in range(1, 13):
        answer = control.write('hotconfig', CONFIG % (limit, i))
        if not answer[-1].startswith('200'):
            errors.append(answer)
        time.sleep(0.1)
    # A broken text changes nothing.
    answer = control.write('hotconfig', 's :: Idle -> Nosuch;')
    if not answer[-1].startswith('5') or '// 12\n' not in (
            control.read('config') or ''):
        errors.append(answer)
    stop.set()
    for client in clients:
        client.join()
    control.write('s.active', 'false')
    time.sleep(0.2)
    sent, got, drops, left = (int(control.read(h)) for h in (
        's.count', 'c.count', 'q.drops', 'q.length'))
    control.write('stop', '')
    try:
        log = run.communicate(timeout=20)[1]
    except subprocess.TimeoutExpired:
        log = 'does not stop'
    log = re.sub(r'.*: overflow\n', '', log)
    ok(run.returncode == 0 and not log, 'two threads, swaps and handlers', log)
    ok(not errors, 'every call was answered', errors[:5])
    ok(sent > 0 and left == 0, 'the last router worked', f'{sent} {left}')
    # What was in the queue in the last swap came over from the one before.
    ok(0 <= got + drops - sent <= 60, 'none is lost or counted twice',
       f'{sent} made, {got} counted, {drops} dropped')


def cases_with_threads():
    run = corpus + '/run'
    if not os.path.exists(run):
        return
    wanted = re.compile(r'(-j|--threads)[ =]?[2-9]')
    for area in sorted(os.listdir(corpus)):
        for case in sorted(os.listdir(f'{corpus}/{area}')
                           if os.path.isdir(f'{corpus}/{area}') else []):
            try:
                with open(f'{corpus}/{area}/{case}/cmd') as f:
                    if not wanted.search(f.read()):
                        continue
            except OSError:
                continue
            r = subprocess.run([run, '-v', f'{area}/{case}'],
                               env={**env, 'CLICK': click}, text=True,
                               capture_output=True)
            ok(r.returncode == 0, f'{area}/{case}', r.stdout)


swap_and_read()
cases_with_threads()
done()
