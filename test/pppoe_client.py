"""pppoe_client.py -- a PPPoE subscriber as small as it can be (RFC 2516, 1661,
1334, 1332): discovery, LCP, PAP, IPCP, then IP packets, over a port of a Box."""
import struct

from packets import BROADCAST, HOST_MAC, Packet, frame

LCP, PAP, IPCP, IP = 0xc021, 0xc023, 0x8021, 0x0021
REQUEST, ACK, NAK, REJECT, TERMINATE = 1, 2, 3, 4, 5
AUTH, ADDRESS = 3, 3  # options of LCP and of IPCP


def options(data):
    out = []
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        out.append((data[0], data[2:data[1]]))
        data = data[data[1]:]
    return out


def packed(found):
    return b''.join(bytes([k, 2 + len(v)]) + v for k, v in found)


class Subscriber:
    me = HOST_MAC + b'\7'

    def __init__(self, box, port):
        self.box, self.port = box, port
        self.id, self.server, self.cookie = 0, None, b''
        self.number, self.last = '', None

    def discovery(self, code, tags, to, answer):
        """The answer's frame; what else comes is of a session before."""
        self.box.send(self.port, frame(struct.pack(
            '>BBHH', 0x11, code, 0, len(tags)) + tags, self.me, to, 0x8863))
        for _ in range(20):
            got = self.box.receive(self.port)
            if got is None or (got[12:14], got[15]) == (b'\x88\x63', answer):
                return got
        return None

    def discover(self):
        """The frame of the offer."""
        tags = struct.pack('>HH', 0x0101, 0) + \
            struct.pack('>HH', 0x0103, 4) + b'uniq'
        got = self.discovery(9, tags, BROADCAST, 7)
        if not got or got[:6] != self.me or b'uniq' not in got:
            return None
        self.server = got[6:12]
        self.cookie = got[20:20 + struct.unpack('>H', got[18:20])[0]]
        return got

    def session(self):
        got = self.discovery(0x19, self.cookie, self.server, 0x65)
        if not got or got[16:18] == b'\0\0':
            return False
        self.session_id = got[16:18]
        self.number = str(struct.unpack('>H', self.session_id)[0])
        return True

    def ppp(self, proto, body):
        self.box.send(self.port, frame(
            b'\x11\0' + self.session_id + struct.pack(
                '>HH', len(body) + 2, proto) + body, self.me, self.server,
            0x8864))

    def say(self, proto, code, data, ident=None):
        if ident is None:
            self.id += 1
            ident = self.id
        self.ppp(proto, struct.pack('>BBH', code, ident, 4 + len(data)) + data)

    def hear(self, wait=1.0):
        """The next (protocol, body) of the session, or None."""
        got = self.box.receive(self.port, wait)
        if not got or got[12:14] != b'\x88\x64':
            return None
        n, proto = struct.unpack('>HH', got[18:22])
        return proto, got[22:20 + n]

    def link(self, name, secret):
        """Brings the session up: our address, or None."""
        address = bytes(4)
        self.say(LCP, REQUEST, b'')
        for _ in range(60):
            self.last = self.hear()
            if self.last is None:
                return None
            proto, (code, ident), data = (
                self.last[0], self.last[1][:2], self.last[1][4:])
            if proto == LCP and code == REQUEST:
                # Only PAP is known here.
                bad = [(k, v) for k, v in options(data)
                       if k == AUTH and v[:2] != b'\xc0\x23']
                self.say(LCP, NAK if bad else ACK,
                         packed([(AUTH, b'\xc0\x23')]) if bad else data, ident)
                if not bad:
                    self.say(PAP, REQUEST, bytes([len(name)]) + name.encode() +
                             bytes([len(secret)]) + secret.encode())
            elif proto == LCP and code == TERMINATE:
                return None
            elif proto == PAP:
                if code != ACK:
                    return None
                self.say(IPCP, REQUEST, packed([(ADDRESS, address)]))
            elif proto == IPCP and code == REQUEST:
                self.say(IPCP, ACK, data, ident)
            elif proto == IPCP and code == NAK:
                address = dict(options(data))[ADDRESS]
                self.say(IPCP, REQUEST, packed([(ADDRESS, address)]))
            elif proto == IPCP and code == ACK:
                return '.'.join(map(str, address))
        return None

    def send(self, packet):
        self.ppp(IP, packet)

    def receive(self):
        for _ in range(10):
            got = self.hear()
            if got is None or got[0] == IP:
                return got and Packet(got[1])
        return None

    def end(self):
        self.say(LCP, TERMINATE, b'')
