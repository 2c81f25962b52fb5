# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# A QEMU newer than Debian 12's own 7.2, which ends with a segmentation fault as
# soon as a vhost-user device has MSI-X and there is no KVM; and which now and
# then goes on executing code that another CPU has just replaced: a guest's CPUs
# then meet the breakpoint of a function tracer that is long gone, for ever.

QEMU_NEEDED=10

# Long runs of x86_64 guests need a newer one. With 10.0 a CPU of the guest stopped taking
# interrupts, or QEMU aborted in iotlb_to_section(). With 11.1 the same runs passed: check-life's
# race, 200 rounds on 6.1 and 20 on 7.3.
QEMU_STEADY=11
QEMU_SUITE=trixie

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

# qemu_is_new PROGRAM [MAJOR]
qemu_is_new()
{
	local major

	major=$("$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
	[ "${major:-0}" -ge "${2:-$QEMU_NEEDED}" ]
}

# qemu_fetch ARCH DIR: unpacks the backport for this machine into DIR, and puts
# a program beside it that runs it with its own data
qemu_fetch()
{
	local arch=$1 dir=$2 conf suite name

	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	conf=$(apt_conf backports "$(dpkg --print-architecture)" "$suite" "$suite-backports")
	name=$(qemu_package "$arch")
	stage "fetch $name of $suite-backports"
	rm -rf "$dir.part"
	mkdir -p "$dir.part/bin"
	apt_tree "$conf" "$dir.part" "$name/$suite-backports" \
		"qemu-system-data/$suite-backports" "qemu-system-common/$suite-backports" || {
		stage_end failed
		die "QEMU $QEMU_NEEDED or newer is needed: $(tail -n 1 "$dir.part/debs/download.log")"
	}
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

# qemu_steady_tree DIR: the backport of QEMU_SUITE, with all the libraries it needs, in DIR/tree
qemu_steady_tree()
{
	local dir=$1 backports=$QEMU_SUITE-backports conf packages

	conf=$(apt_conf qemu "$(dpkg --print-architecture)" "$QEMU_SUITE" "$backports") || return
	packages=$(apt_needed "$conf" -t "$backports" qemu-system-x86) &&
		# shellcheck disable=SC2086 # a list of words
		apt_tree "$conf" "$dir" -t "$backports" $packages || {
		apt_stale "$conf"
		return 1
	}
	rm -rf "$dir/debs"
}

# qemu_steady_fetch DIR: and puts a program beside it that runs it with its own libraries and data
qemu_steady_fetch()
{
	local dir=$1 program=$1.part/bin/qemu-system-x86_64 loader

	stage "fetch qemu-system-x86 of $QEMU_SUITE-backports"
	rm -rf "$dir.part"
	mkdir -p "$dir.part/bin"
	qemu_steady_tree "$dir.part" || qemu_steady_tree "$dir.part" || {
		stage_end failed
		die "QEMU $QEMU_STEADY or newer is needed: see $dir.part/debs/download.log"
	}
	loader=$(cd "$dir.part/tree" && echo usr/lib/*/ld-linux-*.so.[0-9]*)
	cat >"$program" <<-EOF
		#!/bin/sh
		tree=$dir/tree
		libraries=\$tree/${loader%/*}
		export QEMU_MODULE_DIR=\$libraries/qemu
		exec "\$tree/$loader" --argv0 "\$0" --library-path "\$libraries" \\
			"\$tree/usr/bin/qemu-system-x86_64" -L "\$tree/usr/share/qemu" \\
			-L "\$tree/usr/share/seabios" -L "\$tree/usr/lib/ipxe/qemu" "\$@"
	EOF
	chmod 755 "$program"
	rm -rf "$dir"
	mv "$dir.part" "$dir"
	stage_end
}

# qemu_steady_path ARCH: as qemu_path, for long runs
qemu_steady_path()
{
	local dir=$CACHE/userland/qemu-steady-x86_64

	if [ "$1" != x86_64 ] || qemu_is_new "$(qemu_program "$1")" $QEMU_STEADY; then
		qemu_path "$1"
		return
	fi
	mkdir -p "$CACHE/userland"
	exec 4>"$dir.lock"
	flock 4
	[ -d "$dir" ] || qemu_steady_fetch "$dir" >&2
	flock -u 4
	qemu_is_new "$dir/bin/$(qemu_program "$1")" $QEMU_STEADY ||
		die "$dir/bin/$(qemu_program "$1") does not run: remove $dir and try again"
	echo "$dir/bin:$PATH"
}
