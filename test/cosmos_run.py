"""cosmos_run.py -- what the tests of cosmos share: the command run in a folder of
guests of its own, its JSON held against docs/cosmos.schema.json, guests looked
at from outside.
"""
import json
import os
import subprocess
import time

from tap import ok

try:
    import jsonschema
except ImportError:
    jsonschema = None

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
COSMOS = os.environ.get('COSMOS', 'build/cosmos')
GUEST = os.path.abspath('build/clickos-process')
COUNT = 'InfiniteSource(LIMIT 5) -> c :: Counter -> Discard;'
IDLE = 'i :: Idle -> c :: Counter -> Discard;'
OK, FAILED, USAGE, NOTFOUND, EXISTS, CONFIG = 0, 1, 2, 3, 4, 5
DENIED, NOTSUP, STATE, FULL, TIMEOUT, SYSTEM = 6, 7, 8, 9, 10, 11
GUEST_SHAPE = {'name': str, 'id': int, 'platform': str, 'state': str,
               'memory_bytes': int, 'cpu_seconds': float, 'created': float}


class here:
    """Where the test is."""
    run = None  # its folder of guests
    platform = 'process'
    memory = 64 << 20  # of a guest, if nothing is said


def environment(**more):
    return dict(os.environ, CLICKOS_RUN=here.run, CLICKOS_PROCESS=GUEST,
                **more)


with open('docs/cosmos.schema.json') as schema_file:
    SCHEMA = json.load(schema_file)
validated = {}


def validate(command, value):
    """Against the schema of that command; a failure is a test of its own."""
    validated[command] = validated.get(command, 0) + 1
    if jsonschema is None:
        return
    try:
        jsonschema.validate(value, {'$ref': '#/$defs/' + command,
                                    '$defs': SCHEMA['$defs']})
    except jsonschema.ValidationError as e:
        ok(False, command + ' --json: as the schema has it',
           '%s\n%s' % (value, e.message))


class Done:
    """How a command ended."""

    def __init__(self, done):
        self.command = next((x for x in done.args[done.args.index(COSMOS) + 1:]
                             if x not in ('-t', '-v')), '')
        self.status, self.out, self.err = (done.returncode, done.stdout,
                                           done.stderr)
        self.all = 'exit %d\n%s%s' % (self.status, self.out, self.err)

    def json(self):
        try:
            value = json.loads(self.out)
        except ValueError:
            return None
        validate(self.command, value)
        return value


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
    return os.path.join(here.run, 'guests', name, file)


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


def unmount(folder):
    for name in 'net', 'mnt', '':
        subprocess.run(('umount', '-l', os.path.join(folder, 'empty', name)),
                       stderr=subprocess.DEVNULL)
