#!/usr/bin/env python3
"""migrate.t -- a guest moved between two Xen hosts, two boxes that a cable joins:
migrate.sh runs in the one's dom0, and asks migrate_there.sh in the other's."""
import os
import socket
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
LOG = 'build/xenbox/out/migrate_there.log'
# Made before two want it at once; it says so itself if it cannot be.
made = subprocess.run(['tools/xenbox', 'make'], stdout=subprocess.PIPE, text=True)
if made.returncode != 0 or 'SKIP' in made.stdout:
    print(made.stdout, end='')
    sys.exit(made.returncode)
jansson = subprocess.run("ldconfig -p | sed -n 's/.*libjansson.so.4.*=> //p'",
                         shell=True, capture_output=True, text=True).stdout
files = ['build/clickos', 'build/cosmos', 'build/libcosmos-xen.so',
         *jansson.split()[:1], 'examples/ping-responder.click']
os.makedirs(os.path.dirname(LOG), exist_ok=True)
here, there = socket.socketpair()
with open(LOG, 'w') as log:
    other = subprocess.Popen(
        ['tools/xenbox', 'run', '-m', '512', '-n', str(there.fileno()),
         'test/xen/migrate_there.sh', *files],
        stdout=log, stderr=log, pass_fds=[there.fileno()])
status = subprocess.run(
    ['tools/xenbox', 'run', '-m', '768', '-n', str(here.fileno()),
     'test/xen/migrate.sh', *files], pass_fds=[here.fileno()]).returncode
here.close()
there.close()
if other.poll() is None and status != 0:
    other.terminate()
other.wait()
if other.returncode != 0:
    print('# the other box: ' + LOG)
sys.exit(status or other.returncode)
