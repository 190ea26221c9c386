"""effort.py -- how much the benches measure.

Each program has what is usual for it; BENCH_RUNS, BENCH_SECONDS and BENCH_GUESTS (the
most guests) in the environment are for all of them: little, to see a change at work,
or more, for figures that are to be relied on.
"""
import os
import sys


def given(name, usual, kind):
    text = os.environ.get(name)
    if not text:
        return usual
    try:
        value = kind(text)
    except ValueError:
        value = 0
    if value <= 0:
        sys.exit(f'{sys.argv[0]}: {name}={text}: a number above 0')
    return value


def runs(usual):
    return given('BENCH_RUNS', usual, int)


def seconds(usual):
    return given('BENCH_SECONDS', usual, float)


def guests(usual):
    """Of a list of numbers of guests, those that are allowed, one at least."""
    most = given('BENCH_GUESTS', max(usual), int)
    return [n for n in usual if n <= most] or [most]
