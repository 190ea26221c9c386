#!/usr/bin/env python3
"""middleboxes_xen.py -- what each example promises as a guest of Xen; runs in
dom0 (middleboxes.sh).  With arguments: these examples alone."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, '..')]
from middleboxes import *  # noqa: E402,F403
from xen_guest import XenGuest  # noqa: E402

if __name__ == '__main__':
    prepare(XenGuest)
    all_of(sys.argv[1:])
    done()
