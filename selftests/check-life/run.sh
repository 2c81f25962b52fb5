#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-life: loads and unloads the module, makes it refuse, plugs and unplugs
# devices, in the lab. The kernels' logs must stay clean. Prints KTAP; exits 0 or 1.

set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=selftests/runs.sh
. "$HERE/../runs.sh"
OUT=$TOP/out/life RUNS=$HERE/runs

help()
{
	cat <<-'EOF'
	usage: run.sh [-a ARCH] [-k LINE] [-o OUT] [-n ROUNDS] [-r RUNS] [-w] [RUN...]

	  -a ARCH    x86_64 (default) or arm64
	  -k LINE    kernel line, as in the lab (default 6.1)
	  -o OUT     artefacts (default out/life)
	  -n ROUNDS  how often each thing is done, for a quick look (default 200 or 100)
	  -r RUNS    another table of runs (default check-life/runs)
	  -w         ringside.ko with waits between the steps of what may race (lab --widen)
	  --list     the runs

	Without RUN all are done. Example: run.sh -n 5 plug
	EOF
}

# memory LINE: a kernel that checks itself keeps what is freed, and notes on it, for long: readers
# that open files without a pause for a quarter of an hour use up 512 MB.
memory()
{
	case $1 in
	debug | kcsan) echo 2G ;;
	*) echo 512M ;;
	esac
}

# A machine alone; its second device sits in a slot, and QEMU's monitor is the
# other end of a port: two sockets of the same QEMU.
run_alone()
{
	local arch=$1 line=$2

	shift 2
	"$LAB/lab" guest -a "$arch" -k "$line" ${WIDEN:+--widen} -m "$(memory "$line")" \
		-f "$HERE:/life" -f "$WORK/modules:/modules" \
		-f "$WORK/programs:/programs" \
		-q "-device virtio-rng-pci" ${SECOND_RNG:+-q "-device virtio-rng-pci"} \
		-q "-device pcie-root-port,id=hole,chassis=1 -netdev user,id=hot,net=10.0.3.0/24,ipv6=off" \
		-q "-chardev socket,id=qmp,path=$WORK/qmp,server=on,wait=off" \
		-q "-device virtserialport,chardev=qmp,name=qmp" \
		-q "-chardev socket,id=monitor,path=$WORK/qmp -mon chardev=monitor,mode=control" "$@"
}

# A machine alone with the fault device as its second device: several queues, and it
# only echoes.
run_echo()
{
	local arch=$1 line=$2 fault=$TOP/selftests/build/fault/fault pid rc=0

	shift 2
	make -s -C "$TOP/selftests/fault" >&2 || return
	"$fault" -s "$WORK/vhost" -n 4 --echo >/dev/null 2>"$WORK/fault.log" &
	pid=$!
	"$LAB/lab" guest -a "$arch" -k "$line" ${WIDEN:+--widen} -m "$(memory "$line")" -c 4 \
		-f "$HERE:/life" -f "$WORK/modules:/modules" \
		-f "$WORK/programs:/programs" \
		-q "-object memory-backend-memfd,id=ram,size=$(memory "$line"),share=on -machine memory-backend=ram" \
		-q "-chardev socket,id=vhost,path=$WORK/vhost,reconnect-ms=1000" \
		-q "-netdev vhost-user,id=echo,chardev=vhost,queues=4" \
		-q "-device virtio-net-pci,netdev=echo,mq=on,vectors=10,disable-legacy=on,iommu_platform=on,romfile=" "$@" || rc=$?
	# it ends by itself when QEMU does
	kill $pid 2>/dev/null
	wait $pid
	return $rc
}

# A machine alone whose network is on virtio-mmio, with a second device on PCI: the PCI transport's
# driver can go.
run_mmio()
{
	local arch=$1 line=$2

	shift 2
	"$LAB/lab" guest -a "$arch" -k "$line" ${WIDEN:+--widen} --machine mmio -m "$(memory "$line")" \
		-f "$HERE:/life" -f "$WORK/modules:/modules" \
		-f "$WORK/programs:/programs" \
		-q "-netdev user,id=hot,net=10.0.3.0/24,ipv6=off" \
		-q "-device virtio-net-pci,netdev=hot,romfile= -device virtio-rng-pci" "$@"
}

run_host()
{
	local arch=$1 line=$2

	shift 2
	"$LAB/lab" run -a "$arch" -H 6.12 -g "$line" ${WIDEN:+--widen} \
		-F "$HERE:/life" -F "$WORK/modules:/modules" \
		-F "$WORK/programs:/programs" "$@"
}

# given VALUE DEFAULT: a row's own value, or what was asked for
given()
{
	if [ "$1" = - ]; then echo "$2"; else echo "$1"; fi
}

# one_run NUMBER NAME SCENARIO WHERE ARCH LINE ROUNDS ARGUMENTS SECONDS: a nested
# KTAP, and its own line
one_run()
{
	local number=$1 name=$2 scenario=$3 where=$4 arch line rounds arguments seconds=$9 dir rc=0

	arch=$(given "$5" "$ARCH") line=$(given "$6" "$LINE")
	rounds=${ROUNDS:-$(given "$7" '')} arguments=$(given "$8" '')
	dir=$OUT/$arch-$line-$name
	SECOND_RNG=''
	[ "$scenario" != race ] || SECOND_RNG=1
	run_start "$name" "$dir"
	{ echo "${rounds:+ROUNDS=$rounds}"; cat "$HERE/$scenario.sh"; } >"$WORK/script"
	qemu_use "$arch" &&
		"$LAB/lab" module -a "$arch" -k "$line" -o "$WORK/modules" "$HERE/modules" >&2 &&
		programs_build "$arch" "$WORK/programs" &&
		"run_$where" "$arch" "$line" -o "$dir" -t "$seconds" ${arguments:+-A "$arguments"} \
			"$WORK/script" | sed -u 's/^/  /' || rc=$?
	run_result "$number" "$name" "$dir" $rc
}

options_read aknorw "$@"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
"$LAB/lab" setup || exit 1
mapfile -t rows < <(runs_selected)
runs_do "${rows[@]}"
