# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# The outer machine: QEMU's software emulation, its side channel, its verdict.

SPLATS='WARNING: |BUG: |Oops|rcu.*(detected|self-detected).*stall|blocked for more than|soft lockup'
SPLATS+='|hard LOCKUP|locking dependency|recursive locking|inconsistent lock state|suspicious RCU'
SPLATS+='|nobody cared|Kernel panic|KASAN|UBSAN|KFENCE|kmemleak: [1-9]|general protection fault'
SPLATS+='|Unable to handle kernel|scheduling while atomic|Call [Tt]race'

# Slow emulation is not a hang: the kernel's own watchdogs get more time.
APPEND="quiet loglevel=5 panic=-1 panic_on_warn=1 rcupdate.rcu_cpu_stall_timeout=100"
APPEND+=" watchdog_thresh=60 log_buf_len=4M mitigations=off"

# kernel_args KERNEL: what the kernel in that directory needs besides. One that reports data
# races (KCSAN) must go on after a report that does not involve ringside.
kernel_args()
{
	! grep -qx CONFIG_KCSAN=y "$1/config" || echo panic_on_warn=0
}

# machine_args ARCH KVM: the machine's own flags, for a KVM host or not
machine_args()
{
	if [ "$MACHINE" = mmio ]; then
		mmio_args "$1"
		return
	fi
	case $1-$2 in
	x86_64-kvm) echo "-M q35 -cpu max,+svm,la57=off" ;;
	x86_64-) echo "-M q35 -cpu max,la57=off" ;;
	arm64-kvm) echo "-M virt,virtualization=on,gic-version=3 -cpu neoverse-n1" ;;
	arm64-) echo "-M virt,gic-version=3 -cpu neoverse-n1" ;;
	esac
}

# mmio_args ARCH: a machine with virtio-mmio transports, of virtio 1.0: QEMU's default is the
# draft before it. With ACPI an emulated microvm has no timer that Linux finds.
mmio_args()
{
	echo "-global virtio-mmio.force-legacy=false"
	case $1 in
	x86_64) echo "-M microvm,acpi=off -cpu max,la57=off" ;;
	arm64) echo "-M virt,gic-version=3 -cpu neoverse-n1" ;;
	esac
}

# mmio_check ARCH KERNEL: without ACPI, microvm's devices are on the kernel's command line
mmio_check()
{
	[ "$1" = arm64 ] || grep -qx CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=y "$2/config" ||
		die "--machine mmio: $(cat "$2/release") is without CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES;" \
			"take a kernel that has it: -k no-pci (or another one of $LAB/built)"
}

qemu_name()
{
	case $1 in
	x86_64) echo qemu-system-x86_64 ;;
	arm64) echo qemu-system-aarch64 ;;
	esac
}

# On a busy machine the emulated timer is late: x86's check of it would panic. Without ACPI
# there is no power switch: QEMU ends at a reboot, too.
console_args()
{
	case $1-$MACHINE in
	x86_64-intel) echo "console=ttyS0,115200 no_timer_check tsc_early_khz=100000 lab.serial" ;;
	x86_64-mmio) echo "console=ttyS0 no_timer_check lab.off=reboot reboot=t" ;;
	x86_64-*) echo "console=ttyS0 no_timer_check" ;;
	arm64-*) echo "console=ttyAMA0" ;;
	esac
}

# An emulated clock that counts instructions (-icount) wants one thread.
tcg_threads()
{
	case $1 in
	*icount*) echo single ;;
	*) echo multi ;;
	esac
}

# mmio_bus N: QEMU gives devices the last transport first. microvm names that one first on the
# kernel's command line, too; in arm64's device tree it comes last, and eth0 would not be ours.
mmio_bus()
{
	[ "$ARCH" != arm64 ] || echo ",bus=virtio-mmio-bus.$1"
}

# virtio_device NAME: QEMU's name for virtio-NAME on this machine's transport
virtio_device()
{
	case $MACHINE-$1 in
	pci-net) echo "virtio-net-pci,romfile=" ;;
	pci-*) echo "virtio-$1-pci" ;;
	mmio-net) echo "virtio-net-device$(mmio_bus 0)" ;;
	mmio-serial) echo "virtio-serial-device$(mmio_bus 1)" ;;
	esac
}

port_args()
{
	local name

	echo "-device $(virtio_device serial)"
	for name in out err verdict files; do
		echo "-chardev file,id=$name,path=$WORK/$name"
		echo "-device virtserialport,chardev=$name,name=rs.$name"
	done
}

# ports_wanted EXTRA: how many ports the machine has, those in the caller's arguments too
ports_wanted()
{
	[ "$MACHINE" != intel ] || return 0
	echo "lab.ports=$(($(port_args | grep -c virtserialport) +
		$(grep -o 'virtserialport,' <<<"$1" | wc -l)))"
}

# qemu_run COMMAND...: its console is a file under a time limit, or the terminal
qemu_run()
{
	if [ -n "$INTERACTIVE" ]; then
		"$@" -serial mon:stdio
	else
		# in the background, so that a signal to the lab ends it at once
		timeout -k 5 "$TIMEOUT" "$@" -serial "file:$WORK/console" \
			</dev/null >"$WORK/qemu.log" 2>&1 &
		PIDS+=" $!"
		wait "$!"
	fi
}

# machine_append: the kernel's arguments
machine_append()
{
	echo "$(console_args "$arch") $(ports_wanted "$extra") $APPEND $(kernel_args "$(dirname "$kernel")") $CMDLINE"
}

# emulator_run: with the arguments of machine_run
emulator_run()
{
	if [ "$MACHINE" = intel ]; then
		bochs_run "$kernel" "$initrd" "$(machine_append)"
		return
	fi
	# shellcheck disable=SC2046,SC2086 # lists of words
	qemu_run "$(qemu_name "$arch")" $(machine_args "$arch" "$kvm") \
		-accel "tcg,thread=$(tcg_threads "$extra")" -smp "$CPUS" -m "$MEMORY" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel" -initrd "$initrd" -append "$(machine_append)" $(port_args) $extra
}

# machine_run ARCH KVM KERNEL INITRD EXTRA: boots it and waits for its end;
# what it prints comes out as it is printed
machine_run()
{
	local arch=$1 kvm=$2 kernel=$3 initrd=$4 extra=$5 rc=0 readers hold_out hold_err log=/dev/null

	mkfifo "$WORK/out" "$WORK/err"
	# held open, so that the readers end when this function lets go
	exec {hold_out}<>"$WORK/out" {hold_err}<>"$WORK/err"
	tee "$WORK/stdout" <"$WORK/out" {hold_out}>&- {hold_err}>&- & readers=$!
	# where ports are few, the console is among them
	[ "$MACHINE" != intel ] || log=$WORK/console
	tee "$log" <"$WORK/err" {hold_out}>&- {hold_err}>&- >&2 & readers+=" $!"
	: >"$WORK/verdict"
	emulator_run || rc=$?
	exec {hold_out}>&- {hold_err}>&-
	# shellcheck disable=SC2086 # a list
	wait $readers
	[ "$rc" != 124 ] || echo "# timed out after $TIMEOUT s" >>"$WORK/verdict"
	[ -n "$INTERACTIVE" ] || [ ! -s "$WORK/qemu.log" ] || sed 's/^/qemu: /' "$WORK/qemu.log" >&2
}

# kernel_said LOG: where stderr goes to the console, only the kernel's lines have a time
kernel_said()
{
	case $MACHINE-${1##*/} in
	intel-console) grep -a '^\[ *[0-9]' "$1" || : ;;
	*) cat "$1" ;;
	esac
}

# splats_find DIR: lines of the kernel logs that should not be there
splats_find()
{
	local known=$1/expected-splats log races

	[ -e "$known" ] || : >"$known"
	for log in "$1"/*.dmesg "$1"/*.console "$1/console"; do
		[ -e "$log" ] || continue
		kernel_said "$log" | awk -v count="$WORK/races" -f "$LAB/kcsan.awk" |
			grep -EH --label="${log##*/}" "$SPLATS" || :
		read -r races <"$WORK/races"
		[ "$races" = 0 ] ||
			note "${log##*/}: KCSAN reports $races data races, none of them with ringside in it"
	done |
		if [ -s "$known" ]; then grep -vEf "$known"; else cat; fi
}

# machine_verdict OUT: 0 passed, 1 failed, 4 skipped. Failure is the default.
machine_verdict()
{
	local out=$1 rc

	mkdir -p "$out"
	cp "$WORK/console" "$WORK/verdict" "$out/" 2>/dev/null || :
	[ ! -s "$WORK/stdout" ] || cp "$WORK/stdout" "$out/"
	[ ! -s "$WORK/files" ] || tar -C "$out" -xf "$WORK/files" 2>/dev/null || :
	rc=$(sed -n 's/^exit \([0-9]*\)$/\1/p' "$WORK/verdict")
	splats_find "$out" >"$WORK/splats" || :
	if [ -s "$WORK/splats" ]; then
		note "the kernel's log is not clean:"
		sed 's/^/  /' "$WORK/splats" | head -n 20 >&2
		rc=1
	fi
	if [ -z "$rc" ]; then
		note "no verdict came back: $(grep '^# timed' "$WORK/verdict" || echo 'the machine ended early')"
		tail -n 15 "$out/console" >&2 || :
		! grep -qs "kthread timer wakeup didn't happen" "$out/console" ||
			note "a CPU takes no interrupts, which may be the emulator's fault: see $LAB/README"
		rc=1
	fi
	case $rc in
	0 | 4) ! grep -q '^not ok' "$WORK/verdict" || rc=1 ;;
	1) ;;
	*) note "the script ended with status $rc" ;;
	esac
	[ "$rc" = 0 ] || [ "$rc" = 4 ] || rc=1
	return "$rc"
}
