#!/bin/sh
# control.t -- guests controlled through XenStore (control.sh, in the box's
# dom0), with the other of the two daemons than guest.t.
set -e
folder=build/xenbox/control
mkdir -p "$folder"

# A megabyte that runs in little memory, and one that needs very much.
python3 - "$folder" <<'END'
import sys
line = "// a line among many of them, which says nothing at all ........\n"
with open(sys.argv[1] + "/big.click", "w", encoding="ascii") as big:
    big.write(line * ((1 << 20) // len(line)))
    big.write("s :: Switch(0); Idle -> s -> Discard; s [1] -> Discard;")
with open(sys.argv[1] + "/huge.click", "w", encoding="ascii") as huge:
    for i in range(5000):
        huge.write(f"Idle -> q{i} :: Queue(1000) -> Idle;\n")
END
exec env XENSTORED=xenstored tools/xenbox run -t 290 test/xen/control.sh \
    build/clickos build/xsctl "$folder/big.click" "$folder/huge.click"
