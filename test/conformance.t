#!/usr/bin/env python3
"""The recorded behaviour of the Click language and elements, case by case.

The corpus lies beside the checkout; CONFORMANCE names another place.  Both
the optimised and the sanitizer build of click run it.

Some cases measure time: if the machine stood still meanwhile, what failed is
asked again.
"""
import os
import re
import subprocess
import threading
import time

corpus = os.environ.get('CONFORMANCE', '../shared/conformance')
if not os.path.exists(corpus + '/run'):
    print('1..0 # SKIP no conformance corpus at ' + corpus)
    raise SystemExit

# Cases that we rightly differ from: docs/differences.md says why.
differs = set()
with open('docs/differences.md') as f:
    for line in f:
        m = re.match(r'- `([a-z0-9]+/[a-z0-9-]+)`', line)
        if m:
            differs.add(m.group(1))

LOOK_S, STILL_S, AGAIN = 0.05, 0.4, 3


class Clock(threading.Thread):
    """How long this machine has stood still, at most, in seconds."""

    def __init__(self):
        super().__init__(daemon=True)
        self.still = 0
        self.start()

    def run(self):
        before = time.monotonic()
        while True:
            time.sleep(LOOK_S)
            now = time.monotonic()
            self.still = max(self.still, now - before - LOOK_S)
            before = now


def run(build, only=()):
    """The cases that failed; None: it did not come to its end."""
    out = subprocess.run([corpus + '/run', '-j', '2', *only],
                         capture_output=True, text=True,
                         env={**os.environ, 'CLICK': os.path.abspath(build)}
                         ).stdout
    if not re.search(r'^\d+ passed, \d+ failed', out, re.M):
        return None
    return set(re.findall(r'^FAIL (\S+)', out, re.M))


cases = subprocess.run([corpus + '/run', '-l'], capture_output=True,
                       text=True, env={**os.environ, 'CLICK': '/none'}
                       ).stdout.split()
cases = [c for c in cases if '/' in c]
n = 0
clock = Clock()
for build in 'build/click', 'build/asan/bin/click':
    failed = run(build)
    for _ in range(AGAIN):
        if not failed or clock.still < STILL_S:
            break
        print(f'# the machine stood still for {clock.still:.1f} s: again: '
              + ' '.join(sorted(failed)))
        clock.still = 0
        failed = run(build, sorted(failed))
    clock.still = 0
    for case in cases:
        n += 1
        if case in differs:
            print(f'ok {n} - {build} {case} # SKIP docs/differences.md')
        elif failed is None or case in failed:
            print(f'not ok {n} - {build} {case}')
        else:
            print(f'ok {n} - {build} {case}')
print(f'1..{n}')
