#!/usr/bin/env python3
"""middleboxes.t -- every example as a process guest in its sandbox, on a switch:
what each promises (middleboxes.py).  With arguments: these examples alone."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from middleboxes import *  # noqa: E402,F403

prepare()
all_of(sys.argv[1:])
done()
