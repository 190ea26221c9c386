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

# Elements that are still to be written: a case that fails and names one of them
# is skipped, and says so.  Once the element is there, its name must go.
with open('test/conformance.later') as f:
    later = set(f.read().split())


def waits_for(case):
    """The missing elements that a case names."""
    words = set()
    for path, _, files in os.walk(os.path.join(corpus, case)):
        if os.path.basename(path) == 'expect':
            continue
        for name in files:
            with open(os.path.join(path, name), errors='replace') as f:
                words |= set(re.findall(r'[A-Z][A-Za-z0-9]+', f.read()))
    return sorted(words & later)


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
        elif case in failed and waits_for(case):
            print(f'ok {n} - {build} {case} # SKIP not there yet: ' +
                  ' '.join(waits_for(case)))
        elif case in failed or not ran:
            print(f'not ok {n} - {build} {case}')
        else:
            print(f'ok {n} - {build} {case}')
there = set(subprocess.run(['build/click', '--list-elements'],
                           capture_output=True, text=True).stdout.split())
n += 1
stale = sorted(later & there)
print(('not ok' if stale else 'ok') + f' {n} - missing elements are missing ' +
      ' '.join(stale))
print(f'1..{n}')
