#!/bin/sh
# Folders include only what their level may.
echo 1..1
if out=$(tools/check-deps); then
	echo "ok 1 - no folder includes what is above it"
else
	echo "not ok 1 - no folder includes what is above it"
	echo "$out" | sed 's/^/# /'
fi
