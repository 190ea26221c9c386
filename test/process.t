#!/usr/bin/env python3
"""process.t -- the guest as a process, over its control socket."""
import atexit
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctl  # noqa: E402
from tap import done, ok, same, skip  # noqa: E402

# The sanitizer's threads ask for what the sandbox forbids; test/sandbox.t tries
# the sandbox on the program itself.
PROGRAM = os.environ.get("PROCESS", "build/asan/bin/clickos-process")
SANDBOX = [] if "PROCESS" in os.environ else ["--no-sandbox"]


class Guest:
    """A process guest with a socket, and what it has printed."""

    def __init__(self, folder, *arguments):
        self.path = os.path.join(folder, "control")
        self.log = open(os.path.join(folder, "log"), "w+b")
        self.process = subprocess.Popen(
            [PROGRAM, *SANDBOX, "--control", self.path, *arguments],
            stderr=self.log, stdout=self.log)
        atexit.register(self.kill)
        self.wait(self.listens)

    def kill(self):
        """However the test ends."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def listens(self):
        try:
            self.link().sock.close()
        except OSError:
            return False
        return True

    def wait(self, condition, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            if condition():
                return True
            time.sleep(0.02)
        return False

    def link(self, **keywords):
        return ctl.Link(self.path, **keywords)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)


def test_life(folder):
    guest = Guest(folder)
    link = guest.link()
    status, text, _ = link.ask("hello")
    ok(status == 0 and text.startswith("clickos 2"), "hello", text)
    status, _, router = link.ask(
        "install", path="fw",
        payload="InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;")
    same((status, router), (0, 0), "a router is installed")
    ok(guest.wait(lambda: link.ask("read", 0, "c.count")[1] == "1000"),
       "and counts")
    status, text, _ = link.ask("read", 0, "clickos.boot_us")
    ok("control " in text and "router " in text, "boot stages", text)
    status, text, _ = link.ask("install", payload="Foo -> Discard;")
    same((status, text), (2, "config:1: undeclared element 'Foo'\n"),
         "a wrong one is refused, with Click's message")
    other = guest.link(part=7)
    status, text, _ = other.ask("list")
    same(text, "0 running fw\n", "a second link sees the same")
    status, _, router = other.ask(
        "install", payload="s :: Switch(0); Idle -> s -> Discard;")
    same((status, router), (0, 1), "a second router, in small parts")
    same(other.ask("write", 1, "s.switch", "-1")[0], 0, "a handler written")
    same(link.ask("read", 1, "s.switch")[1], "-1", "and read")
    same(link.ask("write", 1, "s.switch", "x")[0], 5, "one that fails")
    same(link.ask("shutdown", payload="poweroff")[0], 0, "shutdown is heard")
    same(guest.process.wait(60), 0, "and obeyed")
    ok(not os.path.exists(guest.path), "the socket is gone")


def test_files(folder):
    good = os.path.join(folder, "good.click")
    with open(good, "w", encoding="ascii") as file:
        file.write("Idle -> q :: Queue(77) -> Idle;")
    guest = Guest(folder, good, "-m", "600")
    link = guest.link()
    ok(guest.wait(lambda: link.ask("list")[1] == "0 running good.click\n"),
       "a file on the command line runs", link.ask("list"))
    same(link.ask("read", 0, "q.capacity")[1], "77", "and answers")
    same(os.stat(guest.path).st_mode & 0o777, 0o600, "the socket's mode")
    again = subprocess.run([PROGRAM, *SANDBOX, "-c", guest.path], text=True,
                           capture_output=True, check=False)
    ok(again.returncode == 1 and "in use" in again.stderr,
       "a socket in use is not taken away", again.stderr)
    guest.process.kill()
    guest.process.wait()
    guest = Guest(folder)
    ok(guest.link().ask("hello")[0] == 0, "a stale one is")
    same(guest.end(), 0, "SIGTERM ends it")
    wrong = os.path.join(folder, "wrong.click")
    with open(wrong, "w", encoding="ascii") as file:
        file.write("Foo -> Bar;")
    alone = subprocess.run([PROGRAM, *SANDBOX, wrong], text=True, capture_output=True,
                           check=False, timeout=60)
    ok("undeclared element 'Foo'" in alone.stderr, "a wrong file is told")
    for arguments, words in ((["--mode", "9"], "'9'"), (["--port"], "port"),
                             ([], "neither"), (["/nowhere"], "No such file"),
                             (["-c", "/nowhere/x"], "No such file"),
                             (["-p", "x", good], "NAME=KIND")):
        bad = subprocess.run([PROGRAM, *SANDBOX, *arguments], text=True,
                             capture_output=True, check=False, timeout=60)
        ok(bad.returncode in (1, 2) and words in bad.stderr,
           f"{' '.join(arguments) or 'nothing'}: told", bad.stderr)


def test_ports(folder):
    guest = Guest(folder, "--port", "0=mem:", "--port", "1=mem:")
    link = guest.link()
    text = ("RatedSource(RATE 1000) -> Queue -> ToDevice(0);"
            "FromDevice(0) -> c :: Counter -> Discard;")
    same(link.ask("install", path="one", payload=text)[0], 0, "a port")
    status, words, _ = link.ask("install", payload="FromDevice(0) -> Discard;")
    ok(status == 2 and "port 0: held by router 0 (one)" in words,
       "another router does not get it", words)
    same(link.ask("install", payload="FromDevice(1) -> Discard;")[0], 0,
         "but another one")
    guest.end()


def test_swap(folder):
    """
    Every packet sent is counted on the other side or as a drop.  (Unstrip
    moves it into another buffer: the port has few.)
    """
    guest = Guest(folder, "--port", "0=mem:4096")
    link = guest.link()
    text = ("s :: InfiniteSource(LIMIT %d, BURST 8) -> q :: Queue(500)"
            " -> t :: ToDevice(0); FromDevice(0) -> Unstrip(200)"
            " -> r :: Queue(200000); r -> Idle;")
    same(link.ask("install", payload=text % 20000)[0], 0, "a sender")
    swaps = [link.ask("swap", 0, payload=text % 20000)[0] for _ in range(5)]
    same(swaps, [0] * 5, "swapped under load, again and again")

    def number(name):
        return int(link.ask("read", 0, name)[1])

    def settled():
        if (number("s.count") < 20000 or number("q.length") > 0 or
                link.ask("read", 0, "t.q")[1] != "false"):
            return False
        stats = dict(line.split() for line in
                     link.ask("read", 0, "t.stats")[1].splitlines())
        settled.stats = {key: int(value) for key, value in stats.items()}
        return settled.stats["rx_packets"] == settled.stats["tx_packets"]

    ok(guest.wait(settled), "all is sent in the end")
    same(number("r.length") + number("r.drops"),
         settled.stats["rx_packets"] - settled.stats["rx_dropped"],
         "what the port took from all routers has arrived in the last one")
    guest.end()


def test_take(folder):
    """
    A port that both routers open for themselves: what waits in the old one
    is not lost, and nothing comes twice.
    """
    guest = Guest(folder)
    link = guest.link()
    text = ("FromDevice(lo, PROTOCOL 0x9999) -> r :: Queue(100000);"
            "r -> Idle;")
    if link.ask("install", payload=text)[0] != 0:
        skip("swap with a packet socket", "there are none here")
        return
    sent = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("lo", 0))
        for _ in range(15):
            link.send("swap", 0, payload=text.encode())
            for _ in range(200):  # a socket holds some 270
                sender.send(bytes(12) + b"\x99\x99" + bytes(50))
            link.receive()
            sent += 200
            guest.wait(lambda: link.ask("read", 0, "r.length")[1] == str(sent))
    ok(link.ask("read", 0, "r.length")[1] == "3000",
       "of 3000 frames none was lost and none came twice in 15 swaps",
       link.ask("read", 0, "r.length"))
    guest.end()


def test_slow(folder):
    """A tool that takes its answer late gets all of it."""
    guest = Guest(folder)
    link = guest.link(patience=10)
    link.ask("install", payload="Idle -> Discard;")
    # The kernel's buffer is full within the last part of one of these.
    for size in range(100000, 400000, 50000):
        text = "Idle -> Discard;" + "// a line\n" * (size // 10)
        link.ask("swap", 0, payload=text)
        link.send("config", 0)
        time.sleep(0.1)
        try:
            answer = link.receive()[4].decode()
        except OSError as error:
            answer = str(error)
        if not ok(answer == text, f"an answer of {size} taken late",
                  answer[:99]):
            break
    guest.end()


def test_gate(folder):
    """ClickOSControl lets in what it allows, by a process' link as by any."""
    guest = Guest(folder)
    link = guest.link()
    same(link.ask("install", payload="g :: ClickOSControl(ALLOW \"c.* g.*\","
                  " DENY *.reset*); InfiniteSource(LIMIT 3) -> c :: Counter"
                  " -> d :: Discard;")[0], 0, "a router with a gate")
    ok(guest.wait(lambda: link.ask("read", 0, "c.count")[1] == "3"),
       "what it allows is read")
    same(link.ask("read", 0, "d.count")[:2],
         (6, "'d.count' denied by ClickOSControl\n"),
         "nothing else")
    same(link.ask("write", 0, "c.reset")[0], 6, "nor what it denies written")
    same(link.ask("read", 0, "g.denied")[1], "2", "it counts that")
    same(link.ask("install", payload="ClickOSControl(READONLY true);"
                  "s :: Switch(0); Idle -> s -> Discard;")[0], 0,
         "one for reading only")
    same((link.ask("write", 1, "s.switch", "0")[0],
          link.ask("read", 1, "s.switch")[1]), (6, "0"), "is read, not written")
    guest.end()


def test_load(folder):
    """63 busy routers and one that is asked."""
    guest = Guest(folder, "--packets", "20000", "--router-packets", "300")
    link = guest.link()
    for _ in range(63):
        link.ask("install", payload="InfiniteSource(BURST 1000) -> Discard;")
    same(link.ask("install", payload="Idle -> c :: Counter -> Discard;")[2],
         63, "the 64th beside 63 that are busy")
    same(link.ask("install", payload="Idle -> Discard;")[0], 7,
         "there is no 65th")
    same(link.ask("read", 63, "c.count")[1], "0", "it answers")
    same(link.ask("stats")[1].splitlines()[1], "routers_running 64",
         "all run")
    guest.end()


def test_hostile(folder):
    guest = Guest(folder)
    link = guest.link()
    header = ctl.HEADER
    for junk in (b"\0" * 64, os.urandom(4096),
                 header.pack(ctl.MAGIC, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0),
                 header.pack(ctl.MAGIC, 2, 2, 0, 1, 0, 65535, 0, 0, 0, 0),
                 header.pack(ctl.MAGIC, 2, 2, 0, 1, 0, 0, 0, 2**32 - 1,
                             2**32 - 1, 0),
                 header.pack(ctl.MAGIC, 2, 2, 0, 1, 0, 0, 0, 1 << 20, 10, 0)):
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(guest.path)
            other.sendall(junk)
    same(link.ask("hello")[0], 0, "nonsense on other links harms nobody")
    slow = guest.link()
    same(link.ask("install", payload="Idle -> Discard; "
                  + "//" + "x" * 1000000 + "\n")[0], 0, "a megabyte")
    # What it asks waits in the socket when the guest has enough to answer.
    slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    for _ in range(100):
        slow.send("config", 0)
    same(link.ask("hello")[0], 0, "one that does not listen harms nobody")
    total = sum(len(slow.receive()[4]) for _ in range(100))
    ok(total > 100000000, "and gets all its answers in the end", total)
    same(guest.end(), 0, "no memory is lost")


for test in (test_life, test_files, test_ports, test_swap, test_take,
             test_slow, test_gate, test_load, test_hostile):
    with tempfile.TemporaryDirectory() as top:
        test(top)
done()
