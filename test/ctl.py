#!/usr/bin/env python3
"""ctl.py -- a client of the control protocol, version 2, for tests.

  ctl.py SOCKET OP [-r ROUTER] [-p PATH] [PAYLOAD | -f FILE]

prints the answer's payload and exits with its status.  As a module: Link.
"""
import argparse
import random
import socket
import struct
import sys

OPS = ("", "hello", "install", "swap", "start", "stop", "remove", "read",
       "write", "list", "status", "stats", "shutdown", "config", "connect")
HEADER = struct.Struct("<IBBHIHHIIII")
MAGIC, VERSION, REPLY, ANY = 0x4b434c43, 2, 0x80, 0xffff
PART = 65536


class Link:
    """A connection; ask() sends a request and waits for its answer."""

    def __init__(self, path, part=PART, console=False, patience=60):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(patience)
        self.sock.connect(path)
        self.part = part
        self.id = random.getrandbits(31) if console else 0
        if console:
            self.find_answer(self.send("hello"))

    def find_answer(self, ident):
        """A virtio console's stream goes on where the tool before left it:
        skips all that comes before the answer to our first request."""
        data = b""
        while True:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError("the guest closed the link")
            data += more
            for at in range(len(data) - HEADER.size + 1):
                head = HEADER.unpack_from(data, at)
                end = at + HEADER.size + head[6] + head[9]
                if head[:3] == (MAGIC, VERSION, 1 | REPLY) and \
                        head[4] == ident and len(data) >= end:
                    assert len(data) == end
                    return

    def send(self, op, router=ANY, path=b"", payload=b""):
        self.id += 1
        offset = 0
        while True:
            piece = payload[offset:offset + self.part]
            self.sock.sendall(HEADER.pack(
                MAGIC, VERSION, OPS.index(op), router, self.id, 0, len(path),
                offset, len(payload), len(piece), 0) + path + piece)
            offset += len(piece)
            if offset == len(payload):
                return self.id

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise EOFError("the guest closed the link")
            data += more
        return data

    def receive(self):
        """The next whole answer: (id, op, router, status, payload)."""
        payload = b""
        while True:
            (magic, version, op, router, ident, status, plen, offset, total,
             length, reserved) = HEADER.unpack(self.take(HEADER.size))
            assert (magic, version, reserved) == (MAGIC, VERSION, 0)
            assert op & REPLY and offset == len(payload)
            self.take(plen)
            payload += self.take(length)
            if len(payload) == total:
                name = OPS[op & 127] if op & 127 < len(OPS) else op & 127
                return ident, name, router, status, payload

    def ask(self, op, router=ANY, path="", payload=b""):
        if isinstance(payload, str):
            payload = payload.encode()
        ident = self.send(op, router, path.encode(), payload)
        while True:
            answer = self.receive()
            if answer[0] == ident:
                return answer[3], answer[4].decode("latin1"), answer[2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("socket")
    parser.add_argument("op", choices=OPS[1:])
    parser.add_argument("-r", type=int, default=ANY)
    parser.add_argument("-p", default="")
    parser.add_argument("-f")
    parser.add_argument("payload", nargs="?", default="")
    args = parser.parse_intermixed_args()
    payload = args.payload.encode()
    if args.f:
        with open(args.f, "rb") as file:
            payload = file.read()
    status, text, router = Link(args.socket).ask(
        args.op, args.r, args.p, payload)
    sys.stdout.write(text)
    if args.op == "install" and status == 0:
        sys.stdout.write(f"{router}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
