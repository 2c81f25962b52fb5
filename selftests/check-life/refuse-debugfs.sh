# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A kernel with debugfs=off.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/refusal.sh

plan 1
umount /sys/kernel/debug 2>/dev/null
refused "a kernel without debugfs" "Operation not supported" "debugfs"
