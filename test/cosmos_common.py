"""cosmos_common.py -- what is tested of guests whatever they run on (that is
here.platform): each subcommand by name and by id on `first`, which has counted
to five, and `second`, which is idle; moves, and creates that meet.
"""
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading

from cosmos_run import *


def counted(*who):
    """COUNT has: a create returns when the router runs, not when its source has
    ended, and where processors are short it is asked in between."""
    return until(lambda: cosmos('read', *who, 'c.count').out == '5\n')


def make(name, config=IDLE, *more, **env):
    return cosmos('create', '--on', here.platform, '-c', '-', *more, name,
                  stdin=config, **env)


def state_of(who, router):
    routers = cosmos('show', '--json', str(who)).json()[0]['routers']
    return routers.get(str(router), {}).get('state')


def test_looking(who):
    value = cosmos('list', '--json').json()
    ok(isinstance(value, list) and len(value) == 2 and
       all(shaped(x, GUEST_SHAPE) for x in value), 'list --json')
    ok('first' in cosmos('list').out, 'list')
    done = cosmos('show', who)
    ok(done.status == OK and 'first: %s guest' % here.platform in done.out and
       'routers_running 1' in done.out, 'show', done.all)
    value = cosmos('show', '--json', who).json()[0]
    ok(shaped(value, dict(GUEST_SHAPE, routers=dict, stats=dict)) and
       value['routers']['0']['state'] == 'running' and
       0.7 < value['stats']['memory_total'] / here.memory <= 1,
       'show --json: with its memory', value)
    done = cosmos('logs', who)
    ok(done.status == OK, 'logs', done.all)
    value = cosmos('logs', '--json', who).json()
    ok(shaped(value[0], {'name': str, 'text': str}), 'logs --json', value)
    value = cosmos('show', '--json', who, 'nobody', 'second').json()
    ok([g['name'] for g in value] == ['first', 'nobody', 'second'] and
       value[1]['status'] == NOTFOUND and 'nobody' in value[1]['error'],
       'show of several: one that is not there does not keep the others')


def test_handlers(who):
    ok(counted(who), 'it has counted')
    done = cosmos('read', who, 'c.count')
    ok(done.out == '5\n', 'read', done.all)
    value = cosmos('read', '--json', who, 'c.count').json()
    ok(value[0]['value'] == '5' and value[0]['handler'] == 'c.count',
       'read --json', value)
    ok(cosmos('read', who, 'c', 'count').out == '5\n' and
       cosmos('read', who, '.version').status == OK,
       "read: the original's form, and the router's own")
    ok(cosmos('write', '--json', who, 'c', 'reset').json()[0]['handler'] ==
       'c.reset', "write: the original's form, --json")
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
        ok(done.status == OK and done.json()[0]['router'] == 2,
           'install --json', done.all)
    ok(counted('-r', '1', who),
       'read of another router')
    done = cosmos('stop', who, '1')
    ok(done.status == OK, 'stop', done.all)
    ok(state_of(who, 1) == 'halted', 'it is halted')
    ok(cosmos('start', '--json', '-r', '1', who).json()[0]['routers'] == [1],
       'start --json')
    ok(cosmos('stop', '--json', who).json()[0]['routers'] == [0, 1, 2],
       'stop: all that run')
    ok(cosmos('start', '--json', who).json()[0]['routers'] == [0, 1, 2],
       'start: all that are halted')
    ok(cosmos('remove', '--json', who, '1').json()[0]['routers'] == [1],
       'remove --json')
    done = cosmos('remove', who, '2')
    ok(done.status == OK, 'remove', done.all)
    done = cosmos('install', who, '-', stdin='Nonsense;')
    ok(done.status == CONFIG and 'Nonsense' in done.err,
       "install: Click's words", done.all)
    ok(len(cosmos('show', '--json', who).json()[0]['routers']) == 1,
       'nothing of it stays')


def test_stillness(who):
    ok(cosmos('suspend', '--json', who).json() == [{
        'name': 'first', 'id': pid_of('first')}], 'suspend --json')
    fails(cosmos('read', who, 'c.count'), STATE, 'paused',
          'read of one that stands still')
    ok(cosmos('resume', '--json', who).json()[0]['name'] == 'first',
       'resume --json')
    ok(cosmos('read', who, 'c.count').status == OK, 'it answers again')


def test_console(who):
    done = subprocess.Popen((COSMOS, 'console', who), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment())
    cosmos('install', who, '-',
           stdin='InfiniteSource(LIMIT 1) -> Print(hello) -> Discard;')
    line = done.stdout.readline()
    while line and 'hello' not in line:
        line = done.stdout.readline()
    done.terminate()
    done.wait()
    ok('hello' in line, 'console: what it says comes out', line)
    cosmos('remove', who, '1')


def test_ends():
    for how in 'name', 'id':
        make('third')
        who = 'third' if how == 'name' else str(pid_of('third'))
        pid = pid_of('third')
        done = cosmos('shutdown', '--json', who)
        ok(done.json()[0]['how'] == 'poweroff' and until(lambda: not alive(pid)),
           'shutdown by ' + how, done.all)
        ok(until(lambda: ended('third')), 'it shows as ended')
        done = cosmos('destroy', who)
        ok(done.status == OK, 'destroy of one that has ended, by ' + how,
           done.all)
        nothing_left('third', 'destroy')
    for who in 'first', str(pid_of('second')):
        pid = pid_of('second' if who != 'first' else 'first')
        ok(cosmos('destroy', '--json', who).json()[0]['id'] == pid and
           not alive(pid),
           'destroy: it is gone when that returns')
    ok(cosmos('list', '--json').json() == [], 'nobody is left')
    ok(os.listdir(os.path.join(here.run, 'ids')) == [], 'nor an id')


def test_each():
    """All of the above, by name and by id; in the end both guests are gone."""
    for how in 'name', 'id':
        who = 'first' if how == 'name' else str(pid_of('first'))
        for test in (test_looking, test_handlers, test_routers,
                     test_stillness, test_console):
            test(who)
        cosmos('destroy', who)
        make('first', COUNT)
    test_ends()


def migrate(name, there, *how, **more):
    """To another host: another folder of guests; how it is received there."""
    ours, theirs = socket.socketpair()
    receiver = subprocess.Popen(
        (COSMOS, 'migrate', '--json', '--receive', *how,
         'fd:%d' % theirs.fileno()),
        pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env=dict(environment(), CLICKOS_RUN=there))
    theirs.close()
    done = Done(subprocess.run(
        (COSMOS, 'migrate', '--json', name, 'fd:%d' % ours.fileno()),
        pass_fds=[ours.fileno()], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env=environment(**more), timeout=30))
    ours.close()
    out, err = receiver.communicate(timeout=30)
    return done, receiver.returncode, out + err


class Switch:
    def __init__(self, folder):
        os.environ['VALE_SOCKET'] = folder + '/vale.sock'
        self.begin()

    def begin(self):
        self.process = subprocess.Popen(('build/vale', 'serve', '--user',
                                         'root', 'vale0'))
        until(lambda: self.run('list').returncode == 0)

    def run(self, *argv):
        return subprocess.run(('build/vale',) + argv, capture_output=True,
                              text=True)

    def has(self, name):
        return re.search(r'^ +%s ' % name, self.run('list').stdout, re.M)

    def end(self):
        self.process.terminate()
        self.process.wait()


def test_race(n):
    """n creates of one name at once."""
    results = []
    threads = [threading.Thread(
        target=lambda: results.append(make('race', COUNT).status))
        for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok(sorted(results) == [OK] + [EXISTS] * (n - 1),
       '%d creates of one name at once: one has it' % n, results)
    ok(counted('race'),
       'and it works')
    os.kill(pid_of('race'), signal.SIGKILL)
    until(lambda: ended('race'))
    ok(make('race', COUNT).status == OK and
       counted('race'),
       "a dead guest's name is free")
    cosmos('destroy', 'race')
