#!/usr/bin/env python3
"""The recorded behaviour of the Click language and elements, case by case.

The corpus lies beside the checkout; CONFORMANCE names another place.  Both
the optimised and the sanitizer build of click run it.
"""
import os
import re
import subprocess

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

cases = subprocess.run([corpus + '/run', '-l'], capture_output=True,
                       text=True, env={**os.environ, 'CLICK': '/none'}
                       ).stdout.split()
cases = [c for c in cases if '/' in c]
n = 0
for build in 'build/click', 'build/asan/bin/click':
    env = {**os.environ, 'CLICK': os.path.abspath(build)}
    out = subprocess.run([corpus + '/run', '-j', '2'], capture_output=True,
                         text=True, env=env).stdout
    failed = set(re.findall(r'^FAIL (\S+)', out, re.M))
    ran = re.search(r'^(\d+) passed, (\d+) failed', out, re.M)
    for case in cases:
        n += 1
        if case in differs:
            print(f'ok {n} - {build} {case} # SKIP docs/differences.md')
        elif case in failed or not ran:
            print(f'not ok {n} - {build} {case}')
        else:
            print(f'ok {n} - {build} {case}')
print(f'1..{n}')
