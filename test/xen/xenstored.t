#!/bin/sh
# xenstored.t -- cosmos beside the other XenStore daemon (xenstored.sh, in dom0).
cd "$(dirname "$0")/../.." || exit 1
exec env XENSTORED=xenstored tools/xenbox run -i -t 400 test/xen/xenstored.sh \
    build/clickos build/cosmos build/libcosmos-xen.so build/vale \
    build/libvale-xen.so
