#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The types and functions that the host's side names, searched in the BTF of each kernel
# that can be the host, and of its modules: what a kernel lacks must be in types/unknown.
# Nothing is run, so that kvm_intel is tested, too. Prints KTAP.

set -uo pipefail
cd "$(dirname "$0")" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH KSELFTEST
LAB=lab/lab OUT=build/types

# shellcheck source=selftests/result.sh
. ./result.sh

# object ARCH: where the BPF object is; the lab builds it with the helper
object()
{
	local helper

	helper=$("$LAB" build -a "$1" --no-module) && echo "$(dirname "$helper")/ringside.bpf.o"
}

# missing ARCH LINE OBJECT: what that kernel does not have, sorted
missing()
{
	local kernel machine=$1 modules

	[ "$1" != arm64 ] || machine=aarch64
	if ! kernel=$("$LAB" fetch -a "$1" -k "$2" | awk 'END { print $3 }'); then
		echo "# the lab did not fetch $2 for $1: it says why above" >&2
		return 1
	fi
	mapfile -t modules < <(find "$kernel/image" -name 'kvm*.ko' -o -name 'vhost*.ko' \
		-o -name tun.ko -o -name tap.ko)
	types/kernel.sh "$kernel/vmlinuz" >"$OUT/image" &&
		"$OUT/types" "$3" "$machine" "$OUT/image" "${modules[@]}" | sort -u
}

# listed ARCH LINE: what types/unknown has for it, sorted
listed()
{
	awk -F '\t' -v arch="$1" -v line="$2" '
		/^#/ { next }
		NF != 4 || $4 == "" { print "row " FNR " of types/unknown: expected four columns"; next }
		($1 == "all" || (" " $1 " ") ~ (" " line " ")) && ($2 == arch || $2 == "any") { print $3 }
	' types/unknown | sort -u
}

# compare ARCH LINE
compare()
{
	local object

	object=$(object "$1") && missing "$1" "$2" "$object" >"$OUT/missing" || return
	listed "$1" "$2" >"$OUT/listed"
	comm -3 --output-delimiter='# listed, and not missing: ' "$OUT/missing" "$OUT/listed" |
		sed 's/^\([^#]\)/# missing, and not listed: \1/' >"$OUT/difference"
	cat "$OUT/difference"
	[ ! -s "$OUT/difference" ]
}

# finds WHAT NAME OTHER: an object that reads OTHER instead of NAME; no kernel has OTHER,
# and both are of one length, so that nothing moves in the object
finds()
{
	local object

	object=$(object arm64) && LC_ALL=C sed "s/\<$2\>/$3/g" "$object" >"$OUT/wrong.o" &&
		"$OUT/types" "$OUT/wrong.o" aarch64 "$OUT/image" | grep -Fx "$1" >"$OUT/found"
}

mkdir -p $OUT
echo "KTAP version 1"
mapfile -t lines < <("$LAB" kernels hosts)
echo "1..$((2 * ${#lines[@]} + 2))"
${CC:-gcc} -O2 -g -std=gnu11 -Wall -Wextra -Wno-missing-field-initializers -D_GNU_SOURCE -I../helper \
	types/types.c -o $OUT/types -lbpf || exit 1
for arch in x86_64 arm64; do
	for line in "${lines[@]}"; do
		compare $arch "$line"
		result "$arch $line: what it lacks is listed, and what is listed it lacks" $?
	done
done
finds "field task_struct on_cpX" on_cpu on_cpX
result "a field that no kernel has is found" $?
finds "field eventfd_ctX count" eventfd_ctx eventfd_ctX
result "a struct that no kernel has is found" $?
exit $rc
