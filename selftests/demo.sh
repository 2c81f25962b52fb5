#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make demo: an incident from the field, from its beginning to its end, on an emulated KVM host and
# its guest: `ringside watch` shows both sides live. Leaves the page of its worst moment.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH

arch=arm64 out=out/demo
while getopts a:o: option; do
	case $option in
	a) arch=$OPTARG ;;
	o) out=$OPTARG ;;
	*) echo "usage: demo.sh [-a arm64|x86_64] [-o DIR]" >&2; exit 64 ;;
	esac
done
case $arch in
arm64|x86_64) ;;
*) echo "demo: no such architecture: $arch (arm64 or x86_64)" >&2; exit 64 ;;
esac
LAB=selftests/lab/lab
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# built: the backend for the host, and its witness for the guest
built()
{
	local source

	mkdir "$work/programs"
	mapfile -t source < <(find selftests/fault -name '*.h' -o -name '*.c' ! -name 'witness*')
	"$LAB" cc -a "$arch" -o "$work/programs/fault" "${source[@]}" &&
		"$LAB" module -a "$arch" -k 5.10 -o "$work/witness" selftests/fault
}

"$LAB" setup && built || exit
rm -rf "$out"
mkdir -p "$out"
"$LAB" run -a "$arch" -H 6.12 -g 5.10 -t 600 -o "$out" -f "$work/programs:/lab/programs" \
	-F "$work/witness/witness.ko:/witness.ko" -F selftests/check-guest:/check \
	selftests/demo/incident.sh || {
	echo "demo: not every step went as it should, see above; all logs are in $out" >&2
	exit 1
}
cat <<EOF

All of it is in $out/watch.txt, without the idle queues left out.
The page to send, of the moment when the last finding began: $out/report.html
Both snapshots are in it: ringside diff $out/report.html
EOF
