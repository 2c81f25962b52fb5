# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What a scenario says and keeps. KTAP goes to stdout and, as the verdict, to
# the side channel on file descriptor 4; all else to stderr.

KTAP_DONE=/run/ktap

ktap()
{
	echo "$*"
	echo "$*" >&4
}

# plan N: how many results there will be; another number is a failure
plan()
{
	echo "$1" >/run/plan
	ktap "1..$1"
}

result()
{
	local state=$1

	shift
	echo "$state" >>$KTAP_DONE
	ktap "$state $(wc -l <$KTAP_DONE) $*"
}

# pass NAME; fail NAME [DETAIL]; skip NAME REASON
pass()
{
	result ok "$1"
}

fail()
{
	result "not ok" "$1"
	[ -z "$2" ] || ktap "# $2"
}

skip()
{
	result ok "$1 # SKIP ${2:?a skip needs a reason}"
}

# check NAME COMMAND...: pass or fail by the command's status
check()
{
	local name=$1

	shift
	if "$@"; then pass "$name"; else fail "$name" "failed: $*"; fi
}

# same NAME EXPECTED GOT
same()
{
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected $2, got $3"; fi
}

note()
{
	echo "# $*" >&2
}

# until_true SECONDS COMMAND...: polls, never sleeps blindly
until_true()
{
	local end=$(($(cut -d. -f1 /proc/uptime) + $1))

	shift
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || return 1
		usleep 50000
	done
}

hundredths()
{
	local up

	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}

# timed WHAT COMMAND...: one line with its time (of this machine's clock)
timed()
{
	local what=$1 from rc=0

	from=$(hundredths)
	shift
	"$@" || rc=$?
	from=$(($(hundredths) - from))
	printf '%s ... %d.%d s%s\n' "$what" $((from / 100)) $((from / 10 % 10)) \
		"$([ $rc = 0 ] || echo " (status $rc)")" >&2
	return $rc
}

# artefact FILE...: is kept in OUT
artefact()
{
	cp -a "$@" /out/
}

# expect_splat PATTERN: a line of a kernel log (extended regular expression)
# that this scenario provokes on purpose
expect_splat()
{
	echo "$1" >>/out/expected-splats
}

# scenario_run FILE: its status, then the kernel's log and all artefacts, go
# out by the side channel. "exit" comes last: without it the run has failed.
scenario_run()
{
	local rc=0

	mkdir -p /out
	: >$KTAP_DONE
	ktap "KTAP version 1"
	# shellcheck source=/dev/null
	(. "$1") || rc=$?
	if [ -s $KTAP_DONE ] && ! [ -e /run/plan ]; then
		ktap "1..$(wc -l <$KTAP_DONE)"
	elif [ -e /run/plan ] && [ "$(cat /run/plan)" != "$(wc -l <$KTAP_DONE)" ]; then
		ktap "# planned $(cat /run/plan) results, got $(wc -l <$KTAP_DONE)"
		rc=1
	fi
	"$2"
	dmesg >"/out/$(cat /lab/role).dmesg"
	tar -C /out -cz . >/dev/virtio-ports/rs.files
	echo "exit $rc" >&4
}

channels_open()
{
	exec >/dev/virtio-ports/rs.out 2>/dev/virtio-ports/rs.err 4>/dev/virtio-ports/rs.verdict
	# shellcheck source=/dev/null
	[ ! -e /lab/env ] || . /lab/env
}
