#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-debug: the guest module on kernels built for it, first of all one
# with KASAN, lockdep, kmemleak, DEBUG_ATOMIC_SLEEP and fault injection, and one
# with KCSAN. Prints KTAP; exits 0 or 1.

set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
TESTS=$(realpath "$HERE/..")
OUT=$(realpath -m "$HERE/../../out/debug")

help()
{
	cat <<-'EOF'
	usage: debug.sh [life|wide|guest|races|functions]...

	  life       the module comes and goes, and is refused what it needs: debug-runs
	  wide       it and its devices come and go, with waits between the steps of what
	             may race: wide-runs
	  guest      known counts, on the kernel that checks itself
	  races      known counts, on the kernel that looks for data races
	  functions  known counts, on the kernel without tracepoints

	Without a part all are done. The kernels are lab/built/*: the first time, building
	them takes most of the time; they are kept in RINGSIDE_CACHE.
	EOF
}

part_life()
{
	"$HERE/run.sh" -r "$HERE/debug-runs" -o "$OUT/life"
}

part_wide()
{
	local rc=0

	"$HERE/run.sh" -w -r "$HERE/wide-runs" -o "$OUT/wide" || rc=1
	counts_on debug -w held-split held-packed delays-split || rc=1
	return $rc
}

# counts_on LINE [-w] RUN...
counts_on()
{
	"$TESTS/check-guest/run.sh" -k "$1" -o "$OUT/guest" -s EVENTS=101 -s LAPS=10 "${@:2}"
}

part_guest()
{
	counts_on debug causes-split causes-packed mixed-split
}

# What several CPUs write is in the last two.
part_races()
{
	counts_on kcsan causes-split causes-packed mixed-split busy-split delays-split
}

part_functions()
{
	"$TESTS/check-guest/run.sh" -k no-tracepoints -r "$TESTS/check-guest/function-runs" -o "$OUT/guest"
}

# part NUMBER NAME
part()
{
	local rc=0

	echo "# Subtest: $2"
	"part_$2" | sed -u 's/^/  /' || rc=1
	if [ "$rc" = 0 ]; then echo "ok $1 $2"; else echo "not ok $1 $2"; fi
	return "$rc"
}

[ $# != 0 ] || set -- life wide guest races functions
for name; do
	case $name in
	life | wide | guest | races | functions) ;;
	-h | --help) help; exit 0 ;;
	*) echo "debug.sh: no part $name; try --help" >&2; exit 64 ;;
	esac
done
failed='' number=0
echo "KTAP version 1"
echo "1..$#"
for name; do
	number=$((number + 1))
	part $number "$name" || failed=1
done
[ -z "$failed" ]
