#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whether make bench-check fails for figures that have grown or are missing: only the comparison,
# with invented figures. And whether the published figures are the recorded ones.

set -u
HERE=$(dirname "$(realpath "$0")")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
NUMBER=0

# result NAME COMMAND...
result()
{
	local name=$1

	shift
	NUMBER=$((NUMBER + 1))
	if "$@" >"$WORK/said" 2>&1; then
		echo "ok $NUMBER $name"
	else
		echo "not ok $NUMBER $name"
		sed 's/^/# /' "$WORK/said"
	fi
}

# figures WITH: instructions of an interrupt, without a tool and with ringside
figures()
{
	local dir=$WORK/out/round1/guest-arm64-6.12

	mkdir -p "$dir"
	echo "ok 1 counts" >"$dir.ktap"
	printf 'guest\tarm64\t6.12\t%s\tirq-none\t%s000\n' none 100 ringside "$1" >"$dir/figures"
}

judge()
{
	"$HERE/bench/bench" --check --judge -a arm64 -s guest -o "$WORK/out" -r "$WORK/record"
}

grown()
{
	figures "$1"
	! judge && grep -q "^not ok .*irq-none" "$WORK/said"
}

accepted()
{
	figures "$1"
	judge
}

missing()
{
	figures 300
	sed -i /ringside/d "$WORK"/out/round1/*/figures
	! judge && grep -q "^not ok .*irq-none.*not measured" "$WORK/said"
}

echo "TAP version 13"
echo "1..6"
printf 'guest\tarm64\t6.12\tringside\tirq-none\t200.0\n' >"$WORK/record"
result "the same figure" accepted 300
result "5 % more added" accepted 310
result "6 % more added" grown 313
result "less added" accepted 200
result "a figure that is missing" missing
result "the published figures are the recorded ones" "$HERE/bench/publish" --check
