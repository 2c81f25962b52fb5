# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Shared by the suites that do a list of runs in emulated machines. Each suite has help(), and
# one_run(), which does one run. Its table $RUNS has a row for each run: fields separated by tabs,
# the name first. WANTED has the names to do; empty = all. TOP is the top directory, LAB the lab's.
# Sourced.

TOP=$(realpath "${BASH_SOURCE[0]%/*}/..")
LAB=$TOP/selftests/lab
# shellcheck disable=SC2034 # for the lab's parts
CACHE=${RINGSIDE_CACHE:-$HOME/.cache/ringside} REFRESH=''
# shellcheck disable=SC2034 # the suites use them
ARCH=x86_64 LINE=6.1 ROUNDS='' WIDEN='' WANTED=() SETTINGS=()
# shellcheck source=selftests/lab/say.sh
. "$LAB/say.sh"
# shellcheck source=selftests/lab/apt.sh
. "$LAB/apt.sh"
# shellcheck source=selftests/lab/qemu.sh
. "$LAB/qemu.sh"

# usage_error MESSAGE
usage_error()
{
	echo "run.sh: $1; try --help" >&2
	exit 64
}

# option_set OPTION VALUE
option_set()
{
	[ -n "$2" ] || usage_error "option $1 needs a value"
	# shellcheck disable=SC2034 # the suites use them
	case $1 in
	-a) ARCH=$2 ;;
	-k) LINE=$2 ;;
	-n) ROUNDS=$2 ;;
	-o) OUT=$2 ;;
	-r) RUNS=$2 ;;
	-s) SETTINGS+=("$2") ;;
	esac
}

# options_read LETTERS ARGUMENT...: reads the options of a suite, which has those of LETTERS
options_read()
{
	local letters=$1

	shift
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) help; exit 0 ;;
		--list) runs_names; exit 0 ;;
		-[$letters]) ;;
		-*) usage_error "unknown option $1" ;;
		*) WANTED+=("$1"); shift; continue ;;
		esac
		# shellcheck disable=SC2034 # the suites use it
		if [ "$1" = -w ]; then WIDEN=1; shift; continue; fi
		option_set "$1" "${2:-}"
		shift 2
	done
	runs_check
}

runs()
{
	grep -v '^#' "$RUNS" | tr -s '\t'
}

runs_names()
{
	runs | cut -f1
}

# runs_check: exits with a message if a name in WANTED is unknown
runs_check()
{
	local name

	for name in "${WANTED[@]}"; do
		runs_names | grep -x "$name" >/dev/null || {
			echo "run.sh: unknown run $name; try --list" >&2
			exit 64
		}
	done
}

runs_selected()
{
	[ ${#WANTED[@]} != 0 ] || { runs; return; }
	runs | awk -F'\t' -v wanted=" ${WANTED[*]} " 'index(wanted, " " $1 " ")'
}

# programs_build ARCH DIR: builds the programs of check-life in DIR
programs_build()
{
	local source

	mkdir -p "$2"
	for source in "$TOP"/selftests/check-life/programs/*; do
		"$LAB/lab" cc -a "$1" -o "$2/${source##*/}" "$source"/*.[ch] >&2 || return
	done
}

# qemu_use ARCH: from here on the lab's QEMU for long runs is the first in PATH
qemu_use()
{
	local path

	path=$(qemu_steady_path "$1") || return
	export PATH=$path
}

# run_start NAME DIR: the first line of a run; DIR is empty then
run_start()
{
	rm -rf "$2"
	mkdir -p "$2"
	echo "# Subtest: $1"
}

# run_result NUMBER NAME DIR STATUS: prints the line of a run, below its own output
run_result()
{
	if [ "$4" = 0 ]; then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2 # see $3"
		FAILED=1
	fi
}

# runs_do ROW...: one_run NUMBER FIELD... for each, as KTAP; 0 = all passed
runs_do()
{
	local number=0 row fields

	FAILED=''
	echo "KTAP version 1"
	echo "1..$#"
	for row; do
		number=$((number + 1))
		IFS=$'\t' read -ra fields <<<"$row"
		one_run $number "${fields[@]}"
	done
	[ -z "$FAILED" ]
}
