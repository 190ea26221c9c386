#!/bin/sh
# guest.t -- the guest on a real Xen: kernel, ports, suspend (guest.sh, which
# runs in the box's dom0).
exec tools/xenbox run -t 240 test/xen/guest.sh build/clickos
