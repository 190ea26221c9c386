"""xen_guest.py -- a Box's guest as a domain of Xen, its ports vifs of the switch's."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, '..')]
from box import CosmosGuest  # noqa: E402


class XenGuest(CosmosGuest):
    """It forwards what others have sent, so its ports have no guard."""
    platform = 'xen'
    patience = 6.0  # in the box all of it is emulated on one processor
    options = ('-m', '16')

    def __init__(self, name, text, ports):
        super().__init__(name, text, [p + '+guard=off' for p in ports])
