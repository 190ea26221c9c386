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
# A mistake is told in a sentence, before anything is begun.
while IFS='|' read -r command words; do
	# shellcheck disable=SC2086 # words of a command
	out=$(timeout 60 $command 2>&1 </dev/null) && ok 1 "$command: succeeds"
	case $out in
	*Traceback*) ok 1 "$command: $out" ;;
	*"$words"*) ok 0 "$command" ;;
	*) ok 1 "$command: $out" ;;
	esac
done <<END
bench/run frob|no frob; there are: click
bench/stress -g x|invalid numbers value: 'x'
env BENCH_RUNS=x bench/click|BENCH_RUNS=x: a number above 0
env BENCH_SECONDS=0 bench/middleboxes|BENCH_SECONDS=0: a number above 0
tools/setup frob|unknown purpose 'frob'
tools/xenbox frob|invalid choice: 'frob'
tools/xenbox run frob|frob: there is no such file
tools/fuzz|fuzz SECONDS FUZZER
tools/check|which tests?
make CC=frob all|not there: frob
END
echo "1..$n"
