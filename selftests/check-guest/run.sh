#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-guest: the guest module against known counts. Boots a guest, serves
# its second network device with the fault device on this machine, and runs scenes
# in it. Prints KTAP; exits 0, 1, or 4 where it cannot work here.

set -euo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=selftests/runs.sh
. "$HERE/../runs.sh"
OUT=$TOP/out/check-guest RUNS=$HERE/runs MEMORY=2G

help()
{
	cat <<-'EOF'
	usage: run.sh [-a ARCH] [-k LINE] [-o OUT] [-r RUNS] [-s NAME=VALUE]... [-w] [RUN...]

	  -a ARCH        x86_64 (default) or arm64
	  -k LINE        kernel line, as in the lab (default 6.1)
	  -o OUT         artefacts (default out/check-guest)
	  -r RUNS        another table of runs (default check-guest/runs)
	  -s NAME=VALUE  a setting of the scenes, for a quick look: EVENTS=503, LAPS=40, UNITS=5
	  -w             ringside.ko with waits between the steps of what may race (lab --widen)
	  --list         the runs

	Without RUN all are done. Example: run.sh -s EVENTS=503 causes-split
	EOF
}

# device_start DIR PAIRS: the fault device, ready for the VMM to connect
device_start()
{
	"$TOP/selftests/build/fault/fault" -s "$1/vhost" -c "$1/control" -n "$2" \
		>"$1/device.report" 2>"$1/device.log" &
	DEVICE=$!
	until [ -S "$1/vhost" ]; do
		kill -0 "$DEVICE" 2>/dev/null || return
		sleep 0.05
	done
}

device_stop()
{
	[ -z "${DEVICE:-}" ] || kill "$DEVICE" 2>/dev/null || :
	wait 2>/dev/null || :
	DEVICE=''
}

# line_of MACHINE: x86_64's virtio-mmio machine takes a kernel of its own
line_of()
{
	case $ARCH-$1 in
	x86_64-*mmio*) echo no-pci ;;
	*) echo "$LINE" ;;
	esac
}

# device_of MACHINE VECTORS: virtio-mmio has one line for all queues
device_of()
{
	case $1 in
	*mmio*) echo "virtio-net-device" ;;
	*) echo "virtio-net-pci,vectors=$2,romfile=" ;;
	esac
}

# witness_of LINE: the directory with the witness for that kernel
witness_of()
{
	[ -e "$WORK/$1/witness.ko" ] ||
		"$LAB/lab" module -a "$ARCH" -k "$1" -o "$WORK/$1" "$TOP/selftests/fault" >&2
	echo "$WORK/$1"
}

# guest_run DIR SCENES PAIRS VECTORS PROPERTIES SECONDS SETTINGS MACHINE
guest_run()
{
	local dir=$1 scenes=$2 pairs=$3 vectors=$4 properties=$5 seconds=$6 settings=${7#-} machine=
	local line witness

	# shellcheck disable=SC2086 # a list of words
	{ printf '%s\n' $settings "${SETTINGS[@]}"; echo ". /check/$scenes.sh"; } >"$dir/script"
	[ "$8" = - ] || machine=$8
	line=$(line_of "$machine") && witness=$(witness_of "$line") || return
	# shellcheck disable=SC2086 # a list of words
	"$LAB/lab" guest -a "$ARCH" -k "$line" ${WIDEN:+--widen} -o "$dir" -t "$seconds" -m $MEMORY -c 2 \
		-f "$witness/witness.ko:/witness.ko" -f "$HERE:/check" -f "$TOP/selftests/check-life:/life" \
		-f "$WORK/programs:/programs" \
		-q "-object memory-backend-memfd,id=ram,size=$MEMORY,share=on" \
		-q "-machine memory-backend=ram" \
		-q "-chardev socket,id=vhost,path=$dir/vhost" \
		-q "-netdev vhost-user,id=fault,chardev=vhost,queues=$pairs" \
		-q "-device $(device_of "$machine" "$vectors"),netdev=fault,mq=on,$properties" \
		-q "-chardev socket,id=control,path=$dir/control,server=on,wait=off" \
		-q "-device virtserialport,chardev=control,name=fault" \
		-q "-chardev socket,id=port,path=$dir/monitor,server=on,wait=off" \
		-q "-device virtserialport,chardev=port,name=monitor" \
		-q "-chardev socket,id=monitor,path=$dir/monitor -mon chardev=monitor" \
		$machine "$dir/script"
}

# one_run NUMBER NAME SCENES ...: a nested KTAP, and its own line
one_run()
{
	local number=$1 name=$2 dir rc=0

	shift 2
	dir=$OUT/$ARCH-$LINE-$name
	run_start "$name" "$dir"
	if device_start "$dir" "$2"; then
		guest_run "$dir" "$@" | sed -u 's/^/  /' || rc=$?
	else
		rc=1
	fi
	device_stop
	[ ! -s "$dir/device.log" ] || sed 's/^/# /' "$dir/device.log"
	run_result "$number" "$name" "$dir" $rc
}

options_read akorsw "$@"
WORK=$(mktemp -d)
trap 'device_stop; rm -rf "$WORK"' EXIT
DEVICE=''
"$LAB/lab" setup && qemu_use "$ARCH" || exit 1
make -s -C "$TOP/selftests/fault" >&2
programs_build "$ARCH" "$WORK/programs"
mkdir -p "$OUT"

mapfile -t rows < <(runs_selected)
runs_do "${rows[@]}"
