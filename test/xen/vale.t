#!/bin/sh
# vale.t -- the switch on a real Xen (vale.sh, which runs in the box's dom0).
traces=../shared/traces
exec tools/xenbox run -i -t 400 test/xen/vale.sh build/clickos build/vale \
    build/libvale-xen.so "${CLICK:-build/click}" $traces/http_espn.pcap \
    $traces/synscan.pcap $traces/ipv6_fragments.pcap build/xsctl
