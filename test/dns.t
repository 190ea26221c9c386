#!/usr/bin/env python3
"""DNSResponder and DNSProxy asked by dig, over UDP and TCP, in a network
namespace of their own:

    dig --tun0--> proxy (10.9.1.53) --kernel--tun1--> responder (10.9.2.53)
"""
import os
import re
import shutil
import subprocess
import tempfile
import time

from tap import done, ok as check, skip_all

CLICK = os.path.abspath('build/asan/bin/click')
NS = 'clickdns%d' % os.getpid()

why = None
if os.geteuid() != 0:
    why = 'network namespaces need root'
elif not shutil.which('dig') or not shutil.which('ip'):
    why = 'no dig or ip here'
elif not os.path.exists('/dev/net/tun'):
    why = 'no /dev/net/tun'
elif subprocess.run(['ip', 'netns', 'add', NS], capture_output=True).returncode:
    why = 'no network namespace can be made'
if why:
    skip_all(why)

BIG = '\n'.join('big TXT "%s"' % (c * 200) for c in 'abcdefghij')
ZONE = '''$TTL 600
@   SOA ns hostmaster (
        1 3600 600 86400 2 ) ; negative answers hold two seconds
    NS  ns
    MX  10 mail
ns  A   10.9.2.53
www 2 A 10.0.0.80
    AAAA fd00::80
mail A  10.0.0.25
alias CNAME www
*.wild A 10.0.0.99
sub NS  ns.sub
ns.sub A 10.0.0.54
text TXT "one; string" "and another"
$ORIGIN 0.0.10.in-addr.arpa.
@   SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 60
80  PTR www.example.org.
$ORIGIN example.org.
''' + BIG + '\n'

RESPONDER = '''tun :: KernelTun(10.9.2.1/24, DEVNAME tun1)
    -> CheckIPHeader(VERBOSE false)
    -> d :: DNSResponder(example.org, ZONE %s) -> tun;
'''
PROXY = '''tun :: KernelTun(10.9.1.1/24, DEVNAME tun0)
    -> CheckIPHeader(VERBOSE false)
    -> c :: IPClassifier(dst host 10.9.1.54, -);
p :: DNSProxy(10.9.2.9 10.9.2.53, 10.9.1.54, TIMEOUT 0.3s, MIX true);
c[1] -> p -> tun; c[0] -> [1] p [1] -> tun;
ControlSocket(unix, %s);
'''



def inside(*command, **kw):
    return subprocess.run(['ip', 'netns', 'exec', NS] + list(command),
                          capture_output=True, text=True, **kw).stdout


def dig(server, *words):
    return inside('dig', '@' + server, '+time=3', '+tries=1', *words)


def answers(server, *words):
    return ' '.join(sorted(dig(server, '+short', *words).split()))


def status(text):
    m = re.search(r'status: (\w+)', text)
    return m.group(1) if m else text


def stat(name):
    import socket
    s = socket.socket(socket.AF_UNIX)
    s.connect(control)
    f = s.makefile('rw', newline='')
    f.readline()
    f.write('READ p.stats\r\n')
    f.flush()
    f.readline()
    data = f.read(int(f.readline().split()[1]))
    s.close()
    return int(re.search(r'^%s (\d+)' % name, data, re.M).group(1))


def start(text):
    p = subprocess.Popen(['ip', 'netns', 'exec', NS, CLICK, '-e', text],
                         stderr=subprocess.PIPE)
    return p


def test_responder(s):
    check(answers(s, 'www.example.org') == '10.0.0.80', 'A')
    check(answers(s, 'www.example.org', 'AAAA') == 'fd00::80', 'AAAA')
    check(answers(s, 'alias.example.org') == '10.0.0.80 www.example.org.',
          'CNAME followed')
    check(answers(s, 'example.org', 'MX') == '10 mail.example.org.', 'MX')
    check('mail.example.org.' in dig(s, 'example.org', 'MX').split(
        'ADDITIONAL SECTION')[-1], 'and where that is')
    check(answers(s, 'example.org', 'NS') == 'ns.example.org.', 'NS')
    check(dig(s, '+short', 'text.example.org', 'TXT').strip() ==
          '"one; string" "and another"', 'TXT')
    check(answers(s, '-x', '10.0.0.80') == 'www.example.org.', 'PTR')
    check(answers(s, 'any.wild.example.org') == '10.0.0.99', 'a wildcard')
    got = dig(s, 'nope.example.org')
    check(status(got) == 'NXDOMAIN' and '\tSOA\t' in got, 'NXDOMAIN', got)
    got = dig(s, 'www.example.org', 'MX')
    check(status(got) == 'NOERROR' and '\tSOA\t' in got and
          'ANSWER: 0' in got, 'no such data', got)
    check(status(dig(s, 'wild.example.org')) == 'NOERROR',
          'a name with only names below it')
    check(status(dig(s, 'example.net')) == 'REFUSED', 'another zone')
    got = dig(s, '+norec', 'host.sub.example.org')
    check('10.0.0.54' in got and ' aa' not in got, 'a referral', got)
    check(' aa' in dig(s, 'www.example.org'), 'authority')
    check('version: 0' in dig(s, 'www.example.org'), 'EDNS')
    check('EDNS' not in dig(s, '+noedns', 'www.example.org'), 'no EDNS')
    check(status(dig(s, '+edns=1', '+noednsneg', 'www.example.org')) ==
          'BADVERS', 'EDNS of another version')
    got = dig(s, '+ignore', 'big.example.org', 'TXT')
    check(' tc' in got and 'ANSWER: 0' in got, 'too long for UDP', got)
    check(answers(s, '+tcp', 'www.example.org') == '10.0.0.80', '+tcp')
    check(len(answers(s, 'big.example.org', 'TXT')) > 2000,
          'truncated, and asked for again over TCP')
    check(answers(s, '+tcp', '+keepopen', 'www.example.org', 'mail.example.org')
          == '10.0.0.25 10.0.0.80', 'two queries over one connection')


def in_time(life, ask):
    """What two questions in a row give, the second asked while the first one's
    answer lives: again if the machine stood still meanwhile."""
    for _ in range(5):
        began = time.time()
        first, before = ask(), (stat('sent'), stat('hits'))
        second, after = ask(), (stat('sent'), stat('hits'))
        if time.time() - began < life - 0.1:
            break
        time.sleep(life)
    return first, second, tuple(n - m for n, m in zip(after, before))


def over(life, ask):
    """How often a server was asked when that answer's life is over."""
    time.sleep(life + 0.1)
    before = stat('sent')
    return ask(), stat('sent') - before


def test_proxy(s):
    check(answers(s, 'www.example.org') == '10.0.0.80',
          'A, though the first server is silent')
    first, got, asked = in_time(2, lambda: dig(s, 'WWW.example.ORG'))
    check('WWW.example.ORG' in got and '10.0.0.80' in got and ' ra' in got
          and ' aa' not in got, 'again, with my letters', got)
    check('10.0.0.80' in first and asked == (0, 1), 'from memory', asked)
    got, asked = over(2, lambda: answers(s, 'www.example.org'))
    check(got == '10.0.0.80' and asked > 0,
          'TTL 2 is over after two seconds', [got, asked])
    first, got, asked = in_time(
        2, lambda: status(dig(s, 'nope.example.org')))
    check(first == 'NXDOMAIN', 'NXDOMAIN', first)
    check(got == 'NXDOMAIN' and asked == (0, 1), 'from memory', [got, asked])
    got, asked = over(2, lambda: status(dig(s, 'nope.example.org')))
    check(got == 'NXDOMAIN' and asked > 0,
          'for as long as the SOA says', [got, asked])
    began = time.time()
    got = dig(s, 'mail.example.org')
    time.sleep(1.1)
    again = dig(s, 'mail.example.org')
    ttl = [int(re.search(r'(\d+)\tIN\tA', t).group(1)) for t in (got, again)]
    check(ttl[0] == 600 and 600 - (time.time() - began) - 1 <= ttl[1] < 600,
          'TTLs fall', str(ttl))
    check(status(dig(s, 'example.net')) == 'REFUSED',
          'what all servers refuse')
    got = dig(s, '+ignore', 'big.example.org', 'TXT')
    check(' tc' in got, 'truncated', got)
    check(answers(s, '+tcp', 'www.example.org') == '10.0.0.80', '+tcp')
    check(len(answers(s, 'big.example.org', 'TXT')) > 2000,
          'truncated, and asked for again over TCP')
    check(stat('tcp_opened') >= 2 and stat('unexpected') == 0,
          'over two connections, nothing unexpected')


with tempfile.TemporaryDirectory() as d:
    zone, control = d + '/zone', d + '/control'
    with open(zone, 'w') as f:
        f.write(ZONE)
    inside('ip', 'link', 'set', 'lo', 'up')
    inside('sysctl', '-qw', 'net.ipv4.ip_forward=1')
    running = [start(RESPONDER % zone), start(PROXY % control)]
    try:
        for _ in range(100):
            if os.path.exists(control) and 'tun1' in inside('ip', 'link'):
                break
            time.sleep(0.1)
        test_responder('10.9.2.53')
        test_proxy('10.9.1.53')
    finally:
        for p in running:
            p.terminate()
        for p, name in zip(running, ('responder', 'proxy')):
            err = p.communicate()[1].decode()
            check('Sanitizer' not in err and 'runtime error' not in err,
                  name + ' ends well', err)
        subprocess.run(['ip', 'netns', 'del', NS])
done()
