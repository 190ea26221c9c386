#!/usr/bin/env python3
"""The guest on a machine without Xen: QEMU's microvm and q35.

Frames go in through one virtio network device and out through another, each a
Unix datagram socket of QEMU's; the emulation needs no KVM.
"""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

QEMU = 'qemu-system-x86_64'
MACHINES = {
    'microvm': (['-M', 'microvm', '-global',
                 'virtio-mmio.force-legacy=false'], 'device'),
    'microvm, legacy devices': (['-M', 'microvm'], 'device'),
    'microvm, told where': (['-M', 'microvm,acpi=off'], 'device'),
    'q35': (['-M', 'q35'], 'pci'),
}
FRAMES = 300
count = 0


def check(passed, what):
    global count
    count += 1
    print(f'{"" if passed else "not "}ok {count} - {what}', flush=True)
    return passed


def frame(n, size):
    head = bytes.fromhex('020000000001') + bytes.fromhex('0200000000aa')
    return head + b'\x88\xb5' + n.to_bytes(4, 'big') + os.urandom(size - 18)


class Guest:
    """A guest with two ports, whose far ends are self.port[0] and [1]."""

    def __init__(self, name, config, memory=16):
        machine, transport = MACHINES[name]
        self.folder = tempfile.mkdtemp()
        self.port = []
        arguments = [QEMU, *machine, '-accel', 'tcg', '-m', str(memory),
                     '-nodefaults', '-no-user-config', '-display', 'none',
                     '-serial', f'file:{self.folder}/console', '-no-reboot',
                     '-kernel', 'build/clickos',
                     '-append', f"config='{config}'"]
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

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def forwarding(name):
    guest = Guest(name, 'FromDevice(0) -> c0 :: Counter -> Queue -> '
                  'ToDevice(1); FromDevice(1) -> Queue -> ToDevice(0)')
    if check(guest.wait_for(0, 1, 20), f'{name}: a frame comes through'):
        same = {0: 0, 1: 0}
        for i in range(FRAMES):
            one = frame(i + 1, 60 + i * 1454 // (FRAMES - 1))
            way = i % 2
            guest.send(way, one)
            same[way] += guest.receive(1 - way) == one
        check(same[0] == FRAMES // 2, f'{name}: each from 0 to 1, unchanged')
        check(same[1] == FRAMES // 2, f'{name}: each from 1 to 0, unchanged')
    else:
        print('# ' + guest.console().replace('\n', '\n# '))
    guest.stop()


def end(how, machine):
    """The guest tries itself and powers off."""
    run = subprocess.run(
        [QEMU, *machine, '-accel', 'tcg', '-m', '16', '-nodefaults',
         '-no-user-config', '-display', 'none', '-serial', 'stdio',
         '-no-reboot', '-kernel', 'build/clickos', '-append',
         'selftest=all'],
        capture_output=True, text=True, timeout=60)
    check(re.search(r'^1\.\.\d+', run.stdout, re.M) and
          'not ok' not in run.stdout and run.returncode == 0,
          f'{how}: tries itself and powers off')


if shutil.which(QEMU) is None:
    print('1..0 # SKIP no qemu-system-x86_64')
    raise SystemExit
for name, (machine, _) in MACHINES.items():
    forwarding(name)
for name in 'microvm', 'q35':
    end(name, MACHINES[name][0])
print(f'1..{count}')
