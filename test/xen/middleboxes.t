#!/bin/sh
# middleboxes.t -- the examples as guests of a real Xen on ports of the switch:
# what each promises (test/middleboxes.py, in the box's dom0; one boot).
# Arguments: these examples alone.
set -e
lib=build/xenbox/pybox
/usr/bin/python3 tools/pybox $lib test/xen/middleboxes_xen.py
echo "$*" > build/xenbox/names
jansson=$(ldconfig -p | sed -n 's/.*libjansson\.so\.4.*=> //p' | head -n 1)
exec tools/xenbox run -i -t 600 test/xen/middleboxes.sh build/clickos build/vale \
    build/libvale-xen.so build/cosmos build/libcosmos-xen.so "$jansson" \
    build/xenbox/names $lib $lib/bin/python3 "$lib"/lib/*/lib-dynload/_ctypes.*.so \
    test/middleboxes.py test/box.py test/built.py test/tap.py test/packets.py \
    test/pppoe_client.py \
    test/xen/middleboxes_xen.py test/xen/xen_guest.py "${TRACES:-../shared/traces}" examples
