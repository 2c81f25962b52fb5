# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Intel's VMX (lab run --machine intel): QEMU emulates none, Bochs does, with virtual-interrupt
# delivery and posted interrupts. It has one CPU here: with two its guests stay silent.
# It is built of Debian's source in some minutes, once, because of two faults of 3.0:
# the posted-interrupt descriptor must be 64 bytes aligned, and not a page; and a virtual
# interrupt that is masked must wait, or it interrupts a guest with interrupts off.

BOCHS_SUITE=trixie

# BOCHS_MENDS: FILE, what is wrong there (a line that contains it), what it must be
BOCHS_MENDS='cpu/vmx.cc|IsValidPageAlignedPhyAddr(vm->pid_addr)|(IsValidPhyAddr(vm->pid_addr) \&\& !(vm->pid_addr \& 63))
cpu/event.cc|(is_pending(BX_EVENT_PENDING_VMX_VIRTUAL_INTR)|(is_unmasked_event_pending(BX_EVENT_PENDING_VMX_VIRTUAL_INTR)'

bochs_root()
{
	root_make bochs "$BOCHS_SUITE" "$(build_arch)" g++ libc6-dev make pkg-config \
		bochsbios vgabios isolinux syslinux-common genisoimage
}

# bochs_source DIR: Bochs' source with what is wrong put right
bochs_source()
{
	local file wrong right

	apt_source "$BOCHS_SUITE" bochs "$1"
	while IFS='|' read -r file wrong right; do
		[ "$(grep -cF "$wrong" "$1/source/$file")" = 1 ] ||
			die "$file is not as it was: see selftests/lab/bochs.sh"
		sed -i "s|$wrong|$right|" "$1/source/$file"
	done <<<"$BOCHS_MENDS"
}

# bochs_make DIR: in the root; linked statically, so that it runs outside
bochs_make()
{
	local root

	root=$(bochs_root) || exit
	stage "build Bochs"
	# shellcheck disable=SC2016 # expanded inside
	root_do "$root" "$1" sh -c '
		cd /work/source || exit
		export CFLAGS="-O2 -fno-strict-aliasing -fomit-frame-pointer"
		CXXFLAGS=$CFLAGS ./configure --with-nogui --disable-docbook --disable-plugins \
			--enable-cpu-level=6 --enable-x86-64 --enable-vmx=2 --enable-smp --enable-pci \
			--enable-cdrom --enable-memtype --enable-avx --enable-evex --enable-fpu \
			--enable-all-optimizations || exit
		make -j"$(nproc)" LDFLAGS=-all-static bochs' >>"$1.log" 2>&1 || {
		stage_end failed
		die "Bochs does not build: see $1.log"
	}
	stage_end
}

# bochs_get: prints the program
bochs_get()
{
	local dir=$CACHE/userland/bochs

	mkdir -p "$CACHE/userland"
	exec 4>"$dir.lock"
	flock 4
	if ! [ -e "$dir/bochs" ]; then
		bochs_source "$dir.part" >&2
		bochs_make "$dir.part" >&2
		mkdir -p "$dir"
		strip -o "$dir/new" "$dir.part/source/bochs"
		mv "$dir/new" "$dir/bochs"
		as_root rm -rf "$dir.part"
	fi
	flock -u 4
	echo "$dir/bochs"
}

# bochs_disc KERNEL INITRD ARGUMENTS: a CD that boots them
bochs_disc()
{
	local root dir=$WORK/disc

	root=$(bochs_root) || exit
	mkdir "$dir" "$dir/tree"
	cp "$root/usr/lib/ISOLINUX/isolinux.bin" "$root/usr/lib/syslinux/modules/bios/ldlinux.c32" "$dir/tree/"
	ln "$2" "$dir/tree/initrd"
	cp "$1" "$dir/tree/vmlinuz"
	cat >"$dir/tree/isolinux.cfg" <<-END
		default lab
		label lab
		kernel vmlinuz
		append initrd=initrd $3
	END
	root_do "$root" "$dir" genisoimage -quiet -R -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 \
		-boot-info-table -o /work/disc.iso /work/tree >"$dir/log" 2>&1 ||
		die "genisoimage failed: $(tail -n 1 "$dir/log")"
	rm -r "$dir/tree"
}

# bochs_settings SHARE: the machine. It has no virtio: its channels are serial ports.
bochs_settings()
{
	local port n=0

	cat <<-END
		memory: guest=$((${MEMORY%G} * 1024)), host=1024
		romimage: file=$1/bochs/BIOS-bochs-latest
		vgaromimage: file=$1/vgabios/vgabios.bin
		cpu: model=corei7_skylake_x, count=1, ips=100000000, quantum=16, reset_on_triple_fault=0
		clock: sync=none, time0=utc
		ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
		ata0-master: type=cdrom, path=$WORK/disc/disc.iso, status=inserted
		boot: cdrom
		display_library: nogui
		log: $WORK/bochs.log
		panic: action=fatal
		error: action=ignore
		info: action=ignore
		debug: action=ignore
	END
	for port in err out verdict files; do
		n=$((n + 1))
		echo "com$n: enabled=1, mode=file, dev=$WORK/$port"
	done
}

# bochs_run KERNEL INITRD ARGUMENTS
bochs_run()
{
	local root program rc=0

	root=$(bochs_root) && program=$(bochs_get) || exit
	bochs_disc "$1" "$2" "$3 panic=0"
	bochs_settings "$root/usr/share" >"$WORK/bochsrc"
	# in the background, so that a signal to the lab ends it at once
	timeout -k 5 "$TIMEOUT" "$program" -q -f "$WORK/bochsrc" </dev/null >"$WORK/bochs.out" 2>&1 &
	PIDS+=" $!"
	wait "$!" || rc=$?
	# what it says of an orderly end is no news
	grep -q 'soft power off' "$WORK/bochs.out" || { cp "$WORK/bochs.out" "$WORK/qemu.log"; return "$rc"; }
}
