#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-host: the host's side against known counts, on emulated KVM hosts.
# Prints KTAP; exits 0 or 1.

set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=selftests/runs.sh
. "$HERE/../runs.sh"
OUT=$TOP/out/check-host RUNS=$HERE/runs
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
	  -o OUT         artefacts (default out/check-host)
	  -s NAME=VALUE  a setting of the scenarios, for a quick look: LIVES=5
	  --list         the runs

	Without RUN all are done. Example: run.sh -a arm64 ring known-6.12
	EOF
}

# name | scenario | host's line | guests' line | arguments of the lab | seconds
runs()
{
	local name host guest arguments seconds line

	grep -v '^#' "$RUNS" | while IFS=$'\t' read -r name host guest arguments seconds; do
		if [ "$host" != each ]; then
			printf '%s\t' "$name" "$name" "$host" "$guest" "$arguments"
			echo "$seconds"
			continue
		fi
		for line in $("$LAB/lab" kernels); do
			printf '%s\t' "$name-$line" "$name" "$line" "${guest/each/$line}" "$arguments"
			echo "$seconds"
		done
	done
}

# programs ARCH: what the scenarios run beside ringside, as static programs
programs()
{
	mkdir -p "$WORK/$1"
	"$LAB/lab" cc -a "$1" -o "$WORK/$1/packet" selftests/bench/host/*.[ch] &&
		"$LAB/lab" cc -a "$1" -o "$WORK/$1/hog" "$HERE/hog.c" &&
		"$LAB/lab" cc -a "$1" -o "$WORK/$1/fill" "$HERE/fill.c" &&
		"$LAB/lab" cc -a "$1" -o "$WORK/$1/tapfd" "$HERE/tapfd.c" &&
		"$LAB/lab" cc -a "$1" -o "$WORK/$1/xdp" selftests/check-life/programs/xdp/*.[ch]
}

# judge DIR SCENARIO: what must hold of what a run brought back
judge()
{
	local one brought=()

	PHASES=()
	for one in "$1"/*.json; do
		[ ! -e "$one" ] || brought+=("$one")
		[ ! -e "$one" ] || [ "$one" = "${one%-guest.json}" ] || PHASES+=("$(basename "$one" -guest.json)")
	done
	path_exact "$1"
	# A kernel that is refused brings nothing back.
	[ ! -e "$HERE/$2.jq" ] || jq -rn -L "$HERE" -L selftests -f "$HERE/$2.jq" "${brought[@]}" </dev/null ||
		echo "not ok what was brought back could not be read"
}

# one_run NUMBER ARCH NAME SCENARIO HOST GUEST ARGUMENTS SECONDS: a nested KTAP, and its own line
one_run()
{
	local number=$1 arch=$2 name=$3 scenario=$4 host=$5 guest=$6 arguments=$7 seconds=$8
	local dir=$OUT/$2-$3 rc=0

	[ "$arguments" != - ] || arguments=''
	run_start "$arch $name" "$dir"
	{ printf '%s\n' "${SETTINGS[@]}"; cat "$HERE/$scenario.sh"; } >"$WORK/script"
	# shellcheck disable=SC2086 # a list of words
	{
		"$LAB/lab" run -a "$arch" -H "$host" -g "$guest" -t "$seconds" -o "$dir" $arguments \
			-f "$HERE:/lab/check" -f "$WORK/$arch:/lab/programs" \
			-f selftests/path/window.sh:/lab/window.sh \
			-F selftests/path/inside.sh:/path/inside.sh -F "$HERE/pings.sh:/check/pings.sh" "$WORK/script" ||
			echo "not ok the lab's run as a whole: see $dir"
		judge "$dir" "$scenario"
	} | ktap_join | sed -u 's/^/  /' || rc=1
	run_result "$number" "$arch $name" "$dir" $rc
}

# rows_of ARCH: the selected runs on that architecture. VMX is x86_64's alone.
rows_of()
{
	runs_selected | awk -v arch="$1" '{ if (arch == "x86_64" || !/--machine intel/) print arch "\t" $0 }'
}

options_read aos "$@"
OUT=$(realpath -m "$OUT")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
"$LAB/lab" setup || exit 1
mapfile -t rows < <(for arch in $ARCH; do rows_of "$arch"; done)
[ ${#rows[@]} != 0 ] || usage_error "${WANTED[*]} is for x86_64: leave out -a $ARCH"
for arch in $ARCH; do
	programs "$arch" || exit 1
done
runs_do "${rows[@]}"
