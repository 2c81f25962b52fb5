#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-life: the module comes, goes and refuses; devices come and go. In
# the lab, whose kernels' logs must stay clean. Prints KTAP; exits 0 or 1.

set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
TOP=$(realpath "$HERE/../..")
LAB=${RINGSIDE_LAB:-$TOP/selftests/lab/lab}
ARCH=x86_64 LINE=6.1 OUT=$TOP/out/life ROUNDS='' WANTED=()

help()
{
	cat <<-'EOF'
	usage: run.sh [-a ARCH] [-k LINE] [-o OUT] [-n ROUNDS] [RUN...]

	  -a ARCH    x86_64 (default) or arm64
	  -k LINE    kernel line, as in the lab (default 6.1)
	  -o OUT     artefacts (default out/life)
	  -n ROUNDS  how often each thing is done, for a quick look (default 200 or 100)
	  --list     the runs

	Without RUN all are done. Example: run.sh -n 5 plug
	EOF
}

# name | where | arguments of the kernel | seconds
runs()
{
	grep -v '^#' "$HERE/runs" | awk -F'\t+' -v OFS='|' '{ print $1, $2, (NF > 3 ? $3 : ""), $NF }'
}

options_read()
{
	local name

	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) help; exit 0 ;;
		--list) runs | cut -d'|' -f1; exit 0 ;;
		-a) ARCH=${2:?} ;;
		-k) LINE=${2:?} ;;
		-o) OUT=${2:?} ;;
		-n) ROUNDS=${2:?} ;;
		-*) echo "run.sh: unknown option $1; try --help" >&2; exit 64 ;;
		*) WANTED+=("$1"); shift; continue ;;
		esac
		shift 2
	done
	for name in "${WANTED[@]}"; do
		runs | cut -d'|' -f1 | grep -qx "$name" || {
			echo "run.sh: no run $name; try --list" >&2
			exit 64
		}
	done
}

# A machine alone; its second device sits in a slot, and QEMU's monitor is the
# other end of a port: two sockets of the same QEMU.
run_alone()
{
	"$LAB" guest -a "$ARCH" -k "$LINE" -f "$HERE:/life" \
		-f "$WORK/veil/veil.ko:/veil.ko" \
		-q "-device pcie-root-port,id=hole,chassis=1 -netdev user,id=hot,net=10.0.3.0/24" \
		-q "-chardev socket,id=qmp,path=$WORK/qmp,server=on,wait=off" \
		-q "-device virtserialport,chardev=qmp,name=qmp" \
		-q "-chardev socket,id=monitor,path=$WORK/qmp -mon chardev=monitor,mode=control" "$@"
}

run_host()
{
	"$LAB" run -a "$ARCH" -H 6.12 -g "$LINE" -F "$HERE:/life" "$@"
}

# one_run NUMBER NAME WHERE ARGUMENTS SECONDS: a nested KTAP, and its own line
one_run()
{
	local number=$1 name=$2 where=$3 arguments=$4 seconds=$5 dir=$OUT/$ARCH-$LINE-$2 rc=0

	rm -rf "$dir"
	mkdir -p "$dir"
	{ echo "${ROUNDS:+ROUNDS=$ROUNDS}"; cat "$HERE/$name.sh"; } >"$WORK/script"
	echo "# Subtest: $name"
	"run_$where" -o "$dir" -t "$seconds" ${arguments:+-A "$arguments"} "$WORK/script" |
		sed -u 's/^/  /' || rc=$?
	if [ "$rc" = 0 ]; then
		echo "ok $number $name"
	else
		echo "not ok $number $name # see $dir"
		FAILED=1
	fi
}

selected()
{
	[ ${#WANTED[@]} != 0 ] || { runs; return; }
	runs | awk -F'|' -v wanted=" ${WANTED[*]} " 'index(wanted, " " $1 " ")'
}

options_read "$@"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
FAILED=
"$LAB" module -a "$ARCH" -k "$LINE" -o "$WORK/veil" "$HERE/veil" >&2 || exit 1
mapfile -t rows < <(selected)
echo "KTAP version 1"
echo "1..${#rows[@]}"
number=0
for row in "${rows[@]}"; do
	number=$((number + 1))
	IFS='|' read -r name where arguments seconds <<<"$row"
	one_run $number "$name" "$where" "$arguments" "$seconds"
done
[ -z "$FAILED" ]
