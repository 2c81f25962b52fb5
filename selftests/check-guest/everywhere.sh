#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-guest: all runs at their full size on one kernel, then each class
# once more on the lab's other kernels and on the other architecture, shorter, with
# both counts of each; on PREEMPT_RT what threads do not hide.

set -u
HERE=$(dirname "$(realpath "$0")")
ARCH=x86_64 LINE=6.1 rc=0

"$HERE/run.sh" -a $ARCH -k $LINE || rc=1
for arch in x86_64 arm64; do
	for line in $("$HERE/../lab/lab" kernels); do
		[ "$arch-$line" != "$ARCH-$LINE" ] || continue
		"$HERE/run.sh" -a $arch -k "$line" -s EVENTS=101 -s LAPS=10 -s PROVE=y causes-split \
			causes-packed-flags mixed-split-proof mixed-packed-proof busy-split-proof \
			busy-packed-proof || rc=1
	done
done
"$HERE/run.sh" -a arm64 -k $LINE -s EVENTS=101 mmio-split mmio-packed || rc=1
# Threads hide the results of interrupts there; the rest is compared.
for line in rt rt-newest; do
	"$HERE/run.sh" -a $ARCH -k "$line" -s EVENTS=101 -s LAPS=10 causes-split mixed-split || rc=1
done
exit $rc
