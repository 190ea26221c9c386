#!/usr/bin/env python3
"""The switch that root starts is nobody, under seccomp; a helper opens what it
may not, and undoes it when the switch is gone."""
import os
import signal
import subprocess
import sys

os.environ['VALE'] = 'build/vale'  # sanitizers need more system calls
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from switch import *

need_root()
os.chmod(DIR, 0o755)
a, b = namespace('sa'), namespace('sb')
with open(DIR + '/run', 'w') as f:
    f.write(f'attach vale0:a tap:tap0,netns={a}\n')
os.chmod(DIR + '/run', 0o600)
switch = serve('--user', 'nobody', '--workers', '2', '--run', DIR + '/run',
               'vale0')


def status(pid):
    with open(f'/proc/{pid}/status') as f:
        lines = [line.split(':', 1) for line in f if ':' in line]
    return {key: value.strip() for key, value in lines}


wait_for(lambda: status(switch.pid)['Seccomp'] == '2')
s = status(switch.pid)
ok(s['Uid'].split() == ['65534'] * 4, 'it runs as nobody', s['Uid'])
ok(s['Groups'].strip() == '', 'in no other group', s['Groups'])
ok(int(s['CapEff'], 16) == 0 and int(s['CapPrm'], 16) == 0,
   'without capabilities')
for task in sorted(os.listdir(f'/proc/{switch.pid}/task')):
    ok(status(f'{switch.pid}/task/{task}')['Seccomp'] == '2',
       'a thread under seccomp')
helper = [int(p) for p in os.listdir('/proc') if p.isdigit() and
          os.path.exists(f'/proc/{p}/status') and
          status(p)['PPid'] == str(switch.pid)]
ok(len(helper) == 1, 'it has one helper', helper)

attach('vale0:b', f'tap:tap0,netns={b}')
for i, ns in enumerate((a, b)):
    inside(ns, 'ip', 'addr', 'add', f'10.9.3.{i + 1}/24', 'dev', 'tap0')
good, note = tcp(a, b, '10.9.3.2', 2 << 20)
ok(good, 'TCP through interfaces that the helper opened', note)
attach('vale0:v', f'vhost-user:{DIR}/v')
attach('vale0:p', f'pcap:,{DIR}/p.pcap')
vale('set', 'vale0:a', 'mirror=p')
good, note = tcp(b, a, '10.9.3.1', 1 << 20)
ok(good and wait_for(lambda: os.stat(DIR + '/p.pcap').st_size > 1 << 20),
   'and into a capture that it opened', note)
nic = namespace('sn')
inside(nic, 'ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
inside(nic, 'ip', 'link', 'set', 'v0', 'up')
attach('vale0:n', f'af_packet:v0,netns={nic}')
vale('detach', 'vale0:n')
r = vale('attach', 'vale0:x', f'af_xdp:v0,netns={nic}')
ok(r.returncode == 0 or 'without libxdp' in r.stderr, 'AF_XDP, too',
   r.stderr)
accounted('all interfaces', [interface('a', a, 'tap0'),
                             interface('b', b, 'tap0')])

with open(DIR + '/precious', 'w') as f:
    f.write('root only\n')
os.chmod(DIR + '/precious', 0o600)
refused('vale0:y', f'pcap:{DIR}/precious', 'not a capture file')
refused('vale0:y', f'pcap:,{DIR}/precious', 'not written over')
os.symlink(DIR + '/p.pcap', DIR + '/link')
refused('vale0:y', f'pcap:,{DIR}/link', 'symbolic links')
refused('vale0:y', f'vhost-user:{DIR}/precious', 'in use')
ok(open(DIR + '/precious').read() == 'root only\n',
   'the file is what it was')
other = subprocess.run(['setpriv', '--reuid=65534', '--clear-groups', VALE,
                        'detach', 'vale0:a'], capture_output=True, text=True)
ok('not for user 65534' in other.stderr,
   'who runs as the same user has no say', other.stderr)

switch.send_signal(signal.SIGKILL)
switch.wait()
ok(wait_for(lambda: not os.path.exists(f'/proc/{helper[0]}') or
            status(helper[0])['State'].startswith('Z')),
   'killed: the helper ends, too')
ok(not os.path.exists(DIR + '/v') and not os.path.exists(DIR + '/s'),
   'and takes the sockets away')
links = subprocess.run(['ip', 'netns', 'exec', nic, 'ip', 'link', 'show'],
                       capture_output=True, text=True).stdout
ok('xdp' not in links, 'and the program of AF_XDP', links)
r = subprocess.run([VALE, 'serve', '--user', 'nosuchuser'],
                   capture_output=True, text=True)
ok(r.returncode == 1 and 'no such user' in r.stderr, 'no such user',
   r.stderr)
switch = serve('--user', 'nobody', 'vale0')
ok(stop(switch) == 0, 'told to stop: it ends well', log())
ok(not os.path.exists(DIR + '/s'), 'and its socket is gone')
done()
