#!/bin/sh
# Each fuzz target goes through its saved corpus and a few seconds more.
set -- $(find build/fuzz -name '*_fuzz' -type f | sort)
echo "1..$#"
n=0
for f; do
	n=$((n + 1))
	name=$(basename "$f" _fuzz)
	mkdir -p "build/fuzz/short/$name" "test/fuzz/$name"
	if out=$("$f" -max_total_time=3 -timeout=30 -rss_limit_mb=2048 \
	    -artifact_prefix="build/fuzz/$name-" \
	    "build/fuzz/short/$name" "test/fuzz/$name" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$out" | tail -n 25 | sed 's/^/# /'
	fi
done
