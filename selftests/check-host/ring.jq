# SPDX-License-Identifier: GPL-2.0-only
#
# What must hold of the snapshots ring.sh left, one KTAP line each. In: each
# step's snapshot as $empty[0] and so on, what the kernel said as $kempty[0].

def rx: [.queues[] | select(.dir == "rx")];
def sum(f): map(f) | add;
def delta(f): (.end | rx | sum(f)) - (.begin | rx | sum(f));
def same($what; $a; $b):
	"\(if $a != null and $a == $b then "ok" else "not ok" end) \($what): \($a) = \($b)";

def step($name; $s; $kernel; $waiting):
	same("\($name): datagrams sent = packets offered"; $kernel.sent; $s | delta(.counters.tun_offered)),
	same("\($name): dropped = the kernel's tx_dropped"; $s | delta(.counters.tun_dropped); $kernel.dropped),
	same("\($name): every drop met a full ring"; $s | delta(.counters.tun_ring_full); $kernel.dropped),
	same("\($name): packets in the ring"; $s.end | rx | sum(.occupancy); $waiting);

($empty[0].end | rx | .[0].ring_size) as $size
| step("empty"; $empty[0]; $kempty[0]; 0),
  step("half"; $half[0]; $khalf[0]; 503),
  step("full"; $full[0]; $kfull[0]; $size),
  same("full: what did not fit was dropped"; $kfull[0].dropped; 503 + 1009 - $size),
  same("drained: packets in the ring"; $drained[0].end | rx | sum(.occupancy); 0)
