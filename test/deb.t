#!/usr/bin/env python3
"""deb.t -- the packages of `make deb`: in a fresh system that has what they declare
to need and nothing else, they install and work, an upgrade lets guests run on, and
a purge leaves nothing.

Its units start under a systemd of its own, in a layer over it that goes again.

The system is made by debootstrap once a point release and kept, with what apt has
fetched, in build/cache; without its mirror the test is skipped.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from tap import done, ok, skip_all

TOP = os.getcwd()
MIRROR = os.environ.get('DEBIAN_MIRROR', 'http://deb.debian.org/debian')
SUITE = 'bookworm'
CACHE = os.path.join(TOP, 'build/cache')
# Where the package tools themselves keep their state.
NOT_OURS = re.compile(r'/(proc|sys|dev|tmp|var/(lib/(dpkg|apt|systemd)|cache|log)|'
                      r'root|debs)(/|$)|/etc/(passwd|group|g?shadow|subuid|subgid)-$'
                      r'|/run/([^/]*lock|mount|systemd)(/|$)|/etc/ld.so.cache')


def run(*argv, **more):
    return subprocess.run(argv, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)


def point_release():
    """The mirror's, such as 12.11."""
    try:
        with urllib.request.urlopen(f'{MIRROR}/dists/{SUITE}/Release',
                                    timeout=10) as f:
            return re.search(r'^Version: (\S+)', f.read(4096).decode(),
                             re.M).group(1)
    except (OSError, AttributeError) as e:
        skip_all(f'the mirror {MIRROR} is out of reach: {e}')


class System:
    """A fresh Debian in a folder; commands run in it."""

    def __init__(self):
        tar = f'{CACHE}/debian-{point_release()}.tar'
        os.makedirs(CACHE + '/archives/partial', exist_ok=True)
        self.dir = tempfile.mkdtemp(prefix='debroot', dir=CACHE)
        if not os.path.exists(tar):
            self.make(tar)
        run('tar', '-xf', tar, '-C', self.dir)
        os.chmod(self.dir, 0o755)
        with open(self.dir + '/etc/apt/sources.list', 'w') as f:
            f.write(f'deb {MIRROR} {SUITE} main\ndeb {MIRROR}-security '
                    f'{SUITE}-security main\n')
        shutil.copy('/etc/resolv.conf', self.dir + '/etc/resolv.conf')
        run('mount', '--bind', self.dir, self.dir)
        for what in ('-t proc proc proc', '--rbind /dev dev', '--rbind /sys sys',
                     '-t tmpfs run run',
                     f'--bind {CACHE}/archives var/cache/apt/archives'):
            *words, at = what.split()
            r = run('mount', *words, f'{self.dir}/{at}')
            if r.returncode:
                raise OSError(r.stdout)
        # No service is started by a package: there is no init here.
        with open(self.dir + '/usr/sbin/policy-rc.d', 'w') as f:
            f.write('#!/bin/sh\nexit 101\n')
        os.chmod(self.dir + '/usr/sbin/policy-rc.d', 0o755)
        # Its root is what it sees: in a chroot nobody may make a user namespace.
        self.holder = subprocess.Popen(
            ['unshare', '-m', 'sh', '-ec', f'cd {self.dir}; mkdir .old; '
             'pivot_root . .old; umount -l /.old; rmdir /.old; exec sleep 9999'])
        wait_for(lambda: os.readlink(f'/proc/{self.holder.pid}/exe').endswith(
            'sleep'))
        self.enter = ['nsenter', '-m', '-t', str(self.holder.pid), '--']

    @staticmethod
    def make(tar):
        with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
            r = run('debootstrap', '--variant=minbase', SUITE, fresh, MIRROR)
            if r.returncode:
                skip_all('debootstrap: ' + r.stdout.splitlines()[-1])
            run('sh', '-c', f'rm -f {fresh}/var/cache/apt/archives/*.deb && '
                f'tar -C {fresh} -cf {tar}.new . && mv {tar}.new {tar}')

    def run(self, command, **more):
        env = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C',
               'DEBIAN_FRONTEND': 'noninteractive'}
        return run(*self.enter, 'sh', '-c', command, env=env, **more)

    def start(self, command):
        return subprocess.Popen(
            [*self.enter, *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})

    def files(self):
        """Every file's name; of those in /etc what is in them, too."""
        found = {}
        for folder, names, files in os.walk(self.dir):
            place = folder[len(self.dir):]
            names[:] = [n for n in names if not NOT_OURS.match(f'{place}/{n}')]
            for n in names + files:
                path = f'{place}/{n}'
                if not NOT_OURS.match(path):
                    found[path] = self.content(path)
        return found

    def content(self, path):
        at = self.dir + path
        if not path.startswith('/etc') or os.path.islink(at) or \
                not os.path.isfile(at):
            return ''
        with open(at, 'rb') as f:
            return hashlib.sha256(f.read()).hexdigest()


def older(debs, to):
    """The same packages as an earlier version would have been."""
    for deb in debs:
        with tempfile.TemporaryDirectory() as d:
            run('dpkg-deb', '-R', deb, d)
            with open(d + '/DEBIAN/control') as f:
                text = f.read()
            with open(d + '/DEBIAN/control', 'w') as f:
                f.write(text.replace(VERSION, VERSION + '~before'))
            run('dpkg-deb', '-Znone', '-b', d, to)


def service(name):
    """What systemd would run."""
    with open(s.dir + f'/lib/systemd/system/{name}.service') as f:
        unit = f.read()
    with open(s.dir + '/etc/default/vale') as f:
        options = re.search(r'^VALE_OPTIONS="(.*)"', f.read(), re.M).group(1)
    return re.search(r'^ExecStart=(.*)', unit, re.M).group(1).replace(
        '$VALE_OPTIONS', options).split()


def wait_for(test, seconds=20):
    end = time.time() + seconds
    while not test() and time.time() < end:
        time.sleep(0.05)
    return test()


def sink():
    """How many packets the guest `sink` has got."""
    out = s.run('cosmos read sink c.count').stdout.strip()
    return int(out) if out.isdigit() else -1


def counts_on():
    n = sink()
    return n >= 0 and wait_for(lambda: sink() > n)


def guests():
    return re.findall(r'^(\w+) +(\d+) .*running', s.run('cosmos list').stdout, re.M)


def start_vale():
    p = s.start(service('vale'))
    ok(wait_for(lambda: s.run('vale list').returncode == 0), 'the switch of '
       'vale.service answers', s.run('vale list').stdout)
    return p


def packages():
    r = run('lintian', '--allow-root', '--fail-on', 'error', *DEBS)
    ok(r.returncode == 0, 'lintian finds no error', r.stdout)
    needs = ', '.join(m for d in DEBS for m in re.findall(
        r'^ ?(?:Pre-)?Depends: (.*)', run('dpkg-deb', '-I', d).stdout, re.M))
    own = [os.path.basename(d).split('_')[0] for d in DEBS]
    needs = ', '.join(n for n in needs.split(', ') if n.split()[0] not in own)
    r = s.run('apt-get -qq update && apt-get -qq satisfy --no-install-recommends '
              f"-y '{needs}'")
    ok(r.returncode == 0, 'what they need is there for the taking', r.stdout)
    os.mkdir(s.dir + '/debs')
    os.mkdir(s.dir + '/debs/old')
    older(DEBS, s.dir + '/debs/old')
    for d in DEBS:
        shutil.copy(d, s.dir + '/debs')


def installed():
    r = s.run('dpkg -i /debs/old/*.deb')
    ok(r.returncode == 0, 'they install over that alone', r.stdout)
    for command, says in (
            ('click --version', 'click'), ('cosmos version', '1.'),
            ('vale --help', 'Usage'), ('clickos-process --help', 'sage'),
            ("python3 -c 'import cosmos; print(cosmos.__name__)'", 'cosmos'),
            ('click --check /usr/share/doc/clickos/examples/firewall.click '
             '--port 0=mem: --port 1=mem:', '')):
        r = s.run(command)
        ok(r.returncode == 0 and says in r.stdout, command, r.stdout)
    r = s.run('ldd /usr/bin/* /usr/lib/clickos/*.so /usr/lib/libcosmos.so.1 '
              '2>&1 | grep "not found"')
    ok(r.stdout == '', 'every library is there', r.stdout)
    for page in 'click', 'cosmos', 'vale', 'clickos-process':
        ok(glob.glob(f'{s.dir}/usr/share/man/man1/{page}.1*'), f'{page}(1)')
    units = 'vale.service', 'cosmos-watch.service'
    for unit, most in zip(units, (4.5, 8.1)):
        r = s.run('systemd-analyze verify '
                  f'/lib/systemd/system/{unit}')
        words = [w for w in r.stdout.splitlines() if "Command 'man" not in w]
        ok(not words, f'{unit}: no word against it', words)
        r = s.run(f'systemd-analyze security --offline=true {unit}')
        m = re.search(r'exposure level for \S+: ([\d.]+)', r.stdout)
        ok(m and float(m.group(1)) <= most, f'{unit}: exposed by at most {most}',
           r.stdout)
        ok(os.path.islink(f'{s.dir}/etc/systemd/system/multi-user.target.wants/'
                          + unit), f'{unit} is enabled')
    r = s.run('id -u vale')
    ok(r.returncode == 0 and 0 < int(r.stdout) < 1000, 'the switch has a user',
       r.stdout)


# In a cgroup of its own, so that a systemd outside knows nothing of it; then $1, the
# system, under a layer, is the root of one that begins with process 1.
BOOT = r'''
for h in /sys/fs/cgroup/systemd /sys/fs/cgroup; do
	[ -f $h/cgroup.procs ] && mkdir -p $h/clickos-deb-test &&
	    echo $$ > $h/clickos-deb-test/cgroup.procs
done
exec unshare -mpfnC --kill-child sh -ec '
mount --make-rprivate /
mount -t tmpfs tmpfs "$2"
mkdir "$2/up" "$2/work" "$2/root"
mount -t overlay -o lowerdir="$1",upperdir="$2/up",workdir="$2/work" o "$2/root"
cd "$2/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs sys/fs/cgroup
if grep -q name=systemd /proc/self/cgroup; then
	mkdir sys/fs/cgroup/systemd
	mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
else
	mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
cp "$3" etc/systemd/system/probe.service
mkdir -p etc/systemd/system/multi-user.target.wants .old
ln -s ../probe.service etc/systemd/system/multi-user.target.wants/probe.service
rm -f usr/sbin/policy-rc.d
pivot_root . .old
exec env -i container=oci PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --log-target=null' sh "$@"
'''
PROBE = r'''[Unit]
After=vale.service cosmos-watch.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c '{ for i in 1 2 3 4 5 6 7 8 9; do vale list && break; sleep 1; \
done; systemctl is-active vale cosmos-watch; \
echo "FromDevice(0) -> Discard; Idle -> c :: Counter -> ToDevice(0);" > /tmp/c; \
cosmos create --on process lives -p 0=vale0:lives -c /tmp/c; \
systemctl restart vale; sleep 3; vale list; systemctl is-active vale; cosmos list; \
systemctl stop vale; systemctl is-active vale cosmos-watch; cosmos list; \
journalctl --no-pager -u vale -u cosmos-watch; } > /.old/%s/said 2>&1; \
systemctl poweroff -ff'
'''


def booted():
    """The units, as systemd starts them; a guest lives through a restart."""
    with tempfile.TemporaryDirectory(dir=CACHE) as d:
        os.mkdir(d + '/layer')
        with open(d + '/probe', 'w') as f:
            f.write(PROBE % d.lstrip('/'))
        try:
            r = run('sh', '-c', BOOT, 'sh', s.dir, d + '/layer', d + '/probe',
                    timeout=200)
            out = r.stdout
        except subprocess.TimeoutExpired:
            out = 'it did not come to an end'
        if 'overlay' in out:
            print('# no systemd of its own: ' + out.strip())
            return
        said = ''
        if os.path.exists(d + '/said'):
            with open(d + '/said') as f:
                said = f.read()
        ok(said.startswith('vale0: learning\nactive\nactive\n'),
           'systemd starts vale.service and cosmos-watch.service', out + said)
        ok(re.search(r'^lives \d+\n.*^  lives +ring .*^active\n.*^lives .*running.*'
                     r'^inactive\nactive\n.*^lives .*running', said, re.M | re.S),
           'a guest lives while vale.service is restarted, and stopped', said)
    for h in '/sys/fs/cgroup/systemd', '/sys/fs/cgroup':
        for folder, _, _ in os.walk(h + '/clickos-deb-test', topdown=False):
            os.rmdir(folder)


def runs():
    vale = start_vale()
    owners = s.run("grep -l ^vale /proc/[0-9]*/comm | sed 's,comm,status,' | "
                   "xargs grep -h ^Uid:").stdout
    ok(s.run('id -u vale').stdout.strip() in owners.split(),
       'and is that user', owners)
    for name, text in (
            ('sink', 'FromDevice(0) -> c :: Counter -> Discard;'),
            ('source', 'RatedSource(RATE 1000, LENGTH 60) -> EtherEncap(0x0800, '
             '2:0:0:0:0:1, ff:ff:ff:ff:ff:ff) -> Queue -> ToDevice(0);')):
        r = s.run(f'cosmos create --on process {name} --port 0=vale0:{name} -c -',
                  input=text)
        ok(r.returncode == 0, f'cosmos create {name}', r.stdout)
    ok(counts_on(), 'packets go from guest to guest')
    return vale


def upgraded(vale):
    before = guests()
    r = s.run('dpkg -i /debs/*.deb')
    ok(r.returncode == 0, 'an upgrade, guests running', r.stdout)
    ok(len(before) == 2 and guests() == before, 'they are the same processes',
       f'{before} {guests()}')
    ok(counts_on(), 'their packets flow')
    watch = s.start(service('cosmos-watch'))
    vale.terminate()
    vale.wait()
    vale = start_vale()
    ok(counts_on(), 'and with the new switch, to which the new cosmos watch '
       'has brought them')
    watch.terminate()
    watch.wait()
    r = s.run('cosmos create --on process third && cosmos destroy third')
    ok(r.returncode == 0, 'new guests are made', r.stdout)
    return vale


def purged(vale, before):
    names = ' '.join(os.path.basename(d).split('_')[0] for d in DEBS)
    r = s.run(f'dpkg --remove {names}')
    ok(r.returncode == 0, 'removed, guests running', r.stdout)
    left = s.run('readlink /proc/[0-9]*/exe | grep clickos-process').stdout
    ok(left == '', 'which ends them', left)
    vale.terminate()
    vale.wait()
    wait_for(lambda: not os.path.exists(s.dir + '/run/vale.sock'), 5)
    r = s.run(f'dpkg --purge {names}')
    ok(r.returncode == 0, 'purged', r.stdout)
    after = s.files()
    ok(after == before, 'and nothing is left', [
        n for n in sorted(before.keys() | after.keys())
        if before.get(n) != after.get(n)])


if os.geteuid() != 0:
    skip_all('needs root')
for tool in 'debootstrap', 'dh', 'lintian':
    if shutil.which(tool) is None:
        skip_all(tool + ' is not installed')
if 'DEB_T' not in os.environ:
    # Mounts and processes of its own, which end with it.
    point_release()
    os.environ['DEB_T'] = '1'
    r = subprocess.run(['unshare', '-mpf', '--kill-child', sys.executable,
                        __file__])
    for d in glob.glob(CACHE + '/debroot*'):
        shutil.rmtree(d, ignore_errors=True)
    sys.exit(r.returncode)
run('mount', '-t', 'proc', 'proc', '/proc')
made = run('make', '-s', 'deb')
DEBS = sorted(glob.glob('build/deb/*.deb'))
if not ok(made.returncode == 0 and len(DEBS) == 5, 'make deb: five packages',
          made.stdout):
    print('1..1')
    sys.exit(1)
VERSION = re.search(r'_(.*?)_', DEBS[0]).group(1)
s = System()
packages()
untouched = s.files()
installed()
booted()
purged(upgraded(runs()), untouched)
done()
