#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the directory of the kernel's test framework ("dir", the default: lib.mk, the harness,
# the KTAP helpers), or the path of checkpatch ("checkpatch"). They come from Debian's newest
# linux-source package and stay in the cache.
set -euo pipefail

HERE=$(dirname "$(realpath "$0")")
CACHE=${RINGSIDE_CACHE:-$HOME/.cache/ringside}
KEEP=$CACHE/kselftest
# shellcheck disable=SC2034 # apt.sh reads it
REFRESH=

# shellcheck source=selftests/lab/say.sh
. "$HERE/lab/say.sh"
# shellcheck source=selftests/lab/apt.sh
. "$HERE/lab/apt.sh"

# The suite of the last kernel line: its framework has the KTAP helpers.
suite()
{
	awk '!/^#/ && NF { root = $2 } END { print root }' "$HERE/lab/kernels"
}

newest_source()
{
	APT_CONFIG=$1 apt-cache --names-only search '^linux-source-[0-9.]+$' |
		cut -d' ' -f1 | sort -V | tail -n 1
}

# extract DEB INTO
extract()
{
	dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		tar -xJ -C "$2" --strip-components=1 --wildcards \
			'*/tools/testing/selftests/lib.mk' '*/tools/testing/selftests/kselftest*' \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch'
}

get()
{
	local conf package

	WORK=$(mktemp -d /tmp/ringside-kselftest.XXXXXX)
	trap 'rm -rf "$WORK"' EXIT
	conf=$(apt_conf kselftest "$(dpkg --print-architecture)" "$(suite)")
	package=$(newest_source "$conf")
	[ -n "$package" ] || die "no linux-source package in $(suite)"
	stage "test framework from $package"
	apt_download "$conf" "$WORK" "$package" || {
		stage_end failed
		die "cannot download $package: $(tail -n 1 "$WORK/download.log")"
	}
	mkdir "$WORK/source"
	extract "$WORK/$package"_*.deb "$WORK/source"
	rm -rf "$KEEP"
	mv "$WORK/source" "$KEEP"
	stage_end
}

mkdir -p "$CACHE"
exec 9>"$CACHE/kselftest.lock"
flock 9
[ -e "$KEEP/tools/testing/selftests/lib.mk" ] || get

case ${1:-dir} in
dir) echo "$KEEP/tools/testing/selftests" ;;
checkpatch) echo "$KEEP/scripts/checkpatch.pl" ;;
*) echo "usage: kselftest.sh [dir|checkpatch]" >&2; exit 64 ;;
esac
