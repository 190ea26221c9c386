#!/usr/bin/env python3
"""cosmos_python.t -- import cosmos: the class API and the original's calls."""
import contextlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import tap
from tap import ok

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
os.chdir(TOP)
sys.path.insert(0, 'cosmos/python')
sys.dont_write_bytecode = True
COUNT = 'InfiniteSource(LIMIT 5) -> c :: Counter -> Discard;'
STILL = 'Idle -> c :: Counter -> Discard;'


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def raises(kind, words, name, call, *args, **more):
    try:
        call(*args, **more)
    except cosmos.CosmosError as e:
        ok(type(e) is kind and words in str(e) and e.status == kind.status,
           name, repr(e))
    else:
        ok(False, name, 'nothing was raised')


def test_guests(host):
    ok('process' in host.platforms(), 'platforms', host.platforms())
    guest = host.create('one', COUNT, platform='process', memory='32M',
                        label='first', on_crash='preserve')
    ok(guest.name == 'one' and guest.platform == 'process' and
       guest.state == 'running' and str(guest.id) in repr(guest),
       'create', guest)
    for _ in range(1000):  # it may have its five packets yet to send
        if guest.read('c.count') == '5':
            break
    ok(guest.read('c.count') == '5', 'read', guest.read('c.count'))
    guest.write('c.reset')
    ok(guest.read('c.count') == '0', 'write')
    ok(guest.stats['memory_total'] == 32 << 20 and
       guest.stats['routers'] == 1, 'stats, and the memory that was said',
       guest.stats)
    router = guest.install(COUNT, 'second')
    ok(router.id == 1 and sorted(guest.routers) == [0, 1] and
       router.read('c.count') == '5' and router.status['label'] == 'second' and
       guest.router().status['label'] == 'first', 'install', router.status)
    router.swap('Idle -> c :: Counter -> Discard;')
    ok('Idle' in router.config and router.status['swaps'] == 1, 'swap')
    router.stop()
    ok(router.status['state'] == 'halted', 'stop', router.status)
    router.start()
    ok(router.status['state'] == 'running', 'start')
    router.remove()
    ok(sorted(guest.routers) == [0], 'remove')
    ok(host.find('one').id == guest.id and host[guest.id].name == 'one' and
       'one' in host and 'two' not in host and
       [g.name for g in host] == ['one'], 'find, by name and id; list')
    guest.suspend()
    ok(guest.refresh().state == 'paused', 'suspend, refresh')
    guest.resume()
    ok(guest.refresh().state == 'running' and guest.memory > 0 and
       guest.created > 1e9 and guest.cpu_seconds >= 0, 'resume')
    ok(guest.logs() == '', 'logs')
    guest.install('InfiniteSource(LIMIT 1) -> Print(hello) -> Discard;')
    for _ in range(1000):
        if 'hello' in guest.logs():
            break
    ok('hello' in guest.logs(), 'logs: what it says', guest.logs())
    return guest


def test_moves(host, guest, folder):
    path = os.path.join(folder, 'one.save')
    second = guest.install(STILL)
    second.write('c.counts', '7 420')
    with open(path, 'wb') as f:
        guest.save(f, keep=True)
    with open(path, 'rb', buffering=0) as f:
        copy = host.restore(f, name='copy')
    ok(copy.name == 'copy' and
       copy.router(second.id).read('c.byte_count') == '420', 'save, restore')
    second.remove()
    copy.destroy()
    ours, theirs = socket.socketpair()
    moved = []

    def receive(name=None):
        with cosmos.Host() as other:
            try:
                moved.append(other.receive(theirs, name).name)
            except cosmos.CosmosError as e:
                moved.append(e)
                theirs.close()

    thread = threading.Thread(target=receive)
    thread.start()
    raises(cosmos.CosmosError, 'the other side', 'migrate onto itself',
           guest.migrate, ours)
    thread.join()
    ok(isinstance(moved[0], cosmos.ExistsError), 'receive: the name is in use',
       moved)
    ok(guest.read('c.count') == '0', 'it goes on')
    ours, theirs = socket.socketpair()
    leaving = host.create('leaving', STILL, platform='process')
    leaving.write('c.counts', '5 300')
    thread = threading.Thread(target=receive, args=['arrived'])
    thread.start()
    ok(0 < leaving.migrate(ours) < 10, 'migrate: how long it stood still')
    thread.join()
    ok(moved[1] == 'arrived' and host['arrived'].read('c.count') == '5',
       'receive under another name', moved)
    host['arrived'].destroy()
    tap = 'pyt%d' % os.getpid()
    there = '/sys/class/net/' + tap
    guest.attach('1=tap:' + tap)
    ok(os.path.exists(there), 'attach')
    guest.detach(1)
    ok(until(lambda: not os.path.exists(there)), 'detach')
    guest.shutdown()
    for _ in range(1000):
        if guest.refresh().state == 'dying':
            break
    ok(guest.state == 'dying', 'shutdown')
    guest.destroy()
    ok(not host.guests(), 'destroy')


def test_errors(host):
    raises(cosmos.NotFoundError, 'nobody', 'no such guest', host.find,
           'nobody')
    raises(cosmos.ConfigError, "'Nonsense'", 'a mistake: Click\'s words',
           host.create, 'x', 'Nonsense;', platform='process')
    raises(cosmos.UsageError, '1x', 'what is no name', host.create, '1x')
    raises(cosmos.UsageError, 'no platform', 'no platform', host.create, 'x',
           platform='moon')
    raises(cosmos.UsageError, 'no size', 'no size', host.create, 'x',
           memory='much')
    raises(cosmos.UsageError, '17 ports', 'too many ports', host.create, 'x',
           ports=['%d=tap:t' % i for i in range(17)])
    raises(cosmos.CosmosError, 'nonsense', 'no port', host.create, 'x',
           platform='process', ports={0: 'nonsense:1'})
    ok(issubclass(cosmos.NotFoundError, LookupError) and
       issubclass(cosmos.UsageError, ValueError), "they are Python's, too")
    closed = cosmos.Host()
    closed.close()
    raises(cosmos.UsageError, 'closed', 'a host that was closed',
           closed.guests)


def test_host(host):
    ok(host.pool(2) == 2 and host.pool() == 2 and host.pool(0) == 0, 'pool')
    raises(cosmos.NotSupportedError, '0=bridge:b', 'pool with ports', host.pool,
           1, 'process', ['0=bridge:b'])
    ok([i.platform for i in host.images()] == ['xen', 'kvm', 'process'],
       'images', host.images())
    os.symlink('../guests/nobody', os.environ['CLICKOS_RUN'] + '/ids/77')
    found = cosmos.Leftover('id', '77', 'no guest has it')
    ok(host.doctor(clear=False) == [found] and host.doctor() == [found] and
       host.doctor() == [], 'doctor')


def test_original(folder):
    click, cfg = folder + '/o.click', folder + '/o.cfg'
    with open(click, 'w') as f:
        f.write(COUNT)
    with open(cfg, 'w') as f:
        f.write('name = "old"\nmemory = 16\nclick = "%s"\n' % click)
    dom = cosmos.create(cfg)
    ok(dom == cosmos.domid('old') and isinstance(dom, int), 'create, domid')
    # The source has its turn once the router runs.
    ok(until(lambda: cosmos.readh(dom, 'c', 'count') == '5'), 'readh')
    cosmos.writeh(dom, 'c', 'reset', '')
    ok(cosmos.readh(dom, 'c', 'count') == '0', 'writeh')
    rid = cosmos.start(dom, 'again', cosmos.script(click))
    ok(rid == 1, 'script, start')
    cosmos.stop(dom, rid)
    raises(cosmos.UsageError, 'without options', 'network_attach',
           cosmos.network_attach, dom, '00:16:3e:00:00:01', 0, 'br0')
    raises(cosmos.HostError, 'joining bridge nobridge', 'without an address',
           cosmos.network_attach, dom, '', 0, 'nobridge')
    cosmos.clickos_suspend(dom, folder + '/o.save')
    ok(os.path.getsize(folder + '/o.save') > 100, 'clickos_suspend')
    raises(cosmos.NotFoundError, str(dom), 'which ends it', cosmos.readh, dom,
           'c', 'count')
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        c = cosmos.ctx(cosmos.VERBOSE)
        dom = c.create_default('bare')
        c.start(dom, 'text', COUNT)
        c.destroy(dom, True)
        c.free()
    ok(said.getvalue() == 'created bare\nstarted text as router 0\n',
       'ctx(VERBOSE), create_default, destroy, free', said.getvalue())
    raises(cosmos.UsageError, 'freed', 'a context that was freed', c.domid,
           'bare')
    raises(cosmos.UsageError, 'attach', 'ctx(AUTOATTACH) says why not',
           cosmos.ctx, cosmos.AUTOATTACH)
    cosmos.free()


def test_typed():
    """Everything public says what it is, and of which types."""
    bare = []
    for name in cosmos.__all__:
        thing = getattr(cosmos, name)
        if callable(thing) and not thing.__doc__:
            bare.append(name)
        for member, method in vars(thing).items() if isinstance(
                thing, type) and thing.__module__.startswith('cosmos') else ():
            method = getattr(method, '__func__', method)
            method = getattr(method, 'fget', method)
            if not callable(method) or (member.startswith('_')) or \
                    not hasattr(method, '__annotations__'):
                continue
            if not method.__doc__ or 'return' not in method.__annotations__:
                bare.append('%s.%s' % (name, member))
    ok(not bare, 'every public name is documented and typed', bare)
    if shutil.which('mypy'):
        done = subprocess.run(['mypy', '--strict', 'cosmos/python/cosmos'],
                              capture_output=True, text=True)
        ok(done.returncode == 0, 'mypy --strict', done.stdout)
    else:
        ok(True, 'mypy --strict # SKIP no mypy here')


def main():
    if os.geteuid() != 0:
        print('1..0 # SKIP not root')
        return
    with tempfile.TemporaryDirectory() as run, \
            tempfile.TemporaryDirectory() as folder:
        os.environ.update(CLICKOS_RUN=run, CLICKOS_ACCEL='tcg')
        try:
            with cosmos.Host() as host:
                guest = test_guests(host)
                test_moves(host, guest, folder)
                test_errors(host)
                test_host(host)
            test_original(folder)
        finally:
            with cosmos.Host() as host:
                for guest in host:
                    guest.destroy()
            for name in 'net', 'mnt', '':
                subprocess.run(('umount', '-l', os.path.join(
                    run, 'empty', name)), stderr=subprocess.DEVNULL)
    test_typed()
    ok(re.fullmatch(r'\d+\.\d+\.\d+', cosmos.__version__), '__version__')
    tap.done()


import cosmos  # noqa: E402

main()
