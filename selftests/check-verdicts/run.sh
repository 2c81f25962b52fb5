#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-verdicts: incidents played in the lab, and the answer that ringside gives. Prints KTAP,
# and writes a table to out/verdicts/; exits 0 or 1.

set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=selftests/runs.sh
. "$HERE/../runs.sh"
OUT=$TOP/out/verdicts RUNS=$HERE/runs
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH
ARCH='arm64 x86_64'
cd "$TOP" || exit 1
# shellcheck source=selftests/path/outside.sh
. selftests/path/outside.sh

help()
{
	cat <<-'EOF'
	usage: run.sh [-a ARCH] [-o OUT] [-s NAME=VALUE]... [RUN...]

	  -a ARCH        x86_64 or arm64 (default: both)
	  -o OUT         artefacts and the table (default out/verdicts)
	  -s NAME=VALUE  a setting of the scenarios: LAB_BOOT_LIMIT=900 waits longer for a guest
	  --list         the runs

	Without RUN all are done. Example: run.sh -a arm64 well
	EOF
}

# programs ARCH
programs()
{
	local device

	mapfile -t device < <(find selftests/fault -name '*.h' -o -name '*.c' ! -name 'witness*')
	mkdir -p "$WORK/$1"
	"$LAB/lab" cc -a "$1" -o "$WORK/$1/hog" selftests/check-host/hog.c &&
		"$LAB/lab" cc -a "$1" -o "$WORK/$1/fault" "${device[@]}"
}

# witness ARCH GUEST: the fault device's half in the guest
witness()
{
	"$LAB/lab" module -a "$1" -k "$2" -o "$WORK/$1/witness" selftests/fault
}

# breakers ARCH HOST GUEST: the module for both kernels, among the programs
breakers()
{
	"$LAB/lab" module -a "$1" -k "$2" -o "$WORK/$1" "$HERE/breaker" &&
		"$LAB/lab" module -a "$1" -k "$3" -o "$WORK/$1/guest" "$HERE/breaker" &&
		mv "$WORK/$1/guest/breaker.ko" "$WORK/$1/breaker-guest.ko"
}

# answers ARCH RUN DIR: a line for each incident of the run, see verdicts.jq
answers()
{
	local one brought=()

	for one in "$3"/*-ledger.json "$3"/*-alone.json; do
		[ ! -e "$one" ] || brought+=("$one")
	done
	jq -rn --arg arch "$1" --arg run "$2" --rawfile table "$HERE/incidents" \
		-f "$HERE/verdicts.jq" "${brought[@]}" </dev/null
}

# judge ARCH RUN DIR: the lines as KTAP, and into the table
judge()
{
	answers "$@" >"$3/answers" || echo "not ok what was brought back could not be read"
	sed "s/^\(not ok\|ok\)/$1/" "$3/answers" >>"$OUT/rows"
	awk -F'\t' '{ print $1, $2 ": " $4 ", expected " $3 }' "$3/answers"
}

# host_run DIR ARCH SCENARIO HOST GUEST ARGUMENTS SECONDS: an emulated host with its guest
host_run()
{
	local arguments=$6

	[ "$arguments" != - ] || arguments=
	# Where instructions are counted, QEMU may deliver an interrupt twice: see lab/mended.sh.
	case "$2 $arguments" in
	x86_64*icount*) arguments+=" --mended" ;;
	esac
	{ printf '%s\n' "${SETTINGS[@]}"; cat "$HERE/$3.sh"; } >"$WORK/script"
	breakers "$2" "$4" "$5" && witness "$2" "$5" || return
	# shellcheck disable=SC2086 # a list of words
	"$LAB/lab" run -a "$2" -H "$4" -g "$5" -t "$7" -o "$1" $arguments \
		-f "$HERE:/lab/verdicts" -f selftests/check-host:/lab/check \
		-f "$WORK/$2:/lab/programs" -F "$WORK/$2/hog:/usr/bin/hog" \
		-F "$WORK/$2/witness/witness.ko:/witness.ko" -F selftests/check-guest:/check \
		-f selftests/path/window.sh:/lab/window.sh -F selftests/path/inside.sh:/path/inside.sh "$WORK/script"
}

# fault_run DIR ARCH RUN GUEST: the fault device with its guest, see check-guest
fault_run()
{
	local helper

	helper=$("$LAB/lab" build -a "$2" --no-module) || return
	sed "s|FILES|-f $HERE:/verdicts -f $helper:/usr/bin/ringside|" "$HERE/fault-runs" \
		>"$WORK/fault-runs"
	selftests/check-guest/run.sh -a "$2" -k "$4" -r "$WORK/fault-runs" -o "$1" "$3"
	mv "$1/$2-$4-$3"/* "$1/"
}

# alone_judge NUMBER: of the incidents, not of what is well, how many the host alone has right: the
# party, or a set with it
alone_judge()
{
	echo "# Subtest: the host alone"
	awk -F'\t' '$3 != "nothing" && $7 != "-" { n++; right += $7 !~ /\(other\)$/ }
		END { ok = n && right * 4 >= n * 3
		      printf "  %sok 1 names the party, or a set with it, in %d of %d: three quarters or more\n  1..1\n",
			ok ? "" : "not ", right, n
		      exit !ok }' "$OUT/rows"
	run_result "$1" "the host alone" "$OUT/table" $?
}

# one_run NUMBER ARCH NAME HOST GUEST ARGUMENTS SECONDS: a nested KTAP, and its own line
one_run()
{
	local number=$1 arch=$2 name=${3:-} rc=0
	local dir=$OUT/$arch-$name

	[ "$arch" != alone ] || { alone_judge "$number"; return; }
	run_start "$arch $name" "$dir"
	{
		if [ "$4" = fault ]; then
			fault_run "$dir" "$arch" "$name" "$5" || echo "not ok the run as a whole: see $dir"
		else
			host_run "$dir" "${@:2}" || echo "not ok the lab's run as a whole: see $dir"
		fi
		judge "$arch" "${name%%-*}" "$dir"
	} | ktap_join | sed -u 's/^/  /' || rc=1
	run_result "$number" "$arch $name" "$dir" $rc
}

table()
{
	{
		printf '%s\t' architecture incident expected given confidence evidence
		echo "the host alone"
		cat "$OUT/rows"
	} >"$OUT/table.tsv"
	column -t -s $'\t' "$OUT/table.tsv" >"$OUT/table"
	rm "$OUT/rows"
}

options_read aos "$@"
OUT=$(realpath -m "$OUT")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$OUT"
: >"$OUT/rows"
"$LAB/lab" setup || exit 1
mapfile -t rows < <(for arch in $ARCH; do runs_selected | sed "s/^/$arch\t/"; done)
# the share of all of them, so only where all are played
[ ${#WANTED[@]} != 0 ] || rows+=(alone)
for arch in $ARCH; do
	programs "$arch" || exit 1
done
rc=0
runs_do "${rows[@]}" || rc=1
table
exit $rc
