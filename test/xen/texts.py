#!/usr/bin/env python3
"""texts.py FOLDER -- configurations too long to be written by hand:
big.click, a megabyte that runs in little memory, and huge.click, which needs
very much."""
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
