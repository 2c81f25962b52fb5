# SPDX-License-Identifier: GPL-2.0-only
#
# The phases of the incident side by side, a block of lines for each queue, and a sentence on what
# changed and why. In: the ledgers of `ringside diff --json` as $quiet[0], $busy[0], $after[0]. A
# dash is unknown.

def phases: [$quiet[0], $busy[0], $after[0]];
def columns: ["quiet", "busy poll", "off again"];

def rows: [
	["guest", "interrupts", "interrupts"],
	["guest", "handled", "handled"],
	["guest", "IRQ_NONE", "none"],
	["guest", "polls, softirq", "polls_softirq"],
	["guest", "polls, ksoftirqd", "polls_ksoftirqd"],
	["guest", "polls, busy poll", "polls_busy"],
	["guest", "used progress", "used_progress"],
	["host", "tun enqueued", "tun_offered"],
	["host", "ring full", "tun_ring_full"],
	["host", "dropped", "tun_dropped"],
	["host", "vhost posted", "vhost_posted"],
	["host", "signals", "vhost_signals"],
	["host", "suppressed", "suppressed"],
	["host", "injected", "injected"],
	["host", "coalesced", "coalesced"]
];

def left($n): . + " " * ([0, $n - length] | max);
def right($n): " " * ([0, $n - length] | max) + .;
def cell: if . == null then "-" else tostring end | right(11);
def line($side; $what; $cells): "  " + ($side | left(6)) + ($what | left(18)) + ($cells | map(cell) | add);

def named($queue): first(.queues[] | select(.label == $queue)) // {};
def figure($queue; $key): named($queue).figures[$key];
def total($key): [.queues[].figures[$key] // 0] | add;
def percent($part; $whole): if $whole == 0 then "none" else "\($part * 1000 / $whole | round / 10) %" end;

def table:
	($quiet[0].queues[].label) as $queue
	| "", "\($queue)", line("side"; "count"; columns),
	  (rows[] as [$side, $what, $key]
	   | [phases[] | figure($queue; $key)] as $cells
	   | select($cells | any(. != null))
	   | line($side; $what; $cells));

def polls: total("polls_softirq") + total("polls_ksoftirqd") + total("polls_busy");
def busy_share: percent(total("polls_busy"); polls);
def none_share: percent(total("none"); total("interrupts"));
def theft: total("none_busy_poll") + total("none_tx_rx_poll");

def sentence: (phases | map(busy_share)) as $b | (phases | map(none_share)) as $n
	| "Busy polling made \($b[1]) of the polls while net.core.busy_poll and busy_read were on (\($b[0]) before, \($b[2]) after): "
	+ "the sockets' owners fetched packets themselves, ahead of the interrupts that announced them. "
	+ "IRQ_NONE was \($n[0]), \($n[1]) and \($n[2]) of all interrupts, "
	+ "\(phases | map(theft) | map(tostring) | join(", ")) of them because a poll consumed the entries before their interrupt landed.";

table, "", sentence
