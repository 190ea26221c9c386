"""A running switch and network namespaces for the tests of the kinds
of port (test/vale_*.t)."""
import atexit
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from tap import done, ok, skip_all

VALE = os.path.abspath(os.environ.get('VALE', 'build/asan/bin/vale'))
DIR = tempfile.mkdtemp(prefix='vale')
os.environ['VALE_SOCKET'] = DIR + '/s'
processes = []
namespaces = []


def need_root():
    if os.geteuid() != 0:
        skip_all('only root can make interfaces and namespaces')


def start(command, **more):
    p = subprocess.Popen(command, **more)
    processes.append(p)
    return p


def stop(p):
    if p.poll() is None:
        p.terminate()
        try:
            p.wait(10)
        except subprocess.TimeoutExpired:
            p.kill()
    p.wait()
    return p.returncode


def serve(*args):
    """The switch; its log is in DIR/log.  As root, for the sanitizers look for
    leaks at its end and need more than the sandbox leaves."""
    if '--user' not in args:
        args = ('--user', 'root', *args)
    log = open(DIR + '/log', 'a')
    p = start([VALE, 'serve', *args], stderr=log)
    for _ in range(500):
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(os.environ['VALE_SOCKET'])
            return p
        except OSError:
            time.sleep(0.02)
        finally:
            s.close()
    raise SystemExit('the switch does not start: ' + open(DIR + '/log').read())


def log():
    return open(DIR + '/log').read()


def vale(*args):
    return subprocess.run([VALE, *args], capture_output=True, text=True)


def attach(port, kind, *settings):
    r = vale('attach', port, kind, *settings)
    return ok(r.returncode == 0, f'attach {port} {kind}', r.stderr)


def refused(port, kind, why):
    """The attempt fails, with why in its sentence, and leaves nothing."""
    r = vale('attach', port, kind)
    ok(r.returncode == 1 and why in r.stderr, f'{kind}: {why}', r.stderr)


def shown(command, name='vale0'):
    return json.loads(vale(command, '--json', name).stdout)['switches'][0]


def port(name, command='stats', switch='vale0'):
    return next(p for p in shown(command, switch)['ports']
                if p['name'] == name)


def balanced(switch='vale0'):
    total = shown('stats', switch)['total']
    rx, tx = total['rx'], total['tx']
    return (rx['frames'] + rx.get('copies', 0) == tx['frames'] +
            sum(rx['drops'].values()) + sum(tx['drops'].values()))


def kernel(ns, device):
    """(sent, received): frames, as the system counts them at its end of an
    interface, whatever becomes of them there."""
    out = subprocess.run(['ip', 'netns', 'exec', ns, 'ip', '-j', '-s', 'link',
                          'show', device], capture_output=True, text=True)
    c = json.loads(out.stdout)[0]['stats64']
    return c['tx']['packets'], c['rx']['packets']


def accounted(what, ends, switch='vale0'):
    """Sent = received + the sum of the drop counters, by counters that are
    not the switch's: ends are (port, sent, received) as the other side of
    each port counts them."""
    def same():
        ports = {p['name']: p for p in shown('stats', switch)['ports']}
        now = [(name, sent(), got()) for name, sent, got in ends]
        return balanced(switch) and all(
            ports[name]['rx']['frames'] == sent and
            ports[name]['tx']['frames'] == got for name, sent, got in now)
    ok(wait_for(same), f'{what}: sent = received + drops',
       [(name, sent(), got()) for name, sent, got in ends] +
       [shown('stats', switch)])


def interface(name, ns, device, missed=lambda: 0, since=(0, 0)):
    """The end of port name that is an interface, for accounted()."""
    return (name, lambda: kernel(ns, device)[0] - since[0] - missed(),
            lambda: kernel(ns, device)[1] - since[1])


def wait_for(test, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if test():
            return True
        time.sleep(0.02)
    return False


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def namespace(name):
    """A new one of that name and our process's number."""
    name = f'{name}{os.getpid()}'
    run('ip', 'netns', 'add', name)
    namespaces.append(name)
    inside(name, 'ip', 'link', 'set', 'lo', 'up')
    return name


def inside(name, *command):
    run('ip', 'netns', 'exec', name, *command)


SERVER = r'''
import hashlib, socket, sys
s = socket.create_server(('', 7001), family=socket.AF_INET6,
                         dualstack_ipv6=True)
print('ready', flush=True)
c, _ = s.accept()
h = hashlib.sha256()
n = 0
while True:
    data = c.recv(1 << 16)
    if not data:
        break
    h.update(data)
    n += len(data)
c.sendall(f'{n} {h.hexdigest()}\n'.encode())
c.close()
'''
CLIENT = r'''
import hashlib, os, random, socket, sys
s = socket.create_connection((sys.argv[1], 7001), timeout=20)
h = hashlib.sha256()
left = int(sys.argv[2])
n = 0
while n < left:
    data = os.urandom(random.randrange(1, 1 << 17))
    s.sendall(data)
    h.update(data)
    n += len(data)
s.shutdown(socket.SHUT_WR)
answer = s.makefile().readline().strip()
print(answer == f'{n} {h.hexdigest()}', answer, n)
'''


def tcp(client, server, address, size):
    """size bytes by TCP between two namespaces, checksums compared."""
    s = start(['ip', 'netns', 'exec', server, 'python3', '-c', SERVER],
              stdout=subprocess.PIPE, text=True)
    s.stdout.readline()
    try:
        c = subprocess.run(['ip', 'netns', 'exec', client, 'python3', '-c',
                            CLIENT, address, str(size)],
                           capture_output=True, text=True, timeout=60)
        answer = c.stdout + c.stderr[-400:]
    except subprocess.TimeoutExpired:
        answer = 'no end in 60 seconds'
    stop(s)
    return answer.startswith('True'), answer


@atexit.register
def clean():
    for p in processes:
        if p.poll() is None:
            p.kill()
            p.wait()
    for name in namespaces:
        subprocess.run(['ip', 'netns', 'del', name], capture_output=True)
    shutil.rmtree(DIR, ignore_errors=True)
