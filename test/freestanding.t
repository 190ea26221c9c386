#!/bin/sh
# The portable folders need nothing but what test/symbols.allowed lists, and
# run over a fake os/.
echo 1..2
out=$(nm -u build/free/portable.o | awk '{ print $2 }' | sort -u |
    grep -vxFf test/symbols.allowed)
if [ -z "$out" ]; then
	echo "ok 1 - undefined symbols within the list"
else
	echo "not ok 1 - undefined symbols within the list"
	echo "$out" | sed 's/^/# /'
fi
out=$(build/free/portable 2>&1)
if [ "$out" = "1000 packets" ]; then
	echo "ok 2 - a configuration runs over the fake os"
else
	echo "not ok 2 - a configuration runs over the fake os"
	echo "$out" | sed 's/^/# /'
fi
