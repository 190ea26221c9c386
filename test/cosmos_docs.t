#!/usr/bin/env python3
"""cosmos_docs.t -- manual pages and completions say what the commands say."""
import os
import re
import shutil
import subprocess

import tap
from tap import ok

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
OPTION = re.compile(r'(?<![\w-])(--?[a-zA-Z][\w-]*)')


def output(*argv, **env):
    done = subprocess.run(argv, capture_output=True, text=True,
                          env=dict(os.environ, **env))
    return done.stdout + done.stderr


def read(path):
    with open(path) as f:
        return f.read()


def options(text):
    """The options of a --help's list: what its lines begin with."""
    found = set()
    for line in text.splitlines():
        if re.match(r'  -|      --', line):
            found |= set(OPTION.findall(line[:30].strip().split('   ')[0]))
    return found


def plain(page):
    return re.sub(r'\\f[BIR]|\\\(aq', lambda m: "'" if 'aq' in m.group()
                  else '', page).replace('\\-', '-').replace('\\e', '\\')


MADE = {'man': 'docs/man/cosmos.1', 'bash': 'docs/completion/cosmos.bash',
        'zsh': 'docs/completion/_cosmos'}
for kind, path in MADE.items():
    ok(output('tools/gen-cosmos', kind) == read(path), path + ' is current',
       'make man')

page = plain(read(MADE['man']))
sections = dict(re.findall(r'^\.SS cosmos (\w+)(.*?)(?=^\.S[SH] )', page,
                           re.M | re.S))
names = re.findall(r'^  ([a-z]+) +\S', output('build/cosmos', '--help'), re.M)
ok(len(names) > 25 and list(sections) == names,
   'the manual has every command and no other', names)
general = {'-j', '--json', '-h', '--help'}
bash, zsh = read(MADE['bash']), read(MADE['zsh'])
for name in names:
    text = output('build/cosmos', name, '--help')
    has = options(text)
    section = sections.get(name, '')
    heads = set(OPTION.findall(' '.join(re.findall(r'^\.TP\n(.*)$', section,
                                                   re.M))))
    ok(has >= general and has - general == heads,
       name + ': the options of --help are those of the manual',
       sorted((has - general) ^ heads))
    summary = text.split('\n')[1].rstrip('.')
    ok(summary.lower() in section.lower() and
       text.split('\n')[0].split(name, 1)[1].strip() in section,
       name + ': its summary and usage, too', section[:200])
    line = re.search(r'^\t%s\) options="(.*)" ;;$' % name, bash, re.M)
    ok(line and set(line.group(1).split()) == has,
       name + ': and of the completion of bash', line and line.group(1))
    part = re.search(r'^\t\t%s\) _arguments (.*?) ;;$' % name, zsh,
                     re.M | re.S)
    known = set(OPTION.findall(re.sub(r'\[[^]]*\]', ' ', part.group(1).replace(
        '{', ' ').replace(',', ' ')))) if part else set()
    ok(known == has, name + ': and of zsh', sorted(known ^ has))
for path in sorted(x for x in os.listdir('docs/man') if x.endswith('.1')):
    if shutil.which('man'):
        said = output('man', '--warnings', '-l', 'docs/man/' + path,
                      LC_ALL='C', MANPAGER='cat', MANWIDTH='80')
        ok('warning:' not in said and 'NAME' in said, path + ' is well-formed',
           '\n'.join(x for x in said.splitlines() if 'warning:' in x))
    else:
        ok(True, path + ' is well-formed # SKIP no man(1) here')

process = plain(read('docs/man/clickos-process.1'))
heads = set(OPTION.findall(' '.join(
    re.sub(r'^\.B[RI]?|[",]', ' ', h)
    for h in re.findall(r'^\.TP\n(.*)$', process, re.M))))
has = set()
for line in output('build/clickos-process', '--help').splitlines():
    if re.match(r'  -|      --', line):
        has |= set(OPTION.findall(line[:28]))
ok(has == heads and len(has) > 12, 'clickos-process(1) has its options',
   sorted(has ^ heads))
text, page = output('build/vale', '--help'), plain(read('docs/man/vale.1'))
missing = [x for x in OPTION.findall(text) + re.findall(
    r'^\s*vale ([a-z]+)', text, re.M) if x not in page]
ok(len(OPTION.findall(text)) > 5 and not missing,
   'vale(1) has all commands and options', missing)

# The completion at work, with a cosmos that knows two guests.
if shutil.which('bash'):
    def complete(*words):
        script = ('cosmos() { printf "NAME\\nfw1\\nfw2\\n"; }; '
                  '. docs/completion/cosmos.bash; COMP_WORDS=("$@"); '
                  'COMP_CWORD=$(($# - 1)); _cosmos; '
                  'echo "${COMPREPLY[@]}"')
        return subprocess.run(['bash', '-c', script, 'x', *words],
                              capture_output=True, text=True).stdout.split()

    ok(complete('cosmos', 'des') == ['destroy'], 'bash: a command')
    ok(complete('cosmos', '-t', 'destroy', 'fw') == ['fw1', 'fw2'],
       'bash: guests', complete('cosmos', '-t', 'destroy', 'fw'))
    ok(complete('cosmos', 'create', '--on-c') == ['--on-crash'],
       'bash: an option')
    ok(complete('cosmos', 'create', '--on', 'k') == ['kvm'],
       'bash: what it may be')
    ok(complete('cosmos', 'check', 'READ') == ['README.md'], 'bash: a file')
if shutil.which('zsh'):
    done = subprocess.run(['zsh', '-n', MADE['zsh']], capture_output=True,
                          text=True)
    ok(done.returncode == 0, 'zsh understands it', done.stderr)
else:
    ok(True, 'zsh understands it # SKIP no zsh here')
tap.done()
