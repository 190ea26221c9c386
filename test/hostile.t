#!/bin/sh
# Captures made hostile (tools/hostile) through a configuration of each family.
traces=${TRACES:-../shared/traces}
if ! ls "$traces"/*.pcap > /dev/null 2>&1; then
	echo "1..0 # SKIP no captures at $traces"
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tools/hostile -n 4 "$dir" "$traces"/*.pcap &&
    build/asan/test/traces_test "$dir"/*.pcap 2> "$dir/err"
status=$?
# Elements complain of such packets; only how it ended is of interest.
[ $status -eq 0 ] || tail -n 40 "$dir/err" | sed 's/^/# /'
exit $status
