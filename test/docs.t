#!/usr/bin/env python3
"""The documentation says what there is.

docs/elements.md is what the elements' heads say now; the manual page has each
option of click --help and no other; make install puts them where it should.
"""
import glob
import os
import re
import subprocess
import tempfile

from tap import done, ok, skip


def output(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


files = sorted(f for f in glob.glob('elements/*/*.c')
               if not re.search(r'_(test|fuzz)\.c$', f))
with open('docs/elements.md') as f:
    reference = f.read()
ok(output('tools/gen-docs', 'md', *files) == reference,
   'docs/elements.md is current', 'make docs')
lines = output('build/click', '--list-elements').splitlines()
synonyms = [line.split()[0] for line in lines if ' another name of ' in line]
classes = [line.split()[0] for line in lines]
ok('FullNoteQueue' in synonyms and classes == sorted(classes),
   'synonyms are listed among the classes', synonyms)
silent = [line for line in lines if len(line.split()) < 4]
ok(not silent, 'the list says what each does', silent)
classes = [c for c in classes if c not in synonyms]
# Null2 to Null8 are described with Null1.
missing = [c for c in classes
           if not re.search(rf'^### {c}\n\n```\n[^-]*\b({c}|Null1)\b', reference, re.M)]
ok(len(classes) > 200 and not missing, 'every class is described by its name',
   '\n'.join(missing))

# Each check that docs/nat.md names is one.
with open('docs/nat.md') as f:
    cells = [line.split('|')[-2] for line in f if re.match(r'\| \d', line)]
with open('elements/tcpudp/nat_test.c') as f:
    nat_test = f.read()
named = set()
for cell in cells:
    rfc = ''
    for word in re.findall(r'RFC \d+|REQ-\w+|test_\w+', cell):
        if word.startswith('RFC'):
            rfc = word
        if not word.startswith('RFC') or 'REQ' not in cell:
            named.add(f'{rfc} {word}' if word.startswith('REQ') else word)
missing = sorted(x for x in named if not re.search(re.escape(x) + r'\b',
                                                   nat_test))
ok(len(named) > 25 and not missing, 'docs/nat.md names checks that there are',
   missing)

options = re.compile(r'(?<![\w-])(--?[a-z][a-z-]*|-[A-Z])', re.M)
usage = set()
for line in output('build/click', '--help').splitlines():
    if line.startswith('  -') or line.startswith('      --'):
        usage |= set(options.findall(line[:32]))
with open('docs/man/click.1') as f:
    manual = f.read().replace('\\-', '-')
described = set()
for head in re.findall(r'^\.TP\n(.*)$', manual, re.M):
    if '-' in head:
        head = re.sub(r'\\f.|[".,]|^\.B[RI]? ', ' ', head)
        described |= set(options.findall(head))
ok(usage == described and len(usage) > 30, 'the manual page has every option',
   f'only in one: {sorted(usage ^ described)}')
bad = subprocess.run(['man', '--warnings', '-l', 'docs/man/click.1'],
                     capture_output=True, text=True, env={
                         **os.environ, 'LC_ALL': 'C', 'MANPAGER': 'cat'}
                     ) if os.path.exists('/usr/bin/man') else None
if bad is None:
    skip('the manual page is well-formed', 'no man(1) here')
else:
    ok(bad.returncode == 0 and not bad.stderr,
       'the manual page is well-formed', bad.stderr)

with tempfile.TemporaryDirectory() as d:
    r = subprocess.run(['make', '--no-print-directory', 'install',
                        'DESTDIR=' + d, 'PREFIX=/opt/x'],
                       capture_output=True, text=True)
    there = sorted(os.path.relpath(os.path.join(path, name), d)
                   for path, _, names in os.walk(d) for name in names)
    ok(r.returncode == 0 and 'opt/x/bin/click' in there and
       'opt/x/share/man/man1/click.1' in there,
       'make install', r.stderr + '\n'.join(there))
    ok(output(d + '/opt/x/bin/click', '-e', 'Idle -> Discard', '-q', '-h',
              'version').strip() != '', 'what was installed runs')
done()
