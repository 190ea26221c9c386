#!/usr/bin/env python3
"""docs_commands.t -- every command in every document works.

  ```sh            run by bash -e, a shell a document, in a folder of its own that
                   looks like this one, in a network namespace of its own
  ```sh TEST       is what that test runs
  ```console       "$ command" lines, run; what they print must contain the lines
                   below them ("..." stands for anything), whatever the status
  ```click         a configuration: `click --check`
  ```c             a file: the compiler takes it without a warning
"""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from tap import done, ok

TOP = os.getcwd()
FENCE = re.compile(r'^```(\w*) ?(\S*)\n(.*?)^```$', re.M | re.S)
COMMAND = re.compile(r'^(    |\t)\$? ?(build/|make\b|tools/|bench/\w|git |vale |'
                     r'cosmos |click |ip |qemu|printf |curl )', re.M)
PLAIN = {'text', ''}  # figures and layouts, which nobody runs


class Shell:
    """A folder with links to what is here, and bash in it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='docs')
        for name in os.listdir(TOP):
            if name != '.git':
                os.symlink(os.path.join(TOP, name), f'{self.dir}/{name}')
        self.env = dict(
            os.environ, VALE_SOCKET=self.dir + '/vale.sock', LC_ALL='C',
            CLICKOS_RUN=self.dir + '/run.clickos', HOME=self.dir,
            CLICKOS_PROCESS=TOP + '/build/clickos-process',
            PATH=f'{TOP}/build:' + os.environ['PATH'])

    def run(self, text, timeout=120):
        """All of it, and what it printed; nothing that it began stays."""
        with tempfile.TemporaryFile('w+', errors='replace') as printed:
            p = subprocess.Popen(
                ['unshare', '-nm', 'bash', '-ec', 'ip link set lo up\n' + text],
                cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                stdout=printed, stderr=printed, start_new_session=True)
            try:
                status = p.wait(timeout)
            except subprocess.TimeoutExpired:
                status = f'no end in {timeout} s'
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            p.wait()
            printed.seek(0)
            return status, f'{printed.read()}\n{status}'

    def close(self):
        subprocess.run(f'umount -l {self.dir}/run.clickos/empty/* '
                       f'{self.dir}/run.clickos/empty', shell=True,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.dir, ignore_errors=True)


def console(name, shell, text):
    for part in re.split(r'^\$ ', text, flags=re.M)[1:]:
        command, _, want = part.partition('\n')
        _, out = shell.run(command + '\n')
        pattern = '.*'.join(re.escape(w.strip('\n'))
                            for w in want.split('...'))
        ok(re.search(pattern, out, re.S), f'{name}: {command}',
           f'{out}\nwanted:\n{want}')


def configuration(name, text):
    ports = [w for i in range(8) for w in ('--port', f'{i}=mem:')]
    r = subprocess.run(['build/click', '--check', *ports, '-e', text],
                       capture_output=True, text=True)
    ok(r.returncode == 0, f'{name}: a configuration', r.stderr + text)


def source(name, text):
    r = subprocess.run(
        ['gcc', '-std=gnu11', '-I.', '-Wall', '-Wextra', '-Werror',
         '-fsyntax-only', '-x', 'c', '-'], input=text, capture_output=True,
        text=True)
    ok(r.returncode == 0, f'{name}: a source file', r.stderr)


def document(path):
    with open(path) as f:
        text = f.read()
    name = os.path.basename(path)
    stray = [m.group(0) for m in COMMAND.finditer(FENCE.sub('', text))]
    ok(not stray, f'{name}: no command out of a block', stray)
    shell, blocks = Shell(), []
    for kind, test, body in FENCE.findall(text):
        if kind == 'sh' and test:
            ok(os.path.exists(test), f'{name}: {body.split(chr(10))[0]}: {test}')
        elif kind == 'sh':
            blocks.append(body)
        elif kind == 'console':
            console(name, shell, body)
        elif kind == 'click':
            configuration(name, body)
        elif kind == 'c':
            source(name, body)
        else:
            ok(kind in PLAIN, f'{name}: ``` {kind}')
    if blocks:
        status, out = shell.run('\n'.join(blocks))
        ok(status == 0, f'{name}: {sum(len(b.splitlines()) for b in blocks)} '
           'lines of commands', out)
        empty = [f for f in glob.glob(f'{shell.dir}/*.pcap')
                 if os.path.getsize(f) <= 24]
        ok(not empty, f'{name}: no capture that they write is empty', empty)
    shell.close()


if os.geteuid() != 0:
    print('1..0 # SKIP the documents\' commands need root')
    sys.exit()
NAMES = sys.argv[1:] or sorted(
    set(glob.glob('*.md') + glob.glob('docs/*.md')) - {'docs/elements.md'})
for one in NAMES:
    document(one)
# Each trust boundary names the test that plays its far side.
with open('SECURITY.md') as file:
    boundaries = re.findall(r'^\|(.*?)\|.*\|(.*)\|$', file.read(), re.M)[2:]
for what, tests in boundaries:
    named = re.findall(r'`(\S*?\.[ct])`', tests)
    ok(named and all(map(os.path.exists, named)),
       f'SECURITY.md:{what}: has a test', tests)
done()
