#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make matrix: the incident with each kernel line as the guest, and each line with module BTF as
# the host, on both architectures. KTAP: one result for each pair of kernels, its failures as
# diagnostics.
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH
. selftests/path/outside.sh

lines=$(selftests/lab/lab kernels)
hosts=$(selftests/lab/lab kernels hosts)

# Each line as the guest of a 6.12 host, then each other line that can be the host.
pairs()
{
	local line

	for line in $lines; do echo "6.12 $line"; done
	for line in $hosts; do [ "$line" = 6.12 ] || echo "$line 5.10"; done
}

n=0 failed=0
echo "KTAP version 1"
echo "1..$(($(pairs | wc -l) * 2))"
while read -r arch host guest; do
	out=out/matrix/$arch-$host-$guest
	name="$arch host $host guest $guest"
	n=$((n + 1))
	PATH_HOST=$host PATH_GUEST=$guest path_run "$arch" selftests/path/incident.sh "$out" >&2
	lab=$?
	path_exact "$out" >"$out.tap"
	if [ $lab = 0 ] && ! grep -q '^not ok' "$out.tap"; then
		echo "ok $n $name: $(grep -c '^ok' "$out.tap") equalities"
	else
		echo "not ok $n $name"
		grep '^not ok' "$out.tap" | sed 's/^/# /'
		failed=1
	fi
done < <(for arch in arm64 x86_64; do pairs | sed "s/^/$arch /"; done)
exit $failed
