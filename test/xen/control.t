#!/bin/sh
# control.t -- guests controlled through XenStore (control.sh, in the box's
# dom0), with the other of the two daemons than guest.t.
set -e
texts=build/xenbox/texts
python3 test/xen/texts.py "$texts"
exec env XENSTORED=xenstored tools/xenbox run -i -t 400 test/xen/control.sh \
    build/clickos build/xsctl build/await build/badback test/xen/faults.sh \
    "$texts/big.click" "$texts/huge.click"
