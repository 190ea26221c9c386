#!/bin/sh
# Each header compiles alone.
set -- $(git ls-files '*.h' | grep -v '^minios/')
echo "1..$#"
n=0
for h; do
	n=$((n + 1))
	if out=$(gcc -std=gnu11 -Wall -Wextra -I. -fsyntax-only -x c "$h" \
	    2>&1) && [ -z "$out" ]; then
		echo "ok $n - $h"
	else
		echo "not ok $n - $h"
		echo "$out" | sed 's/^/# /'
	fi
done
