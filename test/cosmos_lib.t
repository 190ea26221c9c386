#!/usr/bin/env python3
"""cosmos_lib.t -- libcosmos as it is installed: its symbols, its header, its
pkg-config file, a program that is built with nothing else, and Python's
module."""
import os
import re
import subprocess
import sys
import tempfile

import tap
from tap import ok

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
PROGRAM = r'''
#include <cosmos/cosmos.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	struct cosmos *c = cosmos_open();
	struct cosmos_spec spec = COSMOS_SPEC_INIT;
	struct cosmos_guest g;
	int in, out;
	char *text;
	size_t n;

	printf("guest %zu memory %zu\n", sizeof(g),
	    offsetof(struct cosmos_guest, memory));
	printf("spec %zu ports %zu cpus %zu\n", sizeof(spec),
	    offsetof(struct cosmos_spec, ports),
	    offsetof(struct cosmos_spec, cpus));
	printf("%s %s\n", cosmos_version(), COSMOS_VERSION);
	printf("%d\n", cosmos_find(c, "nobody", &g));
	spec.name = "x";
	spec.size = 8;
	printf("%d %s\n", cosmos_create(c, &spec, &g), cosmos_error(c));
	spec.size = sizeof(spec) + 64;
	printf("%d\n", cosmos_create(c, &spec, &g));
	/* A guest that no call has filled in. */
	memset(&g, 0, sizeof(g));
	strcpy(g.name, "made");
	g.platform = 99;
	g.state = COSMOS_STATE_RUNNING;
	printf("%d %s\n", cosmos_destroy(c, &g), cosmos_error(c));
	printf("%d %d %d %d %d %d\n", cosmos_suspend(c, &g),
	    cosmos_resume(c, &g), cosmos_attach(c, &g, "0=tap:x"),
	    cosmos_detach(c, &g, "0"), cosmos_save(c, &g, 1, 0),
	    cosmos_reconnect(c, &g));
	printf("%d %d %d\n", cosmos_console(c, &g, &in, &out),
	    cosmos_logs(c, &g, &text, &n),
	    cosmos_read(c, &g, 0, "c.count", "", &text, &n));
	cosmos_close(c);
	return 0;
}
'''


def run(*argv, **env):
    return subprocess.run(argv, capture_output=True, text=True,
                          env=dict(os.environ, **env))


with open('cosmos/cosmos.h') as f:
    header = f.read()
declared = set(re.findall(r'\b(cosmos_[a-z_]+)\(', re.sub(
    r'/\*.*?\*/', '', header, flags=re.S)))
symbols = run('nm', '-D', '--defined-only', '--with-symbol-versions',
              'build/libcosmos.so.1').stdout
exported = set(re.findall(r' T (cosmos_\w+)@@LIBCOSMOS_1\.[0-2]\b', symbols))
others = [line for line in symbols.splitlines()
          if ' T ' in line and '@@LIBCOSMOS_1.' not in line]
ok(declared == exported and len(exported) > 35 and not others,
   'what is exported is what the header declares, with its version',
   sorted(declared ^ exported) + others)
needed = run('readelf', '-d', 'build/libcosmos.so.1').stdout
ok('soname: [libcosmos.so.1]' in needed and
   set(re.findall(r'NEEDED.*\[(.*)\]', needed)) <=
   {'libc.so.6', 'libdl.so.2'}, 'its name; it needs libc alone', needed)
for line in re.findall(r'^COSMOS_API [^;]*;', header, re.M):
    if not re.search(r'cosmos_\w+\(', line):
        ok(False, 'a declaration', line)
with tempfile.TemporaryDirectory() as d:
    done = run('make', '--no-print-directory', 'install', 'DESTDIR=' + d,
               'PREFIX=/opt/x')
    top = d + '/opt/x'
    want = ['bin/cosmos', 'lib/libcosmos.so', 'lib/libcosmos.so.1',
            'lib/clickos/clickos', 'bin/clickos-process',
            'lib/clickos/libcosmos-xen.so', 'lib/pkgconfig/cosmos.pc',
            'include/cosmos/cosmos.h', 'share/clickos/cosmos.schema.json',
            'lib/python3/dist-packages/cosmos/__init__.py',
            'lib/python3/dist-packages/cosmos/py.typed']
    missing = [x for x in want if not os.path.exists(os.path.join(top, x))]
    ok(done.returncode == 0 and not missing, 'make install',
       '%s\n%s' % (done.stderr, missing))
    found = run('pkg-config', '--define-variable=prefix=' + top, '--cflags',
                '--libs', 'cosmos', PKG_CONFIG_PATH=top + '/lib/pkgconfig')
    version = run('pkg-config', '--modversion', 'cosmos',
                  PKG_CONFIG_PATH=top + '/lib/pkgconfig')
    ok(found.returncode == 0 and top + '/include' in found.stdout and
       re.fullmatch(r'\d+\.\d+\.\d+\n', version.stdout), 'pkg-config',
       found.stdout + found.stderr + version.stderr)
    with open(d + '/p.c', 'w') as f:
        f.write(PROGRAM)
    for compiler, language in ('gcc', '-std=c99'), ('g++', '-std=c++11'):
        name = d + '/' + compiler
        done = run(compiler, language, '-Wall', '-Werror', '-x',
                   'c' if compiler == 'gcc' else 'c++', '-o', name,
                   d + '/p.c', *found.stdout.split())
        if compiler == 'g++' and 'not found' in done.stderr:
            continue
        ok(done.returncode == 0, 'a program, ' + language, done.stderr)
    done = run(d + '/gcc', LD_LIBRARY_PATH=top + '/lib',
               CLICKOS_RUN=d + '/run')
    lines = done.stdout.splitlines()
    ok(lines[:2] == ['guest 136 memory 80', 'spec 120 ports 56 cpus 112'],
       'the layouts are those of version 1', done.stdout)
    ok(lines[2:4] == [version.stdout.strip() + ' ' + version.stdout.strip(),
                      '3'], 'it runs', done.stdout)
    ok(lines[4].startswith('2 a spec of 8 bytes') and lines[5] == '2',
       'a spec of another size is refused', done.stdout)
    ok(lines[6].startswith('7 made: ') and '99' in lines[6] and
       lines[7:] == ['7 7 7 7 7 7', '7 7 7'],
       'a guest of no platform is refused by every call', done.stdout)
    done = run(sys.executable, '-c', 'import cosmos, ctypes; '
               'from cosmos import _library as l; print(l.library._name); '
               'print(ctypes.sizeof(l.GuestStruct), '
               'ctypes.sizeof(l.SpecStruct), l.SpecStruct.cpus.offset); '
               'print([i.path for i in cosmos.Host().images()])',
               PYTHONPATH=top + '/lib/python3/dist-packages',
               PYTHONDONTWRITEBYTECODE='1')
    lines = done.stdout.splitlines()
    ok(done.returncode == 0 and os.path.realpath(lines[0]) ==
       os.path.realpath(top + '/lib/libcosmos.so.1') and
       lines[1] == '136 120 112',
       'Python finds the library that was installed with it; its layouts',
       done.stdout + done.stderr)
    ok('lib/clickos/clickos' in lines[-1],
       'and the library what was installed with that', lines)
    done = run(top + '/bin/cosmos', 'images', '--json')
    ok(done.returncode == 0 and top + '/bin/clickos-process' in done.stdout,
       'so does the command', done.stdout + done.stderr)
tap.done()
