#!/usr/bin/env python3
"""The IDS element over captures of real traffic, by rules whose alerts can be
counted in the captures otherwise."""
import os
import re
import struct
import subprocess
import sys
import tempfile

CLICK = 'build/asan/bin/click'
TRACES = os.environ.get('TRACES', '../shared/traces')
if not os.path.isdir(TRACES):
    print('1..0 # SKIP no captures at ' + TRACES)
    sys.exit()


def packets(name):
    """(flags, payload) of each TCP segment in a capture."""
    data = open(os.path.join(TRACES, name), 'rb').read()
    little = data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1')
    at = 24
    while at + 16 <= len(data):
        n = struct.unpack_from('<I' if little else '>I', data, at + 8)[0]
        p = data[at + 16:at + 16 + n]
        at += 16 + n
        if p[12:14] != b'\x08\x00' or p[23] != 6:
            continue
        ip = p[14:14 + struct.unpack_from('>H', p, 16)[0]]
        tcp = ip[(ip[0] & 15) * 4:]
        yield tcp[13], tcp[(tcp[12] >> 4) * 4:]


def alerts(name, rules):
    """What the IDS makes of a capture: sid -> alerts."""
    with tempfile.NamedTemporaryFile('w', suffix='.rules') as f:
        f.write(rules)
        f.flush()
        text = ('FromDump(%s, STOP true) -> Strip(14) -> CheckIPHeader -> '
                'ids :: IDS(%s, CHECKSUM false) -> Discard;'
                % (os.path.join(TRACES, name), f.name))
        out = subprocess.run([CLICK, '-h', 'ids.sids', '-e', text],
                             capture_output=True, text=True)
    if out.returncode != 0:
        return out.stderr
    return {int(s): int(n) for s, n in re.findall(r'1:(\d+) (\d+)',
                                                  out.stdout)}


SYN = 'alert tcp any any -> any any (flags:S; sid:1;)'
SQL = r'''ipvar SERVER 10.2.2.104
alert tcp any any -> $SERVER 80 (msg:"SQL injection"; \
    flow:to_server,established; content:"GET "; depth:4; \
    content:"union"; nocase; content:"select"; nocase; distance:0; sid:2;)
alert tcp $SERVER 80 -> any any (flow:to_client; \
    content:"HTTP/1.1 200"; depth:12; sid:3;)
alert tcp $SERVER 80 -> any any (content:"no such text"; sid:4;)
'''
scan = {1: sum(f & 0x3f == 2 for f, _ in packets('synscan.pcap'))}
sql = list(packets('http_dvwa_sqlinjection.pcap'))
injected = {2: sum(d.startswith(b'GET ') and b'union' in d for _, d in sql),
            3: sum(d.startswith(b'HTTP/1.1 200') for _, d in sql)}
DATA = 'alert tcp any any -> any any (dsize:>0; sid:1;)'
data = {1: sum(len(d) > 0 for _, d in packets('tcp_retransmissions.pcap'))}

print('1..3')
n = 0
for what, got, want in (
        ('a scan by SYNs', alerts('synscan.pcap', SYN), scan),
        ('SQL injection', alerts('http_dvwa_sqlinjection.pcap', SQL),
         injected),
        ('retransmissions', alerts('tcp_retransmissions.pcap', DATA), data)):
    n += 1
    good = got == want and all(want.values())
    print('%s %d - %s' % ('ok' if good else 'not ok', n, what))
    if not good:
        print('#      got: %s\n# expected: %s' % (got, want))
