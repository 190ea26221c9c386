"""page.py -- the places of docs/evaluation.md: between "<!-- NAME -->" and
"<!-- end -->" stands what bench NAME has measured; the text around stays."""
import fcntl
import os
import re
import sys

DOC = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'docs',
                   'evaluation.md')


def put(name, text):
    """Programs may do so at the same time."""
    with open(DOC, 'r+', encoding='utf-8') as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        page, found = re.subn(
            r'(<!-- %s -->\n).*?(<!-- end -->)' % re.escape(name),
            lambda m: m.group(1) + text.rstrip('\n') + '\n' + m.group(2),
            f.read(), flags=re.S)
        if found != 1:
            sys.exit(f'docs/evaluation.md has {found} places for {name}')
        f.seek(0)
        f.write(page)
        f.truncate()
