#!/usr/bin/env python3
"""Programs of different versions: each end says what it speaks, and refuses what
it does not with a sentence.  The other side is played here; test/vale.t has guests
of other versions, netring_test, xen_vale_test and netfront_test the shared memory
and XenStore, control_test the guest's end of control."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading

os.environ['VALE'] = 'build/vale'
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctl
from switch import *

CLICK = os.path.abspath('build/asan/bin/click')
COSMOS = os.path.abspath('build/cosmos')


class Fake:
    """Listens at path and has each connection served by serve(socket)."""

    def __init__(self, path, serve):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            s, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(s,),
                             daemon=True).start()


# ---- a switch of another version ----

def region(version):
    """A region whose head says that, and an event; made by our switch."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.environ['VALE_SOCKET'])
    s.sendall(asked)
    _, fds, _, _ = socket.recv_fds(s, 1000, 4)
    os.pwrite(fds[1], struct.pack('<H', version), 4)
    return fds


def answers(verdict, text, head=None):
    def serve(s):
        global asked
        asked = s.recv(1000)
        whole = f'{verdict} {len(text)}\n{text}'.encode()
        if head is None:
            s.sendall(whole)
        else:
            socket.send_fds(s, [whole], region(head))
        s.recv(1000)
    return serve


asked = b''
switch = serve('vale0')
words = 'size=4096 generation=1 features=0\n'
for i, (what, serve_one, want) in enumerate((
        ('a switch that refuses our version',
         answers('error', "guest: this switch speaks netring version 3, not "
                 "'2'\n"), "this switch speaks netring version 3, not '2'"),
        ('one that answers in a newer',
         answers('ok', 'version=3 ' + words, 2),
         "the switch speaks netring version '3', this program 2"),
        ('one that says none', answers('ok', words, 2),
         "the switch speaks netring version '', this program 2"),
        ('one whose region is of a newer',
         answers('ok', 'version=2 ' + words, 3),
         'region: version 3, this program speaks 2'),
        ('or an older', answers('ok', 'version=2 ' + words, 1),
         'region: version 1, this program speaks 2'))):
    Fake(f'{DIR}/fake{i}', serve_one)
    r = subprocess.run([CLICK, '-e', 'FromDevice(vale0:a) -> Discard'],
                       capture_output=True, text=True, timeout=60,
                       env=dict(os.environ, VALE_SOCKET=f'{DIR}/fake{i}'))
    ok(r.returncode == 1 and want in r.stderr and
       'Sanitizer' not in r.stderr, f'{what}: {want}', r)
    ok(asked.startswith(b'guest version=2 '), 'we have said what we speak',
       asked)
ok(stop(switch) == 0, 'the switch ends', log())

# ---- a guest and a tool of other versions ----

os.chmod(DIR, 0o755)
os.mkdir(DIR + '/run')
environment = dict(os.environ, CLICKOS_RUN=DIR + '/run',
                   CLICKOS_PROCESS=os.path.abspath('build/clickos-process'))
guest = start([os.path.abspath('build/asan/bin/clickos-process'),
               '--no-sandbox', '--control', DIR + '/control'],
              stderr=open(DIR + '/log', 'a'))
wait_for(lambda: os.path.exists(DIR + '/control'))


def says(s):
    """The status and the payload of one answer."""
    data = b''
    while len(data) < ctl.HEADER.size or \
            len(data) < ctl.HEADER.size + sum(ctl.HEADER.unpack_from(data)[i]
                                              for i in (6, 9)):
        more = s.recv(65536)
        if not more:
            return None, ''
        data += more
    h = ctl.HEADER.unpack_from(data)
    return h[1], h[5], data[ctl.HEADER.size + h[6]:].decode()


link = socket.socket(socket.AF_UNIX)
link.connect(DIR + '/control')
for version in 1, 3, 255:
    link.sendall(ctl.HEADER.pack(ctl.MAGIC, version, ctl.OPS.index('hello'),
                                 ctl.ANY, version, 0, 0, 0, 0, 0, 0))
    said = says(link)
    ok(said[0] == 2 and said[1] == 1 and f'version {version}, not 2' in
       said[2], f'a tool of version {version} is told what the guest speaks',
       said)
link.sendall(ctl.HEADER.pack(ctl.MAGIC, 2, ctl.OPS.index('hello'), ctl.ANY, 9,
                             0, 0, 0, 0, 0, 0))
said = says(link)
ok(said[:2] == (2, 0) and said[2].startswith('clickos 2'),
   'and may go on in that', said)
stop(guest)


def answer_in(version):
    def serve(s):
        h = ctl.HEADER.unpack_from(s.recv(65536))
        s.sendall(ctl.HEADER.pack(ctl.MAGIC, version, h[2] | ctl.REPLY, h[3],
                                  h[4], 0, 0, 0, 2, 2, 0) + b'ok')
        s.recv(1000)
    return serve


if os.geteuid() != 0:
    ok(True, 'cosmos and a guest of another version # SKIP not root')
    done()
platforms = ['process']
if os.path.exists('/dev/kvm') and shutil.which('qemu-system-x86_64'):
    platforms.append('kvm')
for platform in platforms:
    r = subprocess.run([COSMOS, 'create', 'g', '--no-limits', '--platform',
                        platform], capture_output=True, text=True,
                       env=environment, timeout=120)
    ok(r.returncode == 0, f'a guest by {platform}', r)
    control = DIR + '/run/guests/g/control'
    for version in 1, 3:
        os.rename(control, f'{DIR}/{platform}.{version}')
        Fake(control, answer_in(version))
        r = subprocess.run([COSMOS, 'read', 'g', '.version'],
                           capture_output=True, text=True, env=environment,
                           timeout=60)
        ok(r.returncode != 0 and f'version {version}, not 2' in r.stderr,
           f'{platform}: cosmos and a guest of version {version}', r)
    subprocess.run([COSMOS, 'destroy', 'g'], env=environment, timeout=60,
                   capture_output=True)
for at in 'net', 'mnt', '':
    subprocess.run(['umount', '-l', f'{DIR}/run/empty/{at}'],
                   capture_output=True)
done()
