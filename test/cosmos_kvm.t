#!/usr/bin/env python3
"""cosmos_kvm.t -- cosmos on the kvm platform: guests under QEMU, by KVM where it
works and emulated elsewhere; by name and by id; on ports of the switch."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import tap  # noqa: E402
from cosmos_run import *  # noqa: E402
from cosmos_common import *  # noqa: E402

ON = ('create', '--platform', 'kvm', '-c', '-')
QEMU = '/usr/bin/qemu-system-x86_64'


def test_all_commands(folder):
    done = make('first', COUNT, '--json')
    ok(done.status == OK and done.json()[0]['platform'] == 'kvm' and
       done.json()[0]['id'] == pid_of('first'), 'create --platform kvm',
       done.all)
    make('second')
    test_each()
    make('one', IDLE, '--on-crash', 'preserve')
    for who in 'one', str(pid_of('one')):
        ok(cosmos('install', '--swap', '-r', '0', who, '-',
                  stdin=IDLE).status == OK and
           cosmos('read', who, 'i.class').out == 'Idle\n', who + ': a swap')
        ok('clickos on pvh' in cosmos('logs', '--json', who).json()[0]['text'],
           who + ': logs')
        for argv in ('attach', who, '1=vale0:x'), ('detach', who, '1'):
            fails(cosmos(*argv), NOTSUP, 'one: a kvm guest',
                  '%s: %s' % (who, argv[0]))
            value = cosmos(argv[0], '--json', *argv[1:]).json()
            ok(value[0]['name'] == 'one' and value[0]['status'] == NOTSUP,
               '%s: %s --json' % (who, argv[0]), value)
        ok(cosmos('reconnect', who).status == OK,
           who + ': reconnect: QEMU does that')
    fails(cosmos('pool', '--on', 'kvm', '1'), NOTSUP, 'kvm',
          'pool: not on this platform')
    top = cosmos('top', '--json', '-d', '0.3').json()
    ok(top[0]['name'] == 'one' and len(top[0]['routers']) == 1 and
       top[0]['cpu_percent'] < 50, 'top; it sleeps when it is idle', top)
    with open('/proc/%d/status' % pid_of('one')) as f:
        status = f.read()
    ok('Seccomp:\t2' in status and '\nUid:\t0' not in status,
       'QEMU is nobody, under seccomp', status)
    cosmos('destroy', 'one')
    make('two', COUNT)
    who = str(pid_of('two'))
    ok(counted(who), 'it has counted')
    file = folder + '/two.save'
    ok(cosmos('save', '--json', '-k', who, file).json()[0]['name'] == 'two' and
       cosmos('read', who, 'c.count').out == '5\n', 'save --keep by id')
    ok(cosmos('restore', '--json', '-n', 'three', file).json()[0]['name'] ==
       'three', 'restore --name')
    ok(cosmos('destroy', '--json', who, 'three').json()[0]['name'] == 'two',
       'destroy by id')
    nothing_left('two', 'destroy')


def test_several_tools():
    make('busy', COUNT)
    ok(counted('busy'), 'it has counted')
    results = []
    threads = [threading.Thread(target=lambda: results.append(
        cosmos('read', 'busy', 'c.count').out)) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(results == ['5\n'] * 6, 'six at once: each has its answer', results)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect('/proc/self/fd/%d/control' % os.open(path('busy'),
                                                       os.O_RDONLY))
        s.send(b'COSM half a message')
    ok(cosmos('read', 'busy', 'c.count').out == '5\n',
       'one that was cut off in the middle harms nobody')
    cosmos('destroy', 'busy')


def test_moves(folder):
    file = folder + '/k.save'
    make('k', 'r :: RatedSource(RATE 10) -> q :: Queue(10) -> Idle;',
         '--memory', '12M')
    cosmos('write', 'k', 'r.rate', '77')
    ok(cosmos('save', 'k', file).status == OK and not os.path.exists(
        path('k')), 'save')
    done = cosmos('restore', '--json', file)
    ok(done.status == OK and done.json()[0]['platform'] == 'kvm' and
       cosmos('read', 'k', 'r.rate').out.strip() == '77' and
       'memory 12582912' in open(path('k', 'spec')).read(),
       'restore: with what was set in it', done.all)
    with tempfile.TemporaryDirectory() as there:
        done, status, said = migrate('k', there)
        ok(done.status == OK and status == OK and
           0 < done.json()[0]['downtime_seconds'] < 30, 'migrate',
           done.all + said)
        print('# stood still for %.1f ms' %
              (1e3 * done.json()[0]['downtime_seconds']))
        before, here.run = here.run, there
        ok(cosmos('read', 'k', 'r.rate').out.strip() == '77',
           'there, too')
        cosmos('destroy', 'k')
        here.run = before


def test_watch():
    watch = subprocess.Popen((COSMOS, 'watch'), stdout=subprocess.PIPE,
                             text=True, env=environment())

    def line():
        return watch.stdout.readline().strip()

    try:
        make('again', COUNT)
        make('crash', COUNT, '--on-crash', 'restart')
        make('gone', IDLE)
        cosmos('install', 'again', '-', stdin=IDLE)
        until(lambda: False, 1.5)
        first = pid_of('again')
        cosmos('shutdown', '--reboot', 'again')
        ok(line() == 'again: reboot' and line() == 'again: started again' and
           pid_of('again') != first and state_of('again', 1) == 'running' and
           cosmos('list', '--json').json()[0]['platform'] == 'kvm',
           'a reboot: restarted, with all that was installed')
        os.kill(pid_of('crash'), signal.SIGKILL)
        ok(line() == 'crash: it has crashed' and
           line() == 'crash: started again' and
           counted('crash'),
           'a crash')
        cosmos('shutdown', 'gone')
        ok(line() == 'gone: poweroff' and
           until(lambda: not os.path.exists(path('gone'))), 'a shutdown')
    finally:
        watch.terminate()
        watch.wait()
        cosmos('destroy', 'again', 'crash')


def test_full_disk():
    before = here.run
    with tempfile.TemporaryDirectory() as here.run:
        if subprocess.run(('mount', '-t', 'tmpfs', '-o',
                           'size=64k,nr_inodes=0', 'none', here.run),
                          stderr=subprocess.DEVNULL).returncode != 0:
            ok(True, 'full disk # SKIP no mount')
        else:
            fails(make('big', '// ' + 'x' * 100000 + '\n' + IDLE), FULL,
                  'No space left', 'a full disk')
            nothing_left('big', 'full disk')
            unmount(here.run)
            subprocess.run(('umount', '-l', here.run))
    here.run = before


def test_no_memory():
    little = ('sh', '-c', 'ulimit -v 300000; exec "$0" "$@"')
    fails(make('x', IDLE, under=little), FULL, 'Cannot allocate memory',
          "no memory for QEMU itself: its words")
    nothing_left('x', 'no memory for QEMU')
    with open('/proc/sys/vm/overcommit_memory') as f:
        if f.read() == '1\n':
            ok(True, 'more memory than there is # SKIP this host refuses none')
            return
    fails(make('x', IDLE, '--memory', '900G'), FULL,
          'cannot set up guest memory', 'more memory than there is')
    nothing_left('x', 'more memory')


def test_faults(folder):
    test_full_disk()
    test_no_memory()
    test_race(3)
    make('taken', IDLE)
    fails(make('taken'), EXISTS, 'taken', 'a name in use')
    fails(create('taken'), EXISTS, 'taken', 'by a process guest, too')
    ok(cosmos('read', 'taken', 'c.count').out == '0\n', 'its owner lives')
    cosmos('destroy', 'taken')
    for little in '64K', '1M', '2M':
        done = make('x', IDLE, '--memory', little)
        ok(done.status == FULL and re.fullmatch(
            r'cosmos: x: \d+ kB of memory are too little: its kernel \S+ '
            r'alone ends at \d+ kB: --memory 3M\n', done.err),
           'too little memory for the kernel: ' + little, done.all)
        nothing_left('x', little)
    ok(make('x', COUNT, '--memory', '3M').status == OK and counted('x'),
       'what it says is enough is enough')
    cosmos('destroy', 'x')
    fails(make('x', IDLE, '-i', '/no/kernel'), NOTFOUND, '/no/kernel',
          'a missing image')
    with open(folder + '/kernel', 'w') as f:
        f.write('nonsense')
    done = make('x', IDLE, '-i', folder + '/kernel')
    ok(done.status == FAILED and 'x: ' in done.err, "what is no kernel: "
       "QEMU's words", done.all)
    nothing_left('x', 'no kernel')
    done = make('x', IDLE, CLICKOS_QEMU='/bin/false')
    ok(done.status == FAILED and 'without a word' in done.err,
       'QEMU dies at boot', done.all)
    fails(make('x', 'Nonsense;'), CONFIG, "element 'Nonsense'", 'a mistake')
    nothing_left('x', 'mistake')
    for port in '1=tap:t0', '0=nonsense:1', '0=tap:a-name-that-is-too-long', \
            '0=vale0:x,mac=1':
        fails(make('x', IDLE, '-p', port), USAGE, port, 'a port that is none')
    fails(make('x', IDLE, '-p', '0=vale0:x', VALE_SOCKET='/no/socket'),
          FAILED, "is 'vale serve' running", 'no switch')
    nothing_left('x', 'no switch')
    fails(make('x', IDLE, '--type', 'pv'), NOTSUP, 'pvh', 'no such type')
    slow = os.path.join(folder, 'slow')
    with open(slow, 'w') as f:
        f.write('#!/bin/sh\nsleep 1000\n')
    os.chmod(slow, 0o755)
    maker = subprocess.Popen((COSMOS, *ON, 'half'), stdin=subprocess.PIPE,
                             stderr=subprocess.DEVNULL,
                             env=environment(CLICKOS_QEMU=slow))
    maker.stdin.close()
    until(lambda: os.path.exists(path('half', 'pid')) and
          os.path.getsize(path('half', 'pid')) > 1)
    guest = pid_of('half')
    fails(make('half'), EXISTS, 'half', 'a create under way: its name')
    maker.kill()
    maker.wait()
    said = cosmos('doctor').out
    ok('guest half: half made' in said and until(lambda: not alive(guest)),
       'a create that was killed: the doctor clears it', said)
    nothing_left('half', 'doctor')


PING = ("ICMPPingSource(10.0.0.1, 10.0.0.2, INTERVAL 0.05) -> "
        "EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02) -> "
        "Queue -> ToDevice(0); FromDevice(0) -> c :: Counter -> Discard;")
PONG = ("FromDevice(0) -> c :: Counter -> Strip(14) -> CheckIPHeader -> "
        "ICMPPingResponder -> "
        "EtherEncap(0x0800, 02:00:00:00:00:02, 02:00:00:00:00:01) -> "
        "Queue -> ToDevice(0);")


def test_ports(folder):
    switch = Switch(folder)
    try:
        done = make('pong', PONG, '-p',
                    '0=vale0:pong,mac=02:00:00:00:00:02')
        ok(done.status == OK and 'pong' in switch.run('list').stdout,
           'a port of the switch', done.all)
        done = cosmos('create', '--on', 'process', '-c', '-', '-p',
                      '0=vale0:ping', 'ping', stdin=PING)
        ok(done.status == OK, 'a process guest beside it', done.all)
        ok(until(lambda: int(cosmos('read', 'ping', 'c.count').out) > 5),
           'frames go there and back',
           switch.run('stats', 'vale0').stdout)
        fails(make('other', PONG, '-p', '0=vale0:pong'), FAILED, 'pong',
              'a port that is taken')
        nothing_left('other', 'taken port')
        ok(int(cosmos('read', 'pong', 'c.count').out) > 5 and
           'pong' in switch.run('list').stdout, 'who has it keeps it')
        cosmos('destroy', 'pong')
        ok('pong' not in switch.run('list').stdout,
           'destroy takes it from the switch')
        cosmos('destroy', 'ping')
    finally:
        switch.end()
    bridge = 'cb%d' % (os.getpid() % 100000)
    if subprocess.run(('ip', 'link', 'add', bridge, 'type', 'bridge'),
                      stderr=subprocess.DEVNULL).returncode != 0:
        ok(True, 'a bridge # SKIP no bridges here')
        return
    try:
        done = make('br', PONG, '-p', '0=bridge:' + bridge)
        links = subprocess.run(('ip', '-o', 'link', 'show', 'master', bridge),
                               capture_output=True, text=True).stdout
        ok(done.status == OK and 'UP' in links, 'a port of a bridge',
           done.all + links)
        fails(make('br2', PONG, '-p', '0=bridge:nobridge'), SYSTEM,
              'br2: joining bridge nobridge', 'a bridge that is none')
        nothing_left('br2', 'no bridge')
        cosmos('destroy', 'br')
        done = make('tp', PONG, '-p', '0=tap:t' + bridge)
        ok(done.status == OK and os.path.exists(
            '/sys/class/net/t' + bridge), 'a tap interface', done.all)
        cosmos('destroy', 'tp')
    finally:
        subprocess.run(('ip', 'link', 'del', bridge))


def main():
    if os.geteuid() != 0 or not os.path.exists(QEMU):
        print('1..0 # SKIP needs root and qemu-system-x86_64')
        return
    here.platform, here.memory = 'kvm', 8 << 20
    with tempfile.TemporaryDirectory() as here.run, \
            tempfile.TemporaryDirectory() as folder:
        try:
            test_all_commands(folder)
            test_several_tools()
            test_moves(folder)
            test_watch()
            test_faults(folder)
            test_ports(folder)
            left = cosmos('doctor', '-n').out
            ok(left == '' and cosmos('list').out.count('\n') == 1,
               'nothing is left over', left)
        finally:
            for guest in (cosmos('list', '--json').json() or []):
                cosmos('destroy', guest['name'])
            unmount(here.run)
    tap.done()


main()
