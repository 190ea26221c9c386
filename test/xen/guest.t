#!/bin/sh
# guest.t -- the guest on a real Xen: kernel, ports, suspend (guest.sh, which
# runs in the box's dom0).
set -e
texts=build/xenbox/texts
python3 test/xen/texts.py "$texts"
exec tools/xenbox run -i -t 400 test/xen/guest.sh build/clickos build/xsctl \
    build/await "$texts/big.click" test/xen/pppoe.sh
