#!/bin/sh
# Every C file is laid out as .clang-format says.
echo 1..1
out=$(git ls-files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 |
    grep warning: | cut -d: -f1 | sort | uniq -c)
if [ -z "$out" ]; then
	echo "ok 1 - layout"
else
	echo "not ok 1 - layout (make format)"
	echo "$out" | sed 's/^/# /'
fi
