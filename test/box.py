"""box.py -- a Box: an example as a guest, its ports cables of a switch whose
other ends are TAP devices; a test sends and sees their frames, or joins hosts
(network namespaces) to them.

What a guest is comes from one class a platform (ProcessGuest here, QemuGuest and
XenGuest beside their tests), so that the same promises are tried on all.  Tests
that make a Box run in a network namespace of their own (private()); hosts are
entered by setns(2), not by a process each.
"""
import atexit
import contextlib
import ctypes
import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import built
from packets import *  # noqa: F403

COSMOS = os.environ.get('COSMOS', os.path.abspath('build/cosmos'))
VALE = os.environ.get('VALE', os.path.abspath('build/vale'))
EXAMPLES = os.environ.get('EXAMPLES', 'examples')
CLONE_NEWNET = 0x40000000
SOL_PACKET, PACKET_AUXDATA, SO_RCVBUFFORCE = 263, 8, 33
libc = ctypes.CDLL(None, use_errno=True)
_stack = contextlib.ExitStack()
atexit.register(_stack.close)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def need(*more):
    """Ends the program with a sentence unless the programs that this runs, and
    more of build/, are there; who says where they are knows."""
    if 'COSMOS' not in os.environ:
        built.need('cosmos', 'vale', 'clickos-process', *more)


def private():
    """Puts the test into a network namespace of its own, or skips it."""
    if os.geteuid() != 0 or not os.path.exists('/dev/net/tun') or \
            libc.unshare(CLONE_NEWNET):
        print('1..0 # SKIP needs root, network namespaces and /dev/net/tun')
        sys.exit()
    no_ipv6('default')
    run('ip link set lo up')


def no_ipv6(device, no='1'):
    """The kernel shall not speak IPv6 there by itself."""
    with contextlib.suppress(OSError):
        with open(f'/proc/sys/net/ipv6/conf/{device}/disable_ipv6', 'w') as f:
            f.write(no)


def run(command, **more):
    r = subprocess.run(command.split() if isinstance(command, str)
                       else command, capture_output=True, text=True, **more)
    if r.returncode:
        raise OSError(f'{command}: {r.returncode}: {r.stdout}{r.stderr}')
    return r.stdout


def ip_batch(*commands):
    """Commands of ip, in one process."""
    run('ip -batch -', input='\n'.join(commands) + '\n')


def wait_for(test, seconds=10):
    end = time.time() + seconds
    while not test():
        if time.time() > end:
            return False
        time.sleep(0.01)
    return True


# ---- the switch, and guests ----

class Switch:
    """`vale serve`.  Its cables, made with it, are switches vale1 to valeN: what
    goes into a guest's port, valeI:g, comes out of the TAP device valeI."""

    def __init__(self, cables):
        self.dir = tempfile.mkdtemp(prefix='box')
        os.environ['VALE_SOCKET'] = self.dir + '/vale'
        self.free = [f'vale{i + 1}' for i in range(cables)]
        with open(self.dir + '/attach', 'w') as f:
            f.writelines(f'attach {c}:t tap:{c}\n' for c in self.free)
        self.log = open(self.dir + '/log', 'w')
        self.process = subprocess.Popen(
            [VALE, 'serve', '--run', self.dir + '/attach', '--xen',
             'auto' if Box.guest.platform == 'xen' else 'off',
             *(c + '=wire t g' for c in self.free)], stderr=self.log)
        _stack.callback(self.stop)
        if not wait_for(lambda: os.path.exists(self.dir + '/vale') and set(
                self.free) <= {n for _, n in socket.if_nameindex()}, 60):
            raise OSError('vale: ' + open(self.dir + '/log').read())
        ip_batch(*(f'link set {c} txqueuelen 10000 up' for c in self.free))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def clean():
    """Ends guests that a test which was ended itself has left."""
    for b in list(Box.alive):
        b.router.destroy()


class CosmosGuest:
    """A guest made and asked by cosmos."""
    platform = 'process'
    patience = 1.0  # how many times as long a thing takes as in a process
    options = ()    # of its create

    def __init__(self, name, text, ports):
        """ports: of the switch, "vale0:NAME" each."""
        self.name = name
        self.cosmos('create', '--on', self.platform, *[
            w for i, p in enumerate(ports) for w in ('--port', f'{i}={p}')],
            *self.options, '-c', '-', name, given=text)

    def cosmos(self, *words, given=None):
        r = subprocess.run([COSMOS, *words], input=given, text=True,
                           capture_output=True)
        if r.returncode:
            raise OSError(f'cosmos {" ".join(words)}: {r.stderr}')
        return r.stdout.rstrip('\n')

    def read(self, handler):
        handler, _, value = handler.partition(' ')
        return self.cosmos('read', self.name, handler,
                           *([value] if value else []))

    def write(self, handler, value):
        self.cosmos('write', self.name, handler, value)

    def log(self):
        return self.cosmos('logs', self.name)

    def destroy(self):
        self.cosmos('destroy', self.name)


class ProcessGuest(CosmosGuest):
    """A sandboxed process."""


def prepare(guest=ProcessGuest, cables=60):
    """What a program begins with: its guests will be of that class."""
    private()
    Box.guest = guest
    Box.switch = Switch(cables)
    _stack.callback(clean)
    os.environ['CLICKOS_RUN'] = Box.switch.dir + '/run'
    os.makedirs(os.environ['CLICKOS_RUN'], exist_ok=True)
    if guest.platform == 'process':
        os.environ.setdefault('CLICKOS_PROCESS',
                              os.path.abspath('build/clickos-process'))
        _stack.callback(subprocess.run, 'umount -l "$CLICKOS_RUN"/empty/* '
                        '"$CLICKOS_RUN"/empty 2>/dev/null', shell=True)


# ---- an example that runs ----

def edited(text, changes):
    """The text with the values of its define()s as a user would edit them."""
    for name, value in changes.items():
        text, n = re.subn(r'(\$%s) [^,)]*' % name, r'\1 ' + value, text,
                          count=1)
        if n == 0:
            raise ValueError('no define of $' + name)
    return text


def untouched(s):
    """A frame, its VLAN tag where it was: the kernel takes it out."""
    data, more, _, where = s.recvmsg(65536, 256)
    for _, kind, aux in more:
        status, tci, tpid = struct.unpack('I12xHH', aux[:20])
        if kind == PACKET_AUXDATA and status & 0x10:
            data = data[:12] + struct.pack('>HH', tpid, tci) + data[12:]
    return data, where


class Box:
    """An example that runs; port i's other side is the device taps[i]."""
    number = 0
    guest = switch = None
    alive = []

    def __init__(self, example, n=2, **changes):
        Box.number += 1
        self.taps = [self.switch.free.pop(0) for _ in range(n)]
        with open(f'{EXAMPLES}/{example}.click') as f:
            text = edited(f.read(), changes)
        self.sockets = {}
        self.hosts = []
        self.router = self.guest(f'{example}-{Box.number}', text,
                                 [t + ':g' for t in self.taps])
        Box.alive.append(self)
        self.read, self.write = self.router.read, self.router.write

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print('# ' + self.router.log().replace('\n', '\n# '))
        for s in self.sockets.values():
            s.close()
        for h in self.hosts:
            h.close()
        self.router.destroy()
        Box.alive.remove(self)

    def socket(self, port):
        if port not in self.sockets:
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300)
            s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            s.bind((self.taps[port], 3))
            self.sockets[port] = s
        return self.sockets[port]

    def listen(self):
        """From now on nothing that comes is missed."""
        for i in range(len(self.taps)):
            self.socket(i)
        return self

    def send(self, port, data):
        self.socket(port).send(data)

    def receive(self, port, wait=1.0, arp_too=False):
        """The next frame; asked for an address, the test says that it has
        it, so that whoever asks sends on."""
        s = self.socket(port)
        end = time.time() + wait * self.guest.patience
        while True:
            s.settimeout(max(end - time.time(), 0.001))
            try:
                data, where = untouched(s)
            except (TimeoutError, socket.timeout):
                return None
            if where[2] == socket.PACKET_OUTGOING:
                continue
            tag = data[12:16] if data[12:14] == b'\x81\0' else b''
            bare = data[:12] + data[12 + len(tag):]
            if bare[12:14] == b'\x08\x06' and not arp_too:
                if bare[21] == 1:
                    reply = arp(2, HOST_MAC + bare[41:42], bare[38:42],
                                bare[22:28], bare[28:32])
                    s.send(reply[:12] + tag + reply[12:])
                continue
            return data

    def nothing(self, port, wait=0.1):
        return self.receive(port, wait) is None

    def ip(self, port, wait=1.0):
        got = self.receive(port, wait)
        return Packet(got[14:]) if got and got[12:14] == b'\x08\0' else None

    def send_ip(self, port, to, *args, **more):
        self.send(port, frame(ip(*args, **more), dst=mac(to)))

    def play(self, *inputs, rest=0.2):
        """The frames of each input into its port, the next port's when the
        last has been dealt with: what came out, a list a port."""
        self.listen()
        out = [[] for _ in self.taps]

        def drain(wait):
            end = time.time() + wait * self.guest.patience
            while time.time() < end:
                for i in range(len(self.taps)):
                    got = self.receive(i, 0.0, arp_too=True)
                    while got is not None:
                        out[i].append(got)
                        end = time.time() + wait * self.guest.patience
                        got = self.receive(i, 0.0, arp_too=True)
                time.sleep(0.002)

        for i, frames in enumerate(inputs):
            for at in range(0, len(frames or []), 64):
                for f in frames[at:at + 64]:
                    self.send(i, f)
                drain(0.01)
            drain(rest)
        return out

    def join(self, port, *addresses, gateway=None, mtu=None):
        """A host at that port."""
        host = Host(self.taps[port], *addresses, gateway=gateway, mtu=mtu)
        self.hosts.append(host)
        return host


# ---- hosts ----

HOME = os.open('/proc/self/ns/net', os.O_RDONLY | os.O_CLOEXEC)


class Host:
    """A network namespace with a device.  `with host:` is being there."""

    def __init__(self, device, *addresses, gateway=None, mtu=None):
        self.device = device
        self.home = os.open('/proc/self/ns/net', os.O_RDONLY)
        libc.unshare(CLONE_NEWNET)
        self.ns = os.open('/proc/self/ns/net', os.O_RDONLY)
        libc.setns(self.home, CLONE_NEWNET)
        run(f'ip link set {device} netns /proc/{os.getpid()}/fd/{self.ns}')
        six = any(':' in a for a in addresses)
        with self:
            for which in 'default', device:
                no_ipv6(which, '0' if six else '1')
            self.set_up(addresses, gateway, mtu)

    def set_up(self, addresses, gateway, mtu):
        todo = ['link set lo up']
        if addresses:
            # The address that Box.receive() tells those who ask for it.
            mine = HOST_MAC + ipaddress.ip_interface(
                addresses[0]).ip.packed[-1:]
            todo.append(f'link set {self.device} address {mine.hex(":")}')
        todo.append(f'link set {self.device} ' +
                    (f'mtu {mtu} ' if mtu else '') + 'up')
        for a in addresses:
            todo.append(f'addr add {a} dev {self.device}' +
                        (' nodad' if ':' in a else ''))
        if gateway:
            todo.append(f'route add default via {gateway}')
        ip_batch(*todo)

    def __enter__(self):
        libc.setns(self.ns, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        libc.setns(self.home, CLONE_NEWNET)

    def run(self, command, timeout=20):
        with self:
            return subprocess.run(command, shell=isinstance(command, str),
                                  capture_output=True, text=True,
                                  timeout=timeout)

    def socket(self, kind, address=None, family=socket.AF_INET):
        """A socket there, bound to that address."""
        with self:
            s = socket.socket(family, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.settimeout(20)
            if address:
                s.bind(address)
        return s

    def pings(self, to, n=3, wait=5):
        return self.run(f'ping -c {n} -i 0.1 -W {wait} {to}').returncode == 0

    def close(self):
        os.close(self.ns)
        os.close(self.home)


class Server:
    """A TCP server of a host: takes what comes, answers with its sum."""

    def __init__(self, host, port, address=''):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        self.listener = host.socket(socket.SOCK_STREAM, (address, port),
                                    family)
        self.listener.listen(20)
        self.peers = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                s, peer = self.listener.accept()
            except (TimeoutError, socket.timeout):
                continue
            except OSError:
                return
            self.peers.append(peer[0])
            s.settimeout(20)
            with s, contextlib.suppress(OSError):
                total = size = 0
                while True:
                    data = s.recv(1 << 16)
                    if not data:
                        break
                    total, size = zlib.crc32(data, total), size + len(data)
                s.sendall(b'%d %d' % (size, total))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def transfer(host, to, port, size=1000000, source=None, timeout=20):
    """size random bytes by TCP to a Server: seconds it took, or None."""
    family = socket.AF_INET6 if ':' in to else socket.AF_INET
    data = os.urandom(size)
    with host.socket(socket.SOCK_STREAM, source, family) as s:
        s.settimeout(timeout)
        start = time.time()
        try:
            s.connect((to, port))
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            answer = s.recv(100)
        except OSError:
            return None
        took = time.time() - start
    return took if answer == b'%d %d' % (size, zlib.crc32(data)) else None
