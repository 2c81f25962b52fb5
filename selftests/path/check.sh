#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# path/check.sh ARCH: the whole path on one architecture, as KTAP: what the lab
# says of the scenario, then what must hold exactly in the snapshots it brought.
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
. selftests/path/outside.sh

# One numbering over both halves, and the plan at the end.
ktap_join()
{
	awk '
	/^KTAP|^1\.\./ { next }
	/^(not )?ok / {
		match($0, /^(not )?ok ([0-9]+ )?/)
		head = $1 == "not" ? "not ok" : "ok"
		failed += head == "not ok"
		print head, ++n, substr($0, RLENGTH + 1)
		next
	}
	{ print }
	END { print "1.." n; exit failed || !n }'
}

out=out/check/$1
echo "KTAP version 1"
{
	path_run "$1" selftests/path/whole.sh "$out" \
		-f selftests/path/incident.sh:/lab/incident.sh \
		-f selftests/path/reload.sh:/lab/reload.sh \
		-f selftests/path/refuse.sh:/lab/refuse.sh ||
		echo "not ok the lab's run as a whole: see $out"
	path_exact "$out"
} | ktap_join
