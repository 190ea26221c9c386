"""qemu_guest.py -- a Box's guest as a virtual machine of QEMU's microvm, by itself:
its ports vhost-user ports of the switch, its control a port of its console."""
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
import ctl  # noqa: E402
from box import VALE, run, wait_for  # noqa: E402

KERNEL = os.environ.get('CLICKOS_KERNEL', os.path.abspath('build/clickos'))


class QemuGuest:
    platform = 'qemu'
    patience = 2.0  # emulated
    memory = 24     # megabytes

    def __init__(self, name, text, ports):
        self.dir = tempfile.mkdtemp(dir=os.environ['CLICKOS_RUN'], prefix=name)
        os.chmod(os.environ['CLICKOS_RUN'], 0o755)
        os.chmod(self.dir, 0o777)
        self.ports = ports
        words = ['qemu-system-x86_64', '-M', 'microvm,memory-backend=m',
                 '-accel', 'tcg', '-m', str(self.memory), '-object',
                 f'memory-backend-memfd,id=m,size={self.memory}M,share=on',
                 '-nodefaults', '-no-user-config', '-display', 'none',
                 '-serial', f'file:{self.dir}/console', '-no-reboot',
                 '-kernel', KERNEL, '-global',
                 'virtio-mmio.force-legacy=false',
                 '-device', 'virtio-serial-device', '-chardev',
                 f'socket,id=c,path={self.dir}/control,server=on,wait=off',
                 '-device', 'virtserialport,chardev=c,name=clickos.control']
        for i, p in enumerate(ports):
            path = f'{self.dir}/port{i}'
            run([VALE, 'attach', p, f'vhost-user:{path}'])
            words += ['-chardev', f'socket,id=v{i},path={path}', '-netdev',
                      f'vhost-user,id=n{i},chardev=v{i}', '-device',
                      f'virtio-net-device,netdev=n{i}']
        self.process = subprocess.Popen(words)
        self.link = None
        if not wait_for(self.connected, 20):
            self.destroy()
            raise OSError('QEMU: ' + self.log())
        self.ask('install', '', text, router=ctl.ANY)

    def connected(self):
        try:
            self.link = ctl.Link(self.dir + '/control')
        except OSError:  # not there, or not listening yet
            return False
        return True

    def ask(self, op, path, payload, router=0):
        status, text, _ = self.link.ask(op, router, path, payload)
        if status:
            raise OSError(f'{op} {path}: {status}: {text}')
        return text.rstrip('\n')

    def read(self, handler):
        handler, _, value = handler.partition(' ')
        return self.ask('read', handler, value)

    def write(self, handler, value):
        self.ask('write', handler, value)

    def log(self):
        try:
            with open(self.dir + '/console') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def destroy(self):
        if self.link:
            self.link.sock.close()
        self.process.kill()
        self.process.wait()
        for p in self.ports:
            run([VALE, 'detach', p])
