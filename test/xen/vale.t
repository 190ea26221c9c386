#!/bin/sh
# vale.t -- the switch on a real Xen (vale.sh, which runs in the box's dom0).
exec tools/xenbox run -t 300 test/xen/vale.sh build/clickos build/vale \
    build/libvale-xen.so
