#!/usr/bin/env python3
"""virtio_middleboxes.t -- every example as a virtual machine of QEMU on vhost-user
ports of the switch: what each promises (middleboxes.py).  Arguments: these alone."""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from middleboxes import *  # noqa: E402,F403
from qemu_guest import QemuGuest  # noqa: E402

if shutil.which('qemu-system-x86_64') is None:
    print('1..0 # SKIP no qemu-system-x86_64')
    sys.exit()
prepare(QemuGuest)
all_of(sys.argv[1:])
done()
