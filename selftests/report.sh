#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make check-report: Debian's Chromium shows the page of `ringside report` of each incident in
# cases/, at 390 and 1,440 pixels, in light and dark, folded and open. No message on its console,
# no request, nothing cut off, and axe-core finds no fault in it, its contrast included. A page
# with a fault must be found faulty. `ringside diff` prints of the page what it prints of the files.
#
#   report.sh [-o DIR] [CASE|PAGE.html]...     the pages and pictures go to DIR (../out/report)
#
# Without a name: all cases, and the live pages that make demo and make check of this build have
# left.
#
# Prints KTAP. Installs chromium and node, and axe-core and puppeteer-core into build/.

set -uo pipefail
FROM=$PWD
cd "$(dirname "$0")" || exit 1
HELPER=${RINGSIDE:-../helper/ringside} OUT=../out/report MODULES=build/report
PACKAGES='axe-core@4 puppeteer-core@24'

# shellcheck source=selftests/result.sh
. ./result.sh

# tools_get: a browser and what drives it; prints what cannot be had
tools_get()
{
	local tool missing=''

	for tool in chromium:chromium node:nodejs npm:npm; do
		command -v "${tool%:*}" >/dev/null || missing+=" ${tool#*:}"
	done
	# shellcheck disable=SC2086 # a list of words
	[ -z "$missing" ] || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends $missing; } >&2 || return 1
	[ -d "$MODULES/node_modules/axe-core" ] && [ -d "$MODULES/node_modules/puppeteer-core" ] &&
		return 0
	mkdir -p "$MODULES"
	# shellcheck disable=SC2086
	npm install --prefix "$MODULES" --no-audit --no-fund --silent $PACKAGES >&2
}

look()
{
	NODE_PATH=$MODULES/node_modules timeout 300 node report/look.js "$(command -v chromium)" "$@"
}

page_is_well()
{
	look "$OUT" "$1" >"$OUT/faults" && [ ! -s "$OUT/faults" ] && return
	sed 's/^/# /' "$OUT/faults"
	return 1
}

# page_name CASE: or of a page that is there, by its directory: demo-report
page_name()
{
	case $1 in
	*.html) echo "$(basename "$(dirname "$1")")-$(basename "$1" .html)" ;;
	*) echo "$1" ;;
	esac
}

# diff_is_same CASE: of the page and of the files; a live page has no files, and is read back
diff_is_same()
{
	case $1 in *.html)
		"$HELPER" diff -j "$OUT/$(page_name "$1").html" >"$OUT/found"
		[ $? = 2 ] && grep -q '"severity"' "$OUT/found" && rm "$OUT/found"
		return ;;
	esac
	diff <("$HELPER" diff -j "$OUT/$1.html") \
		<("$HELPER" diff -j "cases/$1/guest.json" "cases/$1/host.json") | sed 's/^/# /'
}

# flaw_is_found WORD CODE: look.js says WORD of a page that has CODE in it
flaw_is_found()
{
	sed "s|<main>|<main>$2|" "$OUT/well.html" >"$OUT/flawed.html"
	look "$OUT" "$OUT/flawed.html" >"$OUT/faults" && return 1
	grep -q "$1" "$OUT/faults" || { sed 's/^/# /' "$OUT/faults"; return 1; }
}

# page_make CASE: or a page that is there
page_make()
{
	case $1 in *.html)
		cp "$(cd "$FROM" && realpath "$1")" "$OUT/$(page_name "$1").html"
		return ;;
	esac
	"$HELPER" report -q "cases/$1/guest.json" "cases/$1/host.json" -o "$OUT/$1.html" 2>/dev/null
	[ $? -le 3 ] && [ -s "$OUT/$1.html" ]
}

[ "${1:-}" != -o ] || { OUT=$2 && shift 2; }
[ $# -gt 0 ] || {
	mapfile -t cases < <(ls cases; ls "$PWD"/../out/demo/report.html "$PWD"/../out/watch/*/live.html 2>/dev/null)
	set -- "${cases[@]}"
}
echo "TAP version 13"
echo "1..$((3 * $# + 4))"
mkdir -p "$OUT"
tools_get || { echo "Bail out! no browser, or nothing to drive it"; exit 1; }
[ -x "$HELPER" ] || make -s -C ../helper >&2 || { echo "Bail out! no $HELPER"; exit 1; }
for case in "$@"; do
	page_make "$case"
	result "$case: the page is written" $?
	diff_is_same "$case"
	result "$case: ringside diff reads the page back" $?
	page_is_well "$OUT/$(page_name "$case").html"
	result "$case: the page is shown whole, and can be read" $?
done
page_make well
flaw_is_found 'wide, of' '<p style="width:2000px">wide</p>'
result "a page that is too wide is found" $?
flaw_is_found 'color-contrast' '<p style="color:#888;background:#999">pale</p>'
result "a pale text is found" $?
flaw_is_found 'console:' '<script src="missing.js"></script>'
result "a message on the console is found" $?
flaw_is_found 'clips its text' '<p style="width:20px;overflow:hidden;white-space:nowrap">cut</p>'
result "a text that is cut off is found" $?
rm -f "$OUT/flawed.html" "$OUT"/flawed-*.png "$OUT/faults"
exit "$rc"
