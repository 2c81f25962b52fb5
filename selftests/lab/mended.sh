# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# A QEMU for x86_64 hosts that delivers an interrupt once (--mended), built from
# Debian's source in some ten minutes, once.
#
# QEMU's own, up to 10.0 at least: helper_vmrun() delivers the interrupt that KVM
# injects, and leaves its vector in exception_index. Where the emulator leaves its
# loop before the guest's next exception or exit, as it does whenever one of
# its timers is due under -icount, the vector is delivered again, whatever the
# guest's interrupt flag says. Then a guest counts an interrupt that was not sent; or
# its handler is interrupted while it holds the line's lock, and waits for that for ever.

MENDED_SUITE=trixie
MENDED_FILE=target/i386/tcg/system/svm_helper.c
MENDED_LINE='do_interrupt_x86_hardirq(env, vector, 1);'
MENDED_BY='cs->exception_index = -1;'

mended_root()
{
	root_make mended "$MENDED_SUITE" "$(build_arch)" gcc libc6-dev make ninja-build meson pkg-config \
		python3 python3-venv python3-pycotap flex bison bzip2 libglib2.0-dev zlib1g-dev libfdt-dev
}

# mended_source DIR: QEMU's source with what is wrong put right. Firmware is
# not in it: Debian's packages have that.
mended_source()
{
	apt_source "$MENDED_SUITE" qemu "$1"
	sed -i 's/unpack_edk2_blobs = bzip2.found()/unpack_edk2_blobs = false/' "$1/source/meson.build"
	sed -i "/SVM_EVTINJ_TYPE_INTR:/,/break;/s/$MENDED_LINE/& $MENDED_BY/" "$1/source/$MENDED_FILE"
	grep -qF "$MENDED_LINE $MENDED_BY" "$1/source/$MENDED_FILE" ||
		die "$MENDED_FILE is not as it was: see selftests/lab/mended.sh"
}

# mended_make DIR: in the root; linked statically, so that it runs outside
mended_make()
{
	local root

	root=$(mended_root) || exit
	stage "build QEMU"
	root_do "$root" "$1" sh -c '
		mkdir -p /work/build && cd /work/build &&
		../source/configure --target-list=x86_64-softmmu --static --without-default-features \
			--enable-tcg --disable-docs --disable-werror --disable-install-blobs &&
		nice ninja qemu-system-x86_64' >>"$1.log" 2>&1 || {
		stage_end failed
		die "QEMU does not build: see $1.log"
	}
	stage_end
}

# mended_build DIR DATA: a program in DIR/bin that runs it with its firmware
mended_build()
{
	local dir=$1 data=$2

	mended_source "$dir.part"
	mended_make "$dir.part"
	mkdir -p "$dir/bin"
	strip -o "$dir/qemu" "$dir.part/build/qemu-system-x86_64"
	printf '#!/bin/sh\nexec "%s" -L "%s" -L /usr/share/seabios "$@"\n' "$dir/qemu" "$data" >"$dir/part"
	chmod 755 "$dir/part"
	mv "$dir/part" "$dir/bin/qemu-system-x86_64"
	as_root rm -rf "$dir.part"
}

# mended_path: the PATH with which the lab finds it; the firmware is that of
# QEMU's package
mended_path()
{
	local dir=$CACHE/userland/qemu-mended path data

	path=$(qemu_path x86_64) || exit
	data=$(dirname "$(PATH=$path command -v qemu-system-x86_64)")/../tree/usr/share/qemu
	[ -d "$data" ] || data=/usr/share/qemu
	mkdir -p "$CACHE/userland"
	exec 4>"$dir.lock"
	flock 4
	[ -e "$dir/bin/qemu-system-x86_64" ] || mended_build "$dir" "$data" >&2
	flock -u 4
	echo "$dir/bin:$path"
}
