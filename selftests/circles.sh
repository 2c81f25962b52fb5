#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# circles.sh DIR...: fails if files of a directory depend on each other in a circle.
#
# x.c and x.h are one file. A file depends on each file that it includes, and on each file that
# defines a function or a variable that it uses, in whatever header it is declared. Prints the
# dependencies of each circle.
set -euo pipefail
cd "$(dirname "$0")/.."

# dependencies DIR: lines of "FROM TO REASON"
dependencies()
{
	awk '
	function stem(path) { sub(/.*\//, "", path); sub(/\.[ch]$/, "", path); return path }
	function bare(line) {
		if (inside && !sub(/.*\*\//, "", line))
			return ""
		inside = 0
		gsub(/"([^"\\]|\\.)*"/, "", line)
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
		inside = sub(/\/\*.*/, "", line)
		return line
	}
	function definition(line) {
		if (line !~ /^[A-Za-z_]/ || line ~ /^(static|extern|typedef|struct [a-z_]+;)/)
			return ""
		gsub(/(struct|enum|union) rs_[a-z0-9_]+/, "", line)
		return match(line, /rs_[a-z0-9_]+/) ? substr(line, RSTART, RLENGTH) : ""
	}
	FNR == 1 { inside = depth = macro = 0; is_header = FILENAME ~ /\.h$/ }
	pass == 1 {
		line = bare($0)
		if (!is_header && (name = definition(line)) != "")
			defined[name] = stem(FILENAME)
		next
	}
	/^#include "[^\/]*"$/ {
		split($0, part, "\"")
		if (stem(FILENAME) != stem(part[2]))
			print stem(FILENAME), stem(part[2]), "includes"
	}
	{
		line = bare($0)
		macro = (macro && last ~ /\\$/) || line ~ /^#define/
		last = line
		before = depth
		depth += gsub(/{/, "{", line) - gsub(/}/, "}", line)
		# in a header, code outside braces only declares
		if (is_header && !before && !depth && !macro)
			next
		while (match(line, /rs_[a-z0-9_]+/)) {
			name = substr(line, RSTART, RLENGTH)
			before_name = substr(line, 1, RSTART - 1)
			line = substr(line, RSTART + RLENGTH)
			if (before_name ~ /(struct|enum|union) $/ || before_name ~ /[A-Za-z0-9_.]$/ ||
			    before_name ~ /->$/)
				continue
			if (name in defined && defined[name] != stem(FILENAME))
				print stem(FILENAME), defined[name], "uses " name
		}
	}' pass=1 "$1"/*.[ch] pass=2 "$1"/*.[ch] | sort -u
}

# circle DEPENDENCIES: prints those that are part of a circle
circle()
{
	awk '
	{ edge[$1, $2]; file[$1]; file[$2]; row[NR] = $0 }
	END {
		for (by in file)
			for (from in file)
				for (to in file)
					if ((from, by) in edge && (by, to) in edge)
						edge[from, to]
		for (i = 1; i <= NR; i++) {
			split(row[i], part, " ")
			if ((part[2], part[1]) in edge)
				print "  " row[i]
		}
	}' <<<"$1"
}

status=0
for dir in "$@"; do
	found=$(dependencies "$dir")
	[ -n "$found" ] || { echo "circles: no dependencies found in $dir/" >&2; exit 1; }
	awk '{ print $1, $2 }' <<<"$found" | tsort >/dev/null 2>&1 && continue
	status=1
	echo "circles: files of $dir/ depend on each other in a circle:" >&2
	circle "$found" >&2
done
exit $status
