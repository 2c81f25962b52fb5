#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.sh                    each kept file once through the target; prints KTAP
# fuzz.sh run SECONDS        the fuzzer for so long; what it found stays in build/fuzz. A second
#                            one, fuzz/talk.c, has what a guest's agent and its host are sent
# fuzz.sh keep               fuzz/corpus.tar.xz from what the runs found: the fewest files that
#                            reach all that the runs reached
# The target, fuzz/judge.c, reads snapshots as `ringside diff` does, judges and prints them, under
# the sanitizers of addresses, leaks and undefined behaviour. It has its own limits, too.

set -uo pipefail
cd "$(dirname "$0")" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
unset LD_PRELOAD	# kselftest's runner has stdbuf there; the sanitizers must come first
OUT=build/fuzz

die()
{
	echo "fuzz: $*" >&2
	exit 1
}

build()
{
	mkdir -p $OUT
	make -s -j2 -C fuzz O=../$OUT "$1" >$OUT/build.log 2>&1 || {
		cat $OUT/build.log >&2
		die "cannot build the $1: it needs ${2}"
	}
}

# corpus: unpacks what is kept
corpus()
{
	mkdir -p $OUT/corpus
	[ ! -e fuzz/corpus.tar.xz ] || tar -C $OUT -xJf fuzz/corpus.tar.xz || die "tar or xz fails"
}

# seeds: the incidents, each side alone and both together
seeds()
{
	local dir name

	rm -rf $OUT/seeds
	mkdir -p $OUT/seeds $OUT/found
	for dir in cases/*/; do
		name=$(basename "$dir")
		cp "$dir/guest.json" "$OUT/seeds/$name-guest"
		cp "$dir/host.json" "$OUT/seeds/$name-host"
		{ cat "$dir/guest.json"; printf '\0'; cat "$dir/host.json"; } >"$OUT/seeds/$name"
	done
	cp metrics/backends.json $OUT/seeds/
}

# rows_of N FORMAT: a list of N rows, each with its number
rows_of()
{
	local i comma=

	for ((i = 0; i < $1; i++)); do
		# shellcheck disable=SC2059 # the format is a word of this script
		printf "$comma$2" "$i"
		comma=,
	done
}

# large: what takes the most memory and time for its size: rows with hardly a field, one more than
# the room of a list that doubles, and all of one guest; and the shortest rows that there are
large()
{
	local guest host head='{"schema":"ringside-snapshot/1","side":"%s","end":{"time_ns":1,'

	# shellcheck disable=SC2059
	guest=$(printf "$head" guest && echo "\"queues\":[$(rows_of 1025 \
		'{"device":"v","index":%d,"dir":"rx","mac":"5"}')]}}")
	# shellcheck disable=SC2059
	host=$(printf "$head" host && echo "\"taps\":[$(rows_of 4096 '{"name":"t%d"}')],\"queues\":[$(
		rows_of 1025 '{"dir":"rx","pid":1,"tap":"t4095","queue":%d}')]}}")
	mkdir -p $OUT/large
	# shellcheck disable=SC2059
	printf "$head\"queues\":[%s]}}" host "$(rows_of 8193 '{"dir":"rx"}')" >$OUT/large/short
	echo "$guest" >$OUT/large/guest
	echo "$host" >$OUT/large/host
	printf '%s\0%s' "$guest" "$host" >$OUT/large/both
}

# fuzz TARGET SECONDS LENGTH DIRECTORY...: what is found goes into the first directory
fuzz()
{
	local log=$OUT/$1.log target=$1 seconds=$2 length=$3

	shift 3
	$OUT/"$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len="$length" \
		-print_final_stats=1 -artifact_prefix=$OUT/ "$@" >"$log" 2>&1 || {
		grep -E -A 12 '^(judge: |==[0-9]+==|.*runtime error)' "$log" | head -n 40 >&2
		die "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1) fails: see $log"
	}
	echo "$target: $(grep ' cov: ' "$log" | tail -n 1)"
	grep '^stat::' "$log"
}

# run SECONDS: both targets at once
run()
{
	local talk

	build fuzzer "clang and its libclang-rt"
	build talk "clang and its libclang-rt"
	corpus
	seeds
	mkdir -p $OUT/said
	printf 'ringside-agent/1 sample\n' >$OUT/said/ask
	printf 'ok 12\n{"schema":1}' >$OUT/said/ok
	printf 'no 78 the module is not loaded\n' >$OUT/said/no
	echo "fuzz: $1 seconds; what fails is kept in selftests/$OUT"
	fuzz talk "$1" 4096 $OUT/said &
	talk=$!
	fuzz fuzzer "$1" 65536 $OUT/found $OUT/corpus fuzz/found $OUT/seeds && wait $talk
}

keep()
{
	build fuzzer "clang and its libclang-rt"
	corpus
	rm -rf $OUT/kept
	mkdir -p $OUT/kept $OUT/found
	$OUT/fuzzer -set_cover_merge=1 -max_len=65536 $OUT/kept $OUT/corpus $OUT/found \
		>$OUT/keep.log 2>&1 || die "the fuzzer failed: see $OUT/keep.log"
	rm -rf $OUT/corpus
	mv $OUT/kept $OUT/corpus
	tar -C $OUT --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
		-cJf fuzz/corpus.tar.xz corpus
	echo "$(find $OUT/corpus -type f | wc -l) files, $(stat -c %s fuzz/corpus.tar.xz) bytes"
}

# passes FILE...: within a minute, which is many times what it takes
passes()
{
	timeout 60 $OUT/replay "$@" >$OUT/replay.log 2>&1 && return
	grep -v '^# ' $OUT/replay.log | head -n 30 | sed 's/^/# /'
	echo "# at $(grep '^# ' $OUT/replay.log | tail -n 1 | cut -c 3-)"
	return 1
}

# A target that cannot fail would show nothing.
sees_limit()
{
	! (
		FUZZ_LIMIT=-1000000000 $OUT/replay "$1" >$OUT/replay.log 2>&1
		exit $?
	) 2>/dev/null && grep -q '^judge: not: ' $OUT/replay.log
}

# result N NAME STATUS
result()
{
	if [ "$3" = 0 ]; then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2"
		rc=1
	fi
}

replay()
{
	local files rc=0

	build replay "gcc and libjson-c-dev"
	rm -rf $OUT/corpus
	corpus
	large
	files=("$OUT"/corpus/* fuzz/found/*)
	echo "KTAP version 1"
	echo "1..3"
	[ ${#files[@]} -gt 100 ] && passes "${files[@]}"
	result 1 "${#files[@]} kept files: no crash, no leak, within all limits" $?
	passes $OUT/large/*
	result 2 "large files: within the limit of memory, and in a time that fits their size" $?
	sees_limit "${files[0]}"
	result 3 "a limit that is exceeded is seen" $?
	return $rc
}

case ${1:-replay} in
replay) replay ;;
run) run "${2:?seconds}" ;;
keep) keep ;;
*) echo "usage: fuzz.sh [run SECONDS | keep]" >&2; exit 64 ;;
esac
