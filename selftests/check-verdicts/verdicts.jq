# SPDX-License-Identifier: GPL-2.0-only
#
# Whether each incident of a run got its answer: a line each, separated by tabs: ok or "not ok",
# incident, expected, given, confidence, evidence, what the host alone says. In: the file
# "incidents" as $table, the run's name as $run, its architecture as $arch; and all that it brought
# back, NAME-ledger.json and NAME-alone.json.

def files: reduce inputs as $one ({};
	.[input_filename | sub(".*/"; "") | sub("[.]json$"; "")] = $one);

# That ringside itself missed something, or that a queue came within the window, is said, and is no
# fault of the machine.
def roots: [.verdicts[] | select(.root and (.suppressed | not) and
	(.id | test("^((host|guest)-missed|not-comparable)$") | not))];

def rows: $table | split("\n")[] | select(test("^(#|$)") | not) | [splits("\t+")]
	| {run: .[0], name: .[1], archs: .[2], parties: .[3], ids: .[4]};

def words($separator): split($separator);

# "A|B" is a set: one of its parties is in the answer. One name is the only one in each root.
def party_fits($expected): if ($expected | test("[|]"))
	then any(.parties[]; . as $p | $expected | words("|") | index($p))
	else .parties == [$expected] end;

def answers($row): roots as $roots
	| if $row.parties == "-" then $roots == []
	  else ($roots | length) > 0 and all($roots[]; party_fits($row.parties))
	       and any($roots[]; .id as $id | $row.ids | words("|") | index($id)) end;

def contains_party($row): roots as $roots
	| if $row.parties == "-" then $roots == []
	  else any($roots[].parties[]; . as $p | $row.parties | words("|") | index($p)) end;

def value: "\(.queue): \(.measured) \(.value) \(.unit)";

# What rules the other parties out.
def proofs: [(.chain // [])[] | select(.state == "ruled out" and .by) | "\(.by) \(.value)"];

def figures: [(.evidence // {}) | to_entries[] | select(.value != null) | "\(.key) \(.value)"];

def evidence: [value] + proofs + figures | join(", ");

def given: roots | if length == 0 then "nothing" else map("\(.party) [\(.id)]") | unique | join("; ") end;

def motions: [.queues[] | "\(.label) \(.motion)"] | join(", ");

files as $f
| rows | select(.run == $run and (.archs | words(" ") | index($arch))) as $row
| $f["\($row.name)-ledger"] as $l | $f["\($row.name)-alone"] as $alone
| if $l == null then ["not ok", $row.name, $row.parties, "no answer was brought back", "-", "-", "-"]
  else [
	(if $l | answers($row) then "ok" else "not ok" end),
	$row.name,
	(if $row.parties == "-" then "nothing" else "\($row.parties) [\($row.ids)]" end),
	($l | given),
	($l | roots | map(.confidence) | unique | if . == [] then "-" else join(", ") end),
	($l | roots | if . == [] then $l | motions else .[0] | evidence end),
	(if $alone == null then "-" else ($alone | given) + (if $alone | contains_party($row) then "" else " (other)" end) end)
  ] end
| join("\t")
