# SPDX-License-Identifier: GPL-2.0-only
#
# 64 queues at once, then as virtual machines came and went.

include "judge";
include "checks";

def QUEUES: 8;
def sent($vm): 101 + QUEUES * ($vm | ltrimstr("guest") | tonumber) + .queue;

def chain: .delta as $d
	| .delta.tun_offered == sent(.vm) and $d.tun_dropped == 0
	  and $d.vhost_taken == $d.tun_offered and $d.vhost_posted == $d.tun_offered
	  and $d.vhost_signals == $d.eventfd_writes and $d.eventfd_writes == $d.irqfd_wakeups
	  and $d.irqfd_atomic + $d.irqfd_deferred == $d.injected + $d.coalesced;

# Entries in use in ringside's tables.
def used: [.end.hooks[] | .used // empty] | add;

def own: .tap == "tap" + (.vm | ltrimstr("guest"));
def shown: "\(.vm) queue \(.queue): \(.delta | tojson)";

files as $f
| ($f["many-host"] | queues_of("rx")) as $rx
| ($f["many-host"] | queues_of("tx")) as $tx
| same("queues to the guests"; $rx | length; 64),
  same("queues from the guests"; $tx | length; 64),
  holds("each has its own virtual machine, tap and queue"; ($rx + $tx | all(own))
	and ([$rx[] | [.vm, .queue]] | unique | length) == 64),
  same("each has an interrupt of its own: GSIs"; [$rx[], $tx[] | [.vm, .gsi]] | unique | length; 128),
  holds("each queue's packets are found at each station: \([$rx[] | select(chain | not) | shown])"; $rx | all(chain)),
  holds("no table was full"; [$f["many-host", "lived"].end.hooks[] | select(.kind == "map") | .missed] | all(. == 0)),
  same("queues seen by the one that runs on"; $f.all.end.queues | length; 128),
  holds("and the same ones after others came and went: \($f.lived.end.queues | length)";
	[$f.lived, $f.all | [.end.queues[] | identity]] | .[0] == .[1]),
  same("queues seen when all are gone"; $f.gone.end.queues // [] | length; 0),
  same("entries in its tables before"; $f.none | used; 0),
  holds("entries with 128 queues: \($f.all | used)"; ($f.all | used) >= 64 + 128 + 128),
  same("entries after others came and went: as before them"; $f.lived | used; $f.all | used),
  same("entries when all are gone"; $f.gone | used; 0),
  ( def map($name): first($f.full.end.hooks[] | select(.kind == "map" and .name == $name));
    same("full: tap queues with an entry"; map("tap queues").used; 4096),
    same("full: virtqueues with an entry"; map("virtqueues").used; 4096),
    same("full: eventfds with an entry"; map("call eventfds").used; $f.interrupts),
    same("full: objects without room"; [$f.full.end.hooks[] | select(.kind == "map") | .missed] | add; 0),
    same("full: queues of taps that are shown"; [$f.full.end.queues[] | select(.tap)] | length; 4096) ),
  same("entries when those are gone"; $f.emptied | used; 0)
