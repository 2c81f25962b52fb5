# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A kernel without the function tracer and without kprobes.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/refusal.sh

plan 1
refused "a kernel without the function tracer" "No such device" "CONFIG_DYNAMIC_FTRACE"
