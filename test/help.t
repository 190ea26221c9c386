#!/bin/sh
# help.t -- programs of tools/ and bench/ where nothing is built: each says what it
# does, does nothing then, and says what to build where it needs that.
n=0
ok() # STATUS NAME
{
	n=$((n + 1))
	[ "$1" -eq 0 ] && echo "ok $n - $2" && return
	echo "not ok $n - $2" | tr '\n' ' '
	echo
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for f in $(git ls-files -o -c --exclude-standard \
    tools bench test docs cosmos examples Makefile); do
	mkdir -p "$dir/$(dirname "$f")" && cp "$f" "$dir/$f"
done
cd "$dir" || exit
before=$(find . | sort)
for f in tools/* bench/* bench/boot/*; do
	[ -f "$f" ] && [ -x "$f" ] || continue
	out=$(timeout 60 "$f" --help 2>&1 </dev/null)
	status=$?
	ok $status "$f --help"
	case $out in
	*Traceback* | '') ok 1 "$f --help: says what it is: $out" ;;
	*) ok 0 "$f --help: says what it is" ;;
	esac
done
[ "$(find . | sort)" = "$before" ]
ok $? 'nothing was made'
for f in bench/click bench/guests bench/memory bench/middleboxes bench/peers \
    bench/stages bench/stress bench/switch bench/talkers bench/xen \
    bench/xenstore bench/boot/process bench/boot/xen tools/demo tools/mutate \
    tools/soak; do
	out=$(timeout 60 "$f" 2>&1 </dev/null)
	case $out in
	*Traceback*) ok 1 "$f: $out" ;;
	"$f: build/"*' is not there; build it first: make build/'*)
		ok 0 "$f: says what to build" ;;
	*'SKIP needs root') ok 0 "$f: $out" ;;
	*) ok 1 "$f: $out" ;;
	esac
done
echo "1..$n"
