// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "commands.h"
#include "run.h"

#define SECOND 1000000000ULL

const struct rs_command rs_commands[] = {
	{.name = "guest",
	 .run = rs_run_guest,
	 .args = "[-- COMMAND...]",
	 .runs = true,
	 .options = "duration interval json output quiet verbose suppress no-header color",
	 .summary = "the guest's side: what the module counted, for each queue",
	 .more = "Without -d: since the module was loaded or its counters were reset. Needs "
		 "ringside.ko and root.\n\n"
		 "  ringside guest\n"
		 "  ringside guest -v    (with the proof, if ringside check says it is on)\n"
		 "  ringside guest -d 10s -o guest.json\n"
		 "  ringside guest -i 1s\n"
		 "  ringside guest -- ping -c 10 -i 0.1 10.0.0.1"},
	{.name = "host",
	 .run = rs_run_host,
	 .args = "[-- COMMAND...]",
	 .runs = true,
	 .duration_ns = 10 * SECOND,
	 .options =
		 "duration interval json output quiet verbose suppress no-header color tap vm pid "
		 "queue no-times",
	 .summary = "the host's side: tap, vhost, eventfd, irqfd, injection, for each queue",
	 .more = "Counts for 10 s, or for -d TIME. Needs root and a kernel with BTF.\n\n"
		 "  ringside host --tap vnet37\n"
		 "  ringside host --tap vnet37 -d 10s -o host.json\n"
		 "  ringside host --vm web1 -i 1s\n"
		 "  ringside host --tap vnet37 -- iperf3 -c 192.0.2.7\n"
		 "  ringside host --no-times -d 1h -o host.json"},
	{.name = "agent",
	 .run = rs_run_agent,
	 .options = "quiet",
	 .summary = "in the guest: answer the host's `ringside watch` over vsock, until Ctrl-C",
	 .more = "Answers the host alone, and there only root; it takes no command and no name of "
		 "a "
		 "file, and gives up all rights before the first request. Needs ringside.ko, root "
		 "and a vsock. While it runs the module stays loaded.\n\n"
		 "  ringside agent\n"
		 "  systemctl start ringside-agent"},
	{.name = "watch",
	 .run = rs_run_watch,
	 .options =
		 "interval duration once trip exec bell json output quiet suppress color guest vm "
		 "pid tap queue no-times",
	 .duration_ns = RS_FOREVER,
	 .summary = "both sides live: findings as they begin and end, with the guest's agent",
	 .more = "On the host, as root; `ringside agent` runs in the guest. A line for each queue "
		 "every 2 s, or every -i TIME, until Ctrl-C or for -d TIME. With -o a page of HTML "
		 "is written when a root begins. Exit status 2: one was found.\n\n"
		 "  ringside watch --vm web1\n"
		 "  ringside watch --guest vsock:3 -q -o report.html\n"
		 "  ringside watch --vm web1 -j | jq -c .begins\n"
		 "  ringside watch --vm web1 --once -i 10s\n"
		 "  ringside watch --vm web1 --exec 'logger \"$RINGSIDE_QUEUE: "
		 "$RINGSIDE_FINDING\"'"},
	{.name = "collect",
	 .run = rs_run_collect,
	 .args = "[guest|host]",
	 .args_max = 1,
	 .duration_ns = 30 * SECOND,
	 .options = "duration window output quiet guest tap vm pid queue no-times",
	 .summary = "one archive for a support case: counts, findings, and what else is asked for",
	 .more = "Counts for 30 s, or for -d TIME (--window TIME is the same), and packs "
		 "snapshots, "
		 "findings, hooks, interrupts, qdiscs, the kernel's log of interrupts and virtio, "
		 "and "
		 "the VMM's command line without secrets. With --guest, or --vm of a machine with "
		 "a "
		 "vsock, both sides and their page are in it.\n\n"
		 "  ringside collect\n"
		 "  ringside collect --window 30s -o case4711.tar.zst\n"
		 "  ringside collect --vm web1 -o web1.tar.xz"},
	{.name = "diff",
	 .run = rs_run_diff,
	 .args = "GUEST HOST | FILE",
	 .args_min = 1,
	 .args_max = 2,
	 .options = "json output quiet verbose suppress no-header color",
	 .summary = "join both snapshots into one ledger and report what does not add up",
	 .more = "GUEST and HOST are files written by `ringside guest -o` and `ringside host "
		 "-o`. One FILE is judged by itself; a page that `ringside report` wrote has both "
		 "sides in it.\n\n"
		 "  ringside diff guest.json host.json\n"
		 "  ringside diff host.json\n"
		 "  ringside diff report.html\n"
		 "  ringside diff -j guest.json host.json | jq .verdicts"},
	{.name = "report",
	 .run = rs_run_report,
	 .args = "GUEST HOST",
	 .args_min = 2,
	 .args_max = 2,
	 .options = "output quiet suppress color",
	 .summary = "one page of HTML to send: the findings, each sick queue's way, both snapshots",
	 .more = "GUEST and HOST are files written by `ringside guest -o` and `ringside host "
		 "-o`. The page needs no other file, no network and no script; `ringside diff` "
		 "reads both snapshots from it.\n\n"
		 "  ringside report guest.json host.json -o report.html\n"
		 "  ringside diff report.html"},
	{.name = "list",
	 .run = rs_run_list,
	 .args = "[guest|host]",
	 .args_max = 1,
	 .options = "json verbose no-header tap vm pid queue",
	 .summary = "which queue is which: IRQ, NAPI, ring and MSI; or VM, tap and backend",
	 .more = "Without an argument: the guest's side if the module is loaded here, else the "
		 "host's.\n\n"
		 "  ringside list\n"
		 "  ringside list host --tap vnet37"},
	{.name = "check",
	 .run = rs_run_check,
	 .args = "[guest|host]",
	 .args_max = 1,
	 .options = "json quiet verbose",
	 .summary = "what works on this kernel, what does not, why, and what to do",
	 .more = "Without an argument: the guest's side if the module is loaded here, else the "
		 "host's.\n\n"
		 "  ringside check\n"
		 "  ringside check host -q"},
	{.name = "top",
	 .run = rs_run_top,
	 .args = "[guest|host]",
	 .args_max = 1,
	 .options = "interval verbose guest tap vm pid queue no-times",
	 .summary = "live view: the rates of each queue; full rings and verdicts are highlighted",
	 .more = "Every second, or every -i TIME. Keys: q quits, < and > choose the column to "
		 "sort by, r reverses, / filters by part of a queue's name.\n\n"
		 "  ringside top\n"
		 "  ringside top guest -i 5s\n"
		 "  ringside top --guest vsock:3    (both sides: `ringside agent` runs there)"},
	{.name = "metrics",
	 .run = rs_run_metrics,
	 .args = "[guest|host]",
	 .args_max = 1,
	 .duration_ns = 10 * SECOND,
	 .options = "duration interval output quiet verbose suppress tap vm pid queue no-times",
	 .summary = "Prometheus text for the node exporter's textfile collector",
	 .more = "With -i it runs until Ctrl-C and replaces the file each time; counters count "
		 "from the start of the command, findings are those of the last interval.\n\n"
		 "  ringside metrics -i 15s -o /var/lib/prometheus/node-exporter/ringside.prom\n"
		 "  ringside metrics guest -d 1s"},
	{.name = NULL},
};
