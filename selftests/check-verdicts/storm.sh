# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# "Nobody cared" to the end: 100,000 interrupts that find nothing, after which the kernel disables
# the IRQ and the ring fills up.

. /verdicts/device.sh

expect_splat 'nobody cared|Call [Tt]race'
machine_start || exit 1
check "nobody-cared" lasting nobody-cared \
	"signal-until-lost input.1 3000000; witness 0; post-signal input.1 3"
