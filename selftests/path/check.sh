#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# path/check.sh ARCH: the whole path on one architecture, as KTAP: the results of the scenario in
# the lab, then the equalities that must hold in the snapshots it brought back.
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
. selftests/path/outside.sh

out=out/check/$1

whole_run()
{
	path_run "$1" selftests/path/whole.sh "$out" \
		-f selftests/path/incident.sh:/lab/incident.sh \
		-f selftests/path/reload.sh:/lab/reload.sh \
		-f selftests/path/refuse.sh:/lab/refuse.sh >"$out.ktap"
}

# The emulator sometimes loses an x86_64 guest: it resets, or executes code that was replaced.
# Such a run says nothing about ringside and is repeated once, unless a kernel's log has a
# warning.
machine_lost()
{
	[ ! -e "$out/guest0.dmesg" ] &&
		! grep -qsE 'WARNING|BUG|Oops|panic|Call Trace' "$out"/*console "$out"/*.dmesg
}

mkdir -p out/check
echo "KTAP version 1"
{
	rc=0
	whole_run "$1" || rc=$?
	if [ $rc != 0 ] && machine_lost; then
		echo "# the emulator lost a machine and no kernel's log has a warning: repeating the run"
		rc=0
		whole_run "$1" || rc=$?
	fi
	cat "$out.ktap"
	[ $rc = 0 ] || echo "not ok the lab's run as a whole: see $out"
	path_exact "$out"
} | ktap_join
