# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# What the collections of runs in emulated machines share. Each has runs(): a
# row for each run, fields separated by tabs, its name first; and one_run().
# WANTED holds the names that were asked for; none means all. TOP is the tree, LAB the lab. Sourced.

runs_names()
{
	runs | cut -f1
}

# runs_check: ends with a sentence where a name is none
runs_check()
{
	local name

	for name in "${WANTED[@]}"; do
		runs_names | grep -x "$name" >/dev/null || {
			echo "run.sh: no run $name; try --list" >&2
			exit 64
		}
	done
}

runs_selected()
{
	[ ${#WANTED[@]} != 0 ] || { runs; return; }
	runs | awk -F'\t' -v wanted=" ${WANTED[*]} " 'index(wanted, " " $1 " ")'
}

# programs_build ARCH DIR: the programs of check-life, into DIR
programs_build()
{
	local source

	mkdir -p "$2"
	for source in "$TOP"/selftests/check-life/programs/*; do
		"$LAB/lab" cc -a "$1" -o "$2/${source##*/}" "$source"/*.[ch] >&2 || return
	done
}

# run_result NUMBER NAME DIR STATUS: a run's own line, under what it printed
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
