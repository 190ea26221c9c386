"""built.py -- what a script needs of build/ is there, or it says what to make."""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')


def need(*names):
    """Ends the program with a sentence unless build/NAME exists for each."""
    missing = [f'build/{n}' for n in names
               if not os.path.exists(os.path.join(TOP, 'build', n))]
    if missing:
        sys.exit(f'{sys.argv[0]}: {missing[0]} is not there; build it first: '
                 f'make {" ".join(missing)}')
