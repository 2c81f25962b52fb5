# SPDX-License-Identifier: GPL-2.0-only
#
# The part outside the lab: runs a scenario of the path in the lab and checks the snapshots that it
# brought back. Sourced, from the top directory.

PHASES=(quiet busy after)

# path_run ARCH SCENARIO OUT [LAB_ARGUMENT...]: returns the lab's exit status
path_run()
{
	selftests/lab/lab setup || return
	rm -rf "$3"
	mkdir -p "$3"
	selftests/lab/lab run -a "$1" -H "${PATH_HOST:-6.12}" -g "${PATH_GUEST:-5.10}" -t 400 -o "$3" \
		-f selftests/path/window.sh:/lab/window.sh -F selftests/path/inside.sh:/path/inside.sh \
		"${@:4}" "$2"
}

# path_exact OUT: prints a KTAP line for each equality that must hold
path_exact()
{
	local phase busy

	for phase in "${PHASES[@]}"; do
		busy=false
		[ "$phase" = busy ] && busy=true
		jq -rn -L selftests --arg phase "$phase" --argjson busy $busy \
			--slurpfile guest "$1/$phase-guest.json" \
			--slurpfile host "$1/$phase-host.json" \
			--rawfile before "$1/$phase-interrupts.begin" \
			--rawfile after "$1/$phase-interrupts.end" \
			-f selftests/path/exact.jq || echo "not ok $phase: the snapshots could not be compared"
	done
}

# path_phases OUT: prints the three ledgers side by side, and what changed
path_phases()
{
	jq -rn --slurpfile quiet "$1/quiet-ledger.json" --slurpfile busy "$1/busy-ledger.json" \
		--slurpfile after "$1/after-ledger.json" -f selftests/path/phases.jq
}

# ktap_join: joins several KTAP outputs: one numbering, the plan at the end.
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
