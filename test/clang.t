#!/bin/sh
# clang warns of nothing in the files that only gcc builds; what is in the
# library is built by clang too, for the fuzz targets.
files=$(git ls-files '*_test.c' 'host/main_*.c' test/fake_os.c |
    grep -v '^minios/')
flags="-std=gnu11 -I. -Wall -Wextra -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef
    -Wvla -Werror -fsyntax-only"
echo 1..1
# shellcheck disable=SC2086 # lists of words are meant
if out=$(echo $files | xargs -n 16 -P 2 clang $flags 2>&1) && [ -z "$out" ]
then
	echo "ok 1 - clang"
else
	echo "not ok 1 - clang"
	echo "$out" | head -60 | sed 's/^/# /'
fi
