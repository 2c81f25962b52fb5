#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [ARCH...]: the host's side against known counts, in the lab; prints KTAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
STEPS=(empty half full drained)

# ring ARCH OUT: the scenario, then what must hold in what it brought back
ring()
{
	local step files=()

	selftests/lab/lab run -t 900 -a "$1" -H 6.12 -g 6.1 --no-module -o "$2" \
		-f selftests/path/window.sh:/lab/window.sh selftests/check-host/ring.sh ||
		echo "not ok the lab's run as a whole: see $2"
	for step in "${STEPS[@]}"; do
		files+=(--slurpfile "$step" "$2/$step.json" --slurpfile "k$step" "$2/$step.kernel")
	done
	jq -rn "${files[@]}" -f selftests/check-host/ring.jq ||
		echo "not ok the snapshots could not be read: see $2"
}

[ $# -gt 0 ] || set -- arm64 x86_64
for arch in "$@"; do
	ring "$arch" "out/check-host/$arch"
done | awk '
	BEGIN { print "KTAP version 1" }
	/^KTAP|^1\.\./ { next }
	/^(not )?ok / {
		match($0, /^(not )?ok ([0-9]+ )?/)
		failed += $1 == "not"
		print ($1 == "not" ? "not ok" : "ok"), ++n, substr($0, RLENGTH + 1)
		next
	}
	{ print "# " $0 }
	END { print "1.." n; exit failed || !n }'
