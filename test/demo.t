#!/usr/bin/env python3
"""demo.t -- `make run`'s demonstration, as process guests: it ends well, what it
shows is so, and nothing of it is left."""
import glob
import os
import re
import shutil
import subprocess

from tap import done, ok, skip_all


def left():
    """What a demonstration may leave: folders, mounts, interfaces."""
    with open('/proc/self/mounts') as f:
        mounts = [m for m in f if '/box' in m]
    return (sorted(glob.glob('/tmp/box*')), mounts,
            sorted(os.listdir('/sys/class/net')))


if os.geteuid() != 0:
    skip_all('needs root')
before = left()
r = subprocess.run(['tools/demo'], capture_output=True, text=True,
                   env=dict(os.environ, ON='process'))
ok(r.returncode == 0 and not r.stderr, 'it ends well', r.stdout + r.stderr)


def cell(what):
    m = re.search(rf'^\s*{re.escape(what)} +(\S+)$', r.stdout, re.M)
    return m.group(1) if m else None


ok(cell('downloads that came whole') == '40/40', 'every download came whole',
   r.stdout)
ok(re.fullmatch(r'[\d.]+/[\d.]+', cell('ping through all three, ms (min/avg)')
                or ''), 'pings went through all three')
ok(int(cell('passed: a rule that allows') or 0) > 400 and
   int(cell('dropped: no mail') or 0) > 0 and
   int(cell('dropped: nothing to private networks') or 0) > 0,
   'the table has what passed, and what was dropped by which rule')
ok(len(re.findall(r'^  10\.1\.0\.1\d\s+1\s+up\s+\d+\s+[1-9]', r.stdout,
                  re.M)) == 3, 'every server had its share')
ok(r.stdout.count(' s  firewall ') >= 2, 'live counters')
ok(left() == before, 'nothing is left', (before, left()))
if shutil.which('qemu-system-x86_64'):
    r = subprocess.run(['tools/demo'], capture_output=True, text=True,
                       env=dict(os.environ, ON='kvm'))
    ok(r.returncode == 0 and cell('downloads that came whole') == '40/40' and
       'three guests (kvm)' in r.stdout, 'ON=kvm: so it goes in QEMU',
       r.stdout + r.stderr)
    ok(left() == before, 'nor is anything left then', (before, left()))
if not os.path.exists('/proc/xen/capabilities'):
    r = subprocess.run(['tools/demo'], capture_output=True, text=True,
                       env=dict(os.environ, ON='xen'))
    ok(r.returncode == 1 and 'this host has no Xen' in r.stderr,
       'ON=xen where there is none: says so', r.stdout + r.stderr)
ok(subprocess.run(['tools/demo'], capture_output=True, text=True, env=dict(
    os.environ, ON='vmware')).stderr.startswith('demo: ON=vmware'),
   'another platform is refused')
done()
