# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash disable=SC2034 # what options set is read elsewhere
# The commands a person types.

# What the options set; the other parts read it.
ARCH='' LINE='' HOSTLINE=6.12 GUESTLINE=5.10 OUT='' QEMU_EXTRA='' CMDLINE='' QUEUES=2
GUEST_CMDLINE='' CPUS='' MEMORY='' TIMEOUT='' REFRESH='' MODULE=1 HELPER=1 INTERACTIVE='' PREPARING='' MENDED=''
MACHINE=pci WIDEN=''
FILES=() GUEST_FILES=() PACKAGES=() GUEST_PACKAGES=() ARGS=()

lab_help()
{
	cat <<-'EOF'
	usage: lab COMMAND [OPTION]... [ARGUMENT]...

	  lab setup                        install what the lab needs on this machine
	  lab kernels [hosts]              the kernel lines; those that can be the host
	  lab fetch [-a ARCH] [-k LINE]    fetch kernels and userland into the cache
	  lab build [-a ARCH] [-k LINE]    build the module (and the helper)
	  lab guest -a ARCH -k LINE SCRIPT      one machine alone runs SCRIPT
	  lab run -a ARCH -H LINE -g LINE SCENARIO   an emulated KVM host runs SCENARIO
	  lab shell -a ARCH [-H LINE] [-g LINE]      a shell on such a host, one in its guest
	  lab cc -a ARCH -o PROGRAM FILE.c...   build a static program
	  lab module -a ARCH -k LINE -o DIR SRC   build the kernel modules of SRC/Kbuild
	  lab prometheus                   fetch promtool and the node exporter; print their directory

	  -a ARCH       x86_64 or arm64
	  -k, -H, -g    kernel line: of the machine, of the host, of the guest
	  -o OUT        directory for artefacts and logs
	  -n N          queue pairs of the guest's virtio-net (default 2)
	  -q ARGS       more arguments for the outer QEMU
	  -A, -G ARGS   more kernel arguments: outer machine, guest on the host
	  -c N, -m SIZE CPUs and memory of the outer machine
	  -t SECONDS    time limit
	  -f, -F SRC:DST   a file or directory put into the outer image, the guest's image
	  -p, -P PACKAGE   a Debian package, with what it depends on, likewise; SUITE:PACKAGE: of
	                another suite than bookworm, into /SUITE
	  --machine mmio   for lab guest: virtio-mmio devices instead of virtio-pci (x86_64: microvm)
	  --widen       build ringside.ko with waits between the steps of what may race (RS_WIDEN=1)
	  --no-module, --no-helper   leave ringside.ko, the helper out of the images
	  --mended      for x86_64 hosts: a QEMU that delivers each interrupt once, built of
	                Debian's source in some ten minutes, once (see mended.sh)
	  --machine intel  for lab run: a host with Intel's VMX and one CPU, emulated by Bochs,
	                which is built of Debian's source in some minutes, once (see bochs.sh)
	  --refresh     read the package indexes anew

	Exit status: 0 passed, 1 failed, 4 skipped, 64 usage.
	The cache is RINGSIDE_CACHE (~/.cache/ringside), the mirror apt's or RINGSIDE_MIRROR.
	EOF
}

usage_error()
{
	echo "lab: $*; try: lab help" >&2
	exit 64
}

options_read()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--refresh) REFRESH=1; shift; continue ;;
		--mended) MENDED=1; shift; continue ;;
		--widen) WIDEN=1; shift; continue ;;
		--no-module) MODULE=; shift; continue ;;
		--no-helper) HELPER=; shift; continue ;;
		-h | --help) lab_help; exit 0 ;;
		-?*) [ $# -gt 1 ] || usage_error "$1 needs a value" ;;
		*) ARGS+=("$1"); shift; continue ;;
		esac
		case $1 in
		-a) ARCH=$2 ;;
		-k) LINE=$2 ;;
		-H) HOSTLINE=$2 ;;
		-g) GUESTLINE=$2 ;;
		-o) OUT=$2 ;;
		-n) QUEUES=$2 ;;
		-q) QEMU_EXTRA+=" $2" ;;
		-A) CMDLINE+=" $2" ;;
		-G) GUEST_CMDLINE+=" $2" ;;
		-c) CPUS=$2 ;;
		-m) MEMORY=$2 ;;
		-t) TIMEOUT=$2 ;;
		-f) FILES+=("$2") ;;
		-F) GUEST_FILES+=("$2") ;;
		-p) PACKAGES+=("$2") ;;
		-P) GUEST_PACKAGES+=("$2") ;;
		--machine) MACHINE=$2 ;;
		*) usage_error "unknown option $1" ;;
		esac
		shift 2
	done
	case $ARCH in
	x86_64 | arm64 | '') ;;
	*) usage_error "unknown architecture $ARCH: x86_64 or arm64" ;;
	esac
	case $MACHINE in
	pci | mmio) ;;
	intel) intel_check ;;
	*) usage_error "unknown machine $MACHINE: pci, mmio or intel" ;;
	esac
	[ "$MENDED-$ARCH" != 1-arm64 ] || usage_error "--mended is for x86_64 hosts: leave it out"
}

# intel_check: what may be asked of Bochs' machine, and what it is without
intel_check()
{
	ARCH=${ARCH:-x86_64}
	[ "$ARCH" = x86_64 ] || usage_error "--machine intel is for x86_64 hosts: leave it out"
	[ -z "$CPUS$QEMU_EXTRA" ] || usage_error "--machine intel has one CPU and takes no -c or -q: leave them out"
	case ${MEMORY:=2G} in
	*[!0-9]*G | G | *[!G]) usage_error "--machine intel: -m takes a number of gigabytes, as 2G, not $MEMORY" ;;
	esac
}

# arch_here: this machine's architecture, by the lab's names
arch_here()
{
	uname -m | sed s/aarch64/arm64/
}

# archs_wanted, lines_wanted: what -a and -k leave
archs_wanted()
{
	echo "${ARCH:-x86_64 arm64}"
}

lines_wanted()
{
	echo "${LINE:-$(kernel_lines)}"
}

lab_fetch()
{
	local arch line kernel

	for arch in $(archs_wanted); do
		for line in $(lines_wanted); do
			kernel=$(kernel_get "$line" "$arch")
			echo "$arch $line $kernel"
			layer_modules "$line" "$arch" >/dev/null
		done
		layer_base "$arch" >/dev/null
		layer_tools "$arch" >/dev/null
		layer_qemu "$arch" >/dev/null
	done
}

lab_build()
{
	local arch line built rc=0

	for arch in $(archs_wanted); do
		for line in $([ -z "$MODULE" ] || lines_wanted); do
			if built=$(module_build "$TOP" "$line" "$arch" Kbuild kmod); then
				echo "$built/ringside.ko"
			else
				rc=1
			fi
		done
		[ -z "$HELPER" ] || helper_build "$arch" || rc=1
	done
	exit "$rc"
}

lab_cc()
{
	[ -n "$OUT" ] || usage_error "cc needs -o PROGRAM"
	[ ${#ARGS[@]} -gt 0 ] || usage_error "cc needs C files"
	program_build "$OUT" "${ARCH:-$(arch_here)}" "${ARGS[@]}"
}

lab_module()
{
	local built

	[ -n "$OUT" ] || usage_error "module needs -o DIR"
	[ -n "$LINE" ] || usage_error "module needs -k LINE"
	[ ${#ARGS[@]} = 1 ] || usage_error "module needs one directory with a Kbuild"
	built=$(module_build "${ARGS[0]}" "$LINE" "${ARCH:-$(arch_here)}" .)
	mkdir -p "$OUT"
	cp "$built"/*.ko "$OUT/"
}

lab_kernels()
{
	case ${ARGS[*]} in
	'') kernel_lines ;;
	hosts) kernel_lines yes yes ;;
	*) usage_error "kernels takes nothing or \"hosts\", not ${ARGS[*]}" ;;
	esac | tr ' ' '\n'
}

# peer_start: an UDP echo on this machine, which a machine alone reaches at
# 10.0.2.2 port $LAB_PEER_PORT
peer_start()
{
	PEER_PORT=$((20000 + $$ % 20000))
	"$(lab_program udp "$(arch_here)")" echo -p "$PEER_PORT" \
		>"$WORK/peer" 2>&1 &
	PIDS+=" $!"
}

script_argument()
{
	[ ${#ARGS[@]} = 1 ] || usage_error "one script is needed"
	[ -r "${ARGS[0]}" ] || die "no script ${ARGS[0]}"
}

lab_guest()
{
	local kernel rc=0

	script_argument
	ARCH=${ARCH:-$(arch_here)}
	LINE=${LINE:-6.1} CPUS=${CPUS:-2} MEMORY=${MEMORY:-1G} TIMEOUT=${TIMEOUT:-120}
	kernel=$(kernel_get "$LINE" "$ARCH")
	[ "$MACHINE" = pci ] || mmio_check "$ARCH" "$kernel"
	peer_start
	image_alone "$WORK/initrd" "$LINE" "$ARCH" "${ARGS[0]}" "${FILES[@]}"
	stage "guest $(cat "$kernel/release")"
	machine_run "$ARCH" "" "$kernel/vmlinuz" "$WORK/initrd" \
		"-netdev user,id=n0 -device $(virtio_device net),netdev=n0,mq=on $QEMU_EXTRA"
	stage_end
	machine_verdict "${OUT:-$WORK/kept}" || rc=$?
	exit "$rc"
}

lab_run()
{
	local rc=0

	script_argument
	TIMEOUT=${TIMEOUT:-300}
	PATH=$(if [ -n "$MENDED" ]; then mended_path; else qemu_path "$ARCH"; fi)
	host_run "${ARGS[0]}"
	machine_verdict "${OUT:-$WORK/kept}" || rc=$?
	exit "$rc"
}

# prepare COMMAND...: in the background; each takes its own locks
prepare()
{
	"$@" >/dev/null &
	PREPARING+=" $!"
}

# prepared: all that prepare began is there
prepared()
{
	local pid

	for pid in $PREPARING; do
		wait "$pid" || exit 1
	done
	PREPARING=
}

# host_prepare: with nothing cached this is most of the time, and it goes
# faster side by side
host_prepare()
{
	prepare kernel_get "$GUESTLINE" "$ARCH"
	[ -z "$MODULE" ] || prepare root_get "$(kernel_root "$GUESTLINE")"
	prepare layer_qemu "$ARCH"
	prepare tools_get
	prepare kernel_get "$HOSTLINE" "$ARCH"
	prepared
}

# host_run SCENARIO
host_run()
{
	local kernel

	ARCH=${ARCH:-$(arch_here)} CPUS=${CPUS:-4} MEMORY=${MEMORY:-4G}
	host_prepare
	kernel=$(kernel_get "$HOSTLINE" "$ARCH")
	image_host "$WORK/initrd" "$1"
	stage "host $(cat "$kernel/release") with its guest"
	machine_run "$ARCH" kvm "$kernel/vmlinuz" "$WORK/initrd" "$QEMU_EXTRA"
	stage_end
}

lab_shell()
{
	INTERACTIVE=1
	echo "lab: Ctrl-A X ends the emulation at once, \"exit\" in the host's shell in order" >&2
	host_run "$LAB/inside/shell.sh"
	[ -z "$OUT" ] || machine_verdict "$OUT" || :
}

# What the lab needs, as COMMAND PACKAGE
needs()
{
	cat <<-'EOF'
	qemu-system-x86_64 qemu-system-x86
	qemu-system-aarch64 qemu-system-arm
	mmdebstrap mmdebstrap
	cpio cpio
	xz xz-utils
	zstd zstd
	lz4 lz4
	depmod kmod
	readelf binutils
	flock util-linux
	mount mount
	jq jq
	gcc gcc
	/usr/include/stdio.h libc6-dev
	pkg-config pkg-config
	/usr/include/json-c/json.h libjson-c-dev
	/usr/include/curses.h libncurses-dev
	/usr/include/bpf/btf.h libbpf-dev
	EOF
	echo "$KEYRING debian-archive-keyring"
}

lab_setup()
{
	local what package missing=

	PATH=$PATH:/sbin:/usr/sbin
	while read -r what package; do
		[ -e "$what" ] || command -v "$what" >/dev/null || missing+=" $package"
	done < <(needs)
	[ -n "$missing" ] || return 0
	stage "install$missing"
	# shellcheck disable=SC2086 # a list of words
	{ as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends $missing; } \
		>"$WORK/setup.log" 2>&1 || {
		stage_end failed
		tail -n 5 "$WORK/setup.log" >&2
		die "cannot install$missing: install these by hand"
	}
	stage_end
}
