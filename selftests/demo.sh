#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make demo: replays an incident from the field on an emulated KVM host and its guest. Prints the
# ledger of each phase, checks every count, and prints what changed.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH
. selftests/path/outside.sh

arch=arm64 out=out/demo
while getopts a:o: option; do
	case $option in
	a) arch=$OPTARG ;;
	o) out=$OPTARG ;;
	*) echo "usage: demo.sh [-a arm64|x86_64] [-o DIR]" >&2; exit 64 ;;
	esac
done
case $arch in
arm64|x86_64) ;;
*) echo "demo: no such architecture: $arch (arm64 or x86_64)" >&2; exit 64 ;;
esac

path_run "$arch" selftests/path/incident.sh "$out" || exit
for phase in "${PHASES[@]}"; do
	printf '\n=== %s ===\n' "$phase"
	cat "$out/$phase-ledger.txt"
done
printf '\n=== the phases side by side ===\n'
path_phases "$out"
printf '\nBoth snapshots of each phase and all logs are in %s.\n' "$out"
path_exact "$out" >"$out/exact.tap"
if grep '^not ok' "$out/exact.tap"; then
	echo "demo: the counts above do not add up; all checks are in $out/exact.tap" >&2
	exit 1
fi
printf 'Checked: %s equalities between both sides, the kernel and the traffic hold exactly (%s).\n' \
	"$(grep -c '^ok' "$out/exact.tap")" "$out/exact.tap"
