#!/bin/sh
# cosmos.t -- cosmos on a real Xen (cosmos.sh, which runs in the box's dom0).
jansson=$(ldconfig -p | sed -n 's/.*libjansson\.so\.4.*=> //p' | head -n 1)
exec tools/xenbox run -t 240 test/xen/cosmos.sh build/clickos build/cosmos \
    build/libcosmos-xen.so "$jansson"
