#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's node exporter scrapes what `ringside metrics` writes: of a host with vhost-net,
# macvtap and user-space queues, and of each side of each incident in cases/. All lines arrive,
# their sums are those of the snapshot, and promtool has nothing to say. Prints KTAP.

set -uo pipefail
cd "$(dirname "$0")" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
OUT=build/metrics TEXT=build/metrics_text EXPORTER='' PORT=''
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
	"$TEXT" "$1" >"$OUT/dir/ringside.prom" && promtool_is_quiet "$OUT/dir/ringside.prom" &&
		is_scraped "$OUT/dir/ringside.prom" && sums_are_right "$1"
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
rm -f $OUT/dir/*
files=(metrics/backends.json cases/*/*.json)
echo "KTAP version 1"
echo "1..$((${#files[@]} + 2))"
exporter_start "$OUT/dir"
result "the node exporter runs" $?
for file in "${files[@]}"; do
	whole_way "$file"
	result "$file: promtool is quiet, and the node exporter passes on all of it" $?
done
whole_way metrics/backends.json >/dev/null && refuses_twins
result "a line that is there twice is seen" $?
exit $rc
