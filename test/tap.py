"""tap.py -- what a test in Python prints: TAP, with the reason of a failure
behind it."""
import sys

count = failed = 0


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    for note in why:
        if not good and note != '':
            print('# ' + str(note)[-3000:].replace('\n', '\n# '), flush=True)
    return good


def same(got, want, name):
    return ok(got == want, name, f'got {got!r}', f'not {want!r}')


def skip(name, why):
    global count
    count += 1
    print(f'ok {count} - {name} # SKIP {why}', flush=True)


def skip_all(why):
    print(f'1..0 # SKIP {why}')
    sys.exit(0)


def done():
    print(f'1..{count}')
    sys.exit(failed > 0)
