#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's node exporter scrapes what `ringside metrics` writes: of a host with vhost-net,
# macvtap and user-space queues, and of each side of each incident in cases/. All lines arrive,
# their sums are those of the snapshot, and promtool has nothing to say. What contrib/ makes of it
# for many machines: alarms, a dashboard, units. Prints KTAP.

set -uo pipefail
cd "$(dirname "$0")" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
CONTRIB=../contrib OUT=build/metrics TEXT=build/metrics_text EXPORTER='' PORT=''
trap '[ -z "$EXPORTER" ] || kill "$EXPORTER"' EXIT

# shellcheck source=selftests/result.sh
. ./result.sh

# exporter_start DIR: the kernel chooses the port, and the exporter's log names it
exporter_start()
{
	"$BIN/prometheus-node-exporter" --web.listen-address=127.0.0.1:0 \
		--collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$1" >"$OUT/exporter.log" 2>&1 &
	EXPORTER=$!
	for _ in $(seq 300); do
		PORT=$(sed -n 's/.*address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$OUT/exporter.log" | head -n 1)
		[ -z "$PORT" ] || return 0
		kill -0 "$EXPORTER" 2>/dev/null || break
		sleep 0.1
	done
	sed 's/^/# /' "$OUT/exporter.log"
	return 1
}

# scrape: what Prometheus would get
scrape()
{
	exec 3<>"/dev/tcp/127.0.0.1/$PORT" &&
		printf 'GET /metrics HTTP/1.0\r\nAccept: text/plain; version=0.0.4\r\n\r\n' >&3 &&
		tr -d '\r' <&3
	exec 3>&-
}

# sums_of_lines FILE: "NAME SUM" of each counter of the queues
sums_of_lines()
{
	awk '/^ringside_hook_missed_total/ { next }
		/^ringside_[a-z0-9_]*_total/ {
			name = $0; sub(/^ringside_/, "", name); sub(/_total.*/, "", name)
			sum[name] += $NF
		}
		END { for (name in sum) printf "%s %d\n", name, sum[name] }' "$1" | sort
}

# sums_of_snapshot FILE: the same of a snapshot
sums_of_snapshot()
{
	jq -r '[.end.queues[].counters | to_entries[]] | group_by(.key)[] |
		"\(.[0].key) \(map(.value) | add)"' "$1" | sort
}

promtool_is_quiet()
{
	if ! "$BIN/promtool" check metrics <"$1" >"$OUT/promtool" 2>&1 || [ -s "$OUT/promtool" ]; then
		sed 's/^/# promtool: /' "$OUT/promtool"
		return 1
	fi
}

# is_scraped FILE: the exporter reads all of it
is_scraped()
{
	scrape >"$OUT/scrape"
	grep -qx 'node_textfile_scrape_error 0' "$OUT/scrape" ||
		{ tail -n 2 "$OUT/exporter.log" | sed 's/^/# /'; return 1; }
	[ "$(grep -c '^ringside_' "$1")" = "$(grep -c '^ringside_' "$OUT/scrape")" ]
}

# sums_are_right SNAPSHOT: after the whole way
sums_are_right()
{
	diff <(sums_of_snapshot "$1") <(sums_of_lines "$OUT/scrape") | sed 's/^/# /'
	[ -n "$(sums_of_lines "$OUT/scrape")" ] &&
		cmp -s <(sums_of_snapshot "$1") <(sums_of_lines "$OUT/scrape")
}

# whole_way SNAPSHOT
whole_way()
{
	"$TEXT" "$1" >"$OUT/dir/ringside.prom" && cat "$OUT/dir/ringside.prom" >>"$OUT/all" &&
		promtool_is_quiet "$OUT/dir/ringside.prom" &&
		is_scraped "$OUT/dir/ringside.prom" && sums_are_right "$1"
}

# told COMMAND...: prints what it says if it fails
told()
{
	"$@" >"$OUT/told" 2>&1 && return
	sed 's/^/# /' "$OUT/told"
	return 1
}

# rules_are_right: what promtool says of the alarms, and of the histories that they were given
rules_are_right()
{
	told "$BIN/promtool" check rules $CONTRIB/prometheus/ringside.rules.yml &&
		told "$BIN/promtool" test rules $CONTRIB/prometheus/ringside.tests.yml
}

# names FILE...: the names of ringside's metrics in queries
names()
{
	grep -oh 'ringside_[a-z0-9_]*' "$@" | grep -v '_bucket$' | sort -u
}

# all_names: what was written of all snapshots, and the host's counters
all_names()
{
	names "$OUT/all"
	sed -n 's/^RS_[A-Z]*_STATION(\([a-z0-9_]*\),.*/ringside_\1_total/p' \
		../bpf/counters.h
}

# names_are_known FILE: each metric that it asks for is one that ringside writes
names_are_known()
{
	names "$1" | comm -23 - "$OUT/written" | sed 's/^/# ringside writes no /' >"$OUT/unknown"
	cat "$OUT/unknown"
	[ ! -s "$OUT/unknown" ] && [ -n "$(names "$1")" ]
}

# queries_are_right: promtool reads each query of the dashboard as that of a rule
queries_are_right()
{
	jq -r '"groups:", "  - name: dashboard", "    rules:",
		(.panels[].targets[].expr | gsub("[$]__rate_interval"; "5m")
		 | "      - record: one", "        expr: \(tojson)")' "$1" >"$OUT/queries.yml" &&
		told "$BIN/promtool" check rules --lint=none "$OUT/queries.yml"
}

# units_are_right: as systemd reads them; the program need not be installed here
units_are_right()
{
	local unit

	mkdir -p "$OUT/units"
	for unit in "$CONTRIB"/systemd/*; do
		sed 's|^ExecStart=ringside |ExecStart=/bin/true |' "$unit" >"$OUT/units/${unit##*/}"
	done
	told systemd-analyze verify --man=no "$OUT"/units/* && [ ! -s "$OUT/told" ]
}

# The exporter refuses a file in which two rows have the same labels: so does this test.
refuses_twins()
{
	local line

	line=$(grep -m 1 '^ringside_[a-z_]*_total{' "$OUT/dir/ringside.prom")
	echo "$line" >>"$OUT/dir/ringside.prom"
	! is_scraped "$OUT/dir/ringside.prom" >/dev/null
}

BIN=$(lab/lab prometheus) || exit 1
mkdir -p $OUT/dir
rm -f $OUT/dir/* $OUT/all
files=(metrics/backends.json cases/*/*.json)
echo "KTAP version 1"
echo "1..$((${#files[@]} + 7))"
exporter_start "$OUT/dir"
result "the node exporter runs" $?
for file in "${files[@]}"; do
	whole_way "$file"
	result "$file: promtool is quiet, and the node exporter passes on all of it" $?
done
whole_way metrics/backends.json >/dev/null && refuses_twins
result "a line that is there twice is seen" $?
all_names | sort -u >"$OUT/written"
rules_are_right
result "the alarms come when they should" $?
names_are_known $CONTRIB/prometheus/ringside.rules.yml
result "the alarms ask for what ringside writes" $?
names_are_known $CONTRIB/grafana/ringside.json
result "the dashboard asks for what ringside writes" $?
queries_are_right $CONTRIB/grafana/ringside.json
result "Prometheus reads the dashboard's queries" $?
if command -v systemd-analyze >/dev/null; then
	units_are_right
	result "systemd reads the units" $?
else
	result "systemd reads the units # SKIP no systemd-analyze: apt-get install systemd" 0
fi
exit $rc
