# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Prometheus' own programs for this machine, unpacked and not installed: their
# packages would start daemons.

# prometheus_fetch DIR
prometheus_fetch()
{
	local conf deb

	conf=$(apt_conf userland "$(dpkg --print-architecture)" bookworm bookworm-security) || exit
	stage "fetch prometheus and its node exporter"
	rm -rf "$1.part"
	apt_download "$conf" "$1.part/debs" prometheus prometheus-node-exporter || {
		stage_end failed
		die "cannot fetch prometheus: $(tail -n 1 "$1.part/debs/download.log")"
	}
	for deb in "$1.part"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$1.part" --wildcards --exclude='*/prometheus' './usr/bin/*'
	done
	rm -rf "$1.part/debs" "$1"
	mv "$1.part" "$1"
	stage_end
}

# lab_prometheus: prints the directory of promtool and prometheus-node-exporter
lab_prometheus()
{
	local dir=$CACHE/userland/prometheus

	mkdir -p "$CACHE/userland"
	exec 4>"$CACHE/userland/prometheus.lock"
	flock 4
	[ -d "$dir" ] || prometheus_fetch "$dir"
	flock -u 4
	echo "$dir/usr/bin"
}
