# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2013,SC2034,SC2086
# Where the host's instructions go: ringside with each of its hooks hidden in
# turn. What is missing then is what that hook costs.

. /bench/wire.sh

wire_start
measure warm
measure none
ringside_on && measure ringside
background_off
for hook in $(sed -n 's/.*"name": *"\([a-z_0-9]*\)".*/\1/p' /tmp/host.json | sort -u); do
	export RINGSIDE_HIDE=$hook
	ringside_on && measure "without:$hook"
	background_off
done
unset RINGSIDE_HIDE
wire_end
pass "each hook hidden in turn"
artefact /tmp/host.json
