"""packets.py -- what the tests of examples/ share: TAP lines, packets made and
taken apart, captures, and play(): captures through an example under `click`."""
import ipaddress
import os
import struct
import subprocess
import sys
import tempfile

from tap import done, ok, skip  # noqa: F401 (for who imports all of this)

CLICK = os.environ.get('CLICK', os.path.abspath('build/click'))
ICMP, TCP, UDP = 1, 6, 17
SYN, ACK, FIN = 2, 16, 1
BROADCAST = b'\xff' * 6
HOST_MAC = b'\x02\xaa\0\0\0'


# ---- packets ----

def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def ip4(text):
    return ipaddress.IPv4Address(text).packed


def total(data):
    if len(data) % 2:
        data += b'\0'
    s = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return s


def pseudo(src, dst, proto, n):
    return src + dst + struct.pack('>II', n, proto)


def transport(src, dst, proto, payload):
    """The payload with its checksum in place; None if it has none."""
    at = {TCP: 16, UDP: 6, ICMP: 2, 58: 2}.get(proto)
    if at is None:
        return payload
    head = b'' if proto == ICMP else pseudo(src, dst, proto, len(payload))
    payload = payload[:at] + b'\0\0' + payload[at + 2:]
    c = 0xffff - total(head + payload)
    return payload[:at] + struct.pack('>H', c or 0xffff) + payload[at + 2:]


def ip(src, dst, proto, payload, ttl=64, tos=0):
    s, d = ip4(src), ip4(dst)
    payload = transport(s, d, proto, payload)
    h = struct.pack('>BBHHHBBH', 0x45, tos, 20 + len(payload), 1, 0, ttl,
                    proto, 0) + s + d
    return h[:10] + struct.pack('>H', 0xffff - total(h)) + h[12:] + payload


def udp(sport, dport, data=b'hello'):
    return struct.pack('>HHHH', sport, dport, 8 + len(data), 0) + data


def tcp(sport, dport, flags=SYN, seq=1, ack=0, data=b''):
    return struct.pack('>HHIIBBHHH', sport, dport, seq, ack, 0x50, flags,
                       65535, 0, 0) + data


def echo(ident=1, reply=False, data=b'ping'):
    return struct.pack('>BBHHH', 0 if reply else 8, 0, 0, ident, 1) + data


def frame(payload, src=HOST_MAC + b'\1', dst=HOST_MAC + b'\2', kind=0x0800):
    return dst + src + struct.pack('>H', kind) + payload


def arp(op, smac, sip, tmac, tip):
    return frame(struct.pack('>HHBBH', 1, 0x0800, 6, 4, op) + smac + sip +
                 tmac + tip, smac, BROADCAST if op == 1 else tmac, 0x0806)


class Packet:
    """An IPv4 packet taken apart; whole is whether all its sums are right."""

    def __init__(self, data):
        n = struct.unpack('>H', data[2:4])[0]
        self.hl = (data[0] & 15) * 4
        self.data = data[:n]
        self.ttl, self.proto = data[8], data[9]
        self.src, self.dst = (str(ipaddress.IPv4Address(data[i:i + 4]))
                              for i in (12, 16))
        self.body = data[self.hl:n]
        self.whole = total(data[:self.hl]) == 0xffff and self.sum_right()
        if self.proto in (TCP, UDP):
            self.sport, self.dport = struct.unpack('>HH', self.body[:4])
        if self.proto == UDP:
            self.payload = self.body[8:]
        if self.proto == TCP:
            self.flags = self.body[13]
            self.payload = self.body[self.body[12] >> 4 << 2:]

    def sum_right(self):
        if self.proto == UDP and self.body[6:8] == b'\0\0':
            return True
        if self.proto not in (TCP, UDP, ICMP):
            return True
        head = b'' if self.proto == ICMP else pseudo(
            self.data[12:16], self.data[16:20], self.proto, len(self.body))
        return total(head + self.body) == 0xffff

    def __repr__(self):
        return f'{self.src} > {self.dst} proto {self.proto} ttl {self.ttl}'


def packets(frames):
    return [Packet(f[14:]) for f in frames if f[12:14] == b'\x08\0']


# ---- captures ----

def read_pcap(path):
    with open(path, 'rb') as f:
        data = f.read()
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') \
        else '>'
    out, at = [], 24
    while at < len(data):
        n = struct.unpack(order + 'I', data[at + 8:at + 12])[0]
        out.append(data[at + 16:at + 16 + n])
        at += 16 + n
    return out


def write_pcap(path, frames):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, p in enumerate(frames):
            f.write(struct.pack('<IIII', 1 + i // 1000, i % 1000 * 1000,
                                len(p), len(p)) + p)


def ports_of(example):
    """How many ports an example has."""
    with open(example) as f:
        text = f.read()
    n = 0
    while f'Device({n}' in text or f'({n}, ' in text or f':: In({n})' in text \
            or f':: Side({n})' in text:
        n += 1
    return n


def play(example, *inputs, handlers=(), args=(), n=None):
    """Runs captures through an example: what came out, and its handlers."""
    with tempfile.TemporaryDirectory() as d:
        cmd = [CLICK, example, *args]
        n = n or ports_of(example)
        for i in range(n):
            given = ''
            if i < len(inputs) and inputs[i]:
                given = inputs[i]
                if not isinstance(given, str):
                    given = f'{d}/in{i}'
                    write_pcap(given, inputs[i])
            cmd += ['--port', f'{i}=pcap:{given},{d}/out{i}']
        for h in handlers:
            cmd += ['-h', h]
        r = subprocess.run(cmd, capture_output=True, text=True, timeout=60)
        if r.returncode:
            raise OSError(f'{example}: {r.returncode}: {r.stderr}')
        out = [read_pcap(f'{d}/out{i}') for i in range(n)]
    if len(handlers) == 1:
        return out, [r.stdout.strip()]
    parts = dict(b.split(':\n', 1) for b in r.stdout.split('\n\n')
                 if ':\n' in b)
    return out, [parts[h].strip() for h in handlers]
