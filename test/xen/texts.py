#!/usr/bin/env python3
"""texts.py FOLDER -- configurations too long to be written by hand:
big.click, a megabyte that runs in little memory, and huge.click, which needs
very much; and ping.click, which answers pings."""
import os
import sys

folder = sys.argv[1]
line = "// a line among many of them, which says nothing at all ........\n"
os.makedirs(folder, exist_ok=True)
with open(folder + "/big.click", "w", encoding="ascii") as big:
    big.write(line * ((1 << 20) // len(line)))
    big.write("s :: Switch(0); Idle -> s -> Discard; s [1] -> Discard;")
with open(folder + "/huge.click", "w", encoding="ascii") as huge:
    for i in range(5000):
        huge.write(f"Idle -> q{i} :: Queue(1000) -> Idle;\n")
with open(folder + "/ping.click", "w", encoding="ascii") as ping:
    ping.write("""FromDevice(0) -> k :: Classifier(12/0806 20/0001, 12/0800);
k[0] -> ARPResponder(198.51.100.9 00:16:3e:00:00:09) -> out :: Queue
    -> ToDevice(0);
k[1] -> CheckIPHeader(14) -> ICMPPingResponder -> EtherMirror -> out;
""")
