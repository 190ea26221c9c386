#!/usr/bin/env python3
"""cosmos.t -- cosmos on the process platform: every subcommand by name and by
id, its JSON, and what goes wrong on the way.

Everything lies in a folder of its own (CLICKOS_RUN).  COSMOS names another
build of the command.
"""
import fcntl
import glob
import grp
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import tap  # noqa: E402
from cosmos_run import *  # noqa: E402
from cosmos_common import *  # noqa: E402


# ---- every subcommand ----

def test_create():
    done = create('first', COUNT, '--json')
    value = done.json()
    ok(done.status == OK and isinstance(value, list) and len(value) == 1 and
       shaped(value[0], GUEST_SHAPE), 'create --json: a list of guests',
       done.all)
    ok(value and value[0]['name'] == 'first' and
       value[0]['id'] == pid_of('first') and
       value[0]['platform'] == 'process', 'it says which', done.all)
    done = create('second', IDLE, '--paused')
    ok(re.fullmatch(r'second \d+\n', done.out), 'create: name and id',
       done.all)
    ok(cosmos('list', '--json').json()[1]['state'] == 'paused',
       'create --paused: it stands still')
    ok(cosmos('resume', 'second').status == OK, 'and is resumed')
    done = cosmos('create', '--on', 'process', 'third', 'fourth')
    ok(done.status == OK and len(done.out.split('\n')) == 3,
       'create: several, without a configuration', done.all)
    for name in 'third', 'fourth':
        cosmos('destroy', name)


def test_usage():
    fails(cosmos('fly'), USAGE, 'no such command', 'no such command')
    ok(cosmos('--help').status == OK, '--help')
    ok(cosmos('version', '--json').json().get('version'), 'version --json')
    commands = re.findall(r'^  ([a-z]+) ', cosmos('--help').out, re.M)
    ok(len(commands) == 29, '--help: all commands', commands)
    for command in commands:
        done = cosmos(command, '--help')
        ok(done.status == OK and 'cosmos ' + command in done.out,
           command + ' --help', done.all)
        ok(cosmos('help', command).all == done.all, 'help ' + command)
        ok(cosmos(command, '--nonsense').status == USAGE,
           command + ': an option that is none')
    for argv in (('create',), ('show',), ('read',), ('destroy',),
                 ('list', 'x'), ('doctor', 'x'), ('watch', 'x'),
                 ('pool', 'x'), ('pool', '1', '2'), ('pool', '-p', '0=bridge:b'),
                 ('migrate', '-n', 'x', 'y', 'fd:3'),
                 ('create', '-C', '0', 'x'), ('create', '-C', 'x', 'y'),
                 ('create', '--on-crash', 'fly', 'x'),
                 ('create', '-m', 'x', 'y'), ('create', '-o', 'x', 'y'),
                 ('create', '--cpus', 'x', '-o', 'process', 'a{1..2'),
                 ('version', 'x'), ('images', 'x'), ('check',), ('top', 'x'),
                 ('top', '-d', 'x'), ('top', '-n', '0'), ('save', 'x'),
                 ('save', 'a{1..2}', '/tmp/x.save'), ('restore',),
                 ('attach', 'x'), ('detach', 'x'), ('migrate', 'x'),
                 ('migrate', '--receive'), ('install', '-r', '1', 'x', 'y'),
                 ('stop', 'x', '64'), ('remove', 'x', 'y'),
                 ('load',), ('load', '-o', 'x', 'y'),
                 ('read', 'x', 'y'), ('show', 'a{b{c}}'),
                 ('show', 'x{1..999999}')):
        fails(cosmos(*argv), USAGE, '--help', ' '.join(argv))
    fails(cosmos('show', 'nobody'), NOTFOUND, 'nobody', 'no such name')
    fails(cosmos('show', '4194304'), NOTFOUND, '4194304', 'no such id')
    fails(cosmos('show', '_x'), USAGE, '_x', 'what is no name')
    fails(create('1x'), USAGE, '1x', 'create: what is no name')


# ---- several at once, and the original's forms ----

def test_patterns():
    done = cosmos('create', '--on', 'process', '-c', '-', 'w{08..11}',
                  'x{a,b}{1..2}', stdin=COUNT)
    names = ['w08', 'w09', 'w10', 'w11', 'xa1', 'xa2', 'xb1', 'xb2']
    ok([line.split()[0] for line in done.out.splitlines()] == names,
       'create: patterns', done.all)
    ok(cosmos('read', 'w{08..09}', 'c.count').out == 'w08: 5\nw09: 5\n',
       'read of several says whose')
    ok(cosmos('install', 'w{11..10}', '-', stdin=COUNT).out ==
       'w11: 1\nw10: 1\n', 'install in several, downwards')
    done = cosmos('-v', 'destroy', 'w{08..11}', 'x{a,b}{1..2}')
    ok(done.status == OK and done.err.count('destroy: done\n') == 8 and
       cosmos('list', '--json').json() == [], '-v says what was done',
       done.all)
    done = cosmos('-t', 'list')
    ok(re.fullmatch(r'0\.\d{6} s\n', done.err), '-t says how long it took',
       done.all)


def test_load(folder, at):
    """load FILE [WORD]...: a guest as long as its console is looked at."""
    with open(at('p.click'), 'w') as f:
        f.write('InfiniteSource(LIMIT 1) -> Print(hello) -> Discard;')
    with open(at('load.cfg'), 'w') as f:
        f.write('name = "load"\nclick = "%s"\n' % at('p.click'))
    for how in 'interrupt', 'end':
        load = subprocess.Popen(
            (COSMOS, 'load', '--on', 'process', at('load.cfg')), text=True,
            stdout=subprocess.PIPE, env=environment())
        ok('hello' in load.stdout.readline() and
           len(cosmos('show', '--json', 'load').json()[0]['routers']) == 1,
           'load FILE: its console')
        if how == 'interrupt':
            load.send_signal(signal.SIGINT)
        else:
            cosmos('shutdown', 'load')
        ok(load.wait(10) == OK, 'load: until one interrupts, or it ends')
        nothing_left('load', how)
    fails(cosmos('load', '--on', 'process', at('load.cfg'), 'a', '-b'), NOTSUP,
          'extra words', 'load FILE WORD: for kernels')
    nothing_left('load', 'words')
    fails(cosmos('load', at('none.cfg')), NOTFOUND, 'none.cfg',
          'load: no such file')
    done = cosmos('load', '--on', 'process', at('three'))
    ok(done.status == EXISTS and 'three: a guest' in done.err and
       os.path.exists(path('three')), 'load: the name is in use', done.all)
    for option in ('--type', 'pv'), ('--extra', 'words'):
        fails(create('kernel', IDLE, *option), NOTSUP, 'kernel',
              'create %s: not for a process' % option[0])


def test_original(folder):
    """create CFG [-p] [-q] [-f CFG], start DOM FILE, stop DOM RID,
    suspend DOM FILE, resume FILE, destroy -f."""
    click = os.path.join(folder, 'o.click')
    with open(click, 'w') as f:
        f.write(COUNT)
    for name in 'one.cfg', 'two.xl', 'three':
        with open(os.path.join(folder, name), 'w') as f:
            f.write('# the original\nname = "%s"\nmemory = 16\nvcpus = 1\n'
                    'on_crash = "preserve"\nclick = "%s"\ndisk = []\n' %
                    (name.split('.')[0], click))

    def at(name):
        return os.path.join(folder, name)

    done = cosmos('create', '--on', 'process', at('one.cfg'))
    ok(re.fullmatch(r'one \d+\n', done.out) and
       'one.cfg:7: disk: it means nothing' in done.err and
       until(lambda: cosmos('read', 'one', 'c', 'count').out == '5\n'),
       'create FILE.cfg',
       done.all)
    ok('on_crash 3\nmemory 16777216' in open(path('one', 'spec')).read(),
       'its memory and actions are taken')
    done = cosmos('create', '--on', 'process', '-q', '-p', '-f', at('three'),
                  at('two.xl'))
    ok(done.out == '' and done.err == '' and
       sorted((g['name'], g['state'])
              for g in cosmos('list', '--json').json()) ==
       [('one', 'running'), ('three', 'paused'), ('two', 'paused')],
       'create -q -p -f FILE FILE.xl', done.all)
    done = cosmos('create', '--on', 'process', '-q', at('three'))
    fails(done, EXISTS, 'three', 'a name in a file that is in use')
    cosmos('destroy', '-f', 'two', 'three')
    done = cosmos('create', '--on', 'process', '-m', '9', '-c', '-',
                  at('three'), stdin=IDLE)
    ok('memory 9437184' in open(path('three', 'spec')).read() and
       cosmos('read', 'three', 'c.count').out == '0\n',
       'options go before what the file says', done.all)
    fails(cosmos('create', '--on', 'process', at('none.cfg')), NOTFOUND,
          'none.cfg', 'a file that is not there')
    with open(at('bad.cfg'), 'w') as f:
        f.write('name = "bad\n')
    fails(cosmos('create', '--on', 'process', at('bad.cfg')), USAGE,
          'bad.cfg:1: the quote has no end', 'a file with a mistake')
    fails(cosmos('create', '--on', 'process', 'x.y/z'), NOTFOUND, 'x.y/z',
          'create: an argument with a / is a file')
    test_load(folder, at)
    done = cosmos('start', 'one', click)
    ok(done.out == '1\n', 'start DOM FILE installs', done.all)
    ok(cosmos('stop', 'one', '1').status == OK and
       state_of('one', 1) == 'halted' and state_of('one', 0) == 'running',
       'stop DOM RID stops that one')
    fails(cosmos('start', 'one', 'nofile'), NOTFOUND, 'nofile',
          'start: the second argument is a file')
    fails(cosmos('suspend', 'one', 'nobody'), NOTFOUND, 'nobody',
          'suspend: a second argument that is no file is a guest')
    cosmos('resume', 'one')
    done = cosmos('suspend', 'one', at('one.save'))
    ok(done.status == OK and os.path.exists(at('one.save')) and
       not os.path.exists(path('one')), 'suspend DOM FILE saves', done.all)
    done = cosmos('resume', at('one.save'))
    ok(re.fullmatch(r'one \d+\n', done.out) and
       state_of('one', 1) == 'halted', 'resume FILE restores', done.all)
    cosmos('destroy', 'one', 'three')


# ---- moving ----

STATE_TEXT = ('r :: RatedSource(RATE 10) -> q :: Queue(10) -> Idle; '
              's :: Switch; Idle -> s; s[0] -> Discard; s[1] -> Discard; '
              'i :: InfiniteSource(LIMIT 7, LENGTH 100, ACTIVE false) -> '
              'n :: Counter -> Discard;')


def moved_well(name, what):
    ok(cosmos('read', name, 'r.rate').out.strip() == '77' and
       cosmos('read', '-r', '2', name, 's.switch').out.strip() == '1' and
       cosmos('read', '-r', '2', name, 'r.rate').out.strip() == '10' and
       cosmos('read', name, 'n.count').out.strip() == '7' and
       cosmos('read', name, 'n.byte_count').out.strip() == '700' and
       cosmos('read', '-r', '2', name, 'n.count').out.strip() == '0' and
       state_of(name, 1) == 'halted' and state_of(name, 2) == 'running',
       what + ': every router, with what was set in it')


def make_movable(name):
    create(name, STATE_TEXT, '--memory', '32M', '--on-crash', 'preserve')
    for label in 'halted', 'third':
        cosmos('install', '-l', label, name, '-', stdin=STATE_TEXT)
    cosmos('stop', name, '1')
    cosmos('write', name, 'r.rate', '77')
    cosmos('write', name, 'i.active', 'true')
    until(lambda: cosmos('read', name, 'n.count').out.strip() == '7')
    cosmos('write', name, 'i.active', 'false')
    cosmos('write', '-r', '2', name, 's.switch', '1')


def test_save(folder):
    file = os.path.join(folder, 'm.save')
    make_movable('m')
    done = cosmos('save', '--json', '-k', 'm', file)
    ok(done.status == OK and done.json()[0]['name'] == 'm' and
       cosmos('read', 'm', 'r.rate').out.strip() == '77',
       'save --keep: it goes on', done.all)
    fails(cosmos('save', 'm', file), EXISTS, 'not written over',
          'save does not write over a file')
    fails(cosmos('restore', file), EXISTS, 'm', 'restore: its name is in use')
    ok(cosmos('read', 'm', 'r.rate').status == OK, 'its owner lives')
    done = cosmos('restore', '--json', '-n', 'copy', file)
    ok(done.status == OK and done.json()[0]['name'] == 'copy',
       'restore --name', done.all)
    moved_well('copy', 'restore')
    ok(open(path('copy', 'spec')).read().split('config')[0] ==
       open(path('m', 'spec')).read().replace('name m', 'name copy').split(
           'config')[0], 'with the same limits and actions')
    cosmos('destroy', 'copy')
    os.unlink(file)
    done = cosmos('save', 'm', file)
    ok(done.status == OK and not os.path.exists(path('m')),
       'save ends it', done.all)
    text = open(file, 'rb').read()
    for n in 0, 10, len(text) // 2, len(text) - 3:
        part = os.path.join(folder, 'part.save')
        with open(part, 'wb') as f:
            f.write(text[:n])
        done = cosmos('restore', part)
        ok(done.status == FAILED and done.err.startswith('cosmos: '),
           'restore of %d bytes of it' % n, done.all)
        nothing_left('m', 'half a file')
    with open(part, 'wb') as f:
        f.write(text.replace(b'process', b'xen', 1))
    fails(cosmos('restore', part), NOTSUP, 'xen',
          "another platform's: says so")
    fails(cosmos('restore', '/no/file'), NOTFOUND, '/no/file',
          'no such file')
    create('still', IDLE)
    cosmos('suspend', 'still')
    fails(cosmos('save', 'still', part + '2'), STATE, 'still: it is paused',
          'save of one that stands still')
    ok(not os.path.exists(part + '2'), 'no file is left')
    cosmos('resume', 'still')
    with open('/dev/full', 'wb') as full:
        done = Done(subprocess.run(
            (COSMOS, 'save', 'still', '-'), stdout=full, text=True,
            stderr=subprocess.PIPE, env=environment()))
    ok(done.status == FULL and cosmos('read', 'still', 'c.count').status ==
       OK, 'a full disk: it goes on')
    cosmos('destroy', 'still')


def test_migrate():
    ours = here.run
    with tempfile.TemporaryDirectory() as there:
        make_movable('m')
        done, status, said = migrate('m', there)
        ok(done.status == OK and status == OK and
           0 < done.json()[0]['downtime_seconds'] < 5,
           'migrate fd:N: how long it stood still', done.all + said)
        print('# stood still for %.1f ms' %
              (1e3 * done.json()[0]['downtime_seconds']))
        nothing_left('m', 'migrate')
        here.run = there
        moved_well('m', 'migrate')
        here.run = ours
        create('m', IDLE)
        done, status, said = migrate('m', there)
        ok(done.status == FAILED and status == EXISTS and
           'm: the other side' in done.err, 'the name is in use there',
           done.all + said)
        ok(cosmos('read', 'm', 'c.count').status == OK, 'it goes on here')
        done, status, said = migrate('nobody', there)
        ok(done.status == NOTFOUND and status == FAILED, 'nobody to move',
           done.all + said)
        here.run = there
        cosmos('destroy', 'm')
        receiver = subprocess.Popen(
            (COSMOS, 'migrate', '--receive', '127.0.0.1:47391'), text=True,
            stdout=subprocess.PIPE, env=environment())
        here.run = ours
        ok(until(lambda: cosmos('migrate', 'm', '127.0.0.1:47391').status ==
                 OK), 'migrate HOST:PORT')
        out, _ = receiver.communicate(timeout=30)
        ok(out.startswith('m '), 'migrate --receive PORT', out)
        here.run = there
        cosmos('destroy', 'm')
        unmount(there)
        here.run = ours
        for who in 'name', 'id':
            create('m', COUNT)
            id = pid_of('m')
            done, status, said = migrate('m' if who == 'name' else str(id),
                                         ours, '--name', 'moved')
            ok(done.status == OK and status == OK and
               done.json()[0]['name'] == 'm' and done.json()[0]['id'] == id and
               cosmos('list', '--json').json()[0]['name'] == 'moved',
               'migrate --receive --name, by ' + who, done.all + said)
            nothing_left('m', 'migrate')
            cosmos('destroy', 'moved')
        here.run = ours
    create('m', IDLE)
    refused = cosmos('migrate', 'm', '127.0.0.1:9')
    fails(refused, SYSTEM, 'refused', 'nobody there')
    ok(len(refused.err.splitlines()) == 1, 'said once', refused.err)
    for words in (('m', 'there'), ('m', 'there:70000'), ('m', '4711'),
                  ('--receive', '70000'), ('--receive', 'fd:x')):
        fails(cosmos('migrate', *words), SYSTEM, words[-1] + ': ',
              'migrate ' + ' '.join(words))
    ok(cosmos('read', 'm', 'c.count').status == OK, 'it goes on')
    cosmos('destroy', 'm')


# ---- looking before, and from above ----

def test_check(folder):
    good, bad = (os.path.join(folder, x) for x in ('good.click', 'bad.click'))
    with open(good, 'w') as f:
        f.write('FromDevice(0) -> Queue -> ToDevice(15);')
    with open(bad, 'w') as f:
        f.write('a :: Nonsense;\nb :: Queue(x);\n')
    done = cosmos('check', good)
    ok(done.status == OK and done.err == '', 'check', done.all)
    done = cosmos('check', bad)
    ok(done.status == CONFIG and "bad.click:1: unknown element class "
       "'Nonsense'" in done.err, "check: Click's words, with the place",
       done.all)
    done = cosmos('check', '--json', good, bad, '/no/file')
    ok(done.status == NOTFOUND and
       [x['status'] for x in done.json()] == [OK, CONFIG, NOTFOUND],
       'check --json: several', done.all)
    done = cosmos('check', '-p', '0=nonsense:1', good)
    ok(done.status == CONFIG and 'nonsense' in done.err,
       'check --port: what a port is', done.all)
    fails(cosmos('check', good, CLICK='/no/click'), NOTSUP, 'no click',
          'no click to check with')
    done = cosmos('images', '--json')
    ok([x['platform'] for x in done.json()] == ['xen', 'kvm', 'process'],
       'images --json', done.all)
    ok(os.path.abspath('build/clickos') in cosmos('images').out, 'images')


def test_top():
    create('busy', 'InfiniteSource -> Discard; RatedSource(RATE 100000) -> '
           'Queue(10) -> Idle;')
    create('calm', IDLE)
    value = cosmos('top', '--json', '-d', '0.5').json()
    ok([(g['name'], len(g['routers'])) for g in value] ==
       [('busy', 1), ('calm', 1)], 'top --json: once, guests and routers')
    busy, calm = value
    ok(busy['cpu_percent'] > 10 and calm['cpu_percent'] < 15 and
       busy['drops_per_second'] > 1000 and calm['drops'] == 0 and
       busy['routers'][0]['drops'] == busy['drops'],
       'what they cost and do', value)
    done = cosmos('top', '-d', '0.1', '-n', '2')
    ok(done.out.count('NAME') == 2 and done.out.count('busy') == 4,
       'top: a table, twice', done.all)
    cosmos('destroy', 'busy', 'calm')


SEND = ('RatedSource(DATA \\<020000000002020000000001 88b5 000000000000>, '
        'RATE 100) -> Queue -> ToDevice(%s);')
HEAR = 'FromDevice(%s) -> c :: Counter -> Discard;'


def hears(name, router):
    def count():
        said = cosmos('read', '-r', str(router), name, 'c.count').out
        return int(said) if said.strip().isdigit() else -1
    first = count()
    return first >= 0 and until(lambda: count() > first)


def interface(name):
    return os.path.exists('/sys/class/net/' + name)


def test_attach(who, switch):
    """The guest plain, called who; it has no port, and then some."""
    ok(cosmos('attach', '--json', who, '1=vale0:p1').json() == [
        {'name': 'plain', 'id': pid_of('plain'), 'port': '1=vale0:p1'}],
       'attach --json: a port of the switch')
    fails(cosmos('attach', who, '1=vale0:p2'), EXISTS, 'detach that first',
          'attach: a number that is taken')
    ok(cosmos('attach', who, 'two=vale0:p2,slots=64').status == OK,
       'attach: another')
    ok(cosmos('install', who, '-', stdin=HEAR % 1 + SEND % 'two').out ==
       '1\n' and hears('plain', 1),
       'a router on both: what it sends by one comes by the other')
    done = cosmos('detach', who, '1')
    ok(done.status == STATE and 'router 1' in done.err,
       'detach: not while a router has it open', done.all)
    cosmos('remove', who, '1')
    fails(cosmos('install', who, '-', stdin=HEAR % 'vale0:far2'), CONFIG,
          'not a port of this guest', 'it can open no other')
    ok(cosmos('detach', '--json', who, '1').json()[0]['port'] == '1' and
       cosmos('detach', who, 'two').status == OK, 'detach')
    fails(cosmos('detach', who, '1'), NOTFOUND, 'no port 1',
          'detach: it is gone')
    ok('vale0' not in open(path('plain', 'spec')).read(),
       'and is not started again with it')
    fails(cosmos('install', who, '-', stdin=HEAR % 'vale0:p1'), CONFIG,
          'not a port of this guest', 'nor can the guest open it by itself')
    tap = 't%d' % (os.getpid() % 100000)
    ok(cosmos('attach', who, '1=tap:' + tap).status == OK and interface(tap),
       'attach: a tap interface')
    ok(cosmos('install', who, '-', stdin=HEAR % 1 + SEND % 2).status ==
       CONFIG and cosmos('install', who, '-', stdin=SEND % 1).out == '1\n',
       'which a router opens')
    sent = '/sys/class/net/%s/statistics/rx_packets' % tap
    ok(until(lambda: int(open(sent).read()) > 5), 'and sends to')
    cosmos('remove', who, '1')
    ok(cosmos('detach', who, '1').status == OK and
       until(lambda: not interface(tap)), 'detach: it goes')
    for port, status, words in (
            ('1=vale7:x', FAILED, 'no such switch'),
            ('1=pcap:x', NOTSUP, 'vale0:NAME, tap:NAME'),
            ('nonsense', USAGE, "'nonsense' is no port"),
            ('=vale0:x', USAGE, 'is no port'), ('1=vale0:', USAGE, 'is no port'),
            ('1=tap:' + 16 * 'x', USAGE, 'too long'),
            ('1=tap:x,mac=2:0:0:0:0:1', USAGE, 'without options'),
            ('1=bridge:nobridge', SYSTEM, 'joining bridge nobridge')):
        fails(cosmos('attach', who, port), status, words, 'attach ' + port)
    ok('port' not in open(path('plain', 'spec')).read() and
       cosmos('read', who, 'c.count').status == OK, 'which leave nothing')


def test_attach_bridge():
    bridge = 'pb%d' % (os.getpid() % 100000)
    if subprocess.run(('ip', 'link', 'add', bridge, 'type', 'bridge'),
                      stderr=subprocess.DEVNULL).returncode != 0:
        ok(True, 'a bridge # SKIP no bridges here')
        return

    def joined():
        return len(os.listdir('/sys/class/net/%s/brif' % bridge))

    try:
        done = create('br', HEAR % 0, '-p', '0=bridge:' + bridge)
        ok(done.status == OK and joined() == 1, 'create: a port of a bridge',
           done.all)
        ok(cosmos('attach', 'br', '1=bridge:' + bridge).status == OK and
           joined() == 2, 'attach: another')
        ok(cosmos('detach', 'br', '1').status == OK and
           until(lambda: joined() == 1), 'detach: it goes')
        fails(create('br2', HEAR % 0, '-p', '0=bridge:nobridge'), SYSTEM,
              'joining bridge nobridge', 'create: a bridge that is none')
        nothing_left('br2', 'no bridge')
        cosmos('destroy', 'br')
        ok(until(lambda: joined() == 0), 'destroy: it goes')
    finally:
        subprocess.run(('ip', 'link', 'del', bridge))


def test_attach_lasts(folder, switch):
    """Restarted, moved, and brought to another switch: the port is there."""
    create('far', SEND % 0, '-p', '0=vale0:far')
    fails(cosmos('install', 'far', '-', stdin=HEAR % 'vale0:other'), CONFIG,
          'not a port of this guest', 'create: the ports it has, and no other')
    create('near', IDLE, '--on-crash', 'restart')
    cosmos('attach', 'near', '0=vale0:near')
    cosmos('install', 'near', '-', stdin=HEAR % 0)
    ok(hears('near', 1), 'a port that was attached')
    switch.end()
    switch.begin()
    ok(cosmos('reconnect', 'far', 'near').status == OK and hears('near', 1),
       'reconnect: it is served again')
    fails(cosmos('install', 'near', '-', stdin=HEAR % 'vale0:other'), CONFIG,
          'not a port of this guest', 'and no other')
    cosmos('attach', 'near', '1=vale0:more')
    ok(cosmos('install', 'near', '-', stdin=HEAR % 1).status == OK and
       hears('near', 2), 'one more, of the new switch')
    file = os.path.join(folder, 'near.save')
    ok(cosmos('save', 'near', file).status == OK and
       cosmos('restore', file).status == OK and hears('near', 1) and
       hears('near', 2), 'save, restore: both are there')
    watch = Watch()
    until(watch_runs)
    time.sleep(1.5)
    os.kill(pid_of('near'), signal.SIGKILL)
    ok(watch.line() == 'near: it has crashed' and
       watch.line() == 'near: started again' and hears('near', 1) and
       hears('near', 2), 'a crash: started again with both')
    watch.end()
    said = ''
    for _ in range(20):
        cosmos('destroy', 'far')
        said += create('far', SEND % 0, '-p', '0=vale0:far').err
    ok(said == '' and hears('near', 1),
       'destroyed and made again, twenty times: its port is free each time',
       said)
    cosmos('destroy', 'far', 'near')


def test_ports(folder):
    switch = Switch(folder)
    try:
        create('far', IDLE, '-p', '0=vale0:far')
        create('plain', IDLE)
        for who in 'plain', str(pid_of('plain')):
            test_attach(who, switch)
        cosmos('suspend', 'plain')
        fails(cosmos('attach', 'plain', '1=vale0:p1'), STATE, 'paused',
              'attach: not to one that stands still')
        cosmos('destroy', 'plain', 'far')
        test_attach_bridge()
        test_attach_lasts(folder, switch)
    finally:
        switch.end()
    create('plain', IDLE)
    fails(cosmos('attach', 'plain', '1=vale0:p1'), NOTFOUND, 'vale.sock',
          'attach: no switch runs')
    del os.environ['VALE_SOCKET']
    fails(create('x', IDLE, '--cpus', '3-1'), USAGE, 'no list of processors',
          'create --cpus: nonsense')
    nothing_left('x', 'nonsense')
    create('pinned', IDLE, '--cpus', '0')
    ok('Cpus_allowed_list:\t0\n' in
       open('/proc/%d/status' % pid_of('pinned')).read(),
       'create --cpus: it runs there')
    cosmos('destroy', 'plain', 'pinned')


# ---- what a guest may use ----

def group_of(pid, controller):
    with open('/proc/%d/cgroup' % pid) as f:
        for line in f:
            _, names, where = line.strip().split(':', 2)
            if controller in names.split(','):
                return '/sys/fs/cgroup/%s%s' % (controller, where)
            if names == '':
                unified = '/sys/fs/cgroup' + where
    return unified


def number(*names):
    for name in names:
        if os.path.exists(name):
            with open(name) as f:
                return f.read().split()
    return None


def test_namespaces():
    """Of two guests: each its own, but for one empty network."""
    for name in 'one', 'two':
        create(name, IDLE)
    for kind in 'user', 'pid', 'mnt', 'ipc', 'net':
        a, b, here = (os.readlink('/proc/%s/ns/%s' % (pid, kind)) for pid in
                      (pid_of('one'), pid_of('two'), 'self'))
        ok((a == b) == (kind == 'net') and here not in (a, b),
           'namespaces of two guests: ' + kind, (a, b, here))
    cosmos('destroy', 'one', 'two')


def test_limits():
    done = create('small', IDLE, '--memory', '8M', '--cpu', '25%')
    if done.status == NOTSUP and 'no control group' in done.err:
        ok(True, 'refused where nothing limits it: ' + done.err.strip())
        nothing_left('small', 'refused')
        return
    memory = group_of(pid_of('small'), 'memory')
    ok(number(memory + '/memory.limit_in_bytes', memory + '/memory.max') ==
       [str(8 << 20)], 'create --memory: its group has the limit', memory)
    cpu = group_of(pid_of('small'), 'cpu')
    ok(number(cpu + '/cpu.cfs_quota_us', cpu + '/cpu.max')[0] == '25000',
       'create --cpu: likewise')
    ok(cosmos('show', '--json', 'small').json()[0]['stats']['memory_total'] ==
       8 << 20, 'the guest knows')
    pid = pid_of('small')
    cosmos('install', 'small', '-', stdin='InfiniteSource(LENGTH 1500) -> '
           'Queue(100000) -> Idle;')
    until(lambda: not alive(pid), 5)
    grown = number('/proc/%d/statm' % pid)
    ok(not alive(pid) or int(grown[1]) * 4096 < 10 << 20,
       'it cannot have more', grown)
    ok(cosmos('destroy', 'small').status == OK, 'destroy')
    ok(not os.path.exists(memory) and not os.path.exists(cpu),
       'its groups go with it')
    create('busy', 'InfiniteSource -> Discard;', '--cpu', '20')
    pid = pid_of('busy')
    begin, time0 = time.time(), cpu_seconds(pid)
    time.sleep(1.5)
    used = (cpu_seconds(pid) - time0) / (time.time() - begin)
    ok(used < 0.27, '--cpu is a limit', used)
    cosmos('destroy', 'busy')
    fails(create('none', IDLE, CLICKOS_CGROUP='/no/such/group'), NOTSUP,
          '--no-limits', 'no control group: refused')
    nothing_left('none', 'refused')
    done = create('none', IDLE, '--no-limits', CLICKOS_CGROUP='/no/such')
    ok(done.status == OK, '--no-limits', done.all)
    cosmos('destroy', 'none')


def cpu_seconds(pid):
    with open('/proc/%d/schedstat' % pid) as f:
        first = int(f.read().split()[0])
    for task in glob.glob('/proc/%d/task/*/schedstat' % pid):
        if int(task.split('/')[4]) != pid:
            with open(task) as f:
                first += int(f.read().split()[0])
    return first / 1e9


# ---- faults ----

def stub(folder, text):
    name = os.path.join(folder, 'stub')
    with open(name, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(name, 0o755)
    return name


class Other:
    """A user who is not root, in some groups."""

    def __init__(self, *groups):
        self.groups = groups

    def become(self):
        os.setgroups(self.groups)
        os.setgid(65534)
        os.setuid(65534)

    def cosmos(self, *argv, stdin=''):
        return cosmos(*argv, stdin=stdin, before=self.become)

    def connects(self, name):
        child = os.fork()
        if child == 0:
            try:
                self.become()
                socket.socket(socket.AF_UNIX).connect(path(name, 'control'))
                os._exit(0)
            except OSError:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0


def test_rights():
    """Who may talk to a guest: root, and the group that was named."""
    os.chmod(here.run, 0o755)
    stranger, member = Other(), Other(4242)
    if stranger.cosmos('version').status != OK:
        ok(True, 'rights # SKIP others cannot run what was built here')
        return
    create('closed', COUNT)
    create('shared', COUNT, CLICKOS_GROUP='4242')
    create('named', IDLE, CLICKOS_GROUP='nogroup')
    ok(os.stat(path('named', 'control')).st_gid ==
       grp.getgrnam('nogroup').gr_gid, 'rights: a group by its name')
    cosmos('destroy', 'named')
    for who, name in ((stranger, 'closed'), (stranger, 'shared'),
                      (member, 'closed')):
        fails(who.cosmos('read', name, 'c.count'), DENIED, name,
              'rights: %s is not for others' % name)
        ok(not who.connects(name), 'nor its socket')
        for argv in (('write', name, 'c.reset'), ('install', name, '-'),
                     ('stop', name), ('suspend', name), ('destroy', name),
                     ('shutdown', name), ('attach', name, '1=vale0:x'),
                     ('save', name, '-'), ('logs', name)):
            done = who.cosmos(*argv, stdin=IDLE)
            ok(done.status == DENIED, 'nor %s' % argv[0], done.all)
    fails(stranger.cosmos('create', 'x', '-o', 'process', '-c', '-', stdin=IDLE),
          DENIED, '$CLICKOS_RUN may name a folder', 'nor create in its folder')
    ok(stranger.cosmos('list', '--json').json() == [] and
       [g['name'] for g in member.cosmos('list', '--json').json()] ==
       ['shared'], 'rights: list has what one may see')
    ok(member.connects('shared') and
       member.cosmos('read', 'shared', 'c.count').out == '5\n' and
       member.cosmos('write', 'shared', 'c.reset').status == OK and
       member.cosmos('install', 'shared', '-', stdin=IDLE).out == '1\n' and
       member.cosmos('remove', 'shared', '1').status == OK and
       member.cosmos('logs', 'shared').status == OK,
       'rights: the group talks to its guest')
    for argv in (('destroy', 'shared'), ('suspend', 'shared'),
                 ('attach', 'shared', '1=vale0:x'), ('detach', 'shared', '1')):
        fails(member.cosmos(*argv), DENIED, 'shared',
              'but %s is not for it' % argv[0])
    ok(cosmos('read', 'shared', 'c.count').out == '0\n' and
       counted('closed'), 'they run on')
    fails(create('x', IDLE, CLICKOS_GROUP='no-such-group'), USAGE,
          'no-such-group', 'a group that is none')
    nothing_left('x', 'no group')
    cosmos('destroy', 'closed', 'shared')


def test_races():
    """Eight creates of a name at once, many times: none waits for a guest that
    another has made of what it had begun."""
    argv = (COSMOS, 'create', '--on', 'process', '-c', '-', 'race')
    bad = []
    for _ in range(60):
        makers = [subprocess.Popen(argv, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE,
                                   env=environment()) for _ in range(8)]
        for maker in makers:
            maker.stdin.write(IDLE.encode())
            maker.stdin.close()
        until(lambda: all(m.poll() is not None for m in makers), 20)
        for maker in makers:
            if maker.poll() is None:
                maker.kill()
            maker.wait()
        ends = sorted((m.returncode, m.stderr.read().decode())
                      for m in makers)
        if [code for code, _ in ends] != [OK] + [EXISTS] * 7:
            bad.append(ends)
        cosmos('destroy', 'race')
    ok(bad == [], 'eight creates of a name at once, sixty times', bad)
    create('half', IDLE)
    with open(f'{here.run}/guests/half/making', 'w') as making:
        ok('half made' not in cosmos('doctor', '-n').all,
           'a creator that has yet to lock what says so has not gone')
        making.write('\n')
    ok('half made' in cosmos('doctor', '-n').all, 'one that had it locked has')
    cosmos('destroy', 'half')


def test_names():
    test_races()
    create('taken', COUNT)
    pid = pid_of('taken')
    fails(create('taken'), EXISTS, 'taken', 'a name in use')
    ok(alive(pid) and counted('taken'),
       'its owner is not touched')
    test_race(8)
    cosmos('destroy', 'taken')


def test_boot_faults(folder):
    fails(create('x', IDLE, '-i', '/no/such/program'), NOTFOUND,
          '/no/such/program', 'a missing image')
    nothing_left('x', 'missing image')
    fails(create('x', IDLE, '-i', stub(folder, 'echo no luck >&2; exit 3')),
          FAILED, 'no luck', 'a guest that dies at boot: its own words')
    nothing_left('x', 'died at boot')
    fails(create('x', IDLE, '-i', stub(folder, 'exit 3')), FAILED,
          'without a word', 'one that says nothing')
    nothing_left('x', 'said nothing')
    fails(create('x', 'Nonsense;'), CONFIG, 'Nonsense',
          'a configuration with a mistake')
    nothing_left('x', 'mistake')
    fails(create('x', IDLE, '-p', '0=nonsense:1'), FAILED, 'nonsense',
          'a port that is none')
    nothing_left('x', 'no port')
    fails(cosmos('create', '--on', 'process', '-c', '/no/file', 'x'),
          NOTFOUND, '/no/file', 'a missing configuration')


def test_killed_create(folder):
    """Killed when the guest runs already, and is waited for."""
    slow = stub(folder, 'sleep 1000')
    for again in 'create', 'doctor':
        maker = subprocess.Popen(
            (COSMOS, 'create', '--on', 'process', '-i', slow, '-c', '-',
             'half'), stdin=subprocess.PIPE, env=environment(),
            stderr=subprocess.DEVNULL)
        maker.stdin.write(IDLE.encode())
        maker.stdin.close()
        until(lambda: os.path.exists(path('half', 'pid')) and
              os.path.getsize(path('half', 'pid')) > 1 and
              b'sleep' in open('/proc/%d/cmdline' % pid_of('half'),
                               'rb').read())
        guest = pid_of('half')
        fails(create('half'), EXISTS, 'half', 'a create under way: its name')
        done = cosmos('doctor', '-n')
        ok(done.out == '', 'the doctor leaves it alone', done.all)
        maker.kill()
        maker.wait()
        if again == 'create':
            ok(create('half', COUNT).status == OK and not alive(guest),
               'killed: the next create clears it away')
            ok(counted('half'),
               'and has the name')
        else:
            said = cosmos('doctor', '-n', '--json').json()
            ok(said and said[0]['name'] == 'half' and
               said[0]['kind'] == 'guest' and not said[0]['cleared'] and
               alive(guest), 'killed: the doctor sees it', said)
            said = cosmos('doctor').out
            ok('guest half: half made' in said and
               until(lambda: not alive(guest)), 'and clears it', said)
            nothing_left('half', 'doctor')
        cosmos('destroy', 'half')


def test_doctor():
    for name in 'one', 'two':
        create(name)
    pid = pid_of('one')
    os.kill(pid, signal.SIGKILL)
    until(lambda: ended('one'))
    os.mkdir(path('empty'))
    os.symlink('../guests/nobody', os.path.join(here.run, 'ids', '77'))
    said = cosmos('doctor').out
    ok('guest one: it has ended' in said and 'guest empty: empty' in said and
       'id 77: no guest has it' in said, 'doctor: what there is', said)
    ok('two' not in said and alive(pid_of('two')),
       'who lives is not touched')
    nothing_left('one', 'doctor')
    nothing_left('empty', 'doctor')
    ok(cosmos('doctor').out == '', 'a second look finds nothing',
       cosmos('doctor').out)
    cosmos('destroy', 'two')


def test_full_disk():
    before = here.run
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(('mount', '-t', 'tmpfs', '-o', 'size=256k,nr_inodes=0',
                           'none', folder)).returncode != 0:
            ok(True, 'full disk # SKIP no mount')
            return
        here.run = folder
        try:
            done = create('fits')
            ok(done.status == OK, 'a tiny disk', done.all)
            big = '// ' + 'x' * 300000 + '\n' + IDLE
            fails(create('big', big), FULL, 'No space left',
                  'a full disk')
            nothing_left('big', 'full disk')
            try:
                with open(os.path.join(folder, 'fill'), 'wb', 0) as f:
                    while True:
                        f.write(b'x' * 4096)
            except OSError:
                pass
            fails(create('more'), FULL, 'No space left', 'fuller still')
            nothing_left('more', 'fuller still')
            ok(cosmos('read', 'fits', 'c.count').out == '0\n',
               'who was there does not notice')
            cosmos('destroy', 'fits')
        finally:
            here.run = before
            unmount(folder)
            subprocess.run(('umount', '-l', folder))


def test_no_memory():
    fails(create('x', IDLE, '--memory', '16K'), FULL, 'memory',
          'no memory for it')
    nothing_left('x', 'no memory')


def test_no_processes(folder):
    group = '/sys/fs/cgroup/pids/clickos-test-%d' % os.getpid()
    try:
        os.mkdir(group)
    except OSError:
        ok(True, 'no more processes # SKIP no pids controller')
        return

    def enter(most):
        with open(group + '/pids.max', 'w') as f:
            f.write(str(most))
        with open(group + '/cgroup.procs', 'w') as f:
            f.write('0')

    argv = ('create', '--on', 'process', '-c', '-', 'x')
    fails(cosmos(*argv, stdin=IDLE, before=lambda: enter(1)), FULL,
          'pids', 'no process to be had')
    nothing_left('x', 'no process')
    done = cosmos(*argv, stdin=IDLE, before=lambda: enter(2))
    ok(done.status not in (OK, SYSTEM) and 'x: ' in done.err,
       'no thread to be had', done.all)
    nothing_left('x', 'no thread')
    os.rmdir(group)
    few = os.path.join(folder, 'few')
    with open(few, 'w') as f:
        f.write('100\n')
    for name in 'pid_max', 'threads-max':
        fails(cosmos(*argv, stdin=IDLE, under=(
            'unshare', '-m', 'sh', '-c', 'mount --bind "$0" '
            '/proc/sys/kernel/%s && exec "$@"' % name, few)), FULL,
            'kernel.' + name, name + ' is looked at beforehand')
        nothing_left('x', name)


# ---- watch and pool ----

def watch_runs():
    try:
        with open(os.path.join(here.run, 'watch.lock')) as f:
            fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except OSError:
        return os.path.exists(os.path.join(here.run, 'watch.lock'))


def few_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (24, hard))


class Watch:
    """With a limit on files that it must raise: it has one a guest."""

    def __init__(self):
        self.process = subprocess.Popen(
            (COSMOS, 'watch'), stdout=subprocess.PIPE, text=True,
            preexec_fn=few_files, env=environment())

    def line(self):
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.terminate()
        return self.process.wait(10)


def test_watch():
    create('old', COUNT, '--on-crash', 'restart')
    for _ in range(3):
        cosmos('install', 'old', '-', stdin=COUNT)
    cosmos('install', '--swap', 'old', '-', stdin=IDLE)
    cosmos('remove', 'old', '1')
    cosmos('stop', 'old', '3')
    watch = Watch()
    until(watch_runs)
    fails(cosmos('watch'), STATE, 'another', 'one watch a host')
    time.sleep(0.5)
    create('gone')
    create('kept', IDLE, '--on-crash', 'preserve')
    create('again', COUNT, '--on-poweroff', 'restart')
    create('anew', COUNT)
    time.sleep(1.5)
    first = pid_of('old')
    os.kill(first, signal.SIGKILL)
    ok(watch.line() == 'old: it has crashed' and
       watch.line() == 'old: started again', 'a crash: restarted')
    ok(pid_of('old') != first and until(
        lambda: cosmos('read', 'old', 'c.count').out == '0\n'),
       'with its configuration, as it was swapped')
    ok(until(lambda: state_of('old', 3) == 'halted') and
       state_of('old', 1) is None and state_of('old', 2) == 'running' and
       counted('-r', '2', 'old'),
       'and with all that was installed since, stopped or removed')
    os.kill(pid_of('gone'), signal.SIGKILL)
    ok(watch.line() == 'gone: it has crashed' and
       until(lambda: not os.path.exists(path('gone'))),
       'a crash: cleared away')
    os.kill(pid_of('kept'), signal.SIGKILL)
    first = pid_of('again')
    cosmos('shutdown', 'again')
    ok(watch.line() == 'again: poweroff' and
       watch.line() == 'again: started again' and pid_of('again') != first,
       'a shutdown: restarted if wished')
    first = pid_of('anew')
    cosmos('shutdown', '--reboot', 'anew')
    ok(watch.line() == 'anew: reboot' and
       watch.line() == 'anew: started again' and pid_of('anew') != first,
       'a reboot: restarted by itself')
    ok(os.path.exists(path('kept')), 'one that is to be kept is')
    ok('kept' not in cosmos('doctor').out and os.path.exists(path('kept')),
       'by the doctor, too')
    many = ['m%d' % i for i in range(24)]
    cosmos('create', '--on', 'process', *many)
    time.sleep(2)
    os.kill(pid_of(many[-1]), signal.SIGKILL)
    ok(until(lambda: not os.path.exists(path(many[-1])), 1),
       'two dozen guests: one that crashes is seen at once')
    time.sleep(1.5)
    before = cpu_seconds(watch.process.pid)
    time.sleep(1)
    ok(cpu_seconds(watch.process.pid) == before,
       'idle, it sleeps, however many there are')
    cosmos('destroy', *many[:-1])
    ok(watch.end() == OK, 'SIGTERM ends it')
    for name in 'old', 'kept', 'again', 'anew':
        cosmos('destroy', name)


def test_pool():
    done = cosmos('pool', '3', '--json')
    ok(done.json() == {'prepared': 3}, 'pool: three', done.all)
    ok(cosmos('pool').out == '3\n', 'pool: how many there are')
    ok(cosmos('list', '--json').json() == [], 'they are no guests yet')
    fails(cosmos('pool', '--on', 'process', '-p', '0=bridge:b', '3'), NOTSUP,
          '0=bridge:b', 'pool --port: a process guest gets its ports later')
    held = set(os.listdir(os.path.join(here.run, 'pool')))
    done = create('quick', COUNT)
    ok(done.status == OK and counted('quick'),
       'create takes one', done.all)
    ok(cosmos('pool').out == '2\n' and
       set(os.listdir(os.path.join(here.run, 'pool'))) < held,
       'it is gone from there')
    fails(create('quick'), EXISTS, 'quick', 'a name in use, with a pool')
    ok(cosmos('pool').out == '2\n', 'takes none')
    ok(create('slow', IDLE, '--memory', '9M').status == OK and
       cosmos('pool').out == '2\n', 'what a prepared one is not takes none')
    fails(create('bad', 'Nonsense;'), CONFIG, 'Nonsense', 'a mistake')
    nothing_left('bad', 'a mistake')
    watch = Watch()
    ok(until(lambda: cosmos('pool').out == '3\n'),
       'cosmos watch fills it again')
    for name in 'quick', 'slow':
        cosmos('destroy', name)
    watch.end()
    results = []
    threads = [threading.Thread(
        target=lambda i=i: results.append(create('p%d' % i, COUNT)))
        for i in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok([r.status for r in results] == [OK] * 6 and
       len({g['id'] for g in cosmos('list', '--json').json()}) == 6,
       'six creates at once, three prepared',
       '\n'.join(r.all for r in results))
    cosmos('destroy', *('p%d' % i for i in range(6)))
    ok(cosmos('pool', '2').out == '2\n' and cosmos('pool', '0').out == '0\n',
       'pool 0: none')


def test_all(folder):
    test_usage()
    test_create()
    test_each()
    test_patterns()
    test_original(folder)
    test_save(folder)
    test_migrate()
    test_check(folder)
    test_top()
    test_ports(folder)
    test_namespaces()
    test_limits()
    test_rights()
    test_names()
    test_boot_faults(folder)
    test_killed_create(folder)
    test_doctor()
    test_no_memory()
    test_no_processes(folder)
    test_full_disk()
    test_watch()
    test_pool()
    left = cosmos('doctor', '-n').out
    ok(left == '', 'nothing is left over', left)


def main():
    if os.geteuid() != 0:
        print('1..0 # SKIP not root')
        return
    with tempfile.TemporaryDirectory() as here.run, \
            tempfile.TemporaryDirectory() as folder:
        try:
            test_all(folder)
        finally:
            for guest in (cosmos('list', '--json').json() or []):
                cosmos('destroy', guest['name'])
            unmount(here.run)
    ok(jsonschema is None or set(SCHEMA['$defs']) & set(validated) >=
       {'create', 'list', 'show', 'top', 'check', 'install', 'remove',
        'start', 'stop', 'read', 'write', 'attach', 'logs',
        'suspend', 'resume', 'save', 'restore', 'migrate', 'shutdown',
        'destroy', 'images', 'pool', 'doctor', 'version'},
       'every command was held against the schema', validated)
    tap.done()


main()
