#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# path/check.sh ARCH: the whole path on one architecture, as KTAP: what the lab
# says of the scenario, then what must hold exactly in the snapshots it brought.
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

# The emulator now and then loses an x86_64 guest (it resets, or spins on code
# long replaced). Such a run says nothing of ringside and is done once more; one
# whose kernels said anything amiss is not.
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
		echo "# the emulator lost a machine without a word in any kernel's log: once more"
		rc=0
		whole_run "$1" || rc=$?
	fi
	cat "$out.ktap"
	[ $rc = 0 ] || echo "not ok the lab's run as a whole: see $out"
	path_exact "$out"
} | ktap_join
