# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# A QEMU newer than Debian 12's own 7.2, which ends with a segmentation fault as
# soon as a vhost-user device has MSI-X and there is no KVM; and which now and
# then goes on executing code that another CPU has just replaced: a guest's CPUs
# then meet the breakpoint of a function tracer that is long gone, for ever.

QEMU_NEEDED=10

qemu_package()
{
	case $1 in
	x86_64) echo qemu-system-x86 ;;
	arm64) echo qemu-system-arm ;;
	esac
}

qemu_program()
{
	case $1 in
	x86_64) echo qemu-system-x86_64 ;;
	arm64) echo qemu-system-aarch64 ;;
	esac
}

qemu_is_new()
{
	local major

	major=$("$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
	[ "${major:-0}" -ge $QEMU_NEEDED ]
}

# qemu_fetch ARCH DIR: unpacks the backport for this machine into DIR, and puts
# a program beside it that runs it with its own data
qemu_fetch()
{
	local arch=$1 dir=$2 conf deb suite name

	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	conf=$(apt_conf backports "$(dpkg --print-architecture)" "$suite" "$suite-backports")
	name=$(qemu_package "$arch")
	stage "fetch $name of $suite-backports"
	rm -rf "$dir.part"
	mkdir -p "$dir.part"/{bin,tree}
	apt_download "$conf" "$dir.part/debs" "$name/$suite-backports" \
		"qemu-system-data/$suite-backports" "qemu-system-common/$suite-backports" || {
		stage_end failed
		die "QEMU $QEMU_NEEDED or newer is needed: $(tail -n 1 "$dir.part/debs/download.log")"
	}
	for deb in "$dir.part"/debs/*.deb; do
		dpkg-deb -x "$deb" "$dir.part/tree"
	done
	rm -rf "$dir.part/debs"
	cat >"$dir.part/bin/$(qemu_program "$arch")" <<-EOF
		#!/bin/sh
		exec "$dir/tree/usr/bin/$(qemu_program "$arch")" \\
			-L "$dir/tree/usr/share/qemu" -L /usr/share/seabios "\$@"
	EOF
	chmod 755 "$dir.part/bin"/*
	rm -rf "$dir"
	mv "$dir.part" "$dir"
	stage_end
}

# qemu_path ARCH: the PATH with which the lab finds such a QEMU
qemu_path()
{
	local dir=$CACHE/userland/qemu-backports-$1

	if qemu_is_new "$(qemu_program "$1")"; then
		echo "$PATH"
		return
	fi
	[ -d "$dir" ] || qemu_fetch "$1" "$dir" >&2
	qemu_is_new "$dir/bin/$(qemu_program "$1")" ||
		die "$dir/bin/$(qemu_program "$1") does not run: remove $dir and try again"
	echo "$dir/bin:$PATH"
}
