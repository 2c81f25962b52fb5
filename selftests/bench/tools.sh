# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2034,SC2086
# What is measured and what it is compared with, inside an emulated machine:
# each tool is switched on, and is at work when tool_on returns.

LINE=$(cat /bench/line)
RUN=/sys/kernel/debug/rsbench/run
FIGURE=/sys/kernel/debug/rsbench/figure
PROBES=/sys/kernel/debug/kprobes/list

# Until there is entropy each random number is made anew, and a packet needs one: some nine thousand
# instructions.
head -c 1 /dev/random >/dev/null

# figure SIDE TOOL UNIT MILLI: one line of the result
figure()
{
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$LAB_ARCH" "$LINE" "$2" "$3" "$4" \
		>>/out/figures
}

# background NAME READY COMMAND...: starts it, waits until READY says so
background()
{
	local ready=$2

	TOOL_NAME=$1
	shift 2
	(cd /tmp && exec "$@") >"/tmp/$TOOL_NAME.out" 2>&1 </dev/null &
	TOOL_PID=$!
	until_true 120 ready_or_dead "$ready" "/tmp/$TOOL_NAME.out"
	kill -0 "$TOOL_PID" 2>/dev/null && return
	fail "$TOOL_NAME is at work" "$(tail -n 1 "/tmp/$TOOL_NAME.out")"
	return 1
}

ready_or_dead()
{
	! kill -0 "$TOOL_PID" 2>/dev/null || "$@"
}

attached()
{
	grep -q counting "$1"
}

# ringside_on [OPTION]...: the helper, on the tap of this machine
ringside_on()
{
	background ringside attached ringside host --tap $TAP -d 1h -o /tmp/host.json "$@"
}

# The eventfd's function has another name in newer kernels.
eventfd_name()
{
	grep -q ' eventfd_signal$' /proc/kallsyms || sed -i 's/eventfd_signal/&_mask/' /bench/host*.bt
}

probes_attached()
{
	local n

	n=$(sed -n 's/^Attaching \([0-9]*\) probes*\.\.\.$/\1/p' "$1")
	[ -n "$n" ] && [ "$(wc -l <$PROBES)" -ge $((PROBES_BEFORE + n)) ]
}

bpftrace_on()
{
	PROBES_BEFORE=$(wc -l <$PROBES)
	background bpftrace probes_attached bpftrace "$1"
}

events_enabled()
{
	grep -q . /sys/kernel/tracing/set_event 2>/dev/null || [ -s /tmp/perf.data ]
}

perf_on()
{
	rm -f /tmp/perf.data
	background perf events_enabled perf record -q -a -o /tmp/perf.data "$@" && sleep 1
}

trace_cmd_on()
{
	background trace-cmd events_enabled trace-cmd record -o /tmp/trace.dat "$@" && sleep 1
}

# background_off: ends it as a person would, and keeps the first line of what it said
background_off()
{
	kill -INT "$TOOL_PID"
	wait "$TOOL_PID" || :
	rm -f /tmp/perf.data /tmp/trace.dat
}

# cost_of SIDE UNIT COMMAND...: virtual nanoseconds a command takes
cost_of()
{
	local side=$1 unit=$2 ns

	shift 2
	ns=$(/bench/cost "$@") || return
	figure "$side" ringside "$unit" "$ns"
}
