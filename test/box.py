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


def private():
    """Puts the test into a network namespace of its own, or skips it."""
    if os.geteuid() != 0 or not os.path.exists('/dev/net/tun') or \
            libc.unshare(CLONE_NEWNET):
        print('1..0 # SKIP needs root, network namespaces and /dev/net/tun')
        sys.exit()
    quiet()


def quiet():
    """The kernel says nothing by itself in this network namespace."""
    run('ip link set lo up')
    with contextlib.suppress(OSError):
        with open('/proc/sys/net/ipv6/conf/default/disable_ipv6', 'w') as f:
            f.write('1')


def run(command, **more):
    r = subprocess.run(command.split() if isinstance(command, str)
                       else command, capture_output=True, text=True, **more)
    if r.returncode:
        raise OSError(f'{command}: {r.returncode}: {r.stdout}{r.stderr}')
    return r.stdout


def wait_for(test, seconds=10):
    end = time.time() + seconds
    while not test():
        if time.time() > end:
            return False
        time.sleep(0.01)
    return True


# ---- the switch, and guests ----

class Switch:
    """`vale serve`; its cables have the ends t (a TAP device) and g."""

    def __init__(self, *options):
        self.dir = tempfile.mkdtemp(prefix='box')
        os.environ['VALE_SOCKET'] = self.dir + '/vale'
        self.log = open(self.dir + '/log', 'w')
        self.process = subprocess.Popen([VALE, 'serve', *options],
                                        stderr=self.log)
        _stack.callback(self.stop)
        if not wait_for(lambda: subprocess.run(
                [VALE, 'list'], capture_output=True).returncode == 0):
            raise OSError('vale: ' + open(self.dir + '/log').read())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def cable(self, name):
        run([VALE, 'switch', 'add', name, 'wire', 't', 'g'])
        run([VALE, 'attach', name + ':t', 'tap:' + name])
        run(f'ip link set {name} txqueuelen 10000 up')

    def cut(self, name):
        run([VALE, 'switch', 'remove', name])


def clean():
    """Ends guests that a test which was ended itself has left."""
    for b in list(Box.alive):
        b.router.destroy()


class CosmosGuest:
    """A guest made and asked by cosmos."""
    platform = 'process'
    patience = 1.0  # how many times as long a thing takes as in a process
    attach = ()     # more words of `cosmos create`

    def __init__(self, name, text, cables):
        self.name = name
        ports = [w for i, c in enumerate(cables)
                 for w in ('--port', f'{i}={c}:g')]
        self.cosmos('create', '--on', self.platform, *self.attach, *ports,
                    '-c', '-', name, given=text)

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


def prepare(guest=ProcessGuest, *options):
    """What a test program begins with: its guests will be of that class."""
    private()
    Box.guest = guest
    Box.switch = Switch(*options)
    _stack.callback(clean)
    if guest.platform == 'process':
        os.environ['CLICKOS_RUN'] = Box.switch.dir + '/run'
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
        # Switches must be called so.
        self.taps = [f'vale{Box.number * 10 + i}' for i in range(n)]
        with open(f'{EXAMPLES}/{example}.click') as f:
            text = edited(f.read(), changes)
        for t in self.taps:
            self.switch.cable(t)
        self.sockets = {}
        self.hosts = []
        self.router = self.guest(f'{example}-{Box.number}', text, self.taps)
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
        for t in self.taps:
            self.switch.cut(t)

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
        quiet()
        libc.setns(self.home, CLONE_NEWNET)
        run(f'ip link set {device} netns /proc/{os.getpid()}/fd/{self.ns}')
        with self:
            six = any(':' in a for a in addresses)
            if six:
                with open(f'/proc/sys/net/ipv6/conf/{device}/disable_ipv6',
                          'w') as f:
                    f.write('0')
            # The address that Box.receive() tells those who ask for it.
            mine = addresses and HOST_MAC + ipaddress.ip_interface(
                addresses[0]).ip.packed[-1:]
            run(f'ip link set {device}' + (f' mtu {mtu}' if mtu else '') +
                (f' address {mine.hex(":")}' if mine else '') + ' up')
            for a in addresses:
                family = '-6' if ':' in a else '-4'
                run(f'ip {family} addr add {a} dev {device}' +
                    (' nodad' if six else ''))
            if gateway:
                run(f'ip {"-6" if six else "-4"} route add default via '
                    f'{gateway}')

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
