#!/usr/bin/env python3
"""gate.t -- ClickOSControl before a ControlSocket of the click command."""
import os
import socket
import subprocess
import tempfile
import time

from tap import done, ok, same

CLICK = os.environ.get('CLICK', 'build/asan/bin/click')


class Router:
    """A configuration that runs, and a client of its socket."""

    def __init__(self, text):
        self.folder = tempfile.TemporaryDirectory()
        path = self.folder.name + '/s'
        self.process = subprocess.Popen(
            [CLICK, '-e', f'ControlSocket(unix, {path}); {text}'])
        for _ in range(1000):
            try:
                self.sock = socket.socket(socket.AF_UNIX)
                self.sock.connect(path)
                break
            except OSError:
                time.sleep(0.02)
        self.file = self.sock.makefile('rwb')
        self.file.readline()

    def says(self, command):
        """The code of the answer, and its data."""
        self.file.write(command.encode() + b'\n')
        self.file.flush()
        line = self.file.readline().decode()
        while line[3] == '-':
            line = self.file.readline().decode()
        if not command.startswith('READ') or line[:3] != '200':
            return int(line[:3])
        size = int(self.file.readline().split()[1])
        return self.file.read(size).decode()

    def end(self):
        self.sock.close()
        self.process.terminate()
        same(self.process.wait(60), 0, 'it ends well')


r = Router('g :: ClickOSControl(ALLOW "c.* g.*", DENY *.reset*);'
           's :: Switch(0); Idle -> s -> c :: Counter -> d :: Discard;')
same(r.says('READ c.count'), '0', 'what it allows is read')
same(r.says('READ d.count'), 530, 'what it does not is refused')
same(r.says('WRITE c.reset_counts'), 530, 'and what it denies')
same(r.says('WRITE s.switch 1'), 530, 'or is not allowed to write')
same(r.says('READ g.denied'), '3', 'refusals are counted')
same(r.says('READ g.last_error'), "'s.switch' denied by ClickOSControl",
     'the last one is told')
r.end()
r = Router('ClickOSControl(READONLY true);'
           's :: Switch(0); Idle -> s -> d :: Discard;')
same((r.says('WRITE s.switch 1'), r.says('READ s.switch')), (530, '0'),
     'one for reading only')
r.end()
r = Router('s :: Switch(0); Idle -> s -> d :: Discard; s [1] -> d;')
same((r.says('WRITE s.switch 1'), r.says('READ s.switch')), (200, '1'),
     'without it all is allowed')
csv = r.says('READ element_cycles.csv')
ok(isinstance(csv, str) and csv.startswith('name,class,'),
   'a global handler with a dot in its name', csv)
same(r.says('READ elements.csv'), 510, 'an element that is not there, still')
r.end()
out = subprocess.run([CLICK, '-q', '-e', 'Idle -> Discard', '-h',
                      'element_cycles.csv'], text=True, capture_output=True,
                     check=False)
ok(out.returncode == 0 and out.stdout.startswith('name,class,'),
   'and by -h', out.stdout + out.stderr)
done()
