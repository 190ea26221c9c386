#!/usr/bin/env python3
"""The guest on a machine without Xen: QEMU's microvm and q35.

Frames go in through one virtio network device and out through another, each a
Unix datagram socket of QEMU's; the emulation needs no KVM.
"""
import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctl  # noqa: E402
from tap import done, ok as check, skip_all  # noqa: E402

QEMU = 'qemu-system-x86_64'
MACHINES = {
    'microvm': (['-M', 'microvm', '-global',
                 'virtio-mmio.force-legacy=false'], 'device'),
    'microvm, legacy devices': (['-M', 'microvm'], 'device'),
    'microvm, told where': (['-M', 'microvm,acpi=off'], 'device'),
    'q35': (['-M', 'q35'], 'pci'),
}
FRAMES = 300
MAC = '02:00:00:00:00:09'


def frame(n, size):
    head = bytes.fromhex('020000000001') + bytes.fromhex('0200000000aa')
    return head + b'\x88\xb5' + n.to_bytes(4, 'big') + os.urandom(size - 18)


class Guest:
    """A guest with two ports, whose far ends are self.port[0] and [1]."""

    def __init__(self, name, config='Idle -> Discard', memory=16,
                 kernel='build/clickos', options=(), within=()):
        machine, transport = MACHINES[name]
        self.folder = tempfile.mkdtemp()
        self.port = []
        arguments = [*within, QEMU, *machine, '-accel', 'tcg', '-m', str(memory),
                     '-nodefaults', '-no-user-config', '-display', 'none',
                     '-serial', f'file:{self.folder}/console', '-no-reboot',
                     *options, '-kernel', kernel,
                     '-append', f"config='{config}'" if config else '',
                     '-monitor', f'unix:{self.folder}/monitor,server=on,'
                     'wait=off',
                     '-device', f'virtio-serial-{transport}',
                     '-chardev', f'socket,id=c,path={self.folder}/control,'
                     'server=on,wait=off', '-device',
                     'virtserialport,chardev=c,name=clickos.control']
        for i in range(2):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(f'{self.folder}/far{i}')
            s.settimeout(0.2)
            self.port.append(s)
            arguments += [
                '-netdev', f'dgram,id=n{i},local.type=unix,local.path='
                f'{self.folder}/near{i},remote.type=unix,remote.path='
                f'{self.folder}/far{i}',
                '-device', f'virtio-net-{transport},netdev=n{i},'
                f'mac=02:00:00:00:00:0{i + 1}']
        self.process = subprocess.Popen(arguments)
        atexit.register(self.process.kill)

    def send(self, i, data):
        """False while the guest's end is not there yet."""
        try:
            self.port[i].sendto(data, f'{self.folder}/near{i}')
            return True
        except OSError:
            return False

    def receive(self, i):
        try:
            return self.port[i].recv(65536)
        except socket.timeout:
            return None

    def console(self):
        try:
            with open(f'{self.folder}/console') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def wait_for(self, i, o, seconds):
        """Sends into port i until something comes out of port o."""
        end = time.time() + seconds
        while time.time() < end:
            self.send(i, frame(0, 60))
            if self.receive(o) is not None:
                while self.receive(o) is not None:
                    pass
                return True
        return False

    def link(self):
        """A tool's connection, once QEMU listens; the guest may not yet."""
        for _ in range(500):
            try:
                return ctl.Link(f'{self.folder}/control', console=True,
                                patience=20)
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.01)

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.connect(f'{self.folder}/monitor')
            for line in f'{command}\n', '':
                said = b''
                while b'(qemu)' not in said:
                    said += s.recv(4096)
                s.sendall(line.encode())

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def forwarding(name):
    # Ports have the numbers of the command line: one way is marked.
    guest = Guest(name, 'FromDevice(0) -> Queue -> ToDevice(1); '
                  'FromDevice(1) -> StoreData(18, x) -> Queue -> ToDevice(0)')
    if check(guest.wait_for(0, 1, 20), f'{name}: a frame comes through'):
        same = {0: 0, 1: 0}
        for i in range(FRAMES):
            one = frame(i + 1, 60 + i * 1454 // (FRAMES - 1))
            way = i % 2
            guest.send(way, one)
            if way == 1:
                one = one[:18] + b'x' + one[19:]
            same[way] += guest.receive(1 - way) == one
        check(same[0] == FRAMES // 2, f'{name}: each from 0 to 1, unchanged')
        check(same[1] == FRAMES // 2, f'{name}: each from 1 to 0, with its mark')
    else:
        print('# ' + guest.console().replace('\n', '\n# '))
    guest.stop()


FORWARD = ('FromDevice(0) -> c :: Counter -> s :: Switch(0) -> Queue -> '
           'ToDevice(1); s [1] -> Discard;')


def routers(link):
    """Configurations come, are asked, changed, mistaken and removed."""
    yield link.ask('list')[:2] == (0, ''), 'nothing runs yet'
    status, _, router = link.ask('install', path='fw', payload=FORWARD)
    yield (status, router) == (0, 0), 'a configuration is installed'
    status, text, _ = link.ask('install', path='bad', payload='c :: Nope;')
    yield status == 2 and "unknown element class 'Nope'" in text, \
        'a wrong one is reported with its message'
    yield link.ask('list')[:2] == (0, '0 running fw\n'), 'and leaves nothing'
    yield link.ask('write', 0, 's.switch', '1')[:2] == (0, ''), \
        'a handler is written'
    yield link.ask('read', 0, 's.switch')[:2] == (0, '1'), 'and read'
    yield link.ask('read', 0, 's.nothing')[0] == 4, 'one that is not there'
    yield link.ask('write', 0, 's.switch', '0')[0] == 0, 'and back'
    big = FORWARD + '// a comment of some length\n' * 10000
    yield link.ask('swap', 0, '', big)[0] == 0, 'swapped for a long one'
    yield link.ask('config', 0)[:2] == (0, big), 'which is read back'
    yield 'memory_used' in link.ask('stats')[1], "the guest's own numbers"
    status, _, router = link.ask('install', payload='Idle -> f :: { input -> '
                                 's :: Switch(0) -> output } -> Discard;')
    yield (link.ask('read', router, 'f/s.switch')[:2] == (0, '0') and
           link.ask('remove', router)[0] == 0), 'a name with a slash'


def hangs_up(guest):
    """Tools that go away within a message, and talk nonsense."""
    for i in range(20):
        link = guest.link()
        link.sock.sendall(os.urandom(100 * i) if i % 2 == 0 else
                          ctl.HEADER.pack(ctl.MAGIC, 2, 2, ctl.ANY, 7, 0, 0,
                                          0, 60000, 50000, 0) + bytes(i * 99))
        link.sock.close()
    return guest.link().ask('read', 0, 's.switch')[:2] == (0, '0')


def reads_within(link, handler, wanted, seconds=10, router=0):
    end = time.time() + seconds
    while time.time() < end:
        if link.ask('read', router, handler)[1] == wanted:
            return True
        time.sleep(0.02)
    return False


def cable(name):
    """A port's link goes down and comes back, by QEMU's monitor."""
    guest = Guest(name, 'in :: FromDevice(0) -> Queue -> ToDevice(1)')
    link = guest.link()
    check(reads_within(link, 'in.link', 'true'), f'{name}: the link is up')
    guest.monitor('set_link n0 off')
    check(reads_within(link, 'in.link', 'false'), f'{name}: it goes down')
    check('link is down' in guest.console(), f'{name}: and the guest says so')
    guest.monitor('set_link n0 on')
    check(reads_within(link, 'in.link', 'true'), f'{name}: it is up again')
    check('link_changes 2' in link.ask('read', 0, 'in.stats')[1],
          f'{name}: both are counted')
    check(guest.wait_for(0, 1, 20), f'{name}: and frames come through')
    guest.stop()


def control(name):
    guest = Guest(name, '')
    link = guest.link()
    for good, what in routers(link):
        check(good, f'{name}: over its console: {what}')
    check(guest.wait_for(0, 1, 20) and int(link.ask('read', 0, 'c.count')[1]),
          f'{name}: it forwards, and counts')
    stages = [line.split() for line in
              link.ask('read', 0, 'clickos.boot_us')[1].splitlines()]
    times = [int(us) for _, us in stages]
    print(f'# {name}: {stages}')
    check([stage for stage, _ in stages] == [
        'memory', 'drivers', 'control', 'router', 'frame'] and
          0 < times[0] and times == sorted(times),
          f'{name}: the stages of the boot, to the first frame that went out')
    link.sock.close()
    check(hangs_up(guest), f'{name}: tools that hang up or talk nonsense '
          'keep nobody from the next')
    link = guest.link()
    check(link.ask('remove', 0)[0] == 0 and link.ask('list')[1] == '',
          f'{name}: the router is removed')
    link.ask('shutdown', payload='poweroff')
    try:
        status = guest.process.wait(20)
    except subprocess.TimeoutExpired:
        status = None
    check(status == 0, f'{name}: and the guest powered off')
    guest.stop()


def deep(name):
    """No path is so long that a router's stack has no room for it."""
    guest = Guest(name, '', memory=32)
    link = guest.link()
    text = 'InfiniteSource(LIMIT 1000)' + '-> Policer(1000000000)' * 500 + \
        '-> c :: Counter -> Discard;'
    check(link.ask('install', payload=text)[0] == 0,
          '500 pushes, one within the other')
    count = ''
    for _ in range(100):
        count = link.ask('read', 0, 'c.count')[1]
        if count == '1000':
            break
        time.sleep(0.1)
    check(count == '1000', 'all packets come out at the end')
    check(link.ask('install', payload='s0 :: Script(TYPE PASSIVE, return 0);'
                   + ''.join(f's{i} :: Script(TYPE PASSIVE, '
                             f'return $(add 1 $(s{i - 1}.run)));'
                             for i in range(1, 201)))[0] == 0,
          '200 scripts that call each other')
    check(link.ask('read', 1, 's15.run')[:2] == (0, '15'),
          '15 deep is an answer')
    status, said, _ = link.ask('read', 1, 's200.run')
    check(status != 0 and 'handlers call each other too deeply' in said,
          '200 deep is an error')
    check(link.ask('read', 1, 's15.run')[:2] == (0, '15'),
          'and the guest goes on')
    link.ask('remove', 1)
    link.ask('install', payload='l :: Counter -> Discard; a60 :: Null -> l; d :: Discard;' +
             ''.join(f'a{i} :: AggregateLast -> d; a{i} [1] -> a{i + 1};'
                     for i in range(59, -1, -1)) +
             'InfiniteSource(LIMIT 6400, BURST 32) -> a0;')
    check(reads_within(link, 'l.count', '6340', router=1),
          'the deepest of paths: 60 that let go what they held')
    text = text.replace('-> Policer', '-> Queue -> AggregateCounter', 1)
    text = text.replace('Policer(1000000000)', 'AggregateCounter')
    status, said, _ = link.ask('install', payload=text)
    check(status == 2 and 'pulls nest too deep' in said,
          'as many pulls are refused')
    guest.stop()


def busy(name):
    """63 routers at full load, by a clock that counts the guest's own
    instructions, 4 ns each: whatever else this machine does."""
    guest = Guest(name, '', memory=64, options=['-icount', 'shift=2'])
    link = guest.link()
    for _ in range(63):
        link.ask('install', payload='InfiniteSource(BURST 32) -> Discard;')
    link.ask('install', payload='s :: Switch(0); Idle -> s -> Discard;'
             's [1] -> Discard;')

    def numbers():
        return {n: int(x) for n, x in
                (line.split() for line in link.ask('stats')[1].splitlines())
                if n.startswith('control_') or n == 'routers_running'}

    before = numbers()
    right = 0
    for _ in range(50):
        time.sleep(0.02)  # so that the control thread sleeps, routers run
        right += link.ask('read', 63, 's.switch')[1] == '0'
    after = numbers()
    print(f'# before: {before}, after: {after}')
    check(right == 50 and after['routers_running'] == 64,
          'fifty answers beside 63 busy routers')
    check(after['control_waits'] >= before['control_waits'] + 50,
          'each of them waited for')
    check(after['control_late'] == before['control_late'],
          'none for longer than 10 ms of guest time')
    guest.stop()


def small(name):
    """An image that has the elements of one configuration."""
    guest = Guest(name, '', kernel='build/clickos-firewall')
    link = guest.link()
    with open('examples/firewall.click', encoding='ascii') as f:
        check(link.ask('install', payload=f.read())[0] == 0,
              'the small image runs what it was made for')
    status, text, _ = link.ask('install', payload='x :: RED(5, 50, 0.02);')
    check(status == 2 and "unknown element class 'RED'" in text,
          'and nothing else')
    guest.stop()
    check('only the image of all elements has it' in
          tried(MACHINES[name][0], 'build/clickos-firewall').stdout,
          'nor the self test, which it says')


def tried(machine, kernel):
    return subprocess.run(
        [QEMU, *machine, '-accel', 'tcg', '-m', '16', '-nodefaults',
         '-no-user-config', '-display', 'none', '-serial', 'stdio',
         '-no-reboot', '-kernel', kernel, '-append', 'selftest=all'],
        capture_output=True, text=True, timeout=60)


def end(how, machine):
    """The guest tries itself and powers off."""
    run = tried(machine, 'build/clickos')
    check(re.search(r'^1\.\.\d+', run.stdout, re.M) and
          'not ok' not in run.stdout and run.returncode == 0,
          f'{how}: tries itself and powers off')
    return run.stdout


def vectors():
    said = end('microvm with AVX', ['-M', 'microvm', '-cpu', 'max'])
    check('- AVX adds' in said, 'AVX is used where there is some')
    check('# no AVX' in end('microvm without',
                            ['-M', 'microvm', '-cpu', 'max,-xsave']),
          'and not where there is none')


def typing(name, prompts, console):
    """Someone at the guest's console, who types when it prompts."""
    run = subprocess.Popen(
        [QEMU, *MACHINES['microvm'][0], '-accel', 'tcg', '-m', '16',
         '-nodefaults', '-no-user-config', '-display', 'none', *console,
         '-no-reboot', '-kernel', 'build/clickos', '-append',
         'selftest=console'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(run.kill)
    said = b''
    while prompts and b'type a line' not in said:
        said += run.stdout.readline()
    run.stdin.write(b'typed here\n')
    run.stdin.flush()
    said += run.stdout.read()
    run.wait()
    check(b'typed: typed here' in said, f'what is typed comes in by {name}')


def ramdisk(name):
    """The router comes with the guest, in a file."""
    with tempfile.NamedTemporaryFile('w', suffix='.click') as f:
        f.write('InfiniteSource(LIMIT 7) -> c :: Counter -> Discard;')
        f.flush()
        guest = Guest(name, '', options=['-initrd', f.name])
        check(reads_within(guest.link(), 'c.count', '7'),
              f'{name}: a router as initial ramdisk runs')
        guest.stop()


def user(name):
    """The network that QEMU plays itself, without any right to one."""
    guest = Guest(name, options=[
        '-netdev', 'user,id=u', '-device',
        f'virtio-net-{MACHINES[name][1]},netdev=u,mac={MAC}'], config=f"""
        ICMPPingSource(10.0.2.15, 10.0.2.2, INTERVAL 0.05)
            -> q :: ARPQuerier(10.0.2.15, {MAC}) -> out :: Queue
            -> ToDevice(0);
        FromDevice(0) -> k :: Classifier(12/0806 20/0001, 12/0806 20/0002,
            12/0800);
        k[0] -> ARPResponder(10.0.2.15 {MAC}) -> out;
        k[1] -> [1] q;
        k[2] -> Strip(14) -> CheckIPHeader -> IPFilter(allow icmp type 0)
            -> c :: Counter -> Discard;""".replace('\n', ' '))
    link, got = guest.link(), ''
    for _ in range(500):
        got = link.ask('read', 0, 'c.count')[1]
        if got.isdigit() and int(got) >= 10:
            break
        time.sleep(0.02)
    check(got.isdigit() and int(got) >= 10,
          f"{name}: QEMU's own network answers its pings")
    guest.stop()


def tap(name):
    """Pings from Linux by a tap in a network namespace of its own."""
    ns = f'clickos{os.getpid()}'
    if (os.getuid() != 0 or not os.path.exists('/dev/net/tun') or
            subprocess.run(['ip', 'netns', 'add', ns]).returncode):
        print('# no tap: no right to make one')
        return
    inside = ['ip', 'netns', 'exec', ns]
    try:
        for words in (['tuntap', 'add', 'tap0', 'mode', 'tap'],
                      ['addr', 'add', '198.51.100.1/24', 'dev', 'tap0'],
                      ['link', 'set', 'tap0', 'up']):
            subprocess.run(['ip', '-n', ns, *words], check=True)
        guest = Guest(name, within=inside, options=[
            '-netdev', 'tap,id=t,ifname=tap0,script=no,downscript=no',
            '-device', f'virtio-net-{MACHINES[name][1]},netdev=t,mac={MAC}'],
            config=f"""
            FromDevice(0) -> k :: Classifier(12/0806 20/0001, 12/0800);
            k[0] -> ARPResponder(198.51.100.9 {MAC}) -> out :: Queue
                -> ToDevice(0);
            k[1] -> CheckIPHeader(14) -> ICMPPingResponder -> EtherMirror
                -> out;""".replace('\n', ' '))
        guest.link().ask('hello')
        run = subprocess.run([*inside, 'ping', '-c', '20', '-i', '0.05', '-W',
                              '5', '198.51.100.9'], capture_output=True,
                             text=True)
        check(' 0% packet loss' in run.stdout,
              f'{name}: twenty pings by a tap are answered')
        guest.stop()
    finally:
        subprocess.run(['ip', 'netns', 'del', ns])


if shutil.which(QEMU) is None:
    skip_all('no qemu-system-x86_64')
for name, (machine, _) in MACHINES.items():
    forwarding(name)
for name in 'microvm', 'microvm, legacy devices', 'q35':
    cable(name)
for name in 'microvm', 'q35':
    control(name)
    end(name, MACHINES[name][0])
vectors()
typing('its serial line', True, ['-serial', 'stdio'])
# It takes what is typed before it is there.
typing("virtio's console", False, [
    '-device', 'virtio-serial-device', '-chardev', 'stdio,id=v',
    '-device', 'virtconsole,chardev=v'])
for name in 'microvm', 'q35':
    ramdisk(name)
    user(name)
    tap(name)
small('microvm')
deep('microvm')
busy('microvm')
done()
