#!/bin/sh
# image.t -- the guest's image is small: all elements, or one configuration's;
# ELEMENTS and ELEMENTS_FROM choose them (tools/gen-elements).
n=0
check()
{
	what=$1
	shift
	n=$((n + 1))
	if "$@"; then echo "ok $n - $what"; else echo "not ok $n - $what"; fi
}
smaller()
{
	echo "# $1: $(size "$1" | awk 'NR == 2 { print $4 }') bytes loaded," \
	    "$(wc -c < "$1") in its file"
	[ "$(wc -c < "$1")" -lt "$2" ]
}
loads_in() { [ "$(size "$1" | awk 'NR == 2 { print $4 }')" -lt "$2" ]; }
stripped() { [ -z "$(nm "$1" 2>/dev/null)" ]; }
classes() { tools/gen-elements elements/*/*.c | grep -c 'extern'; }

check "all elements in less than 1.5 MB" smaller build/clickos 1500000
check "which is what they take in memory, too" loads_in build/clickos 1500000
check "stripped" stripped build/clickos
for config in examples/*.click; do
	name=$(basename "$config" .click)
	check "$name's in less than 420 kB" smaller "build/clickos-$name" 420000
done
check "half a megabyte in memory" loads_in build/clickos-firewall 500000
check "those that are asked for, by any name, and the gate" [ \
    "$(ELEMENTS='Idle FullNoteQueue' classes)" = 3 ]
echo 'Idle -> Null; // not Discard' > "${TMPDIR:-/tmp}/image.$$"
check "those that a configuration names" [ \
    "$(FROM="${TMPDIR:-/tmp}/image.$$" classes)" = 3 ]
rm "${TMPDIR:-/tmp}/image.$$"
check "one that is not there is an error" eval '! ELEMENTS="Idle Nope" \
    tools/gen-elements elements/*/*.c 2>&1 >/dev/null |
    grep -qv "no element class Nope"'
check "which fails" eval '! ELEMENTS=Nope tools/gen-elements \
    elements/*/*.c >/dev/null 2>&1'
echo "1..$n"
