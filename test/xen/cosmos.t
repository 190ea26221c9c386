#!/usr/bin/env python3
"""cosmos.t -- cosmos on a real Xen (cosmos.sh, which runs in the box's dom0).

Its lines "# json COMMAND VALUE" are held against docs/cosmos.schema.json here.
"""
import json
import os
import re
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
with open('docs/cosmos.schema.json') as f:
    SCHEMA = json.load(f)
libraries = subprocess.run(['ldconfig', '-p'], capture_output=True,
                           text=True).stdout
jansson = re.search(r'libjansson\.so\.4.*=> (\S+)', libraries)
box = subprocess.Popen(
    ['tools/xenbox', 'run', '-t', '600', 'test/xen/cosmos.sh', 'build/clickos',
     'build/cosmos', 'build/libcosmos-xen.so', 'build/vale',
     'build/libvale-xen.so', 'build/click'] + ([jansson.group(1)] if jansson else []),
    stdout=subprocess.PIPE, text=True)
count, seen, failed = 0, set(), 0
for line in box.stdout:
    value = re.match(r'# json (\w+) (.*)', line)
    if value:
        command = value.group(1)
        try:
            found = json.loads(value.group(2))
            if jsonschema is not None:
                jsonschema.validate(found, {'$ref': '#/$defs/' + command,
                                            '$defs': SCHEMA['$defs']})
            seen.add(command)
        except Exception as e:  # a ValueError, or the validator's own
            failed += 1
            count += 1
            print('not ok %d - %s --json: %s' % (
                count, command, str(e).split('\n')[0]))
            print('# ' + value.group(2))
        continue
    if re.match(r'(not )?ok ', line):
        count += 1
        line = re.sub(r'ok \d+', 'ok %d' % count, line, count=1)
    if not line.startswith('1..') or 'SKIP' in line:
        print(line, end='', flush=True)
    if 'SKIP' in line and line.startswith('1..'):
        sys.exit(box.wait())
count += 1
print('%sok %d - what --json printed is as the schema has it: %s' % (
    '' if len(seen) >= 23 and not failed else 'not ', count,
    ' '.join(sorted(seen))))
print('1..%d' % count)
sys.exit(box.wait())
