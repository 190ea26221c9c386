#!/bin/sh
# demo.t -- `make run ON=xen`, on the Xen in the box: it ends well, and what others
# have there stays as it was (demo.sh, in dom0).
set -e
lib=build/xenbox/pybox
/usr/bin/python3 tools/pybox $lib tools/demo
BOX_LIB=$lib exec sh tools/demo-xen test/xen/demo.sh \
    build/xenbox/out/demo-on-xen -i
