# SPDX-License-Identifier: GPL-2.0-only
#
# With one function hidden: what is unknown is what `check`, the table and the
# JSON say is lost without it, and no more.

include "judge";
include "checks";

def counters: [.end.queues[] | (.counters, .hists // {}) | keys[]] | unique;

# A function that another one stands in for costs nothing.
def replaced($lost; $symbol): same("\($symbol) hidden: another takes its place, unknown counters"; $lost; []);

def judged($f; $all; $lost; $hook; $symbol):
	($hook.loses // "" | split(",")) as $loses
	| first($f.check.checks[] | select(.what == $symbol)) as $check
	| same("\($symbol) hidden: JSON"; $hook.state; "absent"),
	  same("\($symbol) hidden: unknown counters"; $lost; [$all[] | select(IN($loses[]))]),
	  holds("\($symbol) hidden: check says: \($check.why)";
		$check.works == false and ($check.why | contains($symbol))
		and all($loses[]; . as $one | $check.why | contains($one))),
	  (if $loses == [] then empty else
	   holds("\($symbol) hidden: the table says: \($f.table[$symbol])";
		 $f.table[$symbol] // "" | contains($hook.loses)) end);

files as $f
| ($f["hide-"] | counters) as $all
| [$f | keys[] | select(startswith("hide-")) | ltrimstr("hide-") | select(. != "")] as $symbols
| holds("functions hidden: \($symbols | length)"; ($symbols | length) > 10),
  ( $symbols[] as $symbol | $f["hide-\($symbol)"] as $h
    | [$h.end.hooks[] | select(.name == $symbol)] as $hook
    | ($all - ($h | counters)) as $lost
    | if $hook == [] then replaced($lost; $symbol) else judged($f; $all; $lost; $hook[0]; $symbol) end )
