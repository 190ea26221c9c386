#!/usr/bin/env python3
"""shell.t -- `tools/xenbox shell`: a person in dom0, at a terminal."""
import os
import pty
import re
import select
import signal
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok as check  # noqa: E402

PATIENCE_S = 900


class Person:
    """At the keyboard of a program, who reads what it says."""

    def __init__(self, *command):
        self.end = time.time() + PATIENCE_S
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.said = ''

    def sees(self, pattern):
        """What the screen shows up to a pattern; None: it never came."""
        while time.time() < self.end:
            found = re.search(pattern, self.said)
            if found:
                before = self.said[:found.end()]
                self.said = self.said[found.end():]
                return before
            if not select.select([self.fd], [], [], 1)[0]:
                continue
            try:
                self.said += os.read(self.fd, 4096).decode('latin1')
            except OSError:  # its end
                return None
        return None

    def types(self, line):
        os.write(self.fd, line.encode() + b'\r')

    def asks(self, command):
        """What a command says: between its echo and the next prompt."""
        self.types(command)
        return self.sees('xenbox# ') or ''

    def status(self):
        while time.time() < self.end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            self.sees('\n')
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None


made = subprocess.run(['tools/xenbox', 'make'], stdout=subprocess.PIPE,
                      text=True)
if '# SKIP' in made.stdout or not shutil.which('qemu-system-x86_64'):
    print(made.stdout or '1..0 # SKIP no qemu-system-x86_64', end='')
    sys.exit(made.returncode)
box = Person('tools/xenbox', 'shell', 'examples/firewall.click')
if check(box.sees('xenbox# ') is not None, 'a prompt in dom0'):
    check('Domain-0' in box.asks('xl list'), 'xl is at hand')
    check(re.search('xen_version +: 4', box.asks('xl info')), 'on a real Xen')
    check('Domain-0' in box.asks('xenstore-ls /local/domain/0'), 'and the tools of XenStore')
    said = box.asks('cosmos version; vale version; click --version; '
                    'ls -l /test')
    check('not found' not in said and 'clickos' in said and
          'firewall.click' in said, 'ours too, and the file that was given')
    box.types('exit')
    check(box.status() == 0, 'exit ends the box')
done()
