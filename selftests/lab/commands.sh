# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# The commands a person types.

ARCH=$(uname -m) LINE= HOSTLINE=6.12 GUESTLINE=5.10 OUT= QEMU_EXTRA= CMDLINE= QUEUES=2
GUEST_CMDLINE= CPUS= MEMORY= TIMEOUT= REFRESH= MODULE=1 HELPER=1 FILES=() GUEST_FILES=() ARGS=()
[ "$ARCH" != aarch64 ] || ARCH=arm64

lab_help()
{
	cat <<-'EOF'
	usage: lab COMMAND [OPTION]... [ARGUMENT]...

	  lab setup                        install what the lab needs on this machine
	  lab kernels                      the kernel lines
	  lab fetch [-a ARCH] [-k LINE]    fetch kernels and userland into the cache
	  lab build [-a ARCH] [-k LINE]    build the module (and the helper)
	  lab guest -a ARCH -k LINE SCRIPT      one machine alone runs SCRIPT
	  lab run -a ARCH -H LINE -g LINE SCENARIO   an emulated KVM host runs SCENARIO
	  lab shell -a ARCH [-H LINE] [-g LINE]      a shell on such a host, one in its guest
	  lab cc -a ARCH -o PROGRAM FILE.c...   build a static program
	  lab module -a ARCH -k LINE -o DIR SRC   build the kernel modules of SRC/Kbuild

	  -a ARCH       x86_64 or arm64
	  -k, -H, -g    kernel line: of the machine, of the host, of the guest
	  -o OUT        directory for artefacts and logs
	  -n N          queue pairs of the guest's virtio-net (default 2)
	  -q ARGS       more arguments for the outer QEMU
	  -A, -G ARGS   more kernel arguments: outer machine, guest on the host
	  -c N, -m SIZE CPUs and memory of the outer machine
	  -t SECONDS    time limit
	  -f, -F SRC:DST   a file or directory put into the outer image, the guest's image
	  --no-module, --no-helper   leave ringside.ko, the helper out of the images
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
		*) usage_error "unknown option $1" ;;
		esac
		shift 2
	done
	case $ARCH in
	x86_64 | arm64) ;;
	*) usage_error "unknown architecture $ARCH: x86_64 or arm64" ;;
	esac
}

lab_kernels()
{
	kernel_lines | tr ' ' '\n'
}

# peer_start: an UDP echo on this machine, which a machine alone reaches at
# 10.0.2.2 port $LAB_PEER_PORT
peer_start()
{
	PEER_PORT=$((20000 + $$ % 20000))
	"$(lab_program udp "$(uname -m | sed s/aarch64/arm64/)")" echo -p "$PEER_PORT" \
		>"$WORK/peer" 2>&1 &
	PEER_PID=$!
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
	LINE=${LINE:-6.1} CPUS=${CPUS:-2} MEMORY=${MEMORY:-1G} TIMEOUT=${TIMEOUT:-120}
	kernel=$(kernel_get "$LINE" "$ARCH")
	peer_start
	image_alone "$WORK/initrd" "$LINE" "$ARCH" "${ARGS[0]}" "${FILES[@]}"
	stage "guest $(cat "$kernel/release")"
	machine_run "$ARCH" "" "$kernel/vmlinuz" "$WORK/initrd" \
		"-netdev user,id=n0 -device virtio-net-pci,netdev=n0,mq=on,romfile= $QEMU_EXTRA"
	stage_end
	kill "$PEER_PID" 2>/dev/null || :
	machine_verdict "${OUT:-$WORK/kept}" || rc=$?
	exit "$rc"
}

lab_run()
{
	local kernel rc=0

	script_argument
	CPUS=${CPUS:-4} MEMORY=${MEMORY:-4G} TIMEOUT=${TIMEOUT:-300}
	kernel=$(kernel_get "$HOSTLINE" "$ARCH")
	image_host "$WORK/initrd" "${ARGS[0]}"
	stage "host $(cat "$kernel/release") with its guest"
	machine_run "$ARCH" kvm "$kernel/vmlinuz" "$WORK/initrd" "$QEMU_EXTRA"
	stage_end
	machine_verdict "${OUT:-$WORK/kept}" || rc=$?
	exit "$rc"
}
