#!/usr/bin/env python3
"""cosmos.t -- cosmos on the process platform: every subcommand by name and by
id, its JSON, and what goes wrong on the way.

Everything lies in a folder of its own (CLICKOS_RUN).  COSMOS names another
build of the command.
"""
import fcntl
import glob
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
COSMOS = os.environ.get('COSMOS', 'build/cosmos')
GUEST = os.path.abspath('build/clickos-process')
COUNT = 'InfiniteSource(LIMIT 5) -> c :: Counter -> Discard;'
IDLE = 'i :: Idle -> c :: Counter -> Discard;'
OK, FAILED, USAGE, NOTFOUND, EXISTS, CONFIG = 0, 1, 2, 3, 4, 5
DENIED, NOTSUP, STATE, FULL, TIMEOUT, SYSTEM = 6, 7, 8, 9, 10, 11
GUEST_SHAPE = {'name': str, 'id': int, 'platform': str, 'state': str,
               'memory_bytes': int, 'cpu_seconds': float, 'created': float}
count = 0
run_folder = None


def ok(passed, name, note=''):
    global count
    count += 1
    print('%sok %d - %s' % ('' if passed else 'not ', count, name), flush=True)
    if not passed and note != '':
        print('# ' + str(note).replace('\n', '\n# '))
    return passed


def environment(**more):
    return dict(os.environ, CLICKOS_RUN=run_folder, CLICKOS_PROCESS=GUEST,
                **more)


class Done:
    """How a command ended."""

    def __init__(self, done):
        self.status, self.out, self.err = (done.returncode, done.stdout,
                                           done.stderr)
        self.all = 'exit %d\n%s%s' % (self.status, self.out, self.err)

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            return None


def cosmos(*argv, stdin='', under=(), before=None, **env):
    return Done(subprocess.run(
        tuple(under) + (COSMOS,) + argv, input=stdin, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30,
        preexec_fn=before, env=environment(**env)))


def create(name, config=IDLE, *more, **env):
    return cosmos('create', '--on', 'process', '-c', '-', *more, name,
                  stdin=config, **env)


def fails(done, status, words, name):
    """It ended so, said that in one breath, and said what about."""
    ok(done.status == status and words in done.err and
       done.err.startswith('cosmos'), name, done.all)


def shaped(value, shape):
    return (isinstance(value, dict) and set(shape) <= set(value) and
            all(isinstance(value[k], t) for k, t in shape.items()))


def path(name, file=''):
    return os.path.join(run_folder, 'guests', name, file)


def pid_of(name):
    with open(path(name, 'pid')) as f:
        return int(f.read())


def alive(pid):
    try:
        with open('/proc/%d/stat' % pid) as f:
            return f.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def ended(name):
    """All of it: its threads may end after its leader has."""
    return any(g['name'] == name and g['state'] == 'dying'
               for g in cosmos('list', '--json').json())


def until(condition, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def nothing_left(name, what):
    ok(not os.path.exists(path(name)), what + ': no folder is left')


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


def test_looking(who):
    value = cosmos('list', '--json').json()
    ok(isinstance(value, list) and len(value) == 2 and
       all(shaped(x, GUEST_SHAPE) for x in value), 'list --json')
    ok('first' in cosmos('list').out, 'list')
    done = cosmos('show', who)
    ok(done.status == OK and 'first: process guest' in done.out and
       'routers_running 1' in done.out, 'show', done.all)
    value = cosmos('show', '--json', who).json()
    ok(shaped(value, dict(GUEST_SHAPE, routers=dict, stats=dict)) and
       value['routers']['0']['state'] == 'running' and
       value['stats']['memory_total'] == 64 << 20,
       'show --json: with its memory limit', value)
    done = cosmos('logs', who)
    ok(done.status == OK, 'logs', done.all)
    value = cosmos('logs', '--json', who).json()
    ok(shaped(value, {'guest': str, 'text': str}), 'logs --json', value)


def test_handlers(who):
    done = cosmos('read', who, 'c.count')
    ok(done.out == '5\n', 'read', done.all)
    ok(cosmos('read', '--json', who, 'c.count').json() is not None,
       'read --json')
    done = cosmos('write', who, 'c.reset')
    ok(done.status == OK and cosmos('read', who, 'c.count').out == '0\n',
       'write', done.all)
    fails(cosmos('read', who, 'x.count'), NOTFOUND, 'x', 'read: no element')
    fails(cosmos('write', who, 'c.count', '1'), NOTFOUND, 'count',
          'write: no such write handler')


def test_routers(who):
    with tempfile.NamedTemporaryFile('w', suffix='.click') as f:
        f.write(COUNT)
        f.flush()
        done = cosmos('install', who, f.name)
        ok(done.status == OK, 'install', done.all)
        done = cosmos('install', '--json', who, f.name)
        ok(done.status == OK and done.json() is not None, 'install --json',
           done.all)
    ok(cosmos('read', '-r', '1', who, 'c.count').out == '5\n',
       'read of another router')
    done = cosmos('stop', who, '1')
    ok(done.status == OK, 'stop', done.all)
    ok(cosmos('show', '--json', who).json()['routers']['1']['state'] ==
       'halted', 'it is halted')
    ok(cosmos('start', '-r', '1', who).status == OK, 'start')
    for router in '1', '2':
        done = cosmos('remove', who, router)
        ok(done.status == OK, 'remove ' + router, done.all)
    done = cosmos('install', who, '-', stdin='Nonsense;')
    ok(done.status == CONFIG and 'Nonsense' in done.err,
       "install: Click's words", done.all)
    ok(len(cosmos('show', '--json', who).json()['routers']) == 1,
       'nothing of it stays')


def test_stillness(who):
    ok(cosmos('suspend', who).status == OK, 'suspend')
    fails(cosmos('read', who, 'c.count'), STATE, 'paused',
          'read of one that stands still')
    ok(cosmos('resume', who).status == OK, 'resume')
    ok(cosmos('read', who, 'c.count').status == OK, 'it answers again')


def test_console(who):
    done = subprocess.Popen((COSMOS, 'console', who), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment())
    cosmos('install', who, '-',
           stdin='InfiniteSource(LIMIT 1) -> Print(hello) -> Discard;')
    line = done.stdout.readline()
    done.terminate()
    done.wait()
    ok('hello' in line, 'console: what it says comes out', line)
    cosmos('remove', who, '1')


def test_ends():
    for how in 'name', 'id':
        create('third')
        who = 'third' if how == 'name' else str(pid_of('third'))
        pid = pid_of('third')
        done = cosmos('shutdown', who)
        ok(done.status == OK and until(lambda: not alive(pid)),
           'shutdown by ' + how, done.all)
        ok(until(lambda: ended('third')), 'it shows as ended')
        done = cosmos('destroy', who)
        ok(done.status == OK, 'destroy of one that has ended, by ' + how,
           done.all)
        nothing_left('third', 'destroy')
    for who in 'first', str(pid_of('second')):
        pid = pid_of('second' if who != 'first' else 'first')
        ok(cosmos('destroy', who).status == OK and not alive(pid),
           'destroy: it is gone when that returns')
    ok(cosmos('list', '--json').json() == [], 'nobody is left')
    ok(os.listdir(os.path.join(run_folder, 'ids')) == [], 'nor an id')


def test_usage():
    fails(cosmos('fly'), USAGE, 'no such command', 'no such command')
    ok(cosmos('--help').status == OK, '--help')
    ok(cosmos('version', '--json').json().get('version'), 'version --json')
    for command in ('create', 'list', 'show', 'install', 'remove', 'start',
                    'stop', 'read', 'write', 'console', 'logs', 'suspend',
                    'resume', 'shutdown', 'destroy', 'watch', 'pool',
                    'doctor', 'version'):
        done = cosmos(command, '--help')
        ok(done.status == OK and 'cosmos ' + command in done.out,
           command + ' --help', done.all)
        if command not in ('version',):
            ok(cosmos(command, '--nonsense').status == USAGE,
               command + ': an option that is none')
    for argv in (('create',), ('show',), ('read',), ('destroy',),
                 ('list', 'x'), ('doctor', 'x'), ('watch', 'x'),
                 ('pool', 'x'), ('pool', '1', '2'),
                 ('create', '-C', '0', 'x'), ('create', '-C', 'x', 'y'),
                 ('create', '--on-crash', 'fly', 'x'),
                 ('create', '-m', 'x', 'y'), ('create', '-o', 'x', 'y')):
        fails(cosmos(*argv), USAGE, '--help', ' '.join(argv))
    fails(cosmos('show', 'nobody'), NOTFOUND, 'nobody', 'no such name')
    fails(cosmos('show', '4194304'), NOTFOUND, '4194304', 'no such id')
    fails(cosmos('show', '_x'), USAGE, '_x', 'what is no name')
    fails(create('1x'), USAGE, '1x', 'create: what is no name')


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
    ok(cosmos('show', '--json', 'small').json()['stats']['memory_total'] ==
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


def test_names():
    create('taken', COUNT)
    pid = pid_of('taken')
    fails(create('taken'), EXISTS, 'taken', 'a name in use')
    ok(alive(pid) and cosmos('read', 'taken', 'c.count').out == '5\n',
       'its owner is not touched')
    results = []
    threads = [threading.Thread(
        target=lambda: results.append(create('race').status))
        for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(sorted(results) == [OK] + [EXISTS] * 7,
       'eight creates of one name at once: one has it', results)
    ok(cosmos('read', 'race', 'c.count').out == '0\n', 'and it works')
    os.kill(pid_of('race'), signal.SIGKILL)
    until(lambda: ended('race'))
    ok(create('race', COUNT).status == OK and
       cosmos('read', 'race', 'c.count').out == '5\n',
       "a dead guest's name is free")
    cosmos('destroy', 'race', 'taken')


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
        ok(cosmos('doctor', '-n').out == '',
           'the doctor leaves it alone')
        maker.kill()
        maker.wait()
        if again == 'create':
            ok(create('half', COUNT).status == OK and not alive(guest),
               'killed: the next create clears it away')
            ok(cosmos('read', 'half', 'c.count').out == '5\n',
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
    os.symlink('../guests/nobody', os.path.join(run_folder, 'ids', '77'))
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
    global run_folder
    before = run_folder
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(('mount', '-t', 'tmpfs', '-o', 'size=256k,nr_inodes=0',
                           'none', folder)).returncode != 0:
            ok(True, 'full disk # SKIP no mount')
            return
        run_folder = folder
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
            run_folder = before
            unmount(folder)
            subprocess.run(('umount', '-l', folder))


def test_no_memory():
    fails(create('x', IDLE, '--memory', '64K'), FULL, 'memory',
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
        with open(os.path.join(run_folder, 'watch.lock')) as f:
            fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except OSError:
        return os.path.exists(os.path.join(run_folder, 'watch.lock'))


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
    ok(pid_of('old') != first and
       cosmos('read', 'old', 'c.count').out == '5\n',
       'with its configuration')
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
    held = set(os.listdir(os.path.join(run_folder, 'pool')))
    done = create('quick', COUNT)
    ok(done.status == OK and cosmos('read', 'quick', 'c.count').out == '5\n',
       'create takes one', done.all)
    ok(cosmos('pool').out == '2\n' and
       set(os.listdir(os.path.join(run_folder, 'pool'))) < held,
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
        target=lambda i=i: results.append(create('p%d' % i, COUNT).status))
        for i in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(results == [OK] * 6 and
       len({g['id'] for g in cosmos('list', '--json').json()}) == 6,
       'six creates at once, three prepared', results)
    cosmos('destroy', *('p%d' % i for i in range(6)))
    ok(cosmos('pool', '2').out == '2\n' and cosmos('pool', '0').out == '0\n',
       'pool 0: none')


def unmount(folder):
    for name in 'net', 'mnt', '':
        subprocess.run(('umount', '-l', os.path.join(folder, 'empty', name)),
                       stderr=subprocess.DEVNULL)


def test_all(folder):
    test_usage()
    test_create()
    for how in 'name', 'id':
        who = 'first' if how == 'name' else str(pid_of('first'))
        for test in (test_looking, test_handlers, test_routers,
                     test_stillness, test_console):
            test(who)
        cosmos('destroy', who)
        create('first', COUNT)
    test_ends()
    test_limits()
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
    global run_folder
    if os.geteuid() != 0:
        print('1..0 # SKIP not root')
        return
    with tempfile.TemporaryDirectory() as run_folder, \
            tempfile.TemporaryDirectory() as folder:
        try:
            test_all(folder)
        finally:
            for guest in (cosmos('list', '--json').json() or []):
                cosmos('destroy', guest['name'])
            unmount(run_folder)
    print('1..%d' % count)


main()
