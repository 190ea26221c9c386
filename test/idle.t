#!/usr/bin/env python3
"""idle.t -- what has nothing to do uses no processor; what has, does."""
import os
import subprocess
import time

from tap import done, ok

CLICK = os.environ.get('CLICK', 'build/click')
SECONDS = 2
# Each of these waits for something else: a packet, a time, room, a command.
QUIET = '''
Idle -> Queue -> Unqueue -> Discard;
Idle -> Queue -> Shaper(10) -> Unqueue -> Discard;
Idle -> Queue -> BandwidthShaper(10kBps) -> TimedUnqueue(0.01) -> Discard;
Idle -> Queue -> DelayUnqueue(0.1) -> Discard;
InfiniteSource(LIMIT 10) -> Queue -> RatedUnqueue(1000) -> Discard;
InfiniteSource -> full :: Queue(10) -> Idle;
a :: Queue -> [0] rr :: RoundRobinSched -> LinkUnqueue(0.1, 1Mbps) -> Discard;
b :: Queue -> [1] rr; Idle -> a; Idle -> b;
TimedSource(100) -> Discard;
ControlSocket(unix, %s);
'''


def ticks(pid):
    """Processor time that it has used, in hundredths of a second or so."""
    with open(f'/proc/{pid}/stat') as f:
        fields = f.read().rpartition(')')[2].split()
    return int(fields[11]) + int(fields[12])


def share(text, *flags):
    """What part of one processor it uses once it has settled."""
    with subprocess.Popen([CLICK, *flags, '-e', text]) as p:
        time.sleep(0.5)
        before, start = ticks(p.pid), time.monotonic()
        time.sleep(SECONDS)
        used = (ticks(p.pid) - before) / os.sysconf('SC_CLK_TCK')
        passed = time.monotonic() - start
        p.terminate()
    return used / passed


path = f'/tmp/idle-{os.getpid()}.sock'
for flags in ([], ['-j', '2']):
    used = share(QUIET % path, *flags)
    ok(used <= 0.01, f'{" ".join(["click", *flags])}: sleeps', used)
used = share('InfiniteSource -> Discard;')
ok(used > 0.1, 'and does not when there is something to do', used)
if os.path.exists(path):
    os.unlink(path)
done()
