"""store.py GUEST N -- in dom0: a handler read and written N times by Python, the
median of each as "python-read NS"; see bench/xenstore."""
import statistics
import sys
import time

import cosmos


def median_ns(act, n):
    found = []
    for _ in range(n):
        start = time.monotonic_ns()
        act()
        found.append(time.monotonic_ns() - start)
    return round(statistics.median(found))


if __name__ == '__main__':
    guest = cosmos.Host().find(sys.argv[1])
    N = int(sys.argv[2])
    print('python-read', median_ns(lambda: guest.read('c.count'), N))
    print('python-write', median_ns(lambda: guest.write('c.reset', '1'), N))
