# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=bash
# Messages of the lab, all on stderr: stdout is for results.

die()
{
	echo "lab: $*" >&2
	exit 1
}

note()
{
	echo "lab: $*" >&2
}

# ended STATUS PLACE COMMAND: bash ends the lab because of it; a machine's own status is no failure
# of the lab
ended()
{
	case ${verb:-} in
	guest | run | shell) ;;
	*) echo "lab: $2: status $1 of: $3" >&2 ;;
	esac
}

# stage WHAT ... stage_end [REMARK]: one line, with its time
stage()
{
	STAGE=$* STAGE_FROM=$EPOCHREALTIME
}

stage_end()
{
	local us=$((${EPOCHREALTIME/[.,]/} - ${STAGE_FROM/[.,]/}))

	printf '%s ... %d.%01d s%s\n' "$STAGE" $((us / 1000000)) $((us / 100000 % 10)) \
		"${1:+ ($1)}" >&2
}
