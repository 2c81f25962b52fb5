# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Shared by the suites that do a list of runs in emulated machines. Each suite has runs(), which
# prints a row for each run: fields separated by tabs, the name first; and one_run(). WANTED has
# the names to do; empty = all. TOP is the
# top directory, LAB the lab. Sourced.

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
