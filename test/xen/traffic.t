#!/bin/sh
# traffic.t -- traffic through guests on a real Xen, and many guests
# (traffic.sh, which runs in the box's dom0).
set -e
texts=build/xenbox/texts
python3 test/xen/texts.py "$texts"
jansson=$(ldconfig -p | sed -n 's/.*libjansson\.so\.4.*=> //p' | head -n 1)
exec tools/xenbox run -i -t 400 -m 1536 test/xen/traffic.sh build/clickos \
    build/xsctl build/udp build/await build/cosmos build/libcosmos-xen.so "$jansson" \
    examples/firewall.click "$texts/ping.click"
