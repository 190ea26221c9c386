"""xen_guest.py -- a Box's guest as a domain of Xen: made by xl, its ports vifs
of the switch's, its router installed and asked by cosmos."""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, '..')]
from box import CosmosGuest, run  # noqa: E402

KERNEL = os.environ.get('CLICKOS_KERNEL', os.path.abspath('build/clickos'))
CONFIG = """name="{name}"
type="pv"
kernel="{kernel}"
memory={memory}
vcpus=1
vif=[{vifs}]
on_poweroff="destroy"
on_crash="preserve"
"""


class XenGuest(CosmosGuest):
    platform = 'xen'
    patience = 6.0  # in the box all of it is emulated on one processor
    memory = 16

    def __init__(self, name, text, ports):
        self.name = name
        vifs = ','.join(
            f'"bridge={p}+guard=off,mac={self.mac(name, i)}"'
            for i, p in enumerate(ports))
        path = f'{os.environ["CLICKOS_RUN"]}/{name}.cfg'
        with open(path, 'w') as f:
            f.write(CONFIG.format(name=name, kernel=KERNEL, vifs=vifs,
                                  memory=self.memory))
        run(f'xl create -q {path}')
        self.cosmos('install', name, '-', given=text)
        self.carries(len(ports))

    def carries(self, ports):
        """Waits for the switch's answer: frames before it are lost."""
        domid = run(f'xl domid {self.name}').strip()
        end = time.time() + 10
        for i in range(ports):
            backend = run('xenstore-read /local/domain/'
                          f'{domid}/device/vif/{i}/backend').strip()
            while (run(f'xenstore-read {backend}/state').strip() != '4' and
                   time.time() < end):
                time.sleep(0.05)

    @staticmethod
    def mac(name, i):
        n = sum(name.encode()) * 16 + i
        return f'00:16:3e:00:{n >> 8 & 255:02x}:{n & 255:02x}'

    def log(self):
        with open(f'/var/log/xen/console/guest-{self.name}.log') as f:
            return f.read()

    def destroy(self):
        run(f'xl destroy {self.name}')
